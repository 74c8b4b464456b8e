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


@pytest.mark.parametrize("failures", [0, 1, 4])
def test_what_a_row_says_late_in_a_log_is_neither_lost_nor_let_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    log = write(tmp_path, "a.jsonl", LATE_NEWS)
    rows = "SELECT * EXCLUDE (source_id) FROM usage_record ORDER BY source_line"
    with Ledger() as ledger:
        load(ledger, tmp_path, log)
        expected = ledger.query(rows)
    for name, value in (
        ("lean.LEAN_AFTER", 1),
        ("lean._MOST_FAILURES", failures),
        ("session.HAND_OVER_ROWS", 5),
        ("batches.ROWS", 5),
    ):
        monkeypatch.setattr(f"logcost.ingest.{name}", value)
    with Ledger() as ledger:
        load(ledger, tmp_path, log)
        assert ledger.query(rows).equals(expected)
        told = "SELECT source_line, cache_read_input_tokens, epoch(started_at) FROM usage_record WHERE source_line IN (21, 31)"
        assert ledger.sql(f"{told} ORDER BY 1") == [(21, 7, None), (31, None, 1790856000)]
        assert [(number, slug) for number, _, slug, _ in reasons(ledger)] == [
            (41, "future-time"),
            (42, "impossible-count"),
            (61, "missing-field"),
        ]


def test_records_before_a_date_are_skipped_by_every_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    days = [f"2026-09-{1 + n % 30:02d}T00:00:00Z" for n in range(60)]
    log = write(tmp_path, "a.jsonl", "".join(line(n, ts=day) for n, day in enumerate(days)))
    for name, value in (("lean.LEAN_AFTER", 1), ("session.HAND_OVER_ROWS", 5), ("batches.ROWS", 5)):
        monkeypatch.setattr(f"logcost.ingest.{name}", value)
    with Ledger() as ledger:
        (report,) = load(ledger, tmp_path, log, since=datetime(2026, 9, 21, tzinfo=UTC)).sources
        assert (report.rows_loaded, report.skipped) == (20, 40)


def test_a_format_that_comes_with_logcost_is_one_select() -> None:
    kinds = {one.path: [statement.type for statement in duckdb.extract_statements(one.select)] for one in declarations()}
    assert {path: found for path, found in kinds.items() if found != [duckdb.StatementType.SELECT]} == {}
