"""The limits of the valley procedure (methods 1.2), each on both sides, on histograms whose answer is worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logcost.analyse.valley import bandwidth, verdict
from tests.analyse.test_valley import counted, weighted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logcost.analyse.histogram import Histogram
    from logcost.traffic import Weighting

WIDE = 40
"""Bins of a plateau: wider than the narrowest kernel (11 bins on either side), so that its middle is as high as it is."""


def plateaus(*heights: int) -> Histogram:
    """Plateaus of so many thousand calls a bin, side by side, from bin 0 on: a valley's depth is 1 - valley / lower peak."""
    return counted({WIDE * i + k: 1_000 * height for i, height in enumerate(heights) for k in range(WIDE)})


def peaks(histogram: Histogram) -> list[int]:
    """Doubled bins of the peaks, by calls."""
    return [round(16 * _log2(mode.peak_ratio)) for mode in verdict(histogram, "calls").modes]


def _log2(ratio: float) -> float:
    return next(k / 16 for k in range(-4_000, 4_000) if abs(2 ** (k / 16) / ratio - 1) < 1e-9)


@pytest.mark.parametrize(
    ("valley", "word"), [(50, "bimodal"), (51, "weakly bimodal"), (75, "weakly bimodal"), (76, "unimodal"), (99, "unimodal")]
)
def test_depth_is_one_half_or_a_quarter(valley: int, word: str) -> None:
    found = verdict(plateaus(100, valley, 100), "calls")
    assert found.verdict == word
    assert found.depth == (None if word == "unimodal" else pytest.approx(1 - valley / 100))


@pytest.mark.parametrize(
    ("heights", "word"),
    [
        ((100, 51, 100, 51, 100), "weakly multimodal"),
        ((100, 50, 100, 50, 100), "multimodal"),
        ((100, 50, 100, 51, 100), "bimodal"),
    ],
)
def test_the_weak_look_is_only_taken_where_one_hump_is_left(heights: Sequence[int], word: str) -> None:
    assert verdict(plateaus(*heights), "calls").verdict == word


def test_depth_is_that_of_the_lower_peak() -> None:
    assert verdict(plateaus(1_000, 50, 100), "calls").verdict == "bimodal"
    assert verdict(plateaus(100, 51, 1_000), "calls").verdict == "weakly bimodal"


def test_the_shallowest_valley_takes_its_lower_peak_first() -> None:
    # 31 of 60 is too shallow: 60 goes, and 20 of 50 remains. The deeper valley alone would keep all three.
    assert peaks(plateaus(100, 31, 60, 20, 50)) == [WIDE - 1, 2 * 4 * WIDE + WIDE - 1]


def test_depth_and_separation_are_those_of_the_deepest_valley() -> None:
    found = verdict(plateaus(100, 30, 100, 10, 10, 100), "calls")
    assert (found.verdict, found.separation_octaves) == ("multimodal", 3 * WIDE / 8)
    assert found.depth == pytest.approx(0.9)
    assert verdict(plateaus(100, 10, 10, 100, 30, 100), "calls").depth == pytest.approx(0.9)


@pytest.mark.parametrize(("apart", "word"), [(15, "unimodal"), (16, "bimodal")])
def test_two_octaves_are_apart(apart: int, word: str) -> None:
    assert verdict(counted({0: 5_000, apart: 5_000}), "calls").verdict == word


def test_of_peaks_too_close_the_closest_go_first() -> None:
    # 15 and 27 are closest: 15 goes, and 0 and 27 are far apart. From the left, 0 and then 15 would go.
    assert peaks(counted({0: 1_000, 15: 1_500, 27: 2_000})) == [0, 54]
    assert peaks(counted({0: 2_000, 12: 1_500, 27: 1_000})) == [0, 54]


@pytest.mark.parametrize(("calls", "word"), [(19, "unimodal"), (20, "bimodal")])
def test_a_mode_has_twenty_calls(calls: int, word: str) -> None:
    assert verdict(counted({0: 135, 40: calls}), "calls").verdict == word


@pytest.mark.parametrize(("calls", "word"), [(500, "bimodal"), (499, "unimodal")])
def test_a_mode_has_a_twentieth_of_the_calls(calls: int, word: str) -> None:
    assert verdict(weighted((0, 40), (10_000 - calls, calls), (1_000, 1), squares=1), "calls").verdict == word


@pytest.mark.parametrize(("spend", "word"), [(100, "bimodal"), (99, "unimodal")])
def test_or_a_tenth_of_the_spend(spend: int, word: str) -> None:
    assert verdict(weighted((0, 40), (9_600, 400), (1_000 - spend, spend), squares=1), "calls").verdict == word


def test_of_modes_too_small_the_lowest_goes_first() -> None:
    # 3 % and 4 %: the first goes, and what is left beside the second has 7 %. The other way round the peak would be at 40.
    assert peaks(weighted((0, 40, 80), (9_300, 300, 400), (1_000, 1, 1), squares=1)) == [0, 160]
    assert peaks(weighted((0, 40, 80), (400, 300, 9_300), (1, 1, 1_000), squares=1)) == [0, 160]


@pytest.mark.parametrize(("bump", "cut"), [(30, 55), (50, 25)])
def test_the_cut_is_in_the_middle_of_the_widest_floor(bump: int, cut: int) -> None:
    # Three calls between the peaks are chance; the smoothed histogram is 0 from 12 bins away from any call on.
    assert verdict(counted({0: 10**6, bump: 3, 80: 10**6}), "calls").modes[0].high_bin == cut


def sparse(lower: int, *, times: int = 1) -> dict[int, int]:
    """Peaks at 0 and 80, the right one of so many calls, and between them one call in every second bin."""
    return {k: times * n for k, n in {0: 200, **dict.fromkeys(range(4, 77, 2), 1), 80: lower}.items()}


@pytest.mark.parametrize(("lower", "word"), [(19, "unimodal"), (20, "bimodal")])
def test_a_valley_must_be_too_empty_for_chance(lower: int, word: str) -> None:
    # 5 calls in the octave round the valley and one more than the peak round the peak: P(X <= 5 | 25) = 0.00204, of 26 0.00125.
    assert verdict(counted(sparse(lower)), "calls").verdict == word


@pytest.mark.parametrize("weighting", ["tokens", "spend"])
@pytest.mark.parametrize(("lower", "word"), [(19, "unimodal"), (20, "bimodal")])
def test_chance_is_that_of_effective_calls(lower: int, word: str, weighting: Weighting) -> None:
    # A hundred times the calls, weighted so unevenly that they tell as much as a hundredth of them.
    calls = sparse(lower, times=100)
    total = sum(calls.values())
    numbers = tuple(calls.values())
    histogram = weighted(calls, numbers, numbers, squares=total * 100)
    assert histogram.effective(weighting) == total / 100
    assert verdict(histogram, weighting).verdict == word
    assert verdict(histogram, "calls").verdict == "bimodal"


@pytest.mark.parametrize("weighting", ["tokens", "spend"])
@pytest.mark.parametrize(("weight", "word"), [(19, "unimodal"), (20, "bimodal")])
def test_a_mode_has_twenty_effective_calls(weight: int, word: str, weighting: Weighting) -> None:
    # Half of the calls have a tenth of the weight; all of them tell as much as 200.
    histogram = weighted((0, 40), (5_000, 5_000), (200 - weight, weight), squares=200)
    assert histogram.effective(weighting) == 200
    assert verdict(histogram, weighting).verdict == word


def test_the_bandwidth_is_silverman_on_the_narrower_spread() -> None:
    # Quartiles two octaves apart, 2 / 1.349 = 1.4826; the deviation is far wider. 0.9 * 1.4826 * 100**-0.2 = 0.5312.
    assert bandwidth(counted({-200: 15, -8: 30, 0: 10, 8: 30, 200: 15}), "calls", 100) == 0.531
    # A deviation of one octave, narrower than 2 / 1.349. 0.9 * 100**-0.2 = 0.3583.
    assert bandwidth(counted({-8: 50, 8: 50}), "calls", 100) == 0.358


@pytest.mark.parametrize(("octaves", "calls", "width"), [(1, 111, 0.351), (1, 115, 0.35), (4, 600, 1.0), (4, 620, 0.995)])
def test_the_bandwidth_is_clipped_on_both_sides(octaves: int, calls: int, width: float) -> None:
    # 0.9 * 111**-0.2 = 0.3509, of 115 0.3484; 0.9 * 4 * 600**-0.2 = 1.0016, of 620 0.9950.
    assert bandwidth(counted({-8 * octaves: 50, 8 * octaves: 50}), "calls", calls) == width


def test_a_verdict_that_repeats_do_not_change_is_that_of_all_calls() -> None:
    all_calls, without = counted({0: 1_000, 40: 1_000}), counted({0: 900, 40: 800})
    assert verdict(all_calls, "calls", without) == verdict(all_calls, "calls")


@pytest.mark.parametrize("left", [{0: 50}, {30: 5_000, 0: 20}])
def test_without_several_modes_anywhere_the_verdict_is_that_of_all_calls(left: dict[int, int]) -> None:
    all_calls = counted({0: 10_000})
    assert verdict(all_calls, "calls", counted(left)) == verdict(all_calls, "calls")


def test_modes_that_show_without_repeats_only_are_believed() -> None:
    found = verdict(counted({0: 10_000, 40: 100}), "calls", counted({0: 100, 40: 100}))
    assert (found.verdict, found.with_repeats, found.n, found.effective_n) == ("bimodal", "unimodal", 10_100, 200)
    assert [mode.calls_share for mode in found.modes] == pytest.approx([100 / 101, 1 / 101])


@pytest.mark.parametrize(("left", "word"), [(19, "bimodal"), (20, "insufficient")])
def test_where_twenty_calls_are_left_repeats_can_be_told(left: int, word: str) -> None:
    found = verdict(counted({0: 1_000, 40: 1_000}), "calls", counted({0: left, 40: 5}))
    assert (found.verdict, found.indicative) == (word, word == "bimodal")
    assert found.with_repeats == (None if word == "bimodal" else "bimodal")
