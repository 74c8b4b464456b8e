"""Section "Traffic shape": ratio histogram by spend and by calls, the modes as cards, verdicts of all weightings."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from logcost.report import money, shape_words, words
from logcost.report.charts import histogram
from logcost.report.view.context import UNTAGGED
from logcost.traffic import BINS_PER_OCTAVE, position_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from markupsafe import Markup

    from logcost.report.view.context import Amount, Context
    from logcost.traffic import GroupShape, HistogramBin, ModeDetail, TrafficShape, Verdict

_NAMED_DOTS = 2
_MOST_DOTS = 60
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
class StormRow:
    """Equal calls in bursts."""

    label: words.Label
    counts: str
    calls: str
    minutes: str
    first: str
    spend: str


@dataclass(frozen=True, slots=True)
class ShapeView:
    """The section. ``empty`` replaces everything else when there is nothing to draw."""

    heading: str
    empty: str
    drawings: tuple[Drawing, ...] = ()
    cards: tuple[Card, ...] = ()
    advice: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    verdicts: tuple[VerdictRow, ...] = ()
    numbers: tuple[NumberRow, ...] = ()
    workloads: tuple[WorkloadRow, ...] = ()
    months: tuple[WorkloadRow, ...] = ()
    storms: tuple[StormRow, ...] = ()


def view(context: Context) -> ShapeView:
    """Build the section."""
    shape = context.model.shape
    if not shape.histogram:
        return ShapeView("Not enough data to tell kinds of traffic apart", shape_words.empty_reason(shape))
    weightings = (("Calls", shape.calls), ("Tokens", shape.tokens), ("Spend", shape.spend))
    return ShapeView(
        heading=shape_words.heading(shape),
        empty="",
        drawings=_drawings(context),
        cards=_cards(context),
        advice=tuple(_advice(context)),
        notes=tuple(_notes(context)),
        verdicts=tuple(_verdict_row(name, verdict) for name, verdict in weightings),
        numbers=_numbers(context),
        workloads=_workload_rows(context),
        months=_month_rows(context),
        storms=_storm_rows(context),
    )


def _advice(context: Context) -> list[str]:
    """The parts are told only where no card has them."""
    shape = context.model.shape
    of_modes = shape.advice is not None and all(part.mode is not None for part in shape.advice.parts)
    return shape_words.route(shape) if of_modes else shape_words.advice(shape, context.dollars)


def _notes(context: Context) -> Iterator[str]:
    """Causes first, then what the verdict rests on."""
    shape = context.model.shape
    yield from shape_words.repeats(shape, context.dollars)
    yield from shape_words.changes(shape)
    if explained := shape_words.explanation(shape):
        yield explained
    if shape.leading.modes:
        yield shape_words.procedure(shape)
    yield from shape_words.polarisation(shape)
    yield from shape_words.excluded(shape)
    yield from shape.notes


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
    weightings: tuple[tuple[str, Verdict, Callable[[HistogramBin], float]], ...] = (
        ("spend", shape.spend, lambda b: float(b.spend)),
        ("calls", shape.calls, lambda b: float(b.calls)),
        ("tokens", shape.tokens, lambda b: float(b.tokens)),
    )
    shown = sorted(weightings, key=lambda weighting: weighting[0] != shape.lead)
    return tuple(_drawing(context, *one) for one in shown if any(one[2](b) for b in shape.histogram))


def _drawing(context: Context, measure: str, verdict: Verdict, weight: Callable[[HistogramBin], float]) -> Drawing:
    shape = context.model.shape
    chart = histogram.Histogram(
        name=measure,
        measure=measure,
        columns=histogram.columns(shape.histogram, weight, lambda k: _colour_at(verdict, k)),
        splits=tuple(mode.high_bin + 0.5 for mode in verdict.modes[:-1]),
        peaks=tuple(
            histogram.Peak(position_of(mode.peak_ratio), f"peak {words.ratio(mode.peak_ratio)}", colour[1])
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
        f"{words.ratio(m.peak_ratio)} with {words.percent(getattr(m, f'{measure}_share'))} of {measure}" for m in verdict.modes
    )
    return f"{words.sentence(verdict.verdict)}. {words.sentence(words.plural(len(verdict.modes), 'peak'))}: {modes}."


def _largest(shape: TrafficShape) -> list[GroupShape]:
    """The workloads that have a dot, most spend first."""
    ranked = sorted(shape.by_workload, key=lambda g: (-g.spend, -g.calls, g.group.get("workload") or ""))
    return ranked[:_MOST_DOTS]


def _dots(context: Context, verdict: Verdict) -> tuple[histogram.Dot, ...]:
    groups = _largest(context.model.shape)
    largest = max((g.spend for g in groups), default=money.ZERO)
    named: dict[str, int] = {}
    dots = []
    for group in groups:
        k = position_of(group.median_ratio)
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


def _cards(context: Context) -> tuple[Card, ...]:
    details = context.model.shape.modes
    amounts = context.amounts([detail.spend for detail in details])
    named = zip(details, amounts, shape_words.mode_names(details), mode_colours(context.model.shape.leading), strict=True)
    cards = [_card(context, detail, amount, name, colour) for detail, amount, name, colour in named]
    return tuple(reversed(cards))


def _card(context: Context, detail: ModeDetail, amount: Amount, name: str, colour: str) -> Card:
    shape, mode = context.model.shape, detail.mode
    facts = [("Mean call", shape_words.mean_call(detail))]
    if paid := shape_words.paid_for(detail):
        facts.append((f"Paid for {paid[0]}", paid[1]))
    facts.append(("Per 1,000 calls", _per_thousand(Decimal(amount.value), detail.priced_calls)))
    main = [shape_words.group_name(member.group, limit=28) for member in detail.members[:2]]
    facts.append(("Largest", ", ".join(main)))
    shares = f"{words.percent(mode.calls_share)} of calls"
    if detail.priced_calls:
        shares = f"{words.percent(mode.spend_share)} of {shape_words.spend_word(shape)}, {shares}"
    levers = f"{shape_words.LEVERS[detail.side]}." if shape.advice else ""
    return Card(name, colour, amount.text if detail.priced_calls else "No price", shares, tuple(facts), levers)


def _per_thousand(cost: Decimal, calls: int) -> str:
    from logcost.report.view.spend import per_thousand

    return per_thousand(cost, calls).text


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
        octave = (b.k + BINS_PER_OCTAVE // 2) // BINS_PER_OCTAVE
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
    groups = _largest(context.model.shape)
    return tuple(_row(words.label(g.group.get("workload"), missing=UNTAGGED), g, _spend(context, g)) for g in groups)


def _row(label: words.Label, group: GroupShape, spend: str) -> WorkloadRow:
    return WorkloadRow(
        label, words.ratio(group.median_ratio), words.sentence(group.verdict.verdict), words.count(group.calls), spend
    )


def _month_rows(context: Context) -> tuple[WorkloadRow, ...]:
    """The months, if there are several."""
    groups = context.model.shape.by_month
    return tuple(
        _row(words.label(g.group["month"], missing="(no time)"), g, context.dollars(g.spend) if g.priced_calls else "no price")
        for g in (groups if len(groups) > 1 else ())
    )


def _storm_rows(context: Context) -> tuple[StormRow, ...]:
    found = context.model.shape.repeats
    return tuple(
        StormRow(
            words.label(storm.workload, missing=UNTAGGED),
            shape_words.call(storm.input_tokens, storm.output_tokens),
            words.count(storm.calls),
            words.count(storm.minutes),
            words.instant(storm.first),
            context.dollars(storm.spend),
        )
        for storm in (found.storms if found else ())
    )
