"""Sentences on repeats, the side that is paid for, what to do, and what is not in the histogram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.report import money, shape_words, words
from logcost.report.shape_words import call, group_name, names, total
from logcost.report.terminal.shape_names import day, many, one, routed

if TYPE_CHECKING:
    from decimal import Decimal

    from logcost.traffic import AdvicePart, Storm, TrafficShape


def repeats(shape: TrafficShape) -> list[str]:
    """Storms, the largest of them, and what was collapsed before the verdict."""
    found = shape.repeats
    if found is None:
        return []
    places, lines = money.scale_of(total(shape)).places, []

    def cost(amount: Decimal) -> str:
        return f" ({money.dollars(amount, places)})" if shape.spend.n else ""

    if found.storms:
        size = f"{words.plural(found.storm_calls, 'call')} in {words.plural(found.storm_minutes, 'minute')}"
        number = words.plural(found.storms_in_all, "storm")
        lines.append(f"{number} of ten or more equal calls a minute: {size}{cost(found.storm_spend)}.")
        largest = found.storms[0]
        lead = "It is" if found.storms_in_all == 1 else "The largest is"
        lines.append(f"{lead} {_storm(largest)}{cost(largest.spend)}.")
    if not found.confirmed:
        lines.append("The times are too coarse to tell repeats from traffic, so the verdict counts every call and is indicative.")
    elif found.calls:
        extra = f"{words.plural(found.calls, 'exact repeat')} within a minute{cost(found.spend)}"
        lines.append(f"Before the verdict {extra} were collapsed into the first of each; shares and sums count all calls.")
    return lines


def _storm(storm: Storm) -> str:
    who = words.label(storm.workload, missing=shape_words.UNTAGGED, limit=32).text
    model = words.label(storm.model, missing="(no model)", limit=32).text
    first, last = storm.first.date(), storm.last.date()
    when = f"on {day(first)}" if first == last else f"from {day(first)} to {day(last)}"
    size = f"{words.plural(storm.calls, 'call')} of {call(storm.input_tokens, storm.output_tokens)}"
    return f"{who} on {model}: {size} in {words.plural(storm.minutes, 'minute')} {when}"


def polarisation(shape: TrafficShape) -> list[str]:
    """Shares of spend in calls of which one side makes most of the price."""
    p = shape.polarisation
    if p is None:
        return []
    on_input, on_output, mixed = (words.percent(p[part]) for part in ("input_dominated", "output_dominated", "mixed"))
    both = f"Input is 80% or more of the price in calls with {on_input} of spend, output in calls with {on_output}"
    return [f"{both}; {mixed} is mixed."]


def advice(shape: TrafficShape) -> list[str]:
    """Parts to serve apart with their dollars and levers, how to route, where to split; or that no split is indicated."""
    found = shape.advice
    if found is None:
        return [_no_split(shape)]
    places = money.scale_of(total(shape)).places
    changes = "change" if len(shape.changes) == 1 else "changes"
    serve = f"Of the traffic since the {changes}, serve" if found.after_changes else "Serve"
    at = f", split at {words.joined([words.ratio(ratio) for ratio in found.splits])}" if found.splits else ""
    parts = [_part(part, money.dollars(part.spend, places)) for part in found.parts]
    number = words.spelled(len(parts))
    return [
        f"{serve} {number} parts apart{at}. {_route(shape)}",
        *parts,
        "Quality is not measured: try a sample before traffic moves.",
    ]


def _route(shape: TrafficShape) -> str:
    advice, what = shape.advice, ""
    if advice is None:
        return what
    if advice.route_by == "name":
        return routed(advice.features)
    if advice.route_by == "classifier":
        return f"The {one(advice.features)} does not tell the part: a classifier or a split is needed."
    inside = names([group_name(group) for group in shape.explanation.inside]) if shape.explanation.inside else ""
    rest = f", but a classifier for {inside}" if inside else " where it tells the part, else by a classifier"
    return f"Route by {one(advice.features)}{rest}."


def _part(part: AdvicePart, amount: str) -> str:
    name = group_name(part.group) if part.group else words.sentence(part.side)
    side = f", {part.side}" if part.group else ""
    share = f"{words.percent(part.spend_share)} of spend ({amount}), {words.percent(part.input_share)} of it input"
    return f"- {name}{side}, around {words.ratio(part.ratio)}: {share}. {words.sentence(shape_words.LEVERS[part.side])}."


def _no_split(shape: TrafficShape) -> str:
    if shape.leading.verdict == "insufficient":
        why = "too few calls to tell"
    elif not shape.spend.n:
        why = "no call has a price"
    elif shape.changes:
        why = "since the changes there is one kind of traffic, or too little of the other"
    elif shape.calls.strict or shape.spend.strict:
        why = "no two groups with 10% of spend differ in what they pay for, or four times in ratio"
    elif shape.calls.several or shape.spend.several:
        why = "between the groups is a dent and no gap"
    elif shape.explanation.verdict == "features differ":
        why = f"no two {many(shape)} with 10% of spend differ in what they pay for, or four times in ratio"
    else:
        return "No split is indicated."
    return f"No split is indicated: {why}."


def excluded(shape: TrafficShape) -> list[str]:
    """Calls without a ratio, with their spend."""
    kinds = (
        ("no_output", "call", "without output", ""),
        ("no_input", "call", "without input", ""),
        ("not_request_level", "row", "of daily totals", ": request-level logs are needed"),
    )
    whole = total(shape) + sum(shape.excluded_spend.values(), money.ZERO)
    places = money.scale_of(whole).places
    lines = []
    for kind, noun, what, needed in kinds:
        if number := getattr(shape, kind):
            amount = shape.excluded_spend.get(kind, money.ZERO)
            cost = f", {money.dollars(amount, places)} ({words.percent(float(amount / whole))} of all spend)" if amount else ""
            lines.append(f"{words.plural(number, noun)} {what}{cost}{needed}.")
    return lines
