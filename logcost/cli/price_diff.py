"""``logcost prices diff``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from logcost.cli import options
from logcost.cli import price_options as asked
from logcost.cli.output import print_json


def diff(
    package: Annotated[
        Literal["genai-prices", "litellm"] | None,
        typer.Option("--package", help="Whose prices. Else the first that is installed.", show_default=False),
    ] = None,
    path: Annotated[
        Path | None,
        typer.Option(
            "--path", metavar="PATH", help="A site-packages folder, litellm's JSON or genai-prices' data.py.", show_default=False
        ),
    ] = None,
    provider: asked.Provider = None,
    at: asked.At = None,
    fail: Annotated[bool, typer.Option("--fail", help="Exit with 3 when a rate differs.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Our prices beside those of an installed genai-prices or litellm, which is read as data: no code of it is run.

    \b
    Examples:
      logcost prices diff
      logcost prices diff --package litellm --path .venv/lib/python3.11/site-packages
      logcost prices diff --path model_prices_and_context_window.json --provider openai --fail
    """
    from logcost.price import PriceBook
    from logcost.price.diff import diff as compared
    from logcost.price.facts import chosen
    from logcost.price.packages import read
    from logcost.report import prices_json, terminal

    instant = asked.then(at)
    book = PriceBook.load()
    if provider is not None:
        chosen(book, provider=provider)  # raises for one that is not in the book
    found = compared(book, read(package, path, instant), instant, provider=provider)
    if as_json:
        print_json(prices_json.diff(found))
    else:
        terminal.price_diff(found)
    if fail and found.differences:
        raise typer.Exit(3)
