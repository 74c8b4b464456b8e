"""Where files come from: pipes, odd names, things that are no files, folders that lead back, disks that are full."""

from __future__ import annotations

import io
import os
import resource
import signal
import threading
from typing import TYPE_CHECKING

import pytest

from logcost.errors import LedgerError
from logcost.ingest import sources
from logcost.ingest.content import from_path
from logcost.store import Ledger
from tests.ingest.engine import line, load, totals, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_a_named_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    feeder = threading.Thread(target=lambda: pipe.write_text(line(1) + line(2), encoding="utf-8"))
    feeder.start()
    with Ledger() as ledger:
        (report,) = load(ledger, tmp_path, pipe).sources
        feeder.join()
        assert (report.path, report.rows_loaded, report.error) == (str(pipe), 2, None)


def test_what_is_no_file_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "nowhere").symlink_to("gone")
    good = write(tmp_path, "good.jsonl", line(1))
    with Ledger() as ledger:
        reports = load(ledger, tmp_path, tmp_path / "self", tmp_path / "nowhere", "/dev/null", good).sources
        assert [bool(report.error) for report in reports] == [True, True, True, False]
        assert "This is neither a file nor a directory." in str(reports[2].error)


def test_a_folder_that_contains_itself_is_walked_once(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "up").symlink_to("..", target_is_directory=True)
    write(logs, "a.jsonl", line(1))
    with Ledger() as ledger:
        reports = load(ledger, tmp_path, logs, logs).sources
        assert [report.unchanged for report in reports] == [False, True]
        assert totals(ledger)[0] == 1


def test_a_file_has_one_place_whichever_way_leads_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (tmp_path / "elsewhere").symlink_to("logs", target_is_directory=True)
    log = write(logs, "a.jsonl", line(1))
    (logs / "b.jsonl").symlink_to("a.jsonl")
    monkeypatch.chdir(logs)
    ways = ["a.jsonl", "./a.jsonl", "b.jsonl", "../elsewhere/b.jsonl", "../elsewhere/a.jsonl", "../logs/../elsewhere/a.jsonl"]
    folders: dict[str, str] = {}
    for way in (*ways, *map(str, (log, logs / "b.jsonl", tmp_path / "elsewhere" / "a.jsonl"))):
        assert from_path(way, tmp_path, folders).location == from_path(way, tmp_path).location == str(log.resolve())
    assert folders["../elsewhere"] == str(logs.resolve())


def test_a_file_name_that_is_no_text_is_shown_with_escapes(tmp_path: Path) -> None:
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/n\xff.jsonl")
    with open(odd, "w", encoding="utf-8") as file:  # noqa: PTH123 -- the name is the point
        file.write(line(1))
    with Ledger() as ledger:
        (report,) = load(ledger, tmp_path, odd).sources
        assert report.path.endswith("n\\xff.jsonl")
        assert report.rows_loaded == 1


def test_standard_input_given_twice_does_not_take_the_place_of_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Input:
        buffer = io.BytesIO((line(1) + line(2)).encode())

    monkeypatch.setattr("sys.stdin", Input)
    damaged = write(tmp_path, "damaged.jsonl.gz", b"\x1f\x8b\x08\x00damaged")
    with Ledger() as ledger:
        reports = load(ledger, tmp_path, "-", "-", damaged).sources
        assert [report.rows_loaded for report in reports] == [2, 0, 0]
        assert totals(ledger)[0] == 2


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Files of this process may not grow beyond 600 KB."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("calls", [5_000, 60_000])  # the disk is full when few rows are committed, or while many are written
def test_a_full_disk_is_one_line_and_the_ledger_is_as_before(calls: int, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    small = write(tmp_path, "small.jsonl", line(1))
    large = write(tmp_path, "large.jsonl", "".join(line(n, model=f"{n * 7919 % 100_003:x}" * 8) for n in range(2, calls)))
    place = tmp_path / "ledger.duckdb"
    with Ledger(place) as ledger:
        load(ledger, tmp_path, small)
    request.getfixturevalue("small_disk")
    with (
        pytest.raises(LedgerError, match=r"Writing failed, and the files being read were not loaded: .*Make room"),
        Ledger(place) as ledger,
    ):
        load(ledger, tmp_path, large)
    with Ledger(place) as ledger:
        assert totals(ledger)[0] == 1
        assert [source.path for source in sources(ledger)] == [str(small)]
