"""Words for numbers, days and names."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logcost.report import words


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1:1"), (28.2, "28:1"), (7.4, "7.4:1"), (1 / 1.8, "1:1.8"), (166.2, "170:1"), (1234.0, "1,200:1"), (0.02, "1:50")],
)
def test_ratio(value: float, text: str) -> None:
    assert words.ratio(value) == text


@pytest.mark.parametrize(
    ("share", "places", "text"),
    [(0.258, 1, "25.8%"), (0.0001, 0, "<1%"), (0.0001, 1, "<0.1%"), (0.9999, 0, ">99%"), (1, 0, "100%"), (0, 0, "0%")],
)
def test_percent_never_hides_a_part(share: float, places: int, text: str) -> None:
    assert words.percent(share, places) == text


@given(st.integers(1, 10**12), st.integers(0, 10**6))
def test_all_means_all(whole: int, missing: int) -> None:
    part = max(0, whole - missing)
    assert (words.percent_floor(part, whole) == "100%") == (part == whole)


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        (114.1, 100, "+14.1%"),
        (85, 100, "\u221215.0%"),
        (1200, 100, "\u00d712"),
        (5, 0, "new"),
        (0, 5, "ended"),
        (100, 100, "0.0%"),
    ],
)
def test_change(now: float, before: float, text: str) -> None:
    assert words.change_percent(now, before) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (950, "950"), (4_710, "4.71 k"), (18_000_000_000, "18.0 B"), (2_440_000_000, "2.44 B")]
)
def test_tokens(number: int, text: str) -> None:
    assert words.tokens(number) == text


def test_days() -> None:
    assert words.period_name(date(2026, 10, 1), date(2026, 10, 31)) == "October 2026"
    assert words.period_name(date(2026, 2, 1), date(2026, 2, 28)) == "February 2026"
    assert words.period_name(date(2026, 10, 1), date(2026, 10, 17)) == "1 to 17 October 2026"
    assert words.day_range(date(2026, 9, 28), date(2026, 10, 4)) == "28 September to 4 October 2026"
    assert words.day_range(date(2025, 12, 1), date(2026, 1, 2)) == "1 December 2025 to 2 January 2026"
    assert words.day_range(date(2026, 10, 4), date(2026, 10, 4)) == "4 October 2026"


@given(st.text(max_size=400))
def test_labels_are_short_visible_and_one_line(name: str) -> None:
    shown = words.label(name)
    assert 1 <= len(shown.text) <= 48
    assert not set(shown.text + shown.full) & set("\n\r\t\u202e\u2066\u2069\u200f\u0000\u007f")
    assert shown.known


def test_direction_overrides_are_written_out() -> None:
    assert words.label("safe\u202egnp.exe").text == "safe<U+202E>gnp.exe"
    assert words.label(None) == words.Label("(untagged)", known=False)
    assert words.label("x" * 300).full == "x" * 300
