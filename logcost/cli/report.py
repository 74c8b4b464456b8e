"""``logcost report``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from logcost.cli import options
from logcost.cli.output import print_json, print_text
from logcost.cli.session import agreed, instant, opened, price_book
from logcost.errors import NothingReadableError, UsageError
from logcost.period import period

if TYPE_CHECKING:
    from logcost.report.model import ReportModel

FORMATS = ("html", "json")
STDOUT = Path("-")


def report(
    paths: options.Paths = None,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where the report goes; - is stdout.")] = Path(
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
    config: options.Config = None,
    no_config: options.NoConfig = False,
    prices_as_of: options.PricesAsOf = None,
    currency: options.Currency = None,
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
    contract, at = agreed(config, no_config=no_config, currency=currency), instant(prices_as_of)
    kinds = _kinds(formats, output)
    with opened(paths, ledger=ledger, declarations=declarations, assume_date=date, quiet=quiet) as store:
        from logcost.report import json
        from logcost.report.model import build

        model = build(store, price_book(contract), period=wanted, tz=tz, title=title, contract=contract, prices_as_of=at)
        if as_json:
            print_json(json.document(model))
        else:
            _write(model, output, kinds)
    if not model.spend.by_model.rows:
        raise _empty(within=month or since or until, paths=paths)


def _empty(*, within: str | None, paths: list[str] | None) -> NothingReadableError:
    """Why there is nothing to report, and where to look: ``within`` a period, or in all that was read."""
    if not within:
        return NothingReadableError("Not one call was read.", remedy="The report says what became of each file.")
    where = " PATH..." if paths else ""
    return NothingReadableError("There is not one call in this period.", remedy=f"Look at 'logcost spend{where} --by month'.")


def _kinds(formats: str, output: Path) -> list[str]:
    kinds = list(dict.fromkeys(kind.strip().lower() for kind in formats.split(",") if kind.strip()))
    unknown = sorted(set(kinds) - set(FORMATS))
    if unknown or not kinds:
        what = f"'{unknown[0]}' is no report format." if unknown else "--format names no format."
        raise UsageError(what, remedy=f"Use {', '.join(FORMATS)}.")
    if output == STDOUT and len(kinds) > 1:
        raise UsageError("Only one format fits stdout.", remedy="Give -o FILE, or one --format.")
    return kinds


def _write(model: ReportModel, output: Path, kinds: list[str]) -> None:
    """Write the report in each format and say where; beside the HTML file, another has its own suffix."""
    from logcost.report import html, json
    from logcost.report.file import write_file

    for kind in kinds:
        text = html.render(model) if kind == "html" else json.dumps(json.document(model)) + "\n"
        if output == STDOUT:
            print_text(text)
            continue
        path = output if len(kinds) == 1 else _beside(output, kind)
        write_file(path, text)
        typer.echo(path)


def _beside(output: Path, kind: str) -> Path:
    """``october.html`` and ``october.json``, whichever was named; ``report.2026-10`` keeps its whole name."""
    named = output.suffix.lower() in {f".{one}" for one in FORMATS}
    return output.with_suffix(f".{kind}") if named else output.with_name(f"{output.name}.{kind}")
