"""``logcost shape`` for people: the finding, verdicts, the picture, what is in the groups, what makes them, what to do."""

from __future__ import annotations

from io import TextIOWrapper
from typing import TYPE_CHECKING, Final

from rich.text import Text

from logcost.report import shape_words
from logcost.report.terminal import output, shape_chart, shape_tables, shape_told

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from logcost.traffic import TrafficShape

_PROSE: Final = 120
"""Widest line of prose: longer ones are hard to read, and output that goes to a file is wide."""


def shape(result: TrafficShape) -> None:
    """Everything there is to say. What is shown is the leading weighting; ``--weight`` makes another one lead."""
    console = output.console()
    _tolerant(console)
    if not result.histogram:
        _prose(console, [shape_words.empty_reason(result)])
        _sections(console, [one for one in shape_told.sections(result) if one.title in {"Not in the histogram", "Notes"}])
        return
    _prose(console, [shape_told.headline(result)], style="bold")
    console.print()
    _rows(console, shape_tables.verdicts(result, console.width))
    _prose(console, shape_told.verdict_remarks(result))
    picture = shape_chart.picture(result, console)
    if picture:
        console.print()
        console.print(picture)
    if result.modes:
        console.print()
        _rows(console, shape_tables.modes(result, console.width))
    for columns, groups in shape_tables.features(result):
        console.print()
        _rows(console, shape_tables.groups(result, columns, groups, console.width))
    _sections(console, shape_told.sections(result))


def _tolerant(console: Console) -> None:
    """Names may hold what the terminal's encoding does not know: such characters are written by their number then."""
    if console.options.ascii_only and isinstance(console.file, TextIOWrapper):
        console.file.reconfigure(errors="backslashreplace")


def _sections(console: Console, sections: Sequence[shape_told.Section]) -> None:
    for section in sections:
        console.print()
        console.print(section.title, style="bold")
        for line in section.lines:
            _hanging(console, line, indent=2)


def _rows(console: Console, rows: Iterable[object]) -> None:
    """Tables as they are, lines with the rest of each below its beginning."""
    for row in rows:
        if isinstance(row, str):
            _hanging(console, row)
        else:
            console.print(row)


def _prose(console: Console, lines: Iterable[str], style: str = "") -> None:
    for line in lines:
        for part in Text(line).wrap(console, min(console.width, _PROSE)):
            console.print(part.plain.rstrip(), style=style, soft_wrap=True)


def _hanging(console: Console, line: str, indent: int = 0) -> None:
    """A paragraph whose later lines stand two columns further in."""
    room = min(console.width, _PROSE) - indent
    first = Text(line).wrap(console, room)[0].plain.rstrip()
    console.print(" " * indent + first, soft_wrap=True)
    rest = line[len(first) :].strip()
    for part in Text(rest).wrap(console, room - 2) if rest else ():
        console.print(" " * (indent + 2) + part.plain.rstrip(), soft_wrap=True)
