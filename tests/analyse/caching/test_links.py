"""Neighbours found for several ways of telling caches apart at once are those that each way finds by itself."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logcost.analyse.caching import links

TTLS = (60, 600)
WAYS: tuple[links.Apart, ...] = ((), ("scope",), ("row", "scope"))

CALLS = st.lists(
    st.tuples(st.integers(0, 900), st.lists(st.integers(1, 4), max_size=4), st.sampled_from("pq"), st.integers(0, 1)), max_size=30
)


def frame(calls: list[tuple[int, list[int], str, int]]) -> pl.DataFrame:
    rows = [
        {"time": at * 10**6, "hashes": blocks, "scope": scope, "row": row, "prefix_block_tokens": [16]}
        for at, blocks, scope, row in sorted(calls, key=lambda call: call[0])
    ]
    types = {
        "time": pl.Int64(),
        "hashes": pl.List(pl.UInt64),
        "scope": pl.String(),
        "row": pl.Int64(),
        "prefix_block_tokens": pl.List(pl.Int64),
    }
    return pl.DataFrame(rows, schema=types).with_row_index("call")


def looked_up(calls: pl.DataFrame, apart: links.Apart) -> tuple[list[int], list[int]]:
    """Bytes and following numbers by going through the blocks one after the other."""
    behind: list[int] = []
    following: list[int] = []
    last: dict[tuple[object, ...], tuple[int, int]] = {}
    for row in calls.iter_rows(named=True):
        for block in row["hashes"]:
            key = (block, *(row[name] for name in apart))
            at, number = last.get(key, (-(10**12), 0))
            bits = [row["time"] - at <= ttl * 10**6 for ttl in TTLS]
            behind.append(sum(1 << i for i, alive in enumerate(bits) if alive))
            if any(bits):
                following[number] = len(following)
            last[key] = (row["time"], len(following))
            following.append(len(following))
    return behind, following


@settings(max_examples=60, deadline=None)
@given(CALLS, st.sampled_from(WAYS), st.integers(1, 40))
def test_all_ways_at_once_are_each_way_by_itself(
    calls: list[tuple[int, list[int], str, int]], followed: links.Apart, at_a_time: int
) -> None:
    made = frame(calls)
    found = links.linked(made, TTLS, WAYS, followed=followed, at_a_time=at_a_time)
    for apart in WAYS:
        behind, following = looked_up(made, apart)
        assert found.behind[apart].to_list() == behind
        if apart == followed:
            assert found.following is not None
            assert found.following.to_list() == following


def test_blocks_come_in_order_whatever_is_taken_at_a_time() -> None:
    sizes = [[16], [10, 20, 5], [16], [7]]
    lists = pl.Series([[1, 2], [3, 4, 5], [], [6]], dtype=pl.List(pl.UInt64))
    calls = pl.DataFrame({"call": range(4), "prefix_block_tokens": sizes, "hashes": lists})
    for at_a_time in (1, 3, 100):
        parts = list(links.blocks(calls, at_a_time))
        whole = pl.concat([part for _, part in parts])
        assert whole.rows() == [(0, 16, 0), (0, 16, 16), (1, 10, 0), (1, 20, 10), (1, 5, 30), (3, 7, 0)]
        assert [first for first, _ in parts][:1] == [0]


def test_a_byte_holds_seven_lifetimes() -> None:
    with pytest.raises(ValueError, match="8 lifetimes"):
        links.linked(frame([]), range(8), [()], followed=None, at_a_time=1)


def test_a_bit_says_that_the_next_access_came_too_early() -> None:
    made = frame([(at, [1], "p", 0) for at in (0, 10, 30, 700)])
    found = links.linked(made, TTLS, [()], followed=None, at_a_time=1, ready=20)
    assert found.behind[()].to_list() == [0, 1 << links.EARLY, 0b11, 0]
