"""Exact repeats within a minute: what a retry storm does to a verdict, and what is said of it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logcost.analyse import histogram, repeats, shape
from tests.analyse.build import traffic

if TYPE_CHECKING:
    from collections.abc import Sequence

START = datetime(2026, 10, 5, 9, 30, tzinfo=UTC)


def at(
    pairs: Sequence[tuple[int, int]], times: Sequence[datetime], workload: str = "chat", model: str = "gpt-4.1"
) -> pl.LazyFrame:
    frame = traffic(pairs, workload=workload, model=model, provider="openai")
    return frame.with_columns(started_at=pl.Series(times, dtype=pl.Datetime("us", "UTC")))


def normal_traffic(number: int = 2_000, workload: str = "chat") -> pl.LazyFrame:
    """Calls around 4:1, one every ten minutes and a bit."""
    draw = random.Random(1)
    pairs = [(round(1_000 * 2 ** draw.gauss(0, 0.8)), round(250 * 2 ** draw.gauss(0, 0.8))) for _ in range(number)]
    return at(pairs, [START + timedelta(seconds=617 * i) for i in range(number)], workload)


def storm(number: int, *, seconds: float, pair: tuple[int, int] = (60_000, 3), workload: str = "chat") -> pl.LazyFrame:
    """So many equal calls, evenly over so many seconds."""
    times = [START + timedelta(microseconds=round(seconds * 1_000_000 * i / number)) for i in range(number)]
    return at([pair] * number, times, workload)


def test_a_storm_makes_no_mode_and_is_counted() -> None:
    found = shape.review(pl.concat([normal_traffic(), storm(5_000, seconds=59)]))
    assert (found.calls.verdict, found.calls.with_repeats) == ("unimodal", "bimodal")
    assert found.calls.n == 7_000
    assert found.calls.modes[0].calls_share == 1
    assert found.spend.verdict == "unimodal"
    assert found.repeats is not None
    assert (found.repeats.calls, found.repeats.storm_calls, found.repeats.storm_minutes) == (4_999, 5_000, 1)
    assert found.repeats.spend == 4_999 * Decimal("0.060012")
    (seen,) = found.repeats.storms
    assert (seen.workload, seen.model, seen.input_tokens, seen.output_tokens) == ("chat", "gpt-4.1", 60_000, 3)
    assert (seen.calls, seen.minutes, seen.spend) == (5_000, 1, 5_000 * Decimal("0.060012"))
    assert seen.first == seen.last == START
    assert found.repeats.confirmed
    assert {group.verdict.verdict for group in found.by_workload} == {"unimodal"}
    assert found.advice is None


def test_a_storm_of_a_workload_of_its_own_does_not_make_workloads_differ() -> None:
    found = shape.review(pl.concat([normal_traffic(), storm(5_000, seconds=59, workload="agent")]))
    assert (found.calls.verdict, found.calls.with_repeats) == ("unimodal", "bimodal")
    assert found.explanation.verdict == "none"
    assert found.explanation.eta2 == pytest.approx(0, abs=0.1)
    assert found.advice is None


def test_a_storm_of_hours_is_as_many_events_as_minutes() -> None:
    found = shape.review(pl.concat([normal_traffic(), storm(18_000, seconds=3 * 3_600)]))
    assert found.repeats is not None
    # The first second of each full hour may be a rounded time: those three calls repeat nothing.
    assert (found.repeats.storm_calls, found.repeats.storm_minutes) == (17_997, 180)
    # 183 events beside 2,000 calls are a mode, by as many calls as there are.
    assert found.calls.verdict == "bimodal"
    assert found.calls.modes[1].calls_share == pytest.approx(0.9, abs=0.01)
    assert sum(cell.calls for cell in found.histogram) == 20_000


def test_a_mode_of_distinct_calls_beside_a_storm_stays() -> None:
    draw = random.Random(2)
    other = [(round(200 * 2 ** draw.gauss(0, 0.5)), round(3_200 * 2 ** draw.gauss(0, 0.5))) for _ in range(2_000)]
    drafts = at(other, [START + timedelta(seconds=611 * i) for i in range(2_000)], "draft")
    plain = shape.review(pl.concat([normal_traffic(), drafts]))
    stormy = shape.review(pl.concat([normal_traffic(), drafts, storm(9_000, seconds=59, pair=(90_000, 1))]))
    assert plain.calls.verdict == stormy.calls.verdict == "bimodal"
    assert stormy.calls.with_repeats == "multimodal"
    assert [m.peak_ratio for m in stormy.calls.modes] == pytest.approx([m.peak_ratio for m in plain.calls.modes], rel=0.2)
    # Shares are of all calls, repeats included, so that they add up to what was paid.
    assert sum(mode.calls_share for mode in stormy.calls.modes) == pytest.approx(1)
    assert sum(detail.calls for detail in stormy.modes) == 13_000


def test_a_storm_inside_one_mode_does_not_hide_the_other() -> None:
    draw = random.Random(2)
    other = [(round(200 * 2 ** draw.gauss(0, 0.5)), round(3_200 * 2 ** draw.gauss(0, 0.5))) for _ in range(2_000)]
    both = pl.concat([normal_traffic(), at(other, [START + timedelta(seconds=611 * i) for i in range(2_000)], "draft")])
    found = shape.review(pl.concat([both, storm(200_000, seconds=59, pair=(1_000, 250))]))
    assert (found.calls.verdict, found.calls.with_repeats, found.calls.effective_n) == ("bimodal", "unimodal", 4_001)
    assert found.calls.n == 204_000
    assert [mode.calls_share for mode in found.calls.modes] == pytest.approx([2 / 204, 202 / 204], abs=0.001)
    assert found.explanation.verdict == "feature mix"


def test_a_storm_inside_the_only_mode_changes_nothing() -> None:
    found = shape.review(pl.concat([normal_traffic(), storm(50_000, seconds=59, pair=(1_000, 250))]))
    assert (found.calls.verdict, found.calls.with_repeats, found.calls.effective_n) == ("unimodal", None, 52_000)
    assert found.repeats is not None


def test_a_storm_among_too_few_calls_leaves_too_few() -> None:
    found = shape.review(pl.concat([normal_traffic(95), storm(500, seconds=50)]))
    assert found.calls.verdict == "insufficient"
    assert (found.calls.n, found.calls.effective_n) == (595, 96)
    assert found.calls.with_repeats == "bimodal"


def test_times_too_coarse_to_tell_leave_the_verdict() -> None:
    pairs = [(8_000, 50)] * 4_000 + [(200, 1_600)] * 4_000
    found = shape.review(at(pairs, [START] * 8_000))
    assert (found.calls.verdict, found.calls.indicative, found.calls.n) == ("bimodal", True, 8_000)
    assert found.repeats is not None
    assert not found.repeats.confirmed


@pytest.mark.parametrize("start", [datetime(2026, 10, 5, tzinfo=UTC), datetime(2026, 10, 5, 7, tzinfo=UTC), None])
def test_times_at_a_full_hour_and_no_times_are_no_repeats(start: datetime | None) -> None:
    pairs = [(8_000, 50)] * 400 + [(200, 1_600)] * 400
    frame = at(pairs, [START] * 800).with_columns(started_at=pl.lit(start, dtype=pl.Datetime("us", "UTC")))
    found = shape.review(frame)
    assert (found.calls.verdict, found.calls.indicative) == ("bimodal", False)
    assert found.repeats is None


def test_another_model_or_workload_or_minute_is_no_repeat() -> None:
    pair, number = (60_000, 3), 40
    apart = [at([pair], [START + timedelta(minutes=i)]) for i in range(1, 30)]
    models = [at([pair], [START], model=f"model-{i}") for i in range(number)]
    workloads = [at([pair], [START], workload=f"workload-{i}") for i in range(number)]
    assert shape.review(pl.concat([*apart, *models, *workloads])).repeats is None


def test_equal_calls_of_different_cost_are_one_call_at_their_mean() -> None:
    times = [START + timedelta(seconds=i) for i in range(20)]
    frame = at([(1_000, 10)] * 20, times).with_columns(
        input_cost_fusd=pl.int_range(pl.len(), dtype=pl.Int64).cast(pl.Int128) * 1_000,
        output_cost_fusd=pl.lit(0, dtype=pl.Int128),
    )
    table = histogram.table(frame)
    found = repeats.find(frame, table, histogram.DIMENSIONS)
    assert found is not None
    left = histogram.from_table(pl.concat([table.select(found.correction.columns), found.correction]))
    assert (left.calls, left.input_tokens, left.output_tokens, left.priced_calls) == ((1,), (1_000,), (10,), (1,))
    assert (left.input_cost, left.output_cost) == ((9_500,), (0,))


def test_a_storm_of_which_half_was_cached_is_one_call_by_spend_too() -> None:
    uncached = storm(5_000, seconds=59, pair=(100_000, 50))
    cost = pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.col("input_cost_fusd") // 10).otherwise(pl.col("input_cost_fusd"))
    cached = uncached.with_columns(input_cost_fusd=cost.cast(pl.Int128))
    one, other = (shape.review(pl.concat([normal_traffic(), calls])) for calls in (uncached, cached))
    assert one.spend.verdict == other.spend.verdict == "unimodal"
    assert other.spend.effective_n > one.spend.effective_n


def test_a_storm_of_two_keys_is_of_one_minute() -> None:
    keys = (pl.int_range(pl.len()) % 2).cast(pl.String)
    found = shape.review(pl.concat([normal_traffic(), storm(5_000, seconds=59)]).with_columns(api_key_id=keys), by=["key"])
    assert found.repeats is not None
    assert (found.repeats.calls, found.repeats.storm_minutes, found.repeats.storms[0].minutes) == (4_998, 1, 1)


def test_bins_that_do_not_stand_out_are_not_looked_at() -> None:
    draw = random.Random(4)
    pairs = [(round(1_000 * 2 ** draw.gauss(0, 2)), 250) for _ in range(3_000)]
    table = histogram.table(at(pairs, [START + timedelta(seconds=i) for i in range(3_000)]))
    assert repeats.spikes(table).is_empty()
    assert repeats.spikes(histogram.table(pl.concat([at(pairs, [START] * 3_000), storm(3_000, seconds=50)]))).height == 1


CALLS = st.lists(
    st.tuples(st.sampled_from([(60_000, 3), (100, 100), (8, 4_000)]), st.integers(0, 200), st.sampled_from("ab")), max_size=120
)


@settings(max_examples=30)
@given(CALLS, st.integers(0, 120))
def test_the_same_however_the_rows_are_split(rows: list[tuple[tuple[int, int], int, str]], cut: int) -> None:
    frames = [at([pair], [START + timedelta(seconds=second)], workload) for pair, second, workload in rows]
    whole = pl.concat([normal_traffic(200), *frames])
    other = pl.concat([*frames[cut:], normal_traffic(200), *frames[:cut]])
    found = shape.review(whole)
    assert found == shape.review(other)
    # Nothing appears or vanishes: the repeats of each minute are its calls less one.
    kinds = {(pair, second // 60, workload) for pair, second, workload in rows}
    most = len(rows) - len(kinds)
    assert 0 <= (found.repeats.calls if found.repeats else 0) <= most
