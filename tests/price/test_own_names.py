"""Prices and names of one's own: they win over the shipped book, and what is wrong in them is said at once."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from logcost.errors import PriceBookError
from logcost.price import PriceBook
from logcost.price import price as price_usage
from logcost.price.names import resolve

if TYPE_CHECKING:
    from pathlib import Path

BOOK = PriceBook.load()

OWN = """
provider = "{provider}"
title = "Acme's own"
[sources]
contract = "https://example.com"
[[price]]
models = ["{model}"]
from = 2025-01-01
rates = {{ input = "1", output = "2" }}
source = "contract"
checked = 2026-11-22
confidence = "published"
"""


def own_file(folder: Path, provider: str, model: str) -> Path:
    path = folder / f"{provider}-{model.replace('/', '-')}.toml"
    path.write_text(OWN.format(provider=provider, model=model), encoding="utf-8")
    return path


def meant(book: PriceBook, provider: str | None, name: str, region: str = "global") -> str:
    found = resolve(book, provider, name, region)
    return found.reason or f"{found.provider}/{found.stands[-1].model}@{found.region}"


@pytest.mark.parametrize(
    ("models", "provider", "name", "expected"),
    [
        ({"chat": "azure/gpt-4o"}, "azure.ai.openai", "chat", "azure/gpt-4o@global"),
        ({"Chat": "azure/gpt-4o"}, "azure.ai.openai", "CHAT", "azure/gpt-4o@global"),
        ({"chat": "azure/gpt-4o"}, None, "chat", "azure/gpt-4o@global"),
        ({"chat": "gpt-4o"}, "azure.ai.openai", "chat", "azure/gpt-4o@global"),
        ({"chat": "gpt-4o"}, None, "chat", "openai/gpt-4o-2024-08-06@global"),
        ({"chat": "gpt-4o"}, "litellm", "chat", "openai/gpt-4o-2024-08-06@global"),
        ({"azure/chat": "azure/eu/gpt-4o"}, "azure.ai.openai", "chat", "azure/eu/gpt-4o@global"),
        ({"azure.ai.openai/chat": "azure/eu/gpt-4o"}, "azure.ai.openai", "chat", "azure/eu/gpt-4o@global"),
        ({"azure/chat": "azure/eu/gpt-4o"}, "openai", "chat", "unknown-model"),
        ({"azure/*": "azure/eu/gpt-4o"}, "azure", "anything", "azure/eu/gpt-4o@global"),
        ({"prod-*": "anthropic/claude-opus-4-5"}, None, "prod-7", "anthropic/claude-opus-4-5@global"),
        ({"prod-*": "gpt-4o", "prod-fast-*": "gpt-4o-mini"}, None, "prod-fast-1", "openai/gpt-4o-mini@global"),
        ({"prod-*": "gpt-4o", "prod-1": "gpt-4o-mini"}, None, "prod-1", "openai/gpt-4o-mini@global"),
        ({"gpt-4o": "azure/gpt-4o"}, "openai", "gpt-4o", "azure/gpt-4o@global"),
        ({"acme/gpt-4o": "openai/gpt-4o"}, "acme", "gpt-4o", "openai/gpt-4o-2024-08-06@global"),
        ({"a": "b-is-no-name-of-mine"}, None, "c", ""),
    ],
)
def test_a_name_of_ones_own_wins(models: dict[str, str], provider: str | None, name: str, expected: str) -> None:
    if not expected:
        with pytest.raises(PriceBookError):
            BOOK.with_own([], models)
        return
    assert meant(BOOK.with_own([], models), provider, name) == expected


def test_an_application_profile_is_what_its_owner_says() -> None:
    arn = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc"
    book = BOOK.with_own([], {arn: "aws.bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0"})
    assert meant(book, "aws.bedrock", arn, "eu-west-1") == "aws.bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0@global"
    assert meant(BOOK, "aws.bedrock", arn, "eu-west-1") == "unknown-model"


@pytest.mark.parametrize(
    ("models", "told", "remedy"),
    [
        ({"chat": "gpt-4oo"}, "'chat' stands for 'gpt-4oo'", "gpt-4o"),
        ({"chat": "anthropic/claude-opus-45"}, "'chat' stands for 'anthropic/claude-opus-45'", "anthropic/claude-opus-4-5"),
        ({"chat": "azure/my-deployment"}, "unknown-model", ""),
        ({"a*b": "gpt-4o"}, r"'a\*b' has to be a name", ""),
        ({" ": "gpt-4o"}, "has to be a name", ""),
    ],
)
def test_a_name_of_no_model_is_refused_with_the_nearest(models: dict[str, str], told: str, remedy: str) -> None:
    with pytest.raises(PriceBookError, match=told) as caught:
        BOOK.with_own([], models)
    assert remedy in (caught.value.remedy or "")


def test_a_price_of_ones_own_wins_and_the_rest_of_the_provider_stays(tmp_path: Path) -> None:
    book = BOOK.with_own([own_file(tmp_path, "azure", "gpt-4o")], {})
    assert book.providers["azure"].blocks["gpt-4o"][0].rates == {"input": Decimal(1), "output": Decimal(2)}
    assert book.providers["azure"].blocks["gpt-4.1"] == BOOK.providers["azure"].blocks["gpt-4.1"]
    assert book.providers["azure"].file.kind == "host"
    assert BOOK.providers["azure"].blocks["gpt-4o"][0].rates != book.providers["azure"].blocks["gpt-4o"][0].rates


def test_a_provider_of_ones_own_has_prices_and_may_be_named_in_models(tmp_path: Path) -> None:
    book = BOOK.with_own([own_file(tmp_path, "acme", "one")], {"uno": "acme/one"})
    assert meant(book, "acme", "one") == "acme/one@global"
    assert meant(book, "Acme", "ONE") == "acme/one@global"
    assert meant(book, None, "uno") == "acme/one@global"
    assert meant(book, None, "one") == "unknown-model"
    usage = pl.DataFrame(
        {"provider_name": ["acme"], "response_model": ["uno"], "input_tokens": [1_000_000], "output_tokens": [1_000_000]}
    )
    assert price_usage(usage, prices=book).collect()["list_cost"].to_list() == [Decimal(3)]


def test_a_wrong_file_of_ones_own_is_named_at_once(tmp_path: Path) -> None:
    wrong = own_file(tmp_path, "acme", "one")
    wrong.write_text(wrong.read_text(encoding="utf-8").replace('"contract"\nchecked', '"nowhere"\nchecked'), encoding="utf-8")
    with pytest.raises(PriceBookError, match="nowhere is not defined") as caught:
        BOOK.with_own([wrong], {})
    assert str(wrong) in str(caught.value.path)


def test_a_provider_goes_by_the_books_name_for_it(tmp_path: Path) -> None:
    with pytest.raises(PriceBookError, match=r"calls bedrock aws\.bedrock") as caught:
        BOOK.with_own([own_file(tmp_path, "bedrock", "one")], {})
    assert caught.value.remedy == 'Write provider = "aws.bedrock".'


def test_the_shipped_book_stays_as_it_is() -> None:
    BOOK.with_own([], {"gpt-4o": "azure/gpt-4o"})
    assert meant(BOOK, "openai", "gpt-4o") == "openai/gpt-4o-2024-08-06@global"
