"""A row that leaves out what it cannot do without is rejected with what is missing; the rows beside it are loaded."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from logcost.ingest import ingest, rejects
from logcost.store import Ledger
from tests.ingest.golden import HERE

if TYPE_CHECKING:
    from pathlib import Path

CURRENCY = "is missing: an amount without a currency cannot be used."


def reasons(file: Path, content: str) -> list[str]:
    file.write_text(content, encoding="utf-8")
    with Ledger() as ledger:
        ingest(ledger, [file])
        return [row.reason for row in rejects(ledger)]


@pytest.mark.parametrize(
    ("sample", "columns", "reason"),
    [
        ("aws.cost_and_usage_report/sample_legacy.csv", ["lineItem/CurrencyCode"], f"currency_code {CURRENCY}"),
        ("aws.cost_and_usage_report/sample_legacy.csv", ["lineItem/UnblendedCost"], "unblended_cost is missing."),
        ("azure.cost_export/sample_traps.csv", ["Cost"], "Cost is missing."),
        ("azure.cost_export/sample_traps.csv", ["BillingCurrency"], f"BillingCurrency {CURRENCY}"),
        ("cursor.usage_events/sample_demo.csv", ["Date"], "Date is missing."),
        ("gcp.billing_export/sample_console.csv", ["Cost ($)"], "cost is missing."),
        ("openai.dashboard_usage/sample_embeddings.csv", ["start_time", "start_time_iso"], "start_time is missing"),
        ("logcost.usage/sample_minimal.csv", ["input_tokens", "output_tokens"], "no count at all"),
    ],
)
def test_a_cell_that_a_row_needs(sample: str, columns: list[str], reason: str, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((HERE / sample).read_text(encoding="utf-8-sig"))))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, **dict.fromkeys(columns, "")} for row in rows)
    whole = reasons(tmp_path / "whole.csv", (HERE / sample).read_text(encoding="utf-8-sig"))
    found = reasons(tmp_path / "emptied.csv", text.getvalue())
    assert [one for one in whole if one.startswith(reason)] == []
    assert [one for one in found if one.startswith(reason)] != []


@pytest.mark.parametrize(
    ("sample", "value", "reason"),
    [
        ("openai.costs_api/sample.json", '"currency": "usd"', f"amount.currency {CURRENCY}"),
        ("vercel.ai_gateway_report/sample_beside.json", '"day": "2026-09-01"', "day is missing."),
        ("gcp.billing_export/sample_array.json", '"currency": "TWD"', f"currency {CURRENCY}"),
    ],
)
def test_a_key_that_a_record_needs(sample: str, value: str, reason: str, tmp_path: Path) -> None:
    text = (HERE / sample).read_text(encoding="utf-8")
    key, _ = value.split(": ")
    emptied = text.replace(value, f"{key}: null")
    assert emptied != text
    json.loads(emptied)
    assert [one for one in reasons(tmp_path / "emptied.json", emptied) if one.startswith(reason)] != []


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("grain", "day", "grain must be request or bucket."),
        ("tags", "[1]", "tags must be a JSON object."),
        ("other_units", '{"pages": 1.5}', "other_units must be a JSON object of whole, non-negative counts."),
    ],
)
def test_a_value_that_our_own_format_does_not_take(column: str, value: str, reason: str, tmp_path: Path) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([["started_at", "input_tokens", column], ["2026-09-01T08:00:00Z", "3", value], ["", "3", ""]])
    assert [one.startswith(reason) for one in reasons(tmp_path / "calls.csv", text.getvalue())] == [True]
