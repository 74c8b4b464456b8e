"""The state of one ingest: file after file into the open transaction, many small files to one, no file in two."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from logcost.errors import AmbiguousFormatError, UnknownFormatError, UnreadableFileError
from logcost.ingest.content import from_path, from_stdin
from logcost.ingest.discover import STDIN
from logcost.ingest.expand import expander
from logcost.ingest.identify import claim
from logcost.ingest.mixed import Remainder, others
from logcost.ingest.pending import HAND_OVER_ROWS, Pending
from logcost.ingest.ranges import Joined, RangeReader, reject_rows
from logcost.ingest.readers import read
from logcost.ingest.sampling import Head, take_sample
from logcost.ingest.sources import LONGEST_HEAD, KnownSources, Source, head_hashes
from logcost.ingest.tables import TABLES, table_shape
from logcost.ingest.transform import Transform, Workbench
from logcost.ingest.writer import Writer
from logcost.types import SourceReport

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from logcost.ingest.batches import Batch
    from logcost.ingest.content import Content
    from logcost.ingest.header import Format
    from logcost.ingest.identify import Claim
    from logcost.ingest.options import Options
    from logcost.ingest.progress import Teller
    from logcost.ingest.ranges import Division
    from logcost.ingest.workers import Workers
    from logcost.store import Ledger

TRANSACTION_ROWS: Final = 60_000
TRANSACTION_BYTES: Final = 512 * 1024 * 1024
"""A transaction ends after the file that fills either. Each costs as much as reading some 100 MB of transcripts."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A source that was read, and its state before."""

    source: Source
    before: Source


class Session:
    """The state of one ingest. A file that fails half-way is taken out by rolling back and reading the others again."""

    def __init__(  # noqa: PLR0913, PLR0917 -- all that one ingest needs; it has one caller
        self, ledger: Ledger, formats: Sequence[Format], options: Options, teller: Teller, division: Division, scratch: Path
    ) -> None:
        self._scratch = scratch
        self._division = division
        self._workers: Workers | None = None
        self._workbench = Workbench(self._scratch, options)
        self._options = options
        self._teller = teller
        self._ledger = ledger
        self._formats = formats
        self._known = KnownSources(ledger)
        self._writer = Writer(ledger)
        self._pending: dict[str, Pending] = {}
        self._changed: dict[int, Source] = {}
        self._outcomes: dict[int, SourceReport | _Loaded] = {}
        self._open: list[tuple[int, Content]] = []
        self._rows_open = 0
        self._bytes_open = 0
        self._folders: dict[str, str] = {}
        self._notes_without_usage: dict[str, str] = {}
        self.rows = 0

    def __enter__(self) -> Self:
        """The session itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Undo what is not committed, and clean up."""
        if self._workers is not None:
            self._workers.close()
        with contextlib.suppress(Exception):
            self._writer.close()
        self._workbench.close()

    def reports(self) -> list[SourceReport]:
        """What became of each file, in the order given."""
        outcomes = (self._outcomes[number] for number in sorted(self._outcomes))
        paths = self._known.paths()
        return [one if isinstance(one, SourceReport) else one.source.report(paths, one.before) for one in outcomes]

    def add(self, number: int, found: str | UnreadableFileError) -> None:
        """Read one file; what is wrong with it becomes its report."""
        try:
            if isinstance(found, UnreadableFileError):
                raise found
            self._add(number, from_stdin(self._scratch) if found == STDIN else from_path(found, self._scratch, self._folders))
        except (UnreadableFileError, UnknownFormatError, AmbiguousFormatError) as error:
            if number in self._outcomes:
                self._start_again(without=number)
            self._outcomes[number] = SourceReport(error.path, None, 0, 0, 0, 0, 0, error=str(error))
        if self._rows_open >= TRANSACTION_ROWS or self._bytes_open >= TRANSACTION_BYTES:
            self.commit()

    def commit(self) -> None:
        """End the open transaction."""
        if not self._writer.open:
            return
        for name in sorted(self._pending):
            self._hand_over(self._pending[name])
        self._tell_without_usage()
        self._writer.commit(list(self._changed.values()), self._known)
        self._forget_open()

    def _tell_without_usage(self) -> None:
        """Add the format's note to each file of which no record carried usage; take it from a log that now has some."""
        for source in self._changed.values():
            note = self._notes_without_usage.get(source.format, "")
            source.notes = [one for one in source.notes if one != note]
            if note and source.rows_read and source.skipped == source.rows_read:
                source.notes.append(note)

    def _forget_open(self) -> None:
        self._changed.clear()
        self._open.clear()
        self._rows_open = self._bytes_open = 0

    def _start_again(self, without: int) -> None:
        others = [(number, content) for number, content in self._open if number != without]
        self._writer.roll_back()
        self._known = KnownSources(self._ledger)
        for pending in self._pending.values():
            pending.discard()
        self._pending.clear()
        self._forget_open()
        for number, content in others:
            self._add(number, content)
        self.commit()

    def _add(self, number: int, content: Content) -> None:
        same = self._known.as_it_was(content)
        if same is not None and same.since == self._options.since:
            self._outcomes[number] = _unchanged(content, same, "as", self._options.since)
            return
        start = Head.of(content)
        head = start.data[:LONGEST_HEAD]
        known, whole = self._known.find(content, head)
        if known is not None and whole and known.since == self._options.since:
            self._restamp(known, content)
            self._outcomes[number] = _unchanged(content, known, "as", self._options.since)
            return
        if known is None and (longer := self._known.containing(content, head)) is not None:
            self._outcomes[number] = _unchanged(content, longer, "as the start of", self._options.since)
            return
        sample = take_sample(content, self._scratch, start)
        if sample.empty:
            self._outcomes[number] = SourceReport(content.path, None, 0, 0, 0, 0, 0, ("The file is empty.",))
            return
        source = self._load(number, content, claim(sample, self._formats, content.path), known)
        source.head_bytes, source.head_hash = head_hashes(head)
        source.stamp = content.stamp
        self._known.add(source)
        self._bytes_open += source.size

    def _restamp(self, known: Source, content: Content) -> None:
        """Spare the next run the reading of a file that was only touched, or was too new for a stamp."""
        if known.location == content.location and content.stamp is not None:
            known.stamp = content.stamp
            self._writer.begin()
            self._changed[known.source_id] = known

    def _load(self, number: int, content: Content, claim: Claim, known: Source | None) -> Source:
        former = self._former(content, claim, known)
        if former is not None and former.source_id in self._changed:
            self.commit()
        transform = self._prepared(claim)
        self._writer.begin()
        source, before = self._source(content, claim, former)
        self._outcomes[number] = _Loaded(source, before)
        self._notes_without_usage[claim.format.name] = claim.format.note_without_usage
        self._changed[source.source_id] = source
        self._open.append((number, content))
        self._read(content, claim, source, transform)
        return source

    def _former(self, content: Content, claim: Claim, known: Source | None) -> Source | None:
        """What the content takes the place of: the log it has grown from, or the export that lay at the same place."""
        if known is not None and known.since != self._options.since:
            return known
        if claim.reader == "json_lines":
            return known if known is not None and known.format == claim.format.name else None
        return self._known.at(content.location, claim.format.name)

    def _source(self, content: Content, claim: Claim, former: Source | None) -> tuple[Source, Source]:
        """The source to read into, and its state before: a grown log goes on, everything else starts from nothing."""
        if former is not None:
            self._known.forget(former)
            if former.resume_bytes == former.size and claim.format.scope == "row" and former.since == self._options.since:
                before = replace(former, counted_in=dict(former.counted_in))
                self._settle(former)
                former.path, former.location = content.path, content.location
                return former, before
            self._writer.remove(former.source_id)
        name, rule = claim.format.name, claim.format.on_duplicate
        source_id = former.source_id if former is not None else self._known.next_id()
        source = Source(source_id, content.path, content.location, name, rule, since=self._options.since)
        if claim.format.note:
            source.notes.append(claim.format.note)
        if former is not None and former.since != self._options.since:
            source.notes.append("Read anew: it was read from another start date (since) before.")
        elif former is not None and claim.reader != "json_lines":
            gone = f"{former.rows_loaded} row{'s' * (former.rows_loaded != 1)}"
            source.notes.append(f"A newer export: it took the place of the {gone} read from here before.")
        return source, replace(source, counted_in={})

    def _settle(self, former: Source) -> None:
        """The file that was read before a longer one of this run goes on with its source has its report already."""
        for number, one in self._outcomes.items():
            if isinstance(one, _Loaded) and one.source is former:
                self._outcomes[number] = former.report(self._known.paths(), one.before)

    def _prepared(self, claim: Claim) -> Pending:
        key = f"{claim.format.path}:{'table' if claim.reader in TABLES else 'json'}"
        if key not in self._pending:
            shape = expander(claim.format).shape if key.endswith("json") else table_shape(claim.format)
            self._pending[key] = Pending(Transform(claim.format, shape.schema, self._workbench))
        return self._pending[key]

    def _read(self, content: Content, claim: Claim, source: Source, pending: Pending) -> None:
        offered = others(claim, self._formats)
        start = (source.resume_bytes or 0, source.resume_line or 0)
        apart = self._division.concerns(content, claim, start[0])
        left = (self._read_apart if apart else self._read_through)(content, claim, source, pending, leave=bool(offered))
        if left:
            remainder = Remainder(content, claim, frozenset(left), start)
            self._read_left(claim, source, remainder.read(offered, self._scratch))
        if pending.weight >= HAND_OVER_ROWS:
            self._hand_over(pending)

    def _read_through(self, content: Content, claim: Claim, source: Source, pending: Pending, *, leave: bool) -> list[int]:
        """Read all of a source; gives the places of what is left over."""
        left: list[int] = []
        for batch in read(content, claim, source, self._scratch, leave=leave):
            left += batch.left
            self._take(batch, source, pending)
            self._teller.within(content.position, self.rows)
            if pending.weight >= HAND_OVER_ROWS and claim.format.scope == "row":
                self._hand_over(pending)
        return left

    def _read_apart(self, content: Content, claim: Claim, source: Source, pending: Pending, *, leave: bool) -> list[int]:
        """The same by this process and others, each a range at a time; the rows are written in the order of the file."""
        from logcost.ingest.workers import Workers

        self._hand_over(pending)
        self._workers = self._workers or Workers(self._division.jobs - 1, self._scratch, self._options)
        joined = Joined(source)
        own = RangeReader(self._workbench, self._scratch, (claim.format, pending.transform))
        tasks = self._division.tasks(content, claim, source, leave=leave)
        with contextlib.closing(self._workers.read(tasks, own)) as answers:
            for found in answers:
                read_before = source.rows_read
                for table, rows in joined.add(found):
                    self._writer.insert(table, rows)
                self._rows_open += found.read
                self.rows += source.rows_read - read_before
                self._teller.within(found.span.end, self.rows)
        joined.finish(content.size)
        return joined.left

    def _read_left(self, claim: Claim, source: Source, found: Iterator[tuple[Format, Batch]]) -> None:
        for declared, batch in found:
            pending = self._prepared(replace(claim, format=declared))
            self._take(batch, source, pending)
            if pending.weight >= HAND_OVER_ROWS:
                self._hand_over(pending)
            note = f"A mixed log: some of its records are {declared.name}, and were read as such."
            if declared is not claim.format and note not in source.notes:
                source.notes.append(note)

    def _take(self, batch: Batch, source: Source, pending: Pending) -> None:
        source.rows_read += batch.read
        source.skipped += batch.skipped
        source.rejects += len(batch.rejects)
        self._rows_open += batch.read
        self.rows += batch.read
        if batch.rejects:
            self._writer.insert("reject", reject_rows(source.source_id, batch.rejects))
        pending.add(batch, source)

    def _hand_over(self, pending: Pending) -> None:
        """Run the SELECT over what waits, and write its result."""
        for outcome in pending.outcomes():
            self._writer.insert(pending.transform.table, outcome.rows)
            self._writer.insert("reject", outcome.rejects)
            for row in outcome.tally.iter_rows(named=True):
                source = self._changed[row["source_id"]]
                source.rows_read += row["extra"]
                source.skipped += row["skipped"]
                source.rows_loaded += row["loaded"]
                source.rejects += row["rejected"]


def _unchanged(content: Content, known: Source, how: str, since: datetime | None) -> SourceReport:
    notes = ["Already in the ledger." if known.path == content.path else f"Already in the ledger, {how} {known.path}."]
    if known.since != since:
        notes.append("That file was read from another start date (since): give it again with the one you want.")
    return SourceReport(content.path, known.format, 0, 0, 0, 0, 0, tuple(notes), unchanged=True, requests=0)
