"""``logcost.price.facts`` and ``alike``: what a name means to someone who asks by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from logcost.errors import PriceBookError
from logcost.price import PriceBook, latest, names, show
from logcost.price.alike import Makers, sellers, stands
from logcost.price.facts import chosen

BOOK = PriceBook.load()
AT = datetime(2026, 11, 1, tzinfo=UTC)


def test_fees_of_a_mode_are_facts_of_the_mode() -> None:
    found = {(fact.mode, fact.usd) for fact in show(BOOK, "claude-opus-4-6", at=AT) if fact.meter == "web_search_requests"}
    assert found >= {("standard", Decimal("0.01")), ("batch", Decimal("0.01"))}


@pytest.mark.parametrize("provider", ["openai", "anthropic", "google", "openrouter", "azure"])
def test_a_name_of_the_book_stands_for_what_looking_it_up_finds(provider: str) -> None:
    one = BOOK.providers[provider]
    for name in (*one.blocks, *one.names.alias):
        found = names.resolve(BOOK, provider, name)
        if found.provider == provider:
            assert stands(one, name) == found.stands


def test_makers_hosts_and_parts_of_names() -> None:
    every = chosen(BOOK)
    makers, hosts = (chosen(BOOK, kind=kind) for kind in ("maker", "host"))
    assert sorted([*makers, *hosts]) == every
    assert {model for _, model in chosen(BOOK, match="GPT-4O-mini")} >= {"gpt-4o-mini", "openai/gpt-4o-mini"}
    assert all(fact.provider == "openai" for fact in latest(BOOK, AT, provider="openai", match="gpt-5"))


def test_a_provider_that_is_not_in_the_book_is_an_error_with_a_hint() -> None:
    with pytest.raises(PriceBookError, match=r"The book has .*openai"):
        chosen(BOOK, provider="nobody")
    with pytest.raises(PriceBookError, match="Near: openrouter"):
        show(BOOK, "gpt-4o", provider="openruter")


def test_who_sells_a_model() -> None:
    found = sellers(BOOK, "claude-opus-4-6", "anthropic")
    assert {"aws.bedrock", "gcp.vertex_ai", "openrouter"} <= set(found)
    assert "anthropic" not in found
    assert sellers(BOOK, "no-such-model") == []


def test_an_alias_leads_to_the_model_of_the_day() -> None:
    assert Makers(BOOK, AT).model("gpt-4o") == ("openai", "gpt-4o-2024-08-06")
    assert Makers(BOOK, datetime(2024, 6, 1, tzinfo=UTC)).model("gpt-4o") == ("openai", "gpt-4o-2024-05-13")


def test_a_hosts_name_with_a_date_is_the_makers_model_without_one_if_the_maker_says_so() -> None:
    makers = Makers(BOOK, AT)
    assert makers.model("us.anthropic.claude-sonnet-4-5-20250929-v1:0") == ("anthropic", "claude-sonnet-4-5")
    assert makers.group("anthropic/claude-sonnet-4.5") == "claude-sonnet-4-5"
    assert makers.model("openai/gpt-4o-2099-01-01") is None
    assert makers.group("openai/gpt-4o-2024-05-13") == "gpt-4o-2024-05-13"
    assert "anthropic" in sellers(BOOK, "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "aws.bedrock")
