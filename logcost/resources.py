"""The only module that knows where the data folders (``sql``, ``pricing``, ``reports``) lie.

In a wheel they are inside the package as ``logcost/_data``; in a checkout (also an editable install) beside it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


@cache
def root() -> Path:
    """Folder that holds ``sql``, ``pricing`` and ``reports``."""
    packaged = _PACKAGE / "_data"
    return packaged if packaged.is_dir() else _PACKAGE.parent


def path(*parts: str) -> Path:
    """Path of a data file or folder, e.g. ``path("sql", "ingest")``."""
    return root().joinpath(*parts)


def text(*parts: str) -> str:
    """Content of a data file as text; raises ``FileNotFoundError`` if it is not shipped."""
    return path(*parts).read_text(encoding="utf-8")


def files(*parts: str, suffix: str) -> list[Path]:
    """All files under a data folder whose name ends in ``suffix``, sorted by name."""
    return sorted(path(*parts).rglob(f"*{suffix}"))
