"""Samples of every format beside the rows they must give: what the golden test compares, and how it is written anew."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from logcost import schema
from logcost.ingest import ingest
from logcost.store import Ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logcost.types import SourceReport

HERE: Final = Path(__file__).parent
FOLDERS: Final = sorted(page.parent for page in HERE.glob("*/ORIGIN.md"))
REPORT_COLUMNS: Final = ("sample", "format", "rows_read", "rows_loaded", "skipped", "duplicates", "rejects", "notes")
_ENGINE_COLUMNS: Final = ("source_id",)


@dataclass(frozen=True, slots=True)
class Read:
    """What became of one sample: its report, its rows as texts by column, and its rejects."""

    report: SourceReport
    rows: tuple[dict[str, str], ...]
    rejects: tuple[tuple[object, ...], ...]


def samples(folder: Path) -> list[Path]:
    """The samples of a format, in the order of their names."""
    return sorted(folder.glob("sample*"))


@cache
def read(*paths: Path) -> tuple[Read, ...]:
    """Ingest the samples into one private ledger and return what became of each; the same samples are ingested once."""
    with Ledger() as ledger:
        result = ingest(ledger, paths)
        by_path = dict(ledger.sql("SELECT path, source_id FROM source_file"))
        found = []
        for report in result.sources:
            number = by_path.get(report.path, -1)
            rows = [row for table in ("usage_record", "invoice_line") for row in _rows(ledger, table, number)]
            rejects = ledger.sql("SELECT line, slug, reason FROM reject WHERE source_id = $id ORDER BY ALL", {"id": number})
            found.append(Read(report, tuple(rows), tuple(rejects)))
        return tuple(found)


def table_rows(ledger: Ledger) -> list[dict[str, str]]:
    """All rows of a ledger as texts by column."""
    numbers = [number for (number,) in ledger.sql("SELECT source_id FROM source_file ORDER BY source_id")]
    return [row for number in numbers for table in ("usage_record", "invoice_line") for row in _rows(ledger, table, number)]


def _rows(ledger: Ledger, table: str, source_id: int) -> list[dict[str, str]]:
    columns = [column for column in schema.TABLES[table] if column.name not in _ENGINE_COLUMNS]
    shown = ", ".join(_as_text(column) for column in columns)
    found = ledger.sql(f"SELECT {shown} FROM {table} WHERE source_id = $id", {"id": source_id})
    rows = [{c.name: text for c, text in zip(columns, row, strict=True) if text is not None} for row in found]
    return sorted(rows, key=lambda row: (int(row["source_line"]), sorted(row.items())))


def _as_text(column: schema.Column) -> str:
    if column.sql_type == "TIMESTAMPTZ":
        return f"strftime({column.name}, '%Y-%m-%dT%H:%M:%S.%fZ') AS {column.name}"
    if column.sql_type.endswith(("[]", ")")) and not column.sql_type.startswith("DECIMAL"):
        return f"to_json({column.name})::VARCHAR AS {column.name}"
    return f"{column.name}::VARCHAR AS {column.name}"


def expected_rows(folder: Path) -> str:
    """``expected.csv``: every row of every sample, each sample read alone; columns that are NULL throughout are left out."""
    rows = [{"sample": path.name, **row} for path in samples(folder) for one in read(path) for row in one.rows]
    order = [column.name for table in schema.TABLES for column in schema.TABLES[table]]
    names = sorted({name for row in rows for name in row} - {"sample"}, key=order.index)
    return _csv(("sample", *names), [[row.get(name, "") for name in ("sample", *names)] for row in rows])


def expected_sources(folder: Path) -> str:
    """``expected_sources.csv``: what became of the records of every sample, and the reasons of its rejects."""
    lines = []
    for path in samples(folder):
        for one in read(path):
            r = one.report
            counts = (r.rows_read, r.rows_loaded, r.skipped, r.duplicates, r.rejects)
            lines.append([path.name, r.format or r.error or "", *counts, " | ".join(r.notes)])
            lines += [[path.name, f"line {line}: {slug}: {reason}", *[""] * 6] for line, slug, reason in one.rejects]
    return _csv(REPORT_COLUMNS, lines)


def _csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


@dataclass(frozen=True, slots=True)
class Sums:
    """Totals as the ORIGIN.md pages state them: input without the cache, and writes of every lifetime."""

    calls: int
    uncached: int
    cache_read: int
    cache_write: int
    output: int
    reasoning: int = 0


def sums(rows: Sequence[dict[str, str]]) -> Sums:
    """Totals of rows as read from the ledger; an unknown count adds nothing."""
    writes = [name for name in schema.column_names("usage_record") if name.startswith("cache_creation_")]

    def total(*names: str) -> int:
        return sum(int(row.get(name, "0")) for row in rows for name in names)

    cached = total("cache_read_input_tokens"), total(*writes)
    calls = total("requests")
    return Sums(calls, total("input_tokens") - sum(cached), *cached, total("output_tokens"), total("reasoning_output_tokens"))
