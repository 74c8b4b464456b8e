"""Spend: exact sums, groups, days in a time zone, and the review."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logcost.analyse import spend
from logcost.analyse.frames import usd
from logcost.errors import UsageError
from logcost.spending import SpendSummary, Totals
from logcost.types import Period
from tests.analyse.build import calls

if TYPE_CHECKING:
    from collections.abc import Sequence

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)

names = st.sampled_from([None, "a", "b", "c"])
counts = st.one_of(st.none(), st.integers(0, 2**62))
records = st.lists(
    st.fixed_dictionaries(
        {
            "started_at": st.one_of(
                st.none(), st.integers(0, 365 * 24 * 60).map(lambda minutes: NEW_YEAR + timedelta(minutes=minutes))
            ),
            "provider": names,
            "model": names,
            "workload": names,
            "project": names,
            "user_id": names,
            "requests": counts,
            "input_tokens": counts,
            "output_tokens": counts,
            "reasoning_output_tokens": counts,
            "list_cost_fusd": st.integers(0, 10**30),
            "unpriced_reason": st.sampled_from([None, None, "unknown-model"]),
            "reported_cost": st.one_of(st.none(), st.decimals(0, 10**9, places=15)),
            "reported_currency": st.sampled_from([None, "USD", "EUR"]),
        }
    ),
    max_size=25,
)


def added(summary: SpendSummary) -> dict[str, Any]:
    """Sum of the rows' totals, column by column: of what is stated, ``None`` where there are rows and none states it."""
    sums: dict[str, Any] = {}
    for name in (field.name for field in fields(Totals) if field.name != "converted"):
        values = [value for row in summary.rows if (value := getattr(row.totals, name)) is not None]
        sums[name] = sum(values) if values or not (summary.rows or name == "reported_cost") else None
    return sums


def as_dict(totals: Totals) -> dict[str, Any]:
    return {field.name: getattr(totals, field.name) for field in fields(Totals) if field.name != "converted"}


@given(records, st.lists(st.sampled_from(spend.GROUPS), min_size=1, max_size=3, unique=True))
def test_rows_add_up_to_the_totals_exactly(rows: Sequence[dict[str, Any]], by: list[str]) -> None:
    summary = spend.summarise(calls(rows), by)
    with localcontext() as context:
        context.prec = 60
        assert added(summary) == as_dict(summary.totals)
        priced = sum((usd(row["list_cost_fusd"]) for row in rows), Decimal(0))
        assert summary.totals.list_cost == priced
    assert (summary.totals.records, summary.totals.unpriced_records) == (
        len(rows),
        sum(row["unpriced_reason"] is not None for row in rows),
    )


@given(records, st.sampled_from(spend.GROUPS))
def test_a_count_is_unknown_just_where_no_record_states_it(rows: Sequence[dict[str, Any]], by: str) -> None:
    for name in ("requests", "input_tokens", "output_tokens", "reasoning_output_tokens"):
        stated = [row[name] for row in rows if row[name] is not None]
        expected = sum(stated) if stated or not rows else None
        assert getattr(spend.summarise(calls(rows), [by]).totals, name) == expected
        assert getattr(spend.review(calls(rows)).by_provider.totals, name) == expected


def test_a_group_that_states_nothing_stands_beside_one_that_does() -> None:
    stated = {"model": "a", "input_tokens": 5, "cache_read_input_tokens": 0}
    summary = spend.summarise(calls([stated, {"model": "b", "input_tokens": 7}]), ["model"])
    cached = {row.group["model"]: row.totals.cache_read_input_tokens for row in summary.rows}
    assert cached == {"a": 0, "b": None}
    assert summary.totals.cache_read_input_tokens == 0
    assert summary.totals.cache_creation_input_tokens is None


@given(records, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: list[dict[str, Any]], shuffle: Any) -> None:
    mixed = list(rows)
    shuffle.shuffle(mixed)
    assert spend.review(calls(rows)) == spend.review(calls(mixed))
    assert spend.summarise(calls(rows), ["model", "day"]) == spend.summarise(calls(mixed), ["model", "day"])


@given(records)
def test_the_review_equals_the_summaries(rows: Sequence[dict[str, Any]]) -> None:
    review = spend.review(calls(rows), tz="Asia/Kolkata")
    tables = [getattr(review, field.name) for field in fields(review) if field.name.startswith("by_")]
    assert len(tables) == 8
    for table in tables:
        assert table == spend.summarise(calls(rows), table.by, tz="Asia/Kolkata")
        assert table.totals == review.totals


def test_every_total() -> None:
    row = {
        "requests": 2,
        "input_tokens": 100,
        "uncached_input_tokens": 60,
        "cache_read_input_tokens": 30,
        "cache_creation_input_tokens": 10,
        "output_tokens": 20,
        "reasoning_output_tokens": 5,
        "list_cost_fusd": 123,
        "reported_cost": Decimal("0.5"),
        "reported_currency": "USD",
    }
    unpriced = {"requests": 3, "input_tokens": 7, "output_tokens": None, "unpriced_reason": "unknown-model"}
    day = {"requests": None, "input_tokens": None, "output_tokens": None}
    totals = spend.summarise(calls([row, row, unpriced, day]), []).totals
    cost = Decimal("0.000000000000246")
    assert totals == Totals(7, 207, 120, 60, 20, 40, 10, cost, cost, Decimal(1), 3, 7, 4, 1, 1)
    assert str(totals.list_cost) == "2.46E-13"


def test_sums_do_not_wrap() -> None:
    (row,) = spend.summarise(calls([{"requests": 2**62, "input_tokens": 2**62, "output_tokens": 2**62}] * 4), ["model"]).rows
    assert (row.totals.requests, row.totals.input_tokens) == (2**64, 2**64)
    unpriced = [{"input_tokens": 2**63 - 1, "output_tokens": 2**63 - 1, "unpriced_reason": "unknown-model"}] * 3
    assert spend.summarise(calls(unpriced), []).totals.unpriced_tokens == 6 * (2**63 - 1)


def test_reported_cost_is_unknown_unless_a_log_claims_dollars() -> None:
    euros = {"reported_cost": Decimal(3), "reported_currency": "EUR"}
    assert spend.summarise(calls([euros, {}]), []).totals.reported_cost is None
    free = {"reported_cost": Decimal(0), "reported_currency": "USD"}
    assert spend.summarise(calls([euros, free]), []).totals.reported_cost == 0


def test_days_weeks_and_months_are_local() -> None:
    frame = calls([{"started_at": datetime(2026, 10, 31, 23, 30, tzinfo=UTC), "list_cost_fusd": 1}])
    for tz, labels in {
        "UTC": ("2026-10-31", "2026-W44", "2026-10"),
        "Europe/Berlin": ("2026-11-01", "2026-W44", "2026-11"),
    }.items():
        (row,) = spend.summarise(frame, ["day", "week", "month"], tz=tz).rows
        assert tuple(row.group.values()) == labels


def test_a_week_belongs_to_the_year_of_its_thursday() -> None:
    (row,) = spend.summarise(calls([{"started_at": datetime(2027, 1, 2, tzinfo=UTC)}]), ["week"]).rows
    assert row.group == {"week": "2026-W53"}


def test_days_in_order_then_largest_first_and_unknown_last() -> None:
    rows = [
        {"started_at": day, "model": model, "list_cost_fusd": cost}
        for day, model, cost in [(None, "m", 9), (NOON + timedelta(1), "m", 1), (NOON, "n", 1), (NOON, None, 1), (NOON, "m", 2)]
    ]
    found = [tuple(row.group.values()) for row in spend.summarise(calls(rows), ["model", "day"]).rows]
    assert found == [("m", "2026-10-01"), ("n", "2026-10-01"), (None, "2026-10-01"), ("m", "2026-10-02"), ("m", None)]


def test_every_group_reads_its_column() -> None:
    values = {"user_id": "u", "session_id": "s", "service_tier": "batch", "api_key_id": "k", "project": "p", "workload": "w"}
    by = ["user", "session", "tier", "key", "project", "workload", "provider", "model"]
    (row,) = spend.summarise(calls([{**values, "provider": "openai", "model": "m"}]), by).rows
    assert list(row.group.items()) == list(zip(by, ["u", "s", "batch", "k", "p", "w", "openai", "m"], strict=True))


def test_a_group_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UsageError, match=r"grouped by 'colour'.*Use day, week, month"):
        spend.summarise(calls([]), ["colour"])


def test_no_calls_no_rows() -> None:
    summary = spend.summarise(calls([]), ["day"])
    assert summary.rows == ()
    assert summary.totals == Totals(0, 0, 0, 0, 0, 0, 0, Decimal(0), Decimal(0), None, 0, 0, 0, 0, 0)
    assert spend.review(calls([])).anomalies == ()


def test_columns_that_are_absent_count_as_unknown() -> None:
    frame = pl.LazyFrame({"input_tokens": [5, 6], "requests": [1, None]}, schema={"input_tokens": pl.Int64, "requests": pl.Int64})
    (row,) = spend.summarise(frame, ["model", "day"]).rows
    assert row.group == {"model": None, "day": None}
    assert (row.totals.input_tokens, row.totals.requests) == (11, 1)


def test_previous_period() -> None:
    before = Period(datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC))
    row = {"started_at": NOON, "list_cost_fusd": 5}
    review = spend.review(calls([row]), previous=calls([{**row, "started_at": NOON - timedelta(30)}] * 2), previous_period=before)
    assert review.previous is not None
    assert review.previous.list_cost == usd(10)
    assert review.previous.requests == 2
    assert review.previous_period == before
    assert review.totals.list_cost == usd(5)


def test_a_bad_day_is_found_with_its_workload_and_model() -> None:
    rows = [
        {"started_at": NOON + timedelta(i), "workload": workload, "model": "m", "list_cost_fusd": (cost + i % 3) * 10**15}
        for i in range(31)
        for workload, cost in (("chat", 100), ("agent", 50))
    ]
    storm = {"started_at": NOON + timedelta(13), "workload": "agent", "model": "big", "list_cost_fusd": 400 * 10**15}
    (found,) = spend.review(calls([*rows, storm])).anomalies
    assert found.day == date(2026, 10, 14)
    assert (found.workload, found.model) == ("agent", "big")
    assert found.list_cost == 552
    assert found.expected_cost == pytest.approx(Decimal(152), abs=Decimal(3))
