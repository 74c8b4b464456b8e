"""``logcost.price.quote``: one call, part by part, through the engine."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logcost.price import PriceBook
from logcost.price.quote import Call, quote

if TYPE_CHECKING:
    from logcost.price.quote import Quote

BOOK = PriceBook.load()
AT = datetime(2026, 11, 1, tzinfo=UTC)


def call(model: str, at: datetime = AT, **counts: int) -> Quote:
    return quote(BOOK, Call(model, counts), at)


def parts(found: Quote) -> dict[str, tuple[int, str, str]]:
    return {one.meter: (one.count, f"{one.rate.normalize():f}", f"{one.cost.normalize():f}") for one in found.parts}


def test_every_part_is_tokens_times_rate() -> None:
    found = call(
        "claude-opus-4-6",
        input_tokens=10_000,
        cache_read_input_tokens=6_000,
        cache_creation_5m_input_tokens=1_000,
        output_tokens=500,
    )
    assert parts(found) == {
        "input": (3_000, "5", "0.015"),
        "cache_read": (6_000, "0.5", "0.003"),
        "cache_write_5m": (1_000, "6.25", "0.00625"),
        "output": (500, "25", "0.0125"),
    }
    assert found.cost == Decimal("0.03675")
    assert found.times(1_000_000) == Decimal(36_750)
    assert (found.provider, found.price_id) == ("anthropic", "anthropic/claude-opus-4-6@2026-03-13")
    assert found.source is not None
    assert found.source.startswith("https://")


def test_the_long_context_tier_is_that_of_the_whole_prompt() -> None:
    below, above = (call("gemini-2.5-pro", input_tokens=n, output_tokens=1_000) for n in (200_000, 200_001))
    assert parts(below) == {"input": (200_000, "1.25", "0.25"), "output": (1_000, "10", "0.01")}
    assert parts(above) == {"input": (200_001, "2.5", "0.5000025"), "output": (1_000, "15", "0.015")}


def test_a_model_with_several_stretches_of_time_has_the_rates_of_the_asked_one() -> None:
    # gpt-4o has one price id over two stretches: a fee was added later.
    assert call("gpt-4o", input_tokens=2_000, output_tokens=400).cost == Decimal("0.009")
    assert call("gpt-4o", datetime(2024, 9, 1, tzinfo=UTC), input_tokens=2_000, output_tokens=400).cost == Decimal("0.016")


def test_a_day_means_its_noon_and_an_instant_means_itself() -> None:
    day = call("deepseek-chat", datetime(2025, 3, 1, tzinfo=UTC), input_tokens=1_000_000, output_tokens=0)
    night = call("deepseek-chat", datetime(2025, 3, 1, 17, tzinfo=UTC), input_tokens=1_000_000, output_tokens=0)
    assert (day.cost, day.inside) == (Decimal("0.27"), False)
    assert (night.cost, night.inside) == (Decimal("0.135"), True)
    assert day.hours == "16:30-00:30 UTC"


def test_reasoning_with_a_rate_of_its_own_is_a_part_of_its_own() -> None:
    found = call("qwen-plus", input_tokens=1_000, output_tokens=1_000, reasoning_output_tokens=400)
    assert parts(found) == {
        "input": (1_000, "0.4", "0.0004"),
        "output": (600, "1.2", "0.00072"),
        "reasoning": (400, "4", "0.0016"),
    }


def test_units_have_their_fee() -> None:
    found = quote(BOOK, Call("claude-opus-4-6", {"input_tokens": 1_000}, units={"web_search_requests": 3}), AT)
    assert parts(found)["web_search_requests"] == (3, "0.01", "0.03")
    assert quote(BOOK, Call("gpt-4o", {}, units={"blimps": 1}), AT).reason == "meter-not-priced: blimps"


def test_mode_and_region() -> None:
    found = quote(BOOK, Call("claude-opus-4-6", {"input_tokens": 1_000_000}, mode="batch", region="us"), AT)
    assert found.cost == Decimal("2.75")


@pytest.mark.parametrize(
    ("counts", "mode", "reason"),
    [
        (
            {"input_tokens": 10, "cache_read_input_tokens": 11},
            None,
            "impossible-counts: cache_read_input_tokens (11) is more than input_tokens (10)",
        ),
        ({"input_tokens": 10, "cache_read_input_tokens": 5}, "batch", "mode-not-priced: batch with cache_read_input_tokens"),
        ({"input_tokens": 10}, "warp", "mode-not-priced: warp"),
    ],
)
def test_a_refusal_has_the_engines_reason_and_what_is_stated(counts: dict[str, int], mode: str | None, reason: str) -> None:
    found = quote(BOOK, Call("gpt-4o", counts, mode=mode), AT)
    assert found.reason == reason
    assert found.cost is None
    assert found.times(5) is None
    assert "batch" in found.stated.modes
    assert "cache_read" in found.stated.meters
    assert "eu" in found.stated.regions


def test_a_day_without_a_price_is_a_refusal_without_anything_stated() -> None:
    found = call("gpt-4o", datetime(2020, 1, 1, tzinfo=UTC), input_tokens=1)
    assert found.reason == "before-first-price"
    assert found.stated.modes == ()


@settings(max_examples=15, deadline=None)
@given(fresh=st.integers(0, 10**9), read=st.integers(0, 10**9), output=st.integers(0, 10**9), calls=st.integers(1, 10**12))
def test_the_parts_add_up_to_the_last_digit(fresh: int, read: int, output: int, calls: int) -> None:
    found = call("gpt-5-mini", input_tokens=fresh + read, cache_read_input_tokens=read, output_tokens=output)
    rates = {"input": 250, "cache_read": 25, "output": 2000}
    assert found.cost is not None
    assert int(found.cost.scaleb(9)) == fresh * rates["input"] + read * rates["cache_read"] + output * rates["output"]
    assert int((found.times(calls) or Decimal()) * 10**9) == int(found.cost.scaleb(9)) * calls
