"""Storms of many prompts, which no bin shows: found by the calls of their minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from logcost.analyse import bursts, histogram, repeats, shape
from tests.analyse.build import traffic
from tests.analyse.test_repeats import START, at, normal_traffic

if TYPE_CHECKING:
    from collections.abc import Mapping

PROMPTS = [(round(3_000 * 2 ** (i / 20)), 1) for i in range(20)]
"""Of an octave: 2 or 3 of them in each bin, so that no bin has a fifth of the calls around it."""


def storm_of_many_prompts(minutes: int, workload: str = "chat", *, retries: int = 250) -> pl.LazyFrame:
    """So many retries of each of the prompts, evenly over so many minutes."""
    times = [START + timedelta(seconds=59.9 * minutes * i / (20 * retries)) for i in range(20 * retries)]
    return at(PROMPTS * retries, times, workload)


@pytest.mark.parametrize("minutes", [1, 3])
def test_a_storm_of_many_prompts_makes_no_mode(minutes: int) -> None:
    storm = storm_of_many_prompts(minutes)
    assert repeats.spikes(histogram.table(storm)).is_empty()
    found = shape.review(pl.concat([normal_traffic(), storm]))
    for verdict in (found.calls, found.tokens, found.spend):
        assert (verdict.verdict, verdict.with_repeats) == ("unimodal", "bimodal")
    assert found.calls.effective_n == 2_000 + 20 * minutes
    assert found.repeats is not None
    assert (found.repeats.calls, found.repeats.storm_calls, found.repeats.storms_in_all) == (5_000 - 20 * minutes, 5_000, 20)
    assert found.repeats.storm_minutes == 20 * minutes
    assert (found.explanation.verdict, found.advice) == ("none", None)


def test_failed_calls_of_a_crowded_minute_are_no_repeats() -> None:
    failed = at([(3_000, 0)] * 500, [START + timedelta(seconds=1)] * 500)
    found = shape.review(pl.concat([normal_traffic(), storm_of_many_prompts(1), failed]))
    assert found.repeats is not None
    assert (found.repeats.calls, found.no_output) == (4_980, 500)


def test_a_storm_of_many_prompts_of_a_workload_of_its_own_is_found() -> None:
    found = shape.review(pl.concat([normal_traffic(), storm_of_many_prompts(2, "agent")]))
    assert (found.calls.verdict, found.calls.with_repeats, found.calls.effective_n) == ("unimodal", "bimodal", 2_040)


def test_a_storm_of_one_group_that_all_calls_hide_is_found() -> None:
    storm = storm_of_many_prompts(1, retries=12)
    found = shape.review(pl.concat([normal_traffic(), storm, normal_traffic(4_000, "other")]))
    assert found.calls.verdict == "unimodal"
    assert {group.group["workload"]: group.verdict.with_repeats for group in found.by_workload} == {
        "chat": "bimodal",
        "other": None,
    }


def test_minutes_are_counted_only_where_there_are_several_modes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def crowded(_: pl.LazyFrame, least: int) -> pl.DataFrame:
        asked.append(least)
        return bursts.NONE

    monkeypatch.setattr(bursts, "crowded", crowded)
    shape.review(normal_traffic())
    assert asked == []
    shape.review(traffic([(8_000, 50), (200, 1_600)] * 400))
    assert asked == [10]


def test_two_real_kinds_in_crowded_minutes_stay() -> None:
    times = [START + timedelta(seconds=i // 200) for i in range(8_000)]
    pairs = [(8_000 + i, 50) if i % 2 else (200, 1_600 + i) for i in range(8_000)]
    found = shape.review(at(pairs, times))
    assert (found.calls.verdict, found.calls.with_repeats, found.repeats) == ("bimodal", None, None)


def minutes_of(sizes: Mapping[int, int], workload: str | None = "chat") -> pl.LazyFrame:
    """So many calls in each of these minutes after the start, a microsecond apart, none at a full hour."""
    times = [START + timedelta(minutes=after, microseconds=i + 1) for after, size in sizes.items() for i in range(size)]
    return at([(100, 10)] * len(times), times).with_columns(workload=pl.lit(workload, dtype=pl.String))


def found_in(calls: pl.LazyFrame) -> list[int]:
    """The crowded minutes, after the start."""
    start = int(START.timestamp()) // 60
    return sorted(minute - start for minute in bursts.crowded(calls, 10)["minute"].to_list())


@pytest.mark.parametrize(("size", "found"), [(9, []), (10, [500])])
def test_ten_calls_can_be_a_crowd(size: int, found: list[int]) -> None:
    assert found_in(minutes_of({**dict.fromkeys(range(100), 1), 500: size})) == found


@pytest.mark.parametrize(("size", "found"), [(15, []), (16, [5_000])])
def test_a_crowd_is_more_than_five_times_the_median_minute(size: int, found: list[int]) -> None:
    # 300 minutes of 1, 400 of 3, 299 of 6: the median is 3. None holds a twentieth of 3,294 calls.
    usual = {**dict.fromkeys(range(300), 1), **dict.fromkeys(range(300, 700), 3), **dict.fromkeys(range(700, 999), 6)}
    assert found_in(minutes_of({**usual, 5_000: size})) == found


@pytest.mark.parametrize(("minutes", "found"), [(20, 20), (21, 0)])
def test_a_twentieth_of_the_calls_is_a_crowd(minutes: int, found: int) -> None:
    # 20 minutes of 10 calls are a twentieth each; 21 are less, and none is above the median.
    assert len(found_in(minutes_of(dict.fromkeys(range(minutes), 10)))) == found


def test_the_usual_minute_is_that_of_the_workload_named_or_not() -> None:
    quiet, busy = minutes_of(dict.fromkeys(range(200), 2), None), minutes_of(dict.fromkeys(range(200), 30), "busy")
    crowd = minutes_of({500: 11}, None)
    found = bursts.crowded(pl.concat([quiet, busy, crowd]), 10)
    assert found.select(*bursts.WHO).rows() == [("openai", "gpt-4.1", None)]


@pytest.mark.parametrize(
    ("when", "found"),
    [(datetime(2026, 10, 5, 9, tzinfo=UTC), 0), (datetime(2026, 10, 5, 9, 0, 0, 1, tzinfo=UTC), 1), (None, 0)],
)
def test_times_at_a_full_hour_and_no_times_are_no_crowd(when: datetime | None, found: int) -> None:
    crowd = at([(100, 10)] * 50, [START] * 50).with_columns(started_at=pl.lit(when, dtype=pl.Datetime("us", "UTC")))
    assert bursts.crowded(pl.concat([minutes_of(dict.fromkeys(range(1, 200), 1)), crowd]), 10).height == found


def test_calls_without_a_ratio_are_no_crowd() -> None:
    failed = minutes_of({0: 50}).with_columns(output_tokens=pl.lit(0, dtype=pl.Int64))
    assert bursts.crowded(failed, 10).is_empty()
