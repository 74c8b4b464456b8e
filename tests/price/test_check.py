"""``logcost.price.check``: every mistake in a price file, all at once, with file, line, model and days."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from logcost import resources
from logcost.price.check import Checked, check

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 30)
_HEAD = """\
provider = "acme"
title = "Acme"

[sources]
page = "https://example.com/prices"

[rules.batch]
modes.batch = { times = "2" }

[schedules.night]
hours = ["22:00-23:00"]
"""
_BLOCK = {
    "models": '["a-1"]',
    "from": "2026-01-01",
    "rates": '{ input = "1", output = "2" }',
    "source": '"page"',
    "checked": "2026-11-01",
    "confidence": '"table"',
}


def block(**other: str) -> str:
    named = _BLOCK | {name.rstrip("_"): value for name, value in other.items()}
    return "\n[[price]]\n" + "".join(f"{name} = {value}\n" for name, value in named.items() if value)


def problems(folder: Path, *blocks: str, head: str = _HEAD) -> list[tuple[str, str, int, str, str]]:
    path = folder / "acme.toml"
    path.write_text(head + "".join(blocks))
    return [(one.severity, one.rule, one.line, one.model, one.message) for one in check([path], TODAY).problems]


def test_a_sound_file_has_no_problems(tmp_path: Path) -> None:
    assert problems(tmp_path, block(), block(from_="2026-02-01")) == []


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ({}, ("error", "overlap", 21, "a-1", "Two prices from 2026-01-01.")),
        (
            {"from_": "2025-12-01"},
            ("warning", "order", 21, "a-1", "The block from 2025-12-01 stands after the one from 2026-01-01."),
        ),
        ({"from_": "2026-02-01", "rates": '{ input = "1.0000000001" }'},
         ("error", "femto", 21, "a-1", "the rate 1.0000000001 of input is not a whole number of femto-USD.")),
        ({"from_": "2026-02-01", "rates": '{ input = "-1" }'},
         ("error", "negative", 21, "a-1", "The price of input is below 0.")),
        ({"from_": "2026-02-01", "rates": '{ input = "1", cache_read = "3" }'},
         ("warning", "cached", 21, "a-1", "cache_read 3 is dearer than input 1: see https://example.com/prices.")),
        ({"from_": "2026-02-01", "rates": '{ input = "1", cache_write_5m = "0.5" }'},
         ("warning", "cache-write", 21, "a-1", "cache_write_5m 0.5 is cheaper than input 1.")),
        ({"from_": "2026-02-01", "rates": '{ input = "1" }', "rules": '["batch"]'},
         ("warning", "batch", 21, "a-1", "input costs 2 in batch and 1 without.")),
        ({"from_": "2026-02-01", "rates": '{ input = "1" }', "long_context": '{ above = 1_000, rates = { input = "0.5" } }'},
         ("warning", "long-context", 21, "a-1", "input costs 0.5 above 1,000 prompt tokens and 1 below.")),
        ({"from_": "2026-02-01", "rules": '["nothing"]'},
         ("error", "undefined", 21, "a-1", "rules.nothing is not defined in this file.")),
        ({"from_": "2026-02-01", "source": '"paper"'},
         ("error", "undefined", 21, "a-1", "sources.paper is not defined in this file.")),
        ({"from_": "2026-02-01", "window": '{ schedule = "noon", times = "2" }'},
         ("error", "undefined", 21, "a-1", "schedules.noon is not defined in this file.")),
        ({"from_": "2026-02-01", "checked": "2026-07-01"},
         ("warning", "stale", 21, "a-1", "The source was last checked on 2026-07-01.")),
        ({"from_": "2026-02-01", "from_basis": '"snapshot"'},
         ("error", "snapshot", 21, "a-1", "from_basis is snapshot, but no name in models or note has the day 2026-02-01.")),
        ({"from_": "2026-02-01", "until": "2026-02-01"},
         ("error", "empty", 21, "a-1", "until 2026-02-01 is not after from 2026-02-01.")),
        ({"from_": "2026-02-01", "rates": "{ input = 1.5 }"},
         ("error", "grammar", 21, "a-1", '1.5 is written without quotes; write "1.5".')),
        ({"from_": "2026-02-01", "colour": '"red"'},
         ("error", "grammar", 21, "a-1", "Object contains unknown field `colour`.")),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_line(
    tmp_path: Path, second: dict[str, str], expected: tuple[str, str, int, str, str]
) -> None:
    assert problems(tmp_path, block(), block(**second)) == [expected]


def test_overlaps_and_gaps_of_prices_that_end(tmp_path: Path) -> None:
    late, early = block(until="2026-03-01"), block(until="2026-01-15")
    assert problems(tmp_path, late, block(from_="2026-02-01")) == [
        ("error", "overlap", 13, "a-1", "The price until 2026-03-01 overlaps the one from 2026-02-01.")
    ]
    assert problems(tmp_path, early, block(from_="2026-02-01")) == [
        ("error", "gap", 13, "a-1", "No price from 2026-01-15 until 2026-02-01.")
    ]


def test_it_does_not_stop_at_the_first_problem(tmp_path: Path) -> None:
    head = _HEAD.replace('"22:00-23:00"', '"22:00-late"')
    found = problems(tmp_path, block(colour='"red"'), block(source='"paper"'), block(rates='{ input = "-1" }'), head=head)
    assert [rule for _, rule, *_ in found] == ["schedule", "grammar", "undefined", "negative", "overlap"]


def test_a_block_in_one_line_is_found_by_its_line(tmp_path: Path) -> None:
    named = _BLOCK | {"models": '["b"]', "rates": '{ input = "1", cache_read = "2" }'}
    line = "  { " + ", ".join(f"{name} = {value}" for name, value in named.items()) + " },\n"
    head, _, sources = _HEAD.partition("\n[sources]")
    path = tmp_path / "acme.toml"
    path.write_text(f"{head}price = [\n{line}{line.replace('2026-01-01', '2026-02-01')}]\n\n[sources]{sources}")
    assert [one.line for one in check([path], TODAY).problems] == [4, 5]


def test_a_file_that_is_no_toml_or_of_another_provider(tmp_path: Path) -> None:
    assert problems(tmp_path, "[[price]\n")[0][:3] == ("error", "unreadable", 12)
    other = problems(tmp_path, block(), head=_HEAD.replace('"acme"', '"emca"'))
    assert other == [("error", "provider", 0, "", "The file says that its provider is emca.")]


def test_aliases_without_a_target_or_out_of_order(tmp_path: Path) -> None:
    path, names = tmp_path / "acme.toml", tmp_path / "aliases.toml"
    path.write_text(_HEAD + block())
    names.write_text(
        "makers = []\n[tiers]\n[regions]\n[hosts]\n[hosts_when_unnamed]\n"
        "[providers.acme]\nnames = ['acme']\n[providers.acme.alias]\n"
        '"a" = [{ model = "a-1" }]\n'
        '"a-2" = [{ model = "gone" }]\n'
        '"a-3" = [{ model = "a-1" }, { model = "a-1", from = 2026-03-01 }, { model = "a-1", from = 2026-02-01 }]\n'
    )
    assert [(one.line, one.model, one.message) for one in check([path], TODAY, aliases=names).problems] == [
        (10, "a-2", "The alias stands for gone, which has no price."),
        (11, "a-3", "The days of its targets are not in ascending order."),
    ]


@pytest.fixture(scope="module")
def shipped() -> Checked:
    files = [path for folder in ("providers", "imported") for path in resources.files("pricing", folder, suffix=".toml")]
    return check(files, TODAY, aliases=resources.path("pricing", "aliases.toml"))


def test_the_shipped_book_has_no_errors(shipped: Checked) -> None:
    assert [one for one in shipped.problems if one.severity == "error"] == []
    assert shipped.models > 2_000
    assert all(one.line > 0 for one in shipped.problems)
