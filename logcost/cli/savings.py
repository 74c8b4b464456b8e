"""``logcost savings``."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from logcost.cli import options
from logcost.cli.output import print_json
from logcost.cli.session import agreed, instant, opened, price_book
from logcost.period import period

SelfHost = Annotated[
    str | None,
    typer.Option(
        "--self-host",
        metavar="RATES",
        help="Compare with servers of your own, at rates you measured: prefill=8000,decode=1500,hourly=2.50 "
        "(tokens a second and USD an hour of one server); also utilisation=0.6, spare=1, staff=0 (USD a month).",
        show_default=False,
    ),
]


def savings(
    paths: options.Paths = None,
    self_host: SelfHost = None,
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
    as_json: options.AsJson = False,
    quiet: options.Quiet = False,
) -> None:
    """What can be got back: every finding with its amount, each priced on what those before it left.

    \b
    Examples:
      logcost savings logs/
      logcost savings --month 2026-10 --json
      logcost savings logs/ --self-host prefill=8000,decode=1500,hourly=2.50

    How the amounts are made, and what they rest on: docs/savings.md.
    """
    wanted = period(month=month, since=since, until=until, tz=tz)
    contract, at = agreed(config, no_config=no_config), instant(prices_as_of)
    from logcost.analyse.savings import selfhost

    servers = selfhost.parse(self_host) if self_host else None
    with opened(paths, ledger=ledger, declarations=declarations, assume_date=date, quiet=quiet) as store:
        from logcost.analyse.caching import review as review_caching
        from logcost.analyse.calls import priced_calls
        from logcost.analyse.savings.ledger import review

        book = price_book(contract)
        calls = priced_calls(store, book, wanted, at=at)
        result = review(calls, book, review_caching(calls), at=at)
        if servers:
            result = replace(result, self_hosting=selfhost.compared(calls, servers, result.left))
        if as_json:
            from logcost.report import savings_json

            print_json(savings_json.savings(result, prices_as_of=at))
        else:
            from logcost.report import terminal

            terminal.savings(result)
            terminal.prices_of(at)
