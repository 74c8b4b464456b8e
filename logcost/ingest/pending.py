"""Source rows of one format that wait for its SELECT: those of many small files make one frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.ingest.aside import Aside
from logcost.ingest.whole_files import run_aside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logcost.ingest.batches import Batch, Rows
    from logcost.ingest.sources import Source
    from logcost.ingest.transform import Outcome, Transform

HAND_OVER_ROWS: Final = 15_000
"""Source rows given to one SELECT: more cost memory (60,000 rows: 90 MB more), fewer cost time (8,000 rows: 10 % more)."""

BLOCKS_A_ROW: Final = 2
"""Hashed blocks of prompts that count like a row: those of long conversations are handed over sooner."""

ASIDE_BYTES: Final = 8 * 1024 * 1024
"""Rows of whole files that wait in memory; more are set aside on the disk."""

_BYTES_A_ROW: Final = 1024
"""Taken for the size of a row whose size is not known, when it is decided whether to measure what waits."""


class Pending:
    """Rows in the order in which they came. ``weight``: their number, or more when their prompts are long."""

    def __init__(self, transform: Transform) -> None:
        self.transform = transform
        self.weight = 0
        self._frames: list[pl.DataFrame] = []
        self._bytes = 0
        self._unmeasured = 0
        self._aside: Aside | None = None
        self._waiting: Rows | None = None
        self._whose: list[tuple[int, str, int]] = []

    def add(self, batch: Batch, source: Source) -> None:
        """The rows of a batch of one source."""
        self.weight += max(batch.height, batch.blocks // BLOCKS_A_ROW)
        rows = batch.rows
        if self._waiting is not None and (self._waiting.shape is not rows.shape or self._waiting.height >= HAND_OVER_ROWS):
            self._build()
        if batch.height:
            self._whose.append((source.source_id, source.path, batch.height))
        if self._waiting is None:
            self._waiting = rows
        else:
            self._waiting.extend(rows)
        self._unmeasured += max(batch.bytes, batch.height * _BYTES_A_ROW)
        if self._unmeasured >= ASIDE_BYTES:
            self._measure()

    def _measure(self) -> None:
        """See to it that of long texts fewer rows wait: they are made a frame, or handed over."""
        self._unmeasured = 0
        if self._waiting is not None and self._waiting.cells.size() >= ASIDE_BYTES:
            self._build()
            if not self.transform.whole_files:
                self.weight = max(self.weight, HAND_OVER_ROWS)

    def take(self) -> pl.DataFrame | None:
        """All rows as one frame with the columns of the transform's schema, or ``None``; nothing waits after it."""
        self._build()
        frames = self._frames
        self._frames, self._bytes, self.weight = [], 0, 0
        return pl.concat(frames) if frames else None

    def outcomes(self) -> Iterator[Outcome]:
        """Run the SELECT over what waits; nothing waits after it. Of rows that were set aside the result comes in parts."""
        # First of all: the last rows may be those that are too many.
        self._build()
        if self._aside is None:
            frame = self.take()
            if frame is not None:
                yield self.transform.run(frame)
            return
        self._set_aside()
        aside, self._aside = self._aside, None
        self.weight = 0
        try:
            yield from run_aside(self.transform, aside)
        finally:
            aside.remove()

    def discard(self) -> None:
        """Forget what waits."""
        self.take()
        if self._aside is not None:
            self._aside.remove()
            self._aside = None

    def _append(self, frame: pl.DataFrame) -> None:
        self._frames.append(frame)
        if self.transform.whole_files:
            self._bytes += int(frame.estimated_size())
            more = ASIDE_BYTES // (4 if self.transform.group is None else 2)
            if self._bytes >= (ASIDE_BYTES if self._aside is None else more):
                self._set_aside()

    def _set_aside(self) -> None:
        """Move the frames to the disk, in their order."""
        if self._aside is None:
            made = self.transform
            self._aside = Aside(made.workbench.aside, prompts=made.prompts, group=made.group)
        frames = [frame for frame in self._frames if frame.height]
        if frames:
            self._aside.add(self.transform.typed(pl.concat(frames)))
        self._frames, self._bytes = [], 0

    def _build(self) -> None:
        """Make a frame of the rows that wait."""
        if self._whose and self._waiting is not None:
            file_id, file_path = _sources(self._whose)
            line, byte_offset, *values = self._waiting.columns()
            self._append(pl.DataFrame([file_id, line, byte_offset, file_path, *values]))
        self._waiting, self._whose = None, []


def _sources(whose: list[tuple[int, str, int]]) -> list[pl.Series]:
    """The columns ``file_id`` and ``file_path`` of so many rows of one source after the other."""
    each = pl.DataFrame(whose, schema={"file_id": pl.Int64, "file_path": pl.String, "rows": pl.Int64}, orient="row")
    if each["file_id"].n_unique() == 1:
        # Of a large file a frame has many rows: these columns take no time.
        return [column.new_from_index(0, int(each["rows"].sum())) for column in each.get_columns()[:2]]
    return each.select(pl.col("file_id", "file_path").repeat_by("rows").explode()).get_columns()
