"""How far an ingest is, told before and after each file and, within a large one, every few megabytes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from logcost.errors import UnreadableFileError
from logcost.ingest import archive
from logcost.ingest.discover import STDIN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_STEP: Final = 4 * 1024 * 1024
"""Bytes between two reports about one file."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest is. Bytes as on disk (compressed if the file is); standard input counts when it is read.

    ``path``: the file being read, ``None`` when all are; ``file_bytes_done`` and ``file_bytes_total`` are of that file and
    contained in ``bytes_done`` and ``bytes_total``.
    """

    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    rows: int
    path: str | None = None
    file_bytes_done: int = 0
    file_bytes_total: int = 0


class Teller:
    """Calls ``on_progress`` with what it is told of the files ``found``."""

    def __init__(self, found: Sequence[str | UnreadableFileError], on_progress: Callable[[Progress], None] | None) -> None:
        self._tell = on_progress
        self._found = found
        self._sizes = [] if on_progress is None else [_size(one) for one in found]
        self._total = sum(self._sizes)
        self._before = 0
        self._number = 0
        self._told = 0

    def start(self, number: int, rows: int) -> None:
        """The file of this number is read next; the number of files: all are read. ``rows``: records read so far."""
        if self._tell is not None:
            self._before += sum(self._sizes[self._number : number])
            self._number, self._told = number, 0
            self._report(0, rows)

    def within(self, done: int, rows: int) -> None:
        """So many bytes of the present file are read."""
        if self._tell is not None and done - self._told >= _STEP:
            self._told = done
            self._report(min(done, self._sizes[self._number]), rows)

    def _report(self, done: int, rows: int) -> None:
        if self._tell is None:
            return
        files = len(self._found)
        if self._number == files:
            self._tell(Progress(files, files, self._total, self._total, rows))
            return
        one = self._found[self._number]
        path = one.path if isinstance(one, UnreadableFileError) else one
        size = self._sizes[self._number]
        self._tell(Progress(self._number, files, self._before + done, self._total, rows, path, done, size))


def _size(found: str | UnreadableFileError) -> int:
    try:
        if isinstance(found, UnreadableFileError) or found == STDIN:
            return 0
        inside = archive.split(found)
        return Path(found).stat().st_size if inside is None else archive.member(*inside).file_size
    except (OSError, UnreadableFileError):
        return 0
