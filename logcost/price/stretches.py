"""The time of a name: which dated block of which model holds when, for a name that may stand for several models in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from logcost.price.book import ProviderBook
    from logcost.price.names import Stand
    from logcost.price.tariff import Merged, Slice


class Stretch(NamedTuple):
    """A slice of a model's time, ``[start, end)``, cut to the time in which the name stands for that model.

    ``merged`` is None where the model has no price (any more).
    """

    start: datetime
    end: datetime | None
    model: str
    merged: Merged | None

    def holds(self, at: datetime) -> bool:
        """Whether an instant lies in this stretch."""
        return self.start <= at and (self.end is None or at < self.end)


def stretches(book: ProviderBook, stands: Sequence[Stand]) -> list[Stretch]:
    """All stretches of a name, in the order of its models and of time."""
    cuts = (_cut(part, stand) for stand in stands for part in book.timeline(stand.model))
    return [cut for cut in cuts if cut is not None]


def _cut(part: Slice, stand: Stand) -> Stretch | None:
    start = part.start if stand.start is None else max(part.start, stand.start)
    ends = [end for end in (part.end, stand.end) if end is not None]
    end = min(ends) if ends else None
    return Stretch(start, end, stand.model, part.merged) if end is None or start < end else None
