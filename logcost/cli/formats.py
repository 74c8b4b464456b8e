"""``logcost formats``."""

from __future__ import annotations

from typing import Annotated

import typer

from logcost.cli import options
from logcost.cli.output import print_json


def formats(
    path: Annotated[str | None, typer.Argument(metavar="[FILE]", help="Say which format this file is, and why.")] = None,
    declarations: options.Declarations = None,
    as_json: options.AsJson = False,
) -> None:
    """What can be read; with FILE, which format it is and why.

    \b
    Examples:
      logcost formats
      logcost formats export.json
    """
    from logcost import ingest
    from logcost.report import json, terminal

    extra = tuple(declarations or ())
    if path is None:
        known = ingest.declarations(extra)
        if as_json:
            print_json(json.formats(known))
        else:
            terminal.formats(known)
        return
    identification = ingest.explain(path, extra)
    if as_json:
        print_json(json.identification(identification))
    else:
        terminal.identification(identification)
