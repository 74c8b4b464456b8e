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

ROWS: Final = 16_000
"""Rows a frame is built from at a time: the decoded objects stay in the processor's cache."""


BLOCKS: Final = 200_000
"""Hashed blocks of prompts that fill a frame before its rows do (about 25 MB)."""


@dataclass(slots=True)
class Batch:
    """Source rows (the declared fields, ``line``, ``byte_offset``) and the tally of the records they came from."""

    frame: pl.DataFrame
    read: int
    skipped: int = 0
    rejects: list[Reject] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    """Places of the records that another format of bodies may claim; not among ``read``."""
    blocks: int = 0
    """Hashed blocks of prompts in the frame: of long conversations they take more memory than all else."""


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
        kept = self._kept()
        records, lines, offsets = kept
        passed = len(self._records) - len(records)
        left = sorted(set(self._lines) - set(lines)) if self._leave and passed else []
        frame = self._frame(records, lines, offsets)
        batch = Batch(frame, self._read - len(left), passed - len(left), self._rejects, left, self._blocks)
        self._records, self._lines, self._offsets, self._rejects, self._read = [], [], [], [], 0
        self._blocks = 0
        return batch

    def _kept(self) -> tuple[list[Any], list[int], list[int | None]]:
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
        if all(carries):
            return self._records, self._lines, self._offsets
        kept = [n for n, carried in enumerate(carries) if carried]
        return (
            [self._records[n] for n in kept],
            [self._lines[n] for n in kept],
            [self._offsets[n] for n in kept],
        )

    def _frame(self, records: Sequence[Any], lines: Sequence[int], offsets: Sequence[int | None]) -> pl.DataFrame:
        try:
            columns = self._shape.columns(records)
        except UnicodeDecodeError:
            return self._frame_without_bad_text(records, lines, offsets)
        place = [pl.Series("line", lines, dtype=pl.Int64), pl.Series("byte_offset", offsets, dtype=pl.Int64)]
        return pl.DataFrame([*columns, *place])

    def _frame_without_bad_text(
        self, records: Sequence[Any], lines: Sequence[int], offsets: Sequence[int | None]
    ) -> pl.DataFrame:
        good = []
        for number, record in enumerate(records):
            try:
                self._shape.columns([record])
                good.append(number)
            except UnicodeDecodeError:
                self._rejects.append(Reject(lines[number], offsets[number], *messages.not_utf8()))
        return self._frame([records[n] for n in good], [lines[n] for n in good], [offsets[n] for n in good])


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
