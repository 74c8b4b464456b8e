"""Two modes that are before and after: model switches and prompt changes inside the window."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from logcost.analyse import shape
from tests.analyse.build import traffic

START = datetime(2026, 10, 1, 0, 7, tzinfo=UTC)


def days(
    first: int, last: int, mean: tuple[int, int], *, model: str = "gpt-4.1", workload: str | None = "tickets"
) -> pl.LazyFrame:
    """A hundred calls on each of these days of October, around a mean of input and output tokens."""
    draw = random.Random(first)
    number = 100 * (last - first + 1)
    pairs = [(round(mean[0] * 2 ** draw.gauss(0, 0.4)), round(mean[1] * 2 ** draw.gauss(0, 0.4))) for _ in range(number)]
    times = [START + timedelta(days=first - 1 + i // 100, minutes=i % 100) for i in range(number)]
    frame = traffic(pairs, model=model, provider="openai")
    return frame.with_columns(
        started_at=pl.Series(times, dtype=pl.Datetime("us", "UTC")), workload=pl.lit(workload, dtype=pl.String)
    )


def test_a_model_switch_is_named_with_its_day_and_what_changed() -> None:
    found = shape.review(pl.concat([days(1, 13, (800, 300)), days(14, 31, (820, 9_000), model="gpt-5")]))
    assert found.calls.verdict == "bimodal"
    (change,) = found.changes
    assert (change.workload, change.day, change.cause) == ("tickets", date(2026, 10, 14), "model switch")
    assert (change.before.model, change.after.model) == ("gpt-4.1", "gpt-5")
    assert (change.before.calls, change.after.calls) == (1_300, 1_800)
    assert change.before.mean_output_tokens == pytest.approx(312, rel=0.05)
    assert change.after.mean_output_tokens == pytest.approx(9_350, rel=0.05)
    assert change.before.median_ratio == pytest.approx(800 / 300, rel=0.1)
    assert change.theil_u == pytest.approx(1)
    assert change.before.spend + change.after.spend == sum(cell.spend for cell in found.histogram)


def test_modes_that_are_before_and_after_are_no_reason_to_split() -> None:
    found = shape.review(pl.concat([days(1, 13, (800, 300)), days(14, 31, (820, 9_000), model="gpt-5")]))
    assert found.advice is None
    kept = days(1, 31, (30_000, 200), model="gpt-5", workload="search")
    still = shape.review(pl.concat([days(1, 13, (800, 300)), days(14, 31, (820, 9_000), model="gpt-5"), kept]))
    assert still.advice is not None
    assert still.advice.after_changes
    assert still.advice.route_by == "name"
    assert [part.side for part in still.advice.parts] == ["output-heavy", "input-heavy"]
    assert sum(part.calls for part in still.advice.parts) == 1_800 + 3_100


@pytest.mark.parametrize(("kept", "cause"), [(3, "model switch"), (7, "prompt change")])
def test_a_switch_of_most_calls_is_a_model_switch(kept: int, cause: str) -> None:
    of_ten = pl.int_range(pl.len()) % 10
    old, new = days(14, 31, (820, 9_000)), days(14, 31, (820, 9_000), model="gpt-5")
    found = shape.review(pl.concat([days(1, 13, (800, 300)), new.filter(of_ten >= kept), old.filter(of_ten < kept)]))
    assert [change.cause for change in found.changes] == [cause]


def test_other_models_than_before_are_a_model_switch_however_many() -> None:
    before = [days(1, 13, (800, 300), model=f"old-{i}") for i in range(4)]
    after = [days(14, 31, (820, 9_000), model=f"new-{i}") for i in range(4)]
    assert [change.cause for change in shape.review(pl.concat([*before, *after])).changes] == ["model switch"]


def test_a_storm_on_the_last_day_is_no_change() -> None:
    both = pl.concat([days(1, 31, (600, 4_000)), days(1, 31, (24_000, 400))])
    storm = (
        both.head(1)
        .select(pl.all().repeat_by(50_000).explode())
        .with_columns(started_at=pl.lit(datetime(2026, 10, 31, 9, 30, tzinfo=UTC)).cast(pl.Datetime("us", "UTC")))
    )
    found = shape.review(pl.concat([both, storm]))
    assert found.repeats is not None
    assert found.changes == ()


def test_the_same_model_with_other_calls_is_a_prompt_change() -> None:
    found = shape.review(pl.concat([days(1, 20, (600, 400)), days(21, 31, (24_000, 400))]))
    (change,) = found.changes
    assert (change.cause, change.day) == ("prompt change", date(2026, 10, 21))


def test_two_kinds_side_by_side_are_no_change() -> None:
    other = days(1, 8, (600, 4_000), workload="other")
    found = shape.review(pl.concat([days(1, 31, (600, 4_000)), days(1, 31, (24_000, 400), model="gpt-5"), other]))
    assert found.calls.verdict == "bimodal"
    assert found.changes == ()
    assert found.explanation.verdict == "inside features"
    assert found.explanation.inside == ({"workload": "tickets"},)
    assert any(note.startswith("The model of a call alone tells") for note in found.notes)
    assert found.advice is not None
    assert found.advice.route_by == "classifier"
    (split,) = found.advice.splits
    assert 1 < split < 16


@pytest.mark.parametrize("times", [1, 4, 30])
@pytest.mark.parametrize("span", [(25, 31), (14, 31), (1, 7)])
def test_a_second_kind_that_joins_or_leaves_is_no_change_of_the_first(span: tuple[int, int], times: int) -> None:
    found = shape.review(pl.concat([days(1, 31, (800, 300)), *[days(*span, (820, 9_000)) for _ in range(times)]]))
    assert found.calls.verdict == "bimodal"
    assert found.changes == ()


def test_a_switch_with_far_more_calls_after_it_tells_all() -> None:
    found = shape.review(pl.concat([days(1, 13, (800, 300)), *[days(14, 31, (820, 9_000), model="gpt-5") for _ in range(9)]]))
    (change,) = found.changes
    assert change.day == date(2026, 10, 14)
    assert change.theil_u == pytest.approx(1)


def test_a_change_of_a_workload_without_a_name_is_found() -> None:
    found = shape.review(pl.concat([days(1, 13, (800, 300), workload=None), days(14, 31, (800, 9_000), workload=None)]))
    assert [(change.workload, change.day) for change in found.changes] == [(None, date(2026, 10, 14))]


def test_a_gradual_move_tells_too_little() -> None:
    parts = [days(day, day, (600, 4_000) if (day * 7) % 31 < day else (24_000, 400)) for day in range(1, 32)]
    assert shape.review(pl.concat(parts)).changes == ()


def test_days_are_those_of_the_time_zone() -> None:
    calls = pl.concat([days(1, 13, (800, 300)), days(14, 31, (800, 9_000))])
    assert shape.review(calls, tz="America/Los_Angeles").changes[0].day == date(2026, 10, 13)


def test_months_have_verdicts_of_their_own() -> None:
    october, november = days(1, 31, (600, 4_000)), days(32, 61, (24_000, 400))
    found = shape.review(pl.concat([november, october]))
    assert [(group.group, group.verdict.verdict) for group in found.by_month] == [
        ({"month": "2026-10"}, "unimodal"),
        ({"month": "2026-11"}, "unimodal"),
    ]
    assert sum(group.calls for group in found.by_month) == found.calls.n
    assert any(note.startswith("The month of a call alone tells") for note in found.notes)
