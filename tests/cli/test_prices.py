"""``logcost prices``: every fact once, in a table that can be read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from logcost.price import PriceBook, PriceFact, latest, show
from logcost.report import terminal
from logcost.report.terminal import price_grid
from tests.cli.command import run

BOOK = PriceBook.load()


def rows(text: str) -> list[list[str]]:
    """Cells of every line; columns are at least two blanks apart."""
    return [re.split(r" {2,}", line.strip()) for line in text.splitlines() if line.strip()]


def test_modes_are_columns_and_equal_regions_one_sentence() -> None:
    done = run("prices", "show", "gpt-5-mini", "--at", "2026-10-01")
    found = rows(done.out)
    assert found[1][:6] == ["Meter", "Standard", "Batch", "Fast", "Flex", "Priority"]
    assert found[2][:7] == ["input", "0.25", "0.125", "0.45", "0.125", "0.45", "2025-08-07"]
    assert "eu and us: the same prices." in done.out
    assert len(found) < 15


def test_another_region_is_a_multiple() -> None:
    assert "us: 1.1 times these token prices." in run("prices", "show", "claude-opus-4-6").out


@pytest.mark.parametrize("model", ["gpt-5-mini", "claude-opus-4-6", "claude-sonnet-4-5", "gpt-4o", "gemini-2.5-pro", "gpt-5.4"])
def test_the_table_holds_every_global_fact_at_every_time(model: str) -> None:
    facts = [fact for fact in show(BOOK, model) if fact.region == "global" and fact.confidence != "revoked"]
    lines = price_grid.lines(facts)
    edges = {fact.valid_from for fact in facts} | {fact.valid_to for fact in facts if fact.valid_to}
    for at in edges:
        told = {
            (line.first.model, line.first.meter, line.first.tier, mode, usd)
            for line in lines
            for mode, usd in line.usd.items()
            if line.start <= at and (line.end is None or at < line.end)
        }
        assert told == {(fact.model, fact.meter, fact.tier, fact.mode, fact.usd) for fact in facts if fact.holds(at)}


def fact(meter: str, usd: str, region: str = "global", mode: str = "standard", start: int = 1) -> PriceFact:
    return PriceFact(
        "anthropic", "claude-x", meter, Decimal(usd), "USD per 1M tokens", mode, region, "",
        datetime(2026, start, 1, tzinfo=UTC), None, "https://example.com", date(2026, 11, 1), "published",
    )  # fmt: skip


def test_a_region_with_prices_of_its_own_is_a_table_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.prices([fact("input", "3"), fact("output", "15"), fact("input", "3.3", "us"), fact("output", "15", "us")])
    text = capsys.readouterr().out
    assert "anthropic claude-x in us, USD per 1M tokens" in text
    assert ["input", "3.3", "2026-01-01", "published", "[1]"] in rows(text)


def test_what_a_region_lacks_is_said() -> None:
    base = [fact("input", "3"), fact("input", "6", mode="fast")]
    sentences, others = price_grid.regions([*base, fact("input", "3.3", "us", start=3)])
    assert sentences == ["us: 1.1 times these token prices, from 2026-03-01 on; no fast mode."]
    assert others == []
    assert price_grid.regions([*base, fact("cache_read", "1", "us")])[1] == ["us"]


def test_a_change_of_one_mode_starts_a_line() -> None:
    ended = replace(fact("input", "1.5", mode="batch"), valid_to=datetime(2026, 3, 1, tzinfo=UTC))
    found = price_grid.lines([fact("input", "3"), ended])
    assert [(line.start.month, line.end and line.end.month, sorted(line.usd)) for line in found] == [
        (1, 3, ["batch", "standard"]),
        (3, None, ["standard"]),
    ]


def test_json_keeps_every_fact() -> None:
    assert len(run("prices", "show", "gpt-5-mini", "--json").json["prices"]) == len(show(BOOK, "gpt-5-mini"))


def test_a_price_taken_back_is_told_apart() -> None:
    out = run("prices", "show", "claude-sonnet-5").out
    assert "Announced from 2026-09-01 on and taken back before: input 3, output 15." in out
    assert "revoked" not in out


@pytest.mark.parametrize(("name", "hint"), [("gtp-5", "Near: gpt-5,"), ("zzz", "'logcost prices list' names all models.")])
def test_an_unknown_model_is_an_error_with_a_hint(name: str, hint: str) -> None:
    done = run("prices", "show", name)
    assert done.code == 1
    assert hint in done.err
    assert done.out == ""


def test_the_list_has_every_model_once_with_its_price_of_the_day() -> None:
    done = run("prices", "list", "--provider", "anthropic", "--at", "2026-11-01")
    found = {row[1]: row for row in rows(done.out)[2:-1]}
    assert set(found) <= {model for _, model in BOOK.models("anthropic")}
    assert {"claude-opus-4-6", "claude-haiku-4-5"} <= set(found)
    # The price of input is as old as the model, though a fee was added later.
    assert found["claude-opus-4-6"][2:6] == ["5", "0.5", "25", "2026-02-05"]
    assert rows(done.out)[-1] == [f"{len(found)} models."]
    then = run("prices", "list", "--at", "2024-06-01", "--json").json["prices"]
    assert {row["usd"] for row in then if (row["model"], row["meter"]) == ("gpt-4o", "input")} == {"5"}
    assert not any(row["model"] == "gpt-5" for row in then)
    assert run("prices", "list", "--provider", "nobody").code == 1


def test_a_price_that_is_announced_is_not_listed_before_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    def listed(instant: datetime) -> str:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(instant.timestamp())))
        rates = run("prices", "list", "--json").json["prices"]
        return next(str(row["usd"]) for row in rates if (row["model"], row["meter"]) == ("gpt-4o", "input"))

    assert listed(datetime(2024, 10, 1, 23, 59, 59, tzinfo=UTC)) == "5"
    assert listed(datetime(2024, 10, 2, tzinfo=UTC)) == "2.5"


def test_a_price_in_the_list_starts_when_it_started() -> None:
    for one in latest(BOOK, datetime(2026, 11, 1, tzinfo=UTC)):
        before = [fact for fact in show(BOOK, one.model, provider=one.provider) if fact.valid_to == one.valid_from]
        assert (one.meter, one.usd, one.source, one.confidence) not in {
            (fact.meter, fact.usd, fact.source, fact.confidence)
            for fact in before
            if (fact.model, fact.mode, fact.region, fact.tier) == (one.model, "standard", "global", "")
        }
