"""The console and the one table style of all commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_PIPED_WIDTH = 240
"""Width when the output is no terminal: wide enough that nothing is cut."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: numbers are right-aligned, ``wrap`` may break over lines, and below a console ``wide`` it is left out."""

    name: str
    number: bool = False
    wrap: bool = False
    wide: int = 0


def console() -> Console:
    """Console on stdout; no markup or highlighting, as names come from the reader's data."""
    found = Console(markup=False, highlight=False, emoji=False)
    return found if found.is_terminal else Console(markup=False, highlight=False, emoji=False, width=_PIPED_WIDTH)


def remarks() -> Console:
    """Console on stderr, for what is no data."""
    found = Console(stderr=True, markup=False, highlight=False, emoji=False)
    return found if found.is_terminal else Console(stderr=True, markup=False, highlight=False, emoji=False, width=_PIPED_WIDTH)


def table(
    columns: Sequence[Column], rows: Iterable[Sequence[str]], total: Sequence[str] = (), *, width: int = _PIPED_WIDTH
) -> Table:
    """The rows, and a totals row if there is one, as far as the columns fit a console of ``width``."""
    shown = [i for i, column in enumerate(columns) if column.wide <= width]
    made = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for column in (columns[i] for i in shown):
        made.add_column(
            column.name,
            justify="right" if column.number else "left",
            no_wrap=not column.wrap,
            overflow="fold" if column.wrap else "ellipsis",
        )
    for row in rows:
        made.add_row(*(row[i] for i in shown))
    if total:
        made.add_row(*(Text(total[i], style="bold") for i in shown))
    return made


def warning(text: str) -> Text:
    """A line that begins with ``!``."""
    return Text(f"! {text}", style="yellow")
