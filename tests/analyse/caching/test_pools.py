"""Calls in files, part by part, give exactly what all of them give at once; and nothing is left behind."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logcost.analyse.caching import measure, parse_rule, pools, review, switches
from logcost.analyse.caching.calls import prepared
from logcost.analyse.savings import routing
from logcost.price.cache_rules import cache_rule
from tests.analyse.caching.made import BLOCK, call, calls, counts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODELS = [("anthropic", "claude-sonnet-4-5"), ("openai", "gpt-5"), ("anthropic", "claude-opus-4-1")]

CALLS = st.lists(
    st.tuples(
        st.integers(0, 40_000),
        st.lists(st.sampled_from("ab"), min_size=1, max_size=6).map(tuple),
        st.sampled_from([None, "bot", "other"]),
        st.sampled_from(["p", "q"]),
        st.sampled_from(MODELS),
        st.sampled_from([None, "s", "t", "u"]),
    ),
    min_size=1,
    max_size=25,
)
SIZES = st.tuples(st.integers(0, 12), st.integers(1, 12), st.sampled_from([1, 60, 3600]))
"""Blocks held, blocks in a part, seconds of a slot."""


@contextmanager
def sizes(held: int, part: int, slot: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pools, "HELD_BLOCKS", held)
        patch.setattr(pools, "PART_BLOCKS", part)
        patch.setattr(pools, "SLOT", slot * 10**6)
        yield


def rows_of(drawn: list[Any]) -> list[dict[str, Any]]:
    """Prompts with a time in their first block, so that all steps of the review have something to do."""
    rows = []
    for at, blocks, workload, project, (provider, model), session in drawn:
        first = [f"t{at}", *blocks]
        own = {"content": first, "masked": ["t", *blocks], "parts": ["system"] * len(first)}
        spans: dict[str, Any] = {"volatile_classes": ["time"], "volatile_positions": [3]}
        known = {"workload": workload, "project": project, "provider": provider, "model": model, "session_id": session}
        rows.append(call(at, first if at % 3 else blocks, **(own | spans if at % 3 else {}), **known))
    return rows


@settings(max_examples=60, deadline=None)
@given(CALLS, SIZES)
def test_any_cut_gives_the_same_review(drawn: list[Any], how: tuple[int, int, int]) -> None:
    frame = calls(rows_of(drawn))
    whole = review(frame)
    with sizes(*how):
        assert review(frame) == whole


@settings(max_examples=30, deadline=None)
@given(CALLS, SIZES, st.sampled_from([0, 700, 4000]))
def test_any_cut_gives_the_same_hits_under_a_rule_of_ones_own(drawn: list[Any], how: tuple[int, int, int], ready: int) -> None:
    frame, rule = calls(rows_of(drawn)), parse_rule(f"min=0,step=1,ttl=3600,read=0.1,write=1.25,scope=project,ready={ready}")
    whole = review(frame, rule=rule)
    with sizes(*how):
        assert review(frame, rule=rule) == whole


def regular() -> list[dict[str, Any]]:
    """Twenty minutes between calls that share their first blocks: the hour pays."""
    return [call(1200 * i, ["a", "b", "c", f"q{i}"], project="pq"[i % 2], session_id=f"s{i // 3}") for i in range(40)]


def timed() -> list[dict[str, Any]]:
    own: dict[str, Any] = {"masked": ["t", "s2", "s3"], "parts": ["system"] * 3, "volatile_classes": ["time"]}
    return [
        call(200 * i, [f"{i}t", "s2", "s3"], **own, content=[f"{i}t", "s2", "s3"], volatile_positions=[3], **fields)
        for i in range(30)
        for fields in ({}, {"provider": "openai", "model": "gpt-5"})
    ]


@pytest.mark.parametrize("rows", [regular(), timed()], ids=["regular", "timed"])
def test_any_cut_gives_the_ledger_of_savings_the_same_counts(rows: list[dict[str, Any]]) -> None:
    frame = calls(rows)
    ways = 0
    for row in review(frame).rows:
        if not row.way:
            continue
        ways += 1
        whole = counts(frame, row)
        with sizes(0, 8, 60):
            assert counts(frame, row).sort("call_key").equals(whole.sort("call_key"))
    assert ways


def test_any_cut_finds_the_same_switches_of_models() -> None:
    talk = [call(100 * i, [f"{i // 8}", *"abc"], model=MODELS[i % 2 * 2][1], session_id=f"s{i // 8}") for i in range(80)]
    frame = prepared(calls(talk))

    def totals() -> dict[str, int]:
        found = list(switches.from_sessions(frame, lambda provider, model, _: cache_rule(provider, model, None), replaced=False))
        return {model: sum(part["switched_tokens"] for part in found if part["model"] == model) for _, model in MODELS}

    whole = totals()
    # The first change of each of ten sessions: later ones find what their own model still has.
    assert whole == {"claude-opus-4-1": 10 * 4 * BLOCK, "claude-sonnet-4-5": 0, "gpt-5": 0}
    with sizes(0, 40, 60):
        assert totals() == whole


def test_any_cut_gives_a_route_the_same_caches() -> None:
    rule = cache_rule("anthropic", "claude-sonnet-4-5", None)
    assert rule is not None
    route = routing.Route("anthropic", "claude-haiku-4-5", 300_000, 0)
    frame = calls([call(60 * i, ["a", "b", "c", f"q{i % 7}"], session_id=f"s{i // 3}") for i in range(300)])
    whole = routing.served(frame, route, rule, rule)
    assert whole is not None
    assert whole.there > Fraction(2, 5)
    with sizes(0, 100, 60):
        assert routing.served(frame, route, rule, rule) == whole


def test_a_part_comes_with_the_calls_that_can_still_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    frame = prepared(calls([call(600 * i, ["a", "b"]) for i in range(100)]))
    with sizes(0, 20, 60), pools.Pools(measure.hashed(frame)) as found:
        (pool,) = found
        slices = list(pool.slices(1200 * 10**6))
        assert list(tmp_path.iterdir())
        assert pool.key == ("anthropic", "claude-sonnet-4-5", 0)
        assert [(one.height, one["own"].sum()) for one in slices] == [(12, 10), *[(14, 10)] * 8, (12, 10)]
        assert pl.concat([one.filter("own") for one in slices])["started_at"].is_sorted()
    assert not list(tmp_path.iterdir())


def test_small_pools_share_a_part_and_stay_apart() -> None:
    names = [f"model-{i}" for i in range(30)]
    frame = prepared(calls([call(600 * i, ["a", "b"], model=name) for i in range(3) for name in [*names, None]]))
    with sizes(0, 12, 60), pools.Pools(measure.hashed(frame)) as found:
        seen = {pool.key: sum(one.height for one in pool.slices(0)) for pool in found}
    assert seen == {("anthropic", name, 0): 3 for name in [*names, None]}


def test_no_file_is_left_after_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    frame = prepared(calls([call(600 * i, ["a", "b"]) for i in range(9)]))

    def broken() -> None:
        with pools.Pools(measure.hashed(frame)) as found:
            for pool in found:
                assert next(pool.slices(0)).height
                raise KeyboardInterrupt

    with sizes(0, 4, 60), pytest.raises(KeyboardInterrupt):
        broken()
    assert not list(tmp_path.iterdir())


def test_without_calls_there_is_no_pool() -> None:
    with pools.Pools(measure.hashed(prepared(calls([])))) as found:
        assert list(found) == []
