"""The result of a query (``logcost sql``) as a table, CSV or JSON on stdout."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING

from logcost.report import json, words
from logcost.report.terminal import output

if TYPE_CHECKING:
    import polars as pl

ROWS_SHOWN = 1000
_LONGEST = 80


def frame(data: pl.DataFrame, kind: str) -> None:
    """Write the rows as ``table`` (at most 1,000, long cells cut), ``csv`` or ``json`` (both whole; nested values as JSON)."""
    if kind == "json":
        sys.stdout.write(json.dumps(json.frame(data)) + "\n")
    elif kind == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(data.columns)
        writer.writerows([json.cell(value) for value in row] for row in data.iter_rows())
    else:
        _table(data)


def _table(data: pl.DataFrame) -> None:
    console = output.console()
    columns = [output.Column(name, number=dtype.is_numeric(), wrap=True) for name, dtype in data.schema.items()]
    rows = [
        ["" if value is None else words.label(json.cell(value), limit=_LONGEST).text for value in row]
        for row in data.head(ROWS_SHOWN).iter_rows()
    ]
    console.print(output.table(columns, rows))
    if data.height > ROWS_SHOWN:
        console.print(f"and {words.count(data.height - ROWS_SHOWN)} more rows; --output csv writes all.")
