"""Literal totals of the cloud, router and provider exports: witnesses besides the golden files.

The numbers are those of the ORIGIN.md pages, worked out from the samples by hand.
"""

from __future__ import annotations

import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.ingest.golden import HERE, Read, Sums, read, sums

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = ("a prompt that must never be stored", "an answer that must never be stored", "sk-a***1")


def only(sample: str) -> Read:
    (found,) = read(HERE / sample)
    return found


def money(found: Read, column: str, **pinned: str) -> Decimal:
    rows = [row for row in found.rows if all(row.get(name) == value for name, value in pinned.items())]
    return sum((Decimal(row[column]) for row in rows if column in row), Decimal(0))


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("aws.bedrock_invocation_log/sample_s3.jsonl", Sums(5, 89, 0, 0, 1123)),
        ("aws.bedrock_invocation_log/sample_s3.json.gz", Sums(5, 89, 0, 0, 1123)),
        ("aws.bedrock_cloudwatch_events/sample_get_log_events.json", Sums(5, 89, 0, 0, 1123)),
        ("aws.bedrock_cloudwatch_events/sample_traps.json", Sums(5, 50, 730, 2329, 435)),
        ("aws.bedrock_cloudwatch_insights/sample_traps.csv", Sums(5, 50, 730, 2329, 435)),
        ("aws.bedrock_cloudwatch_subscription/sample_traps.jsonl", Sums(5, 50, 730, 2329, 435)),
        ("aws.bedrock_invocation_log/sample_traps.jsonl", Sums(11, 129, 730, 2399, 503)),
        ("azure.apim_gateway_log/sample_traps.jsonl", Sums(8, 291, 696, 110, 202, 72)),
        ("azure.apim_llm_log/sample_traps.jsonl", Sums(5, 628, 50390, 0, 99)),
        ("azure.monitor_metrics/sample_traps.json", Sums(7, 1290, 0, 0, 204)),
        ("azure.openai_request_response/sample_traps.jsonl", Sums(0, 0, 0, 0, 0)),
        ("gcp.vertex_request_response_log/sample_traps.jsonl", Sums(9, 1266, 4096, 0, 2317, 901)),
        ("openrouter.activity/sample_codexbar.json", Sums(7, 402, 0, 0, 153, 11)),
        ("openrouter.generations/sample_partial.csv", Sums(2, 250, 0, 0, 450)),
        ("openrouter.generation/sample_document.json", Sums(1, 7, 3, 0, 25, 5)),
        ("deepseek.platform_amount/sample_codexbar.json", Sums(1212, 1_305_432, 100_686_720, 0, 656_338)),
        ("deepseek.amount/sample_utc_date.csv", Sums(12, 100_010, 1_000_000, 0, 50_009)),
        ("deepseek.amount/sample_intervals.csv", Sums(2, 51, 500, 0, 30)),
        ("mistral.billing_usage/sample_codexbar.json", Sums(0, 11_241, 0, 0, 4_097)),
        ("mistral.billing_usage/sample_empty.json", Sums(0, 0, 0, 0, 0)),
        ("mistral.billing_usage/sample_traps.json", Sums(0, 1040, 5000, 0, 220)),
        ("fireworks.billing_metrics/sample_traps.csv", Sums(0, 3005, 0, 0, 401)),
    ],
)
def test_tokens_are_those_of_the_origin_page(sample: str, expected: Sums) -> None:
    assert sums([{"requests": "0", **row} for row in only(sample).rows]) == expected


@pytest.mark.parametrize(
    ("sample", "currency", "expected"),
    [
        ("openrouter.activity/sample_codexbar.json", "USD", "39.79"),
        ("openrouter.generations/sample_partial.csv", "USD", "0.03"),
        ("mistral.billing_usage/sample_codexbar.json", "EUR", "0.02536281"),
        ("mistral.billing_usage/sample_traps.json", "EUR", "0.021195"),
    ],
)
def test_reported_costs_are_those_of_the_origin_page(sample: str, currency: str, expected: str) -> None:
    found = only(sample)
    assert {row["reported_currency"] for row in found.rows if "reported_cost" in row} == {currency}
    assert money(found, "reported_cost") == Decimal(expected)


@pytest.mark.parametrize(
    ("sample", "currency", "column", "expected"),
    [
        ("aws.cost_and_usage_report/sample_legacy.csv", "EUR", "billed_cost", "0.05"),
        ("aws.cost_and_usage_report/sample_cur2.parquet", "USD", "billed_cost", "1.23125"),
        ("azure.cost_export/sample_mca.csv", "EUR", "billed_cost", "1.74"),
        ("azure.cost_export/sample_mca.csv", "EUR", "list_cost", "1.83"),
        ("azure.cost_export/sample_traps.csv", "EUR", "billed_cost", "50.532393266666667"),
        ("gcp.billing_export/sample_array.json", "TWD", "billed_cost", "1.6338"),
        ("gcp.billing_export/sample_array.json", "TWD", "list_cost", "1.633846"),
        ("gcp.billing_export/sample_traps.jsonl", "TWD", "billed_cost", "18.1088"),
        ("gcp.billing_export/sample_bigquery.parquet", "USD", "billed_cost", "0.005"),
        ("gcp.billing_export/sample_flat.csv", "TWD", "billed_cost", "1.633841741666667"),
        ("gcp.billing_export/sample_console.csv", "USD", "billed_cost", "1234.455"),
        ("deepseek.platform_cost/sample_codexbar.json", "CNY", "billed_cost", "4.6318424"),
        ("deepseek.cost/sample_intervals.csv", "USD", "billed_cost", "10.0015"),
        ("deepseek.cost/sample_intervals.csv", "USD", "list_cost", "12.5015"),
        ("deepseek.cost/sample_utc_date.csv", "CNY", "billed_cost", "4.6318424"),
        ("fireworks.billing_summary/sample_codexbar.json", "USD", "billed_cost", "1.525548296"),
        ("xai.usage/sample_traps.json", "USD", "billed_cost", "2.873457139012346"),
        ("focus.cost_and_usage/sample_saas_virtual_currency_a1.csv", "USD", "billed_cost", "200000"),
        ("focus.cost_and_usage/sample_saas_virtual_currency_a1.csv", "USD", "effective_cost", "0"),
        ("focus.cost_and_usage/sample_saas_virtual_currency_a2.csv", "USD", "billed_cost", "0"),
        ("focus.cost_and_usage/sample_saas_virtual_currency_a2.csv", "USD", "effective_cost", "1230"),
        ("focus.cost_and_usage/sample_saas_virtual_currency_b2.csv", "USD", "effective_cost", "615"),
        ("focus.cost_and_usage/sample_saas_virtual_currency_b2.csv", "USD", "list_cost", "1230"),
        ("focus.cost_and_usage/sample_focus_1_4.parquet", "EUR", "effective_cost", "2.25"),
    ],
)
def test_amounts_are_those_of_the_origin_page(sample: str, currency: str, column: str, expected: str) -> None:
    found = only(sample)
    assert {row["billing_currency"] for row in found.rows} == {currency}
    assert money(found, column) == Decimal(expected)


def test_tax_credits_and_refunds_of_a_cost_and_usage_report_stay_apart_from_usage() -> None:
    found = only("aws.cost_and_usage_report/sample_cur2.csv")
    kinds = ("Usage", "Tax", "Credit", "Refund", "Purchase")
    billed = {kind: money(found, "billed_cost", charge_category=kind) for kind in kinds}
    expected = ("21.512589581789012", "1.23", "-0.36015", "-0.5", "22")
    assert billed == dict(zip(kinds, map(Decimal, expected), strict=True))
    assert all("quantity" not in row for row in found.rows if row["charge_category"] != "Usage")
    assert (found.report.skipped, found.report.rejects) == (2, 3)


@pytest.mark.parametrize(
    ("sample", "read_rows", "skipped"),
    [
        ("azure.cost_export/sample_ea_actual_small.csv", 11, 11),
        ("focus.cost_and_usage/sample_saas_spend_agreements_a2.csv", 13, 13),
        ("azure.openai_request_response/sample_traps.jsonl", 3, 3),
    ],
)
def test_what_is_no_language_model_is_counted_and_told_not_dropped(sample: str, read_rows: int, skipped: int) -> None:
    report = only(sample).report
    assert (report.rows_read, report.skipped, report.rows_loaded, report.rejects) == (read_rows, skipped, 0, 0)
    assert any("skipped" in note or "no token counts" in note for note in report.notes)


def test_the_lifetimes_of_bedrock_cache_writes_come_from_the_logged_answers() -> None:
    found = only("aws.bedrock_invocation_log/sample_traps.jsonl")
    written = [
        sum(int(row.get(f"cache_creation_{lifetime}_input_tokens", 0)) for row in found.rows)
        for lifetime in ("5m", "1h", "unsplit")
    ]
    assert written == [300 + 60 + 50, 1789 + 100 + 30, 70]


def test_the_same_bedrock_calls_from_s3_and_cloudwatch_count_once() -> None:
    folder, events = HERE / "aws.bedrock_invocation_log", HERE / "aws.bedrock_cloudwatch_events"
    found = read(folder / "sample_s3.jsonl", events / "sample_get_log_events.json")
    assert sums([row for one in found for row in one.rows]) == Sums(5, 89, 0, 0, 1123)
    assert sum(one.report.duplicates for one in found) == 5


def test_a_deepseek_day_of_another_time_zone_begins_on_the_day_before_in_utc() -> None:
    row = only("deepseek.amount/sample_intervals.csv").rows[0]
    assert (row["started_at"], row["ended_at"]) == ("2026-09-30T16:00:00.000000Z", "2026-10-01T16:00:00.000000Z")


def test_an_activity_report_downloaded_again_counts_once() -> None:
    folder = HERE / "openrouter.activity"
    found = read(folder / "sample_codexbar.json", folder / "sample_traps.json")
    assert sum(one.report.duplicates for one in found) == 0
    assert "byok_usage_inference" in found[1].rows[0]["tags"]


@pytest.mark.parametrize(
    "sample",
    [
        "aws.bedrock_invocation_log/sample_traps.jsonl",
        "aws.bedrock_cloudwatch_events/sample_traps.json",
        "azure.apim_gateway_log/sample_traps.jsonl",
        "azure.apim_llm_log/sample_traps.jsonl",
        "gcp.vertex_request_response_log/sample_traps.jsonl",
        "deepseek.amount/sample_utc_date.csv",
    ],
)
def test_no_text_of_a_prompt_and_no_key_is_kept(sample: str) -> None:
    text = (HERE / sample).read_text(encoding="utf-8")
    secrets = [
        secret
        for secret in ("a prompt that must never be stored", "an answer that must never be stored", "sk-a***1")
        if secret in text
    ]
    found = only(sample)
    kept = repr((found.report, found.rows, found.rejects))
    assert secrets
    assert [secret for secret in secrets if secret in kept] == []


def test_an_export_of_deepseek_is_read_as_it_is_downloaded(tmp_path: Path) -> None:
    archive = tmp_path / "usage_data_2026-10-01_2026-10-31.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.write(HERE / "deepseek.amount" / "sample_intervals.csv", "amount-2026-10.csv")
        zipped.write(HERE / "deepseek.cost" / "sample_intervals.csv", "cost-2026-10.csv")
    found = read(archive)
    assert sorted((one.report.format, one.report.path.rpartition("!")[2]) for one in found) == [
        ("deepseek.amount", "amount-2026-10.csv"),
        ("deepseek.cost", "cost-2026-10.csv"),
    ]
    assert sums([row for one in found for row in one.rows if "grain" in row and "requests" in row]) == Sums(2, 40, 500, 0, 30)
    assert sum(money(one, "billed_cost") for one in found) == Decimal("10.0015")


def test_calls_without_an_id_count_once_in_overlapping_exports(tmp_path: Path) -> None:
    whole = HERE / "openrouter.generations" / "sample_partial.csv"
    part = tmp_path / "part.csv"
    # Another order of the columns, so that it is not the same file.
    header, first, *_ = (line.split(",") for line in whole.read_text(encoding="utf-8").splitlines())
    part.write_text("\n".join(",".join(reversed(cells)) for cells in (header, first)) + "\n", encoding="utf-8")
    found = read(whole, part)
    assert sums([row for one in found for row in one.rows]) == sums(only("openrouter.generations/sample_partial.csv").rows)
    assert sum(one.report.duplicates for one in found) == 1
