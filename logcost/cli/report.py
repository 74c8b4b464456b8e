"""``logcost report``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from logcost.cli import options
from logcost.cli.output import print_json, write_file
from logcost.cli.period import period
from logcost.cli.session import opened
from logcost.errors import NothingReadableError, UsageError

if TYPE_CHECKING:
    from logcost.report.model import ReportModel

FORMATS = ("html", "json")


def report(
    paths: options.Paths = None,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where the report goes.")] = Path(
        "logcost-report.html"
    ),
    formats: Annotated[
        str, typer.Option("--format", metavar="LIST", help="Comma-separated: html, json. JSON goes beside the HTML file.")
    ] = "html",
    title: Annotated[str | None, typer.Option("--title", help="Name of the organisation or report.", show_default=False)] = None,
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
    """Write one HTML file: spend, kinds of traffic, missed caching, and how far the data can be trusted.

    \b
    Examples:
      logcost report logs/ exports/ -o october.html --month 2026-10
      logcost report --since 2026-10-01 --tz Europe/Berlin
      logcost report logs/ --json > report.json
    """
    wanted = period(month=month, since=since, until=until, tz=tz)
    kinds = _kinds(formats)
    with opened(paths, ledger=ledger, declarations=declarations, assume_date=date, quiet=quiet) as store:
        from logcost.price import PriceBook
        from logcost.report import json
        from logcost.report.model import build

        model = build(store, PriceBook.load(), period=wanted, tz=tz, title=title)
        if as_json:
            print_json(json.document(model))
        else:
            for path in _write(model, output, kinds):
                typer.echo(path)
    if model.spend.totals.requests == 0 and model.quality.priced_requests == 0 and not model.spend.by_model.rows:
        raise NothingReadableError("There is not one call in this period.", remedy="Look at 'logcost spend --by month'.")


def _kinds(formats: str) -> list[str]:
    kinds = [kind.strip().lower() for kind in formats.split(",") if kind.strip()]
    unknown = sorted(set(kinds) - set(FORMATS))
    if unknown or not kinds:
        what = f"'{unknown[0]}' is no report format." if unknown else "--format names no format."
        raise UsageError(what, remedy=f"Use {', '.join(FORMATS)}.")
    return kinds


def _write(model: ReportModel, output: Path, kinds: list[str]) -> list[Path]:
    from logcost.report import html, json

    written = []
    for kind in kinds:
        path = output if kind == "html" or len(kinds) == 1 else output.with_suffix(f".{kind}")
        text = html.render(model) if kind == "html" else json.dumps(json.document(model)) + "\n"
        write_file(path, text)
        written.append(path)
    return written
