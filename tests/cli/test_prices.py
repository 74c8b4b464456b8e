"""``logcost prices``: every fact once, in a table that can be read."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from logcost.price import PriceBook, PriceFact, latest, show
from logcost.price.history import changes
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
    assert found[1][:5] == ["Standard", "Batch", "Fast", "Flex", "Priority"]
    assert found[2][:6] == ["input", "0.25", "0.125", "0.45", "0.125", "0.45"]
    assert "eu and us: the same prices." in done.out
    assert "History" not in done.out
    assert len(found) < 20


def test_another_region_is_a_multiple() -> None:
    assert "us: 1.1 times these token prices." in run("prices", "show", "claude-opus-4-6").out


@pytest.mark.parametrize("model", ["gpt-5-mini", "claude-opus-4-6", "claude-sonnet-4-5", "gpt-4o", "gemini-2.5-pro", "gpt-5.4"])
def test_the_table_holds_every_global_fact_at_every_time(model: str) -> None:
    facts = [fact for fact in show(BOOK, model) if fact.region == "global" and fact.confidence != "revoked"]
    edges = {fact.valid_from for fact in facts} | {fact.valid_to for fact in facts if fact.valid_to}
    for at in edges:
        now = [fact for fact in facts if fact.holds(at)]
        told = {
            (line.first.meter, line.first.tier, mode, usd) for line in price_grid.lines(now) for mode, usd in line.usd.items()
        }
        assert told == {(fact.meter, fact.tier, fact.mode, fact.usd) for fact in now}


def fact(meter: str, usd: str, region: str = "global", mode: str = "standard", start: int = 1) -> PriceFact:
    return PriceFact(
        "anthropic", "claude-x", meter, Decimal(usd), "USD per 1M tokens", mode, region, "",
        datetime(2026, start, 1, tzinfo=UTC), None, "https://example.com", date(2026, 11, 1), "published",
    )  # fmt: skip


def test_a_region_with_prices_of_its_own_is_a_table_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    facts = [fact("input", "3"), fact("output", "15"), fact("input", "3.3", "us"), fact("output", "15", "us")]
    terminal.prices(facts, datetime(2026, 11, 1, tzinfo=UTC))
    text = capsys.readouterr().out
    assert "anthropic claude-x, USD per 1M tokens, from 2026-01-01" in text
    assert ["In us"] in rows(text)
    assert ["input", "3.3"] in rows(text)


def test_what_a_region_lacks_is_said() -> None:
    base = [fact("input", "3"), fact("input", "6", mode="fast")]
    sentences, others = price_grid.regions([*base, fact("input", "3.3", "us", start=3)])
    assert sentences == ["us: 1.1 times these token prices, from 2026-03-01 on; no fast mode."]
    assert others == []
    assert price_grid.regions([*base, fact("cache_read", "1", "us")])[1] == ["us"]


def test_a_mode_that_ends_is_a_change_and_no_longer_shown(capsys: pytest.CaptureFixture[str]) -> None:
    ended = replace(fact("input", "1.5", mode="batch"), valid_to=datetime(2026, 3, 1, tzinfo=UTC))
    terminal.prices([fact("input", "3"), ended], datetime(2026, 4, 1, tzinfo=UTC))
    text = capsys.readouterr().out
    assert rows(text)[1] == ["Standard"]
    assert ["2026-03-01", "batch mode", "ends"] in rows(text)


def told(model: str, at: str) -> set[tuple[str, str, str]]:
    """Meter with mode and tier, price before and after, of what the history says of a day."""
    found = changes(show(BOOK, model))
    return {
        (", ".join(part for part in (one.meter, one.tier, one.mode) if part), str(one.before), str(one.after))
        for one in found
        if one.at.isoformat().startswith(at)
    }


def test_the_history_tells_what_changed_from_what_to_what() -> None:
    assert told("gpt-4o", "2024-10-02") >= {
        ("input, standard", "5", "2.5"),
        ("output, standard", "15", "10"),
        ("cache_read, standard", "None", "1.25"),
    }
    # Batch stays half of the standard price, and pictures cost what text costs: neither is news.
    assert not any("batch" in what or "image" in what for what, _, _ in told("gpt-4o", "2024-10-02"))
    assert ("output, 16:30-00:30 UTC, standard", "None", "0.55") in told("deepseek-chat", "2025-02-26")
    out = run("prices", "show", "gpt-4o").out
    assert any(row[:4] == ["2024-10-02", "input", "5", "2.5"] for row in rows(out))


def test_a_name_that_has_moved_says_what_it_stood_for() -> None:
    out = run("prices", "show", "gpt-4o").out
    assert "gpt-4o stands for gpt-4o-2024-05-13 from 2024-05-13 until 2024-10-02 and gpt-4o-2024-08-06 from 2024-10-02 on." in out
    assert rows(out)[0] == ["openai gpt-4o-2024-08-06, USD per 1M tokens"]


def test_a_retired_model_shows_its_last_prices_and_says_so() -> None:
    out = run("prices", "show", "deepseek-chat").out
    assert "! No price since 2026-07-24 15:59 UTC: later calls are not priced. These were the last." in out
    assert rows(out)[1] == ["deepseek deepseek-chat, USD per 1M tokens, from 2026-04-26 until 2026-07-24 15:59"]
    assert ["input", "0.14"] in rows(out)
    then = run("prices", "show", "deepseek-chat", "--at", "2026-11-01")
    assert "! No price since 2026-07-24 15:59 UTC" in then.out
    assert "History" not in then.out
    early = run("prices", "show", "gpt-4o", "--at", "2020-01-01").out
    assert "! No price yet: the first one holds from 2024-05-13 UTC." in early
    assert run("prices", "show", "gpt-4o", "--at", "2020-01-01", "--json").json["prices"] == []


def test_tiers_hours_and_fees_are_sections() -> None:
    out = run("prices", "show", "gemini-2.5-pro").out
    assert ["Above 200,000 prompt tokens"] in rows(out)
    assert ["Fees, USD each"] in rows(out)
    assert ["16:30-00:30 UTC"] in rows(run("prices", "show", "deepseek-chat", "--at", "2025-03-01").out)


def test_who_else_sells_a_model_is_said() -> None:
    out = run("prices", "show", "claude-opus-4-6").out
    assert re.search(r"^Also sold by aws\.bedrock, .*openrouter.*: see --provider\.$", out, flags=re.MULTILINE)
    assert "Also sold" not in run("prices", "show", "claude-opus-4-6", "--provider", "anthropic").out
    assert "openrouter" in run("prices", "show", "claude-opus-4-6", "--json").json["also_sold_by"]


def test_a_model_that_only_hosts_sell_names_them() -> None:
    done = run("prices", "show", "llama-3.3-70b-versatile")
    assert done.code == 1
    assert "It is sold by groq" in done.err
    assert "--provider" in done.err
    assert run("prices", "show", "llama-3.3-70b-versatile", "--provider", "groq").code == 0
    assert "Near: groq" in run("prices", "show", "llama-3.3-70b-versatile", "--provider", "grog").err


def test_a_free_model_costs_nothing_and_says_who_says_so() -> None:
    free = next(name for _, name in BOOK.models("openrouter") if name.endswith(":free"))
    out = run("prices", "show", free, "--provider", "openrouter").out
    assert any(row[:2] == ["input", "0"] for row in rows(out))
    assert "Source: https://" in out


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
    assert "groq" not in {row["provider"] for row in then}
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


def test_the_list_is_of_makers_and_says_how_many_models_of_hosts_it_leaves_out() -> None:
    out = run("prices", "list", "--match", "gpt-5.4").out
    assert {row[0] for row in rows(out)[2:-1]} == {"openai"}
    left_out = re.search(r"and ([\d,]+) models of hosts: --all, or --provider NAME\.", out)
    assert left_out
    every = run("prices", "list", "--match", "gpt-5.4", "--all", "--json").json
    hosts = {(row["provider"], row["model"]) for row in every["prices"] if row["provider"] != "openai"}
    assert len(hosts) == int(left_out[1])
    assert every["left_out"] == 0


def test_a_long_name_breaks_over_lines_on_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rich.console.Console.is_terminal", property(lambda _: True))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    name = "a-model-with-a-name-that-is-longer-than-the-column-in-which-it-stands-can-be"
    terminal.price_list([replace(fact("input", "3"), model=name)], datetime(2026, 11, 1, tzinfo=UTC))
    found = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).splitlines()
    assert max(map(len, found)) <= 80
    assert name in "".join(line[11:60].split("  ")[0] for line in found[3:-1])


def test_a_count_beyond_counting_is_no_count() -> None:
    done = run("prices", "quote", "gpt-4o", "--input", "99999999999999999999")
    assert done.err == "logcost: --input 99999999999999999999 is more than 2^53. Nobody has sold as many. [usage]\n"
    assert done.code == 2
