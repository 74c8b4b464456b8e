"""Names and small sums that all sentences and tables of ``logcost shape`` share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logcost.report import shape_words, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from logcost.traffic import GroupShape, TrafficShape

_IN_TIME: Final = {"day", "month"}
_PLACED: Final = {"model", "provider"}


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
    return f"combinations of {found}" if " and " in found else f"{found}s"


def routed(columns: Sequence[str]) -> str:
    """How calls get to their part when the name tells it."""
    if _IN_TIME & set(columns):
        return "They are different times, not two kinds at once."
    if set(columns) <= _PLACED:
        return f"They are apart already, by {one(columns)}; no classifier is needed."
    name = "workload name" if tuple(columns) == ("workload",) else one(columns)
    return f"Route by {name}; no classifier is needed."


def day(value: date) -> str:
    """``14 Oct 2026``."""
    return f"{words.short_day(value)} {value.year}"


def all_changed(shape: TrafficShape) -> bool:
    """Whether every workload with both kinds is one that changed."""
    inside = {group.get("workload") for group in shape.explanation.inside}
    return bool(inside) and inside <= {change.workload for change in shape.changes}
