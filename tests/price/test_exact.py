"""The engine against a plain Decimal implementation, and the laws that money must obey."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from logcost.price import PriceBook, charges, price
from logcost.price.names import resolve
from logcost.schema import CHARGE_COLUMNS

BOOK = PriceBook.load()
PARTS = {
    "cache_read_input_tokens": "cache_read",
    "cache_creation_5m_input_tokens": "cache_write_5m",
    "cache_creation_1h_input_tokens": "cache_write_1h",
}
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "started_at": pl.Datetime("us", "UTC"),
    "provider_name": pl.String,
    "response_model": pl.String,
    "service_tier": pl.String,
    "input_tokens": pl.Int64,
    **dict.fromkeys(PARTS, pl.Int64),
    "output_tokens": pl.Int64,
    "web_search_requests": pl.Int64,
}
NAMES = [
    ("openai", "gpt-4o"),
    ("openai", "gpt-5.4"),
    ("openai", "gpt-5.6-luna"),
    ("anthropic", "claude-3-5-haiku-latest"),
    ("anthropic", "claude-sonnet-4-5"),
    ("anthropic", "claude-opus-4-6"),
    ("anthropic", "claude-haiku-5-5"),
    ("gcp.gemini", "gemini-2.5-pro"),
    ("gcp.gemini", "gemini-4-argon"),
    ("openai", "no-such-model"),
    ("aws.bedrock", "claude-opus-4-6"),
]


@st.composite
def calls(draw: st.DrawFn) -> dict[str, Any]:
    provider, model = draw(st.sampled_from(NAMES))
    parts = [draw(st.integers(0, 150_000)) if draw(st.booleans()) else 0 for _ in PARTS]
    return {
        "started_at": datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=draw(st.integers(0, 1200 * 86_400))),
        "provider_name": provider,
        "response_model": model,
        "service_tier": draw(st.sampled_from([None, "standard", "batch", "priority"])),
        "input_tokens": sum(parts) + draw(st.integers(0, 200_000)),
        **dict(zip(PARTS, parts, strict=True)),
        "output_tokens": draw(st.integers(0, 50_000)),
        "web_search_requests": draw(st.sampled_from([None, 0, 3])),
    }


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA)


@cache
def stated(provider: str, model: str, at: datetime, mode: str, above: bool) -> dict[str, Decimal] | None:
    """Rates at an instant, read from the blocks without the code that is under test (rules, tiers and modes by hand)."""
    one = BOOK.providers[provider]
    past = [block for block in one.blocks[model] if block.start <= at]
    if not past:
        return None
    block = max(past, key=lambda found: found.start)
    terms = [*(one.file.rules[name] for name in block.rules), block]
    base = dict(block.tiers[0].rates) if above and block.tiers else dict(block.rates)
    rates = {meter: base["input"] * times for part in terms for meter, times in part.times_input.items()} | base
    for part in terms:
        for meter, since in part.since.items():
            if at < since:
                rates.pop(meter, None)
    found: dict[str, Decimal] = {str(meter): rate for meter, rate in rates.items()}
    if mode != "standard":
        modes = [part.modes[mode] for part in terms if mode in part.modes]
        if not modes or (modes[-1].since and at < modes[-1].since) or (above and not modes[-1].above):
            return None
        chosen = modes[-1]
        assert chosen.times is not None or chosen.rates
        kept = {str(meter): found[meter] for meter in chosen.keep if meter in found}
        multiplied = {m: r * chosen.times for m, r in found.items() if m in (chosen.meters or found)} if chosen.times else {}
        found = multiplied | kept | ({} if above else {str(meter): rate for meter, rate in chosen.rates.items()})
    fees = [fee for part in terms for unit, fee in part.fees.items() if unit == "web_search_requests"]
    if fees and not (fees[-1].since and at < fees[-1].since):
        found["search"] = fees[-1].usd
    return found


def naive(call: dict[str, Any]) -> Decimal | None:
    """Cost of one call with Decimal arithmetic, or None where it cannot be priced."""
    found = resolve(BOOK, call["provider_name"], call["response_model"])
    at = call["started_at"]
    models = [s.model for s in found.stands if (s.start is None or s.start <= at) and (s.end is None or at < s.end)]
    if found.provider is None or not models:
        return None
    past = [block for block in BOOK.providers[found.provider].blocks[models[0]] if block.start <= at]
    tiers = max(past, key=lambda block: block.start).tiers if past else ()
    tier = tiers[0] if tiers else None
    above = tier is not None and call["input_tokens"] > tier.tokens
    if above and tier is not None and tier.refused:
        return None
    rates = stated(found.provider, models[0], at, call["service_tier"] or "standard", above)
    if rates is None:
        return None
    counts = {meter: call[column] for column, meter in PARTS.items()}
    counts |= {"input": call["input_tokens"] - sum(counts.values()), "output": call["output_tokens"]}
    if any(count and meter not in rates for meter, count in counts.items()) or (
        call["web_search_requests"] and "search" not in rates
    ):
        return None
    tokens = sum((count * rates[meter] for meter, count in counts.items() if count), Decimal(0)) / 10**6
    return tokens + (call["web_search_requests"] or 0) * rates.get("search", Decimal(0))


@given(st.lists(calls(), min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_engine_equals_naive_decimal_implementation(rows: list[dict[str, Any]]) -> None:
    priced = price(frame(rows)).collect()
    assert priced["list_cost"].to_list() == [naive(row) for row in rows]
    assert all((cost is None) == (why is not None) for cost, why in priced.select("list_cost", "unpriced_reason").iter_rows())


@given(st.lists(calls(), min_size=2, max_size=30), st.integers(1, 29))
@settings(max_examples=25, deadline=None)
def test_any_split_gives_the_same_rows(rows: list[dict[str, Any]], cut: int) -> None:
    whole = price(frame(rows)).collect()
    parts = [price(frame(part)).collect() for part in (rows[:cut], rows[cut:]) if part]
    assert pl.concat(parts).equals(whole)


@given(st.lists(calls(), min_size=1, max_size=30))
@settings(max_examples=25, deadline=None)
def test_parts_add_up_and_no_row_is_lost(rows: list[dict[str, Any]]) -> None:
    charged = charges(frame(rows).lazy(), BOOK).collect()
    groups = [name for name in CHARGE_COLUMNS if name.endswith("_cost_fusd") and name != "list_cost_fusd"]
    priced = charged.filter(pl.col("unpriced_reason").is_null())
    assert charged.height == len(rows)
    assert priced.select(pl.sum_horizontal(groups)).to_series().to_list() == priced["list_cost_fusd"].to_list()
    unpriced = charged.filter(pl.col("unpriced_reason").is_not_null())
    assert (
        unpriced.select([*groups, "list_cost_fusd", "price_id", "input_rate_fusd"]).null_count().row(0) == (unpriced.height,) * 8
    )


def test_columns_and_types_are_the_contract() -> None:
    charged = charges(frame([]).lazy(), BOOK)
    added = {name: str(dtype) for name, dtype in charged.collect_schema().items() if name not in SCHEMA}
    assert added == CHARGE_COLUMNS
    assert charged.collect().height == 0


def test_huge_counts_do_not_wrap() -> None:
    call = {
        "started_at": datetime(2026, 1, 1, tzinfo=UTC),
        "provider_name": "openai",
        "response_model": "o1-pro",
        "input_tokens": 2**53,
        "output_tokens": 2**53,
    }
    priced = price(pl.DataFrame([call] * 4)).collect()
    assert priced["list_cost"].to_list() == [Decimal(2**53) * 750 / 10**6] * 4
    charged = charges(pl.DataFrame([call] * 4).lazy(), BOOK).select(pl.col("list_cost_fusd").sum()).collect()
    assert charged.item() == 4 * 2**53 * 750 * 10**9


def test_a_count_beyond_counting_is_impossible_and_named() -> None:
    calls = pl.DataFrame({"response_model": "gpt-4", "input_tokens": [2**53 + 1, 2**63 - 1, 10], "output_tokens": [1, 1, -1]})
    assert price(calls).collect()["unpriced_reason"].to_list() == [
        "impossible-counts: input_tokens (9007199254740993) is more than 2^53",
        "impossible-counts: input_tokens (9223372036854775807) is more than 2^53",
        "impossible-counts: output_tokens (-1) is negative",
    ]


def test_hostile_parts_that_would_wrap_are_impossible() -> None:
    call = {
        "started_at": datetime(2026, 1, 1, tzinfo=UTC),
        "response_model": "claude-opus-4-5",
        "input_tokens": 10,
        "cache_read_input_tokens": 2**53,
        "cache_creation_5m_input_tokens": 2**53,
        "cache_creation_1h_input_tokens": 2**53,
        "output_tokens": 1,
    }
    reason = price(pl.DataFrame([call])).collect()["unpriced_reason"][0]
    assert reason.startswith("impossible-counts: cache_read_input_tokens + cache_creation_5m_input_tokens")
    assert reason.endswith("is more than input_tokens (10)")
    hostile = price(pl.DataFrame([call | {"cache_creation_1h_input_tokens": 2**63 - 1}])).collect()
    assert (
        hostile["unpriced_reason"][0]
        == "impossible-counts: cache_creation_1h_input_tokens (9223372036854775807) is more than 2^53"
    )
    assert hostile["list_cost"][0] is None
