"""Folders for what is needed only once. They are gone afterwards, also when a signal comes at any moment of their making."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def unused_folder(prefix: str) -> Path:
    """A path in the folder for temporary files where nothing is yet.

    ``tempfile.mkdtemp`` makes the folder before anybody knows its name: an interrupt between the two left it behind.
    """
    return Path(tempfile.gettempdir()) / f"{prefix}{secrets.token_hex(8)}"


@contextlib.contextmanager
def scratch_folder(prefix: str) -> Iterator[Path]:
    """A folder of the user alone, for the time of the block."""
    folder = unused_folder(prefix)
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
