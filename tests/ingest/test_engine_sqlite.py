"""SQLite databases: rows of a query, read without trace, also from hostile and damaged files."""

from __future__ import annotations

import gzip
import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import pytest

from logcost.errors import FormatDeclarationError, NothingReadableError, UnreadableFileError
from logcost.ingest import ingest
from logcost.ingest.database import opened
from logcost.ingest.header import read_format
from logcost.store import Ledger
from tests.ingest.engine import NOW, reasons, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from logcost.types import SourceReport

DECLARED: Final = """/* logcost
format   = "test.turns"
title    = "A database for tests"
reader   = "sqlite"
identify = ["turns.id", "turns.input_tokens"]
query    = "SELECT id, Model, input_tokens, cost, details FROM turns ORDER BY id DESC"
[fields]
id = "id"
model = "str"
input_tokens = "int"
cost = "decimal"
details = "json"
absent = "str"
*/
SELECT file_id, line, id AS dedup_key, model AS response_model, input_tokens, strict_decimal(cost) AS reported_cost,
    json_tags(details) AS tags, absent AS workload
FROM source
"""
ROWS: Final = "SELECT source_line, dedup_key, response_model, input_tokens FROM usage_record ORDER BY source_line"
CREATE: Final = "CREATE TABLE turns (id, model, input_tokens, cost, details, prompt)"


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as opened:
        yield opened


def _database(path: Path, *rows: tuple[Any, ...], create: str = CREATE) -> Path:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(create)
        database.executemany("INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?)", rows)
        database.commit()
    return path


def _load(ledger: Ledger, folder: Path, path: Path, declared: str = DECLARED) -> SourceReport:
    (report,) = ingest(ledger, [path], formats=[write(folder, "turns.sql", declared)], now=NOW).sources
    return report


def _refusal(folder: Path, path: Path, declared: str = DECLARED) -> str:
    with Ledger() as ledger, pytest.raises(NothingReadableError) as error:
        _load(ledger, folder, path, declared)
    return str(error.value)


def test_rows_in_the_order_of_the_query_with_cells_of_every_kind(ledger: Ledger, tmp_path: Path) -> None:
    rows = [
        ("a", "m", 5, 0.1, '{"team": "x"}', "secret"),
        (2, None, "7", "0.25", None, None),
        ("c", b"m2", 9.0, None, 4, None),
    ]
    report = _load(ledger, tmp_path, _database(tmp_path / "turns.db", *rows))
    assert (report.format, report.rows_read, report.rows_loaded) == ("test.turns", 3, 3)
    assert ledger.sql(ROWS) == [(1, "c", "m2", 9), (2, "a", "m", 5), (3, "2", None, 7)]
    costs = ledger.sql("SELECT reported_cost::VARCHAR, tags::VARCHAR FROM usage_record ORDER BY source_line")
    assert costs == [(None, None), ("0.100000000000000", "{team=x}"), ("0.250000000000000", None)]


def test_bad_cells_cost_their_row_alone(ledger: Ledger, tmp_path: Path) -> None:
    rows = [("a", "m", "many", None, None, None), ("b", "m", 1.5, None, None, None), ("c", b"\xff", 1, None, None, None)]
    _load(ledger, tmp_path, _database(tmp_path / "turns.db", *rows, ("d", "m", 4, None, None, b"\xff")))
    assert ledger.sql(ROWS) == [(1, "d", "m", 4)]
    assert [(row[0], row[2]) for row in reasons(ledger)] == [(2, "bad-utf8"), (3, "bad-type"), (4, "bad-type")]


def test_nothing_is_written_beside_the_file_and_what_waits_in_the_log_is_read(ledger: Ledger, tmp_path: Path) -> None:
    place = tmp_path / "data"
    place.mkdir()
    path = _database(place / "it's 100%?.db", ("a", "m", 1, None, None, None), create=f"PRAGMA journal_mode = WAL; {CREATE}")
    _load(ledger, tmp_path, path)
    assert [one.name for one in place.iterdir()] == [path.name]
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("INSERT INTO turns VALUES ('b', 'm', 2, NULL, NULL, NULL)")
        writer.commit()
        before = {one.name: one.read_bytes() for one in place.iterdir() if not one.name.endswith("-shm")}
        assert before[f"{path.name}-wal"]
        report = _load(ledger, tmp_path, path)
        assert {one.name: one.read_bytes() for one in place.iterdir() if not one.name.endswith("-shm")} == before
        assert report.rows_loaded == 2
        assert _load(ledger, tmp_path, path).unchanged
    assert ledger.sql(ROWS) == [(1, "b", "m", 2), (2, "a", "m", 1)]


def test_a_locked_database_and_a_compressed_one_are_read(ledger: Ledger, tmp_path: Path) -> None:
    path = _database(tmp_path / "turns.db", ("a", "m", 1, None, None, None))
    other = _database(tmp_path / "old.db", ("z", "m", 3, None, None, None))
    packed = write(tmp_path, "old.db.gz", gzip.compress(other.read_bytes()))
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        _load(ledger, tmp_path, path)
    _load(ledger, tmp_path, packed)
    assert [row[1] for row in ledger.sql(ROWS)] == ["a", "z"]


def test_the_name_of_a_database_need_not_be_utf8(ledger: Ledger, tmp_path: Path) -> None:
    path = _database(tmp_path / "turns.db", ("a", "m", 1, None, None, None))
    odd = path.rename(tmp_path / os.fsdecode(b"t\xffrns ?#.db"))
    assert _load(ledger, tmp_path, odd).rows_loaded == 1


def test_a_half_done_transaction_of_a_killed_program_is_not_read(ledger: Ledger, tmp_path: Path) -> None:
    path = _database(tmp_path / "turns.db", *((f"a{n:04}", "m", 1, None, None, "x" * 500) for n in range(2000)))
    dead = tmp_path / "dead.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA cache_size = 1")
        writer.execute("BEGIN")
        writer.execute("UPDATE turns SET input_tokens = 9, prompt = 'y'")
        dead.write_bytes(path.read_bytes())
        (tmp_path / "dead.db-journal").write_bytes((tmp_path / "turns.db-journal").read_bytes())
        writer.execute("ROLLBACK")
    _load(ledger, tmp_path, dead)
    assert ledger.sql("SELECT count(*), sum(input_tokens) FROM usage_record") == [(2000, 2000)]


def test_a_grown_database_takes_the_place_of_the_one_read_before(ledger: Ledger, tmp_path: Path) -> None:
    path = _database(tmp_path / "turns.db", ("a", "m", 1, None, None, None))
    _load(ledger, tmp_path, path)
    _database(path, ("b", "m", 2, None, None, None), create="")
    assert "took the place of the 1 row" in " ".join(_load(ledger, tmp_path, path).notes)
    assert [row[1] for row in ledger.sql(ROWS)] == ["b", "a"]


def test_a_database_that_changes_while_it_is_read_loads_nothing(ledger: Ledger, tmp_path: Path) -> None:
    path = _database(tmp_path / "turns.db", ("a", "m", 1, None, None, None))
    reading = opened(path, "turns.db")
    assert reading.__enter__().execute("SELECT id FROM turns").fetchall() == [(b"a",)]
    _database(path, ("b", "m", 2, None, None, "x" * 9000), create="")
    with pytest.raises(UnreadableFileError, match="A program is writing"):
        reading.__exit__(None, None, None)
    assert _load(ledger, tmp_path, path).rows_loaded == 2


def test_a_value_too_long_to_hold_is_told_as_such(tmp_path: Path) -> None:
    path = _database(tmp_path / "turns.db", ("a", "m", 1, None, None, None))
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE turns SET prompt = zeroblob(70000000)")
        database.commit()
    with Ledger() as ledger:
        assert _load(ledger, tmp_path, path).rows_loaded == 1
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE turns SET details = zeroblob(70000000)")
        database.commit()
    assert "longer than 64 MB" in _refusal(tmp_path, path)


@pytest.mark.parametrize("cut", [16, 100, 3000, 40_000])
def test_a_truncated_database_loads_nothing(cut: int, tmp_path: Path) -> None:
    path = _database(tmp_path / "turns.db", *((f"a{n}", "m", 1, None, None, "x" * 200) for n in range(500)))
    said = _refusal(tmp_path, write(tmp_path, "cut.db", path.read_bytes()[:cut]))
    assert "damaged" in said or "No format claims" in said


def test_a_broken_page_in_the_middle_takes_the_whole_file_out_again(tmp_path: Path) -> None:
    path = _database(tmp_path / "turns.db", *((f"a{n:05}", "m", 1, None, None, "x" * 200) for n in range(40_000)))
    data = bytearray(path.read_bytes())
    middle = len(data) // 4096 // 2 * 4096
    data[middle : middle + 4096] = b"\xff" * 4096
    declared = DECLARED.replace("ORDER BY id DESC", "ORDER BY rowid")
    with Ledger() as ledger, pytest.raises(NothingReadableError, match="damaged"):
        _load(ledger, tmp_path, write(tmp_path, "broken.db", bytes(data)), declared)


@pytest.mark.parametrize(
    "create",
    [
        "CREATE TABLE real (id, model, input_tokens, cost, details); CREATE VIEW turns AS SELECT * FROM real",
        "CREATE VIRTUAL TABLE turns USING fts5(id, model, input_tokens, cost, details)",
    ],
)
def test_views_and_virtual_tables_of_the_file_are_not_run(create: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(f"{create}; CREATE TABLE sign (mark);")
    assert "No format claims" in _refusal(tmp_path, path)
    declared = DECLARED.replace('["turns.id", "turns.input_tokens"]', '["sign.mark"]')
    assert "meets a view or a virtual table" in _refusal(tmp_path, path, declared)


def test_a_query_may_join_nest_and_read_json_but_not_write_or_attach(ledger: Ledger, tmp_path: Path) -> None:
    path = _database(tmp_path / "turns.db", ("a", '{"name": "m"}', 1, None, None, None))
    query = (
        "WITH x AS (SELECT t.*, j.value AS name FROM turns t, json_each(t.model) j) SELECT id, name AS model FROM x ORDER BY id"
    )
    old = "SELECT id, Model, input_tokens, cost, details FROM turns ORDER BY id DESC"
    _load(ledger, tmp_path, path, DECLARED.replace(old, query))
    assert ledger.sql(ROWS) == [(1, "a", "m", None)]
    for hostile in ("DELETE FROM turns ORDER BY id", "ATTACH 'x.db' AS o -- ORDER BY", "PRAGMA journal_mode = WAL -- ORDER BY"):
        assert "The query of test.turns" in _refusal(tmp_path, path, DECLARED.replace(old, hostile))
    assert not (tmp_path / "x.db").exists()


def test_an_older_database_without_a_column_says_so(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE turns (id, model, input_tokens)")
    assert "The query of test.turns fails: no such column: cost" in _refusal(tmp_path, path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (" ORDER BY id DESC", "", "without ORDER BY"),
        ('reader   = "sqlite"', 'reader   = "csv"', "no other reader takes it"),
        ('query    = "SELECT id, Model, input_tokens, cost, details FROM turns ORDER BY id DESC"', "", "'sqlite' needs it"),
    ],
)
def test_a_wrong_declaration_is_refused(old: str, new: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(FormatDeclarationError, match=said):
        read_format(write(tmp_path, "f.sql", DECLARED.replace(old, new)))
