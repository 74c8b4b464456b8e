"""The limits of "it changed on a day", on both sides: calls a side, what the day must tell, days that tell the same, models."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from logcost.analyse import histogram
from logcost.analyse.changes import changes
from logcost.traffic import GroupShape, Mode, Verdict
from tests.analyse.build import traffic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from logcost.traffic import Change

MODES = (Mode(0.125, -40, 0, 0.5, 0.5, 0.5), Mode(8.0, 1, 40, 0.5, 0.5, 0.5))
ONE, TWO = Verdict("unimodal", 1_000, MODES[:1]), Verdict("bimodal", 1_000, MODES)
PAIRS = ((100, 800), (800, 100))
"""A call of the one mode and one of the other."""
SWITCH, EVEN = ((100, 0), (0, 100)), ((40, 40), (45, 45))
"""Calls of either mode on two days."""


def workload(by_calls: Verdict = TWO, by_spend: Verdict = TWO) -> GroupShape:
    """The shape of workload ``w``, of which only the modes matter here."""
    none = Decimal(0)
    return GroupShape({"workload": "w"}, by_calls, by_calls, by_spend, 1_000, 1_000, none, none, 1.0, 1.0, 1.0)


def day_of(day: int, *calls: int, model: str = "m") -> pl.LazyFrame:
    """So many calls of either mode on a day of October."""
    pairs = [pair for pair, number in zip(PAIRS, calls, strict=True) for _ in range(number)]
    when = datetime(2026, 10, day, 9, 30, tzinfo=UTC)
    times = pl.Series([when + timedelta(seconds=i) for i in range(len(pairs))], dtype=pl.Datetime("us", "UTC"))
    return traffic(pairs, provider="p", model=model, workload="w").with_columns(started_at=times)


def found_in(days: Sequence[pl.LazyFrame], shape: GroupShape | None = None) -> tuple[Change, ...]:
    table = histogram.table(pl.concat(days))
    return changes(table, table, [shape or workload()])


def told(daily: Mapping[int, tuple[int, int]]) -> list[tuple[int, float]]:
    return [(c.day.day, round(c.theil_u, 3)) for c in found_in([day_of(day, *calls) for day, calls in daily.items()])]


@pytest.mark.parametrize("few", [19, 20])
def test_a_side_needs_twenty_calls(few: int) -> None:
    assert told({1: (few, 0), 2: (0, 500)}) == ([(2, 1.0)] if few == 20 else [])
    assert told({1: (500, 0), 2: (0, few)}) == ([(2, 1.0)] if few == 20 else [])


def test_the_day_must_tell_half() -> None:
    # Of 100 calls a day, before all of one mode: U = 1 - h(x) / 2 / h((1 + x) / 2) with x of them left after it.
    assert told({1: (100, 0), 2: (34, 66)}) == []
    assert told({1: (100, 0), 2: (33, 67)}) == [(2, 0.503)]


def test_days_count_and_not_calls() -> None:
    # 100 calls a day of the first kind go on beside 1,000 of the second: by calls the day would tell 0.7 of the mode.
    assert told({**dict.fromkeys(range(1, 21), (100, 0)), 21: (100, 1_000)}) == []
    # 20 calls of the first are left of 100 a day.
    assert told({**dict.fromkeys(range(1, 21), (100, 0)), 21: (20, 1_000)}) == [(21, 0.742)]


def test_of_days_that_tell_the_same_the_first_is_named() -> None:
    assert [day for day, _ in told({1: (100, 0), 2: (50, 50), 3: (0, 100)})] == [2]


def test_calls_without_repeats_tell_the_day_and_all_calls_what_it_was_like() -> None:
    switch, even = (histogram.table(pl.concat([day_of(1, *one), day_of(2, *two)])) for one, two in (SWITCH, EVEN))
    assert changes(switch, even, [workload()]) == ()
    (change,) = changes(even, switch, [workload()])
    assert (change.day, change.before.calls, change.after.calls) == (date(2026, 10, 2), 80, 90)


def test_modes_by_spend_change_where_there_are_none_by_calls() -> None:
    days = [day_of(1, 100, 0), day_of(2, 0, 100)]
    assert [change.day for change in found_in(days, workload(by_calls=ONE))] == [date(2026, 10, 2)]
    assert found_in(days, workload(by_calls=ONE, by_spend=ONE)) == ()


@pytest.mark.parametrize(("kept", "cause"), [(49, "model switch"), (50, "prompt change")])
def test_a_model_switch_leaves_less_than_half_in_common(kept: int, cause: str) -> None:
    # Before: half of the calls are of the old model, half of ten others. After: all are of the ten others, or of a new one.
    old = [day_of(1, 50, 0, model="old"), *[day_of(1, 5, 0, model=f"m-{i}") for i in range(10)]]
    new = [day_of(2, 0, 100 - kept, model="new"), *[day_of(2, 0, (kept + i) // 10, model=f"m-{i}") for i in range(10)]]
    assert [change.cause for change in found_in([*old, *new])] == [cause]
