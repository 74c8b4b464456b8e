"""Input to output ratio: bars on a log axis, split lines and peaks of the verdict, and a strip with one dot a workload."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from logcost.report import words
from logcost.report.charts import scale, svg
from logcost.traffic import BINS_PER_OCTAVE, ratio_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markupsafe import Markup

    from logcost.traffic import HistogramBin

_LEFT = 40.0
_RIGHT = 8.0
_TOP = 34.0
_TICKS_PER_DECADE = math.log2(10) * BINS_PER_OCTAVE
_GROUPS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
_MOST_BARS = 60


@dataclass(frozen=True, slots=True)
class Column:
    """One drawn bar: bins ``low`` to ``high`` (inclusive), its share, and the colour class of its mode."""

    low: int
    high: int
    share: float
    colour: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One workload: bin position, spend share of the largest (0..1), colour, name (drawn if ``named``), tooltip."""

    k: float
    size: float
    colour: str
    name: str
    named: bool
    tip: str


@dataclass(frozen=True, slots=True)
class Peak:
    """A labelled maximum at bin position ``k``."""

    k: float
    label: str
    colour: str


@dataclass(frozen=True, slots=True)
class Histogram:
    """What is drawn: ``measure`` is the word after the percentage (spend, calls); ``splits`` are bin positions."""

    name: str
    measure: str
    columns: tuple[Column, ...]
    splits: tuple[float, ...]
    peaks: tuple[Peak, ...]
    dots: tuple[Dot, ...]
    words: tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Frame:
    width: float
    height: float
    bottom: float
    first: int
    last: int
    top_share: float

    def x(self, k: float) -> float:
        """Place on the page of a bin."""
        return _LEFT + (self.width - _LEFT - _RIGHT) * (k - self.first + 0.5) / (self.last - self.first + 1)

    def y(self, share: float) -> float:
        """Height on the page of a share."""
        return self.bottom - (self.bottom - _TOP) * share / self.top_share


def columns(
    bins: Sequence[HistogramBin], weight: Callable[[HistogramBin], float], colour: Callable[[float], str]
) -> tuple[Column, ...]:
    """Group the engine's bins so that at most 60 bars fill the width; ``colour`` gives the class at a bin position."""
    weights = {b.k: weight(b) for b in bins}
    total = sum(weights.values())
    if not total:
        return ()
    first, last = _trim(weights)
    size = next((g for g in _GROUPS if (last - first + 1) / g <= _MOST_BARS), _GROUPS[-1])
    low = first - first % size
    found = []
    for start in range(low, last + 1, size):
        share = sum(weights.get(k, 0.0) for k in range(start, start + size)) / total
        found.append(Column(start, start + size - 1, share, colour(start + (size - 1) / 2)))
    return tuple(found)


def _trim(weights: dict[int, float]) -> tuple[int, int]:
    first, last = scale.ends(weights)
    short = max(0, 3 * BINS_PER_OCTAVE - (last - first)) // 2
    return first - short - 2, last + short + 2


def draw(chart: Histogram, *, narrow: bool = False) -> Markup:
    """The picture, 720 x 340 or, for phones, 360 x 270."""
    size = (360.0, 270.0) if narrow else (720.0, 340.0)
    shares = scale.share_grid(max(column.share for column in chart.columns))
    top = max(shares[-1], *(column.share for column in chart.columns))
    frame = _Frame(*size, size[1] - (72 if narrow else 86), chart.columns[0].low, chart.columns[-1].high, top)
    parts = [*_grid(shares, frame)]
    parts += [_column(column, frame, chart.measure, tip=not narrow) for column in chart.columns]
    parts += [*_ticks(frame), *_strip(chart.dots, frame, narrow=narrow), *_splits(chart, frame), *_peaks(chart, frame)]
    name = f"hist-{chart.name}-{'n' if narrow else 'w'}"
    return svg.figure(name, "n" if narrow else "w", size, chart.words, parts)


def _grid(shares: Sequence[float], frame: _Frame) -> list[Markup]:
    parts = []
    for share in shares:
        y = frame.y(share)
        parts.append(svg.line("grid base" if share == 0 else "grid", _LEFT, y, frame.width - _RIGHT, y))
        parts.append(svg.text("ax", _LEFT - 7, y + 4, f"{share * 100:g}%", "end"))
    return parts


def _column(column: Column, frame: _Frame, measure: str, *, tip: bool) -> Markup:
    """A bar; with a tooltip where there is a pointer to hover with (the numbers are in the table as well)."""
    left, right = frame.x(column.low - 0.5), frame.x(column.high + 0.5)
    top = frame.y(column.share)
    low, high = ratio_at(column.low - 0.5), ratio_at(column.high + 0.5)
    bar = svg.rect(column.colour, left + 0.6, top, right - left - 1.2, frame.bottom - top)
    if not tip:
        return bar
    return svg.element(
        "g",
        bar,
        svg.hit(left, _TOP, right - left, frame.bottom - _TOP),
        class_="day",
        data_t=f"{words.ratio(low)} to {words.ratio(high)}\t{words.percent(column.share, 2)} of {measure}",
    )


def _ticks(frame: _Frame) -> list[Markup]:
    parts = []
    first = math.ceil((frame.first - 0.5) / _TICKS_PER_DECADE)
    last = math.floor((frame.last + 0.5) / _TICKS_PER_DECADE)
    every = 1 + (last - first) // 7
    for power in range(first, last + 1):
        if power % every:
            continue
        x = frame.x(power * _TICKS_PER_DECADE)
        label = f"{10**power:,}:1" if power >= 0 else f"1:{10**-power:,}"
        half = 3.2 * len(label)
        inside = min(max(x, half), frame.width - half)
        tick = svg.line("tick", x, frame.bottom, x, frame.bottom + 5)
        parts += [tick, svg.text("ax", inside, frame.bottom + 18, label, "middle")]
    return parts


def _strip(dots: Sequence[Dot], frame: _Frame, *, narrow: bool) -> list[Markup]:
    y = frame.bottom + (34 if narrow else 36)
    parts = [svg.line("grid", _LEFT, y, frame.width - _RIGHT, y)]
    for dot in sorted(dots, key=lambda d: -d.size):
        radius = (2 + 6 * math.sqrt(dot.size)) if narrow else (3 + 8.5 * math.sqrt(dot.size))
        x = min(max(frame.x(dot.k), _LEFT), frame.width - _RIGHT)
        parts.append(svg.element("circle", class_=f"wd {dot.colour}", cx=x, cy=y, r=radius, data_t=dot.tip))
    if not narrow:
        parts += _names([dot for dot in dots if dot.named], frame, y + 24)
    parts.append(svg.text("ax", _LEFT, frame.height - 5, "← more output"))
    parts.append(svg.text("ax", frame.width - _RIGHT, frame.height - 5, "more input →", "end"))
    return parts


def _names(dots: Sequence[Dot], frame: _Frame, y: float) -> list[Markup]:
    """Names under their dots, pushed right until they do not overlap; one that would leave the picture is not drawn."""
    parts = []
    free_from = _LEFT
    for dot in sorted(dots, key=lambda d: (d.k, d.name)):
        half = 3.4 * len(dot.name)
        centre = max(frame.x(dot.k), free_from + half)
        if centre + half > frame.width:
            continue
        parts.append(svg.text("lab halo", centre, y, dot.name, "middle"))
        free_from = centre + half + 8
    return parts


def _splits(chart: Histogram, frame: _Frame) -> list[Markup]:
    parts = []
    for split in chart.splits:
        x = frame.x(split)
        parts.append(svg.line("split", x, 18, x, frame.bottom))
        parts.append(svg.text("lab mut", x, 13, f"split {words.ratio(ratio_at(split))}", "middle"))
    return parts


def _peaks(chart: Histogram, frame: _Frame) -> list[Markup]:
    parts = []
    for peak in chart.peaks:
        near = [c.share for c in chart.columns if c.low - BINS_PER_OCTAVE <= peak.k <= c.high + BINS_PER_OCTAVE]
        y = frame.y(max(near, default=0.0)) - 8
        half = 3.6 * len(peak.label)
        x = min(max(frame.x(peak.k), _LEFT + half), frame.width - half)
        parts.append(svg.text(f"lab b halo t{peak.colour}", x, y, peak.label, "middle"))
    return parts
