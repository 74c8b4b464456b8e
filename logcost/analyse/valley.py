"""Is the ratio histogram one hump or several? The valley procedure: smooth, then strike out every peak that is not real.

A peak stays only if the valley beside it is deep, its neighbour far, the valley's emptiness no accident of counting, and
the mode large enough to matter. Depth and not a p-value decides, because at a million calls every trivial departure from
one hump is "significant". Kernel weights and sums are integers, so the same histogram gives the same verdict on every
machine. Positions are kept doubled (a plateau of even width has its middle between two bins).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from logcost.traffic import BINS_PER_OCTAVE, Mode, Verdict, ratio_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logcost.analyse.histogram import Histogram
    from logcost.traffic import Weighting

MIN_CALLS: Final = 100
"""Fewer (effective) calls: no verdict."""
SURE_CALLS: Final = 300
"""Fewer (effective) calls: the verdict is indicative."""
STRICT_DEPTH: Final = 0.5
"""Two equal normal humps 3.4 standard deviations apart have about this depth."""
WEAK_DEPTH: Final = 0.25
"""Second look when the first finds one hump: ``weakly``."""
MIN_SEPARATION_OCTAVES: Final = 2
"""Output costs 3 to 8 times input, so modes less than 4x apart do not differ in which side of the bill dominates."""
MAX_CHANCE: Final = 0.002
"""Probability that a valley this empty is an accident of counting."""
MIN_MODE_CALLS: Final = 20
MIN_MODE_CALLS_SHARE: Final = 0.05
MIN_MODE_SPEND_SHARE: Final = 0.10

_MIN_BANDWIDTH: Final = 0.35
"""Octaves. Melts the comb that outputs of 1, 2, 3 tokens make, and the spike of constant calls."""
_MAX_BANDWIDTH: Final = 1.0
"""Octaves. Keeps a small sample from being smoothed into one hump."""
_KERNEL_UNIT: Final = 2**20
_KERNEL_CUT: Final = 4
_EXACT_TRIALS: Final = 2_000
_WORDS: Final = {1: "unimodal", 2: "bimodal"}


@dataclass(frozen=True, slots=True)
class Peak:
    """A local maximum of the smoothed histogram; ``position`` is 2k."""

    position: int
    height: int


@dataclass(frozen=True, slots=True)
class Valley:
    """The lowest place between two peaks; ``position`` is 2k."""

    left: Peak
    right: Peak
    position: int
    height: int

    @property
    def lower_peak(self) -> Peak:
        """The peak that goes when the valley does not hold; of two equal ones the right."""
        return self.left if self.left.height < self.right.height else self.right

    @property
    def depth(self) -> float:
        """1 - valley / lower peak."""
        return 1 - self.height / self.lower_peak.height

    @property
    def separation_octaves(self) -> float:
        """Distance of the two peaks."""
        return (self.right.position - self.left.position) / (2 * BINS_PER_OCTAVE)


def verdict(histogram: Histogram, weighting: Weighting, without_repeats: Histogram | None = None) -> Verdict:
    """Run the procedure on calls, tokens or spend; for the latter two every count is an effective (Kish) count.

    ``without_repeats``: the same calls, with exact repeats within a minute counted once. Several modes have to show there as
    well (a retry storm is one event, however many calls it makes), and modes that show only there are believed: a storm inside
    one mode made the other too small to see. Cuts and peaks are then those without repeats, shares are of all calls. Where
    that would leave no mode at all (times of a whole day, say), the modes of all calls stay, as indicative.
    """
    full = _verdict(histogram, weighting)
    if without_repeats is None:
        return full
    if not can_tell(full, without_repeats):
        return replace(full, indicative=True) if full.several else full
    collapsed = _verdict(without_repeats, weighting)
    if collapsed.verdict == full.verdict and _same_modes(collapsed.modes, full.modes):
        return full
    if not full.several and not collapsed.several:
        return full
    return replace(
        collapsed,
        n=full.n,
        modes=tuple(_mode(m.peak_ratio, m.low_bin, m.high_bin, histogram) for m in collapsed.modes),
        with_repeats=full.verdict if collapsed.verdict != full.verdict else None,
    )


def _verdict(histogram: Histogram, weighting: Weighting) -> Verdict:
    effective = histogram.effective(weighting)
    count = histogram.count(weighting)
    if effective < MIN_CALLS:
        return Verdict("insufficient", n=count, effective_n=int(effective))
    landscape = Landscape(histogram, weighting, effective)
    peaks, word = landscape.survivors(STRICT_DEPTH), ""
    if len(peaks) == 1:
        peaks = landscape.survivors(WEAK_DEPTH)
        word = "weakly " if len(peaks) > 1 else ""
    valleys = landscape.valleys(peaks)
    deepest = max(valleys, key=lambda valley: (valley.depth, valley.separation_octaves), default=None)
    return Verdict(
        word + _WORDS.get(len(peaks), "multimodal"),
        n=count,
        modes=tuple(landscape.modes(peaks)),
        depth=deepest.depth if deepest else None,
        separation_octaves=deepest.separation_octaves if deepest else None,
        bandwidth_octaves=landscape.bandwidth,
        indicative=effective < SURE_CALLS,
        effective_n=int(effective),
    )


def can_tell(full: Verdict, without_repeats: Histogram) -> bool:
    """Whether any mode is left without repeats. If none is, all calls repeat each other: then the times are too coarse."""
    left = (without_repeats.inside(mode.low_bin, mode.high_bin, without_repeats.calls) for mode in full.modes)
    return any(calls >= MIN_MODE_CALLS for calls in left)


def _same_modes(one: Sequence[Mode], other: Sequence[Mode]) -> bool:
    """Whether the peaks are the same ones, within half of the least separation."""
    near = 2.0 ** (MIN_SEPARATION_OCTAVES / 2)
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(1 / near <= a.peak_ratio / b.peak_ratio <= near for a, b in pairs)


def _mode(peak_ratio: float, low: int, high: int, histogram: Histogram) -> Mode:
    """The stretch of bins with its shares of a histogram."""
    shares = [
        _share(histogram.inside(low, high, weights), sum(weights))
        for weights in (histogram.calls, histogram.tokens, histogram.spend)
    ]
    return Mode(peak_ratio, low, high, *shares)


def bandwidth(histogram: Histogram, weighting: Weighting, effective: float) -> float:
    """Kernel width in octaves: Silverman's rule on the narrower of two measures of spread, clipped.

    Rounded to 1/1000 octave, so that the last bit of a machine's power function cannot change the kernel.
    """
    weights = histogram.weights(weighting)
    total = sum(weights)
    first = sum(w * k for k, w in zip(histogram.bins, weights, strict=True))
    second = sum(w * k * k for k, w in zip(histogram.bins, weights, strict=True))
    deviation = math.sqrt(max(0, second * total - first * first)) / total
    low, high = histogram.tails(weighting, 4)
    spread = min(deviation, (high - low) / 1.349) / BINS_PER_OCTAVE
    return round(min(max(0.9 * spread * math.pow(effective, -0.2), _MIN_BANDWIDTH), _MAX_BANDWIDTH), 3)


class Landscape:
    """The smoothed histogram of one weighting, and the questions the procedure asks about it."""

    def __init__(self, histogram: Histogram, weighting: Weighting, effective: float) -> None:
        self._histogram = histogram
        self._weights = histogram.weights(weighting)
        self._calls_per_weight = effective / sum(self._weights)
        self.bandwidth = bandwidth(histogram, weighting, effective)
        kernel = _kernel(self.bandwidth * BINS_PER_OCTAVE)
        self._first = histogram.bins[0] - len(kernel)
        self._height = _smooth(histogram.bins, self._weights, kernel, self._first)

    @cached_property
    def peaks(self) -> list[Peak]:
        """All local maxima, from left to right; a plateau counts once, at its middle."""
        found, start = [], 1
        for i in range(1, len(self._height) - 1):
            if self._height[i] != self._height[i + 1]:
                if self._height[start - 1] < self._height[start] > self._height[i + 1]:
                    found.append(Peak(start + i + 2 * self._first, self._height[i]))
                start = i + 1
        return found

    def valleys(self, peaks: Sequence[Peak]) -> list[Valley]:
        """The valley between each two neighbours."""
        return [self._valley(left, right) for left, right in pairwise(peaks)]

    def _valley(self, left: Peak, right: Peak) -> Valley:
        low, high = left.position // 2 - self._first, (right.position + 1) // 2 - self._first
        floor = min(self._height[low : high + 1])
        runs = _runs([i for i in range(low, high + 1) if self._height[i] == floor])
        # Of two equally wide floors the one beside the higher peak, so that a mirrored histogram has the mirrored valley.
        runs = runs if left.height > right.height else runs[::-1]
        start, end = max(runs, key=lambda run: run[1] - run[0])
        return Valley(left, right, start + end + 2 * self._first, floor)

    def survivors(self, min_depth: float) -> list[Peak]:
        """Peaks left when none has to go; peaks go one at a time, the first rule that objects decides."""
        peaks = list(self.peaks)
        while len(peaks) > 1 and (victim := self._victim(peaks, min_depth)) is not None:
            peaks.remove(victim)
        return peaks

    def _victim(self, peaks: Sequence[Peak], min_depth: float) -> Peak | None:
        valleys = self.valleys(peaks)
        shallowest = min(valleys, key=_by_depth)
        if shallowest.depth < min_depth:
            return shallowest.lower_peak
        closest = min(valleys, key=lambda valley: (valley.separation_octaves, valley.lower_peak.height))
        if closest.separation_octaves < MIN_SEPARATION_OCTAVES:
            return closest.lower_peak
        accidental = [valley for valley in valleys if not self._significant(valley)]
        if accidental:
            return min(accidental, key=_by_depth).lower_peak
        small = [peak for peak, mode in zip(peaks, self.modes(peaks), strict=True) if self._too_small(mode)]
        return min(small, key=lambda peak: peak.height, default=None)

    def _significant(self, valley: Valley) -> bool:
        hits = round(self._effective_calls_near(valley.position))
        return chance_at_most(hits, hits + round(self._effective_calls_near(valley.lower_peak.position))) <= MAX_CHANCE

    def _effective_calls_near(self, position: int) -> float:
        """Effective calls in the window of one octave round a position."""
        bins = zip(self._histogram.bins, self._weights, strict=True)
        return self._calls_per_weight * sum(weight for k, weight in bins if abs(2 * k - position) <= BINS_PER_OCTAVE)

    def _too_small(self, mode: Mode) -> bool:
        bins = zip(self._histogram.bins, self._weights, strict=True)
        calls = self._calls_per_weight * sum(weight for k, weight in bins if mode.low_bin <= k <= mode.high_bin)
        unimportant = mode.calls_share < MIN_MODE_CALLS_SHARE and mode.spend_share < MIN_MODE_SPEND_SHARE
        return calls < MIN_MODE_CALLS or unimportant

    def modes(self, peaks: Sequence[Peak]) -> list[Mode]:
        """The stretch of bins that belongs to each peak, cut at the valleys; every bin belongs to exactly one."""
        last_bins = [_last_bin_left_of(valley) for valley in self.valleys(peaks)]
        lows = [self._histogram.bins[0], *(last + 1 for last in last_bins)]
        highs = [*last_bins, self._histogram.bins[-1]]
        ratios = [ratio_at(peak.position / 2) for peak in peaks]
        return [_mode(*parts, self._histogram) for parts in zip(ratios, lows, highs, strict=True)]


def chance_at_most(hits: int, trials: int) -> float:
    """P(X <= hits) for X ~ Binomial(trials, 1/2); exact up to 2,000 trials, then normal with continuity correction."""
    if 2 * hits >= trials:
        return 1.0
    if trials <= _EXACT_TRIALS:
        return float(Fraction(sum(math.comb(trials, i) for i in range(hits + 1)), 1 << trials))
    return 0.5 * math.erfc((trials - 2 * hits - 1) / math.sqrt(2 * trials))


def _kernel(width: float) -> list[int]:
    """Half of a Gaussian in integer weights: the middle, then one side; cut at four widths."""
    return [round(_KERNEL_UNIT * math.exp(-0.5 * (i / width) ** 2)) for i in range(int(_KERNEL_CUT * width) + 1)]


def _smooth(bins: Sequence[int], weights: Sequence[int], kernel: Sequence[int], first: int) -> list[int]:
    """Dense smoothed histogram from bin ``first`` on, with an empty bin at either end."""
    height = [0] * (bins[-1] - bins[0] + 2 * len(kernel) + 1)
    for k, weight in zip(bins, weights, strict=True):
        height[k - first] += weight * kernel[0]
        for i, share in enumerate(kernel[1:], start=1):
            height[k - first - i] += weight * share
            height[k - first + i] += weight * share
    return height


def _runs(positions: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of each stretch of consecutive numbers, from left to right."""
    ends = [i for i, (one, following) in enumerate(pairwise(positions)) if following != one + 1]
    starts = [0, *(i + 1 for i in ends)]
    return [(positions[start], positions[end]) for start, end in zip(starts, [*ends, len(positions) - 1], strict=True)]


def _last_bin_left_of(valley: Valley) -> int:
    """The valley's own bin goes to the higher peak, so that a mirrored histogram is cut at the mirrored place."""
    own_bin = valley.position % 2 == 0
    return valley.position // 2 - (1 if own_bin and valley.left.height < valley.right.height else 0)


def _by_depth(valley: Valley) -> tuple[float, int]:
    return valley.depth, valley.lower_peak.height


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
