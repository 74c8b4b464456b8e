"""What every reader gives: batches of source rows with exact lines, and the records that are not loaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

import msgspec
import polars as pl

from logcost.ingest import messages
from logcost.ingest.fields import PROMPT
from logcost.ingest.messages import Reject, Why

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from logcost.ingest.fields import Shape
    from logcost.ingest.header import Format

ROWS: Final = 8_000
"""Rows a frame is built from at a time: the decoded objects stay in the processor's cache."""


BLOCKS: Final = 60_000
"""Hashed blocks of prompts that fill a frame before its rows do (about 10 MB)."""


@dataclass(slots=True)
class Rows:
    """Decoded records with their places, not yet columns."""

    shape: Shape
    records: list[Any]
    lines: list[int]
    offsets: list[int | None]

    def frame(self) -> pl.DataFrame:
        """The declared fields, ``line`` and ``byte_offset``. Raises ``UnicodeDecodeError`` as ``Shape.columns``."""
        place = [pl.Series("line", self.lines, dtype=pl.Int64), pl.Series("byte_offset", self.offsets, dtype=pl.Int64)]
        return pl.DataFrame([*self.shape.columns(self.records), *place])

    def only(self, numbers: Sequence[int]) -> Rows:
        """Some of the rows."""
        lines, offsets = [self.lines[n] for n in numbers], [self.offsets[n] for n in numbers]
        return Rows(self.shape, [self.records[n] for n in numbers], lines, offsets)


@dataclass(slots=True)
class Batch:
    """Source rows (the declared fields, ``line``, ``byte_offset``) and the tally of the records they came from.

    ``rows`` are a frame only where that must be tried out first: the rows of small files are made columns together.
    """

    rows: pl.DataFrame | Rows
    read: int
    skipped: int = 0
    rejects: list[Reject] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    """Places of the records that another format of bodies may claim; not among ``read``."""
    blocks: int = 0
    """Hashed blocks of prompts in the rows: of long conversations they take more memory than all else."""

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.rows.height if isinstance(self.rows, pl.DataFrame) else len(self.rows.lines)


class Collector:
    """Gathers decoded records of one format into batches: leaves out what carries no usage, builds the columns."""

    def __init__(self, declared: Format, shape: Shape, *, leave: bool = False) -> None:
        """``leave``: what carries no usage of this format, or not its pinned values, is left over instead of skipped."""
        self._shape = shape
        self._leave = leave
        self._keep = [shape.getter(key) for key in declared.keep]
        pins = [(key, allowed or (None,)) for key, allowed in declared.where if leave and key[0] in declared.fields]
        self._pins = [(shape.getter(key), allowed) for key, allowed in pins]
        self._prompt_of = attrgetter(shape.attribute(PROMPT.kind)) if PROMPT.kind in shape.schema and declared.prompt else None
        self._blocks = 0
        self._records: list[Any] = []
        self._lines: list[int] = []
        self._offsets: list[int | None] = []
        self._rejects: list[Reject] = []
        self._read = 0

    def add(self, records: Iterable[Any], lines: Iterable[int], offsets: Iterable[int | None]) -> None:
        """Decoded records with their places."""
        before = len(self._records)
        self._records.extend(records)
        if self._prompt_of:
            prompts = map(self._prompt_of, self._records[before:])
            self._blocks += sum(len(prompt.blocks) for prompt in prompts if prompt)
        self._lines.extend(lines)
        self._offsets.extend(offsets)
        self._read += len(self._records) - before

    def reject(self, line: int | None, offset: int | None, why: Why) -> None:
        """A record that is not loaded."""
        self._read += 1
        self._rejects.append(Reject(line, offset, *why))

    @property
    def full(self) -> bool:
        """Enough for a batch."""
        return len(self._records) + len(self._rejects) >= ROWS or self._blocks >= BLOCKS

    def take(self) -> Batch:
        """The batch so far; the collector is empty after it."""
        rows = self._kept()
        passed = len(self._records) - len(rows.records)
        left = sorted(set(self._lines) - set(rows.lines)) if self._leave and passed else []
        made = self._frame(rows) if self._shape.undecoded else rows
        batch = Batch(made, self._read - len(left), passed - len(left), self._rejects, left, self._blocks)
        self._records, self._lines, self._offsets, self._rejects, self._read = [], [], [], [], 0
        self._blocks = 0
        return batch

    def _kept(self) -> Rows:
        carries = [not self._keep] * len(self._records)
        for get in self._keep:
            values = list(map(get, self._records))
            carries = [carried or value is not None for carried, value in zip(carries, values, strict=True)]
            if all(carries):
                break
        for get, allowed in self._pins:
            values = list(map(get, self._records))
            if values.count(allowed[0]) != len(values):
                carries = [carried and value in allowed for carried, value in zip(carries, values, strict=True)]
        rows = Rows(self._shape, self._records, self._lines, self._offsets)
        return rows if all(carries) else rows.only([n for n, carried in enumerate(carries) if carried])

    def _frame(self, rows: Rows) -> pl.DataFrame:
        """The rows as columns, without those whose undecoded values are no UTF-8."""
        try:
            return rows.frame()
        except UnicodeDecodeError:
            good = [number for number in range(len(rows.records)) if self._is_text(rows, number)]
            return rows.only(good).frame()

    def _is_text(self, rows: Rows, number: int) -> bool:
        try:
            self._shape.columns([rows.records[number]])
        except UnicodeDecodeError:
            self._rejects.append(Reject(rows.lines[number], rows.offsets[number], *messages.not_utf8()))
            return False
        return True


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
