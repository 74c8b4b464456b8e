"""One ingest: file after file into the ledger, many small files to a transaction, no file in two.

Killed at any moment, the ledger is as it was before the files of the open transaction.
"""

from __future__ import annotations

import contextlib
import gc
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Final

import duckdb

from logcost.errors import LedgerError, NothingReadableError
from logcost.ingest.declared import declarations
from logcost.ingest.discover import discover
from logcost.ingest.options import Options
from logcost.ingest.progress import Teller
from logcost.ingest.ranges import Division
from logcost.ingest.session import Session
from logcost.scratch import ScratchFolder
from logcost.types import IngestResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from logcost.ingest.progress import Progress
    from logcost.store import Ledger
    from logcost.types import SourceReport


_ALLOCATIONS: Final = 200_000
"""Objects between two collections of garbage while an ingest runs."""

_KEPT: Final = 4 * 1024 * 1024
"""Bytes of a block of memory that the C library is to keep for the next, not to give back to the system."""


def ingest(  # noqa: PLR0913 -- one call for the whole room; all but two are named options
    ledger: Ledger,
    paths: Sequence[str | Path],
    *,
    formats: Sequence[Path] = (),
    assume_date: date | None = None,
    since: datetime | None = None,
    tags: Mapping[str, str] | None = None,
    provider: str | None = None,
    jobs: int = 1,
    now: datetime | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> IngestResult:
    """Read files, directories, patterns and ``-`` (standard input) into the ledger.

    ``formats``: further format files. ``assume_date``: dates the records that state no time (00:00 UTC). ``since`` (with a
    time zone): records that started before are skipped; a source that was read with another ``since`` is read anew.
    ``tags``: labels of every row; the record's own label of the same name stays. ``provider``: who was called where the log
    does not say. ``jobs``: processes that read one large log at the same time, this one among them.
    ``now``: the instant against which future dates are judged; default: the clock. A file that cannot be read never stops the
    others; its report has an ``error``. Raises ``NothingReadableError`` when not one file could be read,
    ``FormatDeclarationError`` for a wrong format file, and ``ValueError`` for ``jobs`` below 1 or a ``since`` without a time
    zone.
    """
    if jobs < 1:
        raise ValueError(f"jobs is {jobs}; it must be 1 or more")
    if since is not None and since.tzinfo is None:
        raise ValueError("since has no time zone")
    declared = declarations(formats)
    assumed = datetime.combine(assume_date, time(), UTC) if assume_date else None
    options = Options(now or datetime.now(UTC), assumed, since, dict(tags or {}), provider)
    found = list(discover(paths))
    _keep_freed_memory()
    teller = Teller(found, on_progress)
    with (
        _told_of_full_disks(ledger),
        _rare_collections(),
        ScratchFolder("logcost-ingest-") as scratch,
        Session(ledger, declared, options, teller, Division(jobs), scratch) as session,
    ):
        for number, one in enumerate(found):
            teller.start(number, session.rows)
            session.add(number, one)
        session.commit()
        teller.start(len(found), session.rows)
        reports = session.reports()
    if all(report.error for report in reports):
        raise _nothing_readable(reports)
    return IngestResult(tuple(reports))


def _nothing_readable(reports: Sequence[SourceReport]) -> NothingReadableError:
    only = f" {reports[0].error}" if len(reports) == 1 else ""
    remedy = "" if only else "'logcost formats FILE' says why."
    error = NothingReadableError(f"Not one file could be read.{only}", remedy=remedy)
    error.failed = () if only else tuple((report.path, report.error or "") for report in reports)
    return error


def _keep_freed_memory() -> None:
    """Spare the mapping of the same memory again and again: half of all page faults of an ingest, 0.15 s for 500 small files.

    The C library of Linux maps a block above a limit afresh each time, unless a larger one was freed once. This one is never
    touched, and costs nothing.
    """
    bytes(_KEPT)


@contextlib.contextmanager
def _rare_collections() -> Iterator[None]:
    """Decoded records hold no cycles: the collector would walk thousands of them again and again for nothing."""
    before = gc.get_threshold()
    gc.set_threshold(max(_ALLOCATIONS, before[0]), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


_WRITING_FAILED: Final = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException, duckdb.TransactionException)
"""The last two: of a transaction whose end could not be written."""


@contextlib.contextmanager
def _told_of_full_disks(ledger: Ledger) -> Iterator[None]:
    """A disk that is full or fails is the reader's matter: one line, no traceback."""
    try:
        yield
    except (*_WRITING_FAILED, OSError) as error:
        raise LedgerError(
            f"Writing failed, and the files being read were not loaded: {str(error).splitlines()[0].rstrip('.!')}.",
            path=str(ledger.path or ""),
            remedy="Make room, then ingest again; what is loaded already is passed over.",
        ) from None
