from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest

from logcost.errors import NothingReadableError
from logcost.ingest import ingest
from logcost.store import Ledger
from tests.ingest.engine import NOW, TABLE, formats, load, reasons, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROWS = "SELECT source_line, dedup_key, response_model, input_tokens FROM usage_record ORDER BY source_line"


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as opened:
        yield opened


def test_columns_by_name_in_any_order_with_strange_ones_between(ledger: Ledger, tmp_path: Path) -> None:
    table = 'in,extra,probe,model\n1,"a,b",x,m\n2.0,,y,\n'
    load(ledger, tmp_path, write(tmp_path, "t.csv", table))
    assert ledger.sql(ROWS) == [(2, "x", "m", 1), (3, "y", None, 2)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_byte_order_mark_and_crlf(delimiter: str, ledger: Ledger, tmp_path: Path) -> None:
    rows = [["probe", "model", "in"], ["x", "m", "1"], ["y", "m", "2"]]
    load(ledger, tmp_path, write(tmp_path, "t.csv", "\ufeff" + "\r\n".join(delimiter.join(row) for row in rows)))
    assert ledger.sql(ROWS) == [(2, "x", "m", 1), (3, "y", "m", 2)]


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_lines_that_are_in_quotes_as_a_whole(delimiter: str, ledger: Ledger, tmp_path: Path) -> None:
    rows = ["probe,model,in", 'x,""a,b"",1', "y,m,2", "z,m", 'q,""a\nb"",3']
    table = "\n".join(f'"{row.replace(",", delimiter)}"' for row in rows) + f"\nplain{delimiter}m{delimiter}4\n"
    load(ledger, tmp_path, write(tmp_path, "t.csv", table))
    assert ledger.sql(ROWS) == [(2, "x", f"a{delimiter}b", 1), (3, "y", "m", 2), (5, "q", "a\nb", 3), (7, "plain", "m", 4)]
    assert [(row[0], row[2]) for row in reasons(ledger)] == [(4, "bad-row")]


def test_the_word_null_is_nothing_but_in_a_column_of_texts(ledger: Ledger, tmp_path: Path) -> None:
    load(ledger, tmp_path, write(tmp_path, "t.csv", "probe,model,in\nx,NULL,NULL\ny,null,5\n"))
    assert ledger.sql(ROWS) == [(2, "x", "NULL", None), (3, "y", "null", 5)]


def test_calls_whose_key_is_the_word_null_are_not_one_call(ledger: Ledger, tmp_path: Path) -> None:
    header = "started_at,provider_name,response_model,input_tokens,output_tokens,session_id,dedup_key\n"
    row = "2026-09-01T00:00:00Z,openai,gpt-5,5,1,NULL,NULL\n"
    (report,) = ingest(ledger, [write(tmp_path, "t.csv", header + row * 2)], now=NOW).sources
    assert (report.rows_loaded, report.duplicates, report.rejects) == (2, 0, 0)
    assert ledger.sql("SELECT DISTINCT session_id FROM usage_record") == [(None,)]


def test_a_dump_of_a_database_gives_the_same_as_empty_cells(ledger: Ledger, tmp_path: Path) -> None:
    header = "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id\n"
    row = '1788220800,1788307200,2026-09-01T00:00:00+00:00,2026-09-02T00:00:00+00:00,{},usd,"gpt-5, input",p\n'
    report = ingest(ledger, [write(tmp_path, "t.csv", header + row.format("1.5") + "NULL,NULL,NULL,NULL,NULL,,,\n")], now=NOW)
    assert [(one.rows_loaded, one.rejects, one.skipped) for one in report.sources] == [(1, 0, 1)]


def test_lines_stay_exact_after_quoted_line_breaks_and_blank_lines(ledger: Ledger, tmp_path: Path) -> None:
    table = 'probe,model,in\nx,"a\nb",1\n\ny,m,2\nz,m,many\n'
    load(ledger, tmp_path, write(tmp_path, "t.csv", table))
    assert ledger.sql(ROWS) == [(2, "x", "a\nb", 1), (5, "y", "m", 2)]
    assert reasons(ledger) == [(6, table.index("z,m"), "bad-type", "in must be a whole number, found text. Correct the line.")]


def test_ragged_rows_bad_text_and_nul_bytes_are_rejected_one_by_one(ledger: Ledger, tmp_path: Path) -> None:
    table = b"probe,model,in\na,m,1\nb,m\nc,m,3,4\nd,\xff,5\ne,\x00,6\nf,m,7\n"
    (report,) = load(ledger, tmp_path, write(tmp_path, "t.csv", table)).sources
    assert [row[0] for row in ledger.sql(ROWS)] == [2, 7]
    assert [(row[0], row[2]) for row in reasons(ledger)] == [(3, "bad-row"), (4, "bad-row"), (5, "bad-utf8"), (6, "bad-utf8")]
    assert (report.rows_read, report.rows_loaded, report.rejects) == (6, 2, 4)


def test_a_quote_that_is_never_closed_costs_one_row_not_the_rest(ledger: Ledger, tmp_path: Path) -> None:
    good = "".join(f"g{n},m,{n}\n" for n in range(100))
    (report,) = load(ledger, tmp_path, write(tmp_path, "t.csv", 'probe,model,in\nbad,"open,1\n' + good)).sources
    assert (report.rows_loaded, report.rejects) == (100, 1)
    assert reasons(ledger)[0][0] == 2


def test_a_column_that_occurs_twice_stops_the_file_only_when_it_is_read(ledger: Ledger, tmp_path: Path) -> None:
    harmless = write(tmp_path, "a.csv", "probe,in,extra,extra\nx,1,,\n")
    doubtful = write(tmp_path, "b.csv", "probe,in,in\nx,1,2\n")
    reports = load(ledger, tmp_path, harmless, doubtful).sources
    assert reports[0].error is None
    assert "The column in occurs twice in the header." in (reports[1].error or "")
    assert ledger.sql("SELECT count(*) FROM usage_record") == [(1,)]


def test_parquet_reads_what_a_frame_holds(ledger: Ledger, tmp_path: Path) -> None:
    instants = [datetime(2026, 10, 1, 12, tzinfo=UTC), None]
    frame = pl.DataFrame(
        {"probe": ["x", "y"], "ts": instants, "in": [1, 2], "tags": [{"a": "b"}, None], "more": [1.5, 2.5]},
        schema_overrides={"tags": pl.Map(pl.String, pl.String), "in": pl.UInt32},
    )
    frame.write_parquet(tmp_path / "t.parquet")
    load(ledger, tmp_path, tmp_path / "t.parquet")
    query = "SELECT source_line, input_tokens, tags, epoch(started_at)::BIGINT FROM usage_record ORDER BY source_line"
    assert ledger.sql(query) == [(1, 1, {"a": "b"}, 1790856000), (2, 2, None, None)]


def test_parquet_rejects_values_by_the_same_rules(ledger: Ledger, tmp_path: Path) -> None:
    pl.DataFrame({"probe": ["x", "y", "z"], "in": [1.0, 1.5, -1.0]}).write_parquet(tmp_path / "t.parquet")
    load(ledger, tmp_path, tmp_path / "t.parquet")
    assert [row[0] for row in ledger.sql(ROWS)] == [1]
    assert [(row[0], row[2]) for row in reasons(ledger)] == [(2, "bad-type"), (3, "negative-count")]


def test_a_damaged_parquet_file_stops_nothing(ledger: Ledger, tmp_path: Path) -> None:
    damaged = write(tmp_path, "a.parquet", b"PAR1" + b"\x00" * 100)
    good = write(tmp_path, "b.csv", "probe,in\nx,1\n")
    reports = load(ledger, tmp_path, damaged, good).sources
    assert "damaged" in (reports[0].error or "")
    assert reports[1].rows_loaded == 1


def test_spaces_around_column_names_lose_no_column(ledger: Ledger, tmp_path: Path) -> None:
    load(ledger, tmp_path, write(tmp_path, "t.csv", "probe, model , in\nx,m,1\n"))
    assert ledger.sql(ROWS) == [(2, "x", "m", 1)]


def test_lines_that_end_with_cr_alone_are_told(ledger: Ledger, tmp_path: Path) -> None:
    good = write(tmp_path, "good.csv", "probe,model,in\nx,m,1\n")
    (report, _) = load(ledger, tmp_path, write(tmp_path, "t.csv", "probe,model,in\rx,m,1\r"), good).sources
    assert "The lines end with CR alone. Save it with LF or CR LF." in str(report.error)
    assert ledger.sql(ROWS) == [(2, "x", "m", 1)]


def test_a_column_is_found_without_regard_to_case_and_spaces_when_the_exact_one_is_absent(ledger: Ledger, tmp_path: Path) -> None:
    load(ledger, tmp_path, write(tmp_path, "t.csv", "PROBE ,Model,In\nx,m,1\n"))
    pl.DataFrame({"Probe": ["y"], "in": [2], "MODEL": ["m"]}).write_parquet(tmp_path / "t.parquet")
    load(ledger, tmp_path, tmp_path / "t.parquet")
    assert sorted(ledger.sql(ROWS)) == [(1, "y", "m", 2), (2, "x", "m", 1)]


def test_the_exact_column_goes_before_one_that_is_alike_and_two_alike_are_refused(ledger: Ledger, tmp_path: Path) -> None:
    load(ledger, tmp_path, write(tmp_path, "exact.csv", "Model,probe,model,in\nwrong,x,m,1\n"))
    assert ledger.sql(ROWS) == [(2, "x", "m", 1)]
    with pytest.raises(NothingReadableError, match="The column model occurs twice"):
        load(ledger, tmp_path, write(tmp_path, "alike.csv", "probe,in,Model,MODEL\ny,1,a,b\n"))


def test_identification_takes_the_exact_names_before_those_that_are_alike(ledger: Ledger, tmp_path: Path) -> None:
    upper = TABLE.replace("test.table", "test.upper").replace('["probe", "in"]', '["PROBE", "IN"]')
    upper = upper.replace('probe = "id"', 'PROBE = "id"').replace('in = "int"\ntags', 'IN = "int"\ntags')
    declared = [write(tmp_path, "upper.sql", upper), *formats(tmp_path)]
    given = [write(tmp_path, "u.csv", "PROBE,IN\nx,1\n"), write(tmp_path, "l.csv", "probe,in\ny,2\n")]
    found = ingest(ledger, given, formats=declared, now=NOW).sources
    assert [one.format for one in found] == ["test.upper", "test.table"]
