"""Hours of the day in which other rates hold: which of them an instant lies in, and which a stretch of time touches in part."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.errors import PriceBookError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from logcost.price.grammar import Schedule

DAY: Final = 24 * 60
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ALL_DAYS: Final = tuple(range(1, 8))


def intervals(schedule: Schedule) -> list[tuple[int, int]]:
    """Minutes of the UTC day, half-open and within the day. Raises ``PriceBookError`` for hours that cannot be."""
    found: list[tuple[int, int]] = []
    for text in schedule.hours:
        start, end = (_minute(part, text) for part in text.split("-", 1)) if "-" in text else (0, 0)
        if start in {end, DAY}:
            raise PriceBookError(f"'{text}' is no stretch of a day.", remedy='Write it as "16:30-00:30", in UTC.')
        if start < end:
            found.append((start, end))
            continue
        if end and (schedule.weekdays or schedule.except_days):
            raise PriceBookError(
                f"'{text}' passes midnight, so its days are not clear.", remedy="Write two stretches without weekdays."
            )
        found += [(start, DAY), *([(0, end)] if end else [])]
    return sorted(found)


def _minute(text: str, whole: str) -> int:
    hour, colon, minute = text.strip().partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal() and int(minute) < 60 and int(hour) * 60 + int(minute) <= DAY):  # noqa: PLR2004 -- minutes
        raise PriceBookError(f"'{text}' in '{whole}' is no time of the day.", remedy='Write it as "16:30-00:30", in UTC.')
    return int(hour) * 60 + int(minute)


def holds(schedule: Schedule, at: datetime) -> bool:
    """Whether an instant (UTC) lies in the hours."""
    minute = at.hour * 60 + at.minute
    inside = any(start <= minute < end for start, end in intervals(schedule))
    excepted = any(day.date() == at.date() for day in schedule.except_days)
    return inside and at.isoweekday() in (schedule.weekdays or _ALL_DAYS) and not excepted


def told(schedule: Schedule | None) -> str:
    """The hours in words: ``01:00-04:00 and 06:00-10:00 UTC, Monday to Friday``."""
    if schedule is None:
        return ""
    text = " and ".join(schedule.hours) + " UTC"
    days = [_WEEKDAYS[number - 1] for number in schedule.weekdays]
    if days:
        in_a_row = list(schedule.weekdays) == list(range(schedule.weekdays[0], schedule.weekdays[-1] + 1)) and len(days) > 2  # noqa: PLR2004 -- two are "and"
        text += f", {days[0]} to {days[-1]}" if in_a_row else f", {' and '.join(days)}"
    return text + (f", not on {len(schedule.except_days)} holidays" if schedule.except_days else "")


def window_code(schedules: Sequence[Schedule], instant: pl.Expr) -> pl.Expr:
    """Bit k: the k-th schedule holds at the instant; 0 for none."""
    bits = [
        pl.when(_inside(schedule, instant) & _active(schedule, instant)).then(1 << k).otherwise(0)
        for k, schedule in enumerate(schedules)
    ]
    return (pl.sum_horizontal(bits) if bits else pl.lit(0)).cast(pl.Int64)


def changes(schedules: Sequence[Schedule], first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """Bit k: between the first and the last instant of a row the k-th schedule begins or ends, or may."""
    bits = [pl.when(_changes(schedule, first, last)).then(1 << k).otherwise(0) for k, schedule in enumerate(schedules)]
    return (pl.sum_horizontal(bits) if bits else pl.lit(0)).cast(pl.Int64)


def _changes(schedule: Schedule, first: pl.Expr, last: pl.Expr) -> pl.Expr:
    minutes = (last - first).dt.total_seconds() // 60
    since_midnight = _minute_of(first)
    edges = _edges(schedule)
    if not edges:
        return pl.lit(value=False)
    passed = [((edge - since_midnight - 1) % DAY) + 1 <= minutes + _rest(first, last) for edge in edges]
    active = _active(schedule, first) | _active(schedule, last)
    long = last - first >= pl.lit(timedelta(days=1))
    return long | (active & pl.any_horizontal(passed))


def _edges(schedule: Schedule) -> list[int]:
    """Minutes at which the hours begin or end: not where one stretch follows another, and a midnight only if days differ."""
    stretches = intervals(schedule)
    inside = [any(start <= minute < end for start, end in stretches) for minute in range(DAY)]
    days_differ = bool(schedule.weekdays or schedule.except_days) and (inside[0] or inside[-1])
    return [minute for minute in range(DAY) if inside[minute] != inside[minute - 1] or (minute == 0 and days_differ)]


def _rest(first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """A minute more where the seconds of the end are before those of the start: minutes of the clock, not of the length."""
    return (_minute_of(first) + (last - first).dt.total_seconds() // 60) % DAY != _minute_of(last)


def _minute_of(instant: pl.Expr) -> pl.Expr:
    return instant.dt.hour().cast(pl.Int32) * 60 + instant.dt.minute().cast(pl.Int32)


def _inside(schedule: Schedule, instant: pl.Expr) -> pl.Expr:
    minute = _minute_of(instant)
    return pl.any_horizontal((minute >= start) & (minute < end) for start, end in intervals(schedule)).fill_null(value=False)


def _active(schedule: Schedule, instant: pl.Expr) -> pl.Expr:
    """Whether the hours hold at all on the day of an instant."""
    weekday = instant.dt.weekday().is_in(list(schedule.weekdays or _ALL_DAYS))
    excepted = instant.dt.date().is_in([day.date() for day in schedule.except_days])
    return (weekday & ~excepted).fill_null(value=False)
