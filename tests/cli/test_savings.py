"""``logcost savings`` and ``logcost whatif`` from the command line: amounts that add up, and what is said of wrong options."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.cli.command import run

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = ("started_at", "provider_name", "request_model", "workload", "status", "input_tokens", "output_tokens")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A job every night, of which one call in ten fails; one call of another workload, and one without a price."""
    path = tmp_path / "calls.csv"
    start = datetime(2026, 10, 1, 2, 5, tzinfo=UTC)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(FIELDS)
        for night in range(5):
            for i in range(200):
                when = start + timedelta(days=night, seconds=10 * i)
                status = "error" if i % 10 == 0 else "ok"
                writer.writerow([when.isoformat(), "anthropic", "claude-sonnet-4-5", "nightly", status, 20_000, 500])
        writer.writerow([start.isoformat(), "anthropic", "claude-haiku-4-5", "chat", "ok", 2_000, 400])
        writer.writerow([start.isoformat(), "anthropic", "nobody-knows-me", "chat", "ok", 2_000, 400])
    return path


def test_the_savings_add_up_to_the_difference_of_the_bills(log: Path) -> None:
    found = run("savings", log, "--json", "--no-config").json
    assert [(step["code"], step["risk"]) for step in found["steps"]] == [("LC205", "none"), ("LC201", "latency")]
    amounts = [Decimal(step["saving"]) for step in found["steps"]]
    # 100 failed calls, then half of the 900 that are left.
    assert amounts == [Decimal("6.75"), Decimal("30.375")]
    assert Decimal(found["billed"]) - sum(amounts) == Decimal(found["left"]) == Decimal(found["steps"][-1]["left"])
    assert Decimal(found["overlap"]) == Decimal("3.375")
    assert found["unpriced_records"] == 1


def test_the_terminal_names_what_to_do_what_it_rests_on_and_the_sums(log: Path) -> None:
    out = run("savings", log, "--no-config").out
    assert "Stop paying for failed calls of nightly" in out
    assert "Send nightly in batches" in out
    assert "Nobody waits for these answers within a day" in out


def test_servers_of_ones_own_need_measured_rates(log: Path) -> None:
    rates = "prefill=8000,decode=1500,hourly=2.50"
    found = run("savings", log, "--json", "--no-config", "--self-host", rates).json["self_hosting"]
    # Each night 200 calls in one hour: (200 x 20,000 / 8,000 + 200 x 500 / 1,500) s of 3,600 at 60 %, and one spare.
    assert (found["servers"], found["hours"]) == (2, 97)
    assert (found["p99_hour_input_tokens"], found["p99_hour_output_tokens"]) == (4_000_000 + 2_000 + 2_000, 100_000 + 800)
    assert Decimal(found["cost"]) == Decimal("2.50") * 2 * 97
    assert "servers" in run("savings", log, "--no-config", "--self-host", rates).out
    wrong = run("savings", log, "--self-host", "prefill=8000")
    assert wrong.code == 2
    assert "lacks decode, hourly: measure it, there is no default" in wrong.err
    assert run("savings", log, "--self-host", "prefill=0,decode=1,hourly=1").code == 2


def test_whatif_prices_each_change_on_what_the_one_before_it_left(log: Path) -> None:
    found = run("whatif", log, "--json", "--no-config", "--route", "nightly=claude-haiku-4-5:60%", "--batch", "nightly").json
    assert [step["option"] for step in found["steps"]] == ["route", "batch"]
    nightly, chat = Decimal("67.5"), Decimal("0.004")
    assert Decimal(found["before"]) == nightly + chat
    mixed = nightly * Decimal("0.4") + nightly / 3 * Decimal("0.6")
    assert [Decimal(step["cost"]) for step in found["steps"]] == [mixed + chat, mixed / 2 + chat]
    assert Decimal(found["after"]) == mixed / 2 + chat
    assert (found["calls"], found["left_out"]) == (1001, 1)


def test_whatif_in_words(log: Path) -> None:
    out = run("whatif", log, "--no-config", "--route", "nightly=claude-haiku-4-5:60%").out
    assert "nightly" in out
    assert "quality of its answers was not measured" in out


def test_prices_of_another_day_keep_what_had_no_price_then(log: Path) -> None:
    found = run("whatif", log, "--json", "--no-config", "--price-as-of", "2025-01-01").json
    assert found["after"] == found["before"]
    assert found["steps"][0]["kept"] == 1001


def test_what_cannot_be_asked_is_said_with_a_remedy(log: Path) -> None:
    for options, says in (
        ((), "There is nothing to change"),
        (("--batch", "nightli"), "Did you mean nightly?"),
        (("--cache", "nightly=1h"), "nothing says which prompts of it repeat"),
        (("--route", "nightly=claude-haiku-4-5"), "lacks a share"),
    ):
        done = run("whatif", log, "--no-config", *options)
        assert done.code == 2
        assert says in done.err
        assert done.out == ""


@pytest.mark.parametrize("command", ["savings", "whatif"])
def test_help_has_examples(command: str) -> None:
    out = run(command, "--help").out
    assert f"logcost {command} " in out
    assert "docs/savings.md" in out


def test_a_log_without_calls_is_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    path.write_text(",".join(FIELDS) + "\n", encoding="utf-8")
    done = run("savings", path, "--no-config")
    assert done.code in {0, 4}
    assert "Traceback" not in done.err
