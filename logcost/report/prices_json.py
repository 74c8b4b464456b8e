"""JSON documents of ``logcost prices`` (contracts: docs/report.md). Money is decimal strings, never floats."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from logcost.report import money, words
from logcost.types import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from logcost.price import PriceFact


def show(facts: Sequence[PriceFact], *, sellers: Sequence[str] = ()) -> dict[str, object]:
    """``prices show --json``: every rate with unit, validity, source and confidence; who else sells the model."""
    return {"schema_version": SCHEMA_VERSION, "prices": plain(facts), "also_sold_by": list(sellers)}


def listed(facts: Sequence[PriceFact], at: datetime, *, left_out: int) -> dict[str, object]:
    """``prices list --json``: the standard rates of an instant; ``left_out`` counts models of hosts."""
    return {"schema_version": SCHEMA_VERSION, "at": words.as_of(at), "prices": plain(facts), "left_out": left_out}


def plain(value: Any) -> Any:
    """Dataclasses and containers as JSON values; money as decimal text, instants in UTC with ``Z``."""
    for kind, written in _WRITERS.items():
        if isinstance(value, kind):
            return written(value)
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    return value


_WRITERS: Final[dict[type, Callable[[Any], Any]]] = {
    Decimal: money.exact_text,
    datetime: lambda value: f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    date: date.isoformat,
    dict: lambda value: {str(key): plain(item) for key, item in value.items()},
    list: lambda value: [plain(item) for item in value],
    tuple: lambda value: [plain(item) for item in value],
}
"""Types that JSON lacks; ``datetime`` stands before ``date``, whose kind it is."""
