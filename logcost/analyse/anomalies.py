"""Bad days: spend that stands out from its weekday's history and from the days on both sides, by a robust z-score.

1. Weekday factor = median over that weekday of spend / mean of the seven known days round it (a week holds each weekday once).
2. Adjusted spend = spend / weekday factor. A weekday that normally has next to no spend is unknown while it has none.
3. Level = the higher of two medians: of the five known days before, and of the five after (a side with fewer than three
   is left out). A spike exceeds both; growth, decline and a lasting step exceed only one, so they are never listed.
4. Excess = ln((adjusted + floor) / (level + floor)), floor = 5 % of the median level: quiet days divide well.
5. Score = excess / max(1.4826 * median |excess| over all days, 0.05).

A day is listed when score >= 3.5, its spend is at least 1.5 times what was expected, the excess is at least 1 % of the
period's spend, and its weekday is known on at least three other days. A day without
spend is zero where that is usual for its weekday, else unknown (a hole in the logs) and left out. Only increases are listed
(a partial day would look like a fall), and only among the last 400 days.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import TYPE_CHECKING, Final

from logcost.analyse.frames import usd
from logcost.spending import Anomaly

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MIN_SCORE: Final = 3.5
MIN_FACTOR: Final = 1.5
MIN_SHARE_OF_PERIOD: Final = 0.01
MIN_OTHER_WEEKDAYS: Final = 3
MOST_OF_EXCESS: Final = 0.5
"""A workload or model is named when it explains at least this part of the excess."""

_SEARCHED_DAYS: Final = 400
"""One record with a wrong year must not make the search run over all days of half a century."""
_FLOOR_SHARE: Final = 0.05
_SMALLEST_SCALE: Final = 0.05
_WEEK: Final = 7
_SIDE_DAYS: Final = 5
_SIDE_MINIMUM: Final = 3
_QUIET_WEEKDAY: Final = 0.05
"""Share of an average day below which a weekday counts as one without spend."""
_MAD_TO_DEVIATION: Final = 1.4826


@dataclass(frozen=True, slots=True)
class Spend:
    """List cost of one workload and model on one day, femto-USD."""

    day: date
    workload: str | None
    model: str | None
    cost: int


def find_anomalies(spend: Sequence[Spend], history: Sequence[Spend] = ()) -> tuple[Anomaly, ...]:
    """The bad days among the days of ``spend``, in order; ``history`` (the period before) is only compared with."""
    days = _per_day([*history, *spend])
    listed = {entry.day for entry in spend} & days.keys()
    if not any(days[day] for day in listed):
        return ()
    expected, scores = _expectations(days)
    period_spend = sum(days[day] for day in listed)
    return tuple(
        _anomaly(day, expected[day], scores[day], spend, history)
        for day in sorted(listed)
        if scores[day] >= MIN_SCORE
        and days[day] >= MIN_FACTOR * expected[day]
        and days[day] - expected[day] >= MIN_SHARE_OF_PERIOD * period_spend
        and _others(days, day) >= MIN_OTHER_WEEKDAYS
    )


def _per_day(spend: Iterable[Spend]) -> dict[date, int]:
    """Spend of every known day of those searched."""
    sums: dict[date, int] = defaultdict(int)
    for entry in spend:
        sums[entry.day] += entry.cost
    if not sums:
        return {}
    last = max(sums)
    first = min(day for day in sums if (last - day).days < _SEARCHED_DAYS)
    calendar = {day: sums.get(day, 0) for day in (first + timedelta(i) for i in range((last - first).days + 1))}
    week = list(calendar)[:_WEEK]
    idle = {day.weekday() for day in week if not median(calendar[other] for other in _same_weekday(calendar, day))}
    return {day: cost for day, cost in calendar.items() if cost or day.weekday() in idle}


def _same_weekday(days: Iterable[date], day: date) -> list[date]:
    return [other for other in days if other.weekday() == day.weekday()]


def _others(days: Iterable[date], day: date) -> int:
    return len(_same_weekday(days, day)) - 1


def _expectations(days: Mapping[date, int]) -> tuple[dict[date, int], dict[date, float]]:
    """Expected spend and score of each day."""
    factor = _weekday_factors(days)
    adjusted = {day: cost / factor[day.weekday()] for day, cost in days.items() if cost or factor[day.weekday()] > _QUIET_WEEKDAY}
    level = {day: _level(adjusted, day) for day in days}
    floor = _FLOOR_SHARE * median(level.values())
    excess = {day: math.log((adjusted.get(day, level[day]) + floor) / (level[day] + floor)) if floor else 0.0 for day in days}
    scale = max(_MAD_TO_DEVIATION * median(abs(excess[day]) for day in adjusted), _SMALLEST_SCALE)
    expected = {day: _whole(level[day] * factor[day.weekday()]) for day in days}
    return expected, {day: excess[day] / scale for day in days}


def _weekday_factors(days: Mapping[date, int]) -> dict[int, float]:
    ratios: dict[int, list[float]] = defaultdict(list)
    costs = list(days.values())
    for i, (day, cost) in enumerate(days.items()):
        start = max(0, min(i - _WEEK // 2, len(costs) - _WEEK))
        week = costs[start : start + _WEEK]
        ratios[day.weekday()].append(cost * len(week) / sum(week) if any(week) else 1.0)
    return {weekday: max(median(values), _QUIET_WEEKDAY) for weekday, values in ratios.items()}


def _level(adjusted: Mapping[date, float], day: date) -> float:
    """Adjusted spend that the days on either side make likely."""
    before = [cost for other, cost in adjusted.items() if other < day][-_SIDE_DAYS:]
    after = [cost for other, cost in adjusted.items() if other > day][:_SIDE_DAYS]
    sides = [side for side in (before, after) if len(side) >= _SIDE_MINIMUM]
    return max(median(side) for side in sides or [[*before, *after, 0.0][: max(1, len(before) + len(after))]])


def _whole(femto_usd: float) -> int:
    """Six significant digits: an expectation is an estimate, and its last bits differ between machines."""
    return int(float(f"{femto_usd:.6g}"))


def _anomaly(day: date, expected: int, score: float, spend: Sequence[Spend], history: Sequence[Spend]) -> Anomaly:
    entries = [*history, *spend]
    cost = sum(entry.cost for entry in entries if entry.day == day)
    wanted = MOST_OF_EXCESS * (cost - expected)
    workload = _culprit({entry: entry.workload for entry in entries}, day, wanted)
    inside = [entry for entry in entries if workload is None or entry.workload == workload]
    model = _culprit({entry: entry.model for entry in inside}, day, wanted)
    return Anomaly(day, usd(cost), usd(expected), round(score, 2), model, workload)


def _culprit(names: Mapping[Spend, str | None], day: date, wanted: float) -> str | None:
    """The name whose spend rose most above its weekday median, if by enough."""
    series: dict[str | None, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    days = {entry.day for entry in names}
    for entry, name in names.items():
        series[name][entry.day] += entry.cost
    others = [other for other in _same_weekday(days, day) if other != day]
    rises = {name: costs[day] - (median(costs[other] for other in others) if others else 0) for name, costs in series.items()}
    worst = max(rises, key=lambda name: (rises[name], name or ""))
    return worst if rises[worst] >= wanted else None
