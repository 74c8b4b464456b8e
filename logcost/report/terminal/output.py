"""The console and the one table style of all commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

_PIPED_WIDTH = 240
"""Width when the output is no terminal: wide enough that nothing is cut."""


def console() -> Console:
    """Console on stdout; no markup or highlighting, as names come from the reader's data."""
    found = Console(markup=False, highlight=False, emoji=False)
    return found if found.is_terminal else Console(markup=False, highlight=False, emoji=False, width=_PIPED_WIDTH)


def table(columns: Sequence[str], *, numbers: Sequence[int] = (), wrap: Sequence[int] = ()) -> Table:
    """An empty table; the columns with these positions are right-aligned, those in ``wrap`` may break over lines."""
    made = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for position, name in enumerate(columns):
        right = position in numbers
        made.add_column(
            name,
            justify="right" if right else "left",
            no_wrap=position not in wrap,
            overflow="fold" if position in wrap else "ellipsis",
        )
    return made


def bold(cells: Sequence[str]) -> list[Text]:
    """Cells of a totals row."""
    return [Text(cell, style="bold") for cell in cells]


def warning(text: str) -> Text:
    """A line that begins with ``!``."""
    return Text(f"! {text}", style="yellow")
