"""``logcost.price.compare``: known answers of published tables, ranges over hosts, and what is not priced."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from logcost.errors import PriceBookError, UsageError
from logcost.price import PriceBook
from logcost.price.alike import plain
from logcost.price.compare import Question, compare

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 1, 1, tzinfo=UTC)
_FILE = """\
provider = "{name}"
title = "{name}"
kind = "{kind}"

[sources]
page = "https://example.com/{name}"

{blocks}
"""
_BLOCK = """\
[[price]]
models = ["{model}"]
from = 2025-01-01
rates = {{ input = "{rates[0]}", output = "{rates[1]}" }}
source = "page"
checked = 2025-12-01
confidence = "table"
{more}
"""


def block(model: str, rates: str, more: str = "") -> str:
    return _BLOCK.format(model=model, rates=rates.split("/"), more=more)


@pytest.fixture
def book(tmp_path: Path) -> PriceBook:
    """A maker with models at well-known pairs of rates, and two hosts of one of them."""
    pairs = ("0.15/0.60", "2/8", "2.50/10", "3/15", "15/75", "21/168")
    files = {
        "maker": ("maker", [block(f"m-{pair.partition('/')[0]}", pair) for pair in pairs] + [block("m-free", "0/0")]),
        "one": ("host", [block("maker/m-2", "1/8"), block("us/m-3", "6/30", "until = 2025-06-01")]),
        "two": ("host", [block("m-2", "4/8"), block("m-only-here", "1/1")]),
    }
    paths = []
    for name, (kind, blocks) in files.items():
        path = tmp_path / f"{name}.toml"
        path.write_text(_FILE.format(name=name, kind=kind, blocks="\n".join(blocks)))
        paths.append(path)
    aliases = tmp_path / "aliases.toml"
    aliases.write_text("makers = ['maker']\n[tiers]\nstandard = []\n[regions]\n[hosts]\n[hosts_when_unnamed]\n[providers]\n")
    return PriceBook.read(paths, aliases)


def question(input_tokens: int, output_tokens: int, calls: int, **more: object) -> Question:
    return Question({"input_tokens": input_tokens, "output_tokens": output_tokens}, calls, **more)  # type: ignore[arg-type]  # the tests name what they mean


def totals(book: PriceBook, asked: Question) -> dict[str, Decimal]:
    return {row.name: row.total for row in compare(book, asked, AT).rows}


def test_a_well_known_table_of_a_million_calls(book: PriceBook) -> None:
    found = totals(book, question(2_000, 400, 1_000_000))
    expected = {"m-0.15": 540, "m-2": 7_200, "m-2.50": 9_000, "m-3": 12_000, "m-15": 60_000, "m-21": 109_200}
    assert {name: total for name, total in found.items() if name != "m-free"} == expected


def test_a_well_known_table_of_ten_thousand_calls(book: PriceBook) -> None:
    found = compare(book, question(3_150, 400, 10_000), AT)
    row = {row.name: row for row in found.rows}
    assert (row["m-3"].cost, row["m-3"].total) == (Decimal("0.01545"), Decimal("154.5"))
    assert row["m-0.15"].total == Decimal("7.125")


def test_ratios_are_exact_and_the_cheapest_that_costs_anything_is_one(book: PriceBook) -> None:
    found = compare(book, question(2_000, 400, 1), AT)
    row = {row.name: row for row in found.rows}
    assert found.base == "m-0.15"
    assert row["m-0.15"].relative == 1
    assert row["m-3"].relative == Fraction(12_000, 540)
    assert row["m-21"].output_to_input == 8
    assert row["m-free"].relative == 0
    assert row["m-free"].output_to_input is None
    other = compare(book, question(2_000, 400, 1, base="m-3"), AT)
    assert {row.name: row.relative for row in other.rows}["m-0.15"] == Fraction(540, 12_000)
    with pytest.raises(UsageError):
        compare(book, question(1, 1, 1, base="m-none"), AT)


def test_the_range_is_over_all_who_sell_a_model_though_hosts_are_no_rows(book: PriceBook) -> None:
    found = compare(book, question(2_000, 400, 1_000_000), AT)
    assert {row.provider for row in found.rows} == {"maker"}
    assert found.left_out == 4
    (group,) = found.groups
    assert (group.group, group.sellers) == ("m-2", 3)
    assert [group.lowest, group.median, group.highest] == [Decimal(usd) for usd in (5_200, 7_200, 11_200)]
    assert group.cheapest == ("one",)
    every = compare(book, question(2_000, 400, 1, every=True), AT)
    assert {row.name for row in every.rows if row.group == "m-2"} == {"m-2", "maker/m-2"}
    assert len([row for row in every.rows if row.group == "m-2"]) == 3
    assert every.gone == 1  # us/m-3 is no longer sold


def test_what_is_not_priced_is_counted_with_its_reason(book: PriceBook) -> None:
    found = compare(book, question(2_000, 400, 1, mode="batch"), AT)
    assert found.rows == ()
    assert found.base is None
    assert {reason: len(models) for reason, models in found.unpriced.items()} == {"mode-not-priced: batch": 7}
    cached = Question({"input_tokens": 10, "output_tokens": 1, "cache_read_input_tokens": 5})
    assert list(compare(book, cached, AT).unpriced) == ["meter-not-priced: cache_read_input_tokens"]


def test_models_by_name_and_by_provider(book: PriceBook) -> None:
    assert set(totals(book, question(1, 1, 1, models=("m-2", "m-3")))) == {"m-2", "m-3"}
    assert set(totals(book, question(1, 1, 1, provider="two"))) == {"m-2", "m-only-here"}
    assert set(totals(book, question(1, 1, 1, match="ONLY", every=True))) == {"m-only-here"}
    with pytest.raises(PriceBookError):
        compare(book, question(1, 1, 1, models=("m-none",)), AT)
    with pytest.raises(PriceBookError):
        compare(book, question(1, 1, 1, provider="nobody"), AT)


def test_the_shipped_book_has_the_well_known_totals() -> None:
    asked = question(2_000, 400, 1_000_000, models=("gpt-4o-mini", "gpt-4.1", "gpt-4o", "claude-sonnet-4-5", "claude-opus-4-1"))
    found = {row.name: row.total for row in compare(PriceBook.load(), asked, datetime(2025, 10, 1, tzinfo=UTC)).rows}
    assert sorted(found.values()) == [540, 7_200, 9_000, 12_000, 60_000]


def test_a_named_model_is_never_left_out() -> None:
    asked = question(2_000, 400, 1, models=("gpt-4o", "claude-opus-4-1-20250805", "text-davinci-003"))
    found = compare(PriceBook.load(), asked, AT)
    assert {row.name for row in found.rows} == {"gpt-4o", "claude-opus-4-1"}
    assert found.unpriced == {"retired": (("openai", "text-davinci-003"),)}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-2025-09-29"),
        ("anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"),
        ("claude-sonnet-4@20250514", "claude-sonnet-4-2025-05-14"),
        ("accounts/fireworks/models/llama-v3p1-8b-instruct", "llama-3-1-8b-instruct"),
        ("meta.llama3-1-70b-instruct-v1:0", "llama-3-1-70b-instruct"),
        ("meta-llama/Meta-Llama-3.1-8B-Instruct", "llama-3-1-8b-instruct"),
        ("eu/gpt-4o-2024-08-06", "gpt-4o-2024-08-06"),
        ("deepseek/deepseek-r1:free", "deepseek-r1:free"),
        ("ft:gpt-4o", "ft:gpt-4o"),
    ],
)
def test_names_of_hosts_without_what_they_put_round_them(name: str, expected: str) -> None:
    assert plain(name) == expected
