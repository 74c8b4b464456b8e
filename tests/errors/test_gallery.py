"""The gallery of bad input: each folder holds files that are wrong in one way, and ``expected.txt``, what is said about them.

One bad line or file never stops the others, every record is accounted for, and no message quotes the content of a line.
To write the expected texts anew: ``LOGCOST_REGENERATE=1 pytest tests/errors``, then read the diff.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from logcost.errors import LogcostError
from logcost.ingest import ingest, rejects
from logcost.store import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logcost.types import SourceReport

GALLERY: Final = Path(__file__).parent / "gallery"
CASES: Final = sorted(path for path in GALLERY.iterdir() if path.is_dir())
DOCS: Final = Path(__file__).parents[2] / "docs" / "errors.md"
REGENERATE: Final = "LOGCOST_REGENERATE" in os.environ


def said(case: Path) -> str:
    """What ingesting the files of a case says: a line for each file, and one for each reject."""
    formats = sorted(case.glob("*.sql"))
    paths = [path for path in sorted(case.iterdir()) if path.suffix != ".sql" and path.name != "expected.txt"]
    with Ledger() as ledger:
        try:
            sources = ingest(ledger, paths, formats=formats).sources
        except LogcostError as error:
            return f"{_relative(str(error), case)}\n"
        lines = [line for source in sources for line in _report(source)]
        lines += [f"{row.path}:{row.line}: {row.reason} [{row.slug}]" for row in rejects(ledger)]
    return "".join(f"{_relative(line, case)}\n" for line in lines)


def _report(source: SourceReport) -> Iterator[str]:
    counts = f"{source.rows_read} read, {source.rows_loaded} loaded, {source.skipped} skipped"
    yield f"{source.path}: {source.format or 'no format'}: {counts}, {source.duplicates} duplicates, {source.rejects} rejects"
    if source.error:
        yield f"    error: {source.error}"
    yield from (f"    note: {note}" for note in source.notes)


def _relative(text: str, case: Path) -> str:
    return text.replace(f"{case}{os.sep}", "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_messages_are_exactly_these(case: Path) -> None:
    found = said(case)
    if REGENERATE:
        (case / "expected.txt").write_text(found, encoding="utf-8", newline="")
        pytest.fail("written anew: read the diff, then run without LOGCOST_REGENERATE")
    assert found == (case / "expected.txt").read_bytes().decode()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_slug_has_a_section_in_the_errors_page(case: Path) -> None:
    text = (case / "expected.txt").read_text(encoding="utf-8")
    headings = set(re.findall(r"^### `([a-z0-9-]+)`", DOCS.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert set(re.findall(r"\[([a-z0-9]+(?:-[a-z0-9]+)+)\]$", text, flags=re.MULTILINE)) <= headings


def test_good_files_beside_bad_ones_are_read() -> None:
    beside = [case for case in CASES if (case / "good.jsonl").exists()]
    assert len(beside) >= 5
    for case in beside:
        assert "good.jsonl: logcost.usage: 1 read, 1 loaded" in (case / "expected.txt").read_text(encoding="utf-8"), case.name
