"""Reader of recorded event streams: one record for each call, at the line of its first payload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.ingest.batches import Collector, full_batches
from logcost.ingest.expand import expander
from logcost.ingest.messages import Why
from logcost.ingest.streams import Folding, calls, events, placed_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logcost.ingest.batches import Batch
    from logcost.ingest.content import Counted
    from logcost.ingest.header import Format


def read_events(declared: Format, stream: Counted) -> Iterator[Batch]:
    """Batches of an event stream. Never raises for what it contains."""
    reader = expander(declared)
    collector = Collector(declared, reader.shape)
    return full_batches(collector, _fill(declared, collector, stream))


def _fill(declared: Format, collector: Collector, stream: Counted) -> Iterator[None]:
    reader = expander(declared)
    folding = declared.stream.folding if declared.stream is not None else Folding()
    for call in calls(events(placed_lines(stream)), folding):
        record = call.body if isinstance(call.body, Why) else reader.decode(call.body)
        if isinstance(record, Why):
            collector.reject(call.line, call.offset, record)
        else:
            for row in reader.rows(record):
                if isinstance(row, Why):
                    collector.reject(call.line, call.offset, row)
                else:
                    collector.add(row, call.line, call.offset)
        yield
