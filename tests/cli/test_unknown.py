"""What is not known is said in words or as null, never as 0."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.cli.command import calls, run

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
    assert [line.split()[2:4] for line in lines[2:4]] == [["not", "stated"]] * 2
    assert lines[3].rstrip().endswith("no price")
    assert "! 1.10 k tokens without a price: not in the amounts." in lines
    assert "  anthropic house-model: 1.10 k tokens, unknown-model" in lines
    assert not any(re.search(r"\b0 calls|\$0\.0+(?!\d)", line) for line in lines)


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
