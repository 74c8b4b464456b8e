"""Reader of JSON documents: one object, also laid out over many lines, or an array of objects.

The file is mapped and its arrays are decoded item by item, so that a large export takes little memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from logcost.errors import UnreadableFileError
from logcost.ingest import har
from logcost.ingest.batches import Collector, full_batches
from logcost.ingest.expand import expander
from logcost.ingest.messages import Why
from logcost.ingest.sampling import mapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from logcost.ingest.batches import Batch
    from logcost.ingest.header import Format


def read_document(declared: Format, file: Path, path: str, notes: list[str], *, leave: bool = False) -> Iterator[Batch]:
    """Batches of a document; records are numbered from 1. Adds to ``notes`` when the last page says that more follow.

    Raises ``UnreadableFileError`` when the file is no whole JSON.
    """
    collector = Collector(declared, expander(declared).shape, leave=leave)
    return full_batches(collector, _fill(declared, collector, objects(file, path), notes))


def objects(file: Path, path: str) -> Iterable[Any]:
    """The undecoded objects of a document, of a HAR file its pairs, a ``Why`` for one too long.

    Raises ``UnreadableFileError`` when it is no whole JSON, of a HAR file where it is cut off.
    """
    data = mapped(file)
    head = bytes(data[:64]).lstrip()
    if har.looks_like(head) and (recorded := har.pairs(file)) is not None:
        return _whole(recorded, path)
    try:
        is_list = head[:1] == b"["
        return msgspec.json.decode(data, type=list[msgspec.Raw]) if is_list else [data]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _cut_off(path) from None


def _whole(recorded: Iterator[bytes | Why], path: str) -> Iterator[bytes | Why]:
    try:
        yield from recorded
    except ValueError:
        raise _cut_off(path) from None


def _cut_off(path: str) -> UnreadableFileError:
    return UnreadableFileError("This is no whole JSON document.", path=path, remedy="Export it again.")


def _fill(declared: Format, collector: Collector, objects: Iterable[Any], notes: list[str]) -> Iterator[None]:
    reader = expander(declared)
    number, incomplete = 0, False
    for item in objects:
        outermost = item if isinstance(item, Why) else reader.decode(item)
        if isinstance(outermost, Why):
            rows: Iterator[Any] = iter((outermost,))
        else:
            rows = reader.rows(outermost)
            incomplete = reader.incomplete(outermost)
        for row in rows:
            number += 1
            if isinstance(row, Why):
                collector.reject(number, None, row)
            else:
                collector.add(row, number, None)
            yield
    if incomplete:
        notes.append(declared.note_incomplete)
