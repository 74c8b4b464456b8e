"""The valley procedure on histograms with a known answer."""

from __future__ import annotations

import math
import random
from statistics import NormalDist
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from logcost.analyse.histogram import Histogram
from logcost.analyse.valley import Landscape, bandwidth, chance_at_most, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SHAPES = ("unimodal", "bimodal", "multimodal", "weakly bimodal", "weakly multimodal", "insufficient")


def weighted(bins: Iterable[int], calls: Sequence[int], weights: Sequence[int], *, squares: int) -> Histogram:
    """A histogram whose bins weigh ``weights``, by tokens and by pico-USD, all of them on the output side."""
    none = (0,) * len(calls)
    cost = tuple(1_000 * weight for weight in weights)
    return Histogram(tuple(bins), tuple(calls), none, tuple(weights), tuple(calls), none, cost, squares, squares)


def counted(bins: dict[int, int]) -> Histogram:
    """A histogram in which every call weighs the same."""
    ordered = dict(sorted((k, n) for k, n in bins.items() if n))
    calls = tuple(ordered.values())
    return weighted(ordered, calls, calls, squares=sum(calls))


def sample(octaves: list[float]) -> Histogram:
    bins: dict[int, int] = {}
    for value in octaves:
        k = round(8 * value)
        bins[k] = bins.get(k, 0) + 1
    return counted(bins)


def density(total: int, *parts: tuple[float, float, float]) -> Histogram:
    """A histogram without noise: a mixture of normal (weight, mean, deviation) in octaves, in whole calls."""
    normals = [(weight, NormalDist(mean, deviation)) for weight, mean, deviation in parts]

    def below(octave: float) -> float:
        return sum(weight * normal.cdf(octave) for weight, normal in normals)

    return counted({k: round(total * (below((k + 0.5) / 8) - below((k - 0.5) / 8))) for k in range(-120, 160)})


@pytest.mark.parametrize("n", [100, 300, 1_000, 10_000, 100_000])
@pytest.mark.parametrize("seed", range(5))
def test_one_wide_normal_is_unimodal(n: int, seed: int) -> None:
    draw = random.Random(seed)
    assert verdict(sample([draw.gauss(2, 1.5) for _ in range(n)]), "calls").verdict == "unimodal"


@pytest.mark.parametrize("seed", range(10))
def test_two_far_normals_are_bimodal(seed: int) -> None:
    draw = random.Random(seed)
    found = verdict(sample([draw.gauss(draw.choice((-1, 5)), 1) for _ in range(1_000)]), "calls")
    assert found.verdict == "bimodal"
    assert found.n == 1_000
    assert found.separation_octaves == pytest.approx(6, abs=0.75)
    assert found.depth is not None
    assert found.depth > 0.8
    assert [mode.calls_share for mode in found.modes] == pytest.approx([0.5, 0.5], abs=0.06)


def test_a_shallow_valley_is_no_valley_at_any_number_of_calls() -> None:
    assert verdict(density(50_000_000, (0.5, 0, 1.2), (0.5, 2.88, 1.2)), "calls").verdict == "unimodal"


def test_a_medium_valley_is_weak() -> None:
    found = verdict(density(50_000_000, (0.5, 0, 1.2), (0.5, 3.6, 1.2)), "calls")
    assert found.verdict == "weakly bimodal"
    assert found.depth == pytest.approx(0.36, abs=0.06)


def test_three_groups_are_multimodal() -> None:
    assert verdict(density(9_000, (0.3, -5, 0.8), (0.4, 1, 0.8), (0.3, 7, 0.8)), "calls").verdict == "multimodal"


@pytest.mark.parametrize("separation", [1.0, 2.0, 2.88, 3.0])
@pytest.mark.parametrize("total", [1_000, 100_000, 10**9, 10**15])
def test_noise_free_low_depth_stays_unimodal(separation: float, total: int) -> None:
    assert verdict(density(total, (0.5, 0, 1.2), (0.5, separation, 1.2)), "calls").verdict == "unimodal"


@pytest.mark.parametrize(
    ("calls", "word", "indicative"), [(98, "insufficient", False), (100, "bimodal", True), (300, "bimodal", False)]
)
def test_few_calls(calls: int, word: str, indicative: bool) -> None:
    found = verdict(counted({-24: calls // 2, 59: calls // 2}), "calls")
    assert (found.verdict, found.indicative, found.n) == (word, indicative, calls)
    assert (found.depth is None) == (word == "insufficient")


def test_nothing_at_all_is_insufficient() -> None:
    assert verdict(counted({}), "spend").verdict == "insufficient"


def test_modes_closer_than_fourfold_are_one() -> None:
    assert verdict(counted({0: 5_000, 15: 5_000}), "calls").verdict == "unimodal"
    assert verdict(counted({0: 5_000, 24: 5_000}), "calls").verdict == "bimodal"


def test_a_small_mode_needs_calls_or_spend() -> None:
    calls = (9_600, 400)
    without_spend = weighted((0, 40), calls, (960, 40), squares=1)
    with_spend = weighted((0, 40), calls, (850, 150), squares=1)
    assert verdict(without_spend, "calls").verdict == "unimodal"
    found = verdict(with_spend, "calls")
    assert found.verdict == "bimodal"
    assert [mode.spend_share for mode in found.modes] == [0.85, 0.15]


def test_a_gap_that_chance_explains_is_no_valley() -> None:
    hump = {-11: 1, -9: 1, -8: 1, -6: 2, -5: 7, -4: 3, -3: 6, -2: 3, -1: 8, 0: 7, 1: 3, 2: 5, 3: 6, 4: 5, 5: 1, 6: 4}
    ones = (16, 24, 28, 29, 30, 34, 36, 39, 40, 45, 46, 48, 49, 52, 57, 59, 60, 61, 69, 75, 76, 77, 79, 80, 86, 88)
    tail = {**dict.fromkeys(ones, 1), 18: 2, 20: 3, 22: 1, 23: 3, 26: 1, 32: 2, 35: 2, 54: 2, 58: 2, 65: 5, 68: 2, 74: 1, 78: 2}
    assert verdict(counted({**hump, **tail}), "calls").verdict == "unimodal"
    # The same picture from ten times the calls is no accident.
    assert verdict(counted({k: 10 * n for k, n in {**hump, **tail}.items()}), "calls").verdict != "unimodal"


def test_a_mode_of_fifteen_calls_is_none() -> None:
    assert verdict(counted({0: 135, 40: 15}), "calls").verdict == "unimodal"
    assert verdict(counted({0: 135, 40: 25}), "calls").verdict == "bimodal"


def test_one_huge_call_makes_no_mode_by_spend() -> None:
    squares = 1_000 * (10**9) ** 2 + (10**15) ** 2
    histogram = weighted((0, 60), (1_000, 1), (1_000 * 10**9, 10**15), squares=squares)
    found = verdict(histogram, "spend")
    assert found.verdict == "insufficient"
    assert found.effective_n == 1
    assert found.n == 1_001


def test_shares_and_cuts_cover_the_histogram() -> None:
    found = verdict(density(9_000, (0.3, -5, 0.8), (0.4, 1, 0.8), (0.3, 7, 0.8)), "calls")
    assert sum(mode.calls_share for mode in found.modes) == pytest.approx(1)
    assert all(a.high_bin + 1 == b.low_bin for a, b in zip(found.modes, found.modes[1:], strict=False))


def mirrored(histogram: Histogram) -> Histogram:
    return counted({-k: n for k, n in zip(histogram.bins, histogram.calls, strict=True)})


def test_of_two_equal_floors_the_cut_is_beside_the_higher_peak() -> None:
    assert [mode.high_bin for mode in verdict(counted({-1: 76, 20: 1, 41: 23}), "calls").modes] == [11, 41]
    assert [mode.high_bin for mode in verdict(counted({-41: 23, -20: 1, 1: 76}), "calls").modes] == [-12, 1]


@given(st.dictionaries(st.integers(-60, 60), st.integers(1, 5_000), min_size=1, max_size=30))
def test_swapping_input_and_output_mirrors_the_verdict(bins: dict[int, int]) -> None:
    histogram = counted(bins)
    peaks = Landscape(histogram, "calls", sum(bins.values())).peaks
    assume(len({peak.height for peak in peaks}) == len(peaks))  # of two equal peaks one must go: no mirror image
    one, other = verdict(histogram, "calls"), verdict(mirrored(histogram), "calls")
    assert one.verdict in SHAPES
    assert (one.verdict, one.depth, one.separation_octaves) == (other.verdict, other.depth, other.separation_octaves)
    assert [1 / mode.peak_ratio for mode in one.modes] == pytest.approx([mode.peak_ratio for mode in reversed(other.modes)])
    cuts = [(mode.low_bin, mode.high_bin) for mode in one.modes]
    assert cuts == [(-mode.high_bin, -mode.low_bin) for mode in reversed(other.modes)]


@given(st.dictionaries(st.integers(-60, 60), st.integers(1, 5_000), min_size=1, max_size=30), st.integers(2, 10**9))
def test_equal_weights_do_not_change_the_effective_calls(bins: dict[int, int], weight: int) -> None:
    calls = counted(bins)
    tokens = tuple(weight * n for n in calls.calls)
    histogram = weighted(calls.bins, calls.calls, tokens, squares=weight**2 * sum(calls.calls))
    assert histogram.effective("tokens") == pytest.approx(sum(calls.calls))
    assert verdict(histogram, "tokens").verdict == verdict(calls, "calls").verdict


def test_bandwidth_is_clipped() -> None:
    assert bandwidth(counted({16: 6_000}), "calls", 6_000) == 0.35
    assert bandwidth(density(200, (1, 0, 4)), "calls", 200) == 1.0


@pytest.mark.parametrize(("hits", "trials", "chance"), [(0, 10, 2**-10), (1, 10, 11 / 1024), (5, 10, 1.0), (0, 0, 1.0)])
def test_chance_is_exact(hits: int, trials: int, chance: float) -> None:
    assert chance_at_most(hits, trials) == chance


@pytest.mark.parametrize("hits", [900, 950, 980])
def test_the_normal_approximation_continues_the_exact_one(hits: int) -> None:
    exact = sum(math.comb(2_002, i) for i in range(hits + 1)) / 2**2_002
    assert chance_at_most(hits, 2_002) == pytest.approx(exact, rel=0.02)
