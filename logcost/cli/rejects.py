"""``logcost rejects``."""

from __future__ import annotations

from logcost.cli import options
from logcost.cli.output import print_json
from logcost.cli.session import opened


def rejects(
    paths: options.Paths = None,
    ledger: options.LedgerPath = None,
    declarations: options.Declarations = None,
    date: options.AssumeDate = None,
    as_json: options.AsJson = False,
) -> None:
    """Records that could not be read: file, line and reason, never their content.

    \b
    Examples:
      logcost rejects
      logcost rejects logs/app.jsonl --json
    """
    with opened(paths, ledger=ledger, declarations=declarations, assume_date=date, quiet=True) as store:
        from logcost import ingest

        rows = ingest.rejects(store)
        if as_json:
            from logcost.report import json

            print_json(json.rejects(rows))
        else:
            from logcost.report import terminal

            terminal.rejects(rows)
