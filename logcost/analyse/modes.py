"""What is in a mode: its sums, which side of the bill it pays for, and the features that make it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.analyse.frames import exact_sum, usd
from logcost.traffic import ModeDetail, ModeMember

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logcost.analyse.histogram import Histogram
    from logcost.traffic import Group, Mode, Side, Verdict

MEMBERS: Final = 8
"""Features named of a mode."""
_MOST: Final = (3, 5)
"""A side holds most of the price from 60 % on."""
_INPUT_FROM: Final = 6
_OUTPUT_BELOW: Final = 8 / 3
"""The same as ratios at the commonest price of output, four times that of input: 60 % are input at 6:1, 40 % at 8:3."""


def named(columns: Sequence[str], key: Sequence[object]) -> Group:
    """A group's names, days as text."""
    return {name: None if value is None else str(value) for name, value in zip(columns, key, strict=True)}


def side_of(input_cost: int, spend: int, ratio: float) -> Side:
    """Which side holds most of the price; without a price, of the usual price at this ratio."""
    if spend:
        if _MOST[1] * input_cost >= _MOST[0] * spend:
            return "input-heavy"
        return "output-heavy" if _MOST[1] * (spend - input_cost) >= _MOST[0] * spend else "balanced"
    if ratio >= _INPUT_FROM:
        return "input-heavy"
    return "output-heavy" if ratio <= _OUTPUT_BELOW else "balanced"


def details(rows: pl.DataFrame, whole: Histogram, verdict: Verdict, features: Sequence[str]) -> tuple[ModeDetail, ...]:
    """One entry a mode of ``verdict``, from the rows of ``histogram.table`` and their histogram."""
    return tuple(_detail(rows, whole, mode, features) for mode in verdict.modes)


def _detail(rows: pl.DataFrame, whole: Histogram, mode: Mode, features: Sequence[str]) -> ModeDetail:
    inside = (whole.calls, whole.priced_calls, whole.input_tokens, whole.output_tokens, whole.input_cost, whole.output_cost)
    calls, priced, given, answered, on_input, on_output = (whole.inside(mode.low_bin, mode.high_bin, sums) for sums in inside)
    spend = on_input + on_output
    members = list(_members(rows.filter(pl.col("k").is_between(mode.low_bin, mode.high_bin)), features, calls, spend))
    return ModeDetail(
        mode=mode,
        side=side_of(on_input, spend, mode.peak_ratio),
        calls=calls,
        priced_calls=priced,
        input_tokens=given,
        output_tokens=answered,
        input_cost=usd(on_input),
        output_cost=usd(on_output),
        spend=usd(spend),
        members=tuple(members[:MEMBERS]),
        other_members=max(0, len(members) - MEMBERS),
    )


def _members(rows: pl.DataFrame, features: Sequence[str], calls: int, spend: int) -> Iterator[ModeMember]:
    cost = exact_sum("input_cost") + exact_sum("output_cost")
    sums = rows.group_by(features).agg(exact_sum("calls"), cost.alias("spend"))
    for *names, own_calls, own_spend in sums.sort(
        "spend", "calls", *features, descending=[True, True, *[False] * len(features)], nulls_last=True
    ).iter_rows():
        yield ModeMember(
            named(features, names), own_calls, usd(own_spend), own_calls / calls, own_spend / spend if spend else 0.0
        )
