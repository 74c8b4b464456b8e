"""A SELECT over a large file may need more memory than most: it gets it, and no record is blamed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb
import pytest

from logcost.ingest import transform
from logcost.ingest.options import Options
from logcost.ingest.transform import Workbench
from logcost.ingest.writer import Writer
from logcost.store import Ledger

if TYPE_CHECKING:
    from pathlib import Path

_LARGE = "SELECT len(list(n)) AS n FROM range(20_000_000) AS numbers(n)"
"""Holds 160 MB in one list, which cannot be moved to the disk."""


def _workbench(scratch: Path) -> Workbench:
    return Workbench(scratch, Options(now=datetime(2026, 11, 1, tzinfo=UTC)))


def test_a_select_that_needs_more_memory_gets_it(tmp_path: Path) -> None:
    bench = _workbench(tmp_path)
    assert bench.select(_LARGE)["n"].to_list() == [20_000_000]
    bench.close()


def test_memory_that_runs_out_is_told_and_not_taken_for_a_bad_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transform, "_MORE_MEMORY", ())
    bench = _workbench(tmp_path)
    with pytest.raises(duckdb.OutOfMemoryException):
        bench.select(_LARGE)
    bench.close()


def test_a_ledger_is_written_by_one_thread_in_little_memory_and_gets_both_back() -> None:
    query = "SELECT current_setting('threads'), current_setting('memory_limit')"
    with Ledger() as ledger:
        before = ledger.sql(query)
        writer = Writer(ledger)
        assert ledger.sql(query) == [(1, "76.2 MiB")] != before
        writer.close()
        assert ledger.sql(query) == before
