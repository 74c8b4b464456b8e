"""Files to ledger rows: discover, identify, decode, de-duplicate, reject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.errors import UnreadableFileError
from logcost.ingest.content import from_path, from_stdin
from logcost.ingest.declared import declarations
from logcost.ingest.discover import STDIN, discover
from logcost.ingest.draft import Draft, draft
from logcost.ingest.header import Format
from logcost.ingest.identify import Claim, Identification, identification
from logcost.ingest.progress import Progress
from logcost.ingest.ranges import usual_jobs
from logcost.ingest.run import ingest
from logcost.ingest.sampling import take_sample
from logcost.ingest.sources import KnownSources
from logcost.scratch import ScratchFolder
from logcost.types import RejectRow, SourceReport

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from logcost.store import Ledger

__all__ = [
    "Claim",
    "Draft",
    "Format",
    "Identification",
    "Progress",
    "declarations",
    "draft",
    "explain",
    "explain_each",
    "ingest",
    "rejects",
    "sources",
    "usual_jobs",
]


def explain(path: str | Path, extra: Sequence[Path] = ()) -> Identification:
    """Which formats claim a file, and what the nearest others miss. Raises ``UnreadableFileError``."""
    return _explained(path, declarations(extra))


def explain_each(path: str | Path, extra: Sequence[Path] = ()) -> Iterator[tuple[str, Identification | UnreadableFileError]]:
    """The same of every file that a path stands for: of an archive, a folder or a pattern; an error for what is unreadable."""
    declared = declarations(extra)
    for found in discover([path]):
        if isinstance(found, UnreadableFileError):
            yield found.path, found
            continue
        try:
            yield found, _explained(found, declared)
        except UnreadableFileError as error:
            yield found, error


def _explained(path: str | Path, declared: Sequence[Format]) -> Identification:
    with ScratchFolder("logcost-explain-") as scratch:
        content = from_stdin(scratch) if str(path) == STDIN else from_path(str(path), scratch)
        return identification(take_sample(content, scratch), declared)


def rejects(ledger: Ledger) -> list[RejectRow]:
    """All records of a ledger that could not be read, by file and line."""
    query = """
        SELECT path, line, byte_offset, slug, reason
        FROM reject
        JOIN source_file USING (source_id)
        ORDER BY path, source_id, line, reason
    """
    return [RejectRow(*row) for row in ledger.sql(query)]


def sources(ledger: Ledger) -> list[SourceReport]:
    """All files of a ledger in the order in which they came."""
    known = KnownSources(ledger)
    paths = known.paths()
    return [source.report(paths) for source in known.by_id.values()]
