"""Formats whose SELECT needs to see whole files: cumulative counters, made into calls by window functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from logcost.ingest import ingest
from logcost.store import Ledger
from tests.ingest.engine import NOW, write

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

CUMULATIVE = """/* logcost
format   = "test.cumulative"
title    = "A counter that goes on"
reader   = "json_lines"
identify = ["total"]
scope    = "file"
[fields]
total = "int"
model = "str"
*/
WITH counted AS (
    SELECT
        file_id,
        line,
        total - coalesce(lag(total) OVER same, 0) AS input_tokens,
        last_value(model IGNORE NULLS) OVER same AS response_model
    FROM source
    WINDOW same AS (PARTITION BY file_id ORDER BY line)
)
SELECT * FROM counted WHERE input_tokens <> 0
"""


def log(*totals: int, model: str = "m") -> str:
    records = [{"total": total, **({"model": model} if number == 0 else {})} for number, total in enumerate(totals)]
    return "".join(json.dumps(record) + "\n" for record in records)


def test_windows_see_whole_files_and_never_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("logcost.ingest.session.HAND_OVER_ROWS", 5)
    monkeypatch.setattr("logcost.ingest.batches.ROWS", 2)
    declared = write(tmp_path, "cumulative.sql", CUMULATIVE)
    logs = [write(tmp_path, f"{n}.jsonl", log(*(k * (n + 1) for k in range(1, 8)), 7 * (n + 1), model=f"m{n}")) for n in range(3)]
    with Ledger() as ledger:
        reports = ingest(ledger, logs, formats=[declared], now=NOW).sources
        assert [(report.rows_read, report.rows_loaded, report.skipped) for report in reports] == [(8, 7, 1)] * 3
        by_model = "SELECT response_model, count(*), sum(input_tokens)::BIGINT FROM usage_record GROUP BY 1 ORDER BY 1"
        assert ledger.sql(by_model) == [("m0", 7, 7), ("m1", 7, 14), ("m2", 7, 21)]


def test_a_grown_file_is_read_whole_again_because_its_counters_go_on(tmp_path: Path) -> None:
    declared = write(tmp_path, "cumulative.sql", CUMULATIVE)
    with Ledger() as ledger:
        for text in (log(10, 25), log(10, 25, 30)):
            ingest(ledger, [write(tmp_path, "a.jsonl", text)], formats=[declared], now=NOW)
        found = ledger.sql("SELECT source_line, input_tokens, response_model FROM usage_record ORDER BY 1")
        assert found == [(1, 10, "m"), (2, 15, "m"), (3, 5, "m")]


def test_a_counter_that_falls_is_rejected_with_its_line(tmp_path: Path) -> None:
    declared = write(tmp_path, "cumulative.sql", CUMULATIVE)
    with Ledger() as ledger:
        ingest(ledger, [write(tmp_path, "a.jsonl", log(10, 4))], formats=[declared], now=NOW)
        assert ledger.sql("SELECT line, slug, reason FROM reject") == [
            (2, "negative-count", "input_tokens is -6; counts start at 0. Correct the line.")
        ]
