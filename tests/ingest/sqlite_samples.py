"""Builds the SQLite samples from the SQL text beside them: ``database_x.sql`` makes ``sample_x.db``.

To build them anew: ``python -m tests.ingest.sqlite_samples``.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
SOURCES: Final = sorted(HERE.glob("*/database*.sql"))


def sample_of(source: Path) -> Path:
    """The database that a script makes."""
    return source.with_name(source.name.replace("database", "sample", 1)).with_suffix(".db")


def build(source: Path, target: Path) -> None:
    """Write the database anew, in small pages."""
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(target)) as database:
        database.execute("PRAGMA page_size = 1024")
        database.executescript(source.read_text(encoding="utf-8"))
        database.commit()
        database.execute("VACUUM")


def content(path: Path) -> list[str]:
    """Everything a database holds, as SQL."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database:
        return list(database.iterdump())


if __name__ == "__main__":
    for one in SOURCES:
        build(one, sample_of(one))
