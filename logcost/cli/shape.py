"""``logcost shape``."""

from __future__ import annotations

from logcost.cli import options
from logcost.cli.output import print_json
from logcost.cli.session import opened
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
    with opened(paths, ledger=ledger, declarations=declarations, assume_date=date, quiet=quiet) as store:
        from logcost.analyse import shape as analysis
        from logcost.analyse.calls import priced_calls
        from logcost.price import PriceBook

        result = analysis.review(priced_calls(store, PriceBook.load(), wanted))
        if as_json:
            from logcost.report import json

            print_json(json.shape(result))
        else:
            from logcost.report import terminal

            terminal.shape(result)
