"""Reader of SQLite databases: the rows of the format's ``query``, numbered in its order."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Final

from logcost.errors import UnreadableFileError
from logcost.ingest import messages
from logcost.ingest.batches import Collector, full_batches
from logcost.ingest.database import guard, opened
from logcost.ingest.messages import Why
from logcost.ingest.tables import add_row, cell_converter, column_places, table_shape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from logcost.ingest.batches import Batch
    from logcost.ingest.header import Format


_FORBIDDEN: Final = ("not authorized", "prohibited", "vtable constructor")
"""Signs of a refusal in SQLite's messages, which has no code of its own for it."""


def read_database(declared: Format, file: Path, path: str) -> Iterator[Batch]:
    """Batches of the rows that the format's query gives, numbered from 1.

    Raises ``UnreadableFileError`` when the database is damaged, or lacks what the query names.
    """
    collector = Collector(declared, table_shape(declared))
    return full_batches(collector, _fill(declared, collector, file, path))


def _fill(declared: Format, collector: Collector, file: Path, path: str) -> Iterator[None]:
    shape = table_shape(declared)
    convert = cell_converter(shape)
    documents = [name for name, one in declared.fields.items() if one.kind == "json"]
    with opened(file, path) as database:
        guard(database)
        cursor = _answer(database, declared, path)
        places = column_places([column[0] for column in cursor.description], shape, path)
        for number, row in enumerate(cursor, start=1):
            cells = _texts({name: row[at] for name, at in places.items() if row[at] is not None})
            if isinstance(cells, Why):
                collector.reject(number, None, cells)
            else:
                add_row(cells, documents, convert, collector, number)
            yield


def _answer(database: sqlite3.Connection, declared: Format, path: str) -> sqlite3.Cursor:
    try:
        return database.execute(declared.query)
    except sqlite3.DatabaseError as error:
        if any(sign in str(error) for sign in _FORBIDDEN):
            reason = f"The query of {declared.name} meets a view or a virtual table."
            raise UnreadableFileError(reason, path=path, remedy="Only tables are read.") from None
        if isinstance(error, sqlite3.OperationalError):
            reason = f"The query of {declared.name} fails: {error}."
            raise UnreadableFileError(reason, path=path, remedy="The database may be of another version.") from None
        raise


def _texts(cells: dict[str, Any]) -> dict[str, Any] | Why:
    """Cells with their text decoded: one row of bad text must not end the reading of all."""
    try:
        return {name: cell.decode() if isinstance(cell, bytes) else cell for name, cell in cells.items()}
    except UnicodeDecodeError:
        return messages.not_utf8()
