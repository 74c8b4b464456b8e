"""Buckets, units, optional columns, another day's book: what the table of cases cannot say."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

import logcost
from logcost.errors import MissingColumnError, UsageError
from logcost.price import PriceBook, charges, price
from logcost.store import Ledger

BOOK = PriceBook.load()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def told(**call: Any) -> tuple[Decimal | None, str | None]:
    """Cost and reason of one row."""
    schema = {"other_units": pl.Map(pl.String, pl.Int64)} if "other_units" in call else None
    priced = price(pl.DataFrame([call], schema_overrides=schema)).collect()
    return priced.select("list_cost", "unpriced_reason").row(0)


def bucket(start: str, end: str, **more: Any) -> tuple[Decimal | None, str | None]:
    call = {"started_at": at(start), "ended_at": at(end), "grain": "bucket", "provider_name": "anthropic", **more}
    return told(**({"response_model": "claude-opus-4-6", "output_tokens": 0} | call))


def test_a_bucket_that_ends_where_the_price_changes_is_priced() -> None:
    assert bucket("2026-03-12", "2026-03-13", input_tokens=1000) == (Decimal("0.005"), None)
    assert bucket("2026-03-13", "2026-03-14", input_tokens=1000) == (Decimal("0.005"), None)


def between(start: str, end: str, **more: Any) -> tuple[Decimal | None, Decimal | None, str | None]:
    """Least and most of a bucket that has no exact cost, and the reason why."""
    call = {"started_at": at(start), "ended_at": at(end), "grain": "bucket", "provider_name": "anthropic", "output_tokens": 0}
    priced = price(pl.DataFrame([call | more])).collect()
    assert priced["list_cost"].to_list() == [None]
    return priced.select("list_cost_low", "list_cost_high", "unpriced_reason").row(0)


def test_a_bucket_over_a_price_change_lies_between_the_two_prices() -> None:
    haiku = {"response_model": "claude-3-5-haiku-20241022", "input_tokens": 10**6, "output_tokens": 10**6}
    reason = "bucket-straddles-price-change"
    assert between("2024-12-02", "2024-12-03T00:00:00.000001", **haiku) == (Decimal("4.8"), Decimal(6), reason)
    assert bucket("2024-12-02", "2024-12-03", **haiku) == (Decimal(6), None)


def test_a_bucket_over_a_change_of_rates_that_it_does_not_need_is_exact() -> None:
    """Claude Opus 4.6 lost its price above 200,000 tokens on 2026-03-13; this bucket is below."""
    assert bucket("2026-03-12", "2026-03-14", input_tokens=1000) == (Decimal("0.005"), None)
    above = between("2026-03-12", "2026-03-14", input_tokens=300_000, response_model="claude-opus-4-6")
    assert above == (Decimal("1.5"), Decimal(3), "bucket-straddles-tier")


def test_a_range_that_begins_before_the_first_price_is_none() -> None:
    early = {"response_model": "claude-3-5-haiku-20241022", "input_tokens": 10**6}
    assert between("2023-01-01", "2025-01-01", **early) == (None, None, "before-first-price")


def test_a_bucket_over_another_models_price_change_is_priced() -> None:
    assert bucket("2026-03-12", "2026-03-14", input_tokens=1000, response_model="claude-opus-4-5")[1] is None


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"input_tokens": 200_000}, (Decimal(1), None)),
        ({"input_tokens": 200_001}, (None, "bucket-straddles-tier")),
        ({"input_tokens": 200_001, "requests": 2}, (None, "bucket-straddles-tier")),
        ({"input_tokens": 200_001, "requests": 1}, (Decimal("2.00001"), None)),
        ({"input_tokens": 900_000, "requests": 9, "long_context": False}, (Decimal("4.5"), None)),
        ({"input_tokens": 900_000, "requests": 2, "long_context": True}, (Decimal(9), None)),
        ({"input_tokens": 900_000, "response_model": "claude-opus-4-5"}, (Decimal("4.5"), None)),
    ],
)
def test_the_tier_of_a_bucket(more: dict[str, Any], expected: tuple[Decimal | None, str | None]) -> None:
    assert bucket("2026-03-01", "2026-03-02", **more) == expected


def test_another_days_book_prices_every_row_alike() -> None:
    calls = pl.DataFrame(
        {"started_at": [at("2024-11-01"), at("2026-01-01"), None], "model": "claude-3-5-haiku", "input_tokens": 10**6}
    )
    calls = calls.cast({"started_at": pl.Datetime("us", "UTC")})
    assert price(calls).collect()["list_cost"].to_list() == [Decimal(1), Decimal("0.8"), None]
    assert price(calls, at=at("2024-11-01")).collect()["list_cost"].to_list() == [Decimal(1)] * 3


def test_units_with_a_fee_and_without_one() -> None:
    call = {
        "started_at": at("2026-01-01"),
        "provider_name": "openai",
        "response_model": "gpt-5",
        "input_tokens": 0,
        "output_tokens": 0,
    }
    assert told(**call, other_units={"file_search_calls": 4}) == (Decimal("0.01"), None)
    assert told(**call, other_units={"file_search_calls": 4, "pages": 2}) == (None, "meter-not-priced: pages")
    assert told(**call, other_units={"pages": 0}) == (Decimal(0), None)
    assert told(**call | {"response_model": "gpt-4"}, other_units={"file_search_calls": 1}) == (
        None,
        "meter-not-priced: file_search_calls",
    )


def test_speech_is_priced_by_its_own_unit() -> None:
    call = {"started_at": at("2026-01-01"), "provider_name": "openai"}
    assert told(**call, response_model="tts-1", other_units={"characters": 2000}) == (Decimal("0.03"), None)
    assert told(**call, response_model="whisper-1", other_units={"seconds": 60}) == (Decimal("0.006"), None)
    assert told(**call, response_model="whisper-1", other_units={}, input_tokens=5) == (None, "meter-not-priced: input_tokens")


def test_the_response_model_counts_before_the_request_model() -> None:
    calls = pl.DataFrame(
        {"request_model": ["gpt-4o", "gpt-4o"], "response_model": ["gpt-4o-2024-05-13", None], "input_tokens": [10**6, 10**6]}
    ).with_columns(started_at=at("2025-01-01"))
    assert price(calls).collect()["list_cost"].to_list() == [Decimal(5), Decimal("2.5")]


def test_times_in_other_zones_and_units_are_the_same_instants() -> None:
    moment = pl.Series([at("2024-12-03")], dtype=pl.Datetime("us", "UTC"))
    for times in (moment, moment.dt.convert_time_zone("Asia/Tokyo"), moment.cast(pl.Datetime("ns", "UTC"))):
        calls = pl.DataFrame({"started_at": times, "model": ["claude-3-5-haiku"], "input_tokens": [10**6]})
        assert price(calls).collect()["list_cost"].to_list() == [Decimal("0.8")]


def test_only_a_model_and_a_count_are_needed() -> None:
    assert told(model="claude-opus-4-5", input_tokens=1000) == (Decimal("0.005"), None)
    with pytest.raises(MissingColumnError, match="No column names the model"):
        price(pl.DataFrame({"input_tokens": [1]}))


@pytest.mark.parametrize("dtype", [pl.UInt32, pl.Int16, pl.UInt64])
def test_any_integer_type_is_a_count(dtype: type[pl.DataType]) -> None:
    calls = pl.DataFrame({"model": ["claude-opus-4-5"], "input_tokens": [1000], "output_tokens": [None]}).cast(
        {"input_tokens": dtype}
    )
    assert price(calls).collect()["list_cost"].to_list() == [Decimal("0.005")]


def test_a_count_that_is_not_whole_is_refused() -> None:
    with pytest.raises(UsageError, match="input_tokens must be of an integer type"):
        price(pl.DataFrame({"model": ["claude-opus-4-5"], "input_tokens": [1000.5]}))


def test_unpriced_rows_keep_their_token_counts() -> None:
    calls = pl.LazyFrame({"model": ["no-such-model"], "input_tokens": [10], "cache_read_input_tokens": [4]})
    row = charges(calls, BOOK).collect().row(0, named=True)
    assert (row["uncached_input_tokens"], row["list_cost_fusd"], row["unpriced_reason"]) == (6, None, "unknown-model")


def test_the_shortest_cache_write_rate_is_stated() -> None:
    calls = pl.LazyFrame(
        {"model": ["claude-opus-4-5", "gpt-5.6-luna", "gpt-5"], "input_tokens": 1, "started_at": at("2026-09-01")}
    )
    rates = charges(calls, BOOK).collect()["cache_write_rate_fusd"].to_list()
    assert rates == [6_250_000_000, 250_000_000, None]


def test_ledger_rows_are_priced_with_all_their_columns() -> None:
    with Ledger() as ledger:
        call = {
            "started_at": at("2026-01-01"),
            "grain": "request",
            "provider_name": "openai",
            "response_model": "gpt-5",
            "source_id": 1,
        }
        ledger.append("usage_record", pl.DataFrame([call | {"input_tokens": 1000, "output_tokens": 100}] * 3))
        priced = charges(ledger.scan("usage_record"), BOOK)
        total = priced.select(pl.col("list_cost_fusd").sum(), pl.col("unpriced_reason").null_count()).collect(engine="streaming")
        again = priced.select(pl.col("list_cost_fusd").sum()).collect()
    assert total.row(0) == (3 * 2_250_000_000_000, 3)
    assert again.item() == 3 * 2_250_000_000_000


def test_the_package_can_be_called() -> None:
    frame = pl.DataFrame({"model": ["claude-opus-4-5"], "input_tokens": [1000]})
    priced = logcost.price(frame)  # type: ignore[operator]  # type checkers know no callable packages
    assert priced.collect()["list_cost"].to_list() == [Decimal("0.005")]


def moved_alias(**more: Any) -> tuple[Decimal | None, str | None]:
    """A minute round 2024-10-02, when gpt-4o moved to the cheaper snapshot."""
    call = {"started_at": at("2024-10-01T23:59:30"), "ended_at": at("2024-10-02T00:00:30"), "provider_name": "openai"}
    return told(**({**call, "request_model": "gpt-4o", "input_tokens": 1000, "output_tokens": 0} | more))


def test_one_call_that_ends_after_a_price_change_has_the_price_of_its_start() -> None:
    assert moved_alias(grain="request") == (Decimal("0.005"), None)


def test_a_row_with_an_end_that_may_be_a_sum_has_no_exact_cost_over_a_price_change() -> None:
    assert moved_alias() == (None, "bucket-straddles-price-change")
    assert moved_alias(grain="bucket", requests=1) == (None, "bucket-straddles-price-change")


def test_a_bucket_without_an_end_is_priced_only_where_the_price_never_changed_after_its_start() -> None:
    reason = "no-date: the bucket states no end, and the price has changed since its start"
    assert moved_alias(grain="bucket", ended_at=None) == (None, reason)
    assert moved_alias(grain="bucket", ended_at=None, started_at=at("2024-10-02")) == (Decimal("0.0025"), None)
    assert moved_alias(grain="bucket", ended_at=None, request_model="gpt-4o-2024-05-13")[1] is None


def test_a_retirement_after_its_start_does_not_refuse_a_bucket_without_an_end() -> None:
    bucket = {"grain": "bucket", "ended_at": None, "started_at": at("2023-06-01")}
    assert moved_alias(**bucket, request_model="text-davinci-002") == (Decimal("0.02"), None)


@pytest.mark.parametrize("blank", ["provider_name", "response_model", "service_tier", "region"])
def test_an_empty_text_says_nothing(blank: str) -> None:
    call = {"started_at": at("2026-01-01"), "provider_name": "openai", "request_model": "gpt-5", "input_tokens": 1000}
    assert told(**(call | {blank: ""})) == (Decimal("0.00125"), None)


def test_searches_that_did_not_happen_do_not_price_unknown_tokens_as_free() -> None:
    call = {"started_at": at("2026-01-01"), "provider_name": "anthropic", "response_model": "claude-opus-4-5"}
    unknown = {"input_tokens": None, "output_tokens": None}
    assert str(told(**call, **unknown, web_search_requests=0)[1]).startswith("no-token-counts: neither")
    assert told(**call, **unknown, web_search_requests=3) == (Decimal("0.03"), None)


def test_a_negative_number_of_units_is_impossible() -> None:
    call = {"started_at": at("2026-01-01"), "provider_name": "anthropic", "response_model": "claude-opus-4-5", "input_tokens": 1}
    refused = told(**call, output_tokens=0, other_units=[{"key": "web_search_requests", "value": -5}])
    assert refused == (None, "impossible-counts: a count of other_units is negative")


@pytest.mark.parametrize("when", [1_767_225_600, "2026-01-01T00:00:00Z"])
def test_times_that_are_no_times_are_refused(when: object) -> None:
    calls = pl.DataFrame({"started_at": [when], "model": ["gpt-5"], "input_tokens": [1]})
    with pytest.raises(UsageError, match="started_at must be a Datetime"):
        price(calls).collect()
