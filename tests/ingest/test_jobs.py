"""Several processes on one log: the same ledger as with one, whatever the log holds, and nothing left of them at the end."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logcost.errors import UnreadableFileError
from logcost.ingest import declarations, ingest, ranges, sources, workers
from logcost.ingest.content import PART, Content, Counted
from logcost.ingest.header import read_format
from logcost.ingest.options import Options
from logcost.ingest.ranges import Division, Joined, RangeReader, Task, spans
from logcost.ingest.sources import Source
from logcost.ingest.transform import Workbench
from logcost.store import Ledger
from tests.ingest.engine import NOW, formats, line, load, record, totals, write
from tests.ingest.prompts import anthropic, chat, responses

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from logcost.ingest.ranges import Found, Span
    from logcost.types import SourceReport

SMALL: Final = partial(Division, least=1, step=PART)
"""Ranges of 8 MiB, of files of any size."""


@pytest.fixture
def read_apart(monkeypatch: pytest.MonkeyPatch) -> list[Span]:
    """Small files are read by several processes, too; gives the ranges that were read."""
    seen: list[Span] = []
    read, ask, read_here = workers.Workers.read, workers.Worker.ask, RangeReader.read
    asked: defaultdict[str, threading.Event] = defaultdict(threading.Event)
    alone: set[str] = set()

    def asking(self: workers.Worker, task: Task) -> Found:
        asked[task.path].set()
        return ask(self, task)

    def waiting(self: RangeReader, task: Task) -> Found:
        # On a busy machine this process could have read all of a small log before another is asked for the first time.
        assert task.path in alone or asked[task.path].wait(60), "no other process has read anything"
        return read_here(self, task)

    def watched(self: workers.Workers, tasks: Iterator[Task], own: RangeReader) -> Generator[Found]:
        given = list(tasks)
        if len(given) == 1:
            alone.add(given[0].path)
        for found in read(self, given, own):
            seen.append(found.span)
            yield found

    monkeypatch.setattr(RangeReader, "read", waiting)
    monkeypatch.setattr(workers.Workers, "read", watched)
    monkeypatch.setattr(workers.Worker, "ask", asking)
    monkeypatch.setattr("logcost.ingest.run.Division", SMALL)
    return seen


def everything(ledger: Ledger) -> dict[str, list[dict[str, Any]]]:
    """All tables, without the state of the files on disk."""
    tables = {
        name: ledger.query(f"FROM {name} ORDER BY ALL").to_dicts()
        for name in ("usage_record", "reject", "source_file", "invoice_line")
    }
    for source in tables["source_file"]:
        source.pop("stamp")
    return tables


def dirty(megabytes: int, seed: int) -> bytes:
    """Lines of all sorts: good, repeated, without usage, blank, of both line ends, wrong in several ways, and one very long."""
    dice = random.Random(seed)
    pieces, size, number = [b"\xef\xbb\xbf"], 0, 0
    while size < megabytes * 1_000_000:
        number += 1
        text = line(dice.choice((number, number, number // 2)), note="x" * dice.randrange(3_000, 9_000)).encode()
        made = dice.choice(
            [text] * 12
            + [text.replace(b"\n", b"\r\n"), b"\n", b" \r\n", text[: len(text) // 2] + b"\n", text.replace(b'"in": ', b'"in": -')]
            + [text.replace(b'"note": "x', b'"note": "\xff'), text.replace(b'"use"', b'"used"'), text.replace(b'"m-1"', b"null")]
        )
        if number == 1_500:
            made = line(number, note="y" * (2 * PART + 100)).encode()
        pieces.append(made)
        size += len(made)
    return b"".join(pieces)


@pytest.mark.parametrize("ends", [b"", b"\n"])
def test_a_dirty_log_gives_the_same_ledger_with_any_number_of_processes(
    ends: bytes, read_apart: list[Span], tmp_path: Path
) -> None:
    log = write(tmp_path, "app.jsonl", dirty(30, seed=5) + line(0).encode().rstrip() + ends)
    found: list[tuple[dict[str, list[dict[str, Any]]], tuple[SourceReport, ...]]] = []
    for jobs in (1, 2, 3):
        with Ledger() as ledger:
            reports = load(ledger, tmp_path, write(tmp_path, "first.jsonl", line(0) + line(7)), log, jobs=jobs).sources
            found.append((everything(ledger), reports))
    one, two, three = found
    assert one == two == three
    # The small file before it lies in one range, and is read by processes, too; jobs=1 never asks one.
    assert len(read_apart) == 2 * (1 + -(-log.stat().st_size // PART))
    assert {row["slug"] for row in one[0]["reject"]} == {"bad-json", "negative-count", "bad-utf8", "missing-field"}
    assert one[1][1].duplicates > 100
    assert one[1][1].skipped > 100
    assert any(span.end - span.start == 0 for span in read_apart)


def test_a_mixed_log_and_its_prompts_give_the_same_ledger(read_apart: list[Span], tmp_path: Path) -> None:
    makers: tuple[Callable[..., object], ...] = (chat, chat, chat, anthropic, responses)
    pad = [
        {"role": "user", "content": word * 4_000} for word in ("at 10:31 ", "stable ", "id 3f2504e0-4f89-41d3-9a0c-0305e82c3301 ")
    ]
    records = [
        makers[n % 5]({"messages": [pad[0], *pad[1 : 1 + n % 3]], "input": "Hello"}, tokens=40_000, number=n) for n in range(400)
    ]
    failed = {"error": {"message": "usage limit", "type": "insufficient_quota"}}
    log = write(tmp_path, "mixed.jsonl", "".join(f"{json.dumps(one)}\n" for one in (*records, failed)))
    found = []
    for jobs in (1, 2):
        with Ledger() as ledger:
            found.append((ingest(ledger, [log], now=NOW, jobs=jobs).sources, everything(ledger)))
    assert found[0] == found[1]
    assert len(read_apart) == -(-log.stat().st_size // PART) > 1
    rows = found[0][1]["usage_record"]
    assert {row["provider_name"] for row in rows} == {"openai", "anthropic"}
    assert sum(bool(row["prefix_hashes"]) for row in rows) > 200
    assert len(found[0][0][0].notes) == 2


def test_a_log_that_grew_is_read_on_by_several_processes(read_apart: list[Span], tmp_path: Path) -> None:
    start, more = dirty(12, seed=1) + b"\n", dirty(20, seed=2).removeprefix(b"\xef\xbb\xbf") + b"\n"
    found = []
    for jobs in (1, 2):
        with Ledger() as ledger:
            log = write(tmp_path, "app.jsonl", start)
            load(ledger, tmp_path, log, jobs=jobs)
            log.write_bytes(start + more)
            reports = load(ledger, tmp_path, log, jobs=jobs).sources
            assert load(ledger, tmp_path, log, jobs=jobs).sources[0].unchanged
            found.append((everything(ledger), reports))
    assert found[0] == found[1]
    assert any(span.start == len(start) < span.end for span in read_apart)


PIECE: Final = st.sampled_from(
    [line(3).encode(), line(4, model=None).encode(), b"\n", b"oops\n", b"\r\n", line(5, use=None).encode()]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(PIECE, max_size=12), cut=st.tuples(st.booleans(), st.integers(1, 9), st.booleans()))
def test_ranges_of_any_size_hold_all_of_a_log_once(
    pieces: list[bytes], cut: tuple[bool, int, bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends, step, own = cut
    part = 16
    monkeypatch.setattr("logcost.ingest.content.PART", part)
    monkeypatch.setattr(ranges, "PART", part)
    text = line(1).encode() + b"".join(pieces) + line(2).encode()
    text = text if ends else text.rstrip(b"\n")
    file = write(tmp_path, "app.jsonl", text)
    content = Content("app.jsonl", file, str(file), len(text))
    declared = read_format(formats(tmp_path)[0], own=own)
    whole, source = Counted(BytesIO(text)), Source(1, "app.jsonl", str(file), declared.name, "largest")
    whole.read_to(len(text))
    joined = Joined(source)
    rows: list[dict[str, Any]] = []
    rejects: list[dict[str, Any]] = []
    bench = Workbench(tmp_path, Options(NOW))
    reader = RangeReader(bench, tmp_path)
    for span in spans(content, source, part * step, counted=own):
        found = reader.read(Task(declared, 1, "app.jsonl", file, span, leave=False, step=part * step))
        for table, frame in joined.add(found):
            (rows if table == "usage_record" else rejects).extend(frame.to_dicts())
    joined.finish(len(text))
    bench.close()
    whole_lines = text.split(b"\n")
    assert [row["source_line"] for row in rows] == [
        n for n, one in enumerate(whole_lines, 1) if b'"m-1", ' in one and b"null" not in one
    ]
    places = {(row["line"], row["byte_offset"]) for row in rejects}
    starts = [sum(map(len, whole_lines[:n])) + n for n in range(len(whole_lines))]
    assert places == {(n, starts[n - 1]) for n, one in enumerate(whole_lines, 1) if one == b"oops" or b'"model": null' in one}
    assert (source.content_hash, source.part_hashes) == (whole.digest(), whole.parts)
    assert source.resume_bytes == (len(text) if ends else None)
    assert source.resume_line == text.count(b"\n")
    assert source.accounted


def test_a_file_that_became_shorter_is_refused(tmp_path: Path) -> None:
    log = write(tmp_path, "app.jsonl", line(1))
    bench = Workbench(tmp_path, Options(NOW))
    task = Task(read_format(formats(tmp_path)[0]), 1, "app.jsonl", log, ranges.Span(0, 0, 10_000, 0), leave=False, step=PART)
    with pytest.raises(UnreadableFileError, match="became shorter"):
        RangeReader(bench, tmp_path).read(task)
    bench.close()


def test_what_cannot_be_read_apart_is_read_by_one_process(read_apart: list[Span], tmp_path: Path) -> None:
    document = write(tmp_path, "a.json", json.dumps([record(1), record(2)]))
    table = write(tmp_path, "a.csv", "probe,ts,model,in\n1,2026-10-01T00:00:00Z,m,5\n")
    with Ledger() as ledger:
        load(ledger, tmp_path, document, table, jobs=4)
        assert totals(ledger)[0] == 3
    assert read_apart == []


def test_no_format_of_ours_makes_more_of_the_number_of_a_line_than_to_pass_it_on() -> None:
    """Their lines are counted from the start of a range, and moved afterwards."""
    checked = 0
    for declared in declarations():
        if "json_lines" in declared.readers and declared.scope == "row" and declared.complete is None:
            select = re.sub(r"--[^\n]*", "", declared.select)
            passed_on = re.findall(r"(?:,|SELECT)\s*(?:\w+\.)?line\s*(?=,|FROM\b)", select)
            assert len(passed_on) == len(re.findall(r"\bline\b", select)), declared.name
            checked += 1
    assert checked > 20


def test_a_process_that_is_killed_costs_only_its_file(
    read_apart: list[Span], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = workers.Worker.ask
    pids: list[int] = []

    def dying(self: workers.Worker, task: Task) -> Found:
        pids.append(self.pid)
        if task.path.endswith("big.jsonl"):
            self.kill()
        return ask(self, task)

    small, big = write(tmp_path, "a.jsonl", line(1)), write(tmp_path, "big.jsonl", dirty(20, seed=3))
    with Ledger() as ledger:
        with monkeypatch.context() as patch:
            patch.setattr(workers.Worker, "ask", dying)
            reports = load(ledger, tmp_path, small, big, write(tmp_path, "z.jsonl", line(2)), jobs=2).sources
        assert [report.error is None for report in reports] == [True, False, True]
        assert (reports[1].error or "").startswith(f"{big}: A process that read the file was killed (signal 9).")
        assert totals(ledger)[0] == 2
        assert [one.path for one in sources(ledger)] == [str(small), str(tmp_path / "z.jsonl")]
        assert not any(map(alive, pids))
        load(ledger, tmp_path, big, jobs=2)
        assert totals(ledger)[0] > 500
    assert read_apart


INTERRUPTED: Final = """
import os, pkgutil, sys
from functools import partial
from logcost.cli import main
from logcost.ingest import run, workers
from logcost.ingest.ranges import PART, Division
_, moment, number, *arguments = sys.argv
run.Division = partial(Division, least=1, step=PART)
start = workers.Worker.__init__
def told(self, *given):
    start(self, *given)
    print(self.pid, flush=True)
workers.Worker.__init__ = told
owner, name = pkgutil.resolve_name("logcost.ingest." + moment.rpartition(".")[0]), moment.rpartition(".")[2]
work = getattr(owner, name)
def interrupted(*given):
    done = work(*given)
    os.kill(os.getpid(), int(number))
    return done
setattr(owner, name, interrupted)
sys.argv = ["logcost", "ingest", "--jobs", "3", "--quiet", *arguments]
main()
"""
"""It sends itself a signal when a moment has come: who watches from outside may miss it."""

MOMENTS: Final = {
    "workers:Worker.__init__": "one process of two has started, and knows nothing yet",
    "workers:Worker.ask": "the first answer has come, in a thread of its own, and its rows lie in files",
    "ranges:Joined.add": "rows are about to be read from files, and both processes are at work",
    "ranges:Joined.finish": "all rows are written",
    "writer:Writer._compare": "duplicates are removed, nothing is committed",
}


def alive(pid: int) -> bool:
    """A process runs. One that has ended, and that only its parent has not taken note of, does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout.strip()
    return bool(state) and not state.startswith("Z")


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_interrupted_at_any_moment_nothing_is_left(number: signal.Signals, moment: str, tmp_path: Path) -> None:
    stored, scratch = tmp_path / "ledger.duckdb", tmp_path / "scratch"
    scratch.mkdir()
    with Ledger(stored) as ledger:
        load(ledger, tmp_path, write(tmp_path, "first.jsonl", line(1)))
        before = everything(ledger)
    big = write(tmp_path, "big.jsonl", dirty(20, seed=4))
    own = [argument for file in formats(tmp_path) for argument in ("--format", str(file))]
    command = [sys.executable, "-c", INTERRUPTED, moment, str(number.value), "--ledger", str(stored), *own, str(big)]
    environment = {**os.environ, "TMPDIR": str(scratch)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}[number]
    assert done.stderr.count("\n") == (number != signal.SIGKILL), done.stderr
    pids = [int(pid) for pid in done.stdout.split()]
    assert 1 <= len(pids) <= 2
    deadline = time.monotonic() + 60
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(map(alive, pids))
    if number != signal.SIGKILL:
        assert list(scratch.iterdir()) == []
    with Ledger(stored) as ledger:
        assert everything(ledger) == before
