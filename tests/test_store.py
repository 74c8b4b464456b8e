from __future__ import annotations

import json
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pytest

from logcost import schema
from logcost.errors import LedgerError
from logcost.ingest import ingest
from logcost.store import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FULL: dict[str, Any] = {
    "started_at": datetime(2026, 10, 1, 12, 30, 0, 123456, tzinfo=UTC),
    "grain": "request",
    "requests": 1,
    "input_tokens": 2**62,
    "other_units": {"images": 2},
    "tags": {"team": "a", "env": "b"},
    "streamed": True,
    "reported_cost": Decimal("0.000000000000001"),
    "prefix_hashes": ["a", "b"],
    "prefix_block_tokens": [128],
    "source_id": 1,
}


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as opened:
        yield opened


def rows(count: int) -> pl.DataFrame:
    return pl.DataFrame({"grain": "request", "source_id": 1, "input_tokens": pl.Series(range(count), dtype=pl.Int64)})


def test_what_is_appended_comes_back_exactly_and_the_rest_is_unknown(ledger: Ledger) -> None:
    typed = {
        "tags": pl.Map(pl.String, pl.String),
        "other_units": pl.Map(pl.String, pl.Int64),
        "reported_cost": pl.Decimal(38, 15),
    }
    ledger.append("usage_record", pl.DataFrame([FULL], schema_overrides=typed))
    (row,) = ledger.scan("usage_record").collect().to_dicts()
    assert {name: value for name, value in row.items() if value is not None} == FULL


def test_a_scan_can_be_collected_again_filtered_sliced_and_joined_with_itself(ledger: Ledger) -> None:
    ledger.append("usage_record", rows(200_000))
    scan = ledger.scan("usage_record").select("input_tokens")
    expected = 200_000 * 199_999 // 2
    assert [scan.sum().collect().item() for _ in range(2)] == [expected, expected]
    assert scan.filter(pl.col("input_tokens") < 10).collect().height == 10
    assert scan.head(7).collect().height == 7
    assert scan.join(scan, on="input_tokens").select(pl.len()).collect().item() == 200_000
    assert scan.select(pl.len()).collect(engine="streaming").item() == 200_000


def test_a_scan_takes_a_condition_in_sql(ledger: Ledger) -> None:
    ledger.append("usage_record", rows(10))
    assert ledger.scan("usage_record", "input_tokens >= 8").collect().height == 2
    assert ledger.scan("usage_record", "input_tokens > 99").collect().height == 0


def test_a_scan_over_several_windows_gives_every_row_once(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("logcost.store._WINDOW_ROWS", 7)
    monkeypatch.setattr("logcost.store._SCAN_ROWS", 3)
    lines = pl.DataFrame({"source_line": range(1, 101)}, schema={"source_line": pl.Int64})
    ledger.append("usage_record", lines.with_columns(grain=pl.lit("request"), source_id=pl.lit(1)))
    ledger.sql("DELETE FROM usage_record WHERE source_line BETWEEN 20 AND 40")
    kept = [line for line in range(1, 101) if not 20 <= line <= 40]
    scan = ledger.scan("usage_record")
    assert sorted(scan.select("source_line").collect()["source_line"]) == kept
    assert scan.select(pl.len()).collect().item() == len(kept)
    assert scan.head(25).collect().height == 25
    either = ledger.scan("usage_record", where="source_line < 3 OR source_line = 90").select("source_line").collect()
    assert sorted(either["source_line"]) == [1, 2, 90]
    empty = ledger.scan("usage_record", where="source_line < 0").select("source_line").collect(engine="streaming")
    assert (empty.height, empty.columns) == (0, ["source_line"])


def test_a_column_that_the_table_lacks_is_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="usage_record has no column nonsense"):
        ledger.append("usage_record", rows(1).with_columns(nonsense=1))


def test_a_required_column_that_is_missing_is_refused(ledger: Ledger) -> None:
    with pytest.raises(duckdb.ConstraintException):
        ledger.append("usage_record", pl.DataFrame({"input_tokens": [1]}))


def test_a_stored_ledger_is_there_again_and_can_be_read_only(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "ledger.duckdb"
    with Ledger(path) as ledger:
        ledger.append("usage_record", rows(3))
    with Ledger(path, read_only=True) as ledger:
        assert ledger.sql("SELECT count(*) FROM usage_record") == [(3,)]
        with pytest.raises(duckdb.Error, match="read-only"):
            ledger.append("usage_record", rows(1))


def test_what_is_no_ledger_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.duckdb").write_text("no database " * 1000)
    with duckdb.connect(str(tmp_path / "other.duckdb")) as connection:
        connection.execute("CREATE TABLE ledger_version AS SELECT 99::BIGINT AS version")
    for name, told in (
        ("text", r"cannot be opened: .*\. Give another"),
        ("other", "no ledger of version"),
        ("gone", "There is no ledger here"),
    ):
        with pytest.raises(LedgerError, match=told) as caught:
            Ledger(tmp_path / f"{name}.duckdb", read_only=name == "gone")
        assert "\n" not in str(caught.value)


def test_a_temporary_ledger_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Ledger() as ledger:
        ledger.append("usage_record", rows(10))
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())
    with pytest.raises(LedgerError, match="closed"):
        ledger.sql("SELECT 1")


def test_queries_cannot_reach_outside_the_ledger(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    with pytest.raises(duckdb.Error, match="disabled"):
        ledger.sql(f"FROM read_csv('{tmp_path / 'a.csv'}')")


MACROS = {
    "any_time('2026-10-03T12:00:00+02:00')": datetime(2026, 10, 3, 10, tzinfo=UTC),
    "any_time('2026-10-03 12:00:00')": datetime(2026, 10, 3, 12, tzinfo=UTC),
    "any_time('2026-10-03')": datetime(2026, 10, 3, tzinfo=UTC),
    "any_time(1728933352)": datetime(2024, 10, 14, 19, 15, 52, tzinfo=UTC),
    "any_time('1728933352.123456')": datetime(2024, 10, 14, 19, 15, 52, 123456, tzinfo=UTC),
    "any_time('1728933352123')": datetime(2024, 10, 14, 19, 15, 52, 123000, tzinfo=UTC),
    "any_time('1728933352123456')": datetime(2024, 10, 14, 19, 15, 52, 123456, tzinfo=UTC),
    "any_time('1728933352123456789')": datetime(2024, 10, 14, 19, 15, 52, 123456, tzinfo=UTC),
    "any_time('2026-13-45')": None,
    "any_time('noon')": None,
    "any_time(NULL)": None,
    "bad_time('ts', NULL)": None,
    "bad_time('ts', 'noon')": "ts is no time. Write ISO 8601, such as 2026-10-03T12:00:00Z, or Unix seconds.",
    "strict_int('12.0')": 12,
    "strict_int('1.5')": None,
    "strict_int(' 7')": None,
    "strict_int('0x10')": None,
    "strict_decimal('0.00000001')": Decimal("0.00000001"),
    "strict_decimal('-8.50E-8')": Decimal("-0.000000085"),
    "strict_decimal('NaN')": None,
    "bad_decimal('cost', 'NaN')": "cost must be a decimal number. Correct the line.",
    'json_units(\'{"images": 2, "seconds": 3.0}\')': {"images": 2, "seconds": 3},
    "json_units('{\"images\": 2.5}')": None,
    'json_tags(\'{"a": "b", "c": 1}\')': {"a": "b", "c": "1"},
    "json_tags('[1]')": None,
}


@pytest.mark.parametrize("expression", MACROS)
def test_macros(expression: str, ledger: Ledger) -> None:
    ledger.define_macros()
    assert ledger.query(f"SELECT {expression} AS value")["value"].to_list() == [MACROS[expression]]


@pytest.mark.parametrize("version", [None, 99])
def test_a_database_that_is_no_ledger_of_this_version_is_left_as_it_is(version: int | None, tmp_path: Path) -> None:
    place = tmp_path / "other.duckdb"
    with duckdb.connect(str(place)) as other:
        other.execute("CREATE TABLE sales (amount INTEGER)")
        if version:
            other.execute(f"CREATE TABLE ledger_version AS SELECT {version} AS version")
        before = other.execute("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
    with pytest.raises(LedgerError, match=f"This file is no ledger of version {schema.VERSION}"):
        Ledger(place)
    with duckdb.connect(str(place)) as other:
        assert other.execute("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall() == before


def test_a_ledger_below_a_file_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(LedgerError, match="The ledger's folder cannot be made: "):
        Ledger(tmp_path / "file" / "ledger.duckdb")


@pytest.mark.parametrize("name", [None, "ledger.duckdb"])
def test_a_ledger_takes_little_memory_until_its_reader_asks(name: str | None, tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    call = {"started_at": "2026-10-01T12:00:00Z", "provider_name": "openai", "response_model": "gpt-5", "input_tokens": 1}
    log.write_text(json.dumps(call | {"output_tokens": 1}) + "\n", encoding="utf-8")
    asked = "SELECT current_setting('memory_limit')"
    with Ledger(tmp_path / name if name else None) as ledger:
        assert ledger.sql(asked) == [("45.7 MiB",)]
        ingest(ledger, [log])
        assert ledger.sql(asked) == [("45.7 MiB",)]
        assert ledger.read_only_query(asked).item() == "244.1 MiB"


def test_a_query_that_still_runs_does_not_hide_why_the_ledger_is_closed() -> None:
    def read() -> None:
        started.set()
        with suppress(duckdb.Error):
            busy.execute("SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b")

    started = threading.Event()
    ledger = Ledger(None)
    busy = ledger.connection
    reading = threading.Thread(target=read)
    reading.start()
    started.wait()
    time.sleep(0.2)
    ledger.close()
    busy.interrupt()
    reading.join(timeout=30)
    assert not reading.is_alive()
