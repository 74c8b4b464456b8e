"""Hits that can be worked out by hand, and the figures of a public trace (Mooncake, Apache-2.0)."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from logcost.analyse.caching import parse_rule, review
from tests.analyse.caching.made import call, calls

MOONCAKE = Path(__file__).parent / "mooncake" / "first30min.jsonl.gz"
S = ["s1", "s2", "s3", "s4"]
RULE = "min=1024,step=1,ttl=300,read=0.1,write=1.25"


def served(rows: list[dict[str, Any]], rule: str = RULE) -> int | None:
    (row,) = review(calls(rows), rule=parse_rule(rule)).rows
    return row.achievable_read_tokens


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([call(0, S), call(250, S), call(500, S)], 2 * 2048),
        ([call(0, S), call(300, S)], 2048),
        ([call(0, S), call(301, S)], 0),
        ([call(0, [*S, "a"]), call(200, [*S, "b"]), call(400, [*S, "a"])], 2 * 2048),
        ([call(0, S[:1]), call(10, S[:1])], 0),
        ([call(0, S, api_key_id="a"), call(10, S, api_key_id="b"), call(20, S, api_key_id="a")], 2048),
        ([call(0, S), call(0, S)], 2048),
        ([call(0, S), call(10, ["x", *S[1:]])], 0),
    ],
    ids=[
        "each call refreshes the lifetime",
        "the lifetime's last second",
        "one second later",
        "a tail dies alone",
        "minimum",
        "keys",
        "same instant",
        "another first block hides the rest",
    ],
)
def test_hits_by_hand(rows: list[dict[str, Any]], expected: int) -> None:
    assert served(rows) == expected


@pytest.mark.parametrize(
    ("times", "expected"),
    [((0, 14), 0), ((0, 15), 1), ((0, 5, 14, 20), 1), ((0, 295, 305), 2), ((0, 310, 320, 325), 1), ((0, 300, 600, 605), 3)],
    ids=["too early", "just ready", "all that come before miss", "made long ago", "made anew", "read again and again"],
)
def test_an_entry_is_read_when_it_is_ready(times: tuple[int, ...], expected: int) -> None:
    assert served([call(at, S) for at in times], f"{RULE},ready=15") == expected * 2048


def test_calls_that_are_sent_together_are_served_nothing() -> None:
    (row,) = review(calls([call(0.01 * i, S) for i in range(10)])).rows
    assert (row.finding, row.achievable_read_tokens) == (None, 0)
    assert row.cause == "Calls are sent together: 18,432 tokens come again, but before an entry of them could be read."


def test_one_scope_for_all_keys_serves_the_second_key_too() -> None:
    rows = [call(t, S, api_key_id=key) for t, key in ((0, "a"), (10, "b"), (20, "a"))]
    assert served(rows, f"{RULE},scope=none") == 2 * 2048


def test_a_repeated_whole_prompt_still_pays_for_one_token() -> None:
    rows = [call(t, S, input_tokens=2048) for t in (0, 10)]
    assert served(rows, RULE.replace("1024", "0")) == 2047


def test_hits_are_rounded_down_to_the_step() -> None:
    blocks = [f"b{i}" for i in range(13)]
    rows = [call(t, blocks, prefix_block_tokens=[100], input_tokens=1500) for t in (0, 10)]
    assert served(rows, "min=1024,step=128,ttl=300,read=0.1,write=1") == 1280


def test_each_block_may_have_its_own_size() -> None:
    rows = [call(t, ["a", "b", f"tail {t}"], prefix_block_tokens=[1000, 700, 30], input_tokens=1730) for t in (0, 10)]
    assert served(rows) == 1700


def test_unrelated_prompts_should_not_be_cached() -> None:
    rows = [call(60 * i, [f"{i}-{block}" for block in S]) for i in range(20)]
    (row,) = review(calls(rows), rule=parse_rule(RULE)).rows
    assert row.achievable_read_tokens == 0
    assert row.always_on_relative_cost == pytest.approx(1.25)
    assert row.foresight_relative_cost == pytest.approx(1.0)
    assert row.finding is None
    assert row.net_saving == 0


def test_half_hour_gaps_need_the_hour() -> None:
    rows = [call(1800 * i, [f"b{n}" for n in range(40)]) for i in range(20)]
    assert served(rows) == 0
    assert served(rows, "min=1024,step=1,ttl=3600,read=0.1,write=2") == 19 * 20480
    (row,) = review(calls(rows)).rows
    assert row.finding == "LC102"
    assert row.achievable_read_tokens == 19 * 20480


def test_models_never_share_a_cache() -> None:
    rows = [call(0, S, model="claude-sonnet-4-5"), call(10, S, model="claude-opus-4-1")]
    assert [row.achievable_read_tokens for row in review(calls(rows), rule=parse_rule(f"{RULE},scope=none")).rows] == [0, 0]


def test_workloads_of_one_key_share_a_cache() -> None:
    rows = [call(0, S, workload="first"), call(10, S, workload="second")]
    found = {row.workload: row.achievable_read_tokens for row in review(calls(rows), rule=parse_rule(RULE)).rows}
    assert found == {"first": 0, "second": 2048}


@pytest.mark.parametrize(
    ("rule", "hits", "always_on", "foresight"),
    [
        ("min=1024,step=1,ttl=300,read=0.1,write=1.25", 18_599_106, 0.9574, 0.8086),
        ("min=1024,step=1,ttl=1800,read=0.1,write=1.25", 23_659_075, 0.8784, 0.7520),
        ("min=1024,step=1,ttl=3600,read=0.1,write=2", 23_659_075, 1.3813, 0.8761),
        ("min=0,step=1,ttl=2147483647,read=0.1,write=1", 25_555_185, 0.6875, 0.6874),
    ],
)
def test_mooncake_regression(rule: str, hits: int, always_on: float, foresight: float) -> None:
    (row,) = review(mooncake(), rule=parse_rule(rule)).rows
    assert (row.requests, row.input_tokens) == (5_719, 73_604_194)
    assert row.achievable_read_tokens == hits
    assert round(row.always_on_relative_cost or 0, 4) == always_on
    assert round(row.foresight_relative_cost or 0, 4) == foresight


def mooncake() -> pl.LazyFrame:
    with gzip.open(MOONCAKE) as file:
        trace = pl.read_ndjson(file.read()).with_row_index("line")
    start = pl.lit(datetime(2026, 1, 1, tzinfo=UTC))
    return trace.lazy().select(
        source_line=pl.col("line").cast(pl.Int64),
        started_at=(start + pl.duration(milliseconds="timestamp")).cast(pl.Datetime("us", "UTC")),
        grain=pl.lit("request"),
        input_tokens="input_length",
        output_tokens="output_length",
        prefix_hashes=pl.col("hash_ids").cast(pl.List(pl.String)),
        prefix_block_tokens=pl.lit([512], dtype=pl.List(pl.Int64)),
    )
