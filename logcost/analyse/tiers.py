"""Is a tiered architecture indicated? Only when two large parts of the bill are of different kinds (methods 1.5)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final, Literal

from logcost.analyse.frames import usd
from logcost.analyse.modes import side_of
from logcost.traffic import Advice, AdvicePart

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from logcost.traffic import Group

MIN_SPEND_SHARE: Final = 0.10
"""A part below this share of spend is not worth a tier of its own."""
MIN_RATIO_FACTOR: Final = 4.0


@dataclass(frozen=True, slots=True)
class Part:
    """A mode or a feature: its token spend, how much of that is input (femto-USD), and its typical input/output ratio."""

    spend: int
    input_cost: int
    ratio: float
    calls: int = 0
    mode: int | None = None
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """One way to cut the traffic: the modes of a verdict (with the ratios between them), or the features when they differ."""

    basis: Literal["calls", "spend", "features"]
    parts: Sequence[Part]
    splits: tuple[float, ...] = ()


def advice(
    cuts: Iterable[Cut], total_spend: int, explanation: str, features: tuple[str, ...], *, after_changes: bool
) -> Advice | None:
    """The first cut with two large parts that differ, as advice; ``None`` when no cut has them.

    ``explanation``: the verdict of ``explain``, which decides how to route.
    """
    for cut in cuts:
        large = [part for part in cut.parts if part.spend > 0 and part.spend >= MIN_SPEND_SHARE * total_spend]
        if any(_other_side(one, two) or _other_ratio(one, two) for one, two in combinations(large, 2)):
            parts = tuple(_said(part, total_spend, None if after_changes else part.mode) for part in large)
            return Advice(cut.basis, _route(cut, explanation), features, cut.splits, parts, after_changes)
    return None


def _route(cut: Cut, explanation: str) -> Literal["name", "classifier", "name and classifier"]:
    if cut.basis == "features" or explanation == "feature mix":
        return "name"
    return "classifier" if explanation == "inside features" else "name and classifier"


def _said(part: Part, total_spend: int, mode: int | None) -> AdvicePart:
    return AdvicePart(
        group=part.group,
        mode=mode,
        side=side_of(part.input_cost, part.spend, part.ratio),
        ratio=part.ratio,
        calls=part.calls,
        spend=usd(part.spend),
        spend_share=part.spend / total_spend,
        input_share=part.input_cost / part.spend,
    )


def _other_side(one: Part, two: Part) -> bool:
    return (2 * one.input_cost > one.spend) != (2 * two.input_cost > two.spend)


def _other_ratio(one: Part, two: Part) -> bool:
    return max(one.ratio, two.ratio) >= MIN_RATIO_FACTOR * min(one.ratio, two.ratio)
