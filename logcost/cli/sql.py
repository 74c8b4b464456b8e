"""``logcost sql``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from logcost.cli import options
from logcost.cli.session import opened


class OutputFormat(StrEnum):
    """How the result is written."""

    table = "table"
    csv = "csv"
    json = "json"


def sql(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="One SELECT over the ledger's tables (docs/schema.md).")],
    paths: options.Paths = None,
    output: Annotated[OutputFormat, typer.Option("--output", help="How to write the result.")] = OutputFormat.table,
    ledger: options.LedgerPath = None,
    declarations: options.Declarations = None,
    date: options.AssumeDate = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Query the ledger with SQL. The ledger is opened for reading only; no file and no network is in reach.

    \b
    Examples:
      logcost sql "SELECT response_model, count(*) FROM usage_record GROUP BY ALL"
      logcost sql "FROM reject" logs/app.jsonl --output csv
    """
    with opened(paths, ledger=ledger, declarations=declarations, assume_date=date, quiet=quiet) as store:
        from logcost.report import terminal

        frame = store.read_only_query(query)
        terminal.frame(frame, OutputFormat.json if as_json else output)
