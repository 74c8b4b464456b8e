"""``logcost ingest``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from logcost.cli import options
from logcost.cli.output import print_json
from logcost.cli.session import Reading, labels, load
from logcost.config import ledger_path
from logcost.period import period
from logcost.store import Ledger


def ingest(
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="Files, folders, globs, or - for stdin.")],
    ledger: options.LedgerPath = None,
    declarations: Annotated[
        list[Path] | None,
        typer.Option(
            "--format", "--input-format", metavar="FILE.sql", help="A format of your own; may be repeated.", show_default=False
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Pass over records before this day or instant (UTC).")
    ] = None,
    date: options.AssumeDate = None,
    tags: options.Tags = None,
    provider: options.Provider = None,
    jobs: options.Jobs = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Add logs and exports to the stored ledger. The same file or call twice counts once.

    \b
    Examples:
      logcost ingest ~/.claude/projects exports/*.json
      logcost ingest --format my_app.sql --tag team=search logs/
    """
    reading = Reading(
        declarations=tuple(declarations or ()),
        assume_date=date.date() if date else None,
        since=period(since=since).start,
        tags=labels(tags or ()),
        provider=provider,
        jobs=jobs,
    )
    with Ledger(ledger_path(ledger)) as store:
        result = load(store, paths, reading, quiet=quiet)

        if as_json:
            from logcost.report import json

            print_json(json.ingest(result))
        else:
            from logcost.report import terminal

            terminal.ingest(result)
