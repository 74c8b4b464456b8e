"""The limits of repeats, on both sides: what is a repeat, what a storm, which bins stand out, and what a repeat takes away."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from logcost.analyse import bursts, histogram, repeats
from tests.analyse.test_repeats import START, at, storm

if TYPE_CHECKING:
    from logcost.traffic import Repeats


def found_in(calls: pl.LazyFrame) -> Repeats | None:
    found = repeats.find(calls, histogram.table(calls), histogram.DIMENSIONS)
    return found.repeats if found else None


@pytest.mark.parametrize(("number", "storms"), [(9, 0), (10, 1)])
def test_ten_repeats_in_a_minute_are_a_storm(number: int, storms: int) -> None:
    # Beside nine others, so that the bin is looked at.
    other = at([(60_000, 3)] * 9, [START + timedelta(minutes=i) for i in range(1, 10)])
    found = found_in(pl.concat([storm(number, seconds=50), other]))
    assert found is not None
    assert found.calls == number - 1
    assert (found.storms_in_all, len(found.storms), found.storm_calls, found.storm_minutes) == (
        storms,
        storms,
        number * storms,
        storms,
    )


def test_two_equal_calls_in_a_minute_are_one_repeat() -> None:
    pairs = [START + timedelta(minutes=i // 2, seconds=30 * (i % 2)) for i in range(10)]
    found = found_in(at([(60_000, 3)] * 10, pairs))
    assert found is not None
    assert (found.calls, found.storms) == (5, ())


@pytest.mark.parametrize(("number", "looked_at"), [(9, False), (10, True)])
def test_a_bin_of_ten_calls_is_looked_at(number: int, looked_at: bool) -> None:
    assert (found_in(storm(number, seconds=50)) is not None) == looked_at


@pytest.mark.parametrize(("beside", "stands_out"), [(40, 1), (41, 0)])
@pytest.mark.parametrize("ratio", [0.5, 2.0])
def test_a_bin_stands_out_with_a_fifth_of_the_calls_within_an_octave(beside: int, stands_out: int, ratio: float) -> None:
    calls = at([(1_000, 100)] * 10 + [(round(1_000 * ratio), 100)] * beside, [START] * (10 + beside))
    spikes = repeats.spikes(histogram.table(calls))
    assert spikes.filter(pl.col("k") == 27).height == stands_out


@pytest.mark.parametrize("ratio", [0.458, 2.182])
def test_calls_further_than_an_octave_away_do_not_hide_a_bin(ratio: float) -> None:
    calls = at([(1_000, 100)] * 10 + [(round(1_000 * ratio), 100)] * 500, [START] * 510)
    assert sorted(repeats.spikes(histogram.table(calls))["k"].to_list()) == sorted([27, 18 if ratio < 1 else 36])


def test_calls_that_name_nothing_repeat_each_other() -> None:
    nobody = storm(40, seconds=50).with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in bursts.WHO)
    found = found_in(nobody)
    assert found is not None
    assert found.calls == 39
    (seen,) = found.storms
    assert (seen.provider, seen.model, seen.workload, seen.calls) == (None, None, None, 40)


@pytest.mark.parametrize("tokens", [(60_000, 3), (2**50 + 2**47, 2**45 + 1)])
def test_without_its_repeats_a_storm_weighs_as_one_call(tokens: tuple[int, int]) -> None:
    calls = storm(40, seconds=50, pair=tokens).with_columns(
        input_cost_fusd=pl.lit(3 * 10**18, dtype=pl.Int128),
        output_cost_fusd=pl.lit(10**18, dtype=pl.Int128),
        list_cost_fusd=pl.lit(4 * 10**18, dtype=pl.Int128),
    )
    table = histogram.table(calls)
    found = repeats.find(calls, table, histogram.DIMENSIONS)
    assert found is not None
    left = histogram.from_table(pl.concat([table.select(found.correction.columns), found.correction]))
    one = histogram.from_table(histogram.table(calls.head(1)))
    assert left == one
    assert left.tokens_squares == sum(tokens) ** 2
    assert left.spend_squares == (4 * 10**15) ** 2


def test_repeats_without_a_price_take_no_spend_away() -> None:
    calls = storm(40, seconds=50).with_columns(list_cost_fusd=pl.lit(None, dtype=pl.Int128))
    table = histogram.table(calls)
    found = repeats.find(calls, table, histogram.DIMENSIONS)
    assert found is not None
    left = histogram.from_table(pl.concat([table.select(found.correction.columns), found.correction]))
    assert (left.calls, left.priced_calls, left.spend, left.spend_squares) == ((1,), (0,), (0,), 0)
