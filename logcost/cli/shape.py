"""``logcost shape``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from logcost.cli import options
from logcost.cli.output import print_json
from logcost.cli.session import agreed, instant, opened, price_book
from logcost.errors import UsageError
from logcost.period import period

By = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="GROUPS",
        help="What is to explain the groups, comma-separated: workload, model, provider, key, month, day. "
        "Else workloads, or models where fewer than two workloads are named.",
        show_default=False,
    ),
]
Weight = Annotated[
    Literal["calls", "tokens", "spend"] | None,
    typer.Option("--weight", help="What the picture and the groups count. Else spend where it says more.", show_default=False),
]


def shape(
    paths: options.Paths = None,
    by: By = None,
    weight: Weight = None,
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
      logcost shape --month 2026-10 --by model,workload
      logcost shape logs/ --weight calls --json

    How to read it, and the method: docs/traffic-shape.md.
    """
    groups = _groups(by)
    wanted = period(month=month, since=since, until=until, tz=tz)
    contract, at = agreed(config, no_config=no_config), instant(prices_as_of)
    with opened(paths, ledger=ledger, declarations=declarations, assume_date=date, quiet=quiet) as store:
        from logcost.analyse import shape as analysis
        from logcost.analyse.calls import priced_calls

        calls = priced_calls(store, price_book(contract), wanted, at=at)
        result = analysis.review(calls, by=groups, tz=tz, lead=weight)
        if as_json:
            from logcost.report import shape_json

            print_json(shape_json.shape(result, prices_as_of=at))
        else:
            from logcost.report import terminal

            terminal.shape(result)
            terminal.prices_of(at)


def _groups(by: str | None) -> list[str] | None:
    if by is None:
        return None
    from difflib import get_close_matches

    from logcost.analyse.shape import DIMENSIONS

    groups = list(dict.fromkeys(group.strip() for group in by.split(",") if group.strip()))
    for group in groups:
        if group not in DIMENSIONS:
            near = get_close_matches(group, DIMENSIONS, 1)
            remedy = f"Did you mean {near[0]}?" if near else f"Use some of {', '.join(DIMENSIONS)}."
            raise UsageError(f"--by: there is no group {group!r}.", remedy=remedy)
    if not groups:
        raise UsageError("--by names no group.", remedy=f"Use some of {', '.join(DIMENSIONS)}.")
    return groups
