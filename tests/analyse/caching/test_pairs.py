"""What pairs of prompts prove of the reason why they part, on both sides of each limit."""

from __future__ import annotations

from typing import Any

import pytest

from logcost.analyse.caching import moved, pairs
from logcost.analyse.caching.calls import prepared
from logcost.analyse.caching.pools import Pools
from logcost.price.cache_rules import cache_rule
from tests.analyse.caching.made import BLOCK, call, calls


def found(rows: list[dict[str, Any]], *, whole_blocks: bool = True) -> pairs.Found | None:
    rule = cache_rule("anthropic", "claude-sonnet-4-5", None)
    assert rule is not None
    with Pools(moved.gathered(prepared(calls(rows)))) as pools:
        (ordered,) = (ordered for pool in pools for ordered in pool.slices(0))
    befores, afters = (ordered[at].to_dicts() for at in pairs.chosen(pairs.places(ordered).with_row_index("at")))
    return pairs.found(befores, afters, rule, whole_blocks=whole_blocks)


def prompt(i: int, token: object, stable: int = 3, **fields: Any) -> dict[str, Any]:
    """A system block with a token in it in front of ``stable`` others."""
    rest = [f"s{n}" for n in range(stable)]
    known: dict[str, Any] = {"volatile_classes": ["uuid"], "volatile_positions": [100]}
    own = {"masked": ["u", *rest], "content": [f"u{token}", *rest], "parts": ["system"] * (1 + stable)}
    return call(60 * i, [f"u{token}", *rest], **known | own | fields)


@pytest.mark.parametrize(("tokens", "expected"), [([0] * 8 + [1, 2, 3], True), ([0] * 9 + [1, 2], False)])
def test_three_of_ten_pairs_must_part(tokens: list[int], *, expected: bool) -> None:
    assert (found([prompt(i, token) for i, token in enumerate(tokens)]) is not None) == expected


def test_what_is_hidden_must_reach_the_minimum() -> None:
    # A marker serves whole blocks: the first block is hidden too, less what its token takes.
    assert found([prompt(i, i, stable=1) for i in range(10)]) is None
    enough = found([prompt(i, i, stable=2) for i in range(10)])
    assert enough is not None
    assert enough.divergence.shadowed == 3 * BLOCK - pairs.MOVED_TOKENS
    part = found([prompt(i, i, stable=2) for i in range(10)], whole_blocks=False)
    assert part is not None
    assert part.divergence.shadowed == 3 * BLOCK - 100 - pairs.MOVED_TOKENS


@pytest.mark.parametrize(
    ("classes", "positions", "expected"),
    [
        (["number", "date", "time"], [1, 2, 3], ("time", 3)),
        (["number", "date"], [1, 2], ("date", 2)),
        (["number"], [511], ("number", 511)),
        (["uuid"], [512], ("", 0)),
        (["word of another maker"], [1], ("", 0)),
        ([], [], ("", 0)),
    ],
)
def test_the_likeliest_token_of_the_block_is_named(classes: list[str], positions: list[int], expected: tuple[str, int]) -> None:
    one = found([prompt(i, i, volatile_classes=classes, volatile_positions=positions) for i in range(10)])
    assert one is not None
    assert (one.divergence.token_class, one.divergence.position) == expected


def test_first_calls_of_ten_sessions_are_compared_and_all_calls_of_fewer() -> None:
    def talks(count: int) -> list[dict[str, Any]]:
        return [prompt(5 * talk + turn, talk, session_id=f"s{talk}") for talk in range(count) for turn in range(5)]

    many, few = found(talks(10)), found(talks(9))
    assert many is not None
    assert (many.divergence.parted, many.divergence.pairs) == (9, 9)
    # In 8 of 44 pairs the session changes: not enough.
    assert few is None


def test_at_most_five_hundred_pairs_are_compared_over_the_whole_time() -> None:
    one = found([prompt(i, i if i > 600 else 0) for i in range(1201)])
    assert one is not None
    assert one.divergence.pairs <= pairs.MOST_PAIRS
    assert abs(one.divergence.parted / one.divergence.pairs - 0.5) < 0.01


def varying(i: int, *, stable: bool = True) -> dict[str, Any]:
    blocks = [f"d{i}", *(f"s{n}" if stable else f"{i}x{n}" for n in range(3))]
    return call(60 * i, blocks, masked=blocks, content=blocks, parts=["user"] * 4)


@pytest.mark.parametrize(("without", "expected"), [(2, "varying"), (3, None)])
def test_stable_is_what_four_of_five_prompts_have(without: int, expected: str | None) -> None:
    one = found([varying(i, stable=i >= without) for i in range(10)])
    assert (one.divergence.kind if one else None) == expected


def test_a_block_that_turns_up_twice_is_no_other_order() -> None:
    orders = [["a", "b", "c"], ["a", "b", "b", "c"], ["b", "a", "c"], ["b", "b", "a", "c"]]
    rows = [call(60 * i, o, masked=o, content=o, parts=["tools"] * len(o)) for i, o in enumerate(orders * 3)]
    one = found(rows)
    assert one is None or one.divergence.kind == "varying"


def test_unknown_lists_of_other_lengths_prove_nothing() -> None:
    bare = {"prefix_masked_hashes": ["u"], "prefix_content_hashes": [], "prefix_block_parts": ["system"], "volatile_classes": []}
    assert found([prompt(i, i) | bare for i in range(10)]) is None
