"""The product's surface: the list of commands, in the order a new user meets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

import typer

from logcost import __version__
from logcost.cli import caching, demo, formats, ingest, prices, rejects, report, savings, shape, spend, sql, whatif

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
    "savings": savings.savings,
    "whatif": whatif.whatif,
    "rejects": rejects.rejects,
    "sql": sql.sql,
    "demo": demo.demo,
}
SHORT: Final = {
    "report": "Write one HTML file: spend, traffic, missed caching, data quality.",
    "ingest": "Add logs and exports to the stored ledger.",
    "spend": "Totals and a breakdown of spend, at each day's price.",
    "shape": "One kind of traffic or two: input to output tokens per call.",
    "caching": "Prompt caching that was missed, why, and what it would save.",
    "savings": "What can be got back, each finding on what the others left.",
    "whatif": "The same calls with other models, caches, batches or prices.",
    "rejects": "Records that could not be read: file, line and reason.",
    "sql": "Query the ledger with SQL.",
    "demo": "Make a sample month of logs and report on it.",
    "formats": "What can be read; what a FILE is; draft a format of your own.",
    "prices": "The dated price book: what a model cost, when, and who says so.",
}
"""What a command does, for the list of commands: whole at 80 columns, where typer would cut the first sentence of its help."""

for name, command in COMMANDS.items():
    app.command(name, short_help=SHORT[name])(command)
app.add_typer(formats.app, name="formats", short_help=SHORT["formats"])
app.add_typer(prices.app, name="prices", short_help=SHORT["prices"])


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
