"""``logcost ingest``, ``rejects`` and ``formats`` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.report import words
from logcost.report.terminal import output

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from logcost.ingest import Draft
    from logcost.ingest.header import Format
    from logcost.ingest.identify import Identification
    from logcost.types import IngestResult, RejectRow, SourceReport

_COUNTS = ("Records", "Loaded", "Skipped", "Duplicates", "Rejects")
_INGEST = (
    output.Column("File", wrap=True),
    output.Column("Format", wrap=True),
    *(output.Column(name, number=True, wide=100 if name == "Skipped" else 0) for name in _COUNTS),
)
REJECTS_SHOWN = 200


def ingest(result: IngestResult) -> None:
    """What became of every file, with a totals row and the notes."""
    console = output.console()
    rows = []
    for source in result.sources:
        state = "error" if source.error else "no format" if source.format is None else source.format
        rows.append([words.visible(source.path), state + (" (unchanged)" if source.unchanged else ""), *_counts([source])])
    total = [words.plural(len(result.sources), "file"), "", *_counts(result.sources)] if len(result.sources) != 1 else []
    console.print(output.table(_INGEST, rows, total, width=console.width))
    for source in result.sources:
        if source.error:
            console.print(output.warning(words.visible(source.error)))
        for note in source.notes:
            console.print(f"{words.visible(source.path)}: {words.visible(note)}")
    if any(source.rejects for source in result.sources):
        console.print("'logcost rejects' lists what could not be read, by file and line.")


def _counts(sources: Sequence[SourceReport]) -> list[str]:
    return [
        words.count(sum(number))
        for number in zip(
            *((s.rows_read, s.rows_loaded, s.skipped, s.duplicates, s.rejects) for s in sources), strict=True
        )
    ] or ["0"] * len(_COUNTS)  # fmt: skip


def rejects(rows: Sequence[RejectRow]) -> None:
    """File, line, kind and reason of every record that could not be read."""
    console = output.console()
    if not rows:
        console.print("Nothing was rejected.")
        return
    shown = [
        (words.visible(row.path if row.line is None else f"{row.path}:{row.line}"), row.slug, words.visible(row.reason))
        for row in rows[:REJECTS_SHOWN]
    ]
    columns = (output.Column("Place", wrap=True), output.Column("Kind"), output.Column("Reason", wrap=True))
    console.print(output.table(columns, shown))
    if len(rows) > REJECTS_SHOWN:
        console.print(f"and {words.count(len(rows) - REJECTS_SHOWN)} more; --json lists all.")
    console.print(f"{words.plural(len(rows), 'reject')}. The kinds are explained in docs/errors.md.")


def formats(declarations: Sequence[Format]) -> None:
    """Every format that can be read."""
    rows = [
        (
            declared.name,
            ", ".join(declared.readers),
            rows_are(declared),
            declared.title,
        )
        for declared in sorted(declarations, key=lambda d: d.name)
    ]
    columns = (
        output.Column("Format"),
        output.Column("Read as", wrap=True),
        output.Column("Rows are", wide=100),
        output.Column("What it is", wrap=True),
    )
    console = output.console()
    console.print(output.table(columns, rows, width=console.width))


def rows_are(declared: Format) -> str:
    """What one row of the format stands for."""
    if declared.table == "invoice_line":
        return "amounts"
    return "calls" if declared.grain == "request" else "sums over time"


def identification(result: Identification) -> None:
    """Which format a file is; if none or several, why."""
    console = output.console()
    for claim in result.claims:
        console.print(f"{claim.format.name}: {claim.format.title} (read as {claim.reader})")
        marks = ", ".join(words.visible(mark) for mark in claim.marks)
        console.print(f"  because it has {marks}" if marks else "  because of its first bytes")
    if result.mixed:
        console.print("A mixed log: each record is read by the format that claims it.")
    elif len(result.claims) > 1:
        console.print(output.warning("More than one format claims this file, so it would not be read."))
    if not result.claims:
        console.print("No format claims this file. 'logcost formats new FILE' drafts one for a log of your own.")
    for claim in result.near:
        missing = ", ".join(words.visible(name) for name in claim.missing)
        console.print(f"  not {claim.format.name}: misses {missing}")


def draft(made: Draft, sample: str, written: Path | None) -> None:
    """What each key of a sample was taken for, what to check, and how to go on; on stderr, as the draft may be on stdout."""
    console = output.remarks()
    rows = [(words.visible(key), "only to see what the counts include" if role == "total" else role) for role, key in made.found]
    console.print(output.table((output.Column("Key", wrap=True), output.Column("Taken for", wrap=True)), rows))
    for check in made.checks:
        console.print(output.warning(words.visible(check)))
    if written is not None:
        console.print(f"Wrote {words.visible(str(written))}. Read it, then: logcost spend --input-format {written} {sample}")
