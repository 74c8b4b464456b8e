"""Logs that mix the bodies of several APIs: what the format of a file leaves over is offered to the other formats of bodies.

Without this, a log that opens with one API's answers and goes on with another's would lose the others without a word. Each
record is read by one format: the file's own, or the only other one that claims the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from logcost.ingest import messages
from logcost.ingest.batches import Collector
from logcost.ingest.content import Counted, chunks, plain_file
from logcost.ingest.expand import expander
from logcost.ingest.identify import claim_of
from logcost.ingest.json_document import objects
from logcost.ingest.messages import Why
from logcost.ingest.sampling import Sample, pruned
from logcost.ingest.unwrap import kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Any

    from logcost.ingest.batches import Batch
    from logcost.ingest.content import Content
    from logcost.ingest.header import Format
    from logcost.ingest.identify import Claim

_BOM: Final = b"\xef\xbb\xbf"
_SPACE: Final = b" \t\r\n"


def others(claim: Claim, formats: Sequence[Format]) -> tuple[Format, ...]:
    """The formats of bodies that may stand in one file with the claiming one: same reader, same rules."""
    own = claim.format
    if not own.bodies:
        return ()
    rules = (own.scope, own.on_duplicate, own.table)
    return tuple(
        one
        for one in formats
        if one.bodies and one.name != own.name and claim.reader in one.readers and claim.reader != "sse"
        if (one.scope, one.on_duplicate, one.table) == rules
    )


@dataclass(frozen=True, slots=True)
class Remainder:
    """What the format of a source left over. ``places``: lines, or numbers in a document.

    ``start``: the byte offset from which the source was read, and the lines before it.
    """

    content: Content
    claim: Claim
    places: frozenset[int]
    start: tuple[int, int]

    def read(self, offered: Sequence[Format], scratch: Path) -> Iterator[tuple[Format, Batch]]:
        """Batches of the records, each with the format that reads it: its own, or one of those offered."""
        sorter = _Sorter(self.claim, offered)
        for line, offset, text in self._document(scratch) if self.claim.reader == "json_document" else self._lines():
            sorter.add(line, offset, text)
            if sorter.full:
                yield from sorter.take()
        yield from sorter.take()

    def _document(self, scratch: Path) -> Iterator[tuple[int, int | None, bytes]]:
        with plain_file(self.content, scratch) as file:
            for number, item in enumerate(objects(file, self.content.path), start=1):
                if number in self.places:
                    yield number, None, bytes(item)

    def _lines(self) -> Iterator[tuple[int, int | None, bytes]]:
        with self.content.open() as stream:
            counted = Counted(stream)
            counted.read_to(self.start[0])
            for chunk in chunks(counted, line=self.start[1] + 1):
                offset = chunk.offset
                for number, line in enumerate(chunk.lines, start=chunk.line):
                    if number in self.places:
                        yield number, offset, line.removeprefix(_BOM).strip(_SPACE)
                    offset += len(line)


class _Sorter:
    def __init__(self, claim: Claim, offered: Sequence[Format]) -> None:
        self._claim = claim
        self._collectors: dict[Format, Collector] = {}
        # Most of what is left carries no usage at all, such as the chunks of a stream: a glance is enough for it.
        self._marks = {one: [[step.encode() for step in key] for key in one.keep] for one in (claim.format, *offered)}

    @property
    def full(self) -> bool:
        """Enough is collected to be worth a batch."""
        return any(collector.full for collector in self._collectors.values())

    def take(self) -> Iterator[tuple[Format, Batch]]:
        """What has been collected, by format; nothing is left."""
        for declared, collector in self._collectors.items():
            yield declared, collector.take()

    def add(self, line: int, offset: int | None, text: bytes) -> None:
        """Take one more record."""
        reader = self._reader_of(text)
        declared = self._claim.format if isinstance(reader, Why) else reader
        if declared not in self._collectors:
            self._collectors[declared] = Collector(declared, expander(declared).shape)
        record = reader if isinstance(reader, Why) else expander(declared).decode(text)
        if isinstance(record, Why):
            self._collectors[declared].reject(line, offset, record)
        else:
            self._collectors[declared].add(record, line, offset)

    def _reader_of(self, text: bytes) -> Format | Why:
        own = self._claim.format
        possible = [one for one, keys in self._marks.items() if any(all(step in text for step in key) for key in keys)]
        if not possible:
            return own
        try:
            record: Any = pruned(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return own
        sample = Sample((self._claim.reader,), (record,))
        offered = [one for one in possible if one is not own]
        claiming = [one for one in offered if not claim_of(sample, one).missing]
        if len(claiming) > 1:
            return messages.claimed_twice([one.name for one in claiming])
        if claiming or kept(record, own):
            return claiming[0] if claiming else own
        # Such as an embedding in a log of chats: it carries the usage of one format, though not all of its marks.
        likely = [one for one in offered if kept(record, one) and not one.where]
        return likely[0] if len(likely) == 1 else own
