"""The planned queries of one format: what no row says is left out, until one does.

Each column costs, and so do the words for what may be wrong with a row: to plan, and for every frame of rows. Most rows are
right, and most logs fill a third of the declared columns. So the first plan only asks whether a row is wrong; in a long log the
next one also leaves out what was NULL in all rows so far. Each tells when a row says something there after all: then its frame
is read again by the whole query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logcost.ingest.checks import EARLY, NOTHING_OBSERVED, TOLD, UNEXPECTED, Observed

if TYPE_CHECKING:
    import polars as pl

    from logcost.ingest.checks import CheckedSelect
    from logcost.ingest.transform import Workbench

LEAN_AFTER: Final = 30_000
"""Rows after which columns are left out. To plan that takes as long as 25,000 rows lose without it."""

_MOST_FAILURES: Final = 4
"""A log that brings something new again and again is read by the whole query from then on."""

_KEPT: Final = frozenset({"source_id", "source_line", "started_at", EARLY})
"""Columns of the result that others look at."""


class Plans:
    """``select`` gives the result of one format's query for the frame that the workbench shows."""

    def __init__(self, checked: CheckedSelect, workbench: Workbench) -> None:
        self._checked = checked
        self._workbench = workbench
        self._whole: str | None = None
        self._failures = 0
        self._rows = 0
        self._absent: frozenset[str] | None = None
        self._empty: frozenset[str] = TOLD
        self._lean = False
        self._plan(Observed({}, TOLD))

    def select(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The result for the frame that is shown; columns that are NULL in all rows may be missing."""
        if not self._lean and self._rows >= LEAN_AFTER and self._failures < _MOST_FAILURES:
            self._plan_lean()
        found = self._run(frame)
        if found is None:
            found = self._run_whole()
            self._failures += 1
        if not self._lean:
            self._observe(frame, found)
        return found

    def _plan(self, observed: Observed) -> None:
        # To plan it takes as long as to run it over thousands of rows.
        self._statement = self._workbench.prepare(self._checked.query("source_frame", observed))
        self._observed = observed

    def _plan_lean(self) -> None:
        types = self._workbench.described("SELECT * FROM source_frame")
        absent = self._absent or frozenset()
        self._plan(Observed({name: sql_type for name, sql_type in types.items() if name in absent}, self._empty))
        self._lean = True

    def _run(self, frame: pl.DataFrame) -> pl.DataFrame | None:
        """The result of the present plan, or ``None`` when a row says something that it leaves out."""
        if not self._observed.absent.keys() <= _absent(frame):
            return None
        found = self._workbench.select(self._statement)
        if UNEXPECTED not in found.columns:
            return found
        return None if found[UNEXPECTED].any() else found.drop(UNEXPECTED)

    def _run_whole(self) -> pl.DataFrame:
        """The result of the whole query, which is the plan from now on."""
        if self._whole is None:
            self._whole = self._workbench.prepare(self._checked.query("source_frame"))
        self._statement, self._observed, self._lean = self._whole, NOTHING_OBSERVED, False
        return self._workbench.select(self._statement)

    def _observe(self, frame: pl.DataFrame, found: pl.DataFrame) -> None:
        """Keep which columns were NULL in every row so far."""
        absent, empty = _absent(frame), (_absent(found) | self._observed.empty) - _KEPT
        self._empty = empty if self._absent is None else self._empty & empty
        self._absent = absent if self._absent is None else self._absent & absent
        self._rows += found.height


def _absent(frame: pl.DataFrame) -> frozenset[str]:
    return frozenset(column.name for column in frame if column.null_count() == frame.height)
