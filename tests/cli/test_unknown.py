"""What is not known is said in words or as null, never as 0."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from logcost.report.words import UNKNOWN
from tests.cli.command import calls, run
from tests.report.page import Page

if TYPE_CHECKING:
    from pathlib import Path


DAY = {"grain": "bucket", "ended_at": "2026-10-02T12:00:00Z", "requests": None}


def test_spend_says_which_calls_have_no_price_and_why(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{}, {"response_model": "house-model"}, {"response_model": "house-model"}]
    log = calls(tmp_path / "calls.jsonl", *rows, {"service_tier": "flex"})
    lines = run("spend", log).out.splitlines()
    assert "! 3 calls (3.30 k tokens) without a price: not in the amounts." in lines
    assert "  anthropic house-model: 2 calls (2.20 k tokens), unknown-model" in lines
    assert "  anthropic claude-opus-4-5: 1 call (1.10 k tokens), mode-not-priced: flex" in lines
    assert lines[-1] == "  'logcost prices show MODEL' says what is known of a model."
    assert next(line for line in lines if "house-model  " in line).split()[-2:] == ["no", "price"]
    told = run("spend", log, "--json").json["unpriced"]
    assert [(one["model"], one["reason"], one["requests"], one["tokens"]) for one in told] == [
        ("house-model", "unknown-model", 2, 2_200),
        ("claude-opus-4-5", "mode-not-priced: flex", 1, 1_100),
    ]
    assert run("spend", calls(tmp_path / "priced.jsonl", {}), "--json").json["unpriced"] == []


def test_sums_that_count_no_calls_are_not_0_calls(tmp_path: Path) -> None:
    log = calls(tmp_path / "days.jsonl", DAY, {**DAY, "response_model": "house-model"})
    lines = run("spend", log).out.splitlines()
    assert [line.split()[2] for line in lines[2:4]] == [UNKNOWN] * 2
    assert lines[3].rstrip().endswith("no price")
    assert f"{UNKNOWN} is a count that no record states." in lines
    assert "! 1 record (1.10 k tokens) without a price: not in the amounts." in lines
    assert "  anthropic house-model: 1 record (1.10 k tokens), unknown-model" in lines
    assert run("spend", log, "--json").json["totals"]["requests"] is None
    assert not any(re.search(r"\b0 calls|\$0\.0+(?!\d)", line) for line in lines)


def test_a_count_that_no_record_states_is_not_0(tmp_path: Path) -> None:
    unknown = {"cache_read_input_tokens": None, "output_tokens": None}
    log = calls(tmp_path / "calls.jsonl", unknown, unknown)
    lines = run("spend", log).out.splitlines()
    assert lines[1].split()[2:7] == ["Calls", "Input", "Cached", "Written", "Output"]
    assert [line.split()[-8:-2] for line in lines[2:4]] == [["2", "2.00", "k", *[UNKNOWN] * 3]] * 2
    found = run("spend", log, "--json").json
    for totals in (found["totals"], *found["rows"]):
        assert (totals["cache_read_input_tokens"], totals["output_tokens"], totals["reasoning_output_tokens"]) == (None,) * 3
    stated = calls(tmp_path / "mixed.jsonl", unknown, {"cache_read_input_tokens": 0})
    lines = run("spend", stated).out.splitlines()
    assert lines[2].split()[4:6] == ["k", "0"]


def test_units_that_have_no_price_do_not_cost_0(tmp_path: Path) -> None:
    """Such as gigabytes of a vector store: neither calls nor tokens, and no price."""
    nothing = dict.fromkeys(("input_tokens", "output_tokens", "cache_read_input_tokens", "response_model"))
    log = calls(tmp_path / "storage.jsonl", {**DAY, **nothing, "other_units": {"vector_store_bytes": 1}})
    lines = run("spend", log).out.splitlines()
    assert lines[2].split()[-6:] == [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, "no", "price"]
    assert "! 1 record without a price: not in the amounts." in lines
    (told,) = run("spend", log, "--json").json["unpriced"]
    assert (told["requests"], told["tokens"], told["records"]) == (None, None, 1)


def test_a_report_of_sums_that_count_no_calls(tmp_path: Path) -> None:
    log = calls(tmp_path / "days.jsonl", {**DAY, "response_model": "house-model"}, {**DAY, "response_model": "house-model"})
    page = Page(run("report", log, "-o", "-").out)
    assert "2 records of one model have no price and are not in the total" in page.text
    assert "2 records of one model have no price, so no amount can be shown." in page.text
    assert "0% of records priced" in page.text
    assert page.column("t-dr", 3) == ([UNKNOWN], UNKNOWN)
    assert not re.search(r"\b0 calls|\$ ?0", page.text)


def test_calls_beside_sums_that_count_none_are_the_least(tmp_path: Path) -> None:
    """Three calls and the total of a day of one model: its cost divided by three calls was shown as the price of a call."""
    log = calls(tmp_path / "mixed.jsonl", {}, {}, {}, {**DAY, "input_tokens": 997_000, "output_tokens": 0})
    assert all(" ≥ 3 " in line for line in run("spend", log).out.splitlines()[2:4])
    assert "≥: 1 total of exports without a number of calls." in run("spend", log).out.splitlines()
    totals = run("spend", log, "--json").json["totals"]
    assert (totals["requests"], totals["records"], totals["uncounted_records"]) == (3, 4, 1)
    page = Page(run("report", log, "-o", "-").out)
    assert page.column("t-dr", 3) == (["≥ 3"], "≥ 3")
    assert page.column("t-dr", 4) == (["≤ $1,669.17"], "≤ $1,669.17")
    house = {"response_model": "house-model"}
    unpriced = calls(tmp_path / "unpriced.jsonl", {}, house, house, {**DAY, **house})
    assert "  anthropic house-model: at least 2 calls (3.30 k tokens), unknown-model" in run("spend", unpriced).out.splitlines()
    assert Page(run("report", unpriced, "-o", "-").out).tables["t-up"][1][3] == "≥ 2"
    counted = calls(tmp_path / "counted.jsonl", {}, {}, {})
    assert Page(run("report", counted, "-o", "-").out).column("t-dr", 4) == (["$7.50"], "$7.50")


def test_shares_of_spend_without_any_price(tmp_path: Path) -> None:
    log = calls(tmp_path / "calls.jsonl", *({"response_model": "house-model", "workload": "w"} for _ in range(1_500)))
    found = run("shape", log, "--json").json
    assert found["by_model"][0]["spend_share"] is None
    assert found["weightings"]["calls"]["modes"][0]["spend_share"] is None
    assert "$" not in run("shape", log).out


def test_cost_exports_hold_amounts() -> None:
    lines = run("formats").out.splitlines()
    assert "  amounts  " in next(line for line in lines if line.startswith("openai.costs_api"))


def test_caching_of_which_nothing_is_known(tmp_path: Path) -> None:
    log = calls(tmp_path / "calls.jsonl", {"response_model": "house-model"})
    totals = run("caching", log, "--json").json["totals"]
    assert totals == {
        "input_tokens": 1_000,
        "billed_read_tokens": None,
        "achievable_read_tokens": None,
        "missed_tokens": None,
        "net_saving": None,
    }
    text = run("caching", log).out
    assert "$" not in text
    assert "Needs a test" not in text
    assert text.splitlines()[2].split() == ["Total", "1.00", "k", "not", "known", "not", "known"]
