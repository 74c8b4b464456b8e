"""Sentences about the traffic shape, the same in the report and on the terminal: finding, causes, repeats, advice."""

from __future__ import annotations

from itertools import starmap
from typing import TYPE_CHECKING, Final

from logcost.report import money, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from logcost.traffic import AdvicePart, Change, ChangeSide, Group, ModeDetail, Storm, TrafficShape, Verdict

    Dollars = Callable[[Decimal], str]

LEVERS: Final = {
    "input-heavy": "prompt caching, shorter context, batch",
    "output-heavy": "a cheaper tier, output limits; caching does little here",
    "balanced": "both sides count; look at the workloads first",
}
UNTAGGED: Final = "(untagged)"
_NAMED: Final = 2


def empty_reason(shape: TrafficShape) -> str:
    """Why there is no histogram."""
    if shape.not_request_level:
        return "Needs request-level logs; this month has daily totals only."
    if shape.no_output or shape.no_input:
        return "No call has both input and output tokens, so there is no ratio to show."
    return "Too few calls to tell (0)."


def mode_names(details: Sequence[ModeDetail]) -> list[str]:
    """Names of the modes by the side that holds most of the price; told apart by their ratio if two would be equal."""
    if len(details) == 1:
        return ["All calls"]
    names = [words.sentence(detail.side) for detail in details]
    return [
        name if names.count(name) == 1 else f"{name} at {words.ratio(detail.mode.peak_ratio)}"
        for name, detail in zip(names, details, strict=True)
    ]


def group_name(group: Group, *, limit: int = 32) -> str:
    """A feature as people call it: a model without its provider, several dimensions with slashes."""
    shown = [name for name in group if name != "provider" or "model" not in group]
    missing = {"workload": UNTAGGED, "model": "(no model)"}
    return " / ".join(words.label(group[name], missing=missing.get(name, "(not stated)"), limit=limit).text for name in shown)


def heading(shape: TrafficShape) -> str:
    """The finding as a sentence: how many kinds, and the shares of the two largest."""
    verdict = shape.leading
    if verdict.verdict == "insufficient":
        return f"Too few calls to tell ({words.count(_judged(shape, verdict))})."
    if not verdict.several:
        tail = ", though workloads differ" if shape.explanation.verdict == "features differ" else ""
        return f"One kind of traffic, around {words.ratio(verdict.modes[0].peak_ratio)} input to output{tail}"
    by_spend = shape.lead == "spend"
    ranked = sorted(
        zip(verdict.modes, mode_names(shape.modes), strict=True),
        key=lambda pair: -(pair[0].spend_share if by_spend else pair[0].calls_share),
    )
    shares = [(mode.spend_share if by_spend else mode.calls_share, name) for mode, name in ranked[:_NAMED]]
    what = spend_word(shape) if by_spend else "calls"
    (first, first_name), (second, second_name) = shares
    tail = "" if shape.advice is None else ", and they need different levers"
    kinds = f"{words.spelled(len(ranked))} kinds of traffic{_since(shape)}"
    main = f"{words.percent(first)} of {what} is {first_name.lower()}, {words.percent(second)} {second_name.lower()}"
    return words.sentence(f"{kinds}: {main}{tail}")


def _since(shape: TrafficShape) -> str:
    """The day between them, if one change accounts for most of the calls."""
    if len(shape.changes) != 1:
        return ""
    (change,) = shape.changes
    most = 2 * (change.before.calls + change.after.calls) >= shape.calls.n
    return f", before and after {words.day(change.day)}" if most else ""


def _judged(shape: TrafficShape, verdict: Verdict) -> int:
    return verdict.effective_n if shape.lead != "calls" or verdict.with_repeats else verdict.n


def total(shape: TrafficShape) -> Decimal:
    """Spend of all calls in the histogram."""
    return sum((cell.spend for cell in shape.histogram), money.ZERO)


def spend_word(shape: TrafficShape) -> str:
    """What the shares of spend are shares of: calls without a ratio may carry spend that is in no group."""
    outside = sum(shape.excluded_spend.values())
    return "charted spend" if 200 * outside >= total(shape) and outside else "spend"


def procedure(shape: TrafficShape) -> str:
    """The verdict with its numbers."""
    verdict = shape.leading
    parts = [f"{words.sentence(verdict.verdict)} by {shape.lead}" + (" (indicative)" if verdict.indicative else "")]
    if verdict.depth is not None and verdict.separation_octaves is not None:
        parts.append(f"valley depth {verdict.depth:.2f}, peaks {verdict.separation_octaves:.1f} octaves apart")
    parts.append(f"n = {words.count(verdict.n)}")
    if verdict.bandwidth_octaves is not None:
        parts.append(f"bandwidth h = {verdict.bandwidth_octaves:.2f} octaves")
    rule = " A call belongs to the group on its side of the split." if verdict.several else ""
    return "; ".join(parts) + "." + rule


def explanation(shape: TrafficShape) -> str:
    """What makes the modes, with the names of the features; empty when there is nothing to explain."""
    e = shape.explanation
    what = features(e.features)
    if e.verdict == "feature mix" and e.theil_u is not None:
        told = f"The groups are these: {_who(shape)}. The {what} tells the group (U = {e.theil_u:.2f})"
        return f"{told}." if shape.advice or shape.changes else f"{told}: no classifier is needed to part them."
    inside = names([group_name(group) for group in e.inside])
    if e.verdict == "inside features" and e.inside_share is not None:
        share = words.percent(e.inside_share)
        return f"Both kinds occur inside {inside} ({share} of calls): that has to be split, or told apart by a classifier."
    if e.verdict == "both" and e.theil_u is not None and e.inside_share is not None:
        own = f", and {words.percent(e.inside_share)} of calls are in {inside}, which has both kinds" if e.inside else ""
        return f"The {what} tells the group in part (U = {e.theil_u:.2f}){own}."
    if e.verdict == "features differ" and e.eta2 is not None:
        share = words.percent(e.eta2)
        return f"There is no valley, but it is no uniform traffic either: {share} of the spread lies between {_many(what)}."
    return ""


def _many(what: str) -> str:
    return "days" if what == "day" else f"{what}s"


def _who(shape: TrafficShape) -> str:
    """Which features are in which mode."""
    parts = []
    for name, detail in zip(mode_names(shape.modes), shape.modes, strict=True):
        main = [group_name(member.group) for member in detail.members if member.calls_share >= 0.01]  # noqa: PLR2004 -- a percent
        parts.append(f"{name.lower()} is {names(main or [group_name(m.group) for m in detail.members[:1]])}")
    return "; ".join(parts)


def names(found: Sequence[str], most: int = 3) -> str:
    """``a, b, c and 5 more``."""
    shown = list(found[:most])
    if len(found) > most:
        shown.append(f"{words.count(len(found) - most)} more")
    return words.joined(shown) if shown else "one of them"


def changes(shape: TrafficShape) -> list[str]:
    """One sentence a change: the day, what changed, and the calls before and after."""
    return [_change(change) for change in shape.changes]


def _change(change: Change) -> str:
    who = words.label(change.workload, missing="the untagged traffic", limit=32).text
    before, after = change.before, change.after
    if change.cause == "model switch":
        models = [words.label(side.model, missing="(no model)", limit=32).text for side in (before, after)]
        what = f"{who} moved from {models[0]} to {models[1]}"
    else:
        what = f"the calls of {who} changed"
    return (
        f"On {words.day(change.day)} {what}: mean call {_mean(before)} before, {_mean(after)} after. "
        "That alone makes two groups; they are before and after, not two kinds at once."
    )


def _mean(side: ChangeSide) -> str:
    return call(side.mean_input_tokens, side.mean_output_tokens)


def call(given: int, answered: int) -> str:
    """Tokens of a call: ``800 in, 300 out``."""
    return f"{words.count(given)} in, {words.count(answered)} out"


def mean_call(detail: ModeDetail) -> str:
    """``4,715 in, 253 out``."""
    return call(round(detail.input_tokens / detail.calls), round(detail.output_tokens / detail.calls))


def paid_for(detail: ModeDetail) -> tuple[str, str] | None:
    """The side that holds more of the price, and how much of it: ``input``, ``76%``; ``None`` without a price."""
    if not detail.spend:
        return None
    side, cost = ("output", detail.output_cost) if 2 * detail.output_cost > detail.spend else ("input", detail.input_cost)
    return side, words.percent(float(cost / detail.spend))


def repeats(shape: TrafficShape, dollars: Dollars) -> list[str]:
    """What was collapsed before the verdict, and whether that made a difference."""
    found = shape.repeats
    if found is None:
        return []
    lines = []
    if found.storms:
        number = words.plural(found.storms_in_all, "retry storm")
        size = f"{words.plural(found.storm_calls, 'equal call')} ({dollars(found.storm_spend)})"
        lines.append(f"{number} of {size}; {_storm(found.storms[0])}.")
    elsewhere = [v for v in (shape.calls, shape.tokens, shape.spend) if v.with_repeats]
    if not found.confirmed:
        lines.append("Times are too coarse to tell repeats from traffic, so the verdict counts every call and is indicative.")
    elif elsewhere:
        repeated = words.plural(found.calls, "exact repeat")
        lines.append(f"The verdict leaves out {repeated} within a minute; with them it would be {elsewhere[0].with_repeats}.")
    return lines


def _storm(storm: Storm) -> str:
    who = words.label(storm.workload, missing=UNTAGGED, limit=32).text
    size = call(storm.input_tokens, storm.output_tokens)
    when = words.instant(storm.first)
    minutes = words.plural(storm.minutes, "minute")
    return f"the largest: {who}, {words.plural(storm.calls, 'call')} of {size} in {minutes} from {when}"


def polarisation(shape: TrafficShape) -> list[str]:
    """Which side decides the price."""
    p = shape.polarisation
    if p is None:
        return []
    on_input, on_output, mixed = (words.percent(p[part]) for part in ("input_dominated", "output_dominated", "mixed"))
    both = f"Input decides the price of calls with {on_input} of spend, output of those with {on_output}"
    return [f"{both}; {mixed} is mixed (80% rule)."]


def advice(shape: TrafficShape, dollars: Dollars) -> list[str]:
    """What to serve apart, one line a part, and how to route; or the plain sentence that no split is indicated."""
    found = shape.advice
    if found is None:
        return [_no_split(shape)]
    since = " since the change" if found.after_changes else ""
    return [f"Serve these apart, of the traffic{since}:", *(f"- {_part(part, dollars)}" for part in found.parts), *route(shape)]


def route(shape: TrafficShape) -> list[str]:
    """How to tell the parts of the advice from each other."""
    found = shape.advice
    if found is None:
        return []
    what = features(found.features)
    how = {
        "name": f"Route by {what}; no classifier is needed.",
        "classifier": "Route by a classifier, or split those workloads first.",
        "name and classifier": f"Route by {what} where it tells the group, else by a classifier.",
    }[found.route_by]
    split = f" The groups part at {words.joined([words.ratio(ratio) for ratio in found.splits])}." if found.splits else ""
    return [f"{how}{split} Quality is not measured."]


def features(names: Sequence[str], between: str = " and ") -> str:
    """The dimensions of a feature as people call them: a model without its provider."""
    return between.join(name for name in names if name != "provider" or "model" not in names)


def _no_split(shape: TrafficShape) -> str:
    if not shape.leading.modes:
        return "No split is indicated."
    if not shape.spend.n:
        return "No call has a price, so no split can be judged."
    if len(shape.leading.modes) == 1 and shape.explanation.verdict != "features differ":
        return "One kind of traffic. No tiering advice."
    if shape.changes:
        return "No split is indicated: since the change there is one kind of traffic, or too little of the other."
    return "No split is indicated: the groups do not differ enough in spend or in what they pay for."


def _part(part: AdvicePart, dollars: Dollars) -> str:
    who = group_name(part.group) if part.group else f"calls around {words.ratio(part.ratio)}"
    share = words.percent(part.spend_share)
    return f"{who}, {part.side}, {dollars(part.spend)} ({share}): {LEVERS[part.side]}."


def excluded(shape: TrafficShape) -> list[str]:
    """What is not in the histogram, with its share of spend."""
    kinds = (
        (shape.no_output, "call without output", "calls without output"),
        (shape.no_input, "call without input", "calls without input"),
        (shape.not_request_level, "row of daily totals", "rows of daily totals"),
    )
    parts = list(starmap(words.plural, (kind for kind in kinds if kind[0])))
    if not parts:
        return []
    outside = sum(shape.excluded_spend.values())
    share = float(outside / (outside + total(shape))) if outside else 0.0
    cost = f", {words.percent(share)} of spend" if outside else ""
    return [f"Not in the chart: {words.joined(parts)}{cost}."]
