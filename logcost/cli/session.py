"""Opening what a command works on: the stored ledger, or a private one filled from the given PATHs."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from logcost.config import ledger_path, own_formats
from logcost.errors import NothingReadableError, UsageError
from logcost.store import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from logcost.ingest import Progress
    from logcost.types import IngestResult, SourceReport


@contextmanager
def opened(
    paths: Sequence[str] | None,
    *,
    ledger: Path | None = None,
    declarations: Sequence[Path] | None = None,
    assume_date: datetime | None = None,
    quiet: bool = False,
) -> Iterator[Ledger]:
    """The ledger to read: a temporary one loaded from ``paths``, or the stored one.

    Warnings about files and records that could not be read go to stderr unless ``quiet``.
    """
    if not paths:
        if declarations or assume_date:
            raise UsageError("--input-format and --date need PATHs.", remedy="Name the files, or leave the options out.")
        with Ledger(ledger_path(ledger), read_only=True) as stored:
            yield stored
        return
    if ledger is not None:
        raise UsageError("Give PATHs or --ledger, not both.", remedy="To add files to a ledger use 'logcost ingest'.")
    with Ledger() as temporary:
        result = load(temporary, paths, declarations=declarations, assume_date=assume_date, quiet=quiet)
        if not quiet:
            warn(result.sources)
        yield temporary


def load(
    ledger: Ledger,
    paths: Sequence[str],
    *,
    declarations: Sequence[Path] | None = None,
    assume_date: datetime | None = None,
    quiet: bool = False,
) -> IngestResult:
    """Ingest with a progress bar on a terminal. Raises ``NothingReadableError`` when no file could be read."""
    from logcost.ingest import ingest

    day = assume_date.date() if assume_date else None
    with _progress(quiet=quiet) as on_progress:
        try:
            return ingest(
                ledger, paths, formats=(*own_formats(), *(declarations or ())), assume_date=day, on_progress=on_progress
            )
        except NothingReadableError as error:
            _say(error.reasons)
            raise


def warn(sources: Sequence[SourceReport]) -> None:
    """Say on stderr what was not read, one line a file and none for good files."""
    for source in sources:
        _say(_warnings(source))


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(f"logcost: {line}", file=sys.stderr)  # noqa: T201 -- data goes to stdout, diagnosis to stderr


def _warnings(source: SourceReport) -> Iterator[str]:
    if source.error:
        yield source.error
    if source.rejects:
        noun = "record" if source.rejects == 1 else "records"
        yield f"{source.path}: {source.rejects} {noun} rejected; 'logcost rejects PATH' lists them."
    for note in source.notes:
        yield f"{source.path}: {note}"


def _progress(*, quiet: bool) -> AbstractContextManager[Callable[[Progress], None] | None]:
    if quiet or not sys.stderr.isatty():
        return nullcontext()
    from logcost.cli.progress import bar

    return bar()
