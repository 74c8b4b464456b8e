"""What makes the groups of traffic: which features, and which changes in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logcost.report import money, shape_words, words
from logcost.report.shape_words import call, group_name, names, total
from logcost.report.terminal.shape_names import all_changed, day, features, many, one, routed

if TYPE_CHECKING:
    from logcost.traffic import Change, ChangeSide, TrafficShape, Verdict

SAID: Final = 8
"""Changes that are told one by one."""


def explanation(shape: TrafficShape) -> list[str]:
    """Which features make the groups, or that they differ without making any."""
    told = {"feature mix": _mix, "inside features": _inside, "both": _both}.get(shape.explanation.verdict, _no_groups)(shape)
    return [told] if told else []


def _mix(shape: TrafficShape) -> str:
    e = shape.explanation
    return f"The groups are these {many(shape)}: {_who(shape)} ({_told(e.theil_u)}). {routed(e.features)}"


def _inside(shape: TrafficShape) -> str:
    both = f"Both kinds occur inside {_several(shape)}"
    if shape.changes and all_changed(shape):
        return f"{both}, one after the other: no classifier is needed."
    return f"{both}: a classifier or a split is needed{_split(shape)}."


def _both(shape: TrafficShape) -> str:
    e = shape.explanation
    told = f"The {one(e.features)} tells the group only in part ({_told(e.theil_u)})"
    if not e.inside:
        return f"{told}: where it does not, a classifier or a split is needed{_split(shape)}."
    rest = f"a classifier or a split is needed there{_split(shape)}"
    return f"{told}: both kinds occur inside {_several(shape)}, and {rest}; the others go by name."


def _no_groups(shape: TrafficShape) -> str:
    """One mode: whether the features differ all the same."""
    e = shape.explanation
    if e.eta2 is None or shape.leading.verdict == "insufficient":
        return ""
    spread = f"{words.percent(e.eta2)} of the spread lies between them"
    if e.verdict == "features differ":
        return f"There is no valley, but {many(shape)} differ: {spread}."
    return f"{words.sentence(many(shape))} do not differ much: {spread}." if len(features(shape)) > 1 else ""


def _told(theil_u: float | None) -> str:
    return f"U = {theil_u or 0:.2f}"


def _several(shape: TrafficShape) -> str:
    """The features with both kinds, and their share of calls."""
    e = shape.explanation
    return f"{names([group_name(group) for group in e.inside])} ({words.percent(e.inside_share or 0)} of calls)"


def _split(shape: TrafficShape) -> str:
    """``, by ratio 2.5:1``: where the modes that are explained part."""
    explained = shape.spend if shape.explanation.weighting == "spend" else shape.calls
    edges = [words.ratio(mode.high_ratio) for mode in explained.modes[:-1]]
    return f", by ratio {words.joined(edges)}" if edges else ""


def _who(shape: TrafficShape) -> str:
    """Which features are which mode: each where most of its calls are, largest first."""
    explained = shape.spend if shape.explanation.weighting == "spend" else shape.calls
    if len(shape.modes) != len(explained.modes):
        return _by_median(shape, explained)
    most: dict[tuple[str | None, ...], tuple[int, int]] = {}
    for number, detail in enumerate(shape.modes):
        for member in detail.members:
            key = tuple(member.group.values())
            most[key] = max(most.get(key, (0, 0)), (member.calls, number))
    said = []
    for number, (name, detail) in enumerate(zip(shape_words.mode_names(shape.modes), shape.modes, strict=True)):
        own = [member.group for member in detail.members if most[tuple(member.group.values())][1] == number]
        shown = names([group_name(group) for group in own or [member.group for member in detail.members[:1]]])
        said.append((-detail.spend, -detail.calls, f"{name[:1].lower() + name[1:]} is {shown}"))
    return "; ".join(text for *_, text in sorted(said))


def _by_median(shape: TrafficShape, explained: Verdict) -> str:
    """The same where the table of groups tells about other modes than the explanation."""
    said = []
    for mode in explained.modes:
        own = [group_name(one.group) for one in features(shape) if mode.low_ratio <= one.median_ratio <= mode.high_ratio]
        said.append(f"around {words.ratio(mode.peak_ratio)} is {names(own) if own else 'none of the large ones'}")
    return "; ".join(said)


def changes(shape: TrafficShape) -> list[str]:
    """A sentence a change: the day, what changed, and the calls before and after."""
    places = money.scale_of(total(shape)).places
    told = [_change(change, places, priced=shape.spend.n > 0) for change in shape.changes[:SAID]]
    more = len(shape.changes) - SAID
    return [*told, f"And {words.plural(more, 'more change')} (--json lists them)."] if more > 0 else told


def _change(change: Change, places: int, *, priced: bool) -> str:
    who = words.label(change.workload, missing="the untagged traffic", limit=32).text
    before, after = (words.label(side.model, missing="(no model)", limit=32).text for side in (change.before, change.after))
    if change.cause == "model switch":
        what = f"{who} moved from {before} to {after}"
    else:
        where = f"on {before}" if before == after else f"mostly {before} before and {after} after"
        what = f"the calls of {who} changed, {where}"
    sides = (
        f"{_side(side, places, priced=priced)} {when}" for side, when in ((change.before, "before"), (change.after, "after"))
    )
    tail = f"That alone makes two groups (U = {change.theil_u:.2f})."
    return f"On {day(change.day)} {what}: mean call {', '.join(sides)}. {tail}"


def _side(side: ChangeSide, places: int, *, priced: bool) -> str:
    cost = f", {money.dollars(side.spend, places)}" if priced else ""
    return f"{call(side.mean_input_tokens, side.mean_output_tokens)} ({words.plural(side.calls, 'call')}{cost})"
