from __future__ import annotations

import gzip
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from logcost.errors import NothingReadableError
from logcost.ingest import Progress, sources
from logcost.store import Ledger
from tests.ingest.engine import formats, line, load, reasons, totals, write

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as opened:
        yield opened


def lines(first: int, last: int) -> str:
    return "".join(line(n) for n in range(first, last))


def test_the_same_content_again_is_no_work_whatever_its_name(ledger: Ledger, tmp_path: Path) -> None:
    log = write(tmp_path, "a.jsonl", lines(0, 100))
    load(ledger, tmp_path, log)
    before = (totals(ledger), ledger.sql("FROM source_file"))
    packed = write(tmp_path, "b.jsonl.gz", gzip.compress(log.read_bytes()))
    reports = load(ledger, tmp_path, log, packed).sources
    assert [report.unchanged for report in reports] == [True, True]
    assert reports[1].notes == (f"Already in the ledger, as {log}.",)
    assert (totals(ledger), ledger.sql("FROM source_file")) == before


def test_a_grown_log_is_read_on_from_where_it_ended(ledger: Ledger, tmp_path: Path) -> None:
    log = write(tmp_path, "a.jsonl", lines(0, 100) + "oops\n")
    load(ledger, tmp_path, log)
    log.write_text(log.read_text() + lines(100, 130) + "oops\n")
    (report,) = load(ledger, tmp_path, log).sources
    assert (report.rows_read, report.rows_loaded, report.duplicates, report.rejects) == (31, 30, 0, 1)
    (whole,) = sources(ledger)
    assert (whole.rows_read, whole.rows_loaded, whole.rejects) == (132, 130, 2)
    assert [row[0] for row in reasons(ledger)] == [101, 132]
    assert ledger.sql("SELECT max(source_line) FROM usage_record") == [(131,)]


def test_a_rotated_log_that_grew_is_known_under_its_new_name(ledger: Ledger, tmp_path: Path) -> None:
    load(ledger, tmp_path, write(tmp_path, "app.log", lines(0, 50)))
    rotated = write(tmp_path, "app.log.1.gz", gzip.compress(lines(0, 70).encode()))
    fresh = write(tmp_path, "app.log", lines(70, 90))
    reports = load(ledger, tmp_path, rotated, fresh).sources
    assert [report.rows_loaded for report in reports] == [20, 20]
    assert totals(ledger)[0] == 90
    assert sorted(report.path for report in sources(ledger)) == sorted(map(str, (rotated, fresh)))


@pytest.mark.parametrize("cut", [1, 30])
def test_the_unterminated_last_line_is_replaced_when_the_log_grows(cut: int, ledger: Ledger, tmp_path: Path) -> None:
    text = lines(0, 20)
    log = write(tmp_path, "a.jsonl", text[:-cut])
    (report,) = load(ledger, tmp_path, log).sources
    assert (report.rows_loaded, report.rejects) == ((20, 0) if cut == 1 else (19, 1))
    log.write_text(text + lines(20, 25))
    load(ledger, tmp_path, log)
    assert totals(ledger) == (25, 25 * 100 + 300, 300, 25 * 10 + 300)
    assert reasons(ledger) == []


def test_logs_that_begin_alike_are_told_apart(ledger: Ledger, tmp_path: Path) -> None:
    head = lines(0, 60)
    first = write(tmp_path, "a.jsonl", head + lines(100, 120))
    second = write(tmp_path, "b.jsonl", head + lines(200, 220))
    reports = load(ledger, tmp_path, first, second).sources
    assert [(report.rows_loaded, report.duplicates) for report in reports] == [(80, 0), (20, 60)]


def test_a_file_that_fails_half_way_leaves_the_others_of_its_transaction(ledger: Ledger, tmp_path: Path) -> None:
    whole = gzip.compress("".join(f"{line(n).rstrip()}{' ' * (n * 7919 % 311)}\n" for n in range(1000, 60_000)).encode())
    bad = write(tmp_path, "b.gz", whole[:-4000])
    good = [write(tmp_path, name, lines(n, n + 10)) for n, name in ((0, "a.jsonl"), (10, "c.jsonl"))]
    copy = write(tmp_path, "d.jsonl", lines(0, 10))
    reports = load(ledger, tmp_path, good[0], bad, good[1], copy).sources
    assert [(report.rows_loaded, report.error is None, report.unchanged) for report in reports] == [
        (10, True, False),
        (0, False, False),
        (10, True, False),
        (0, True, True),
    ]
    assert totals(ledger)[0] == 20


def test_standard_input_is_read_like_a_file(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (gzip.compress(lines(0, 5).encode()), lines(5, 7).encode()):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        (report,) = load(ledger, tmp_path, Path("-")).sources
        assert report.path == "-"
    assert totals(ledger)[0] == 7


def test_directories_patterns_and_what_cannot_be_read(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logs = tmp_path / "logs"
    (logs / ".hidden" / "deep").mkdir(parents=True)
    (logs / "none").mkdir()
    write(logs / ".hidden" / "deep", "a.jsonl", lines(0, 3))
    write(logs, "b.jsonl", lines(3, 5))
    write(logs, "notes.md", "# notes\n")
    write(logs, "empty.jsonl", "\n \n")
    monkeypatch.chdir(tmp_path)
    reports = load(ledger, tmp_path, Path("logs"), Path("logs/*.jsonl"), Path("logs/none"), Path("gone.jsonl")).sources
    told = [(report.path, report.rows_loaded, report.unchanged, (report.error or "").rpartition("[")[2]) for report in reports]
    assert told == [
        ("logs/b.jsonl", 2, False, ""),
        ("logs/empty.jsonl", 0, False, ""),
        ("logs/notes.md", 0, False, "unknown-format]"),
        ("logs/.hidden/deep/a.jsonl", 3, False, ""),
        ("logs/b.jsonl", 0, True, ""),
        ("logs/empty.jsonl", 0, False, ""),
        ("logs/none", 0, False, "unreadable-file]"),
        ("gone.jsonl", 0, False, "unreadable-file]"),
    ]
    assert reports[1].notes == ("The file is empty.",)


def test_when_nothing_can_be_read_it_says_so(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(NothingReadableError, match="no such file"):
        load(ledger, tmp_path, tmp_path / "gone.jsonl")


def test_progress_ends_at_the_whole(ledger: Ledger, tmp_path: Path) -> None:
    told: list[Progress] = []
    logs = [write(tmp_path, f"{n}.jsonl", lines(n, n + 1)) for n in range(3)]
    load(ledger, tmp_path, *logs, on_progress=told.append)
    size = sum(log.stat().st_size for log in logs)
    assert [one.files_done for one in told] == [0, 1, 2, 3]
    assert told[-1] == Progress(3, 3, size, size, 3)


KILLED = """
import sys
from pathlib import Path
import logcost.ingest.session as run
from logcost.ingest import ingest
from logcost.store import Ledger
read = run.read
def slow(content, *rest, **options):
    for number, batch in enumerate(read(content, *rest, **options)):
        yield batch
        if content.path.endswith("big.jsonl") and number == 3:
            print("half-way", flush=True)
            sys.stdin.read()
run.read = slow
with Ledger(Path(sys.argv[1])) as ledger:
    ingest(ledger, sys.argv[4:], formats=[Path(sys.argv[2]), Path(sys.argv[3])])
"""


def test_killed_in_the_middle_of_a_file_the_ledger_is_as_before_it(tmp_path: Path) -> None:
    stored = tmp_path / "ledger.duckdb"
    first = write(tmp_path, "first.jsonl", lines(0, 61_000))
    big = write(tmp_path, "big.jsonl", lines(61_000, 200_000))
    command = [sys.executable, "-c", KILLED, *map(str, (stored, *formats(tmp_path), first, big))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half-way\n"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    started = time.monotonic()
    with Ledger(stored) as ledger:
        assert totals(ledger)[0] == 61_000
        assert [report.path for report in sources(ledger)] == [str(first)]
        reports = load(ledger, tmp_path, first, big).sources
        assert [report.unchanged for report in reports] == [True, False]
        assert totals(ledger)[0] == 200_000
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("runs", ["one run", "a run each"])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("lines", [10, 300])
def test_an_older_copy_of_a_log_adds_nothing_in_any_order(runs: str, order: tuple[int, int], lines: int, tmp_path: Path) -> None:
    """Also without ids, when only the place in the log tells two calls apart, and when the copy ends within a line."""
    text = "".join(line(number % 7, probe=None) for number in range(lines))
    files = [write(tmp_path, "log.jsonl", text), write(tmp_path, "copy.jsonl.gz", gzip.compress(text[: len(text) // 2].encode()))]
    given = [files[number] for number in order]
    with Ledger() as ledger:
        reports = [
            report
            for group in ([given] if runs == "one run" else [[one] for one in given])
            for report in load(ledger, tmp_path, *group).sources
        ]
        assert totals(ledger)[0] == lines
        if order == (0, 1):
            assert reports[1].notes == (f"Already in the ledger, as the start of {files[0]}.",)


def test_what_several_files_of_one_log_brought_adds_up(tmp_path: Path) -> None:
    text = "".join(line(number) for number in range(10))
    half = write(tmp_path, "half.jsonl", "".join(text.splitlines(keepends=True)[:4]))
    with Ledger() as ledger:
        reports = load(ledger, tmp_path, half, write(tmp_path, "log.jsonl", text)).sources
        assert [(report.path, report.rows_loaded) for report in reports] == [(str(half), 4), (str(tmp_path / "log.jsonl"), 6)]


def test_a_log_whose_former_file_has_changed_is_no_proof(tmp_path: Path) -> None:
    text = "".join(line(number, probe=None) for number in range(10))
    log = write(tmp_path, "log.jsonl", text)
    with Ledger() as ledger:
        load(ledger, tmp_path, log)
        # Another log now lies there; that its start is the copy says nothing about what was read before.
        other = "".join(line(number, probe=None) for number in range(4))
        write(tmp_path, "log.jsonl", other + line(9, probe=None) * 20)
        (report,) = load(ledger, tmp_path, write(tmp_path, "copy.jsonl", other)).sources
        assert (report.rows_loaded, report.unchanged) == (4, False)


def test_a_newer_export_says_what_it_replaced(tmp_path: Path) -> None:
    with Ledger() as ledger:
        load(ledger, tmp_path, write(tmp_path, "t.csv", "probe,in\na,1\nb,2\n"))
        (report,) = load(ledger, tmp_path, write(tmp_path, "t.csv", "probe,in\nc,3\n")).sources
        assert "A newer export: it took the place of the 2 rows read from here before." in report.notes
        assert totals(ledger)[:2] == (1, 3)
