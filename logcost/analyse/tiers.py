"""Is a tiered architecture indicated? Only when two large parts of the bill are of different kinds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MIN_SPEND_SHARE: Final = 0.10
"""A part below this share of spend is not worth a tier of its own."""
MIN_RATIO_FACTOR: Final = 4.0


@dataclass(frozen=True, slots=True)
class Part:
    """A mode or a feature: its token spend, how much of that is input (femto-USD), and its typical input/output ratio."""

    spend: int
    input_cost: int
    ratio: float


def worth_splitting(candidates: Iterable[Sequence[Part]], total_spend: int) -> bool:
    """Whether any way of cutting the traffic has two large parts that differ.

    Each candidate is one way: the modes of a verdict that says bimodal or multimodal, or the features when they differ.
    """
    return any(_differs(parts, total_spend) for parts in candidates)


def _differs(parts: Sequence[Part], total_spend: int) -> bool:
    large = [part for part in parts if part.spend > 0 and part.spend >= MIN_SPEND_SHARE * total_spend]
    return any(_other_side(one, two) or _other_ratio(one, two) for one, two in combinations(large, 2))


def _other_side(one: Part, two: Part) -> bool:
    return (2 * one.input_cost > one.spend) != (2 * two.input_cost > two.spend)


def _other_ratio(one: Part, two: Part) -> bool:
    return max(one.ratio, two.ratio) >= MIN_RATIO_FACTOR * min(one.ratio, two.ratio)
