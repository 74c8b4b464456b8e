"""SQLite databases, opened so that nothing is ever written beside the user's file and no code of the file runs.

Only tables are read, never views or virtual tables (https://www.sqlite.org/security.html).
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from logcost.errors import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

SQLITE: Final = b"SQLite format 3\x00"
_TABLES: Final = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
_ALLOWED: Final = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_HARMLESS: Final = frozenset({"", "sqlite_master", "json_each", "json_tree"})
_LONGEST_CELL: Final = 64 * 1024 * 1024
_TRIES: Final = 3


def tables(file: Path, path: str) -> dict[str, dict[str, None]]:
    """Names of the tables and of their columns. Raises ``UnreadableFileError`` when the file is damaged."""
    with opened(file, path) as database:
        columns = {name: database.execute("SELECT name FROM pragma_table_xinfo(?)", (name,)) for name in _tables(database)}
        return {name: dict.fromkeys(column.decode(errors="replace") for (column,) in found) for name, found in columns.items()}


def whole_database(file: Path, scratch: Path) -> Path:
    """The file itself, or a copy in ``scratch`` with the pages that a running program has not yet moved into it.

    Raises ``OSError`` when it cannot be copied, and ``UnreadableFileError`` when it is written to all the time.
    """
    waiting = [beside for suffix in ("-wal", "-journal") if (beside := Path(f"{file}{suffix}")).is_file()]
    if not any(beside.stat().st_size for beside in waiting):
        return file
    copy = scratch / f"database-{len(list(scratch.iterdir()))}"
    for _ in range(_TRIES):
        before = _state(file, *waiting)
        for one in (file, *waiting):
            shutil.copyfile(one, f"{copy}{one.name.removeprefix(file.name)}")
        if _state(file, *waiting) == before:
            break
    else:
        raise _busy(str(file))
    try:
        with closing(sqlite3.connect(copy)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.Error:
        raise _damaged(str(file)) from None
    return copy


def _state(*files: Path) -> list[tuple[int, int]]:
    return [(one.stat().st_size, one.stat().st_mtime_ns) for one in files]


@contextmanager
def opened(file: Path, path: str) -> Iterator[sqlite3.Connection]:
    """The database, read only and without looking for files beside it.

    Raises ``UnreadableFileError`` when it is damaged, or has changed meanwhile: without a lock pages of before and after mix.
    """
    before = _state(file)
    try:
        address = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as database:
            database.text_factory = bytes
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_CELL)
            for setting in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON"):
                database.execute(f"PRAGMA {setting}")
            yield database
    except sqlite3.DataError:
        reason = f"A value in the database is longer than {_LONGEST_CELL // 2**20} MB."
        raise UnreadableFileError(reason, path=path, remedy="Nothing of it was loaded. Delete that row in a copy.") from None
    except sqlite3.Error:
        raise (_damaged(path) if _state(file) == before else _busy(path)) from None
    if _state(file) != before:
        raise _busy(path)


def _busy(path: str) -> UnreadableFileError:
    return UnreadableFileError("A program is writing to this database.", path=path, remedy="Try again, or read a copy.")


def _damaged(path: str) -> UnreadableFileError:
    return UnreadableFileError("The SQLite database is damaged or incomplete.", path=path, remedy="Copy or export it again.")


def _tables(database: sqlite3.Connection) -> list[str]:
    return [name.decode(errors="replace") for (name,) in database.execute(_TABLES)]


def guard(database: sqlite3.Connection) -> None:
    """From here on only the file's own tables can be read."""
    # Made ready first: afterwards no virtual table can be.
    database.execute("SELECT 1 FROM json_each('[]'), json_tree('[]')").fetchall()
    readable = _HARMLESS | set(_tables(database))

    def allowed(action: int, first: str | None, *_others: str | None) -> int:
        if action in _ALLOWED or (action == sqlite3.SQLITE_READ and (first or "") in readable):
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    database.set_authorizer(allowed)
