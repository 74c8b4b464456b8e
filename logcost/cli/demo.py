"""``logcost demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from logcost.cli import options
from logcost.cli.session import load
from logcost.errors import UsageError
from logcost.period import period
from logcost.store import Ledger

MONTH = "2026-10"


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where the sample logs and the report go.")] = Path("demo"),
    seed: Annotated[int, typer.Option("--seed", help="Another seed gives another month.")] = 42,
    calls: Annotated[int, typer.Option("--calls", min=2_000, help="Approximate number of calls in the month.")] = 200_000,
    quiet: options.Quiet = False,
) -> None:
    """Make a sample month of logs from three providers, read it like any other, and report on it.

    \b
    Examples:
      logcost demo
      logcost demo /tmp/demo --calls 20000
    """
    from logcost.demo import generate
    from logcost.price import PriceBook
    from logcost.report import html
    from logcost.report.file import write_file
    from logcost.report.model import build

    logs = _own_folder(folder) / "logs"
    generate(logs, seed=seed, calls=calls)
    with Ledger() as store:
        load(store, [str(logs)], quiet=quiet)
        model = build(store, PriceBook.load(), period=period(month=MONTH), tz="UTC", title="Northwind (sample data)")
        report = folder / "logcost-report.html"
        write_file(report, html.render(model))
    typer.echo(f"Sample logs: {logs}")
    typer.echo(f"Report: {report}")


def _own_folder(folder: Path) -> Path:
    """The folder, marked as ours; raises ``UsageError`` rather than write among files that are not from a demo."""
    marker = folder / ".logcost-demo"
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise UsageError("The folder has files of its own.", path=str(folder), remedy="Give an empty or new FOLDER.")
    folder.mkdir(parents=True, exist_ok=True)
    marker.touch()
    return folder
