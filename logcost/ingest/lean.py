"""Of a long log most declared columns are NULL in every row: a second plan of its SELECT leaves them out.

Each declared column costs, and most logs fill a third of them: reading NULLs into DuckDB, checking them, and giving them back
take longer than the columns that say something. So what was NULL in all rows so far is left out of the next frames' query,
which tells whether one of their rows says something there after all. Such a frame is read again by the whole query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logcost.ingest.checks import EARLY, UNEXPECTED, Observed

if TYPE_CHECKING:
    import polars as pl

    from logcost.ingest.checks import CheckedSelect
    from logcost.ingest.transform import Workbench

LEAN_AFTER: Final = 30_000
"""Rows after which a second plan is made. To make it takes as long as 25,000 rows lose without it."""

_MOST_PLANS: Final = 4
"""A log that brings something new again and again is read by the whole query from then on."""

_KEPT: Final = frozenset({"source_id", "source_line", "started_at", EARLY})
"""Columns of the result that others look at."""


class Plans:
    """The planned queries of one format. ``select`` gives their result for the frame that the workbench shows."""

    def __init__(self, checked: CheckedSelect, workbench: Workbench) -> None:
        self._checked = checked
        self._workbench = workbench
        # To plan it takes as long as to run it over thousands of rows.
        self._whole = workbench.prepare(checked.query("source_frame"))
        self._lean: str | None = None
        self._plans_left = _MOST_PLANS
        self._rows = 0
        self._absent: frozenset[str] | None = None
        self._empty: frozenset[str] = frozenset()

    def select(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The query's result for the frame that is shown; columns that are NULL in all rows may be missing."""
        if self._plans_left and self._rows >= LEAN_AFTER:
            found = self._select_lean(frame)
            if found is not None:
                return found
            # The frame says what no row before it said.
            self._lean = None
            self._plans_left -= 1
        found = self._workbench.select(self._whole)
        self._observe(frame, found)
        return found

    def _select_lean(self, frame: pl.DataFrame) -> pl.DataFrame | None:
        if self._absent is None or not self._absent <= _absent(frame):
            return None
        if self._lean is None:
            types = self._workbench.described("SELECT * FROM source_frame")
            absent = {name: sql_type for name, sql_type in types.items() if name in self._absent}
            self._lean = self._workbench.prepare(self._checked.query("source_frame", Observed(absent, self._empty)))
        found = self._workbench.select(self._lean)
        if UNEXPECTED in found.columns and found[UNEXPECTED].any():
            return None
        return found.drop(UNEXPECTED, strict=False)

    def _observe(self, frame: pl.DataFrame, found: pl.DataFrame) -> None:
        """Keep which columns were NULL in every row so far."""
        absent, empty = _absent(frame), _absent(found) - _KEPT
        self._empty = empty if self._absent is None else self._empty & empty
        self._absent = absent if self._absent is None else self._absent & absent
        self._rows += found.height


def _absent(frame: pl.DataFrame) -> frozenset[str]:
    return frozenset(column.name for column in frame if column.null_count() == frame.height)
