"""Literal totals of the exports of OpenAI, Anthropic, Cursor and GitHub Copilot, as their ORIGIN.md pages state them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from logcost.ingest import ingest
from logcost.ingest.messages import MORE_PAGES
from logcost.store import Ledger
from tests.ingest.golden import HERE, Sums, read, samples, sums

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def _money(rows: Sequence[dict[str, str]], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows if column in row), Decimal(0))


def _rows(sample: str) -> tuple[dict[str, str], ...]:
    (found,) = read(HERE / sample)
    return found.rows


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("openai.usage_api/sample_pages.jsonl", Sums(6, 570, 1380, 300, 102)),
        ("openai.usage_result/sample_completions.json", Sums(6, 1100, 4100, 0, 1100)),
        ("openai.activity/sample_day.json", Sums(23, 6637, 512, 0, 827)),
        ("openai.dashboard_usage/sample_completions.csv", Sums(25, 119_000, 14_000, 0, 91_000)),
        ("openai.dashboard_usage/sample_completions.tsv", Sums(25, 119_000, 14_000, 0, 91_000)),
        ("openai.dashboard_usage/sample_empty.csv", Sums(0, 0, 0, 0, 0)),
        ("openai.dashboard_usage/sample_embeddings.csv", Sums(7, 1950, 0, 0, 0)),
        ("anthropic.claude_code_report/sample.json", Sums(0, 118_500, 412_000, 26_000, 37_160)),
        ("anthropic.analytics_usage/sample.json", Sums(15, 300, 1200, 150, 180)),
        ("anthropic.analytics_user_usage/sample.json", Sums(28, 400, 1600, 200, 240)),
        ("anthropic.console_tokens/sample_2026.csv", Sums(0, 360_000, 50_000, 5000, 17_000)),
        ("anthropic.console_tokens/sample_old_writes.csv", Sums(0, 1000, 300, 200, 40)),
        ("anthropic.console_tokens/sample_reduced.csv", Sums(0, 155_000, 0, 0, 2700)),
        ("cursor.usage_events/sample_demo.csv", Sums(80, 342_972, 189_565, 44_344, 130_687)),
        ("cursor.usage_events/sample_requests.csv", Sums(4, 26_062, 1_980_627, 34_464, 6346)),
        ("github.copilot_usage/sample.csv", Sums(0, 240, 62_000, 40_000, 900)),
    ],
)
def test_tokens_are_those_of_the_origin_page(sample: str, expected: Sums) -> None:
    assert sums(_rows(sample)) == expected


@pytest.mark.parametrize(
    ("sample", "column", "amount"),
    [
        ("openai.dashboard_cost/sample_2025.csv", "billed_cost", "1.79854525"),
        ("openai.dashboard_cost/sample_2026.csv", "billed_cost", "1.94883598"),
        ("openai.dashboard_cost/sample_traps.tsv", "billed_cost", "-1.376543125987652"),
        ("anthropic.cost_report/sample.json", "billed_cost", "12.7053912"),
        ("anthropic.claude_code_report/sample.json", "reported_cost", "11.6693"),
        ("anthropic.analytics_cost/sample.json", "billed_cost", "12.45123456"),
        ("anthropic.analytics_cost/sample.json", "list_cost", "15.007"),
        ("anthropic.analytics_user_cost/sample.json", "billed_cost", "12.535"),
        ("anthropic.console_cost/sample_v1.csv", "billed_cost", "1.75"),
        ("anthropic.console_cost/sample_v2.csv", "billed_cost", "2.40"),
        ("anthropic.console_cost/sample_v3.csv", "list_cost", "3.90"),
        ("anthropic.console_cost/sample_v4.csv", "billed_cost", "0.45"),
        ("anthropic.console_cost/sample_v4.csv", "list_cost", "1.35"),
        ("cursor.usage_events/sample_demo.csv", "reported_cost", "6.02"),
        ("cursor.usage_events/sample_team_2026.csv", "reported_cost", "0.153"),
        ("github.copilot_billing/sample_transition.csv", "billed_cost", "0.07"),
        ("github.copilot_billing/sample_transition.csv", "list_cost", "0.72"),
        ("github.copilot_billing/sample_transition.csv", "quantity", "18"),
        ("github.copilot_billing/sample_metered.csv", "billed_cost", "9.59"),
        ("github.copilot_billing/sample_metered.csv", "list_cost", "9.79"),
        ("github.copilot_usage/sample.csv", "reported_cost", "0.05002"),
    ],
)
def test_money_is_that_of_the_origin_page(sample: str, column: str, amount: str) -> None:
    assert _money(_rows(sample), column) == Decimal(amount)


@pytest.mark.parametrize(
    ("sample", "noted"),
    [
        ("openai.usage_api/sample_pages.jsonl", False),
        ("anthropic.analytics_usage/sample_traps.jsonl", True),
        ("anthropic.analytics_cost/sample.json", True),
        ("anthropic.cost_report/sample_traps.jsonl", False),
    ],
)
def test_only_the_last_page_of_a_file_tells_whether_pages_are_missing(sample: str, noted: bool) -> None:
    (found,) = read(HERE / sample)
    assert (MORE_PAGES in found.report.notes) == noted


def test_pages_in_an_array_are_as_pages_on_lines(tmp_path: Path) -> None:
    lines = HERE / "openai.usage_api" / "sample_pages.jsonl"
    array = tmp_path / "pages.json"
    array.write_text(f"[{','.join(lines.read_text(encoding='utf-8').splitlines())}]", encoding="utf-8")
    one, other = read(lines)[0], read(array)[0]
    assert [row["dedup_key"] for row in one.rows] == [row["dedup_key"] for row in other.rows]
    assert one.report.notes == other.report.notes == ()


def test_a_missing_page_that_was_appended_is_no_longer_missed(tmp_path: Path) -> None:
    first, last = (HERE / "openai.usage_api" / "sample_pages.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    grown = tmp_path / "pages.jsonl"
    with Ledger() as ledger:
        grown.write_text(first, encoding="utf-8")
        (before,) = ingest(ledger, [grown]).sources
        grown.write_text(first + last, encoding="utf-8")
        ingest(ledger, [grown])
        assert before.notes == (MORE_PAGES,)
        assert ledger.sql("SELECT rows_loaded, notes FROM source_file") == [(3, [])]


def test_the_dashboards_export_and_the_api_show_one_bucket_once(tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    page.write_text(
        '{"object": "page", "has_more": false, "next_page": null, "data": [{"object": "bucket", "start_time": 1759622400,'
        '"end_time": 1759708800, "results": [{"object": "organization.usage.completions.result", "input_tokens": 61000,'
        '"input_cached_tokens": 6000, "output_tokens": 9000, "num_model_requests": 12, "project_id": "proj_a",'
        '"user_id": "user-a", "api_key_id": "key_a", "model": "gpt-4o-2024-08-06", "batch": false, "service_tier": "default"}'
        "]}]}",
        encoding="utf-8",
    )
    both = read(page, HERE / "openai.dashboard_usage" / "sample_completions.csv")
    assert sums([row for one in both for row in one.rows]) == Sums(25, 119_000, 14_000, 0, 91_000)
    assert sum(one.report.duplicates for one in both) == 1


def test_what_a_file_does_not_have_is_unknown_and_not_zero() -> None:
    (row,) = _rows("anthropic.console_tokens/sample_reduced.csv")
    assert [name for name in row if name.startswith("cache_")] == []
    (row,) = [row for row in _rows("cursor.usage_events/sample_traps.csv") if row["source_line"] == "6"]
    assert not {"input_tokens", "output_tokens", "reported_cost"} & set(row)


def test_the_word_of_an_event_is_kept_and_costs_nothing() -> None:
    rows = _rows("cursor.usage_events/sample_demo.csv")
    assert sum("reported_cost" in row for row in rows) == 64
    assert sum('"cost":"Included"' in row["tags"] for row in rows) == 16


def test_the_comparison_columns_of_premium_requests_are_never_added() -> None:
    lines = _rows("github.copilot_billing/sample_traps.csv")
    assert _money([row for row in lines if row["meter"] == "premium_requests"], "billed_cost") == 0
    requests = [row for row in _rows("github.copilot_usage/sample_traps.csv") if '"unit_type":"requests"' in row["tags"]]
    assert [(row["reported_cost"], row["input_tokens"]) for row in requests] == [("0.000000000000000", "0")]


def test_rows_of_the_ai_usage_report_recompute_from_disjoint_counts() -> None:
    """Claude Haiku 4.5 at 1, 5, 0.10 and 1.25 USD a million; 10 % less when Auto chose it."""
    rows = [row for row in _rows("github.copilot_usage/sample.csv") if row["response_model"] == "Claude Haiku 4.5"]
    for row, share in zip(rows, (Decimal("0.9"), Decimal(1)), strict=True):
        read_, written = int(row["cache_read_input_tokens"]), int(row["cache_creation_unsplit_input_tokens"])
        fresh = int(row["input_tokens"]) - read_ - written
        micros = fresh + 5 * int(row["output_tokens"]) + Decimal("0.1") * read_ + Decimal("1.25") * written
        assert f'"gross_amount":"{micros * share / 10**6:f}"'.rstrip('0"') in row["tags"]


@pytest.mark.parametrize(
    "name",
    [
        "openai.activity",
        "openai.dashboard_usage",
        "anthropic.analytics_usage",
        "anthropic.claude_code_report",
        "anthropic.console_tokens",
        "cursor.usage_events",
        "github.copilot_requests",
        "github.copilot_usage",
    ],
)
def test_what_two_exports_have_in_common_counts_once(name: str, tmp_path: Path) -> None:
    for path in samples(HERE / name):
        copy = tmp_path / path.name
        # Lines that are only appended to would be the same log, grown.
        copy.write_bytes(b"\n" + path.read_bytes() if path.suffix == ".jsonl" else path.read_bytes() + b"\n")
        alone, (first, second) = read(path)[0], read(path, copy)
        assert sums([*first.rows, *second.rows]) == sums(alone.rows), path.name
        assert first.report.duplicates + second.report.duplicates == len(alone.rows), path.name


def test_cells_beyond_the_header_are_read_when_nothing_stands_in_them(tmp_path: Path) -> None:
    export = tmp_path / "cost.csv"
    header = "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency"
    times = "1759622400,1759708800,2025-10-05T00:00:00+00:00,2025-10-06T00:00:00+00:00"
    export.write_text(f"{header}\n{times},0.5,usd,,\n{times},0.5,usd,,x\n", encoding="utf-8")
    (found,) = read(export)
    assert (_money(found.rows, "billed_cost"), found.report.rejects) == (Decimal("0.5"), 1)


@pytest.mark.parametrize(
    "header",
    [
        "Date,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost",
        "Date,User,Kind,Model,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Requests",
        "Date,Cloud Agent ID,Kind,Model,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Cost",
    ],
)
def test_every_header_of_the_cursor_export_is_recognised(header: str, tmp_path: Path) -> None:
    export = tmp_path / "usage-events.csv"
    export.write_text(f"{header}\n", encoding="utf-8")
    (found,) = read(export)
    assert (found.report.format, found.report.rows_read) == ("cursor.usage_events", 0)


def test_the_same_day_of_two_endpoints_without_models_counts_for_both() -> None:
    folder = HERE / "openai.dashboard_usage"
    files = [folder / f"sample_{endpoint}_usage_2025-10-05.csv" for endpoint in ("embeddings", "moderations")]
    found = read(*files)
    assert sums([row for one in found for row in one.rows]) == Sums(14, 6000, 0, 0, 0)
    assert sum(one.report.duplicates for one in found) == 0
