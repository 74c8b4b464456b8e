"""Reader of logfmt: each line a record, its keys the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from logcost.ingest import logfmt, messages
from logcost.ingest.batches import Collector, full_batches
from logcost.ingest.content import LINE_LIMIT
from logcost.ingest.messages import Why
from logcost.ingest.streams import placed_lines
from logcost.ingest.tables import cell_converter, table_shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from logcost.ingest.batches import Batch
    from logcost.ingest.content import Counted
    from logcost.ingest.header import Format

_BOM: Final = "\ufeff"


def read_logfmt(declared: Format, stream: Counted) -> Iterator[Batch]:
    """Batches of a log. Never raises for what a line contains; a line without a ``keep`` key is skipped."""
    collector = Collector(declared, table_shape(declared))
    return full_batches(collector, _fill(declared, collector, stream))


def _fill(declared: Format, collector: Collector, stream: Counted) -> Iterator[None]:
    shape = table_shape(declared)
    convert = cell_converter(shape)
    names = frozenset(shape.schema)
    marks = [f"{key[0]}=" for key in declared.keep]
    for data, line, offset in placed_lines(stream):
        if data is not None and not data.strip():
            continue
        record = messages.long_line(LINE_LIMIT) if data is None else _record(data, names, marks, convert)
        if isinstance(record, Why):
            collector.reject(line, offset, record)
        else:
            collector.add(record, line, offset)
        yield


def _record(data: bytes, names: frozenset[str], marks: list[str], convert: Callable[[dict[str, Any]], Any | Why]) -> Any | Why:
    try:
        text = data.decode().removeprefix(_BOM)
    except UnicodeDecodeError:
        return messages.not_utf8()
    if "\x00" in text:
        return messages.not_utf8()
    try:
        found = logfmt.pairs(text)
    except logfmt.UnclosedQuoteError:
        # Other programs' lines may hold what they like.
        return messages.unclosed_quote() if not marks or any(mark in text for mark in marks) else convert({})
    return convert({name: value for name, value in found.items() if name in names and value})
