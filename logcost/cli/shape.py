"""``logcost shape``."""

from __future__ import annotations

from logcost.cli import options
from logcost.cli.output import print_json
from logcost.cli.session import agreed, instant, opened, price_book
from logcost.period import period


def shape(
    paths: options.Paths = None,
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
    """One kind of traffic or two: the distribution of input tokens to output tokens per call.

    \b
    Examples:
      logcost shape logs/
      logcost shape --month 2026-10 --json
    """
    wanted = period(month=month, since=since, until=until, tz=tz)
    contract, at = agreed(config, no_config=no_config), instant(prices_as_of)
    with opened(paths, ledger=ledger, declarations=declarations, assume_date=date, quiet=quiet) as store:
        from logcost.analyse import shape as analysis
        from logcost.analyse.calls import priced_calls

        result = analysis.review(priced_calls(store, price_book(contract), wanted, at=at))
        if as_json:
            from logcost.report import json

            print_json(json.shape(result, prices_as_of=at))
        else:
            from logcost.report import terminal

            terminal.shape(result)
            terminal.prices_of(at)
