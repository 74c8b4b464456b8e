"""Sources and how they are known again: by content, not by name. The rules: docs/how-ingest-works.md.

The first bytes of a source (``head_hash``) find the candidates; only then is the whole content compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl
import xxhash

from logcost import schema
from logcost.errors import UnreadableFileError
from logcost.ingest.content import PART, Content, Counted
from logcost.types import SourceReport

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from logcost.store import Ledger

LONGEST_HEAD: Final = 4096
_HEADS: Final = (LONGEST_HEAD, 1024, 256, 64, 0)
"""Lengths of a head; few, so that a source needs few comparisons however many are known."""

_COMPARED: Final = 20
"""Known logs that are read once more to see whether a source is only their start."""

_NAMED: Final = 3
"""Other files that are named as those from which calls were counted."""

_BLOCK: Final = 1024 * 1024


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
    part_hashes: list[str] = field(default_factory=list)
    stamp: str | None = None
    head_bytes: int = 0
    head_hash: str = ""
    resume_bytes: int | None = None
    resume_line: int | None = None
    rows_read: int = 0
    rows_loaded: int = 0
    skipped: int = 0
    duplicates: int = 0
    rejects: int = 0
    requests: int | None = None
    counted_in: dict[int, int] = field(default_factory=dict)
    since: datetime | None = None
    notes: list[str] = field(default_factory=list)

    def has_read(self, counted: Counted) -> None:
        """Keep what tells the content again."""
        self.size, self.content_hash, self.part_hashes = counted.size, counted.digest(), counted.parts

    @property
    def accounted(self) -> bool:
        """Every record read is loaded, skipped, a duplicate or a reject."""
        return self.rows_read == self.rows_loaded + self.skipped + self.duplicates + self.rejects

    def report(self, paths: Mapping[int, str], before: Source | None = None) -> SourceReport:
        """What became of the source; with ``before``, only what came on top of that state. ``paths``: of all sources."""
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
            counted_from=tuple(_counted_elsewhere(self.counted_in, base.counted_in, paths)),
            requests=None if self.requests is None else self.requests - (base.requests or 0),
        )


class KnownSources:
    """All sources of a ledger, found by content or by place."""

    def __init__(self, ledger: Ledger) -> None:
        rows = ledger.query("SELECT * FROM source_file ORDER BY source_id").rows(named=True)
        self.by_id: dict[int, Source] = {}
        self._last_id = 0
        self._by_place: dict[tuple[str | None, str], Source] = {}
        self._by_location: dict[str, list[Source]] = {}
        self._by_head: dict[tuple[int, str], list[Source]] = {}
        self._by_start: dict[str, list[Source]] = {}
        for row in rows:
            self.add(Source(**row))

    def next_id(self) -> int:
        """The number for a new source."""
        return self._last_id + 1

    def paths(self) -> dict[int, str]:
        """Where each source was read from."""
        return {source_id: source.path for source_id, source in self.by_id.items()}

    def add(self, source: Source) -> None:
        """A source that has been read: it can now be found again."""
        self.by_id[source.source_id] = source
        self._last_id = max(self._last_id, source.source_id)
        self._by_place.setdefault((source.location, source.format), source)
        if source.location is not None:
            self._by_location.setdefault(source.location, []).append(source)
        whole_head, *_ = starts = source.head_hash.split()
        self._by_head.setdefault((source.head_bytes, whole_head), []).append(source)
        if source.resume_line is not None:
            for start in starts:
                self._by_start.setdefault(start, []).append(source)

    def forget(self, source: Source) -> None:
        """A source whose rows have been taken out."""
        self.by_id.pop(source.source_id, None)
        if self._by_place.get((source.location, source.format)) is source:
            del self._by_place[source.location, source.format]
        here = self._by_location.get(source.location or "", [])
        here[:] = [one for one in here if one is not source]
        starts = source.head_hash.split()
        for same in (self._by_head.get((source.head_bytes, starts[0]), []), *(self._by_start.get(start, []) for start in starts)):
            if source in same:
                same.remove(source)

    def at(self, location: str | None, name: str) -> Source | None:
        """The source of this format that was read from this place."""
        return self._by_place.get((location, name)) if location is not None else None

    def as_it_was(self, content: Content) -> Source | None:
        """The known source of a file whose size, inode and times are those it had when it was read. Reads nothing."""
        here = self._by_location.get(content.location or "", [])
        return next((one for one in here if one.stamp is not None and one.stamp == content.stamp), None)

    def find(self, content: Content, head: bytes) -> tuple[Source | None, bool]:
        """The known source that the content begins with, the longest first, and whether it is the whole content.

        Reads the content only when a known source has the same head; of a log that has grown where it lay only the last
        part of what is known (docs/decisions/010-known-without-reading.md).
        """
        candidates = [source for length, digest in heads(head) for source in self._by_head.get((length, digest), [])]
        if not candidates:
            return None, False
        if (grown := _grown(content, candidates)) is not None:
            return grown, False
        with content.open() as stream:
            return _longest(Counted(stream), candidates)

    def containing(self, content: Content, head: bytes) -> Source | None:
        """The known log of which the content is only the start, such as an older copy. Proven by reading that log again.

        A log that is gone, or is no longer what was read, proves nothing.
        """
        if not head:
            return None
        candidates = [one for one in self._by_start.get(heads(head)[0][1], []) if one.location not in {None, content.location}]
        return next((one for one in candidates[:_COMPARED] if _starts_with(one, content)), None)


def _counted_elsewhere(lost: Mapping[int, int], before: Mapping[int, int], paths: Mapping[int, str]) -> Iterator[str]:
    """Sentences that say which files won over how many rows of this one, most first."""
    more = {source_id: rows - before.get(source_id, 0) for source_id, rows in lost.items()}
    ranked = sorted((source_id for source_id, rows in more.items() if rows), key=lambda source_id: (-more[source_id], source_id))
    for source_id in ranked[:_NAMED]:
        rows = more[source_id]
        subject = "1 of its rows repeats a call" if rows == 1 else f"{rows} of its rows repeat calls"
        yield f"{subject} counted from {paths.get(source_id, 'a file that has been replaced since')}."
    if others := ranked[_NAMED:]:
        rows = sum(more[source_id] for source_id in others)
        yield f"{rows} more of its rows repeat calls counted from {len(others)} other file{'s' * (len(others) != 1)}."


def head_hashes(head: bytes) -> tuple[int, str]:
    """What a source keeps of its start: the length of the longest head, and the hashes of all, longest first."""
    found = heads(head)
    return found[0][0], " ".join(digest for _, digest in found)


def heads(head: bytes) -> list[tuple[int, str]]:
    """Lengths and hashes of the heads that the first bytes of a source have, longest first."""
    return [(length, xxhash.xxh3_128_hexdigest(head[:length])) for length in _HEADS if length <= len(head)]


def _grown(content: Content, candidates: Sequence[Source]) -> Source | None:
    """The candidate that lay where the content lies, when the content is longer and the end of what is known still stands."""
    longer = [one for one in candidates if one.location == content.location and one.size < content.size]
    if not longer or content.compressed or len({one.size for one in candidates if one.size >= longer[0].size}) > 1:
        return None
    known = longer[0]
    if known.resume_bytes != known.size:
        return None
    with content.open() as stream:
        counted = Counted(stream)
        counted.skip(known.part_hashes[: (known.size - 1) // PART])
        counted.read_to(known.size)
        return known if counted.digest() == known.content_hash else None


def _longest(stream: Counted, candidates: list[Source]) -> tuple[Source | None, bool]:
    found: Source | None = None
    for source in sorted(candidates, key=lambda candidate: candidate.size):
        stream.read_to(source.size)
        if stream.size == source.size and stream.digest() == source.content_hash:
            found = source
    return found, found is not None and not stream.read(1)


def _starts_with(source: Source, content: Content) -> bool:
    place = str(source.location)
    try:
        with Content(place, Path(place), place, source.size).open() as whole, content.open() as start:
            counted = Counted(whole)
            while block := start.read(_BLOCK):
                if counted.read(len(block)) != block:
                    return False
            counted.read_to(source.size)
            return counted.size == source.size and counted.digest() == source.content_hash
    except UnreadableFileError:
        return False


def as_frame(sources: Collection[Source]) -> pl.DataFrame:
    """Sources as rows of the ledger table."""
    types = schema.polars_schema("source_file")
    return pl.DataFrame({name: [getattr(source, name) for source in sources] for name in types.names()}, schema=types)
