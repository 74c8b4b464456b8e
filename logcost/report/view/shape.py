"""Section "Traffic shape": ratio histogram by spend and by calls, the modes as cards, verdicts of all weightings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from logcost.report import money, words
from logcost.report.charts import histogram
from logcost.report.view import shape_words
from logcost.report.view.context import UNTAGGED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from markupsafe import Markup

    from logcost.report.view.context import Context
    from logcost.types import GroupShape, HistogramBin, Mode, TrafficShape, Verdict

_NAMED_DOTS = 2
_MOST_DOTS = 60
_TAIL = 12.5
"""Octaves: a sane range for a dot's position."""

COLOURS = ("hO", "hI")
_MIDDLE = "hM"
_ONE = "hI"


@dataclass(frozen=True, slots=True)
class Card:
    """One group of traffic."""

    name: str
    colour: str
    figure: str
    shares: str
    facts: tuple[tuple[str, str], ...]
    levers: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The histogram in one weighting."""

    measure: str
    wide: Markup
    narrow: Markup


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One weighting's verdict as a table row."""

    weighting: str
    verdict: str
    peaks: str
    depth: str
    separation: str
    calls: str
    bandwidth: str


@dataclass(frozen=True, slots=True)
class NumberRow:
    """One drawn bar as numbers: ratio range, calls, spend, and shares of both."""

    ratios: str
    calls: str
    calls_share: str
    spend: str
    spend_share: str


@dataclass(frozen=True, slots=True)
class WorkloadRow:
    """One dot of the strip as numbers."""

    label: words.Label
    ratio: str
    verdict: str
    calls: str
    spend: str


@dataclass(frozen=True, slots=True)
class ShapeView:
    """The section. ``empty`` replaces everything else when there is nothing to draw."""

    heading: str
    empty: str
    drawings: tuple[Drawing, ...] = ()
    cards: tuple[Card, ...] = ()
    notes: tuple[str, ...] = ()
    verdicts: tuple[VerdictRow, ...] = ()
    numbers: tuple[NumberRow, ...] = ()
    workloads: tuple[WorkloadRow, ...] = ()


def view(context: Context) -> ShapeView:
    """Build the section."""
    shape = context.model.shape
    verdict = shape_words.lead(shape)
    if not shape.histogram:
        return ShapeView("Not enough data to tell kinds of traffic apart", shape_words.empty_reason(shape))
    if verdict.verdict == "insufficient":
        calls = verdict.effective_n if verdict is shape.spend else verdict.n
        return ShapeView(f"Too few calls to tell ({words.count(calls)}).", "", *_evidence(context, verdict))
    return ShapeView(shape_words.heading(shape, verdict), "", *_evidence(context, verdict))


def _evidence(
    context: Context, verdict: Verdict
) -> tuple[
    tuple[Drawing, ...], tuple[Card, ...], tuple[str, ...], tuple[VerdictRow, ...], tuple[NumberRow, ...], tuple[WorkloadRow, ...]
]:
    shape = context.model.shape
    return (
        _drawings(context),
        _cards(context, verdict) if verdict.modes else (),
        shape_words.notes(shape, verdict),
        tuple(_verdict_row(name, v) for name, v in (("Calls", shape.calls), ("Tokens", shape.tokens), ("Spend", shape.spend))),
        _numbers(context),
        _workload_rows(context),
    )


def mode_colours(verdict: Verdict) -> list[str]:
    """Colour class of each mode: the outermost two have their own, those between share one."""
    last = len(verdict.modes) - 1
    if last == 0:
        return [_ONE]
    return [COLOURS[0] if i == 0 else COLOURS[1] if i == last else _MIDDLE for i in range(last + 1)]


def _colour_at(verdict: Verdict, k: float) -> str:
    for mode, colour in zip(verdict.modes, mode_colours(verdict), strict=True):
        if k <= mode.high_bin:
            return colour
    return mode_colours(verdict)[-1] if verdict.modes else _ONE


def _drawings(context: Context) -> tuple[Drawing, ...]:
    shape = context.model.shape
    found = []
    if any(b.spend for b in shape.histogram):
        found.append(_drawing(context, "spend", shape.spend, lambda b: float(b.spend)))
    if any(b.calls for b in shape.histogram):
        found.append(_drawing(context, "calls", shape.calls, lambda b: float(b.calls)))
    return tuple(found)


def _drawing(context: Context, measure: str, verdict: Verdict, weight: Callable[[HistogramBin], float]) -> Drawing:
    shape = context.model.shape
    chart = histogram.Histogram(
        name=measure,
        measure=measure,
        columns=histogram.columns(shape.histogram, weight, lambda k: _colour_at(verdict, k)),
        splits=tuple(mode.high_bin + 0.5 for mode in verdict.modes[:-1]),
        peaks=tuple(
            histogram.Peak(
                math.log2(mode.peak_ratio) * histogram.BINS_PER_OCTAVE, f"peak {words.ratio(mode.peak_ratio)}", colour[1]
            )
            for mode, colour in zip(verdict.modes, mode_colours(verdict), strict=True)
        ),
        dots=_dots(context, verdict),
        words=(f"Distribution of {measure} by input to output token ratio", _description(verdict, measure)),
    )
    return Drawing(measure, histogram.draw(chart), histogram.draw(chart, narrow=True))


def _description(verdict: Verdict, measure: str) -> str:
    if not verdict.modes:
        return f"Too few calls for a verdict. The figures by {measure} are in the table below the chart."
    modes = "; ".join(
        f"{words.ratio(m.peak_ratio)} with {words.percent(m.spend_share if measure == 'spend' else m.calls_share)} of {measure}"
        for m in verdict.modes
    )
    return f"{words.sentence(verdict.verdict)}. {words.sentence(words.plural(len(verdict.modes), 'peak'))}: {modes}."


def _by_spend(groups: Iterable[GroupShape]) -> list[GroupShape]:
    return sorted(groups, key=lambda g: (-g.spend, -g.calls, g.group.get("workload") or ""))


def _bin_of(ratio: float) -> float:
    k = math.log2(ratio) if ratio > 0 else -_TAIL
    return max(-_TAIL, min(_TAIL, k)) * histogram.BINS_PER_OCTAVE


def _dots(context: Context, verdict: Verdict) -> tuple[histogram.Dot, ...]:
    groups = sorted(context.model.shape.by_workload, key=lambda g: (-g.spend, -g.calls, g.group.get("workload") or ""))[
        :_MOST_DOTS
    ]
    largest = max((g.spend for g in groups), default=money.ZERO)
    named: dict[str, int] = {}
    dots = []
    for group in groups:
        k = _bin_of(group.median_ratio)
        colour = _colour_at(verdict, k)
        named[colour] = named.get(colour, 0) + 1
        name = words.label(group.group.get("workload"), missing=UNTAGGED, limit=24).text
        median = f"median {words.ratio(group.median_ratio)}\t{words.plural(group.calls, 'call')}"
        tip = f"{name}\t{_spend(context, group)}\n{median}"
        size = float(group.spend / largest) if largest else 0.1
        dots.append(histogram.Dot(k, size, colour, name, named[colour] <= _NAMED_DOTS, tip))
    return tuple(dots)


def _spend(context: Context, group: GroupShape) -> str:
    unknown = context.nothing_priced or group.group.get("workload") in context.workloads_without_price
    return "no price" if unknown and not group.spend else context.dollars(group.spend)


def _cards(context: Context, verdict: Verdict) -> tuple[Card, ...]:
    shape = context.model.shape
    inside = [[b for b in shape.histogram if m.low_bin <= b.k <= m.high_bin] for m in verdict.modes]
    amounts = context.amounts([sum((b.spend for b in bins), money.ZERO) for bins in inside])
    names = shape_words.mode_names(verdict) if len(verdict.modes) > 1 else ["All calls"]
    cards = []
    for mode, bins, amount, name, colour in zip(verdict.modes, inside, amounts, names, mode_colours(verdict), strict=True):
        calls = sum(b.calls for b in bins)
        priced = sum(b.calls if b.priced_calls is None else b.priced_calls for b in bins)
        tokens = sum(b.tokens for b in bins)
        spend = Decimal(amount.value)
        facts = [
            ("Peak ratio", f"{words.ratio(mode.peak_ratio)} input to output"),
            ("Mean call", f"{words.count(round(tokens / calls))} tokens" if calls else "not known"),
            ("Per 1,000 calls", _per_thousand(spend, priced)),
            ("Largest", _largest(context, mode) or "none large enough to judge"),
        ]
        shares = f"{words.percent(mode.calls_share)} of calls"
        if priced:
            shares = f"{words.percent(mode.spend_share)} of {shape_words.spend_word(shape)}, {shares}"
        figure = amount.text if priced else "No price"
        cards.append(Card(name, colour, figure, shares, tuple(facts), _levers(shape, mode)))
    return tuple(reversed(cards))


def _per_thousand(cost: Decimal, calls: int) -> str:
    from logcost.report.view.spend import per_thousand

    return per_thousand(cost, calls).text


def _largest(context: Context, mode: Mode) -> str:
    groups = [g for g in context.model.shape.by_workload if mode.low_bin <= round(_bin_of(g.median_ratio)) <= mode.high_bin]
    top = _by_spend(groups)[:2]
    return ", ".join(words.label(g.group.get("workload"), missing=UNTAGGED, limit=28).text for g in top)


def _levers(shape: TrafficShape, mode: Mode) -> str:
    if not shape.advise_tiers:
        return ""
    if mode.peak_ratio >= shape_words.LEAN_INPUT_FROM:
        return "prompt caching, shorter context, batch."
    if mode.peak_ratio < shape_words.LEAN_OUTPUT_BELOW:
        return "a cheaper tier, output limits. Caching does little here."
    return "both sides of the call count; look at the workloads first."


def _verdict_row(name: str, verdict: Verdict) -> VerdictRow:
    word = verdict.verdict + (" (indicative)" if verdict.indicative else "")
    return VerdictRow(
        name,
        words.sentence(word),
        ", ".join(words.ratio(m.peak_ratio) for m in verdict.modes) or "not told",
        "no valley" if verdict.depth is None else f"{verdict.depth:.2f}",
        "one peak"
        if len(verdict.modes) == 1
        else "not told"
        if verdict.separation_octaves is None
        else f"{verdict.separation_octaves:.1f} octaves",
        words.count(verdict.n),
        "not told" if verdict.bandwidth_octaves is None else f"{verdict.bandwidth_octaves:.2f} octaves",
    )


def _numbers(context: Context) -> tuple[NumberRow, ...]:
    """One row an octave: short enough to read, and it adds up."""
    octaves: dict[int, tuple[int, Decimal]] = {}
    for b in context.model.shape.histogram:
        octave = (b.k + histogram.BINS_PER_OCTAVE // 2) // histogram.BINS_PER_OCTAVE
        calls, spend = octaves.get(octave, (0, money.ZERO))
        octaves[octave] = (calls + b.calls, spend + b.spend)
    ordered = sorted(octaves.items())
    all_calls = sum(calls for _, (calls, _) in ordered) or 1
    all_spend = sum((spend for _, (_, spend) in ordered), money.ZERO)
    amounts = context.amounts([spend for _, (_, spend) in ordered])
    return tuple(
        NumberRow(
            f"{words.ratio(2 ** (octave - 0.5))} to {words.ratio(2 ** (octave + 0.5))}",
            words.count(calls),
            words.percent(calls / all_calls, 1),
            "no price" if context.nothing_priced else amount.text,
            words.percent(float(spend / all_spend), 1) if all_spend else "",
        )
        for (octave, (calls, spend)), amount in zip(ordered, amounts, strict=True)
    )


def _workload_rows(context: Context) -> tuple[WorkloadRow, ...]:
    groups = sorted(context.model.shape.by_workload, key=lambda g: (-g.spend, -g.calls, g.group.get("workload") or ""))[
        :_MOST_DOTS
    ]
    return tuple(
        WorkloadRow(
            words.label(g.group.get("workload"), missing=UNTAGGED),
            words.ratio(g.median_ratio),
            words.sentence(g.verdict.verdict),
            words.count(g.calls),
            _spend(context, g),
        )
        for g in groups
    )
