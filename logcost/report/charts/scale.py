"""Axes: round steps for a value axis that starts at zero."""

from __future__ import annotations

from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_ROUND = tuple(map(Decimal, ("1", "1.2", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10")))
_MOST_LINES = 4
_DROP = 0.0005
"""Tails with less than this share at either end are not drawn: they would push everything else together."""


def grid(highest: Decimal) -> list[Decimal]:
    """Grid values from 0 up to about ``highest``: three to five lines at round numbers; ``[0, 1]`` when nothing is there."""
    if highest <= 0:
        return [Decimal(0), Decimal(1)]
    power = Decimal(1).scaleb((highest / _MOST_LINES).adjusted())
    step = next(s * power for s in _STEPS if s * power * _MOST_LINES >= highest)
    lines = [step * i for i in range(_MOST_LINES + 1)]
    return [value for value in lines if value - highest < step]


def ceiling(highest: Decimal) -> Decimal:
    """The next round number that is not below ``highest``; 1 when nothing is there."""
    if highest <= 0:
        return Decimal(1)
    power = Decimal(1).scaleb(highest.adjusted())
    return next(s * power for s in _ROUND if s * power >= highest)


def share_grid(highest: float) -> list[float]:
    """The same for shares of 1."""
    return [float(value) for value in grid(Decimal(repr(highest)))]


def ends(weights: Mapping[int, float]) -> tuple[int, int]:
    """First and last bin of a histogram to draw. Some weight must be above zero."""
    most = _DROP * sum(weights.values())
    first, last = (_reached(weights, sorted(weights, reverse=backwards), most) for backwards in (False, True))
    return first, last


def _reached(weights: Mapping[int, float], ordered: list[int], most: float) -> int:
    seen = accumulate(weights[k] for k in ordered)
    return next(k for k, so_far in zip(ordered, seen, strict=True) if so_far > most)
