"""``logcost shape`` from the command line: grouping, weighting, JSON, and what is said of a wrong group."""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.cli.command import run

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = ("started_at", "provider_name", "request_model", "workload", "api_key_id", "input_tokens", "output_tokens")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """600 calls: questions on long documents by one key, letters by another."""
    draw = random.Random(5)
    path = tmp_path / "calls.csv"
    start = datetime(2026, 9, 1, 0, 3, tzinfo=UTC)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        for i in range(600):
            reads = i % 2
            size = (9_000, 60) if reads else (150, 1_900)
            tokens = [round(mean * 2 ** draw.gauss(0, 0.5)) for mean in size]
            name = ("docs", "key-a") if reads else ("letters", "key-b")
            when = start + timedelta(hours=2 * i)
            writer.writerow([when.isoformat(), "openai", "gpt-4.1" if reads else "gpt-5-mini", *name, *tokens])
    return path


def test_the_finding_the_modes_and_what_makes_them(log: Path) -> None:
    out = run("shape", log).out
    assert out.startswith("Two kinds of traffic by spend: ")
    assert "The groups are these workloads: input-heavy is docs; output-heavy is letters (U = 1.00)." in out
    assert "Route by workload name; no classifier is needed." in out


def test_keys_are_shown_only_when_asked_for(log: Path) -> None:
    assert "key-a" not in run("shape", log).out
    out = run("shape", log, "--by", "key").out
    assert "The groups are these keys: input-heavy is key-a; output-heavy is key-b (U = 1.00)." in out


def test_weight_chooses_the_picture(log: Path) -> None:
    for weighting in ("calls", "tokens", "spend"):
        out = run("shape", log, "--weight", weighting).out
        assert f"Share of {weighting} by input to output tokens" in out
        assert out.startswith(f"Two kinds of traffic by {weighting}: ")
    assert run("shape", log, "--weight", "dollars").code == 2


def test_help_has_examples_of_both() -> None:
    out = run("shape", "--help").out
    assert "--by" in out
    assert "--weight" in out


def test_by_names_what_is_to_explain(log: Path) -> None:
    found = run("shape", log, "--by", "key", "--json").json
    assert found["explanation"]["features"] == ["key"]
    assert {group["key"] for group in found["by_feature"]} == {"key-a", "key-b"}
    assert {mode["members"][0]["key"] for mode in found["modes"]} == {"key-a", "key-b"}
    assert "key-a" not in run("shape", log, "--json").out
    both = run("shape", log, "--by", "model,month", "--json").json
    assert both["explanation"]["features"] == ["provider", "model", "month"]


def test_weight_chooses_the_modes_that_are_told(log: Path) -> None:
    by_calls = run("shape", log, "--weight", "calls", "--json").json
    assert by_calls["lead"] == "calls"
    assert sum(mode["calls"] for mode in by_calls["modes"]) == 600
    assert run("shape", log, "--json").json["lead"] == "spend"


def test_months_are_those_of_the_zone(log: Path) -> None:
    found = run("shape", log, "--tz", "America/New_York", "--json").json
    assert [(group["month"], group["verdict"]) for group in found["by_month"]] == [
        ("2026-08", "insufficient"),
        ("2026-09", "bimodal"),
        ("2026-10", "bimodal"),
    ]


@pytest.mark.parametrize(
    ("by", "told"), [("wrokload", "Did you mean workload?"), ("zzz", "Use some of"), (",", "names no group")]
)
def test_a_wrong_group_is_refused(log: Path, by: str, told: str) -> None:
    found = run("shape", log, "--by", by)
    assert found.code == 2
    assert told in found.err
