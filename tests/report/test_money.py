"""Rounding and display of money: columns add up, nothing that costs something reads $0."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logcost.report import money

AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=15, allow_nan=False, allow_infinity=False)


@given(st.lists(AMOUNTS, max_size=40), st.integers(0, 6))
def test_rounded_columns_add_up_and_stay_close(amounts: list[Decimal], places: int) -> None:
    shown = money.allocate(amounts, places)
    unit = Decimal(1).scaleb(-places)
    with localcontext(prec=60):
        assert sum(shown, Decimal(0)) == sum(amounts, Decimal(0)).quantize(unit, ROUND_HALF_EVEN)
        assert all(abs(s - a) < unit for s, a in zip(shown, amounts, strict=True))


@given(st.lists(AMOUNTS, max_size=20), st.integers(0, 3))
def test_amounts_on_the_grid_are_left_alone(amounts: list[Decimal], places: int) -> None:
    on_grid = [money.rounded(a, places) for a in amounts]
    assert money.allocate(on_grid, places) == on_grid


def test_largest_remainders_get_the_missing_dollars() -> None:
    thirds = [Decimal("33.4"), Decimal("33.35"), Decimal("33.25")]
    assert money.allocate(thirds, 0) == [34, 33, 33]
    assert money.allocate([Decimal("0.5"), Decimal("0.5")], 0) == [1, 0]
    assert money.allocate([], 2) == []


@pytest.mark.parametrize(
    ("total", "places", "headline"),
    [
        ("46297.80", 0, ("46,297", ".80")),
        ("100", 0, ("100", ".00")),
        ("99.994", 2, ("99", ".99")),
        ("1", 2, ("1", ".00")),
        ("0.0123", 5, ("0", ".01230")),
        ("0.000000000000001", 15, ("0", ".000000000000001")),
        ("0", 2, ("0", ".00")),
    ],
)
def test_precision_comes_from_the_total(total: str, places: int, headline: tuple[str, str]) -> None:
    scale = money.scale_of(Decimal(total))
    assert scale.places == places
    assert money.headline(Decimal(total), scale) == headline


@given(AMOUNTS.filter(bool), st.integers(0, 6))
def test_a_cost_never_reads_as_zero(amount: Decimal, places: int) -> None:
    text = money.dollars(amount, places)
    assert any(digit in "123456789" for digit in text)
    assert text.startswith(("$", "<$", ">\u2212$", "\u2212$"))


def test_signs() -> None:
    assert money.dollars(Decimal("5723.14"), 2, sign=True) == "+$5,723.14"
    assert money.dollars(Decimal(-1530), 0, sign=True) == "\u2212$1,530"
    assert money.dollars(Decimal(0), 0, sign=True) == "$0"
    assert money.dollars(Decimal("0.4"), 0) == "<$1"
    assert money.dollars(Decimal("-0.004"), 2) == ">\u2212$0.01"


@given(AMOUNTS)
def test_exact_text_is_exact_and_has_no_exponent(amount: Decimal) -> None:
    text = money.exact_text(amount)
    assert Decimal(text) == amount
    assert "E" not in text.upper()


def test_exact_text_drops_only_zeros_after_the_point() -> None:
    assert money.exact_text(Decimal(100)) == "100"
    assert money.exact_text(Decimal("1E+3")) == "1000"
    assert money.exact_text(Decimal("1.2500")) == "1.25"
    assert money.exact_text(Decimal("-0.00")) == "0"


def test_axis_labels_are_short() -> None:
    labels = [money.axis_dollars(Decimal(v)) for v in ("0", "250", "1500", "2000000", "0.002")]
    assert labels == ["$0", "$250", "$1.5k", "$2M", "$0.002"]
