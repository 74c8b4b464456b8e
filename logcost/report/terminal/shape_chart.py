"""The ratio histogram as a picture: upright bars of eighth blocks on a log axis, or lines of ``#`` where there is no room."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from rich.text import Text

from logcost.report import words
from logcost.report.charts import scale
from logcost.report.terminal.shape_names import sides
from logcost.traffic import position_of, ratio_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from logcost.traffic import TrafficShape, Verdict, Weighting

NARROW: Final = 60
"""Below this width upright bars say too little."""
_WIDEST: Final = 100
_GUTTER: Final = 7
_ROWS: Final = (8, 10)
"""Height on consoles below and from 80 columns."""
_TALL_FROM: Final = 80
_BLOCKS: Final = " ▁▂▃▄▅▆▇█"
_BROADEST: Final = 2
"""Columns of a bar that holds several bins: rather narrower bars than coarse ones."""
_LEAST_BINS: Final = 32
"""Four octaves: a histogram of few bins is drawn with room round it."""
_OUTPUT_SIDE: Final = "yellow"
_INPUT_SIDE: Final = "bright_blue"
_BETWEEN: Final = "magenta"
_QUIET: Final = "dim"


@dataclass(frozen=True, slots=True)
class Bars:
    """``size`` bins a bar from bin ``first`` on, each ``width`` columns wide, with their shares and the number of their mode.

    ``splits`` are bar numbers: the line stands before that bar.
    """

    first: int
    size: int
    width: int
    shares: tuple[float, ...]
    modes: tuple[int, ...]
    splits: tuple[int, ...]

    @property
    def columns(self) -> int:
        """Columns of the drawing, lines of splits included."""
        return len(self.shares) * self.width + len(self.splits)

    def column(self, k: float) -> int:
        """Column of a bin position."""
        bar = (k - self.first + 0.5) / self.size
        passed = sum(split <= bar for split in self.splits)
        return min(max(math.floor(bar * self.width) + passed, 0), self.columns - 1)


def picture(result: TrafficShape, console: Console) -> Text:
    """Shares of the leading weighting per ratio. Colour repeats what split lines and labels say."""
    verdict = result.leading
    weights = weights_of(result, result.lead)
    if not sum(weights.values()):
        return Text()
    if console.width < NARROW or console.options.ascii_only:
        return _lines(weights, verdict, result.lead, console.width)
    room = min(_WIDEST, console.width) - _GUTTER - max(0, len(verdict.modes) - 1)
    bars = grouped(weights, verdict, room)
    names = sides(result)
    text = Text().append(_title(result.lead, bars), style="bold")
    for line in (_peaks(bars, verdict, names), _splits(bars, verdict), *_body(bars, verdict, console.width), *_axis(bars)):
        if line.plain.strip():
            text.append("\n").append_text(line)
    return text


def weights_of(result: TrafficShape, weighting: Weighting) -> dict[int, float]:
    """Calls, tokens or spend of each bin."""
    return {cell.k: float(getattr(cell, weighting)) for cell in result.histogram}


def colour(number: int, modes: int) -> str:
    """Outermost modes have a colour each, those between share one; one mode alone has that of the input side."""
    if number >= modes - 1:
        return _INPUT_SIDE
    return _BETWEEN if number else _OUTPUT_SIDE


def grouped(weights: dict[int, float], verdict: Verdict, room: int) -> Bars:
    """Bars that fill the ``room`` best, none over the first split."""
    first, last = scale.ends(weights)
    spare = max(0, _LEAST_BINS - (last - first + 1))
    first, last = first - (spare + 1) // 2, last + spare // 2
    least = math.ceil((last - first + 1) / room)
    found = [_arranged(first, last, size, verdict, room) for size in range(least, 2 * least + 2)]
    low, size, number, width = max(found, key=lambda one: (one[2] * one[3], -one[1]))
    total = sum(weights.values())
    shares = [sum(weights.get(low + size * bar + i, 0.0) for i in range(size)) / total for bar in range(number)]
    edges = [mode.high_bin + 1 for mode in verdict.modes[:-1]]
    splits = tuple(round((edge - low) / size) for edge in edges)
    modes = tuple(sum(split <= bar for split in splits) for bar in range(number))
    return Bars(low, size, width, tuple(shares), modes, splits)


def _arranged(first: int, last: int, size: int, verdict: Verdict, room: int) -> tuple[int, int, int, int]:
    """First bin, bins a bar, bars, and columns a bar (0 when they do not fit) with an edge of the bars at the first split."""
    edge = verdict.modes[0].high_bin + 1 if verdict.several else first
    low = edge - size * math.ceil((edge - first) / size)
    number = math.ceil((last - low + 1) / size)
    return low, size, number, min(room // number, _BROADEST if size > 1 else room)


def _title(weighting: Weighting, bars: Bars) -> str:
    return f"Share of {weighting} by input to output tokens; a bar spans {ratio_at(bars.size):.2f}x"


def _peaks(bars: Bars, verdict: Verdict, names: Sequence[str]) -> Text:
    """The peak of each mode, with its name where there is room."""
    at = [bars.column(position_of(mode.peak_ratio)) for mode in verdict.modes]
    peaks = [f"peak {words.ratio(mode.peak_ratio)}" for mode in verdict.modes]
    colours = [colour(number, len(peaks)) for number in range(len(peaks))]
    long = [f"{name}, {peak}" for name, peak in zip(names, peaks, strict=True)] if len(names) > 1 else peaks
    for labels in (long, peaks):
        placed = _placed(bars.columns, at, labels, colours)
        if all(label in placed.plain for label in labels):
            return placed
    return _placed(bars.columns, at, [peak.removeprefix("peak ") for peak in peaks], colours)


def _splits(bars: Bars, verdict: Verdict) -> Text:
    at = [split * bars.width + number for number, split in enumerate(bars.splits)]
    labels = [f"split {words.ratio(mode.high_ratio)}" for mode in verdict.modes[:-1]]
    return _placed(bars.columns, at, labels, [""] * len(at))


def _placed(width: int, at: Sequence[int], labels: Sequence[str], styles: Sequence[str]) -> Text:
    """Labels round their columns, from left to right; one that would touch the last is left out."""
    text, free = Text(" " * _GUTTER), 0
    for column, label, style in zip(at, labels, styles, strict=True):
        start = min(max(column - len(label) // 2, 0), max(0, width - len(label)))
        if start >= free:
            text.append(" " * (start - (len(text) - _GUTTER))).append(label, style=style)
            free = start + len(label) + 2
    return text


def _body(bars: Bars, verdict: Verdict, width: int) -> Iterator[Text]:
    rows = _ROWS[width >= _TALL_FROM]
    top = max(bars.shares)
    steps = [max(1, round(share / top * rows * 8)) if share else 0 for share in bars.shares]
    for row in range(rows, 0, -1):
        label = words.percent(top * row / rows, 1) if row in {rows, rows // 2} else ""
        cells = [(f"{label:>{_GUTTER - 2}} {'┤' if label else '│'}", _QUIET)]
        for bar, (height, mode) in enumerate(zip(steps, bars.modes, strict=True)):
            cells += [("┊", _QUIET)] if bar in bars.splits else []
            level = min(max(height - 8 * (row - 1), 0), 8)
            cells.append((_BLOCKS[level] * bars.width, colour(mode, max(1, len(verdict.modes))) if level else ""))
        yield _runs(cells)


def _runs(cells: Sequence[tuple[str, str]]) -> Text:
    """Neighbours of one style as one piece: fewer escapes in the output."""
    text = Text()
    for style, run in groupby(cells, key=lambda cell: cell[1]):
        text.append("".join(part for part, _ in run), style=style)
    return text


def _axis(bars: Bars) -> tuple[Text, Text]:
    """The line with its ticks, and their labels: powers of ten, or steps of 1, 2, 5 where fewer than two powers are in sight."""
    low, high = bars.first - 0.5, bars.first + bars.size * len(bars.shares) - 0.5
    marks = _decades(low, high)
    if len(marks) < 2:  # noqa: PLR2004 -- one tick shows no scale
        marks = _within(low, high, [sign * step * 10**power for power in range(8) for step in (1, 2, 5) for sign in (1, -1)])
    at = [(bars.column(k), label) for k, label in marks]
    line = ["─"] * bars.columns
    for column, _ in at:
        line[column] = "┴"
    labels = _placed(bars.columns, [column for column, _ in at], [label for _, label in at], [_QUIET] * len(at))
    return Text().append(" " * (_GUTTER - 1) + "└" + "".join(line), style=_QUIET), labels


def _decades(low: float, high: float) -> list[tuple[float, str]]:
    return _within(low, high, [sign * 10**power for power in range(20) for sign in (1, -1)])


def _within(low: float, high: float, ratios: Sequence[float]) -> list[tuple[float, str]]:
    """Bin positions and labels of the ratios in sight; below zero stands for the inverse (-10 is 1:10)."""
    found = {}
    for ratio in ratios:
        if abs(ratio) >= 1:
            k = math.copysign(position_of(abs(ratio)), ratio)
            if low <= k <= high:
                found[k + 0.0] = f"1:{-ratio:,}" if ratio < -1 else f"{abs(ratio):,}:1"
    return sorted(found.items())


def _lines(weights: dict[int, float], verdict: Verdict, weighting: Weighting, width: int) -> Text:
    """A line an octave (or more) with its share, as ``#``: for consoles that are narrow or do not know block characters."""
    room = 30 if width >= NARROW else 20
    bars = grouped(weights, verdict, room)
    top, peaks = max(bars.shares), {_bar(bars, position_of(mode.peak_ratio)) for mode in verdict.modes}
    text = Text().append(f"Share of {weighting}; a line spans {ratio_at(bars.size):.2f}x", style="bold")
    longest = min(_WIDEST, width) - 23
    for bar, (share, mode) in enumerate(zip(bars.shares, bars.modes, strict=True)):
        if bar in bars.splits:
            text.append(f"\n--- split {words.ratio(verdict.modes[bars.splits.index(bar)].high_ratio)} ---")
        middle = bars.first + bars.size * (bar + 0.5) - 0.5
        drawn_bar = "#" * max(1, round(share / top * longest)) if share else ""
        text.append(f"\n{words.ratio(ratio_at(middle)):>9} {words.percent(share, 1) if share else '':>6} ")
        text.append(drawn_bar, style=colour(mode, max(1, len(verdict.modes)))).append(" peak" if bar in peaks else "")
    return text


def _bar(bars: Bars, k: float) -> int:
    return min(max(math.floor((k - bars.first + 0.5) / bars.size), 0), len(bars.shares) - 1)
