"""``logcost spend``."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from logcost.cli import options
from logcost.cli.output import print_json
from logcost.cli.session import agreed, instant, opened, price_book
from logcost.period import period
from logcost.types import Period


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
    config: options.Config = None,
    no_config: options.NoConfig = False,
    prices_as_of: options.PricesAsOf = None,
    currency: options.Currency = None,
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
    contract, at = agreed(config, no_config=no_config, currency=currency), instant(prices_as_of)
    with opened(paths, ledger=ledger, declarations=declarations, assume_date=date, quiet=quiet) as store:
        from logcost.analyse import quality
        from logcost.analyse import spend as analysis
        from logcost.analyse.calls import priced_calls
        from logcost.ingest import sources

        groups = [group.strip() for group in by.split(",") if group.strip()]
        book = price_book(contract)
        calls = priced_calls(store, book, wanted, at=at)
        history = priced_calls(store, book, at=at) if contract and contract.adjusts and wanted != Period() else None
        deal = None if contract is None else analysis.Deal(contract, history)
        summary = replace(analysis.summarise(calls, groups, tz=tz, period=wanted, deal=deal), prices_as_of=at)
        inexact = summary.totals.unpriced_records or summary.totals.bounded_records
        unpriced, bounded = quality.gaps(calls) if inexact else ((), ())
        unpriced = quality.hinted(unpriced, book)
        if as_json:
            from logcost.report import json

            print_json(json.spend(summary, sources(store), unpriced, bounded))
        else:
            from logcost.report import terminal

            terminal.spend(summary, unpriced, bounded)
