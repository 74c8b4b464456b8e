"""Bad days: what is listed, and above all what is not."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from logcost.analyse.anomalies import Spend, find_anomalies

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

START = date(2026, 10, 1)
WEEK = (100, 110, 105, 100, 95, 30, 20)


def days(amount: Callable[[int], float], length: int = 31, start: date = START) -> list[Spend]:
    return [Spend(start + timedelta(i), "w", "m", round(amount(i) * 10**15)) for i in range(length)]


def found(spend: Sequence[Spend], history: Sequence[Spend] = ()) -> list[int]:
    """Days of the month that are listed."""
    return [anomaly.day.day for anomaly in find_anomalies(spend, history)]


@pytest.mark.parametrize("bad", range(31))
def test_a_day_that_doubles_is_listed_wherever_it_lies(bad: int) -> None:
    listed = found(days(lambda i: 100 * (2 if i == bad else 1)))
    assert listed == [bad + 1]


@pytest.mark.parametrize("bad", [0, 1, 9, 16, 24, 30])
def test_a_bad_day_in_a_weekly_rhythm(bad: int) -> None:
    (anomaly,) = find_anomalies(days(lambda i: WEEK[i % 7] * (2.5 if i == bad else 1)))
    assert anomaly.day == START + timedelta(bad)
    assert anomaly.expected_cost == WEEK[bad % 7]
    assert anomaly.score > 3.5


def test_two_bad_days_in_a_row() -> None:
    assert found(days(lambda i: WEEK[i % 7] * (4 if i in {15, 16} else 1))) == [16, 17]


def test_spend_on_a_weekday_that_has_none() -> None:
    assert found(days(lambda i: (200 if i == 12 else 0) if i % 7 > 4 else 100)) == [13]


def test_a_weekly_job_is_no_anomaly_and_a_bad_run_of_it_is() -> None:
    assert found(days(lambda i: 70 if i % 7 == 0 else 0)) == []
    assert found(days(lambda i: (300 if i == 14 else 70) if i % 7 == 0 else 0)) == [15]


@pytest.mark.parametrize(
    "smooth",
    [
        lambda _: 100.0,
        lambda i: WEEK[i % 7],
        lambda i: 100 + 10 * i,
        lambda i: 1_000 - 30 * i,
        lambda i: math.exp(0.2 * i),
        lambda i: WEEK[i % 7] * math.exp(0.1 * i),
        lambda i: WEEK[i % 7] * math.exp(-0.1 * i),
        lambda i: WEEK[i % 7] * (3 if i >= 14 else 1),
        lambda i: WEEK[i % 7] * (1 if i >= 14 else 3),
        lambda i: 0 if i % 7 > 4 else 100,
        lambda i: 100 if i < 20 else 40,
        lambda _: 0.0,
    ],
)
def test_smooth_spend_lists_nothing(smooth: Callable[[int], float]) -> None:
    assert found(days(smooth)) == []


@pytest.mark.parametrize("noise", [0.05, 0.1, 0.2])
def test_noise_is_hardly_ever_listed_and_a_bad_day_in_little_noise_always(noise: float) -> None:
    draw = random.Random(1)
    months = [[WEEK[i % 7] * math.exp(draw.gauss(0, noise)) for i in range(31)] for _ in range(100)]
    assert sum(bool(found(days(month.__getitem__))) for month in months) <= (8 if noise > 0.1 else 1)
    storms = [[cost * (2.5 if i == 16 else 1) for i, cost in enumerate(month)] for month in months]
    hits = [17 in found(days(month.__getitem__)) for month in storms]
    assert sum(hits) >= {0.05: 100, 0.1: 97, 0.2: 45}[noise]


def test_less_than_four_weeks_have_no_history() -> None:
    spike = days(lambda i: 500 if i == 10 else 100, length=20)
    assert found(spike) == []
    before = days(lambda _: 100, length=14, start=START - timedelta(14))
    assert found(spike, before) == [11]


def test_history_itself_is_never_listed() -> None:
    before = days(lambda i: 900 if i == 5 else 100, length=30, start=START - timedelta(30))
    assert found(days(lambda _: 100), before) == []


def test_small_amounts_are_not_listed() -> None:
    assert found(days(lambda i: (20 if i == 20 else 8) if i % 7 == 6 else 100)) == []
    assert found(days(lambda i: (80 if i == 20 else 8) if i % 7 == 6 else 100)) == [21]
    assert found(days(lambda i: (100_000 if i < 15 else 10) if i != 25 else 100)) == []


def test_days_without_calls_count_as_zero() -> None:
    spend = [entry for entry in days(lambda i: 100 if i != 20 else 300) if entry.day.day not in {5, 6}]
    assert found(spend) == [21]


def storm(day: int, parts: Sequence[tuple[str | None, str | None, int]]) -> list[Spend]:
    usual = [Spend(START + timedelta(i), w, m, 100) for i in range(31) for w in ("chat", None) for m in ("a", "b")]
    return [*usual, *(Spend(START + timedelta(day), workload, model, cost) for workload, model, cost in parts)]


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ([("chat", "a", 2_000)], ("chat", "a")),
        ([("chat", "a", 1_200), ("chat", "b", 800)], ("chat", "a")),
        ([("chat", "a", 700), ("chat", "b", 700), ("agent", "a", 600)], ("chat", None)),
        ([(w, m, 1_000) for w in ("x", "y", "z") for m in ("a", "b", "c")], (None, None)),
        ([("x", "a", 1_000), ("y", "a", 1_000), ("z", "a", 1_000)], (None, "a")),
        ([(None, "b", 2_000)], (None, "b")),
    ],
)
def test_only_what_explains_most_of_the_excess_is_named(
    parts: Sequence[tuple[str | None, str | None, int]], named: tuple[str | None, str | None]
) -> None:
    (anomaly,) = find_anomalies(storm(15, parts))
    assert (anomaly.workload, anomaly.model) == named


def test_no_spend_at_all() -> None:
    assert find_anomalies([]) == ()
    assert find_anomalies([], days(lambda _: 5)) == ()


@pytest.mark.parametrize("hole", [range(3, 6), range(8, 19), range(25), range(1, 30)])
def test_a_hole_in_the_data_makes_no_day_after_it_bad(hole: range) -> None:
    assert found([entry for i, entry in enumerate(days(lambda i: WEEK[i % 7])) if i not in hole]) == []


@pytest.mark.parametrize("kept", [range(2), range(10, 12), range(15, 30)])
def test_a_ragged_month_before_makes_no_day_bad(kept: range) -> None:
    before = days(lambda i: WEEK[(i + 5) % 7], length=30, start=START - timedelta(30))
    assert found(days(lambda i: WEEK[i % 7]), [entry for i, entry in enumerate(before) if i in kept]) == []


def test_one_record_of_another_century_changes_nothing() -> None:
    storm = days(lambda i: WEEK[i % 7] * (3 if i == 20 else 1))
    assert find_anomalies([Spend(date(1, 1, 1), "w", "m", 5), *storm]) == find_anomalies(storm)
