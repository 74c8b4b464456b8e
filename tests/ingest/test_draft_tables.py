"""``logcost formats new`` for tables of people: sums, numbers with signs between thousands, days written in many ways."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logcost.errors import UnknownFormatError
from logcost.ingest import draft, ingest
from logcost.ingest.draft.numbers import notations
from logcost.ingest.draft.times import form
from logcost.store import Ledger
from tests.ingest.golden import HERE
from tests.ingest.test_draft import jsonl, read

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PERIOD = ("grain", "started_at::VARCHAR", "ended_at::VARCHAR", "requests", "input_tokens")
FIRST, SECOND, THIRD = (f"2026-10-0{day} 00:00:00+00" for day in (1, 2, 3))


def table(path: Path, *rows: Sequence[str], delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


@pytest.mark.parametrize("name", ["requests", "n_requests", "num_model_requests", "calls", "API Requests", "count"])
def test_a_column_that_counts_calls_makes_a_row_a_sum(name: str, tmp_path: Path) -> None:
    head = ("date", "model", name, "input_tokens", "output_tokens")
    rows = (("2026-10-01", "gpt-4o", "120", "60000", "5"), ("2026-10-02", "gpt-4o", "1", "7", "5"))
    sample = table(tmp_path / "days.csv", head, *rows)
    made = draft(sample)
    assert read(made, sample, *PERIOD) == [("bucket", FIRST, SECOND, 120, 60_000), ("bucket", SECOND, THIRD, 1, 7)]
    assert dict(made.found)["requests"].strip('"') == name
    assert any(name in check and "sum of several calls" in check for check in made.checks)


@pytest.mark.parametrize(
    ("start", "end", "ended"),
    [
        pytest.param("2026-10-01T00:00:00Z", "2026-10-01T06:00:00Z", "2026-10-01 06:00:00+00", id="stated"),
        pytest.param("2026-10-01", "2026-10-01", SECOND, id="last day included"),
        pytest.param("2026-10-01", "2026-10-02", SECOND, id="day after"),
    ],
)
def test_the_end_of_a_sum(start: str, end: str, ended: str, tmp_path: Path) -> None:
    head = ("start_date", "end_date", "model", "calls", "tokens_in")
    sample = table(tmp_path / "sums.csv", head, (start, end, "gpt-4o", "3", "9"))
    assert read(draft(sample), sample, *PERIOD) == [("bucket", FIRST, ended, 3, 9)]


def test_the_end_of_a_sum_that_nothing_tells(tmp_path: Path) -> None:
    sample = jsonl(tmp_path / "a.jsonl", [{"time": "2026-10-01T12:34:56Z", "model": "m", "calls": 3, "tokens_in": 9}])
    made = draft(sample)
    assert read(made, sample, "grain", "ended_at", "requests") == [("bucket", None, 3)]
    assert "no key tells how long a sum lasts: yield ended_at." in made.checks


def test_a_month_is_a_sum(tmp_path: Path) -> None:
    sample = table(tmp_path / "months.csv", ("month", "model", "tokens in"), ("2026-09", "gpt-4o", "9"))
    expected = [("bucket", "2026-09-01 00:00:00+00", FIRST, None, 9)]
    assert read(draft(sample), sample, *PERIOD) == expected


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"calls": 1}, id="every record counts one"),
        pytest.param({"count": 7}, id="a vague name at an instant"),
        pytest.param({"calls": "many"}, id="words"),
        pytest.param({"end_time": "2026-10-01T12:00:09Z"}, id="a call ends too"),
    ],
)
def test_calls_are_no_sums(more: dict[str, object], tmp_path: Path) -> None:
    record = {"time": "2026-10-01T12:00:05Z", "model": "gpt-4o", "tokens_in": 9, "id": "c1"}
    sample = jsonl(tmp_path / "calls.jsonl", [record | more])
    assert read(draft(sample), sample, "grain", "requests", "ended_at", "dedup_key") == [("request", 1, None, "c1")]


def test_a_day_without_a_time_may_be_a_sum(tmp_path: Path) -> None:
    sample = table(tmp_path / "days.csv", ("date", "model", "tokens in"), ("2026-10-01", "gpt-4o", "9"))
    made = draft(sample)
    assert read(made, sample, "grain", "requests") == [("request", 1)]
    assert any("if a row is the sum of several calls" in check for check in made.checks)


@pytest.mark.parametrize(
    ("tokens", "cost", "currency"),
    [
        pytest.param(("1,234,567", "999"), ("$1,234.56", "$0.50"), "USD", id="commas"),
        pytest.param(("1.234.567", "999"), ("1.234,56 €", "0,50 €"), "EUR", id="points"),
        pytest.param(("1'234'567", "999"), ("1'234.56", "0.50"), "USD", id="apostrophes"),
        pytest.param(("1\u202f234\u202f567", "999"), ("1\u202f234,56", "0,50"), "USD", id="spaces"),
        pytest.param(("1234567", "999"), ("1234,56", "0,50"), "USD", id="decimal comma alone"),
    ],
)
def test_numbers_as_spreadsheets_write_them(
    tokens: tuple[str, str], cost: tuple[str, str], currency: str, tmp_path: Path
) -> None:
    head = ("Created At", "Model", "Tokens In", "Cost")
    rows = [("2026-10-01 12:00:00", "gpt-4o", *pair) for pair in zip(tokens, cost, strict=True)]
    sample = table(tmp_path / "calls.csv", head, *rows, delimiter=";")
    found = read(draft(sample), sample, "input_tokens", "reported_cost", "reported_currency")
    assert found == [(1_234_567, Decimal("1234.56"), currency), (999, Decimal("0.50"), currency)]


def test_a_number_in_another_notation_than_the_sample_is_rejected(tmp_path: Path) -> None:
    head = ("model", "tokens in", "cost usd")
    sample = table(tmp_path / "sample.csv", head, ("gpt-4o", "1,234", "$1,234.50"))
    declared = tmp_path / "draft.sql"
    declared.write_text(draft(sample).text, encoding="utf-8")
    log = table(tmp_path / "log.csv", head, ("m", "1,23", "1"), ("m", "many", "1"), ("m", "5", "1,5"), ("m", "1,000", "2"))
    with Ledger() as ledger:
        (report,) = ingest(ledger, [log], formats=[declared]).sources
        assert (report.rows_loaded, report.rejects) == (1, 3)
        assert ledger.sql("SELECT line FROM reject ORDER BY line") == [(2,), (3,), (4,)]
        assert ledger.sql("SELECT input_tokens, reported_cost FROM usage_record") == [(1_000, Decimal(2))]


@pytest.mark.parametrize(
    ("written", "decided"),
    [
        pytest.param(("10/01/2026", "10/13/2026"), True, id="month first"),
        pytest.param(("01/10/2026", "13/10/2026"), True, id="day first"),
        pytest.param(("10/01/2026", "10/13/2026"), True, id="again"),
        pytest.param(("01.10.2026", "13.10.2026"), True, id="points"),
        pytest.param(("20261001", "20261013"), True, id="digits alone"),
        pytest.param(("10/01/2026", "10/02/2026"), False, id="either"),
    ],
)
def test_days_as_people_write_them(written: tuple[str, str], decided: bool, tmp_path: Path) -> None:
    sample = table(tmp_path / "days.csv", ("Date", "Model", "Tokens In"), *((day, "gpt-4o", "9") for day in written))
    made = draft(sample)
    assert read(made, sample, "started_at::VARCHAR")[0] == (FIRST,)
    assert any("month/day is assumed" in check for check in made.checks) is not decided


def test_a_time_in_an_unknown_form_is_told(tmp_path: Path) -> None:
    sample = table(tmp_path / "days.csv", ("Date", "Model", "Tokens In"), ("1st of May", "gpt-4o", "9"))
    assert any("Date is in no form that is known" in check for check in draft(sample).checks)


def test_records_inside_two_arrays(tmp_path: Path) -> None:
    days = [
        {"day": "2026-10-01", "usage": [{"model": "gpt-4o", "input": 10}, {"model": "gpt-5", "input": 5}]},
        {"day": "2026-10-02", "usage": [{"model": "gpt-4o", "input": 7}]},
    ]
    sample = tmp_path / "report.json"
    sample.write_text(json.dumps({"generated": "2026-11-01T00:00:00Z", "data": days}, indent=1), encoding="utf-8")
    expected = [(FIRST, "gpt-4o", 10), (FIRST, "gpt-5", 5), (SECOND, "gpt-4o", 7)]
    assert read(draft(sample), sample, "started_at::VARCHAR", "response_model", "input_tokens") == expected


def test_what_holds_whole_numbers_is_named_where_no_key_looks_like_tokens(tmp_path: Path) -> None:
    sample = table(tmp_path / "a.csv", ("Datum", "Eingabe", "Ausgabe", "Text"), ("2026-10-01", "5", "1.000", "x"))
    with pytest.raises(UnknownFormatError, match=r"Whole numbers stand at Eingabe, Ausgabe\."):
        draft(sample)


@given(st.integers(1_000, 10**17), st.integers(0, 99), st.sampled_from([(",", "."), (".", ","), ("'", "."), (" ", ",")]))
def test_a_notation_reads_what_it_writes(whole: int, cents: int, signs: tuple[str, str]) -> None:
    groups, point = signs
    text = f"{whole:,}".replace(",", groups)
    assert whole in [one.number(text) for one in notations([text], whole=True)]
    (found,) = notations([f"{text}{point}{cents:02}", f"0{point}5"], whole=False)
    assert found.number(f"{text}{point}{cents:02}") == whole + Decimal(cents) / 100


def test_a_point_before_three_digits_may_be_either(tmp_path: Path) -> None:
    sample = table(tmp_path / "a.csv", ("model", "tokens in", "tokens out", "cost usd"), ("m", "1.000", "5", "2.500"))
    made = draft(sample)
    assert read(made, sample, "input_tokens", "reported_cost") == [(1, Decimal("2.5"))]
    unsure = [check for check in made.checks if "it could also be a point between thousands" in check]
    assert [check.partition(" is read")[0] for check in unsure] == ['"tokens in"', '"cost usd"']


@pytest.mark.parametrize("text", ["1,23", "1,2345", "0,123", ",123", "1.234,5", "12,34,567", "", "-1", "true"])
def test_what_is_no_whole_number(text: str) -> None:
    assert notations([text], whole=True) == ()


@pytest.mark.parametrize("text", ["today", "1/2/26", "2026-10-01 noon", "5", "12:00"])
def test_what_is_no_known_time(text: str) -> None:
    assert form([text]) is None


FOLDERS = sorted(path for path in HERE.iterdir() if path.is_dir() and any(path.glob("sample*")))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_a_draft_of_any_sample_runs(folder: Path, tmp_path: Path) -> None:
    """Of every sample that tells tokens a draft reads records; it never rejects all of them, or fails."""
    sample = min(folder.glob("sample*"))
    try:
        made = draft(sample)
    except UnknownFormatError as error:
        assert error.remedy  # noqa: PT017 -- drafting must either work or say what to do
        return
    declared = tmp_path / "draft.sql"
    declared.write_text(made.text, encoding="utf-8")
    with Ledger() as ledger:
        report, *_ = ingest(ledger, [sample], formats=[declared]).sources
    assert report.error is None
    assert report.rows_loaded + report.skipped + report.duplicates > 0 or report.rows_read == 0


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        pytest.param({"input": 10, "cache_read": 100, "output": 5}, (110, 5), id="more cached than input"),
        pytest.param({"input": 10, "cache_read": 5, "output": 5, "reasoning": 9}, (10, 14), id="more reasoning than output"),
        pytest.param({"input": 10, "cache_read": 5, "output": 5, "reasoning": 3}, (10, 5), id="neither"),
    ],
)
def test_a_part_larger_than_a_count_is_not_inside_it(counts: dict[str, int], expected: tuple[int, int], tmp_path: Path) -> None:
    sample = jsonl(tmp_path / "a.jsonl", [{"model": "m", "tokens": counts}])
    made = draft(sample)
    assert read(made, sample, "input_tokens", "output_tokens") == [expected]
    assumed = any("assumed that the input count" in check for check in made.checks)
    assert assumed is (counts["cache_read"] < counts["input"])


def test_columns_without_a_value_have_the_types_of_what_they_mean(tmp_path: Path) -> None:
    head = table(tmp_path / "head.csv", ("date", "model", "input tokens", "cost usd"))
    declared = tmp_path / "draft.sql"
    declared.write_text(draft(head).text, encoding="utf-8")
    log = table(tmp_path / "log.csv", ("date", "model", "input tokens", "cost usd"), ("2026-10-01", "m", "5", "0.5"))
    with Ledger() as ledger:
        assert ingest(ledger, [log], formats=[declared]).sources[0].rows_loaded == 1


def test_a_parquet_table(tmp_path: Path) -> None:
    sample = tmp_path / "calls.parquet"
    frame = pl.DataFrame({"at": [datetime(2026, 10, 1, 12, tzinfo=UTC)], "model": ["m"], "tokens_in": [7], "tags": [["a"]]})
    frame.write_parquet(sample)
    assert read(draft(sample), sample, "started_at::VARCHAR", "input_tokens") == [("2026-10-01 12:00:00+00", 7)]


def test_a_database_is_not_looked_into(tmp_path: Path) -> None:
    sample = tmp_path / "calls.db"
    with closing(sqlite3.connect(sample)) as database:
        database.execute("CREATE TABLE calls (model, input_tokens, output_tokens)")
    with pytest.raises(UnknownFormatError, match="Export its table of calls as CSV"):
        draft(sample)


@pytest.mark.parametrize("value", [True, 1.5])
def test_what_is_no_name_is_not_taken_for_one(value: object, tmp_path: Path) -> None:
    sample = jsonl(tmp_path / "a.jsonl", [{"model": "m", "tokens_in": 7, "user": value, "tier": value}])
    assert read(draft(sample), sample, "input_tokens", "user_id", "service_tier") == [(7, None, None)]
