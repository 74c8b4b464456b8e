"""The ratio histogram as upright bars of block characters, coloured by group."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich.text import Text

from logcost.report import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from logcost.traffic import HistogramBin, TrafficShape, Verdict, Weighting

_BLOCKS: Final = " ▁▂▃▄▅▆▇█"
_ASCII: Final = " .:#"
_ROWS: Final = 8
_MARGIN: Final = 7
_MOST_BARS: Final = 72
_DECADE: Final = 8 * math.log2(10)
_COLOURS: Final = ("yellow", "blue", "magenta")
_DROP: Final = 0.0005
"""Tails with less than this share at either end are not drawn, as in the report."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Which bins the bars show: ``size`` bins a bar, from bin ``first`` on."""

    first: int
    size: int
    shares: tuple[float, ...]

    def bar(self, k: float) -> int:
        """Number of the bar at a bin position."""
        return min(max(math.floor((k - self.first) / self.size), 0), len(self.shares) - 1)


def picture(result: TrafficShape, weighting: Weighting, console: Console) -> Text:
    """Bars, a line of ticks and one of marks; ``|`` is a split, ``^`` a peak.

    In ASCII where the console has no block characters.
    """
    verdict: Verdict = getattr(result, weighting)
    frame = _frame(result.histogram, weighting, max(20, min(_MOST_BARS, console.width - _MARGIN - 1)))
    blocks = _BLOCKS if (console.encoding or "").lower().startswith("utf") else _ASCII
    colours = [_colour(verdict, frame, bar) for bar in range(len(frame.shares))]
    top = max(frame.shares) or 1.0
    lines = [Text(f"Share of {weighting} by input to output tokens")]
    for row in range(_ROWS, 0, -1):
        line = Text(f"{words.percent(top) if row == _ROWS else '':>{_MARGIN - 1}} ")
        for share, colour in zip(frame.shares, colours, strict=True):
            line.append(_cell(share / top * _ROWS - (row - 1), blocks, bottom=row == 1), style=colour)
        line.rstrip()
        lines.append(line)
    lines += [Text(" " * _MARGIN + _ticks(frame)), Text(" " * _MARGIN + _marks(frame, verdict), style="bold")]
    return Text("\n").join(lines)


def _frame(bins: Sequence[HistogramBin], weighting: Weighting, room: int) -> _Frame:
    weights = {b.k: float(getattr(b, weighting)) for b in bins}
    total = sum(weights.values())
    if not total:
        return _Frame(bins[0].k, 1, (0.0,))
    first, last = _end(weights, total), _end({-k: w for k, w in weights.items()}, total)
    first, last = first - 2, -last + 2
    size = max(1, math.ceil((last - first + 1) / room))
    number = math.ceil((last - first + 1) / size)
    shares = [sum(weights.get(first + size * bar + i, 0.0) for i in range(size)) / total for bar in range(number)]
    return _Frame(first, size, tuple(shares))


def _end(weights: dict[int, float], total: float) -> int:
    seen = 0.0
    for k in sorted(weights):
        seen += weights[k]
        if seen > _DROP * total:
            return k
    return max(weights)


def _colour(verdict: Verdict, frame: _Frame, bar: int) -> str:
    """Outermost groups have a colour each, those between share one; a single group has that of the input side."""
    k = frame.first + frame.size * bar + (frame.size - 1) / 2
    last = len(verdict.modes) - 1
    number = next((i for i, mode in enumerate(verdict.modes) if k <= mode.high_bin + 0.5), last)
    return _COLOURS[1] if number >= last else _COLOURS[0] if number == 0 else _COLOURS[2]


def _cell(height: float, blocks: str, *, bottom: bool) -> str:
    steps = len(blocks) - 1
    level = min(max(round(height * steps), 0), steps)
    return blocks[1] if level == 0 and bottom and height > 0 else blocks[level]


def _ticks(frame: _Frame) -> str:
    """Powers of ten under their bars, as far as they do not touch."""
    line = [" "] * (len(frame.shares) + 8)
    free = 0
    end = frame.first + frame.size * len(frame.shares)
    for power in range(math.ceil(frame.first / _DECADE), math.floor(end / _DECADE) + 1):
        label = f"{10**power:,}:1" if power >= 0 else f"1:{10**-power:,}"
        start = max(0, frame.bar(power * _DECADE) - len(label) // 2)
        if start >= free:
            line[start : start + len(label)] = label
            free = start + len(label) + 2
    return "".join(line).rstrip()


def _marks(frame: _Frame, verdict: Verdict) -> str:
    marks = [(frame.bar(8 * math.log2(mode.peak_ratio)), f"^ peak {words.ratio(mode.peak_ratio)}") for mode in verdict.modes]
    edges = [mode.high_bin + 0.5 for mode in verdict.modes[:-1]]
    marks += [(frame.bar(edge), f"| split {words.ratio(2 ** (edge / 8))}") for edge in edges]
    line, rest = "", []
    for bar, label in sorted(marks):
        if bar < len(line):
            rest.append(label[2:])
            continue
        line = line.ljust(bar) + label + " "
    return line.rstrip() + (f"  ({', '.join(rest)})" if rest else "")
