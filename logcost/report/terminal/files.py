"""``logcost ingest``, ``rejects`` and ``formats`` for people."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from logcost.errors import UnreadableFileError
from logcost.ingest.near import lack
from logcost.report import remarks, words
from logcost.report.terminal import output

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from logcost.ingest import Draft
    from logcost.ingest.foreign import Told
    from logcost.ingest.header import Format
    from logcost.ingest.identify import Identification
    from logcost.types import IngestResult, RejectRow, SourceReport

_COUNTS = ("Records", "Rows", "Requests", "Skipped", "Duplicates", "Rejects")
_WIDE = {"Records": 120, "Skipped": 110, "Duplicates": 70}
"""Columns that a narrow terminal does without, and the width from which they are shown."""

_INGEST = (
    output.Column("File", wrap=True),
    output.Column("Format", wrap=True),
    *(output.Column(name, number=True, wide=_WIDE.get(name, 0)) for name in _COUNTS),
)
_UNCLAIMED, _FAILED = "no format", "not readable"
FILES_SHOWN = 40
"""More files than these, such as a folder of transcripts, are summed by format; --json lists all."""

REJECTS_SHOWN = 200


def ingest(result: IngestResult) -> None:
    """What became of every file (of very many: of every format), with a totals row and the notes."""
    console = output.console()
    sources = result.sources
    many = len(sources) > FILES_SHOWN
    names = [] if many else _names([one.path for one in sources], console)
    rows = (
        _by_format(sources) if many else [[name, _state(one), *_counts([one])] for name, one in zip(names, sources, strict=True)]
    )
    total = [words.plural(len(sources), "file"), "", *_counts(sources)] if len(sources) != 1 else []
    console.print(output.table(_INGEST, rows, total, width=console.width))
    # What went wrong must not drown in what is only good to know. That a file is known already says its state.
    noted = ((one.path, (*one.notes, *one.counted_from)) for one in sources if not one.unchanged)
    said = [*(output.warning(words.visible(text)) for text in remarks.errors(sources)), *map(words.visible, remarks.notes(noted))]
    for remark in said[:FILES_SHOWN]:
        console.print(remark)
    if len(said) > FILES_SHOWN:
        console.print(f"and {words.count(len(said) - FILES_SHOWN)} more remarks; --json lists all.")
    if any(source.rejects for source in sources):
        console.print("'logcost rejects' lists what could not be read, by file and line.")


def _names(paths: Sequence[str], console: Console) -> list[str]:
    """The paths as a table shows them: on a narrow terminal the folder that they share is said once, above it."""
    shared = os.path.commonprefix(paths)  # noqa: RUF071 -- cut to whole names below; commonpath refuses paths of several kinds
    folder = shared[: max(shared.rfind("/"), shared.rfind("\\")) + 1]
    fit = not paths or max(map(len, paths)) <= console.width // 3
    if fit or not console.is_terminal or len(paths) == 1 or len(folder) <= 1:
        return [words.visible(path) for path in paths]
    console.print(f"In {words.visible(folder)}")
    return [words.visible(path.removeprefix(folder)) for path in paths]


def _state(source: SourceReport) -> str:
    if source.error:
        return _UNCLAIMED if remarks.is_foreign(source) else _FAILED
    return (source.format or _UNCLAIMED) + (" (unchanged)" if source.unchanged else "")


def _by_format(sources: Sequence[SourceReport]) -> list[list[str]]:
    """A row for each format by name, then what was not read."""
    grouped: dict[str, list[SourceReport]] = {}
    for source in sources:
        grouped.setdefault(_state(source), []).append(source)
    states = sorted(grouped, key=lambda state: (state in {_UNCLAIMED, _FAILED}, state))
    return [[words.plural(len(grouped[state]), "file"), state, *_counts(grouped[state])] for state in states]


def _counts(sources: Sequence[SourceReport]) -> list[str]:
    """Sums of the columns; of the requests the least there can be when a source with rows does not say them."""
    stated = all(one.requests is not None or not one.rows_loaded for one in sources)
    known = sum(one.requests or 0 for one in sources)
    requests = words.at_least(known if known or stated else None, whole=stated)
    records, rows, skipped, duplicates, rejected = (
        words.count(sum(getattr(one, name) for one in sources))
        for name in ("rows_read", "rows_loaded", "skipped", "duplicates", "rejects")
    )
    return [records, rows, requests, skipped, duplicates, rejected]


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
        console.print(_unclaimed(result.told))
    # Where one format claims the file, the others are of no interest, but for one that the reader wrote.
    for claim in result.near if len(result.claims) != 1 else [near for near in result.near if near.format.own]:
        console.print(f"  not {claim.format.name}: {'; '.join(words.visible(lack(name)) for name in claim.missing)}")


def _unclaimed(told: Told | None) -> str:
    if told and told.final:
        return f"This is {told.what}. {told.remedy}"
    what = f", {words.visible(told.what)}" if told else ""
    return f"No format claims this file{what}. If it is a log of your own calls, 'logcost formats new FILE' drafts a format."


def identifications(results: Sequence[tuple[str, Identification | UnreadableFileError]]) -> None:
    """Which format each file of an archive or a folder is; how to ask why."""
    console = output.console()
    names = _names([path for path, _ in results[:FILES_SHOWN]], console)
    rows = [(name, words.visible(_verdict(one))) for name, (_, one) in zip(names, results, strict=False)]
    columns = (output.Column("File", wrap=True), output.Column("Format", wrap=True))
    console.print(output.table(columns, rows, width=console.width))
    if len(results) > FILES_SHOWN:
        console.print(f"and {words.count(len(results) - FILES_SHOWN)} more; --json lists all.")
    console.print("'logcost formats FILE' with one of these names says why.")


def _verdict(found: Identification | UnreadableFileError) -> str:
    if isinstance(found, UnreadableFileError):
        return f"unreadable: {found.message} {found.remedy}"
    if found.claims:
        names = ", ".join(claim.format.name for claim in found.claims)
        return names if len(found.claims) == 1 else f"{'a mixed log' if found.mixed else 'ambiguous'}: {names}"
    if found.told:
        return f"no format: {found.told.what}"
    return f"no format; nearest {found.near[0].format.name}" if found.near else "no format"


def draft(made: Draft, sample: str, written: Path | None) -> None:
    """What each key of a sample was taken for, what to check, and how to go on; on stderr, as the draft may be on stdout."""
    console = output.remarks()
    rows = [(words.visible(key), "only to see what the counts include" if role == "total" else role) for role, key in made.found]
    console.print(output.table((output.Column("Key", wrap=True), output.Column("Taken for", wrap=True)), rows))
    for check in made.checks:
        console.print(output.warning(words.visible(check)))
    if written is not None:
        console.print(f"Wrote {words.visible(str(written))}. Read it, then: logcost spend --input-format {written} {sample}")
