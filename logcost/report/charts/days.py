"""Spend over time: stacked bars by model, weekends shaded, the engine's anomalies called out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from logcost.report import money
from logcost.report.charts import scale, svg

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from markupsafe import Markup

_GAP = 0.7
_TOP = 18.0
_LEAST_LEFT = 44.0
_DIGIT = 6.6
"""Width of a digit of an axis label."""
_RIGHT = 8.0


@dataclass(frozen=True, slots=True)
class Segment:
    """One model's part of a bar."""

    colour: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Bar:
    """One day, week or month: axis label (empty: none), tooltip text, parts from the bottom up."""

    label: str
    tip: str
    segments: tuple[Segment, ...]
    weekend: bool = False

    @property
    def total(self) -> Decimal:
        """Height of the bar in dollars."""
        return sum((s.amount for s in self.segments), start=money.ZERO)


@dataclass(frozen=True, slots=True)
class Callout:
    """Text at the bar of an anomaly."""

    index: int
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class DayChart:
    """What is drawn; ``words`` are the title and the description that states the finding."""

    bars: tuple[Bar, ...]
    words: tuple[str, str]
    callouts: tuple[Callout, ...] = ()
    reference: Decimal | None = None


@dataclass(frozen=True, slots=True)
class _Frame:
    width: float
    height: float
    bottom: float
    top_value: Decimal
    slots: int
    left: float

    @property
    def slot(self) -> float:
        """Width of one bar's place."""
        return (self.width - self.left - _RIGHT) / self.slots

    def y(self, amount: Decimal) -> float:
        """Height on the page of an amount."""
        return self.bottom - (self.bottom - _TOP) * float(amount / self.top_value)


def draw(chart: DayChart, *, narrow: bool = False) -> Markup:
    """The picture, 1080 x 270 or, for phones, 360 x 230."""
    size = (360.0, 230.0) if narrow else (1080.0, 270.0)
    highest = max([*(bar.total for bar in chart.bars), chart.reference or money.ZERO])
    lines = scale.grid(highest)
    left = max(_LEAST_LEFT, *(10 + _DIGIT * len(money.axis_dollars(value)) for value in lines))
    frame = _Frame(*size, size[1] - 26, max(lines[-1], highest) or money.ONE, max(1, len(chart.bars)), left)
    parts = [*_weekends(chart, frame), *_grid(lines, frame)]
    for index, bar in enumerate(chart.bars):
        parts += _bar(bar, frame, index)
    parts += _axis_labels(chart, frame, narrow=narrow)
    if chart.reference is not None:
        y = frame.y(chart.reference)
        parts.append(svg.line("ref", frame.left, y, frame.width - _RIGHT, y))
    parts += [part for callout in chart.callouts for part in _callout(callout, chart, frame, narrow=narrow)]
    return svg.figure("days-n" if narrow else "days-w", "n" if narrow else "w", size, chart.words, parts)


def _weekends(chart: DayChart, frame: _Frame) -> list[Markup]:
    height = frame.bottom - _TOP
    return [
        svg.rect("wkend", frame.left + i * frame.slot, _TOP, frame.slot + 0.1, height)
        for i, bar in enumerate(chart.bars)
        if bar.weekend
    ]


def _grid(lines: Sequence[Decimal], frame: _Frame) -> list[Markup]:
    parts = []
    for value in lines:
        y = frame.y(value)
        parts.append(svg.line("grid base" if value == 0 else "grid", frame.left, y, frame.width - _RIGHT, y))
        parts.append(svg.text("ax", frame.left - 7, y + 4, money.axis_dollars(value), "end"))
    return parts


def _bar(bar: Bar, frame: _Frame, index: int) -> list[Markup]:
    left = frame.left + index * frame.slot
    width = frame.slot * 0.74
    x = left + (frame.slot - width) / 2
    pieces = []
    running = money.ZERO
    for segment in bar.segments:
        foot, head = frame.y(running), frame.y(running + segment.amount)
        running += segment.amount
        if foot - head >= 0.05:  # noqa: PLR2004 -- below a twentieth of a pixel there is nothing to see
            pieces.append(svg.rect(segment.colour, x, head, width, max(0.4, foot - head - _GAP)))
    pieces.append(svg.hit(left, _TOP, frame.slot, frame.bottom - _TOP))
    return [svg.element("g", *pieces, class_="day", data_t=bar.tip)]


def _axis_labels(chart: DayChart, frame: _Frame, *, narrow: bool) -> list[Markup]:
    """Labels that have room: never two closer than their text is wide."""
    parts = []
    free_from = 0.0
    for index, bar in enumerate(chart.bars):
        if not bar.label:
            continue
        centre = frame.left + (index + 0.5) * frame.slot
        half = 3.2 * len(bar.label)
        if centre - half < free_from or centre + half > frame.width + (4 if narrow else 2):
            continue
        parts.append(svg.text("ax", centre, frame.height - 8, bar.label, "middle"))
        free_from = centre + half + 6
    return parts


def _callout(callout: Callout, chart: DayChart, frame: _Frame, *, narrow: bool) -> list[Markup]:
    centre = frame.left + (callout.index + 0.5) * frame.slot
    right_side = centre < frame.width / 2
    y = max(_TOP + 10, frame.y(chart.bars[callout.index].total) + 4)
    edge = frame.slot * 0.37 + 8
    x, anchor = (centre + edge, "start") if right_side else (centre - edge, "end")
    title = svg.text("lab b halo", x, y, callout.title, anchor)
    if narrow:
        return [title]
    return [title, svg.text("lab mut halo", x, y + 16, callout.detail, anchor)]
