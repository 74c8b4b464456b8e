"""Hits of restructured prompts against a simulator that moves the blocks by hand, and the money of the step."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from logcost.analyse.caching import moved, review
from logcost.analyse.caching.calls import prepared
from logcost.analyse.caching.pairs import MOVED_TOKENS, Found
from logcost.analyse.caching.pools import Pools
from logcost.analyse.findings.case import Divergence
from logcost.analyse.savings import ledger as savings
from tests.analyse.caching.made import BLOCK, RATE, call, calls, counts
from tests.analyse.savings.made import BOOK, priced

TIMED: dict[str, Any] = {"volatile_classes": ["time"], "volatile_positions": [3]}


def timed(count: int, every: int = 60, mark: str = "", **fields: Any) -> list[dict[str, Any]]:
    """A time in the first of three system blocks, and a question of its own behind them."""
    return [
        call(
            every * i,
            [f"{mark}{i}t", "s2", "s3", f"{mark}q{i}"],
            masked=["t", "s2", "s3", f"{mark}q{i}"],
            content=[f"{mark}{i}t", "s2", "s3", f"{mark}q{i}"],
            parts=["system", "system", "system", "user"],
            **TIMED,
            **fields,
        )
        for i in range(count)
    ]


def test_the_step_is_worth_what_the_tokens_cost() -> None:
    (row,) = review(calls(timed(11))).rows
    stable = 3 * BLOCK - MOVED_TOKENS
    steps = {step.name: step for step in row.steps}
    assert steps["restructured"].read_tokens == 10 * stable
    # Ten reads at a tenth of the price, one write at 1.25, with a marker behind the stable part.
    fusd = 10 * stable * RATE * 9 // 10 - stable * RATE // 4
    assert row.net_saving == Decimal(fusd) / 10**15
    assert row.way == "restructured, marker"


def test_the_ledger_of_savings_gets_the_same_tokens_call_by_call() -> None:
    frame = calls(timed(11))
    (row,) = review(frame).rows
    found = counts(frame, row)
    stable = 3 * BLOCK - MOVED_TOKENS
    assert sorted(found.select("read", "written").rows()) == [(0, stable), *[(stable, 0)] * 10]
    automatic = calls(timed(11, provider="openai", model="gpt-5"))
    (row,) = review(automatic).rows
    assert row.way == "restructured"
    found = counts(automatic, row)
    assert (found["read"].sum(), found["written"].sum()) == (row.achievable_read_tokens, 0)


def test_what_stands_in_front_of_the_token_is_not_won_where_any_prefix_is_served() -> None:
    late = {"volatile_positions": [500]}
    rows = [
        call(60 * i, [f"{i}t", "s2", "s3", "s4"], masked=["t", "s2", "s3", "s4"], parts=["system"] * 4, **TIMED | late)
        | {"provider": "openai", "model": "gpt-5"}
        for i in range(11)
    ]
    (row,) = review(calls(rows)).rows
    served = (4 * BLOCK - MOVED_TOKENS) // 128 * 128
    assert row.achievable_read_tokens == 10 * (served - 500)


def test_what_a_cache_serves_in_front_of_the_token_already_is_not_won_again() -> None:
    """One long system prompt with a time in it: no whole block repeats, but the provider serves what stands before the time."""
    size = {"prefix_block_tokens": [9000, 100], "input_tokens": 9100, "parts": ["system", "user"]}
    rows = [
        call(60 * i, [f"{i}t", f"q{i}"], masked=["t", f"q{i}"], content=[f"{i}t", f"q{i}"], **TIMED | size)
        | {"volatile_positions": [6000], "cache_read_input_tokens": 5888 if i else 0, "provider": "openai", "model": "gpt-5"}
        for i in range(11)
    ]
    frame = calls(rows)
    (row,) = review(frame).rows
    stable = (9000 - MOVED_TOKENS) // 128 * 128
    assert (row.finding, row.way, row.billed_read_tokens) == ("LC109", "restructured, billed", 58880)
    assert row.achievable_read_tokens == 58880 + 10 * (stable - 6000)
    assert row.net_saving == Decimal(10 * (stable - 6000) * RATE * 9 // 10) / 10**15
    assert counts(frame, row)["read"].sum() == row.achievable_read_tokens


def test_a_prompt_without_blocks_is_served_nothing() -> None:
    empty = call(30, [], masked=[], content=[], parts=[], volatile_classes=[], volatile_positions=[], input_tokens=5000)
    (row,) = review(calls([*timed(11), empty])).rows
    assert (row.finding, row.achievable_read_tokens) == ("LC109", 10 * (3 * BLOCK - MOVED_TOKENS))


def test_the_ledger_of_savings_prices_the_step_alike() -> None:
    frame = priced(record_of(row) for row in timed(11))
    (row,) = review(frame).rows
    (step,) = savings.review(frame, BOOK, review(frame)).steps
    assert (step.code, step.alone, step.confidence) == ("LC109", row.net_saving, "Modelled")
    assert (step.low, step.assumption) == (Decimal(0), "The stable part of the prompts can be sent in front of what varies.")


def record_of(row: dict[str, Any]) -> dict[str, Any]:
    """A call of ``timed`` as the ledger has it."""
    return {**row, "provider_name": row["provider"], "response_model": row["model"], "output_tokens": 100}


def test_one_workload_does_not_take_what_another_gains() -> None:
    rows = review(calls([*timed(11), *timed(11, mark="o", workload="other"), *timed(1, mark="l", workload="third")])).rows
    assert [row.finding for row in rows][:2] == ["LC109", "LC109"]
    assert {row.workload: row.requests for row in rows} == {"bot": 11, "other": 11, "third": 1}


prompts = st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6, unique=True), min_size=1, max_size=12)


@given(prompts)
def test_stable_blocks_come_first_in_one_order_and_the_rest_stays(drawn: list[list[str]]) -> None:
    stable = "cab"
    rows = [call(i, blocks, masked=blocks, content=blocks, parts=["tools"] * len(blocks)) for i, blocks in enumerate(drawn)]
    with Pools(moved.gathered(prepared(calls(rows)))) as pools:
        (ordered,) = (ordered.with_row_index("call") for pool in pools for ordered in pool.slices(0))
    number = {
        name: n
        for blocks, ns in zip(drawn, ordered["contents"].to_list(), strict=True)
        for name, n in zip(blocks, ns, strict=True)
    }
    known = tuple(number[name] for name in stable if name in number)
    found = Found(Divergence("order", "", 0, 0, 1, 1), {}, known)
    changed = moved.restructured(ordered, dict.fromkeys(ordered["row"].unique(), found))
    by_hand = [[*(s for s in stable if s in blocks), *(b for b in blocks if b not in stable)] for blocks in drawn]
    chains = changed["hashes"].to_list()
    for one, blocks in zip(chains, by_hand, strict=True):
        for other, others in zip(chains, by_hand, strict=True):
            common = next(
                (i for i, (a, b) in enumerate(zip(blocks, others, strict=False)) if a != b), min(len(blocks), len(others))
            )
            assert [a == b for a, b in zip(one, other, strict=False)] == [i < common for i in range(min(len(one), len(other)))]
