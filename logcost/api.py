"""``logcost.load``: files to a ledger, from Python."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from logcost.store import Ledger

if TYPE_CHECKING:
    from collections.abc import Sequence


def load(paths: str | Path | Sequence[str | Path], *, ledger: Path | None = None, formats: Sequence[Path] = ()) -> Ledger:
    """Read files into a private temporary ledger, or add them to the stored one at ``ledger``.

    Use the result as a context manager, or close it; a temporary ledger is deleted then. What became of each file:
    ``logcost.ingest.sources(ledger)`` and ``logcost.ingest.rejects(ledger)``. Raises ``NothingReadableError`` when no
    file could be read.
    """
    from logcost.ingest import ingest

    opened = Ledger(ledger)
    try:
        ingest(opened, [paths] if isinstance(paths, str | Path) else list(paths), formats=formats)
    except BaseException:
        opened.close()
        raise
    return opened
