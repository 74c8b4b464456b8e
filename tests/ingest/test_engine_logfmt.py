"""Logs of ``key=value`` lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from logcost.ingest import ingest
from logcost.ingest.logfmt import UnclosedQuoteError, pairs
from logcost.store import Ledger
from tests.ingest.engine import NOW, reasons, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from logcost.types import SourceReport

DECLARED: Final = """/* logcost
format   = "test.logfmt"
title    = "A logfmt log for tests"
reader   = "logfmt"
identify = ["model", "tokens.in"]
keep     = ["tokens.in", "out"]
[fields]
"ts" = "time"
"model" = "str"
"tokens.in" = "int"
out = "int"
tags = "json"
*/
SELECT file_id, line, any_time(ts) AS started_at, model AS response_model, "tokens.in" AS input_tokens, out AS output_tokens,
    json_tags(tags) AS tags
FROM source
"""
ROWS: Final = "SELECT source_line, response_model, input_tokens, output_tokens, tags::VARCHAR FROM usage_record ORDER BY 1"


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as opened:
        yield opened


def _load(ledger: Ledger, folder: Path, text: str | bytes) -> SourceReport:
    declared = write(
        folder,
        "logfmt.sql",
        DECLARED.replace('["tokens.in", "out"]', "['\"tokens.in\"', 'out']").replace(
            '["model", "tokens.in"]', "['model', '\"tokens.in\"']"
        ),
    )
    (report,) = ingest(ledger, [write(folder, "app.log", text)], formats=[declared], now=NOW).sources
    return report


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a=1 b=2", {"a": "1", "b": "2"}),
        ('a="x y" b="say \\"hi\\"" c="tab\\t\\u00e9"', {"a": "x y", "b": 'say "hi"', "c": "tab\té"}),
        ('a="\\x41" b=""', {"a": "x41", "b": ""}),
        ("a= b c==d e=f=g", {"a": "", "c": "=d", "e": "f=g"}),
        ('2026-10-01T12:00:00Z INFO "GET a=9" a=1', {"a": "1"}),
        ("a=1 a=2", {"a": "2"}),
        ("", {}),
    ],
)
def test_pairs_of_a_line(line: str, expected: dict[str, str]) -> None:
    assert pairs(line) == expected


@pytest.mark.parametrize("line", ['msg="cut off tokens=5', 'a=1 "open b=2', 'a="x"y b=1', 'a=x b=""c"'])
def test_a_quote_that_is_not_closed_is_told(line: str) -> None:
    with pytest.raises(UnclosedQuoteError):
        pairs(line)


def test_lines_are_records_and_those_without_counts_are_skipped(ledger: Ledger, tmp_path: Path) -> None:
    text = (
        "\ufeffstarting up\n\n"
        'ts=2026-10-01T12:00:00Z level=info msg="call done" model=m tokens.in=12 out=3 tags="{\\"team\\": \\"x\\"}"\r\n'
        "ts=1 level=info msg=ready\n"
        "2026-10-01 INFO model=m2 tokens.in= out=4\n"
        'level=warn msg="it is "odd" here\n'
    )
    report = _load(ledger, tmp_path, text)
    assert ledger.sql(ROWS) == [(3, "m", 12, 3, "{team=x}"), (5, "m2", None, 4, None)]
    assert (report.format, report.rows_read, report.skipped, report.rejects) == ("test.logfmt", 5, 3, 0)


def test_bad_lines_are_rejected_at_their_place(ledger: Ledger, tmp_path: Path) -> None:
    good = b"model=m tokens.in=1 out=1\n"
    bad = [b"model=m tokens.in=many\n", b'model="m tokens.in=5\n', b"model=\xff tokens.in=1\n", b"model=\x00 tokens.in=1\n"]
    report = _load(ledger, tmp_path, good * 4 + b"".join(bad) + b"model=m tokens.in=-1\n" + b'k="' + b"x" * 3_000_000)
    assert ledger.sql("SELECT count(*), sum(input_tokens) FROM usage_record") == [(4, 4)]
    kinds = ["bad-type", "bad-row", "bad-utf8", "bad-utf8", "negative-count"]
    offsets = [4 * len(good) + sum(map(len, bad[:n])) for n in range(5)]
    assert [row[:3] for row in reasons(ledger)] == list(zip(range(5, 10), offsets, kinds, strict=True))
    assert (report.rows_read, report.skipped) == (10, 1)
