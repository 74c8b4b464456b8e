"""What every reader gives: batches of source rows with exact lines, and the records that are not loaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import compress, count
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import msgspec
import polars as pl

from logcost.ingest import messages
from logcost.ingest.cells import Values
from logcost.ingest.fields import PROMPT
from logcost.ingest.messages import Reject, Why

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from logcost.ingest.cells import Cells
    from logcost.ingest.fields import Shape
    from logcost.ingest.header import Format

ROWS: Final = 8_000
"""Records that make a batch."""

BLOCKS: Final = 60_000
"""Hashed blocks of prompts that fill a batch before its records do (about 10 MB)."""

_TOGETHER: Final = 256
"""Records whose values are taken out together: they are in the processor's cache then. Of 8,000 it takes twice as long."""


class Rows:
    """Source rows, not yet columns, with their places."""

    __slots__ = ("cells", "lines", "offsets", "shape")

    def __init__(self, shape: Shape, cells: Cells, lines: list[int], offsets: list[int | None]) -> None:
        self.shape = shape
        self.cells = cells
        self.lines = Values(pl.Int64(), lines)
        self.offsets = Values(pl.Int64(), offsets)

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.cells.height

    def extend(self, more: Rows) -> None:
        """Put further rows of the same shape behind these."""
        self.cells.extend(more.cells)
        self.lines.extend(more.lines)
        self.offsets.extend(more.offsets)

    def columns(self) -> list[pl.Series]:
        """``line``, ``byte_offset`` and the declared fields."""
        return [self.lines.column("line"), self.offsets.column("byte_offset"), *self.shape.columns(self.cells)]


@dataclass(slots=True)
class Batch:
    """Source rows and the tally of the records they came from."""

    rows: Rows
    read: int
    skipped: int = 0
    rejects: list[Reject] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    """Places of the records that another format of bodies may claim; not among ``read``."""
    blocks: int = 0
    """Hashed blocks of prompts in the rows: of long conversations they take more memory than all else."""
    bytes: int = 0
    """Of the source that were read for it, where that is known: its rows hold no more."""

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.rows.height


class Collector:
    """Gathers decoded records of one format into batches: leaves out what carries no usage, takes the values of the others."""

    def __init__(self, declared: Format, shape: Shape, *, leave: bool = False) -> None:
        """``leave``: what carries no usage of this format, or not its pinned values, is left over instead of skipped."""
        self._shape = shape
        self._leave = leave
        self._keep = [shape.finder(key) for key in declared.keep]
        self._kept_at = [place for place in map(shape.place, declared.keep) if place]
        pins = [(key, allowed or (None,)) for key, allowed in declared.where if leave and key[0] in declared.fields]
        self._pins = [(shape.finder(key), allowed) for key, allowed in pins]
        self._pinned_at = [(shape.place(key), allowed) for key, allowed in pins]
        self._visible = all(place for place, _ in self._pinned_at) and bool(self._kept_at or not self._keep)
        self._dense = self._visible
        self._prompt_of = attrgetter(shape.attribute(PROMPT.kind)) if PROMPT.kind in shape.schema and declared.prompt else None
        self._records: list[Any] = []
        self._lines: list[int] = []
        self._offsets: list[int | None] = []
        self._begin()

    def _begin(self) -> None:
        self._batch = Batch(Rows(self._shape, self._shape.cells(()), [], []), read=0)

    def add(self, record: Any, line: int, offset: int | None) -> None:
        """A decoded record with its place."""
        self._batch.read += 1
        self._records.append(record)
        self._lines.append(line)
        self._offsets.append(offset)
        if self._prompt_of and (prompt := self._prompt_of(record)):
            self._batch.blocks += len(prompt.blocks)
        if len(self._records) >= _TOGETHER:
            self._settle()

    def add_lines(self, records: Sequence[Any], line: int, offsets: Iterable[int]) -> None:
        """The decoded records, without prompts, of lines that follow on each other, from ``line`` on."""
        self._batch.read += len(records)
        self._records += records
        self._lines += range(line, line + len(records))
        self._offsets += offsets
        if len(self._records) >= _TOGETHER:
            self._settle()

    def reject(self, line: int | None, offset: int | None, why: Why) -> None:
        """A record that is not loaded."""
        self._batch.read += 1
        self._batch.rejects.append(Reject(line, offset, *why))

    @property
    def full(self) -> bool:
        """Enough for a batch."""
        return self._batch.read >= ROWS or self._batch.blocks >= BLOCKS

    def take(self) -> Batch:
        """The batch so far; the collector is empty after it."""
        self._settle()
        batch = self._batch
        self._begin()
        return batch

    def _settle(self) -> None:
        """Take the values out of the records that wait."""
        rows = self._all() if self._dense else None
        if rows is None:
            rows = self._some()
        self._dense = self._visible and rows.height == len(self._records)
        self._batch.rows.extend(rows)
        self._records, self._lines, self._offsets = [], [], []

    def _all(self) -> Rows | None:
        """The records that wait, if all of them carry usage: to see that on their values takes a fifth of the time."""
        try:
            cells = self._shape.cells(self._records)
        except UnicodeDecodeError:
            return None
        carry = not self._keep or any(_none_missing(cells.last(place)) for place in self._kept_at)
        pinned = (all(map(allowed.__contains__, cells.last(place) or (None,))) for place, allowed in self._pinned_at)
        return Rows(self._shape, cells, self._lines, self._offsets) if carry and all(pinned) else None

    def _some(self) -> Rows:
        """Those of the records that wait that carry usage and are UTF-8; the others are counted."""
        carries = self._carries()
        passed = carries.count(False)
        if passed and self._leave:
            self._batch.left += [line for line, carried in zip(self._lines, carries, strict=True) if not carried]
            self._batch.read -= passed
        elif passed:
            self._batch.skipped += passed
        try:
            return self._taken(carries)
        except UnicodeDecodeError:
            return self._taken(list(map(self._is_text, carries, count())))

    def _taken(self, wanted: list[bool]) -> Rows:
        """Some of the records that wait."""
        records, lines, offsets = (list(compress(kept, wanted)) for kept in (self._records, self._lines, self._offsets))
        return Rows(self._shape, self._shape.cells(records), lines, offsets)

    def _carries(self) -> list[bool]:
        """Whether each of the records that wait carries usage of this format."""
        carries = [not self._keep] * len(self._records)
        for find in self._keep:
            values = find(self._records)
            carries = [carried or value is not None for carried, value in zip(carries, values, strict=True)]
            if all(carries):
                break
        for find, allowed in self._pins:
            values = find(self._records)
            if values.count(allowed[0]) != len(values):
                carries = [carried and value in allowed for carried, value in zip(carries, values, strict=True)]
        return carries

    def _is_text(self, wanted: bool, number: int) -> bool:
        """The record is wanted and its undecoded values are UTF-8; else it is a reject."""
        try:
            if wanted:
                self._shape.cells(self._records[number : number + 1])
        except UnicodeDecodeError:
            self._batch.rejects.append(Reject(self._lines[number], self._offsets[number], *messages.not_utf8()))
            return False
        return wanted


def _none_missing(values: Sequence[Any]) -> bool:
    return bool(values) and (all(values) or None not in values)


def decoded(decode: Callable[[Any], Any], data: Any) -> Any | Why:
    """One record decoded, or slug and reason."""
    try:
        return decode(data)
    except msgspec.ValidationError as error:
        return messages.wrong_type(str(error))
    except msgspec.DecodeError as error:
        return messages.malformed(str(error))
    except UnicodeDecodeError:
        return messages.not_utf8()
    except RecursionError:
        return messages.nested_too_deep()


def full_batches(collector: Collector, steps: Iterable[object]) -> Iterator[Batch]:
    """Batches while ``steps`` fills the collector, and the last one."""
    for _ in steps:
        if collector.full:
            yield collector.take()
    yield collector.take()
