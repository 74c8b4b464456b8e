"""Sentences of the section "Traffic shape": its finding, the verdict's numbers, what explains the modes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.report import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from logcost.types import Mode, TrafficShape, Verdict

LEAN_OUTPUT_BELOW = 2.0
LEAN_INPUT_FROM = 8.0
"""Output costs several times input, so a call with twice as much input as output is still about half output by price."""


def lead(shape: TrafficShape) -> Verdict:
    """The verdict the section is about: by spend if it finds groups or calls do not, else by calls."""
    if len(shape.spend.modes) > 1 or shape.spend.verdict not in {"insufficient", "unimodal"}:
        return shape.spend
    if len(shape.calls.modes) > 1 or shape.spend.verdict == "insufficient":
        return shape.calls
    return shape.spend


def empty_reason(shape: TrafficShape) -> str:
    """Why there is no histogram."""
    if shape.not_request_level:
        return "Needs request-level logs; this month has daily totals only."
    if shape.no_output or shape.no_input:
        return "No call has both input and output tokens, so there is no ratio to show."
    return "Too few calls to tell (0)."


def heading(shape: TrafficShape, verdict: Verdict) -> str:
    """The finding as a sentence: how many kinds, and the shares of the two largest."""
    if len(verdict.modes) < 2:  # noqa: PLR2004 -- one group
        peak = words.ratio(verdict.modes[0].peak_ratio) if verdict.modes else ""
        differ = shape.explanation.verdict == "features differ"
        tail = ", but workloads differ" if differ else ""
        return f"One kind of traffic, around {peak} input to output{tail}"
    share = _share_of(shape, verdict)
    ranked = sorted(zip(verdict.modes, mode_names(verdict), strict=True), key=lambda pair: -share(pair[0]))
    (first, first_name), (second, second_name) = ranked[:2]
    what = spend_word(shape) if verdict is shape.spend else "calls"
    return words.sentence(
        f"{words.spelled(len(ranked))} kinds of traffic: {words.percent(share(first))} of {what} is {first_name.lower()}, "
        f"{words.percent(share(second))} {second_name.lower()}"
    )


def spend_word(shape: TrafficShape) -> str:
    """What the shares of spend are shares of: calls without a ratio may carry spend that is in no group."""
    outside = sum(shape.excluded_spend.values())
    inside = sum(b.spend for b in shape.histogram)
    return "charted spend" if 200 * outside >= inside and outside else "spend"


def _share_of(shape: TrafficShape, verdict: Verdict) -> Callable[[Mode], float]:
    if verdict is shape.spend:
        return lambda mode: mode.spend_share
    return lambda mode: mode.calls_share


def mode_names(verdict: Verdict) -> list[str]:
    """Names of the modes, output side first: by the side that is larger; told apart by ratio if two would be equal."""
    names = [_mode_name(mode.peak_ratio) for mode in verdict.modes]
    return [
        name if names.count(name) == 1 else f"{name} at {words.ratio(mode.peak_ratio)}"
        for name, mode in zip(names, verdict.modes, strict=True)
    ]


def _mode_name(ratio: float) -> str:
    if ratio < LEAN_OUTPUT_BELOW:
        return "Output-heavy"
    return "Input-heavy" if ratio >= LEAN_INPUT_FROM else "Balanced"


def notes(shape: TrafficShape, verdict: Verdict) -> tuple[str, ...]:
    """Verdict with its numbers, what explains it, which side decides the price, what is left out."""
    notes = [_procedure(shape, verdict)] if verdict.modes else []
    if len(verdict.modes) == 1 and not shape.advise_tiers:
        notes.insert(0, "One kind of traffic. No tiering advice.")
    elif len(verdict.modes) > 1 and not shape.advise_tiers:
        notes.append("The groups do not differ enough in spend to advise a split.")
    explained = _explanation(shape)
    notes += [explained] if explained else []
    if shape.polarisation:
        p = shape.polarisation
        notes.append(
            f"Input decides the price of calls with {words.percent(p['input_dominated'])} of spend, output of those with "
            f"{words.percent(p['output_dominated'])}; {words.percent(p['mixed'])} is mixed (80% rule)."
        )
    return (*notes, *_excluded(shape), *shape.notes)


def _procedure(shape: TrafficShape, verdict: Verdict) -> str:
    weighting = "spend" if verdict is shape.spend else "calls"
    parts = [f"{words.sentence(verdict.verdict)} by {weighting}"]
    if verdict.indicative:
        parts[0] += " (indicative)"
    if verdict.depth is not None and verdict.separation_octaves is not None:
        parts.append(f"valley depth {verdict.depth:.2f}, peaks {verdict.separation_octaves:.1f} octaves apart")
    parts.append(f"n = {words.count(verdict.n)}")
    if verdict.bandwidth_octaves is not None:
        parts.append(f"bandwidth h = {verdict.bandwidth_octaves:.2f} octaves")
    rule = " A call belongs to the group on its side of the split." if len(verdict.modes) > 1 else ""
    return "; ".join(parts) + "." + rule


def _explanation(shape: TrafficShape) -> str:
    e = shape.explanation
    if e.verdict == "feature mix" and e.theil_u is not None:
        return f"The workload's name tells the group (U = {e.theil_u:.2f}): route by workload, no classifier is needed."
    if e.verdict == "inside features" and e.inside_share is not None:
        return (
            f"Both kinds occur inside the same workloads ({words.percent(e.inside_share)} of calls): split those workloads first."
        )
    if e.verdict == "both" and e.theil_u is not None and e.inside_share is not None:
        return (
            f"The groups are partly different workloads (U = {e.theil_u:.2f}) and partly both kinds inside one "
            f"({words.percent(e.inside_share)} of calls)."
        )
    if e.verdict == "features differ" and e.eta2 is not None:
        return f"There is no valley, but workloads differ: {words.percent(e.eta2)} of the spread lies between them."
    return ""


def _excluded(shape: TrafficShape) -> list[str]:
    parts = []
    if shape.no_output:
        parts.append(f"{words.plural(shape.no_output, 'call')} without output")
    if shape.no_input:
        parts.append(f"{words.plural(shape.no_input, 'call')} without input")
    if shape.not_request_level:
        parts.append(f"{words.plural(shape.not_request_level, 'row')} of daily totals")
    outside = sum(shape.excluded_spend.values())
    if not parts:
        return []
    share = float(outside / (outside + sum(b.spend for b in shape.histogram))) if outside else 0.0
    cost = f", {words.percent(share)} of spend" if outside else ""
    return [f"Not in the chart: {words.joined(parts)}{cost}."]
