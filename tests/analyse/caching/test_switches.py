"""Tokens that a change of the model inside a session makes the new model read again (LC112)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from logcost.analyse.caching import switches
from logcost.analyse.caching.calls import prepared
from logcost.price.cache_rules import cache_rule
from tests.analyse.caching.made import BLOCK, RATE, call, calls

LARGE, SMALL = "claude-opus-4-1", "claude-sonnet-4-5"


def turn(at: float, model: str, blocks: int, **fields: Any) -> dict[str, Any]:
    return call(at, [f"b{n}" for n in range(blocks)], model=model, session_id="s", **fields)


def lost(rows: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """Calls after a change and tokens read again, by model."""
    frame = prepared(calls(rows))
    found = switches.from_sessions(frame, lambda provider, model, _: cache_rule(provider, model, None), replaced=False)
    sums = {part["model"]: part for part in found}
    for part in sums.values():
        assert Decimal(part["switched_money"]) == part["switched_tokens"] * RATE * 9 // 10 * 10**6
    return {model: (part["switches"], part["switched_tokens"]) for model, part in sums.items()}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([turn(0, LARGE, 4), turn(60, SMALL, 5)], {SMALL: (1, 4 * BLOCK)}, id="what the call before shared"),
        pytest.param([turn(0, LARGE, 4), turn(300, SMALL, 5)], {SMALL: (1, 4 * BLOCK)}, id="to the second within the lifetime"),
        pytest.param([turn(0, LARGE, 4), turn(301, SMALL, 5)], {}, id="too late for any model"),
        pytest.param([turn(0, LARGE, 1), turn(60, SMALL, 5)], {}, id="less than the minimum"),
        pytest.param([turn(0, LARGE, 4), turn(60, LARGE, 5)], {}, id="no change"),
        pytest.param([turn(0, LARGE, 4), turn(60, SMALL, 5) | {"session_id": "t"}], {}, id="another session"),
        pytest.param([turn(0, LARGE, 4, provider="aws"), turn(60, SMALL, 5)], {}, id="another provider"),
        pytest.param(
            [turn(0, SMALL, 3), turn(60, LARGE, 6), turn(120, SMALL, 7)],
            {LARGE: (1, 3 * BLOCK), SMALL: (1, 3 * BLOCK)},
            id="less what the model itself still had",
        ),
        pytest.param(
            [turn(0, LARGE, 4), turn(60, SMALL, 5, cache_read_input_tokens=1536)],
            {SMALL: (1, BLOCK)},
            id="less what the log says was read",
        ),
    ],
)
def test_what_is_read_again(rows: list[dict[str, Any]], expected: dict[str, tuple[int, int]]) -> None:
    assert lost(rows) == expected
