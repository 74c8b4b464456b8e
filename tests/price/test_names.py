"""Names as logs write them: resolved and right, or refused on purpose. ``names/real_names.csv`` has those that were seen."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import datetime
from pathlib import Path

import msgspec
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logcost.price import PriceBook
from logcost.price import price as price_usage
from logcost.price.names import Resolution, near, resolve, word
from logcost.price.stretches import stretches
from logcost.price.tariff import GLOBAL, Where, region_of, tariff

BOOK = PriceBook.load()
REAL = list(csv.DictReader((Path(__file__).parent / "names" / "real_names.csv").read_text(encoding="utf-8").splitlines()))
WRITTEN = list(csv.DictReader((Path(__file__).parent / "names" / "providers.csv").read_text(encoding="utf-8").splitlines()))
REFUSED = ("unknown-", "region-not-priced", "before-first-price", "no-price-then", "no-model")
MAKERS_NAMES = sorted((maker, name) for maker in BOOK.aliases.makers for name in BOOK.providers[maker].blocks)
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-."


def found_for(row: dict[str, str], book: PriceBook = BOOK) -> Resolution:
    return resolve(book, row["provider"] or None, row["model"], word(book.aliases.regions, row["region"], GLOBAL))


def meant(row: dict[str, str]) -> str:
    """``provider/model`` of the row at its instant, or why it has no price."""
    found, at = found_for(row), datetime.fromisoformat(f"{row['at']}T12:00:00Z")
    if found.reason or found.provider is None:
        return found.reason or "nobody"
    parts = stretches(BOOK.providers[found.provider], found.stands)
    part = next((part for part in parts if part.holds(at)), None)
    if part is None or part.merged is None:
        return "before-first-price" if at < min(part.start for part in parts) else "no-price-then"
    priced = tariff(found.provider, part.model, part.merged, at, Where(region=found.region))
    return f"{found.provider}/{part.model}" if priced else f"region-not-priced: {found.region}"


@pytest.mark.parametrize("row", REAL, ids=[f"{row['provider']}:{row['model']}:{row['region']}:{row['at']}" for row in REAL])
def test_real_name(row: dict[str, str]) -> None:
    assert meant(row) == row["expected"], row["why"]


def test_there_are_many_real_names_of_many_providers_and_the_refused_ones_say_why() -> None:
    refused = [row for row in REAL if row["expected"].startswith(REFUSED)]
    of = Counter(row["expected"].partition("/")[0] for row in REAL if row not in refused)
    assert len(REAL) >= 700
    assert len(of) >= 30
    assert 80 <= len(refused) <= len(REAL) / 4
    assert [row for row in refused if not row["why"]] == []


def test_pricing_a_frame_agrees_with_what_each_name_means() -> None:
    frame = pl.DataFrame(
        {
            "started_at": [datetime.fromisoformat(f"{row['at']}T12:00:00Z") for row in REAL],
            "provider_name": [row["provider"] or None for row in REAL],
            "response_model": [row["model"] for row in REAL],
            "region": [row["region"] or None for row in REAL],
            "input_tokens": [0] * len(REAL),
        }
    )
    reasons = price_usage(frame.with_columns(pl.col("started_at").dt.cast_time_unit("us"))).collect()["unpriced_reason"].to_list()
    wrong = [
        (row["model"], reason, row["expected"])
        for row, reason in zip(REAL, reasons, strict=True)
        if reason != (row["expected"] if row["expected"].startswith(REFUSED) else None)
    ]
    assert wrong == []


def now(provider: str | None, name: str) -> str:
    found = resolve(BOOK, provider, name)
    return found.reason or f"{found.provider}/{found.stands[-1].model}"


def test_no_name() -> None:
    assert now(None, "   ") == "no-model"
    assert resolve(BOOK, "openai", None).reason == "no-model"
    assert now("  ", "gpt-4o") == "openai/gpt-4o-2024-08-06"


@pytest.mark.parametrize("row", WRITTEN, ids=[row["written"] for row in WRITTEN])
def test_a_provider_has_many_names(row: dict[str, str]) -> None:
    assert BOOK.provider_of(row["written"]) == (row["provider"] or None)


def test_no_two_providers_have_the_same_name() -> None:
    plain: dict[str, set[str]] = {}
    for provider in BOOK.providers:
        for name in (provider, *BOOK.names(provider).names):
            plain.setdefault("".join(filter(str.isalnum, name.lower())), set()).add(provider)
    assert {name: providers for name, providers in plain.items() if len(providers) > 1} == {}


def test_every_name_of_the_book_is_itself() -> None:
    """Resolving is idempotent, and stays with the provider that the log names."""
    for provider, one in BOOK.providers.items():
        for model in one.blocks:
            found = resolve(BOOK, provider, model)
            assert (found.provider, [stand.model for stand in found.stands]) == (provider, [model])
        for alias in one.names.alias:
            assert resolve(BOOK, provider, alias).provider == provider


def test_capitals_do_not_matter_at_makers() -> None:
    for maker, name in MAKERS_NAMES:
        for written in (name.upper(), name.lower(), name.title()):
            found = resolve(BOOK, maker, written)
            assert [stand.model.lower() for stand in found.stands] == [name.lower()], written


def test_what_a_host_sells_is_never_priced_as_the_makers() -> None:
    hosts = [name for name in BOOK.providers if BOOK.providers[name].file.kind == "host"]
    for host in hosts:
        for maker, name in MAKERS_NAMES[::20]:
            found = resolve(BOOK, host, name)
            assert found.provider in {host, None}, (host, maker, name)


def test_a_name_means_the_same_whatever_the_order_of_the_files() -> None:
    turned = PriceBook(dict(reversed([(name, BOOK.providers[name]) for name in BOOK.providers])), BOOK.aliases)
    for row in REAL:
        assert found_for(row, turned) == found_for(row)


def one_edit(name: str, at: int, letter: str, how: str) -> str:
    at %= len(name)
    if how == "drop":
        return name[:at] + name[at + 1 :]
    return name[:at] + letter + name[at + (how == "change") :]


@given(st.sampled_from(MAKERS_NAMES), st.integers(0, 100), st.sampled_from(LETTERS), st.sampled_from(["drop", "add", "change"]))
def test_a_name_one_edit_away_is_priced_only_if_a_rule_says_so(pair: tuple[str, str], at: int, letter: str, how: str) -> None:
    maker, name = pair
    edited = one_edit(name, at, letter, how)
    found = resolve(BOOK, maker, edited)
    if found.reason is None:
        known = {one.lower() for one in (*BOOK.providers[maker].blocks, *BOOK.names(maker).alias)}
        rules = (
            [rewrite.pattern for rewrite in BOOK.names(maker).rewrite]
            if found.provider == maker
            else list(BOOK.aliases.hosts.values())
        )
        written = {edited, edited.lower(), edited.strip()}
        ruled = any(re.search(rule, one) for rule in (*rules, r"-20\d\d-?\d\d-?\d\d$") for one in written)
        assert edited.lower() in known or ruled


def test_a_name_that_two_makers_sell_needs_its_provider() -> None:
    aliases = msgspec.structs.replace(BOOK.aliases, makers=("openai", "twin"))
    twins = PriceBook({"openai": BOOK.providers["openai"], "twin": BOOK.providers["openai"]}, aliases)
    assert resolve(twins, None, "gpt-5").reason == "unknown-provider: gpt-5 is sold by openai, twin"
    assert resolve(twins, "openai", "gpt-5").provider == "openai"


def test_a_host_may_sell_a_makers_name_and_the_maker_is_still_the_only_maker() -> None:
    assert now(None, "gpt-4o-mini") == "openai/gpt-4o-mini"
    assert now("azure", "gpt-4o-mini") == "azure/gpt-4o-mini"


def test_only_the_named_providers_book_is_read() -> None:
    book = PriceBook.read([], Path(__file__).parents[2] / "pricing" / "aliases.toml")
    assert resolve(book, "openai", "gpt-4o").reason == "unknown-provider: openai"
    fresh = BOOK.with_own([], {})
    fresh.providers._read.clear()  # type: ignore[attr-defined]  # noqa: SLF001 -- what has been read is nobody else's business
    resolve(fresh, "anthropic", "claude-opus-4-5")
    assert list(fresh.providers._read) == ["anthropic"]  # type: ignore[attr-defined]  # noqa: SLF001 -- the same


def test_where_a_place_has_the_books_price_no_block_states_another() -> None:
    """A rule of places says that there is no uplift: it must not hide one that a block states."""
    regions = [
        "us-east-1",
        "us-west-2",
        "eu-central-1",
        "ap-northeast-1",
        "us-gov-west-1",
        "us-east5",
        "europe-west1",
        "swedencentral",
        "eu",
    ]
    hidden = [
        (provider, model, region)
        for provider in BOOK.providers
        if BOOK.names(provider).place
        for model in BOOK.providers[provider].blocks
        for region in regions
        if resolve(BOOK, provider, model, region).region == GLOBAL
        for part in BOOK.providers[provider].timeline(model)
        if part.merged and (uplift := region_of(part.merged, region)) and uplift.times != 1
    ]
    assert hidden == []


def test_no_geography_of_bedrock_differs_from_what_a_rule_of_places_makes_of_the_plain_name() -> None:
    """Where the plain name of a Claude model is said to have a region's price, the newest one of its profile is the same."""
    one = BOOK.providers["aws.bedrock"]
    checked = 0
    for region, geography in (("us-east-1", "us"), ("eu-central-1", "eu"), ("ap-northeast-1", "jp"), ("ap-southeast-2", "au")):
        for model in one.blocks:
            if model.startswith("anthropic.") and f"{geography}.{model}" in one.blocks:
                found = resolve(BOOK, "aws.bedrock", model, region)
                assert found.stands, model
                if found.region == GLOBAL:
                    profile = one.blocks[f"{geography}.{model}"][-1].rates
                    plain = one.blocks[found.stands[0].model][-1].rates
                    assert (plain["input"], plain["output"]) == (profile["input"], profile["output"]), model
                    checked += 1
    assert checked > 60


@pytest.mark.parametrize(
    ("provider", "name", "likest"),
    [
        ("openai", "gpt-5.2-proo", "gpt-5.2-pro"),
        ("anthropic", "claude-opus-45", "claude-opus-4-5"),
        (None, "claude-opus-45", "claude-opus-4-5"),
        ("fireworks_ai", "nomic-embed", "nomic-ai/nomic-embed-text-v1"),
        ("together_ai", "meta-llama/Llama-3.3-70B-Turbo", "meta-llama/Llama-3.3-70B-Instruct-Turbo"),
        ("aws.bedrock", "anthropic.claude-sonnet-4-20250514", "anthropic.claude-sonnet-4-20250514-v1:0"),
        ("acme", "gpt-4oo", None),
        ("openai", "gpt-4o", None),
        ("azure", "zzz", None),
    ],
)
def test_an_unknown_model_comes_with_the_nearest_names_of_who_was_asked(
    provider: str | None, name: str, likest: str | None
) -> None:
    found = near(BOOK, provider, name)
    assert len(found) <= 3
    assert next(iter(found), None) == likest
