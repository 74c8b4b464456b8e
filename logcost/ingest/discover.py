"""Paths given by the user to files, in a fixed order: directories (hidden files too), archives and patterns are expanded."""

from __future__ import annotations

import glob
import os
from pathlib import Path
from typing import TYPE_CHECKING

from logcost.errors import UnreadableFileError
from logcost.ingest import archive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STDIN = "-"


def discover(paths: Iterable[str | Path]) -> Iterator[str | UnreadableFileError]:
    """Each file once for each time it is given; an error for a path where there is nothing to read."""
    for given in paths:
        path = str(given)
        if path == STDIN or Path(path).is_fifo() or archive.split(path) is not None:
            yield path
        elif Path(path).is_file():
            yield from _file(path)
        elif Path(path).is_dir():
            yield from _directory(path)
        elif os.path.lexists(path):
            yield UnreadableFileError("This is neither a file nor a directory.", path=path, remedy="Check the path.")
        elif matches := sorted(glob.glob(os.path.expanduser(path), recursive=True, include_hidden=True)):  # noqa: PTH207, PTH111 -- Path.glob takes no absolute pattern
            yield from discover(matches)
        else:
            yield UnreadableFileError("There is no such file or directory.", path=path, remedy="Check the path.")


def _file(path: str) -> Iterator[str | UnreadableFileError]:
    """The file itself, or the files of a zip archive."""
    if archive.is_archive(Path(path)):
        yield from archive.members(path)
    else:
        yield path


def _directory(path: str) -> Iterator[str | UnreadableFileError]:
    found = False
    for folder, inner, names in os.walk(path):
        inner.sort()
        for name in sorted(names):
            if (file := Path(folder) / name).is_file():
                found = True
                yield from _file(str(file))
    if not found:
        yield UnreadableFileError("The directory holds no file.", path=path, remedy="Check the path.")
