"""Two modes that are before and after: a model switch or a prompt change inside the window also makes a workload bimodal.

For each workload with several modes of its own, the day is sought that tells most of which mode a call is in (calls before
it, calls from it on), at equal weight of a day on either side. From half of the uncertainty on, the modes are a change and
not two kinds of traffic at once. A second kind that joins a first one, which goes on as before, tells less than half.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from logcost.analyse import histogram
from logcost.analyse.explain import SEPARATED, mode_of, told_by
from logcost.analyse.frames import exact_sum, usd
from logcost.traffic import Change, ChangeSide

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence
    from datetime import date

    from logcost.traffic import GroupShape, Mode

MIN_SIDE_CALLS: Final = 20
"""Calls that a workload must have on either side of the day."""
MOST_COMMON: Final = 0.5
"""Both sides have less than this in common of their models: then most calls are of other models than before."""


@dataclass(frozen=True, slots=True)
class _Split:
    day: date
    theil_u: float


def changes(rows: pl.DataFrame, events: pl.DataFrame, workloads: Sequence[GroupShape]) -> tuple[Change, ...]:
    """The changes of the workloads that have several modes, most spend first. ``rows``: of ``histogram.table``, with days.

    ``events``: the same without repeats, so that a storm is no change. They tell the day, ``rows`` the traffic on either side.
    """
    dated, dated_events = (frame.filter(pl.col("day").is_not_null()) for frame in (rows, events))
    return tuple(_changes(dated, dated_events, workloads))


def without_earlier(rows: pl.DataFrame, found: Sequence[Change]) -> pl.DataFrame:
    """The rows of the traffic as it is since the changes."""
    for change in found:
        rows = rows.filter(~(_of(change.workload) & (pl.col("day") < change.day)).fill_null(value=False))
    return rows


def _of(workload: str | None) -> pl.Expr:
    return pl.col("workload").eq_missing(pl.lit(workload, dtype=pl.String))


def _changes(rows: pl.DataFrame, events: pl.DataFrame, workloads: Sequence[GroupShape]) -> Iterator[Change]:
    for shape in workloads:
        modes = shape.verdict.modes if shape.verdict.several else shape.by_spend.modes
        if len(modes) > 1:
            workload = shape.group["workload"]
            if (split := _best_split(events.filter(_of(workload)), modes)) is not None:
                yield _change(workload, rows.filter(_of(workload)), split)


def _best_split(rows: pl.DataFrame, modes: Sequence[Mode]) -> _Split | None:
    """The first of the days that tell most; ``None`` if none tells half."""
    daily: dict[date, Counter[int]] = {}
    sums = rows.group_by("day", "k").agg(exact_sum("calls"))
    for day, k, calls in sums.iter_rows():
        daily.setdefault(day, Counter())[mode_of(k, modes)] += calls
    before: Counter[int] = Counter()
    after: Counter[int] = Counter()
    for counts in daily.values():
        after.update(counts)
    best: _Split | None = None
    for days_before, day in enumerate(sorted(daily)):
        if min(before.total(), after.total()) >= MIN_SIDE_CALLS:
            told = _told(before, after, days_before, len(daily) - days_before)
            if told >= SEPARATED and (best is None or told > best.theil_u):
                best = _Split(day, told)
        before.update(daily[day])
        after.subtract(daily[day])
    return best


def _told(before: Counter[int], after: Counter[int], days_before: int, days_after: int) -> float:
    """How much of the mode the side tells, from calls per active day, over a common denominator.

    By calls alone, a lasting second kind that begins late would tell most of the mode: nearly all calls of the first are before
    it. Per day the first kind is seen to go on: of two equal sides it tells nothing, whatever joins it on one of them.
    """
    sides: dict[tuple[Hashable, int], int] = {}
    for side, part, scale in (("before", before, days_after), ("after", after, days_before)):
        sides.update({(side, mode): scale * calls for mode, calls in part.items() if calls})
    return told_by(sides)


def _change(workload: str | None, rows: pl.DataFrame, split: _Split) -> Change:
    parts = [rows.filter(part) for part in (pl.col("day") < split.day, pl.col("day") >= split.day)]
    before, after = map(_side, parts)
    switched = (before.provider, before.model) != (after.provider, after.model) and _common(*parts) < MOST_COMMON
    cause: Literal["model switch", "prompt change"] = "model switch" if switched else "prompt change"
    return Change(workload, split.day, cause, before, after, split.theil_u)


def _common(before: pl.DataFrame, after: pl.DataFrame) -> float:
    """What two sides have in common of their models: 1 for the same in the same shares, 0 for all others."""
    sums = (side.group_by("provider", "model").agg(exact_sum("calls")) for side in (before, after))
    one, other = (Counter({(provider, model): calls for provider, model, calls in side.iter_rows()}) for side in sums)
    return math.fsum(min(one[name] / one.total(), other[name] / other.total()) for name in one)


def _side(rows: pl.DataFrame) -> ChangeSide:
    models = rows.group_by("provider", "model").agg(exact_sum("calls")).sort("provider", "model", nulls_last=True)
    provider, model, most = max(models.iter_rows(), key=lambda row: int(row[2]))
    whole = histogram.from_table(rows)
    calls = sum(whole.calls)
    return ChangeSide(
        provider=provider,
        model=model,
        model_share=most / calls,
        calls=calls,
        mean_input_tokens=sum(whole.input_tokens) // calls,
        mean_output_tokens=sum(whole.output_tokens) // calls,
        median_ratio=whole.median_ratio(),
        spend=usd(sum(whole.spend)),
    )
