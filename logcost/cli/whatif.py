"""``logcost whatif``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from logcost.cli import options
from logcost.cli.output import print_json
from logcost.cli.session import agreed, instant, opened, price_book
from logcost.period import period

Routes = Annotated[
    list[str] | None,
    typer.Option(
        "--route",
        metavar="WORKLOAD=MODEL:SHARE[:ESCALATION]",
        help="A share of the calls to another model, and part of those to the first one as well; may be repeated.",
        show_default=False,
    ),
]
Batches = Annotated[
    list[str] | None,
    typer.Option("--batch", metavar="WORKLOAD", help="All calls in batches; may be repeated.", show_default=False),
]
Caches = Annotated[
    list[str] | None,
    typer.Option(
        "--cache",
        metavar="WORKLOAD=TTL",
        help="Every prompt cached for a lifetime of the provider (5m, 30m, 1h ...), or off; may be repeated.",
        show_default=False,
    ),
]
PriceAsOf = Annotated[
    datetime | None,
    typer.Option(
        "--price-as-of",
        "--prices-as-of",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"],
        metavar="DATE",
        help="At the prices of another day.",
        show_default=False,
    ),
]


def whatif(
    paths: options.Paths = None,
    route: Routes = None,
    batch: Batches = None,
    cache: Caches = None,
    price_as_of: PriceAsOf = None,
    month: options.Month = None,
    since: options.Since = None,
    until: options.Until = None,
    tz: options.TimeZone = "UTC",
    ledger: options.LedgerPath = None,
    declarations: options.Declarations = None,
    date: options.AssumeDate = None,
    config: options.Config = None,
    no_config: options.NoConfig = False,
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """The bill of the same calls with other models, caches, batches or prices, step by step.

    WORKLOAD is a name as in 'logcost spend --by workload', (untagged), or * for all calls. MODEL is a name of the price book,
    with its provider before a slash where several sell it.

    \b
    Examples:
      logcost whatif logs/ --route support=claude-haiku-4-5:60%:5%
      logcost whatif --month 2026-10 --cache support=1h --batch nightly-summaries
      logcost whatif logs/ --price-as-of 2025-06-01

    What is assumed: docs/savings.md.
    """
    from logcost.analyse.savings.questions import question

    asked = question(route or (), batch or (), cache or (), instant(price_as_of))
    wanted = period(month=month, since=since, until=until, tz=tz)
    contract = agreed(config, no_config=no_config)
    with opened(paths, ledger=ledger, declarations=declarations, assume_date=date, quiet=quiet) as store:
        from logcost.analyse.calls import priced_calls
        from logcost.analyse.savings.whatif import what_if

        book = price_book(contract)
        result = what_if(priced_calls(store, book, wanted), book, asked)
        if as_json:
            from logcost.report import savings_json

            print_json(savings_json.whatif(result))
        else:
            from logcost.report import terminal

            terminal.whatif(result)
