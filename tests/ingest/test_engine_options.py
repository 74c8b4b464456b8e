"""What the caller decides: start date, labels, provider; and what the report says of progress, calls and duplicates."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from logcost.ingest import Progress, ingest, sources
from logcost.store import Ledger
from tests.ingest.engine import formats, line, load, reasons, totals, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SINCE = datetime(2026, 10, 2, tzinfo=UTC)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as opened:
        yield opened


def days(*numbers: int) -> str:
    """One call a day, the number is the day of October; 0: without a time."""
    return "".join(line(number, ts=f"2026-10-{number:02d}T00:00:00Z" if number else None) for number in numbers)


def probes(ledger: Ledger) -> Sequence[str]:
    return [key for (key,) in ledger.sql("SELECT dedup_key FROM usage_record ORDER BY dedup_key")]


def test_since_skips_what_started_before_and_keeps_the_undated(ledger: Ledger, tmp_path: Path) -> None:
    log = write(tmp_path, "log.jsonl", days(1, 2, 0, 3) + line(9, ts="1969-01-01T00:00:00Z") + line(8, ts="soon"))
    (report,) = load(ledger, tmp_path, log, since=SINCE).sources
    assert (report.rows_read, report.rows_loaded, report.skipped, report.rejects) == (6, 3, 1, 2)
    assert probes(ledger) == ["call-0", "call-2", "call-3"]
    assert [row[0] for row in reasons(ledger)] == [5, 6]


def test_since_is_an_instant_whatever_its_zone(ledger: Ledger, tmp_path: Path) -> None:
    log = write(tmp_path, "log.jsonl", line(1, ts="2026-10-01T21:59:59Z") + line(2, ts="2026-10-01T22:00:00Z"))
    berlin = datetime.fromisoformat("2026-10-02T00:00:00+02:00")
    load(ledger, tmp_path, log, since=berlin)
    assert probes(ledger) == ["call-2"]
    with pytest.raises(ValueError, match="time zone"):
        load(ledger, tmp_path, log, since=datetime(2026, 10, 2))  # noqa: DTZ001 -- the wrong call that is tested


@pytest.mark.parametrize("name", ["log.jsonl", "log.csv"])
def test_another_since_reads_the_source_anew(name: str, ledger: Ledger, tmp_path: Path) -> None:
    table = "probe,ts,model,in\n" + "".join(f"call-{n},2026-10-{n:02d},m-1,1\n" for n in (1, 2, 3))
    log = write(tmp_path, name, table if name.endswith("csv") else days(1, 2, 3))
    expected = {None: ["call-1", "call-2", "call-3"], SINCE: ["call-2", "call-3"], SINCE + timedelta(days=1): ["call-3"]}
    for since in (SINCE, None, SINCE + timedelta(days=1), SINCE):
        (report,) = load(ledger, tmp_path, log, since=since).sources
        assert not report.unchanged
        assert probes(ledger) == expected[since]
        (again,) = load(ledger, tmp_path, log, since=since).sources
        assert again.unchanged
    assert len(sources(ledger)) == 1
    assert any("another start date" in note for note in sources(ledger)[0].notes)


def test_a_grown_log_goes_on_with_the_same_since_and_starts_anew_with_another(ledger: Ledger, tmp_path: Path) -> None:
    log = write(tmp_path, "log.jsonl", days(1, 2))
    load(ledger, tmp_path, log, since=SINCE)
    write(tmp_path, "log.jsonl", days(1, 2, 3))
    (report,) = load(ledger, tmp_path, log, since=SINCE).sources
    assert (report.rows_read, report.rows_loaded) == (1, 1)
    write(tmp_path, "log.jsonl", days(1, 2, 3, 4))
    (report,) = load(ledger, tmp_path, log).sources
    assert (report.rows_read, report.rows_loaded) == (4, 4)
    assert probes(ledger) == ["call-1", "call-2", "call-3", "call-4"]


def test_an_older_copy_of_a_log_read_with_another_since_adds_nothing_and_says_so(ledger: Ledger, tmp_path: Path) -> None:
    log = write(tmp_path, "log.jsonl", "".join(line(n % 7, probe=None) for n in range(50)))
    copy = write(tmp_path, "copy.jsonl.gz", gzip.compress("".join(line(n % 7, probe=None) for n in range(30)).encode()))
    load(ledger, tmp_path, log, since=SINCE - timedelta(days=30))
    (report,) = load(ledger, tmp_path, copy).sources
    assert report.unchanged
    assert totals(ledger)[0] == 50
    assert "another start date" in report.notes[1]


def test_labels_are_merged_and_the_records_own_stay(ledger: Ledger, tmp_path: Path) -> None:
    table = write(tmp_path, "t.csv", 'probe,ts,model,in,tags\na,,m,1,"{""team"":""own""}"\nb,,m,1,\n')
    log = write(tmp_path, "log.jsonl", days(1))
    load(ledger, tmp_path, table, log, tags={"team": "given", "it's": "a 'quote'"})
    rows = ledger.sql("SELECT dedup_key, tags FROM usage_record ORDER BY dedup_key")
    given = {"it's": "a 'quote'", "team": "given"}
    assert rows == [("a", given | {"team": "own"}), ("b", given), ("call-1", given)]


STATES_ITS_PROVIDER = """/* logcost
format   = "test.provider"
title    = "A log that may name its provider"
reader   = "json_lines"
identify = ["vendor"]
[fields]
vendor = "str"
*/
SELECT file_id, line, vendor AS provider_name, 1 AS input_tokens FROM source
"""


def test_the_provider_is_filled_in_and_never_overridden(ledger: Ledger, tmp_path: Path) -> None:
    declared = write(tmp_path, "provider.sql", STATES_ITS_PROVIDER)
    log = write(tmp_path, "v.jsonl", '{"vendor": "x_ai"}\n{"vendor": null}\n')
    bare = write(tmp_path, "log.jsonl", days(1))
    ingest(ledger, [log, bare], formats=[declared, *formats(tmp_path)], provider="bedrock")
    found = ledger.sql("SELECT provider_name, count(*) FROM usage_record GROUP BY ALL ORDER BY ALL")
    assert found == [("aws.bedrock", 2), ("x_ai", 1)]


def test_of_two_sources_of_one_call_the_loser_names_the_winner(ledger: Ledger, tmp_path: Path) -> None:
    usage = {"in": 1, "cached": 0, "out": 1}
    better = write(tmp_path, "better.jsonl", "".join(line(n) for n in range(5)))
    worse = write(tmp_path, "worse.jsonl", "".join(line(n, use=usage) for n in (3, 3, 4, 5)))
    for order in ((better, worse), (worse, better)):
        load(ledger, tmp_path, *order)
        by_path = {report.path: report for report in sources(ledger)}
        assert by_path[str(worse)].counted_from == (f"3 of its rows repeat calls counted from {better}.",)
        assert by_path[str(better)].counted_from == ()
        assert (by_path[str(worse)].requests, by_path[str(better)].requests) == (1, 5)
        assert by_path[str(worse)].duplicates == 3
        ledger.sql("DELETE FROM usage_record")
        ledger.sql("DELETE FROM source_file")


def test_a_later_run_reports_only_its_own_calls_and_duplicates(ledger: Ledger, tmp_path: Path) -> None:
    usage = {"in": 1, "cached": 0, "out": 1}
    better = write(tmp_path, "better.jsonl", days(1, 2, 3))
    worse = write(tmp_path, "worse.jsonl", line(1, use=usage))
    load(ledger, tmp_path, better, worse)
    write(tmp_path, "worse.jsonl", line(1, use=usage) + line(2, use=usage) + line(7))
    (report,) = load(ledger, tmp_path, worse).sources
    assert report.counted_from == (f"1 of its rows repeats a call counted from {better}.",)
    assert (report.rows_loaded, report.requests, report.duplicates) == (1, 1, 1)
    (_, whole) = sources(ledger)
    assert whole.counted_from == (f"2 of its rows repeat calls counted from {better}.",)


BUCKETS = """/* logcost
format   = "test.bucket"
title    = "Sums that may state their calls"
reader   = "json_lines"
identify = ["sum"]
grain    = "bucket"
[fields]
sum = "int"
calls = "int"
*/
SELECT file_id, line, calls AS requests, sum AS input_tokens FROM source
"""


@pytest.mark.parametrize(("calls", "expected"), [((2, 40), 42), ((2, None), None)])
def test_calls_are_unknown_when_one_row_does_not_say(
    calls: tuple[int, int | None], expected: int | None, ledger: Ledger, tmp_path: Path
) -> None:
    declared = write(tmp_path, "bucket.sql", BUCKETS)
    text = "".join(f'{{"sum": 1, "calls": {"null" if count is None else count}}}\n' for count in calls)
    (report,) = ingest(ledger, [write(tmp_path, "b.jsonl", text)], formats=[declared]).sources
    assert report.requests == expected


@pytest.mark.parametrize("packed", [False, True])
def test_progress_within_a_large_file(packed: bool, ledger: Ledger, tmp_path: Path) -> None:
    text = "".join(line(n, note="x" * 4000 + str(n * 2654435761 % 2**32)) for n in range(10_000)).encode()
    big = write(tmp_path, "big.jsonl", gzip.compress(text, 0) if packed else text)
    small = write(tmp_path, "small.jsonl", days(1))
    told: list[Progress] = []
    load(ledger, tmp_path, big, small, on_progress=told.append)
    size, rest = big.stat().st_size, small.stat().st_size
    inside = [one for one in told if one.path == str(big)]
    assert len(inside) > 2
    assert [one.file_bytes_done for one in inside] == sorted({one.file_bytes_done for one in inside})
    assert all(one.file_bytes_total == size and one.bytes_done == one.file_bytes_done <= size for one in inside)
    assert all(one.bytes_total == size + rest for one in told)
    assert [one.path for one in told[-2:]] == [str(small), None]
    assert told[-1] == Progress(2, 2, size + rest, size + rest, 10_001)
