"""The product's surface: the list of commands, in the order a new user meets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

import typer

from logcost import __version__
from logcost.cli import caching, demo, formats, ingest, prices, rejects, report, shape, spend, sql

app = typer.Typer(
    name="logcost",
    help="What your LLM calls really cost: exact, dated, explained, private.",
    epilog="Start with:  logcost demo   or   logcost report LOGS/ -o report.html",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

COMMANDS: Final[dict[str, Callable[..., None]]] = {
    "report": report.report,
    "ingest": ingest.ingest,
    "spend": spend.spend,
    "shape": shape.shape,
    "caching": caching.caching,
    "rejects": rejects.rejects,
    "sql": sql.sql,
    "demo": demo.demo,
}
for name, command in COMMANDS.items():
    app.command(name)(command)
app.add_typer(formats.app, name="formats")
app.add_typer(prices.app, name="prices")


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"logcost {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """What your LLM calls really cost: exact, dated, explained, private."""
