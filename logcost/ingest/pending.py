"""Source rows of one format that wait for its SELECT: those of many small files make one frame."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.ingest.batches import ROWS, Rows

if TYPE_CHECKING:
    from logcost.ingest.batches import Batch
    from logcost.ingest.sources import Source
    from logcost.ingest.transform import Transform

BLOCKS_A_ROW: Final = 2
"""Hashed blocks of prompts that count like a row: those of long conversations are handed over sooner."""


class Pending:
    """Rows in the order in which they came. ``weight``: their number, or more when their prompts are long."""

    def __init__(self, transform: Transform) -> None:
        self.transform = transform
        self.weight = 0
        self._names = transform.schema.names()
        self._frames: list[pl.DataFrame] = []
        self._waiting: Rows | None = None
        self._ids: list[int] = []
        self._paths: list[str] = []

    def add(self, batch: Batch, source: Source) -> None:
        """The rows of a batch of one source."""
        rows = batch.rows
        if isinstance(rows, pl.DataFrame):
            self._build()
            place = (pl.lit(source.source_id, pl.Int64).alias("file_id"), pl.lit(source.path).alias("file_path"))
            self._frames.append(rows.with_columns(place).select(self._names))
        else:
            self._wait(rows, source)
        self.weight += max(batch.height, batch.blocks // BLOCKS_A_ROW)

    def take(self) -> pl.DataFrame | None:
        """All rows as one frame with the columns of the transform's schema, or ``None``; nothing waits after it."""
        self._build()
        frames = [frame for frame in self._frames if frame.height]
        self._frames, self.weight = [], 0
        return pl.concat(frames) if frames else None

    def _wait(self, rows: Rows, source: Source) -> None:
        if self._waiting is not None and (self._waiting.shape is not rows.shape or len(self._waiting.records) >= ROWS):
            self._build()
        if self._waiting is None:
            self._waiting = Rows(rows.shape, [], [], [])
        self._waiting.records += rows.records
        self._waiting.lines += rows.lines
        self._waiting.offsets += rows.offsets
        self._ids.extend(repeat(source.source_id, len(rows.lines)))
        self._paths.extend(repeat(source.path, len(rows.lines)))

    def _build(self) -> None:
        if self._waiting is not None:
            place = [pl.Series("file_id", self._ids, dtype=pl.Int64), pl.Series("file_path", self._paths, dtype=pl.String)]
            self._frames.append(self._waiting.frame().with_columns(place).select(self._names))
        self._waiting, self._ids, self._paths = None, [], []
