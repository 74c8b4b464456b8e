"""Plans of a SELECT that leave out what no row says give the same rows and rejects as the whole query."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import duckdb
import pytest

from logcost.ingest import declarations, ingest
from logcost.ingest.prompt_columns import COLUMNS
from logcost.ingest.transform import Transform
from logcost.store import Ledger
from tests.ingest.engine import line, load, reasons, write
from tests.ingest.golden import FOLDERS, samples, table_rows

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from logcost.ingest.transform import Outcome

KEPT: Final = {"source_line", "started_at", *COLUMNS}


def rows_and_rejects(folder: Path) -> tuple[list[dict[str, str]], object]:
    with Ledger() as ledger:
        ingest(ledger, samples(folder))
        return table_rows(ledger), reasons(ledger)


def empty_columns(rows: pl.DataFrame) -> set[str]:
    return {column.name for column in rows if column.null_count() == rows.height} - KEPT


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_format_gives_the_same_without_the_columns_that_no_row_fills(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = rows_and_rejects(folder)
    whole = Transform.run

    def twice(transform: Transform, frame: pl.DataFrame) -> Outcome:
        first, again = whole(transform, frame), whole(transform, frame)
        again = whole(transform, frame) if again.rejects.height else again
        assert again.rejects.equals(first.rejects)
        # The second time nothing is given that was NULL in every row, unless a reject had it.
        assert again.rejects.height or not first.rows.height or not empty_columns(again.rows)
        return again

    monkeypatch.setattr("logcost.ingest.lean.LEAN_AFTER", 1)
    monkeypatch.setattr(Transform, "run", twice)
    assert rows_and_rejects(folder) == expected


def plain(*numbers: int) -> str:
    return "".join(line(n, ts=None, use={"in": n, "out": 1}) for n in numbers)


LATE_NEWS: Final = (
    plain(*range(20))
    + line(20, ts=None, use={"in": 50, "out": 1, "cached": 7})
    + plain(*range(21, 30))
    + line(30, use={"in": 50, "out": 1})
    + plain(*range(31, 40))
    + line(40, ts="2027-10-01T12:00:00Z")
    + line(41, use={"in": 3, "out": 1, "cached": 9})
    + plain(*range(42, 60))
    + line(60, model=None)
    + plain(*range(61, 80))
)
"""Counts of the cache, times and wrong rows come after many rows without."""


def in_fives(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> list[Path]:
    """The lines of a log as files of five, each of which is a frame; plans leave out what the frames before did not say."""
    monkeypatch.setattr("logcost.ingest.session.HAND_OVER_ROWS", 5)
    monkeypatch.setattr("logcost.ingest.lean.LEAN_AFTER", 1)
    lines = text.splitlines(keepends=True)
    return [write(folder, f"{n:03d}.jsonl", "".join(lines[n : n + 5])) for n in range(0, len(lines), 5)]


@pytest.mark.parametrize("failures", [0, 1, 9])
def test_what_a_row_says_late_in_a_log_is_neither_lost_nor_let_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    rows = "SELECT * EXCLUDE (source_id, source_line) FROM usage_record ORDER BY dedup_key"
    with Ledger() as ledger:
        load(ledger, tmp_path, write(tmp_path, "whole.jsonl", LATE_NEWS))
        expected = ledger.query(rows)
    monkeypatch.setattr("logcost.ingest.lean._MOST_FAILURES", failures)
    with Ledger() as ledger:
        load(ledger, tmp_path, *in_fives(tmp_path, monkeypatch, LATE_NEWS))
        assert ledger.query(rows).equals(expected)
        told = "SELECT dedup_key, cache_read_input_tokens, epoch(started_at) FROM usage_record"
        assert ledger.sql(f"{told} WHERE dedup_key IN ('call-20', 'call-30') ORDER BY 1") == [
            ("call-20", 7, None),
            ("call-30", None, 1790856000),
        ]
        assert sorted(slug for *_, slug, _ in reasons(ledger)) == ["future-time", "impossible-count", "missing-field"]


def test_records_before_a_date_are_skipped_by_every_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(line(n, ts=f"2026-09-{1 + n % 30:02d}T00:00:00Z") for n in range(60))
    with Ledger() as ledger:
        logs = in_fives(tmp_path, monkeypatch, text)
        reports = load(ledger, tmp_path, *logs, since=datetime(2026, 9, 21, tzinfo=UTC)).sources
        assert [(one.rows_loaded, one.skipped) for one in reports] == [*[(0, 5)] * 4, *[(5, 0)] * 2] * 2


def test_a_format_that_comes_with_logcost_is_one_select() -> None:
    kinds = {one.path: [statement.type for statement in duckdb.extract_statements(one.select)] for one in declarations()}
    assert {path: found for path, found in kinds.items() if found != [duckdb.StatementType.SELECT]} == {}
