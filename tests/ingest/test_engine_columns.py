"""What becomes of decoded lines: columns that do not depend on how the records come, and the exact place of whatever is wrong."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logcost.ingest import ingest
from logcost.ingest.fields import Shape, field_tree
from logcost.store import Ledger
from tests.ingest.engine import NOW, line, load, reasons, totals, write

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = {"id": "id", "raw": "json", "use": {"in": "int", "deep": {"out": "int"}}, "steps": [{"n": "int", "names": "str[]"}]}

_COUNT = st.none() | st.integers(0, 5)
_STEP = st.fixed_dictionaries({}, optional={"n": _COUNT, "names": st.lists(st.text("ab"), max_size=2)})
_RECORD = st.fixed_dictionaries(
    {},
    optional={
        "id": st.text("xyz") | st.integers(0, 9),
        "raw": st.none() | st.just({"a": 1}),
        "use": st.none() | st.fixed_dictionaries({}, optional={"in": _COUNT, "deep": st.just({"out": 7})}),
        "steps": st.none() | st.lists(_STEP, max_size=2),
    },
)


def expected(found: dict[str, Any]) -> dict[str, Any]:
    """The row of one record, said without the engine."""
    use = found.get("use") or {}
    steps = [{"n": step.get("n"), "names": step.get("names")} for step in found.get("steps") or ()]
    return {
        "id": str(found["id"]) if "id" in found else None,
        "raw": '{"a":1}' if found.get("raw") else None,
        "use": {"in": use.get("in"), "deep": {"out": (use.get("deep") or {}).get("out")}},
        "steps": steps or None,
    }


def rows(shape: Shape, pieces: list[list[Any]]) -> list[dict[str, Any]]:
    cells = shape.cells([])
    for piece in pieces:
        cells.extend(shape.cells(piece))
    # An object that is missing in all rows is NULL, else it is an object of NULLs: a SELECT sees no difference.
    found = pl.DataFrame(shape.columns(cells)).to_dicts()
    return [{**row, "use": {"in": None, "deep": None, **(row["use"] or {})}} for row in found]


def filled(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "use": {**row["use"], "deep": row["use"]["deep"] or {"out": None}}}


@given(st.lists(st.tuples(_RECORD, st.integers(1, 900)), max_size=6), st.integers(1, 1_200))
def test_columns_hold_each_value_in_its_row_however_records_come(runs: list[tuple[dict[str, Any], int]], step: int) -> None:
    shape = Shape(field_tree(FIELDS))
    decoder = msgspec.json.Decoder(shape.type, strict=False)
    records = [decoder.decode(msgspec.json.encode(one)) for one, times in runs for _ in range(times)]
    pieces = [records[start : start + step] for start in range(0, len(records), step)]
    assert [filled(row) for row in rows(shape, pieces)] == [expected(one) for one, times in runs for _ in range(times)]


def test_a_field_that_comes_late_or_stops_counts_only_where_it_is(tmp_path: Path) -> None:
    with Ledger() as ledger:
        lines = [line(n, use={"in": 5} | ({"cached": 2} if 2_000 <= n < 7_000 else {})) for n in range(12_000)]
        load(ledger, tmp_path, write(tmp_path, "a.jsonl", "".join(lines)))
        found = ledger.sql(
            "SELECT min(source_line), max(source_line), count(*), sum(cache_read_input_tokens) FROM usage_record "
            "WHERE cache_read_input_tokens IS NOT NULL"
        )
        assert found == [(2_001, 7_000, 5_000, 10_000)]
        assert totals(ledger) == (12_000, 60_000, 10_000, 0)


WRONG = (
    "",
    "   ",
    "{",
    "[1]",
    "null",
    '{"use": 1}',
    "no JSON",
    '{"probe": "a"} {"probe": "b"}',
    "\ufeff",
    "}{",
    '{"use": {"in": 1.5}}',
)


@pytest.mark.parametrize("share", [0.001, 0.03, 0.6, 0.97])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_wrong_line_is_told_with_its_place_and_costs_no_other(share: float, end: str, tmp_path: Path) -> None:
    drawn = random.Random(int(share * 1000))
    texts = [drawn.choice(WRONG) if n and drawn.random() < share else line(n).strip() for n in range(4_000)]
    bad, good, offset = [], 0, 0
    for number, text in enumerate(texts, start=1):
        good += text.startswith('{"probe": "call')
        if text.strip(" \ufeff") and not text.startswith('{"probe": "call'):
            bad.append((number, offset))
        offset += len((text + end).encode())
    with Ledger() as ledger:
        report = load(ledger, tmp_path, write(tmp_path, "a.jsonl", end.join([*texts, ""]))).sources[0]
        assert [(at, place) for at, place, *_ in reasons(ledger)] == bad
        assert totals(ledger)[0] == report.rows_loaded == good
        assert report.rows_read == good + len(bad)


def body(number: int) -> dict[str, Any]:
    usage = {"input_tokens": 10, "output_tokens": 1}
    return {"id": f"msg_{number}", "type": "message", "role": "assistant", "model": "m-1", "usage": usage}


def test_bare_bodies_and_pairs_may_change_at_any_line(tmp_path: Path) -> None:
    kinds = [0] * 3_000 + [1] * 9_000 + [0] * 9_000 + [2, 1, 0] * 500
    records = [
        (body(n), {"request": {}, "response": body(n)}, body(n) | {"response": None})[kind] for n, kind in enumerate(kinds)
    ]
    log = write(tmp_path, "a.jsonl", "".join(json.dumps(one) + "\n" for one in records))
    with Ledger() as ledger:
        report = ingest(ledger, [log], now=NOW).sources[0]
        assert (report.format, report.rows_loaded, report.rejects, report.skipped) == ("anthropic.messages", len(kinds), 0, 0)
        assert ledger.sql("SELECT count(DISTINCT dedup_key), sum(input_tokens), max(source_line) FROM usage_record") == [
            (len(kinds), 10 * len(kinds), len(kinds))
        ]


def test_what_becomes_of_a_line_does_not_hang_on_the_lines_before(tmp_path: Path) -> None:
    spoiled = json.dumps(body(1) | {"spoiled": 1}).encode().replace(b"spoiled", b"spo\xffled")
    pair = json.dumps({"request": {}, "response": body(2)}).encode()
    counts = []
    for before in (b"", (pair + b"\n") * 2_000):
        log = tmp_path / f"{len(before)}.jsonl"
        log.write_bytes(before + b"\n".join([json.dumps(body(3)).encode() if not before else pair, spoiled, pair, b""]))
        with Ledger() as ledger:
            report = ingest(ledger, [log], now=NOW).sources[0]
            counts.append((report.rejects, ledger.sql("SELECT count(*) FROM usage_record WHERE dedup_key = 'msg_1'")))
    assert counts[0] == counts[1] == (0, [(1,)])
