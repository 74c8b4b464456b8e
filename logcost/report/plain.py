"""Results as JSON values: dataclasses and containers, money as decimal text, instants in UTC with ``Z``."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from logcost.report import money

if TYPE_CHECKING:
    from collections.abc import Callable


def instant(value: datetime | None) -> str | None:
    """``2026-10-14T06:00:00Z``."""
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def plain(value: Any) -> Any:
    """Dataclasses and containers as JSON values; money as decimal text, instants in UTC with ``Z``."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    for kind, written in _WRITERS.items():
        if isinstance(value, kind):
            return written(value)
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    return [plain(item) for item in value]


_WRITERS: Final[dict[type, Callable[[Any], Any]]] = {
    Decimal: money.exact_text,
    datetime: instant,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: str,
    bytes: bytes.hex,
    dict: lambda value: {str(key): plain(item) for key, item in value.items()},
}
"""Types that JSON lacks; ``datetime`` stands before ``date``, whose kind it is."""
