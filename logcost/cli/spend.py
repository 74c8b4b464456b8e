"""``logcost spend``."""

from __future__ import annotations

from typing import Annotated

import typer

from logcost.cli import options
from logcost.cli.output import print_json
from logcost.cli.session import opened
from logcost.period import period


def spend(
    paths: options.Paths = None,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            metavar="GROUPS",
            help="Comma-separated: day, week, month, provider, model, workload, project, user, session, tier, key.",
        ),
    ] = "provider,model",
    month: options.Month = None,
    since: options.Since = None,
    until: options.Until = None,
    tz: options.TimeZone = "UTC",
    ledger: options.LedgerPath = None,
    declarations: options.Declarations = None,
    date: options.AssumeDate = None,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """Totals and a breakdown of spend, at the price of each call's day.

    \b
    Examples:
      logcost spend ~/.claude/projects --by day
      logcost spend logs/ --month 2026-10 --by workload,model --json
      zcat calls.jsonl.gz | logcost spend -
    """
    wanted = period(month=month, since=since, until=until, tz=tz)
    with opened(paths, ledger=ledger, declarations=declarations, assume_date=date, quiet=quiet) as store:
        from logcost.analyse import quality
        from logcost.analyse import spend as analysis
        from logcost.analyse.calls import priced_calls
        from logcost.ingest import sources
        from logcost.price import PriceBook

        groups = [group.strip() for group in by.split(",") if group.strip()]
        calls = priced_calls(store, PriceBook.load(), wanted)
        summary = analysis.summarise(calls, groups, tz=tz, period=wanted)
        totals = summary.totals
        unpriced = quality.unpriced(calls) if totals.unpriced_records else ()
        if as_json:
            from logcost.report import json

            print_json(json.spend(summary, sources(store), unpriced))
        else:
            from logcost.report import terminal

            terminal.spend(summary, unpriced)
