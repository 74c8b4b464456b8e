"""``logcost prices check``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from logcost.cli import options
from logcost.cli import price_options as asked
from logcost.cli.output import print_json
from logcost.errors import UsageError


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Price files of your own. None: the shipped book.", show_default=False),
    ] = None,
    stale: Annotated[int, typer.Option("--stale", metavar="DAYS", min=0, help="Warn of sources checked before that.")] = 120,
    errors_only: Annotated[bool, typer.Option("--errors-only", help="No warnings.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Mistakes in price files: overlaps, gaps, rates that cannot be, what is not defined, stale sources. All of them at once.

    Exits with 3 when there is an error; warnings are no errors.

    \b
    Examples:
      logcost prices check
      logcost prices check my_prices/azure.toml --stale 30
    """
    from dataclasses import replace

    from logcost import resources
    from logcost.price.check import check as checked
    from logcost.report import prices_json, terminal

    own = _paths(files or [])
    shipped = [path for folder in ("providers", "imported") for path in resources.files("pricing", folder, suffix=".toml")]
    names = None if own else resources.path("pricing", "aliases.toml")
    found = checked(own or shipped, asked.then(None).date(), aliases=names, stale=stale)
    if errors_only:
        found = replace(found, problems=tuple(one for one in found.problems if one.severity == "error"))
    if as_json:
        print_json(prices_json.checked(found))
    else:
        terminal.price_check(found)
    if found.errors:
        raise typer.Exit(3)


def _paths(given: list[Path]) -> list[Path]:
    """Files, and all price files of folders. Raises ``UsageError`` for what is not there."""
    missing = [path for path in given if not path.exists()]
    if missing:
        raise UsageError(f"There is no {missing[0]}.", remedy="Name a price file, or a folder with some.")
    return [path for one in given for path in (sorted(one.glob("*.toml")) if one.is_dir() else [one])]
