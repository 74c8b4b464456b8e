"""Axes: round steps for a value axis that starts at zero."""

from __future__ import annotations

from decimal import Decimal

_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_MOST_LINES = 4


def grid(highest: Decimal) -> list[Decimal]:
    """Grid values from 0 up to about ``highest``: three to five lines at round numbers; ``[0, 1]`` when nothing is there."""
    if highest <= 0:
        return [Decimal(0), Decimal(1)]
    power = Decimal(1).scaleb((highest / _MOST_LINES).adjusted())
    step = next(s * power for s in _STEPS if s * power * _MOST_LINES >= highest)
    lines = [step * i for i in range(_MOST_LINES + 1)]
    return [value for value in lines if value - highest < step]


def share_grid(highest: float) -> list[float]:
    """The same for shares of 1."""
    return [float(value) for value in grid(Decimal(repr(highest)))]
