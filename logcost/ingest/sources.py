"""Sources and how they are known again: by content, not by name. The rules: docs/how-ingest-works.md.

The first bytes of a source (``head_hash``) find the candidates; only then is the whole content compared.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl
import xxhash

from logcost import schema
from logcost.ingest.content import Counted
from logcost.types import SourceReport

if TYPE_CHECKING:
    from collections.abc import Iterable

    from logcost.ingest.content import Content
    from logcost.store import Ledger

LONGEST_HEAD: Final = 4096
_HEADS: Final = (LONGEST_HEAD, 1024, 256, 64, 0)
"""Lengths of a head; few, so that a source needs few comparisons however many are known."""


@dataclass(slots=True)
class Source:
    """One row of the ledger table ``source_file``, kept up to date while files are read."""

    source_id: int
    path: str
    location: str | None
    format: str
    on_duplicate: str
    size: int = 0
    content_hash: str = ""
    head_bytes: int = 0
    head_hash: str = ""
    resume_bytes: int | None = None
    resume_line: int | None = None
    rows_read: int = 0
    rows_loaded: int = 0
    skipped: int = 0
    duplicates: int = 0
    rejects: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def accounted(self) -> bool:
        """Every record read is loaded, skipped, a duplicate or a reject."""
        return self.rows_read == self.rows_loaded + self.skipped + self.duplicates + self.rejects

    def report(self, before: Source | None = None) -> SourceReport:
        """What became of the source; with ``before``, only what came on top of that state."""
        base = before or Source(0, "", None, "", "")
        return SourceReport(
            path=self.path,
            format=self.format,
            rows_read=self.rows_read - base.rows_read,
            rows_loaded=self.rows_loaded - base.rows_loaded,
            skipped=self.skipped - base.skipped,
            duplicates=self.duplicates - base.duplicates,
            rejects=self.rejects - base.rejects,
            notes=tuple(self.notes),
        )


class KnownSources:
    """All sources of a ledger, found by content or by place."""

    def __init__(self, ledger: Ledger) -> None:
        rows = ledger.query("SELECT * FROM source_file ORDER BY source_id").rows(named=True)
        self.by_id = {row["source_id"]: Source(**row) for row in rows}
        self._by_head: dict[tuple[int, str], list[Source]] = {}
        for source in self.by_id.values():
            self._by_head.setdefault((source.head_bytes, source.head_hash), []).append(source)

    def next_id(self) -> int:
        """The number for a new source."""
        return max(self.by_id, default=0) + 1

    def add(self, source: Source) -> None:
        """A source that has been read: it can now be found again."""
        self.by_id[source.source_id] = source
        self._by_head.setdefault((source.head_bytes, source.head_hash), []).append(source)

    def forget(self, source: Source) -> None:
        """A source whose rows have been taken out."""
        self.by_id.pop(source.source_id, None)
        same_head = self._by_head.get((source.head_bytes, source.head_hash), [])
        if source in same_head:
            same_head.remove(source)

    def at(self, location: str | None, name: str) -> Source | None:
        """The source of this format that was read from this place."""
        found = (s for s in self.by_id.values() if s.location == location and s.format == name)
        return next(found, None) if location is not None else None

    def find(self, content: Content) -> tuple[Source | None, bool]:
        """The known source that the content begins with, the longest first, and whether it is the whole content.

        Reads the content only when a known source has the same head.
        """
        with content.open() as stream:
            head = stream.read(LONGEST_HEAD)
        candidates = [source for length, digest in heads(head) for source in self._by_head.get((length, digest), [])]
        if not candidates:
            return None, False
        with content.open() as stream:
            return _longest(Counted(stream), candidates)


def heads(head: bytes) -> list[tuple[int, str]]:
    """Lengths and hashes of the heads that the first bytes of a source have, longest first."""
    return [(length, xxhash.xxh3_128_hexdigest(head[:length])) for length in _HEADS if length <= len(head)]


def _longest(stream: Counted, candidates: list[Source]) -> tuple[Source | None, bool]:
    found: Source | None = None
    for source in sorted(candidates, key=lambda candidate: candidate.size):
        stream.read_to(source.size)
        if stream.size == source.size and stream.digest() == source.content_hash:
            found = source
    return found, found is not None and not stream.read(1)


def as_frame(sources: Iterable[Source]) -> pl.DataFrame:
    """Sources as rows of the ledger table."""
    return pl.DataFrame([asdict(source) for source in sources], schema=schema.polars_schema("source_file"))
