"""``logcost caching``."""

from __future__ import annotations

from typing import Annotated

import typer

from logcost.cli import options
from logcost.cli.output import print_json
from logcost.cli.session import agreed, instant, opened, price_book
from logcost.period import period


def caching(
    paths: options.Paths = None,
    rule: Annotated[
        str | None,
        typer.Option(
            "--rule",
            metavar="RULE",
            help="Cache rule instead of the provider's, written as in the example; also scope=none.",
            show_default=False,
        ),
    ] = None,
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
    """Prompt caching that was missed: how much, why, and what it would save net of write premiums.

    \b
    Examples:
      logcost caching logs/
      logcost caching logs/ --rule min=1024,step=1,ttl=3600,read=0.1,write=2
    """
    wanted = period(month=month, since=since, until=until, tz=tz)
    contract, at = agreed(config, no_config=no_config), instant(prices_as_of)
    with opened(paths, ledger=ledger, declarations=declarations, assume_date=date, quiet=quiet) as store:
        from logcost.analyse import caching as analysis
        from logcost.analyse.calls import priced_calls

        replacement = analysis.parse_rule(rule) if rule else None
        result = analysis.review(priced_calls(store, price_book(contract), wanted, at=at), rule=replacement)
        if as_json:
            from logcost.report import json

            print_json(json.caching(result, prices_as_of=at))
        else:
            from logcost.report import terminal

            terminal.caching(result)
            terminal.prices_of(at)
