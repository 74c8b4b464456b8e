"""A large log in ranges that several processes read: where it is cut, and what becomes of one range.

A range starts and ends with a line. The hashes of the content are of parts at fixed places, so each range hashes the whole
parts from its nominal start on, and its lines are those that begin between its nominal start and its end.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

import polars as pl

from logcost import schema
from logcost.errors import UnreadableFileError
from logcost.ingest.content import PART, Counted, hash_of_parts
from logcost.ingest.expand import expander
from logcost.ingest.json_lines import read_lines
from logcost.ingest.pending import HAND_OVER_ROWS, Pending
from logcost.ingest.sources import Source
from logcost.ingest.transform import Transform

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from logcost.ingest.batches import Batch
    from logcost.ingest.content import Content
    from logcost.ingest.header import Format
    from logcost.ingest.identify import Claim
    from logcost.ingest.messages import Reject
    from logcost.ingest.transform import Workbench

_BLOCK: Final = 1024 * 1024
_SHARES: Final = 8
"""Ranges for each process: with few, all would wait for the one that began the last."""

_LONGEST: Final = 16 * PART


_MOST_JOBS: Final = 4
"""More processes would wait for the one that writes what they read."""


def usual_jobs() -> int:
    """One process for each processor that this one may use, at most four."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, _MOST_JOBS)


@dataclass(frozen=True, slots=True)
class Division:
    """How many processes read one file (one of them writes, too), of which size at least, in ranges of ``step`` bytes or more.

    ``step`` is a multiple of ``PART``; each range costs 25 ms, so those of larger files are larger. Below the least size the
    start of the processes costs more than they save (docs/decisions/016-processes-for-large-logs.md).
    """

    jobs: int
    least: int = 256 * 1024 * 1024
    step: int = 4 * PART

    def concerns(self, content: Content, claim: Claim, resume: int) -> bool:
        """The file is worth the start of processes, and its lines can be read apart.

        Formats of whole files cannot, and a page that says that more follow must know which line is the last.
        """
        declared = claim.format
        if self.jobs == 1 or claim.reader != "json_lines" or declared.scope != "row" or declared.complete is not None:
            return False
        return content.size - resume >= max(self.least, 1) and not content.compressed

    def tasks(self, content: Content, claim: Claim, source: Source, *, leave: bool) -> Iterator[Task]:
        """All ranges of a source as tasks, cut while they are asked for."""
        step = max(self.step, min(_LONGEST, content.size // (self.jobs * _SHARES) // PART * PART))
        for span in spans(content, source, step, counted=claim.format.own):
            yield Task(claim.format, source.source_id, content.path, content.file, span, leave, step)


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes of a range: hashed from ``nominal`` (a multiple of ``PART``), its lines from ``start`` to ``end``.

    ``lines_before``: lines of the file before ``start``, or ``None`` where nobody has counted them yet.
    """

    nominal: int
    start: int
    end: int
    lines_before: int | None


def spans(content: Content, source: Source, step: int, *, counted: bool) -> Iterator[Span]:
    """The ranges of a plain file from where its source resumes, as large as it is now.

    ``counted``: count the lines on the way, for a format that may make more of a line's number than to pass it on.
    """
    nominal, start = len(source.part_hashes) * PART, source.resume_bytes or 0
    lines = (source.resume_line or 0) if counted else None
    with content.file.open("rb") as stream:
        while nominal < content.size:
            following = nominal + step
            end = max(start, _line_start(stream, following, content.size))
            yield Span(nominal, start, end, lines)
            if lines is not None:
                lines += _newlines(stream, start, end)
            nominal, start = following, end


def _line_start(stream: BinaryIO, at: int, size: int) -> int:
    """Where the first line at or after an offset starts; the size of the file when none does."""
    if at >= size:
        return size
    stream.seek(at - 1)
    at -= 1
    while block := stream.read(min(_BLOCK, size - at)):
        if (found := block.find(b"\n")) >= 0:
            return at + found + 1
        at += len(block)
    return size


def _newlines(stream: BinaryIO, start: int, end: int) -> int:
    stream.seek(start)
    found = 0
    while start < end and (block := stream.read(min(_BLOCK, end - start))):
        found += block.count(b"\n")
        start += len(block)
    return found


@dataclass(frozen=True, slots=True)
class Task:
    """One range for a process to read. ``leave``: as ``read_lines``. ``step``: as in its ``Division``."""

    declared: Format
    source_id: int
    path: str
    file: Path
    span: Span
    leave: bool
    step: int


@dataclass(slots=True)
class Found:
    """What a range holds. ``parts``: tables and files (Arrow IPC streams) with rows for them, in the order of the range's lines.

    Lines count from 1 where the span does not say how many are before it. ``lines``: complete lines. ``part_hashes``: of the
    whole parts of the range; ``tail``: hash of what follows them, and ``ends_line``, both of use only for the last range.
    """

    span: Span
    parts: list[tuple[str, Path]] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    read: int = 0
    skipped: int = 0
    loaded: int = 0
    rejects: int = 0
    lines: int = 0
    part_hashes: list[str] = field(default_factory=list)
    tail: str = ""
    ends_line: bool = True


class RangeReader:
    """Reads ranges in one process: decodes the lines and runs the format's SELECT, which is prepared once.

    ``place``: the folder into which it writes rows. ``prepared``: a SELECT that is ready.
    """

    def __init__(self, workbench: Workbench, place: Path, prepared: tuple[Format, Transform] | None = None) -> None:
        self._workbench = workbench
        self._place = place
        self._formats = {prepared[0].path: prepared} if prepared else {}
        self._made = 0

    def read(self, task: Task) -> Found:
        """Read one range and write its rows into files.

        Raises ``UnreadableFileError`` when the file cannot be read, or has become shorter.
        """
        declared, transform = self._prepared(task.declared)
        source, pending, found = Source(task.source_id, task.path, None, "", ""), Pending(transform), Found(task.span)
        rejects: list[pl.DataFrame] = []
        for batch in self._batches(task, declared, found):
            found.read += batch.read
            found.skipped += batch.skipped
            found.rejects += len(batch.rejects)
            found.left += batch.left
            rejects += [reject_rows(task.source_id, batch.rejects)] if batch.rejects else []
            pending.add(batch, source)
            if pending.weight >= HAND_OVER_ROWS:
                rejects.append(self._select(pending, found))
        rejects.append(self._select(pending, found))
        self._write(found, "reject", pl.concat(rejects))
        return found

    def _prepared(self, declared: Format) -> tuple[Format, Transform]:
        # Each task brings a copy of its format, but types and decoders are kept by the format itself.
        if declared.path not in self._formats:
            schema_of_rows = expander(declared).shape.schema
            self._formats[declared.path] = declared, Transform(declared, schema_of_rows, self._workbench)
        return self._formats[declared.path]

    def _batches(self, task: Task, declared: Format, found: Found) -> Iterator[Batch]:
        span = task.span
        first_line = (span.lines_before or 0) + 1
        try:
            with task.file.open("rb") as raw:
                counted = Counted(cast("BinaryIO", _Start(raw, span.end)))
                counted.skip([""] * (span.nominal // PART))
                counted.read_to(span.start)
                yield from read_lines(declared, counted, [], first_line=first_line, leave=task.leave)
        except OSError as error:
            why = f"The file cannot be read: {error.strerror}."
            raise UnreadableFileError(why, path=task.path, remedy="Nothing of it was loaded.") from None
        if counted.size < span.end:
            why = "The file became shorter while it was read."
            raise UnreadableFileError(why, path=task.path, remedy="Nothing of it was loaded; ingest it again.")
        found.lines = max(counted.next_line, first_line) - first_line
        first, last = span.nominal // PART, (span.nominal + task.step) // PART
        found.part_hashes, found.tail, found.ends_line = counted.parts[first:last], counted.tail, counted.ends_line

    def _select(self, pending: Pending, found: Found) -> pl.DataFrame:
        """Write what the SELECT makes of the rows that wait; gives its rejects."""
        frame = pending.take()
        if frame is None:
            return reject_rows(0, [])
        outcome = pending.transform.run(frame)
        self._write(found, pending.transform.table, outcome.rows)
        for row in outcome.tally.iter_rows(named=True):
            found.read += row["extra"]
            found.skipped += row["skipped"]
            found.loaded += row["loaded"]
            found.rejects += row["rejected"]
        return outcome.rejects

    def _write(self, found: Found, table: str, rows: pl.DataFrame) -> None:
        if rows.height:
            self._made += 1
            file = self._place / f"{self._made}.arrow"
            # As a stream: it is written in two thirds of the time of a file that can be mapped, and read in half.
            rows.write_ipc_stream(file, compression="uncompressed")
            found.parts.append((table, file))


class _Start:
    """A file that ends at an offset."""

    def __init__(self, stream: BinaryIO, end: int) -> None:
        self._stream = stream
        self._end = end

    def read(self, size: int) -> bytes:
        return self._stream.read(min(size, self._end - self._stream.tell()))

    def seek(self, offset: int) -> int:
        return self._stream.seek(offset)


class Joined:
    """The ranges of one source put together again, in the order of the file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lines = source.resume_line or 0
        self._parts = list(source.part_hashes)
        self._last: Found | None = None
        self.left: list[int] = []
        """Lines that are left over."""

    def add(self, found: Found) -> Iterator[tuple[str, pl.DataFrame]]:
        """Take the next range in; gives tables and rows for them, with the lines of the file. Its files are deleted."""
        shift = 0 if found.span.lines_before is not None else self._lines
        for table, file in found.parts:
            line = "line" if table == "reject" else "source_line"
            rows = pl.read_ipc_stream(file)
            file.unlink()
            yield table, rows.with_columns(pl.col(line) + shift) if shift else rows
        self.left += [line + shift for line in found.left]
        self._lines += found.lines
        self._parts += found.part_hashes
        self._source.rows_read += found.read
        self._source.skipped += found.skipped
        self._source.rows_loaded += found.loaded
        self._source.rejects += found.rejects
        self._last = found

    def finish(self, size: int) -> None:
        """Keep what tells the content again, and where to read on."""
        if self._last is None:
            raise ValueError("a source has one range at least")
        source = self._source
        source.size, source.part_hashes = size, self._parts
        source.content_hash = hash_of_parts(self._parts, self._last.tail)
        source.resume_bytes = size if self._last.ends_line else None
        source.resume_line = self._lines


def reject_rows(source_id: int, rejects: Sequence[Reject]) -> pl.DataFrame:
    """Rejects of one source as rows of the ledger table."""
    rows = [(source_id, one.line, one.byte_offset, one.slug, one.reason) for one in rejects]
    return pl.DataFrame(rows, schema=schema.polars_schema("reject"), orient="row")
