"""However the sample files of the shipped formats are cut, shuffled, joined and repeated, no token appears or vanishes."""

from __future__ import annotations

import gzip
import tempfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logcost.ingest import declarations, ingest
from logcost.store import Ledger
from tests.ingest.golden import FOLDERS, read, samples, table_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

_SCOPES: Final = {declared.name: declared.scope for declared in declarations()}
_PLACE: Final = {"source_line"}
_SETTINGS: Final = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _lines(path: Path) -> list[bytes]:
    """The lines of a text file, each with its end, the last too."""
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    return [line.rstrip(b"\r\n") + b"\n" for line in data.splitlines(keepends=True) if line.strip()]


def _cuttable() -> list[Path]:
    """Samples that can be cut between any two lines: formats that look at one line at a time, in files with a line a record."""
    found = []
    for folder in FOLDERS:
        for path in samples(folder):
            if path.suffix not in {".jsonl", ".csv", ".log"} or _SCOPES[folder.name] != "row":
                continue
            (one,) = read(path)
            whole = path.suffix != ".csv" or one.report.rows_read + 1 == len(_lines(path))  # else a cell spans lines
            if one.report.rejects == 0 and one.rows and whole:
                found.append(path)
    return found


CUTTABLE: Final = _cuttable()


@cache
def _bearing(path: Path) -> frozenset[int]:
    """Numbers (from 0, blank lines not counted) of the lines that give rows."""
    (one,) = read(path)
    physical = path.read_bytes().splitlines()
    numbers = [sum(1 for line in physical[: int(row["source_line"]) - 1] if line.strip()) for row in one.rows]
    return frozenset(numbers)


Row = tuple[tuple[str, str], ...]


def loaded(files: Sequence[bytes], suffix: str) -> Counter[Row]:
    """The rows in the ledger after reading the files, without their places; every record is accounted for."""
    with tempfile.TemporaryDirectory() as name, Ledger() as ledger:
        paths = []
        for number, content in enumerate(files):
            path = Path(name) / f"{number}{suffix}"
            path.write_bytes(content)
            paths.append(path)
        for one in ingest(ledger, paths).sources:
            assert one.error is None, one.error
            assert one.rows_read == one.rows_loaded + one.skipped + one.duplicates + one.rejects
        return Counter(
            tuple(sorted((key, value) for key, value in row.items() if key not in _PLACE)) for row in table_rows(ledger)
        )


def _split(path: Path) -> tuple[bytes, list[bytes]]:
    """The header of a table (else nothing) and the other lines."""
    lines = _lines(path)
    return (lines[0], lines[1:]) if path.suffix == ".csv" else (b"", lines)


@_SETTINGS
@given(path=st.sampled_from(CUTTABLE), data=st.data())
def test_cutting_and_shuffling_a_sample_changes_nothing(path: Path, data: st.DataObject) -> None:
    header, lines = _split(path)
    shift = 1 if header else 0
    bearing = [lines[number - shift] for number in sorted(_bearing(path))]
    others = [line for number, line in enumerate(lines) if number + shift not in _bearing(path)]
    pieces: list[list[bytes]] = [[] for _ in range(data.draw(st.integers(1, min(3, len(bearing)))))]
    # Each piece gets a line with a call, so that it can be recognised by itself.
    for number, line in enumerate([*data.draw(st.permutations(bearing)), *data.draw(st.permutations(others))]):
        pieces[number % len(pieces)].append(line)
    # Blank lines keep equal pieces apart: the same content twice would rightly be read once.
    parts = [header + b"".join(data.draw(st.permutations(piece))) + b"\n" * number for number, piece in enumerate(pieces)]
    assert loaded(parts, path.suffix) == loaded([header + b"".join(lines)], path.suffix)


@_SETTINGS
@given(path=st.sampled_from(CUTTABLE), data=st.data())
def test_lines_that_are_repeated_add_only_calls_without_a_key(path: Path, data: st.DataObject) -> None:
    header, lines = _split(path)
    once = loaded([header + b"".join(lines)], path.suffix)
    twice = loaded([header + b"".join(data.draw(st.permutations([*lines, *lines])))], path.suffix)
    keyed = {row for row in once if "dedup_key" in dict(row)}
    assert twice == Counter({row: count * (1 if row in keyed else 2) for row, count in once.items()})


@_SETTINGS
@given(data=st.data())
def test_joined_files_give_what_they_give_apart(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted({path.parent.name for path in CUTTABLE if path.suffix == ".jsonl"})))
    paths = [path for path in CUTTABLE if path.parent.name == name and path.suffix == ".jsonl"]
    chosen = data.draw(st.lists(st.sampled_from(paths), min_size=1, max_size=4, unique=True))
    contents = [b"".join(_lines(path)) for path in chosen]
    assert loaded([b"".join(contents)], ".jsonl") == loaded(contents, ".jsonl")


@_SETTINGS
@given(path=st.sampled_from([path for folder in FOLDERS for path in samples(folder) if path.suffix != ".gz"]))
def test_the_same_file_under_another_name_or_compressed_adds_nothing(path: Path) -> None:
    content = path.read_bytes()
    once = loaded([content], path.suffix)
    assert loaded([content, content], path.suffix) == once
    assert loaded([content, gzip.compress(content, mtime=0)], path.suffix) == once
