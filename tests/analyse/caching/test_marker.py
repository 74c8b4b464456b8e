"""The depth of a marker: exact for the depth that is advised, and never worse than writing every prompt."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from logcost.analyse.caching import review
from tests.analyse.caching.made import BLOCK, RATE, call, calls

if TYPE_CHECKING:
    from logcost.types import CachingRow

TTL, MINIMUM = 300, 1024

TALKS = st.lists(st.tuples(st.integers(1, 400), st.integers(0, 5), st.integers(0, 9)), min_size=2, max_size=20)


def rows_of(gaps: list[tuple[int, int, int]]) -> list[dict[str, Any]]:
    """Calls that share their first blocks, as many as the middle number says, and end in blocks of their own."""
    rows, at = [], 0
    for i, (gap, shared, own) in enumerate(gaps):
        at += gap
        rows.append(call(at, [f"s{n}" for n in range(shared)] + [f"{i}-{n}" for n in range(own)]))
    return rows


def played(rows: list[dict[str, Any]], depth: int) -> Decimal:
    """Benefit in USD of one marker at ``depth``, call after call."""
    used: dict[str, float] = {}
    hits = written = 0
    for row in rows:
        at, names = row["started_at"].timestamp(), row["prefix_hashes"]
        count = 0
        while count < len(names) and at - used.get(names[count], -1e9) <= TTL:
            count += 1
        whole = len(names) * BLOCK <= depth
        reach = row["input_tokens"] if whole else depth
        served = min(count * BLOCK, reach)
        served = served if served >= MINIMUM else 0
        hits += served
        written += reach - served if reach >= MINIMUM else 0
        used.update(dict.fromkeys(names, at))
    return Decimal(hits * RATE * 9 // 10 - written * RATE // 4) / 10**15


def depth_of(row: CachingRow) -> int | None:
    settings_found = [step.setting for step in row.steps if step.name == "marker" and step.advised]
    match = re.match(r"first ([\d,]+) tokens, 5 minutes", settings_found[0]) if settings_found else None
    return int(match[1].replace(",", "")) if match else None


@settings(max_examples=80, deadline=None)
@given(TALKS)
def test_the_saving_is_that_of_the_advised_depth(gaps: list[tuple[int, int, int]]) -> None:
    rows = rows_of(gaps)
    (row,) = review(calls(rows)).rows
    depth = depth_of(row)
    if depth is not None:
        assert row.net_saving == played(rows, depth)
    assert row.net_saving is not None
    assert row.net_saving >= max(Decimal(0), played(rows, 10**9)) - Decimal(sum(r["input_tokens"] for r in rows) * RATE) / 10**17


def test_the_depth_is_the_end_of_what_repeats() -> None:
    rows = rows_of([(60, 4, 6)] * 10)
    (row,) = review(calls(rows)).rows
    assert depth_of(row) == 2048
    assert row.net_saving == Decimal(9 * 2048 * RATE * 9 // 10 - 2048 * RATE // 4) / 10**15
    assert row.finding == "LC101"


def test_two_workloads_have_two_depths() -> None:
    rows = rows_of([(60, 4, 6)] * 10) + [r | {"workload": "other"} for r in rows_of([(60, 5, 6)] * 10)]
    found = {row.workload: depth_of(row) for row in review(calls(rows)).rows}
    assert found == {"bot": 2048, "other": 2560}


def test_free_writes_need_no_marker() -> None:
    rows = [r | {"provider": "openai", "model": "gpt-5"} for r in rows_of([(60, 4, 6)] * 10)]
    (row,) = review(calls(rows)).rows
    assert [step.name for step in row.steps if step.advised] == ["rules"]
