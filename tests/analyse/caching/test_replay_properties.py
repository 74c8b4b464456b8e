"""The window form of the replay against a cache played call by call, and its independence of passes and row order."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logcost.analyse.caching import parse_rule, replay, review
from tests.analyse.caching.made import BLOCK, call, calls, chained

Prompt = tuple[int, tuple[str, ...], str]

PROMPTS = st.lists(
    st.tuples(st.integers(0, 2000), st.lists(st.sampled_from("ab"), max_size=6).map(tuple), st.sampled_from("kl")), max_size=25
)


def played(  # noqa: PLR0913 -- all parts of a rule
    prompts: list[Prompt], *, ttl: int, minimum: int, step: int, scoped: bool, ready: int
) -> int:
    """A cache as a dictionary of the last use of each prefix and of when it was made, call after call."""
    used: dict[tuple[str, str], int] = {}
    made: dict[tuple[str, str], int] = {}
    total = 0
    for at, blocks, key in sorted(prompts, key=lambda prompt: prompt[0]):
        names = [(key if scoped else "", name) for name in chained(blocks)]
        count = 0
        for name in names:
            if name not in used or at - used[name] > ttl:
                made[name] = at
        while count < len(names) and names[count] in used and at - used[names[count]] <= ttl and at - made[names[count]] >= ready:
            count += 1
        hits = min(count * BLOCK, len(blocks) * BLOCK + 99) // step * step
        total += hits if hits >= minimum else 0
        used.update(dict.fromkeys(names, at))
    return total


def rows_of(prompts: list[Prompt]) -> list[dict[str, Any]]:
    return [call(at, blocks, api_key_id=key) for at, blocks, key in prompts]


@settings(max_examples=60, deadline=None)
@given(
    PROMPTS,
    st.sampled_from([0, 300, 900]),
    st.sampled_from([0, 1024]),
    st.sampled_from([1, 128, 1000]),
    st.booleans(),
    st.sampled_from([0, 20, 400]),
)
def test_equals_a_cache_played_call_by_call(  # noqa: PLR0913, PLR0917 -- all parts of a rule
    prompts: list[Prompt],
    ttl: int,
    minimum: int,
    step: int,
    scoped: bool,
    ready: int,
) -> None:
    rule = parse_rule(
        f"min={minimum},step={step},ttl={ttl},read=0.1,write=1.25,scope={'key' if scoped else 'none'},ready={ready}"
    )
    result = review(calls(rows_of(prompts)), rule=rule)
    # Calls without a whole block have no evidence: nothing is known, and nothing was played.
    assert (result.achievable_read_tokens or 0) == played(
        prompts, ttl=ttl, minimum=minimum, step=step, scoped=scoped, ready=ready
    )


@settings(max_examples=25, deadline=None)
@given(PROMPTS, st.integers(1, 20))
def test_any_number_of_passes_gives_the_same_review(prompts: list[Prompt], blocks_a_pass: int) -> None:
    whole = review(calls(rows_of(prompts)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay, "PASS_BLOCKS", blocks_a_pass)
        assert review(calls(rows_of(prompts))) == whole


@settings(max_examples=25, deadline=None)
@given(PROMPTS, st.integers(0, 99))
def test_row_order_does_not_matter(prompts: list[Prompt], seed: int) -> None:
    frame = calls(rows_of(prompts)).collect()
    assert review(frame.sample(fraction=1, shuffle=True, seed=seed).lazy()) == review(frame.lazy())


def test_a_hash_list_that_is_not_chained_cannot_hit_itself() -> None:
    rows = [call(0, ["a"], prefix_hashes=["same", "same", "same"], input_tokens=1600)]
    assert review(calls(rows), rule=parse_rule("min=0,step=1,ttl=300,read=0.1,write=1")).achievable_read_tokens == 0


@pytest.mark.parametrize("sizes", [None, [], [0], [512, 512], [-5]])
def test_unusable_block_sizes_are_no_evidence(sizes: list[int] | None) -> None:
    rows = [call(t, ["a", "b", "c"], prefix_block_tokens=sizes) for t in (0, 10)]
    (row,) = review(calls(rows)).rows
    assert (row.evidence, row.achievable_read_tokens) == ("D", None)


def test_frames_without_optional_columns_are_unknown_not_zero() -> None:
    frame = pl.LazyFrame({"input_tokens": [5000, 5000]})
    (row,) = review(frame).rows
    assert (row.billed_read_tokens, row.missed_tokens, row.net_saving) == (None, None, None)
