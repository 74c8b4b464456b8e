"""Names and small sums that all sentences and tables of ``logcost shape`` share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logcost.report import money, shape_words, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from logcost.traffic import GroupShape, TrafficShape

_NAMED: Final = 3
_PLURALS: Final = {"day": "days", "key": "keys", "model": "models", "month": "months", "provider": "providers"}
_IN_TIME: Final = {"day", "month"}
_PLACED: Final = {"model", "provider"}


def total(shape: TrafficShape) -> Decimal:
    """Spend of all calls in the histogram."""
    return sum((cell.spend for cell in shape.histogram), money.ZERO)


def features(shape: TrafficShape) -> Sequence[GroupShape]:
    """Shapes of the features that the explanation is about."""
    usual = {("workload",): shape.by_workload, ("provider", "model"): shape.by_model, ("month",): shape.by_month}
    return shape.by_feature or usual.get(shape.explanation.features, ())


def sides(shape: TrafficShape) -> list[str]:
    """Which side of the bill each mode of the leading verdict is on; without details, its ratio."""
    if len(shape.modes) == len(shape.leading.modes):
        return [words.sentence(detail.side) for detail in shape.modes]
    return [f"Around {words.ratio(mode.peak_ratio)}" for mode in shape.leading.modes]


def one(columns: Sequence[str]) -> str:
    """What one feature is: ``workload``, ``workload and key``."""
    return shape_words.features(columns)


def many(shape: TrafficShape) -> str:
    """The features in the plural: ``workloads``, ``combinations of workload and key``."""
    found = shape_words.features(shape.explanation.features)
    return f"combinations of {found}" if " and " in found else _PLURALS.get(found, f"{found}s")


def routed(columns: Sequence[str]) -> str:
    """How calls get to their part when the name tells it."""
    if _IN_TIME & set(columns):
        return "They are different times, not two kinds at once."
    if set(columns) <= _PLACED:
        return f"They are apart already, by {one(columns)}; no classifier is needed."
    name = "workload name" if tuple(columns) == ("workload",) else one(columns)
    return f"Route by {name}; no classifier is needed."


def names(found: Sequence[str], most: int = _NAMED) -> str:
    """``a, b, c and 5 more``."""
    shown = list(found[:most])
    if len(found) > most:
        shown.append(f"{words.count(len(found) - most)} more")
    return words.joined(shown) if shown else "one of them"


def call(given: int, answered: int) -> str:
    """Tokens of a call: ``800 in, 300 out``."""
    return f"{words.count(given)} in, {words.count(answered)} out"


def day(value: date) -> str:
    """``14 Oct 2026``."""
    return f"{words.short_day(value)} {value.year}"


def all_changed(shape: TrafficShape) -> bool:
    """Whether every workload with both kinds is one that changed."""
    inside = {group.get("workload") for group in shape.explanation.inside}
    return bool(inside) and inside <= {change.workload for change in shape.changes}
