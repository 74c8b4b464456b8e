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
    """The undecoded objects of a document, of a HAR file its pairs. Raises ``UnreadableFileError`` when it is no whole JSON."""
    data = mapped(file)
    if har.looks_like(bytes(data[:64]).lstrip()) and (recorded := har.pairs(data)) is not None:
        return recorded
    try:
        is_list = bytes(data[:64]).lstrip()[:1] == b"["
        return msgspec.json.decode(data, type=list[msgspec.Raw]) if is_list else [data]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnreadableFileError("This is no whole JSON document.", path=path, remedy="Export it again.") from None


def _fill(declared: Format, collector: Collector, objects: Iterable[Any], notes: list[str]) -> Iterator[None]:
    reader = expander(declared)
    number, incomplete = 0, False
    for item in objects:
        outermost = reader.decode(item)
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
