"""A SELECT over a large file may need more memory than most: it gets it, and no record is blamed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pytest

from logcost.ingest import transform
from logcost.ingest.aside import GROUPS, Aside
from logcost.ingest.declared import declarations
from logcost.ingest.expand import expander
from logcost.ingest.options import Options
from logcost.ingest.transform import Transform, Workbench

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


def test_memory_that_a_large_select_got_is_given_back(tmp_path: Path) -> None:
    bench = _workbench(tmp_path)
    limit = "SELECT current_setting('memory_limit') AS memory"
    before = bench.select(limit)
    bench.select(_LARGE)
    assert bench.select(limit)["memory"].to_list() != before["memory"].to_list()
    bench.shrink()
    assert bench.select(limit).equals(before)
    bench.close()


@pytest.mark.parametrize("name", ["otel.otlp_traces", "otel.spans"])
def test_what_records_say_is_not_held_while_they_are_linked(name: str, tmp_path: Path) -> None:
    """A join holds its right side in memory: ids alone, which stand in a CTE, never the records."""
    declared = next(one for one in declarations() if one.name == name)
    bench = _workbench(tmp_path)
    made = Transform(declared, expander(declared).shape.schema, bench)
    rows = Aside(bench.aside, prompts=False, group=made.group)
    rows.add(pl.DataFrame(schema=made.schema).clear(1))
    bench.execute(f"CREATE TEMP VIEW records AS {rows.query([1], range(GROUPS))}")
    ((_, plan),) = bench.select(f"EXPLAIN (FORMAT json) {made.query_of('records')}").iter_rows()
    held = [leaf for join in _joins(json.loads(plan)[0]) for leaf in _leaves(join["children"][1])]
    assert {"CTE_SCAN", "COLUMN_DATA_SCAN"} <= set(held) <= {"CTE_SCAN", "REC_CTE_SCAN", "COLUMN_DATA_SCAN"}
    bench.close()


def _joins(plan: dict[str, Any]) -> list[dict[str, Any]]:
    below = [join for child in plan["children"] for join in _joins(child)]
    return [plan, *below] if "JOIN" in plan["name"] else below


def _leaves(plan: dict[str, Any]) -> list[str]:
    return [leaf for child in plan["children"] for leaf in _leaves(child)] or [plan["name"].strip()]
