"""Uncertainty coefficient and correlation ratio, against values worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logcost.analyse.explain import FeatureBin, between_share, explain, uncertainty
from logcost.traffic import Mode, Verdict

MODES = (Mode(0.5, -20, 0, 0.5, 0.5, 0.5), Mode(8.0, 1, 40, 0.5, 0.5, 0.5))
TWO = Verdict("bimodal", 1_000, MODES)
ONE = Verdict("unimodal", 1_000, MODES[:1])


def cells(*rows: tuple[str, int, int]) -> list[FeatureBin]:
    return [FeatureBin(*row) for row in rows]


def test_a_feature_that_tells_all_and_one_that_tells_nothing() -> None:
    assert uncertainty(cells(("a", -10, 70), ("b", 10, 30)), MODES) == pytest.approx(1)
    assert uncertainty(cells(("a", -10, 35), ("a", 10, 15), ("b", -10, 35), ("b", 10, 15)), MODES) == pytest.approx(0)


def test_a_feature_that_tells_half() -> None:
    # Modes 1:1 (1 bit). Feature a: all 50 in the first mode; b: 25 and 75, so H(mode | feature) = 2/3 H(1/4).
    rows = cells(("a", -10, 50), ("b", -10, 25), ("b", 10, 75))
    entropy = -(0.25 * math.log2(0.25) + 0.75 * math.log2(0.75))
    assert uncertainty(rows, MODES) == pytest.approx(1 - (2 / 3) * entropy)


def test_between_share_by_hand() -> None:
    # Means 1 and 5, variance 1 inside each: between 4, whole 5.
    assert between_share(cells(("a", 0, 10), ("a", 2, 10), ("b", 4, 10), ("b", 6, 10))) == pytest.approx(0.8)
    assert between_share(cells(("a", 0, 10), ("a", 2, 10))) == 0
    assert between_share(cells(("a", 3, 10), ("b", 3, 10))) is None
    assert between_share([]) is None


@pytest.mark.parametrize(
    ("rows", "several", "verdict"),
    [
        ([("a", -10, 500), ("b", 10, 500)], set(), "feature mix"),
        ([("a", -10, 500), ("b", 10, 300), ("b", -10, 100)], {"b"}, "both"),
        ([("a", -10, 300), ("b", 10, 300), ("b", -10, 300)], {"b"}, "inside features"),
        ([("a", -10, 500), ("a", 10, 500)], set(), "both"),
    ],
)
def test_verdicts_with_two_modes(rows: list[tuple[str, int, int]], several: set[object], verdict: str) -> None:
    assert explain(cells(*rows), TWO, several).verdict == verdict


def test_verdicts_with_one_mode() -> None:
    apart = explain(cells(("a", -10, 500), ("b", 10, 500)), ONE, set())
    assert (apart.verdict, apart.theil_u, apart.inside_share, apart.eta2) == ("features differ", None, None, 1.0)
    assert explain(cells(("a", -10, 500), ("a", 10, 500), ("b", 0, 9)), ONE, set()).verdict == "none"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-100, 100), st.integers(1, 10**9)), min_size=1, max_size=40))
def test_measures_are_shares_and_do_not_depend_on_the_order(rows: list[tuple[str, int, int]]) -> None:
    one, other = cells(*rows), cells(*reversed(rows))
    assert 0 <= uncertainty(one, MODES) <= 1
    assert uncertainty(one, MODES) == uncertainty(other, MODES)
    assert between_share(one) == between_share(other)
    assert 0 <= (between_share(one) or 0) <= 1
