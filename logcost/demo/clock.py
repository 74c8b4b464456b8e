"""When calls happen: working days, hours of the day, growth over the month, and days that go wrong."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

    from logcost.demo.workloads import Workload

MILLISECONDS_A_DAY: Final = 86_400_000
_MILLISECONDS_AN_HOUR: Final = 3_600_000

_HOURS: Final = {
    "office": (1, 1, 1, 1, 2, 4, 12, 34, 62, 78, 82, 74, 60, 76, 84, 80, 66, 42, 22, 13, 9, 6, 3, 2),
    "consumer": (16, 11, 8, 7, 9, 14, 24, 36, 48, 58, 64, 66, 68, 66, 64, 63, 64, 68, 74, 78, 72, 58, 40, 26),
    "night": (70, 96, 100, 98, 90, 64, 24, 8, 6, 5, 5, 5, 5, 5, 5, 5, 5, 5, 6, 8, 12, 18, 28, 46),
    "job": (0, 60, 100, 100, 40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
}
_WEEKEND: Final = {"office": 0.16, "consumer": 0.68, "night": 0.55, "job": 0.55}
_SATURDAY: Final = 5
_GROWTH_A_MONTH: Final = 0.1


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month in UTC."""

    year: int
    month: int

    @property
    def days(self) -> int:
        """Number of its days."""
        return calendar.monthrange(self.year, self.month)[1]

    def start_of(self, day: int) -> int:
        """Midnight that begins a day of it, in Unix milliseconds; a day past the end is one of the next month."""
        first = int(datetime(self.year, self.month, 1, tzinfo=UTC).timestamp() * 1000)
        return first + (day - 1) * MILLISECONDS_A_DAY


OCTOBER: Final = Month(2026, 10)
SEPTEMBER: Final = Month(2026, 9)


def iso(at: int) -> str:
    """Unix milliseconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instants(rng: Random, workload: Workload, month: Month, count: int) -> list[int]:
    """About ``count`` instants of a month in order, at least one, by the workload's rhythm; a surge comes on top."""
    weights = [_day_weight(workload, month, day) for day in range(1, month.days + 1)]
    hours = list(accumulate(_HOURS[workload.rhythm]))
    total = sum(weights)
    found: list[int] = []
    for day, weight in enumerate(weights, start=1):
        noise = rng.uniform(0.97, 1.03)
        surge = workload.surges.get(day, 1.0) if month == OCTOBER else 1.0
        calls = _whole(rng, count * weight / total * noise * surge)
        start = month.start_of(day)
        chosen = rng.choices(range(24), cum_weights=hours, k=calls)
        found += sorted(start + hour * _MILLISECONDS_AN_HOUR + int(rng.random() * _MILLISECONDS_AN_HOUR) for hour in chosen)
    return found or [month.start_of(workload.first_day) + MILLISECONDS_A_DAY // 2]


def _day_weight(workload: Workload, month: Month, day: int) -> float:
    if month == OCTOBER and day < workload.first_day:
        return 0.0
    weekend = calendar.weekday(month.year, month.month, day) >= _SATURDAY
    return (_WEEKEND[workload.rhythm] if weekend else 1.0) * (1 + _GROWTH_A_MONTH * day / month.days)


def _whole(rng: Random, expected: float) -> int:
    """Round up or down at random, so that small numbers keep their mean."""
    return int(expected) + (rng.random() < expected % 1)
