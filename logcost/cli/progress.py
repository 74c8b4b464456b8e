"""A progress bar on stderr for long ingests: bytes done, rate, time left."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as Display

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from logcost.ingest import Progress


@contextmanager
def bar() -> Iterator[Callable[[Progress], None]]:
    """Show a bar while the block runs; yields the function to call with each step."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Display(*columns, console=Console(stderr=True), transient=True) as display:
        task = display.add_task("Reading", total=None)

        def step(progress: Progress) -> None:
            description = f"Reading {progress.files_done}/{progress.files_total} files, {progress.rows:,} rows"
            display.update(task, completed=progress.bytes_done, total=progress.bytes_total, description=description)

        yield step
