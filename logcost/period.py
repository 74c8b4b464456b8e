"""Months, days and time zones as people name them, to a half-open period of UTC instants."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from logcost.errors import UsageError
from logcost.types import Period


def time_zone(name: str) -> tzinfo:
    """The named zone; raises ``UsageError`` for an unknown one."""
    if name.upper() == "UTC":  # also where the machine has no time-zone data
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UsageError(f"There is no time zone '{name}'.", remedy="Use a name such as UTC or Europe/Berlin.") from None


def period(*, month: str | None = None, since: str | None = None, until: str | None = None, tz: str = "UTC") -> Period:
    """Period asked for; days and months begin at midnight in ``tz``. Raises ``UsageError`` when it makes no sense."""
    zone = time_zone(tz)
    if month and (since or until):
        raise UsageError("--month excludes --since and --until.", remedy="Give one or the other.")
    if month:
        return _month(month, zone)
    start = _instant(since, zone, "--since") if since else None
    end = _instant(until, zone, "--until", end_of_day=True) if until else None
    if start and end and start >= end:
        raise UsageError("--since is not before --until.", remedy="Swap them.")
    return Period(start, end)


def _month(month: str, zone: tzinfo) -> Period:
    """The calendar month ``YYYY-MM`` in the zone."""
    try:
        first = datetime.strptime(month, "%Y-%m").date()  # noqa: DTZ007 -- a calendar month; the zone comes below
    except ValueError:
        raise UsageError(f"'{month}' is no month.", remedy="Write it as 2026-10.") from None
    following = (first + timedelta(days=32)).replace(day=1)
    return Period(midnight(first, zone), midnight(following, zone))


def _instant(text: str, zone: tzinfo, option: str, *, end_of_day: bool = False) -> datetime:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            day = date.fromisoformat(text)
            return midnight(day + timedelta(days=1) if end_of_day else day, zone)
        value = datetime.fromisoformat(text)
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{option} '{text}' is no date.", remedy="Write it as 2026-10-31 or 2026-10-31T12:00:00Z.") from None


def midnight(day: date, zone: tzinfo) -> datetime:
    """The instant at which a day begins in the zone."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
