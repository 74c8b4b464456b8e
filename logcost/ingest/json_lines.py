"""Reader of JSON Lines: a chunk at full speed when all of it is good, line by line when something is wrong."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final

import msgspec

from logcost.ingest import messages
from logcost.ingest.batches import Collector
from logcost.ingest.content import LINE_LIMIT, Chunk, Counted, chunks
from logcost.ingest.expand import expander
from logcost.ingest.messages import Why

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from logcost.ingest.batches import Batch
    from logcost.ingest.header import Format

_SPACE: Final = b" \t\r\n"
_BOM: Final = b"\xef\xbb\xbf"
_OBJECT_START: Final = {ord("{")}
_TAIL: Final = 3
_FEW: Final = 3
"""Lines that are not parted any more to find a wrong one."""

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
            taken = stream.size
            yield reader.collector.take()
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
        # Records of this kind are read one by one, so that to part the lines would gain nothing.
        self._closely = False

    def read(self, chunk: Chunk) -> None:
        """Decode the chunk's lines: at once, or one by one when any of them is wrong."""
        if chunk.too_long:
            self.collector.reject(chunk.line, chunk.offset, messages.long_line(LINE_LIMIT))
        elif (records := self._whole(chunk)) is not None:
            offsets = accumulate(map(len, chunk.lines[:-1]), initial=chunk.offset)
            self.collector.add(records, range(chunk.line, chunk.line + len(records)), offsets)
        elif self._closely or len(chunk.lines) <= _FEW:
            self._read_each(chunk)
        else:
            for half in _halves(chunk):
                self.read(half)

    def _whole(self, chunk: Chunk) -> list[Any] | None:
        """The fast path: all records, or ``None`` when any line needs a closer look."""
        self._closely = False
        if not _one_object_a_line(chunk.lines):
            return None
        try:
            records = self._expander.decode_lines(chunk.data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        self._closely = records is None
        return records if records is not None and len(records) == len(chunk.lines) else None

    def _read_each(self, chunk: Chunk) -> None:
        offset = chunk.offset
        for number, line in enumerate(chunk.lines, start=chunk.line):
            text = line.removeprefix(_BOM).strip(_SPACE)
            if text:
                self._read_one(text, number, offset)
            offset += len(line)

    def _read_one(self, text: bytes, line: int, offset: int) -> None:
        record = self._expander.decode(text) if text.startswith(b"{") else messages.no_object()
        if isinstance(record, Why):
            self.collector.reject(line, offset, record)
            return
        self.incomplete = self._expander.incomplete(record)
        for row in self._expander.rows(record):
            if isinstance(row, Why):
                self.collector.reject(line, offset, row)
            else:
                self.collector.add((row,), (line,), (offset,))


def _halves(chunk: Chunk) -> tuple[Chunk, Chunk]:
    """The two halves of a chunk's lines: of many lines few are wrong, and the others need no closer look."""
    middle = len(chunk.lines) // 2
    first, second = b"".join(chunk.lines[:middle]), b"".join(chunk.lines[middle:])
    return (
        Chunk(first, chunk.lines[:middle], chunk.line, chunk.offset),
        Chunk(second, chunk.lines[middle:], chunk.line + middle, chunk.offset + len(first)),
    )


def _one_object_a_line(lines: list[bytes]) -> bool:
    """Every line starts and ends like an object, so that no document can span lines and no two errors cancel out."""
    starts = {line[0] for line in lines}
    tails = {line[-_TAIL:] for line in lines}
    return starts == _OBJECT_START and all(tail.rstrip().endswith(b"}") for tail in tails)
