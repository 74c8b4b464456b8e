"""Which features make the modes? A mix of two plain features looks bimodal overall; so does one feature that is two things.

``theil_u`` = I(mode; feature) / H(mode): how much of "which mode is this call in" the feature's name tells.
``inside_share`` = share of calls in features that have several modes themselves.
``eta2`` = share of the variance of log2(input/output) that lies between features; high with one mode overall is the
reverse case: no valley, and still not uniform traffic.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence

    from logcost.traffic import Mode, Verdict

SEPARATED: Final = 0.5
"""From this ``theil_u`` on, the feature's name tells the mode."""
HARDLY_INSIDE: Final = 0.2
MOSTLY_INSIDE: Final = 0.5
DIFFERENT: Final = 0.35
"""From this ``eta2`` on, features differ even without a valley."""


class Measured(NamedTuple):
    """The verdict and what it rests on; ``None`` where it does not apply."""

    verdict: str
    theil_u: float | None
    inside_share: float | None
    eta2: float | None


@dataclass(frozen=True, slots=True)
class FeatureBin:
    """Calls of one feature in one ratio bin."""

    feature: Hashable
    k: int
    calls: int


def explain(cells: Sequence[FeatureBin], overall: Verdict, several_modes: Collection[Hashable]) -> Measured:
    """The verdict over features. ``several_modes``: the features that have a valley of their own.

    Verdicts: ``feature mix`` (route by feature name), ``inside features`` (a feature must be split or classified),
    ``both``; without modes overall ``features differ`` or ``none``.
    """
    eta2 = between_share(cells)
    if not overall.several:
        return Measured("features differ" if eta2 is not None and eta2 >= DIFFERENT else "none", None, None, eta2)
    theil_u = uncertainty(cells, overall.modes)
    total = sum(cell.calls for cell in cells)
    inside = sum(cell.calls for cell in cells if cell.feature in several_modes) / total
    return Measured(_verdict(theil_u, inside), theil_u, inside, eta2)


def _verdict(theil_u: float, inside: float) -> str:
    if theil_u >= SEPARATED and inside < HARDLY_INSIDE:
        return "feature mix"
    return "inside features" if inside >= MOSTLY_INSIDE else "both"


def uncertainty(cells: Iterable[FeatureBin], modes: Sequence[Mode]) -> float:
    """Theil's uncertainty coefficient of the mode given the feature, from 0 (tells nothing) to 1 (tells all)."""
    joint: dict[tuple[Hashable, int], int] = defaultdict(int)
    for cell in cells:
        joint[cell.feature, mode_of(cell.k, modes)] += cell.calls
    return told_by(joint)


def told_by(joint: Mapping[tuple[Hashable, int], int]) -> float:
    """The same from the calls of each (feature, mode)."""
    features, by_mode = _margins(joint)
    whole = _entropy(by_mode.values())
    information = _entropy(features.values()) + whole - _entropy(joint.values())
    return min(max(information / whole, 0.0), 1.0) if whole else 0.0


def between_share(cells: Sequence[FeatureBin]) -> float | None:
    """Correlation ratio of the bin number over features; ``None`` when all calls lie in one bin, or there are none.

    With one feature it is 0 exactly, whatever rounding would say.
    """
    sums: dict[Hashable, tuple[int, int]] = defaultdict(lambda: (0, 0))
    squares = 0
    for cell in cells:
        calls, first = sums[cell.feature]
        sums[cell.feature] = (calls + cell.calls, first + cell.calls * cell.k)
        squares += cell.calls * cell.k * cell.k
    total, first = sum(c for c, _ in sums.values()), sum(s for _, s in sums.values())
    variation = squares * total - first * first
    if variation == 0:
        return None
    if len(sums) == 1:
        return 0.0
    between = math.fsum(s * s / c for c, s in sums.values()) * total - first * first
    return min(max(between / variation, 0.0), 1.0)


def mode_of(k: int, modes: Sequence[Mode]) -> int:
    """Number of the mode that a bin belongs to."""
    return next(i for i, mode in enumerate(modes) if k <= mode.high_bin or i == len(modes) - 1)


def _margins(joint: Mapping[tuple[Hashable, int], int]) -> tuple[dict[Hashable, int], dict[int, int]]:
    features: dict[Hashable, int] = defaultdict(int)
    modes: dict[int, int] = defaultdict(int)
    for (feature, mode), calls in joint.items():
        features[feature] += calls
        modes[mode] += calls
    return features, modes


def _entropy(counts: Iterable[int]) -> float:
    present = [count for count in counts if count]
    total = sum(present)
    return -math.fsum(count / total * math.log(count / total) for count in present)
