"""Damaged files: no crash, no record unaccounted for, and a damaged line never changes what the other lines say.

More rounds: ``LOGCOST_FUZZ=2000 pytest tests/ingest/test_fuzz.py``.
"""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logcost.errors import NothingReadableError
from logcost.ingest import ingest
from logcost.store import Ledger
from tests.ingest.golden import FOLDERS, samples, table_rows
from tests.ingest.test_conservation import CUTTABLE

if TYPE_CHECKING:
    from logcost.types import SourceReport

ROUNDS: Final = int(os.environ.get("LOGCOST_FUZZ", "40"))
_SETTINGS: Final = settings(max_examples=ROUNDS, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_ALL: Final = [path for folder in FOLDERS for path in samples(folder)]
_TOKENS: Final = (
    b"null",
    b"-1",
    b"1e400",
    b"9223372036854775808",
    b"NaN",
    b'""',
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b",",
    b"\x00",
    b"\xff",
)
_TOKENS_TEXT: Final = (
    b"1.5",
    b"true",
    b"\\ud800",
    b"\xef\xbb\xbf",
    b"\r",
    b"\n",
    b"0" * 40,
    b"99999999999",
    b"1970-01-01",
    b"[" * 3000,
)


def damaged(content: bytes, dice: random.Random) -> bytes:
    """The content after a few random changes: bytes replaced, cut out, repeated, or hostile words put in."""
    data = bytearray(content)
    for _ in range(dice.randrange(1, 4)):
        at = dice.randrange(len(data) + 1)
        match dice.randrange(5):
            case 0 if data:
                data[min(at, len(data) - 1)] = dice.randrange(256)
            case 1:
                del data[at : at + dice.randrange(1, 60)]
            case 2:
                data[at:at] = data[at : at + dice.randrange(1, 200)]
            case 3:
                del data[at:]
            case _:
                data[at:at] = dice.choice((*_TOKENS, *_TOKENS_TEXT))
    return bytes(data)


def result(content: bytes, suffix: str) -> tuple[SourceReport | None, list[dict[str, str]]]:
    """What became of a file with this content, and its rows; ``None`` when it was refused as a whole."""
    with tempfile.TemporaryDirectory() as name, Ledger() as ledger:
        path = Path(name) / f"damaged{suffix}"
        path.write_bytes(content)
        try:
            (report,) = ingest(ledger, [path]).sources
        except NothingReadableError:
            return None, []
        assert report.rows_read == report.rows_loaded + report.skipped + report.duplicates + report.rejects
        assert ledger.sql("SELECT count(*) FROM reject") == [(report.rejects,)]
        return report, table_rows(ledger)


@_SETTINGS
@given(path=st.sampled_from(_ALL), seed=st.integers(0, 2**32))
def test_a_damaged_file_is_read_or_refused_but_never_a_crash(path: Path, seed: int) -> None:
    report, rows = result(damaged(path.read_bytes(), random.Random(seed)), path.suffix)
    assert len(rows) == (report.rows_loaded if report else 0)


@_SETTINGS
@given(path=st.sampled_from([path for path in CUTTABLE if path.suffix == ".jsonl"]), seed=st.integers(0, 2**32))
def test_a_damaged_line_changes_no_other_line(path: Path, seed: int) -> None:
    dice = random.Random(seed)
    lines = path.read_bytes().splitlines(keepends=True)
    number = dice.randrange(len(lines))
    line = damaged(lines[number].rstrip(b"\r\n"), dice).replace(b"\n", b"").replace(b"\r", b"") + b"\n"
    without, expected = result(b"".join([*lines[:number], b"\n", *lines[number + 1 :]]), path.suffix)
    report, found = result(b"".join([*lines[:number], line, *lines[number + 1 :]]), path.suffix)
    if report is None or without is None or report.format != without.format:
        return
    own = [row for row in found if row["source_line"] == str(number + 1)]
    # A row of the damaged line may still win over, or give its time to, a row of the same call.
    touched = {row.get("dedup_key") for row in own} - {None}
    others = [row for row in found if row not in own and row.get("dedup_key") not in touched]
    kept = [row for row in expected if row.get("dedup_key") not in touched]
    assert {tuple(row.items()) for row in kept} - {tuple(row.items()) for row in others} == set() or _merged(own, kept, others)


def _merged(own: list[dict[str, str]], kept: list[dict[str, str]], others: list[dict[str, str]]) -> bool:
    """The damaged line lost to another row of its call, which took its earlier time."""
    timeless = [{key: value for key, value in row.items() if key != "started_at"} for row in others]
    return not own and all({key: value for key, value in row.items() if key != "started_at"} in timeless for row in kept)
