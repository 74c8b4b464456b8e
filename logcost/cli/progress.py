"""Progress on stderr for long ingests: the file being read and all of them, each with bytes done, rate and time left."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as Display
from rich.table import Column

from logcost.report.words import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from logcost.ingest import Progress

_NAME_WIDTH: Final = 40


@contextmanager
def bar() -> Iterator[Callable[[Progress], None]]:
    """Show the bars while the block runs; yields the function to call with each step."""
    with display(Console(stderr=True)) as shown:
        yield Bars(shown).step


def display(console: Console) -> Display:
    """The empty display of the bars."""
    columns = (
        TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, max_width=_NAME_WIDTH)),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    return Display(*columns, console=console, transient=True)


class Bars:
    """The two bars of a display."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._file = display.add_task("", total=None, visible=False)
        self._all = display.add_task("Reading", total=None)
        self._path: str | None = None

    def step(self, progress: Progress) -> None:
        """Show how far the ingest is."""
        if progress.path != self._path:
            self._path = progress.path
            self._display.reset(self._file, visible=False)
        several = progress.files_total > 1
        self._display.update(
            self._file,
            description=_short(progress.path or ""),
            completed=progress.file_bytes_done,
            total=progress.file_bytes_total,
            visible=several and progress.path is not None,
        )
        told = f"{progress.files_done}/{progress.files_total} files, " if several else f"{_short(progress.path or 'Reading')}: "
        self._display.update(
            self._all,
            description=f"{told}{progress.rows:,} records",
            completed=progress.bytes_done,
            total=progress.bytes_total,
        )


def _short(path: str) -> str:
    """The end of a path, which tells files apart."""
    name = visible(PurePath(path).name or path)
    return name if len(name) <= _NAME_WIDTH - 20 else f"…{name[20 - _NAME_WIDTH :]}"
