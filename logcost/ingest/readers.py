"""The readers by name: each gives batches of one source and leaves size, hash and resume point in its ``Source``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.ingest.content import Counted, plain_file
from logcost.ingest.json_document import read_document
from logcost.ingest.json_lines import read_lines
from logcost.ingest.logfmt_lines import read_logfmt
from logcost.ingest.sqlite import read_database
from logcost.ingest.sse import read_events
from logcost.ingest.tables import read_csv, read_parquet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from logcost.ingest.batches import Batch
    from logcost.ingest.content import Content
    from logcost.ingest.identify import Claim
    from logcost.ingest.sources import Source


def read(content: Content, claim: Claim, source: Source, scratch: Path, *, leave: bool = False) -> Iterator[Batch]:
    """Batches of a source in the way its claim says; a grown log from its resume point.

    ``leave``: records that another format may claim are left over (see ``mixed``).

    Raises ``UnreadableFileError`` when the content is damaged.
    """
    if claim.reader in {"json_lines", "csv", "sse", "logfmt"}:
        yield from _stream(content, claim, source, leave=leave)
        return
    with plain_file(content, scratch) as file:
        if claim.reader == "parquet":
            yield from read_parquet(claim.format, file, content.path)
        elif claim.reader == "sqlite":
            yield from read_database(claim.format, file, content.path)
        else:
            yield from read_document(claim.format, file, content.path, source.notes, leave=leave)
    with content.open() as stream:
        counted = Counted(stream)
        counted.read_to(2**63 - 1)
    source.has_read(counted)


def _stream(content: Content, claim: Claim, source: Source, *, leave: bool) -> Iterator[Batch]:
    with content.open() as stream:
        counted = Counted(stream)
        if claim.reader == "csv":
            yield from read_csv(claim.format, counted, content.path)
        elif claim.reader == "logfmt":
            yield from read_logfmt(claim.format, counted)
        elif claim.reader == "sse":
            yield from read_events(claim.format, counted)
        else:
            if source.resume_bytes and not content.compressed:
                counted.skip(source.part_hashes)
            counted.read_to(source.resume_bytes or 0)
            yield from read_lines(claim.format, counted, source.notes, first_line=(source.resume_line or 0) + 1, leave=leave)
            source.resume_bytes = counted.size if counted.ends_line else None
            source.resume_line = counted.next_line - 1
    source.has_read(counted)
