"""Folders for what is needed only once. They are gone afterwards, also when signals come at any moment."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType


class ScratchFolder:
    """A folder of the user alone, for the time of a ``with`` block or until ``remove``.

    It goes at the latest with this object or at the end of the process: an impatient second Ctrl-C cuts off the tidying up after
    the first, and whoever opens a ledger in a notebook may never close it. (``tempfile.mkdtemp`` makes a folder before anybody
    knows its name: an interrupt between the two left it behind.)
    """

    def __init__(self, prefix: str) -> None:
        """Make the folder among the temporary files. Raises ``OSError`` when it cannot be made."""
        self.path = Path(tempfile.gettempdir()) / f"{prefix}{secrets.token_hex(8)}"
        self._at_last = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
        try:
            self.path.mkdir(mode=0o700)
        except BaseException:
            self.remove()
            raise

    def remove(self) -> None:
        """Delete the folder with all that is in it; calling it again does nothing."""
        if self._at_last.alive:
            shutil.rmtree(self.path, ignore_errors=True)
            self._at_last.detach()

    def __enter__(self) -> Path:
        """Where it is."""
        return self.path

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Delete it."""
        self.remove()
