"""Small marks beside numbers: bars, sparklines, dumbbells, confidence. Each repeats a figure that stands in the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.report.charts import svg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup


def bar(share: float, colour: str) -> Markup:
    """A horizontal bar; ``share`` of the longest one. Anything above zero keeps a visible sliver."""
    width = max(share * 100, 0.7) if share > 0 else 0
    return svg.decoration("", (100, 10), [svg.rect(colour, 0, 0, width, 10)], preserveAspectRatio="none")


def sparkline(values: Sequence[float], marked: Sequence[int] = ()) -> Markup:
    """A line over zero with a dot on each of the ``marked`` positions."""
    highest = max([*values, 0.0]) or 1.0
    step = 98 / max(1, len(values) - 1)
    points = [(1 + i * step, 21.5 - 18 * value / highest) for i, value in enumerate(values)]
    if len(points) == 1:
        points.append((99, points[0][1]))
    path = " ".join(f"{svg.num(x)},{svg.num(y)}" for x, y in points)
    dots = [svg.element("circle", cx=points[i][0], cy=points[i][1], r=2.2) for i in marked]
    return svg.decoration("sp", (100, 24), [svg.element("polyline", points=path), *dots], width=100, height=24)


def dumbbell(now: float | None, possible: float | None) -> Markup:
    """Hit share now (hollow) and possible (full) on a line from 0 to 100 %; an unknown one is left out."""
    parts = [svg.line("rl", 5, 11, 105, 11)]
    if now is not None and possible is not None:
        parts.append(svg.line("dl", 5 + 100 * now, 11, 5 + 100 * possible, 11))
    if possible is not None:
        parts.append(svg.element("circle", class_="d1", cx=5 + 100 * possible, cy=11, r=4.5))
    if now is not None:
        parts.append(svg.element("circle", class_="d0", cx=5 + 100 * now, cy=11, r=4))
    return svg.decoration("", (110, 22), parts, width=110, height=22)


def confidence(level: int) -> Markup:
    """Three rising bars, ``level`` of them filled (3 Replayed, 2 Modelled, 1 Needs a test)."""
    bars = [svg.rect("on" if i < level else "off", 5 * i, 8 - 4 * i, 4, 4 + 4 * i) for i in range(3)]
    return svg.decoration("", (14, 12), bars, width=14, height=12)


def interval(low: float, value: float, high: float, colour: str) -> Markup:
    """A line over the common domain (shares of it), a thick bar from ``low`` to ``high``, and a tick at the estimate."""
    ends = [_INSET + (_LENGTH - 2 * _INSET) * share for share in (low, value, high)]
    parts = [svg.line("rl", 0, 10, _LENGTH, 10)]
    if high > low:
        parts.append(svg.rect(f"rb {colour}", ends[0], 6, ends[2] - ends[0], 8))
    parts.append(svg.rect("rm", ends[1] - 1.5, 2, 3, 16))
    return svg.decoration("", (_LENGTH, 20), parts, preserveAspectRatio="none")


def share(taken: float) -> Markup:
    """A thin bar: the part that is taken, then the rest."""
    parts = [svg.rect("cut", 0, 0, 200 * taken, 6), svg.rect("rem", 200 * taken + 1, 0, 199 - 200 * taken, 6)]
    return svg.decoration("seg", (200, 6), parts, preserveAspectRatio="none")


def part(taken: float, rest: float, colour: str = "") -> Markup:
    """A bar from zero in thousandths: what is left of a whole, then what is taken off it, which keeps a visible sliver."""
    parts = [svg.rect(colour or "rem", 0, 0, 1000 * rest, 10)]
    if taken > 0:
        parts.append(svg.rect("cut", 1000 * rest, 0, max(1000 * taken, _SLIVER), 10))
    return svg.decoration("part", (1000, 10), parts, preserveAspectRatio="none")


_LENGTH = 300.0
_INSET = 2.0
"""Room for half a tick at both ends of the domain."""
_SLIVER = 4.0
