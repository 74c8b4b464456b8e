"""``logcost formats`` and ``logcost formats new``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from logcost.cli import options
from logcost.cli.output import print_json
from logcost.config import own_formats

_SHOW: Final = "show"


class _ShowsByDefault(TyperGroup):
    """``logcost formats FILE`` is ``logcost formats show FILE``: whoever has a file need not know the commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put in the command that is meant when none is named."""
        named = args and (args[0] in self.commands or args[0] in {"-h", "--help"})
        return super().parse_args(ctx, args if named else [_SHOW, *args])


app = typer.Typer(
    cls=_ShowsByDefault,
    help="What can be read; with a FILE, which format it is and why. 'new' drafts a format for a log of your own.",
    subcommand_metavar="[FILE] | new SAMPLE",
)


@app.command(_SHOW, short_help="What can be read; which format a FILE is, and why.")
def show(
    path: Annotated[str | None, typer.Argument(metavar="[FILE]", help="Say which format this file is, and why.")] = None,
    declarations: options.Declarations = None,
    as_json: options.AsJson = False,
) -> None:
    """What can be read; with FILE, which format it is and why ('show' may be left out). Of an archive or folder: each file.

    \b
    Examples:
      logcost formats
      logcost formats export.json
      logcost formats export.zip
    """
    from logcost import ingest
    from logcost.errors import UnreadableFileError
    from logcost.report import json, terminal

    extra = (*own_formats(), *(declarations or ()))
    if path is None:
        known = ingest.declarations(extra)
        if as_json:
            print_json(json.formats(known))
        else:
            terminal.formats(known)
        return
    found = list(ingest.explain_each(path, extra))
    (_, first), *others = found
    if others or found[0][0] != path:
        if as_json:
            print_json(json.identifications(found))
        else:
            terminal.identifications(found)
        return
    if isinstance(first, UnreadableFileError):
        raise first
    if as_json:
        print_json(json.identification(first))
    else:
        terminal.identification(first)


@app.command(short_help="Write a first declaration for a log of your own.")
def new(
    sample: Annotated[str, typer.Argument(metavar="SAMPLE", help="A log with some calls in it.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE.sql", help="Write here. Else to stdout.", show_default=False)
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the format, such as my_app.calls. Else from the file's name.")
    ] = None,
) -> None:
    """Write a first declaration for a log of your own, by looking at a sample. Read it, then use it with --input-format.

    \b
    Examples:
      logcost formats new app.log -o my_app.sql
      logcost spend --input-format my_app.sql app.log
    """
    from logcost import ingest
    from logcost.errors import UsageError
    from logcost.report import terminal

    draft = ingest.draft(sample, name)
    if output is None:
        typer.echo(draft.text, nl=False)
    elif output.exists():
        raise UsageError(f"{output} exists already.", remedy="Give another -o, or delete it.")
    else:
        output.write_text(draft.text, encoding="utf-8")
    terminal.draft(draft, sample, output)
