"""Drawings: round axes, bars as high as their amounts, stable colours."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logcost import resources
from logcost.report.charts import colours, days, histogram, scale, small, svg
from logcost.traffic import HistogramBin


@given(st.decimals(min_value="0.000000001", max_value=10**9, places=9))
def test_grids_are_round_and_cover_the_data(highest: Decimal) -> None:
    lines = scale.grid(highest)
    assert 2 <= len(lines) <= 5
    assert lines[0] == 0
    step = lines[1]
    assert step.as_tuple().digits[:1] in {(1,), (2,), (5,)}
    assert lines[-1] < highest + step
    assert lines[-1] >= highest - step


def test_text_and_attributes_are_escaped() -> None:
    drawn = svg.text('a"b', 1, 2.25, "<b>&")
    assert drawn == '<text class="a&#34;b" x="1" y="2.2">&lt;b&gt;&amp;</text>'


def bars(*amounts: str) -> tuple[days.Bar, ...]:
    return tuple(days.Bar(str(i), "tip", (days.Segment("a1", Decimal(amount)),)) for i, amount in enumerate(amounts))


def test_bar_heights_are_proportional() -> None:
    drawn = days.draw(days.DayChart(bars("100", "50", "0"), ("t", "d")))
    heights = [float(h) for h in re.findall(r'class="a1"[^>]*height="([\d.]+)"', drawn)]
    assert len(heights) == 2
    assert heights[0] + 0.7 == pytest.approx(2 * (heights[1] + 0.7), abs=0.2)


def test_long_axis_labels_have_room() -> None:
    drawn = days.draw(days.DayChart(bars("0.00105"), ("t", "d")))
    labels = re.findall(r'class="ax" x="([\d.]+)" y="[\d.]+" text-anchor="end">([^<]+)', drawn)
    assert max(len(text) for _, text in labels) == 7
    assert all(float(x) > 6.4 * len(text) for x, text in labels)


def test_every_colour_is_in_the_style_sheet() -> None:
    style = resources.text("reports", "assets", "report.css")
    spend = [(f"{maker}-{i}", Decimal(1)) for maker in ("claude", "gpt", "gemini", "other") for i in range(9)]
    one_by_one = [
        colours.assign([pair for pair in spend if pair[0].startswith(maker)], {})
        for maker in ("claude", "gpt", "gemini", "other")
    ]
    used = {colour for found in one_by_one for colour in found.values()}
    assert len(used) == 4 + 4 + 3 + 6 + 1
    for colour in used:
        assert f".{colour} {{" in style
        assert style.count(f"--{colour}: #") == 4


def test_a_chart_of_nothing_is_still_a_chart() -> None:
    drawn = days.draw(days.DayChart(bars("0", "0"), ("t", "d")))
    assert "$0" in drawn
    assert "NaN" not in drawn


def cell(k: int, calls: int, spend: int) -> HistogramBin:
    return HistogramBin(k, calls, 0, 0, calls, Decimal(0), Decimal(spend), Decimal(spend))


def test_histogram_columns_keep_the_whole_and_stay_few() -> None:
    bins = [cell(k, 10 + abs(k), 1) for k in range(-80, 90)]
    found = histogram.columns(bins, lambda b: float(b.calls), lambda k: "hO" if k < 0 else "hI")
    assert len(found) <= 60
    assert sum(column.share for column in found) == pytest.approx(1)
    assert {column.colour for column in found} == {"hO", "hI"}


def test_histogram_leaves_out_specks_at_the_ends_only() -> None:
    bins = [cell(-300, 1, 0), *(cell(k, 10_000, 0) for k in range(20))]
    found = histogram.columns(bins, lambda b: float(b.calls), lambda _: "hI")
    assert found[0].low > -30
    assert sum(column.share for column in found) == pytest.approx(1, abs=0.001)
    single = histogram.columns([cell(5, 7, 0)], lambda b: float(b.calls), lambda _: "hI")
    assert sum(column.share for column in single) == 1
    assert len(single) > 10


@pytest.mark.parametrize(
    ("model", "provider", "hue"),
    [
        ("claude-opus-4-5", "anthropic", "a"),
        ("anthropic.claude-3-haiku-20240307-v1:0", "aws.bedrock", "a"),
        ("us.anthropic.claude-sonnet-4", None, "a"),
        ("openai/gpt-4o", None, "o"),
        ("o3-mini", None, "o"),
        ("models/gemini-2.5-pro", "gcp.gemini", "g"),
        ("mistral-large", "mistral_ai", "x"),
    ],
)
def test_hue_is_the_maker(model: str, provider: str | None, hue: str) -> None:
    assert colours.hue(model, provider) == hue


def test_at_most_seven_models_have_a_colour_and_the_rest_share_one() -> None:
    spend = [(f"claude-{i}", Decimal(100 - i)) for i in range(6)] + [(f"gpt-{i}", Decimal(50 - i)) for i in range(6)]
    found = colours.assign(spend, {})
    own = [colour for colour in found.values() if colour != colours.REST]
    assert len(own) == len(set(own)) == 7
    assert found["claude-0"] == "a1"
    assert found["gpt-5"] == colours.REST
    assert colours.assign([("free", Decimal(0)), (None, Decimal(1))], {}) == {None: "x1", "free": "rest"}


def test_small_marks() -> None:
    assert "circle" in small.sparkline([1.0, 5.0, 1.0], [1])
    assert "circle" not in small.sparkline([0.0, 0.0])
    assert small.dumbbell(0.02, 0.91).count("<circle") == 2
    assert small.dumbbell(0.5, None).count("<circle") == 1
    assert small.confidence(2).count('class="on"') == 2
    assert 'width="0.7"' in small.bar(0.0001, "a1")
    assert 'width="0"' in small.bar(0, "a1")


def test_tick_labels_stay_inside_the_picture() -> None:
    bins = [cell(k, 10, 1) for k in range(-30, 79)]
    columns = histogram.columns(bins, lambda b: float(b.calls), lambda _: "hI")
    chart = histogram.Histogram("calls", "calls", columns, (), (), (), ("Title", "Description"))
    drawn = str(histogram.draw(chart, narrow=True))
    ticks = re.findall(r'<text class="ax" x="([\d.]+)" y="[\d.]+" text-anchor="middle">([^<]+)', drawn)
    assert "1,000:1" in {label for _, label in ticks}
    for x, label in ticks:
        half = 3.2 * len(label)
        assert half <= float(x) <= 360 - half
