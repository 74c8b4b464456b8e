"""A file that is as it was is not read; a log that has grown is read on without its old parts; what changed is noticed."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from logcost.ingest import content as content_module
from logcost.ingest import sources
from logcost.ingest.content import PART, Counted
from logcost.store import Ledger
from tests.ingest.engine import line, load, totals, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as opened:
        yield opened


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files may be relied on at once: tests do not wait two seconds."""
    monkeypatch.setattr(content_module, "_SETTLED_NS", 0)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Sizes of the blocks that are read through ``Counted``."""
    seen: list[int] = []
    original = Counted.read

    def counting(self: Counted, size: int = -1) -> bytes:
        data = original(self, size)
        seen.append(len(data))
        return data

    monkeypatch.setattr(Counted, "read", counting)
    return seen


def lines(first: int, last: int, **changes: Any) -> str:
    return "".join(line(number, **changes) for number in range(first, last))


def large(parts: int) -> str:
    """Lines of somewhat more than so many parts of 8 MiB."""
    filler = "x" * 100_000
    return "".join(line(number, note=filler) for number in range(parts * PART // 100_000 + 3))


@pytest.mark.usefixtures("settled")
def test_a_file_that_is_as_it_was_is_not_read(ledger: Ledger, tmp_path: Path, read: list[int]) -> None:
    log = write(tmp_path, "log.jsonl", lines(0, 50))
    table = write(tmp_path, "t.csv", "probe,ts,model,in\na,,m,1\n")
    load(ledger, tmp_path, log, table)
    read.clear()
    assert all(report.unchanged for report in load(ledger, tmp_path, log, table).sources)
    assert read == []


def test_a_file_just_written_is_read_again_because_its_times_prove_nothing(
    ledger: Ledger, tmp_path: Path, read: list[int]
) -> None:
    log = write(tmp_path, "log.jsonl", lines(0, 50))
    load(ledger, tmp_path, log)
    read.clear()
    (report,) = load(ledger, tmp_path, log).sources
    assert report.unchanged
    assert sum(read) == log.stat().st_size


@pytest.mark.usefixtures("settled")
def test_a_touched_file_is_read_once_more_and_then_known_again(ledger: Ledger, tmp_path: Path, read: list[int]) -> None:
    log = write(tmp_path, "log.jsonl", lines(0, 50))
    load(ledger, tmp_path, log)
    os.utime(log, (1_700_000_000, 1_700_000_000))
    for expected in (log.stat().st_size, 0):
        read.clear()
        (report,) = load(ledger, tmp_path, log).sources
        assert report.unchanged
        assert sum(read) == expected
    assert totals(ledger)[0] == 50


@pytest.mark.usefixtures("settled")
def test_other_content_of_the_same_size_and_modification_time_is_noticed(ledger: Ledger, tmp_path: Path) -> None:
    log = write(tmp_path, "log.jsonl", lines(10, 20))
    load(ledger, tmp_path, log)
    before = log.stat()
    log.write_text(lines(20, 30), encoding="utf-8")
    os.utime(log, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (log.stat().st_size, log.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    (report,) = load(ledger, tmp_path, log).sources
    assert report.rows_loaded == 10
    assert totals(ledger)[0] == 20


def test_of_a_grown_log_only_the_last_known_part_is_read_again(ledger: Ledger, tmp_path: Path, read: list[int]) -> None:
    log = write(tmp_path, "log.jsonl", large(3))
    load(ledger, tmp_path, log)
    size, rows = log.stat().st_size, totals(ledger)[0]
    with log.open("a", encoding="utf-8") as stream:
        stream.write(lines(rows, rows + 5))
    read.clear()
    (report,) = load(ledger, tmp_path, log).sources
    assert (report.rows_read, report.rows_loaded) == (5, 5)
    assert totals(ledger)[0] == rows + 5
    # The start is looked at to identify it; the rest of the last part is read to compare it, and once more to go on.
    assert sum(read) < size // 5
    (source,) = ledger.sql("SELECT size, content_hash, part_hashes FROM source_file")
    with log.open("rb") as stream:
        counted = Counted(stream)
        counted.read_to(2**62)
    assert source == (log.stat().st_size, counted.digest(), counted.parts)


@pytest.mark.parametrize("parts", [0, 2])
def test_a_log_that_grew_and_whose_known_end_was_rewritten_is_another_log(parts: int, ledger: Ledger, tmp_path: Path) -> None:
    text = large(parts) if parts else lines(0, 200)
    log = write(tmp_path, "log.jsonl", text)
    load(ledger, tmp_path, log)
    rows = totals(ledger)[0]
    kept = text.splitlines(keepends=True)[:-1]
    write(tmp_path, "log.jsonl", "".join(kept) + lines(rows + 1, rows + 4))
    (report,) = load(ledger, tmp_path, log).sources
    assert report.rows_read == rows + 2
    assert totals(ledger)[0] == rows + 3
    assert len(sources(ledger)) == 2


@pytest.mark.parametrize("packed", [False, True])
def test_a_grown_copy_under_another_name_is_compared_as_a_whole(packed: bool, ledger: Ledger, tmp_path: Path) -> None:
    log = write(tmp_path, "log.jsonl", large(1))
    load(ledger, tmp_path, log)
    rows = totals(ledger)[0]
    grown = log.read_bytes() + lines(rows, rows + 5).encode()
    copy = write(tmp_path, "copy.jsonl.gz" if packed else "copy.jsonl", gzip.compress(grown, 1) if packed else grown)
    (report,) = load(ledger, tmp_path, copy).sources
    assert (report.rows_read, report.rows_loaded) == (5, 5)
    assert [one.path for one in sources(ledger)] == [str(copy)]


@pytest.mark.usefixtures("settled")
def test_another_file_moved_to_the_place_is_not_taken_for_the_known_one(ledger: Ledger, tmp_path: Path) -> None:
    log = write(tmp_path, "log.jsonl", lines(10, 20))
    load(ledger, tmp_path, log)
    other = write(tmp_path, "other.jsonl", lines(20, 30))
    shutil.copystat(log, other)
    other.replace(log)
    (report,) = load(ledger, tmp_path, log).sources
    assert not report.unchanged
    assert totals(ledger)[0] == 20


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 5])
def test_the_hash_of_a_content_does_not_depend_on_how_it_is_read(size: int, tmp_path: Path) -> None:
    file = write(tmp_path, "content", bytes(range(256)) * (size // 256) + b"z" * (size % 256))
    found = set()
    for step in (size + 1, 65_537, 3_000_000):
        with file.open("rb") as stream:
            counted = Counted(stream)
            while counted.read(step):
                pass
        found.add((counted.size, counted.digest(), tuple(counted.parts)))
    for known in range(len(counted.parts) + 1):
        with file.open("rb") as stream:
            resumed = Counted(stream)
            resumed.skip(counted.parts[:known])
            resumed.read_to(size)
        found.add((resumed.size, resumed.digest(), tuple(resumed.parts)))
    assert len(found) == 1
    assert len(counted.parts) == size // PART


def _cost_report(*cents: str) -> dict[str, Any]:
    results = [{"currency": "USD", "amount": amount} for amount in cents]
    return {"data": [{"starting_at": "2026-08-01T00:00:00Z", "ending_at": "2026-08-02T00:00:00Z", "results": results}]}


def _message(output: int, **time: int) -> dict[str, Any]:
    tokens = {"input": 9, "output": output, "cache": {"read": 0, "write": 0}}
    return {"id": "m", "sessionID": "s", "role": "assistant", "modelID": "m-1", "time": {"created": 1790000000000, **time}} | {
        "tokens": tokens
    }


@pytest.mark.parametrize(
    ("exports", "counted"),
    [
        ((_cost_report("100"), _cost_report("100", "25")), "SELECT count(*), sum(billed_cost)::DOUBLE FROM invoice_line"),
        ((_message(1), _message(2, completed=1790000009000)), "SELECT count(*) + 1, sum(output_tokens) - 0.75 FROM usage_record"),
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_document_on_one_line_is_exported_anew_like_one_on_many(
    exports: tuple[object, ...], counted: str, indent: int | None, ledger: Ledger, tmp_path: Path
) -> None:
    for document in exports:
        (report,) = load(ledger, tmp_path, write(tmp_path, "export.json", json.dumps(document, indent=indent))).sources
    assert "took the place of the 1 row" in report.notes[-1]
    assert ledger.sql(counted) == [(2, 1.25)]


def test_of_a_log_with_one_line_the_next_is_another_call(ledger: Ledger, tmp_path: Path) -> None:
    for number in (1, 2):
        load(ledger, tmp_path, write(tmp_path, "rotated.jsonl", line(number)))
    assert totals(ledger)[:2] == (2, 101 + 102)
