from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest
import zstandard

from logcost.ingest import rejects
from logcost.ingest.content import LINE_LIMIT
from logcost.store import Ledger
from tests.ingest.engine import line, load, reasons, record, totals, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as opened:
        yield opened


BAD_LINES = {
    '{"probe": "x", "use": {"in": "many"}}': ("bad-type", "use.in must be a whole number, found text. Correct the line."),
    '{"probe": "x", "use": {"in": 1.5}}': (
        "bad-type",
        "use.in must be a whole number, found a number with a fraction. Correct the line.",
    ),
    '{"probe": "x", "use": {"in": true}}': ("bad-type", "use.in must be a whole number, found true or false. Correct the line."),
    '{"probe": "x", "use": {"in": -1}}': ("negative-count", "use.in is below 0; counts start at 0. Correct the line."),
    '{"probe": "x", "use": {"in": 99999999999999999999}}': (
        "bad-type",
        "use.in is too large for a 64-bit whole number. Correct the line.",
    ),
    '{"probe": "x", "use": [1]}': ("bad-type", "use must be an object, found a list. Correct the line."),
    '{"probe": "x", "use": {"in": 1}': ("bad-json", "The JSON ends too early. Complete the line, or delete it."),
    '{"probe": "x"} {"probe": "y"}': (
        "bad-json",
        "A second document or other text follows the first at byte 16 of the line. Put one object on each line.",
    ),
    "ERROR out of memory": ("bad-json", "The line is no JSON object. Correct the line, or delete it."),
    json.dumps(record(1, use={"in": 5, "cached": 7})): (
        "impossible-count",
        "cache_read_input_tokens (7) is more than input_tokens (5), which must contain it. Correct the line.",
    ),
    json.dumps(record(1, ts="2026-11-03T00:01:00Z")): (
        "future-time",
        "started_at is in the future (2026-11-03 00:01 UTC). Correct the time, or the clock of this machine.",
    ),
    json.dumps(record(1, ts="yesterday")): (
        "bad-value",
        "ts is no time. Write ISO 8601, such as 2026-10-03T12:00:00Z, or Unix seconds.",
    ),
    json.dumps(record(1, model=None)): (
        "missing-field",
        "response_model is not stated, and this format needs it. Correct the line.",
    ),
}


@pytest.mark.parametrize("bad", BAD_LINES)
def test_a_bad_line_is_rejected_with_its_place_and_the_others_load(bad: str, ledger: Ledger, tmp_path: Path) -> None:
    good = line(1)
    log = write(tmp_path, "app.jsonl", good + bad + "\n" + line(2))
    (report,) = load(ledger, tmp_path, log).sources
    assert (report.rows_read, report.rows_loaded, report.rejects) == (3, 2, 1)
    assert reasons(ledger) == [(2, len(good), *BAD_LINES[bad])]
    assert totals(ledger)[:2] == (2, 101 + 102)
    assert rejects(ledger)[0].path == str(log)


def test_deep_nesting_is_a_reject_not_a_crash(ledger: Ledger, tmp_path: Path) -> None:
    deep = '{"probe": "x", "other": ' + "[" * 100_000 + "]" * 100_000 + ', "use": {"in": 1}}\n'
    log = write(tmp_path, "app.jsonl", line(1) + deep + line(2))
    load(ledger, tmp_path, log)
    assert [row[0:1] + row[2:3] for row in reasons(ledger)] == [(2, "bad-json")]


def test_invalid_utf8_is_rejected_also_in_a_value_that_is_kept_as_json(ledger: Ledger, tmp_path: Path) -> None:
    bad_key = line(2).encode().replace(b"call-2", b"call-\xff")
    bad_note = line(3, note="NOTE").encode().replace(b"NOTE", b"\xff")
    log = write(tmp_path, "app.jsonl", line(1).encode() + bad_key + bad_note + line(4).encode())
    load(ledger, tmp_path, log)
    assert [(row[0], row[2]) for row in reasons(ledger)] == [(2, "bad-utf8"), (3, "bad-utf8")]
    assert totals(ledger)[0] == 2


def test_a_reject_never_quotes_the_line(ledger: Ledger, tmp_path: Path) -> None:
    private = "sk-very-private"
    lines = (f'{{"probe": "{private}", "use": {{"in": "{private}"}}}}', f'{{"{private}', f'{{"probe": 1, "use": "{private}"}}')
    load(ledger, tmp_path, write(tmp_path, "app.jsonl", line(1) + "\n".join(lines) + "\n" + line(2, ts=private)))
    assert len(reasons(ledger)) == 4
    assert not any(private in reason for _, _, _, reason in reasons(ledger))


def test_an_overflow_inside_the_select_rejects_only_that_row(ledger: Ledger, tmp_path: Path) -> None:
    adding = (tmp_path / "adding.sql").resolve()
    text = (
        '/* logcost\nformat = "test.adding"\ntitle = "t"\nreader = "json_lines"\nidentify = ["adding"]\n[fields]\n'
        'adding = "int"\n*/\nSELECT file_id, line, adding + 1 AS input_tokens FROM source'
    )
    adding.write_text(text, encoding="utf-8")
    log = write(tmp_path, "adding.jsonl", "".join(f'{{"adding": {n}}}\n' for n in (1, 2**63 - 1, 3)))
    from logcost.ingest import ingest

    (report,) = ingest(ledger, [log], formats=[adding]).sources
    assert (report.rows_loaded, report.rejects) == (2, 1)
    assert totals(ledger)[1] == 2 + 4
    assert reasons(ledger)[0][:3] == (2, len('{"adding": 1}\n'), "bad-value")


def test_a_line_beyond_the_limit_is_skipped_while_streaming(ledger: Ledger, tmp_path: Path) -> None:
    log = tmp_path / "app.jsonl"
    with log.open("w", encoding="utf-8") as out:
        out.write(line(1) + '{"probe": "long", "pad": "')
        for _ in range(LINE_LIMIT // 2**20 + 2):
            out.write("x" * 2**20)
        out.write('"}\n' + line(2) + line(3))
    (report,) = load(ledger, tmp_path, log).sources
    assert (report.rows_read, report.rows_loaded, report.rejects) == (4, 3, 1)
    assert [(row[0], row[1], row[2]) for row in reasons(ledger)] == [(2, len(line(1)), "long-line")]
    assert ledger.sql("SELECT max(source_line) FROM usage_record") == [(4,)]


def test_blank_lines_crlf_and_a_byte_order_mark_keep_the_lines_exact(ledger: Ledger, tmp_path: Path) -> None:
    text = "\ufeff" + line(1) + "\n   \n" + line(2).replace("\n", "\r\n") + "  " + line(3) + "{\n" + line(4).rstrip()
    (report,) = load(ledger, tmp_path, write(tmp_path, "app.jsonl", text)).sources
    assert (report.rows_read, report.rows_loaded, report.rejects) == (5, 4, 1)
    assert ledger.sql("SELECT source_line FROM usage_record ORDER BY 1") == [(1,), (4,), (5,), (7,)]
    assert reasons(ledger)[0][0] == 6


def test_two_documents_on_one_line_and_one_over_two_lines_do_not_cancel_out(ledger: Ledger, tmp_path: Path) -> None:
    first, second = line(1).rstrip(), line(2)
    split = line(3).replace(', "model"', ',\n "model"')
    (report,) = load(ledger, tmp_path, write(tmp_path, "app.jsonl", line(0) + first + second + split + line(4))).sources
    assert (report.rows_loaded, report.rejects) == (2, 3)
    assert [row[0] for row in reasons(ledger)] == [2, 3, 4]


def test_records_without_usage_are_skipped_and_zero_is_not_unknown(ledger: Ledger, tmp_path: Path) -> None:
    log = write(tmp_path, "app.jsonl", line(0, use=None) + line(1, use={}) + line(2, use={"in": 0}))
    (report,) = load(ledger, tmp_path, log).sources
    assert (report.rows_read, report.rows_loaded, report.skipped) == (3, 2, 1)
    assert ledger.sql("SELECT input_tokens, output_tokens FROM usage_record ORDER BY source_line") == [(None, None), (0, None)]


def test_records_without_a_time_are_counted_and_dated_on_request(tmp_path: Path) -> None:
    from datetime import date

    log = write(tmp_path, "app.jsonl", line(0, ts=None) + line(1))
    with Ledger() as ledger:
        (report,) = load(ledger, tmp_path, log).sources
        assert report.notes == ("1 record states no time: loaded as undated; give --date to date it.",)
        assert ledger.sql("SELECT count(*) FROM usage_record WHERE started_at IS NULL") == [(1,)]
    with Ledger() as ledger:
        (report,) = load(ledger, tmp_path, log, assume_date=date(2026, 9, 30)).sources
        assert report.notes == ()
        assert ledger.sql("SELECT min(started_at) = '2026-09-30T00:00:00Z'::TIMESTAMPTZ FROM usage_record") == [(True,)]


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_compressed_logs_read_the_same(pack: object, ledger: Ledger, tmp_path: Path) -> None:
    assert callable(pack)
    text = "".join(line(n) for n in range(50)).encode()
    (report,) = load(ledger, tmp_path, write(tmp_path, "app.log", pack(text))).sources
    assert (report.rows_loaded, totals(ledger)[0]) == (50, 50)


def test_two_gzip_members_and_two_zstd_frames_are_one_log(ledger: Ledger, tmp_path: Path) -> None:
    parts = [line(n).encode() for n in range(4)]
    zstd = zstandard.ZstdCompressor().compress
    load(ledger, tmp_path, write(tmp_path, "a.gz", gzip.compress(parts[0]) + gzip.compress(parts[1])))
    load(ledger, tmp_path, write(tmp_path, "a.zst", zstd(parts[2]) + zstd(parts[3])))
    assert totals(ledger)[0] == 4


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.ZstdCompressor().compress])
@pytest.mark.parametrize("cut", [True, False])
def test_damaged_compressed_data_loads_nothing_and_stops_nothing(pack: object, cut: bool, ledger: Ledger, tmp_path: Path) -> None:
    assert callable(pack)
    good = [write(tmp_path, f"good{n}.jsonl", line(n)) for n in range(2)]
    whole = pack("".join(f"{line(n).rstrip()}{n * n % 97 * ' '}\n" for n in range(10, 30_000)).encode())
    middle = len(whole) * 3 // 4
    bad = write(tmp_path, "bad.gz", whole[:middle] if cut else whole[:middle] + 500 * b"\xff" + whole[middle + 500 :])
    reports = load(ledger, tmp_path, good[0], bad, good[1]).sources
    assert [report.error is None for report in reports] == [True, False, True]
    assert "damaged or ends too early" in (reports[1].error or "")
    assert totals(ledger)[0] == 2
    assert ledger.sql("SELECT count(*) FROM source_file") == [(2,)]


@pytest.mark.parametrize("zero", ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z"])
def test_the_zero_of_a_programming_language_is_no_time(zero: str, tmp_path: Path) -> None:
    with Ledger() as ledger:
        load(ledger, tmp_path, write(tmp_path, "a.jsonl", line(1, ts=zero) + line(2, ts="1970-01-01T00:00:00Z")))
        assert totals(ledger)[0] == 1
        ((number, _, slug, reason),) = reasons(ledger)
        assert (number, slug) == (1, "bad-value")
        assert reason.endswith("before any such call. Correct the time, or leave it out if it is unknown.")
