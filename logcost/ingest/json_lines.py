"""Reader of JSON Lines: line after line is decoded at full speed, and one with which something is wrong looked at closely."""

from __future__ import annotations

from contextlib import suppress
from itertools import accumulate
from typing import TYPE_CHECKING, Final

import msgspec

from logcost.ingest import messages
from logcost.ingest.batches import Collector
from logcost.ingest.content import LINE_LIMIT, Chunk, Counted, chunks
from logcost.ingest.expand import expander
from logcost.ingest.messages import Why

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from logcost.ingest.batches import Batch
    from logcost.ingest.header import Format

_SPACE: Final = b" \t\r\n"
_BOM: Final = b"\xef\xbb\xbf"
_CLOSELY: Final = 15
"""Chunks after which reading at full speed is tried again: a log of requests and responses is decoded once, not twice."""

_BATCH_BYTES: Final = 8 * 1024 * 1024


def read_lines(
    declared: Format, stream: Counted, notes: list[str], *, first_line: int = 1, leave: bool = False
) -> Iterator[Batch]:
    """Batches of a stream that stands at the start of line ``first_line``. Never raises for what a line contains.

    ``notes`` say afterwards whether the last line is a page that says that more follow.
    """
    reader = _LineReader(declared, leave=leave)
    taken = stream.size
    for chunk in chunks(stream, line=first_line):
        reader.read(chunk)
        # Of long lines few make a batch: progress is told between batches.
        if reader.collector.full or stream.size - taken >= _BATCH_BYTES:
            batch = reader.collector.take()
            batch.bytes, taken = stream.size - taken, stream.size
            yield batch
    if reader.incomplete is not None:
        # The pages that were missing may have been appended.
        more = declared.note_incomplete
        notes[:] = [note for note in notes if note != more] + [more] * reader.incomplete
    yield reader.collector.take()


class _LineReader:
    def __init__(self, declared: Format, *, leave: bool) -> None:
        self._expander = expander(declared)
        self.collector = Collector(declared, self._expander.shape, leave=leave)
        self.incomplete: bool | None = None
        # Chunks to come of which each line is looked at closely, because none of the last chunk could be read at full speed.
        self._closely = 0

    def read(self, chunk: Chunk) -> None:
        """Decode the chunk's lines."""
        decode = self._expander.decode_row
        if chunk.too_long:
            self.collector.reject(chunk.line, chunk.offset, messages.long_line(LINE_LIMIT))
        elif decode is None or self._closely:
            self._closely = max(0, self._closely - 1)
            self._read_each(chunk)
        else:
            self._read_fast(chunk, decode)

    def _read_fast(self, chunk: Chunk, decode: Callable[[bytes], Any]) -> None:
        """Line after line at full speed. One that cannot be decoded, which ends the inner loop, is looked at closely."""
        lines, start, offset = chunk.lines, 0, chunk.offset
        remaining, fast = iter(lines), 0
        while start < len(lines):
            records: list[Any] = []
            with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                for record in map(decode, remaining):
                    records.append(record)  # noqa: PERF402 -- what came before a wrong line must be there
            end = start + len(records)
            *offsets, offset = accumulate(map(len, lines[start:end]), initial=offset)
            fast += len(records)
            if records:
                self.collector.add_lines(records, chunk.line + start, offsets)
            if end < len(lines):
                self._read_line(lines[end], chunk.line + end, offset)
                offset += len(lines[end])
            start = end + 1
        self._closely = 0 if fast else _CLOSELY

    def _read_each(self, chunk: Chunk) -> None:
        offset = chunk.offset
        for number, line in enumerate(chunk.lines, start=chunk.line):
            self._read_line(line, number, offset)
            offset += len(line)

    def _read_line(self, data: bytes, line: int, offset: int) -> None:
        text = data.removeprefix(_BOM).strip(_SPACE)
        if not text:
            return
        record = self._expander.decode(text) if text.startswith(b"{") else messages.no_object()
        if isinstance(record, Why):
            self.collector.reject(line, offset, record)
            return
        self.incomplete = self._expander.incomplete(record)
        for row in self._expander.rows(record):
            if isinstance(row, Why):
                self.collector.reject(line, offset, row)
            else:
                self.collector.add(row, line, offset)
