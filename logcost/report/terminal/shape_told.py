"""Sentences of ``logcost shape``: the finding with its dollars, what explains it, repeats, what to do, what is not in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from logcost.report import money, shape_words, words
from logcost.report.shape_words import total
from logcost.report.terminal import shape_advice, shape_causes
from logcost.report.terminal.shape_names import all_changed, many

if TYPE_CHECKING:
    from logcost.traffic import ModeDetail, TrafficShape, Verdict

_FEW: Final = 100
_KINDS: Final = {
    "insufficient": "too few calls",
    "unimodal": "one group",
    "bimodal": "two groups",
    "multimodal": "three groups or more",
    "weakly bimodal": "perhaps two groups",
    "weakly multimodal": "perhaps three groups or more",
}


class Section(NamedTuple):
    """A heading with its sentences."""

    title: str
    lines: tuple[str, ...]


def headline(shape: TrafficShape) -> str:
    """The finding in one sentence."""
    verdict = shape.leading
    if verdict.verdict == "insufficient" or not verdict.modes:
        return _too_few(shape, verdict)
    if not verdict.several:
        differ = f", but {many(shape)} differ" if shape.explanation.verdict == "features differ" else ""
        found = f"One kind of traffic, around {words.ratio(verdict.modes[0].peak_ratio)} input to output{differ}"
    else:
        number = words.spelled(len(verdict.modes))
        kinds = words.sentence(number) if verdict.strict else f"Perhaps {number}"
        found = f"{kinds} kinds of traffic by {shape.lead}: {_parts(shape)}"
        found += "" if verdict.strict else ", with a dent between them and no gap"
        found += "." + _in_time(shape) if shape.changes else ""
    found = found.removesuffix(".") + "."
    return f"{found} Indicative: {words.plural(verdict.n, 'call')} only." if verdict.indicative else found


def _too_few(shape: TrafficShape, verdict: Verdict) -> str:
    judged = verdict.effective_n or verdict.n
    if shape.lead != "calls" and verdict.n >= _FEW:
        same = f"a few calls hold most of it, so that {words.count(verdict.n)} tell as much as {words.count(judged)} equal ones"
        return f"Too few calls to tell by {shape.lead}: {same}."
    return f"Too few calls to tell ({words.count(verdict.n)})."


def _parts(shape: TrafficShape) -> str:
    """``71% ($33,068) is input-heavy, 29% ($13,229) output-heavy``: largest first."""
    verdict, whole = shape.leading, total(shape)
    if len(shape.modes) != len(verdict.modes):
        return ", ".join(f"one around {words.ratio(mode.peak_ratio)}" for mode in verdict.modes)
    places = money.scale_of(whole).places
    names = shape_words.mode_names(shape.modes)
    said = []
    for mode, detail, name in zip(verdict.modes, shape.modes, names, strict=True):
        share = getattr(mode, f"{shape.lead}_share")
        cost = [money.dollars(detail.spend, places)] if whole else []
        facts = {"spend": [], "calls": [words.plural(detail.calls, "call")]}.get(shape.lead, [_tokens(detail)]) + cost
        said.append((share, words.percent(share), f" ({', '.join(facts)})" if facts else "", name[:1].lower() + name[1:]))
    said.sort(key=lambda one: -one[0])
    return ", ".join(
        f"{percent}{facts} {'is ' if place == 0 else ''}{name}" for place, (_, percent, facts, name) in enumerate(said)
    )


def _tokens(detail: ModeDetail) -> str:
    return f"{words.tokens(detail.input_tokens + detail.output_tokens)} tokens"


def _in_time(shape: TrafficShape) -> str:
    if all_changed(shape):
        return " They are before and after a change, not two kinds at once."
    return " In part they are before and after a change."


def verdict_remarks(shape: TrafficShape) -> list[str]:
    """Where exact repeats, if they counted, would make another verdict."""
    pairs = (("calls", shape.calls), ("tokens", shape.tokens), ("spend", shape.spend))
    return [
        f"By {name}, exact repeats within a minute count once; with all of them there would be {_KINDS[found.with_repeats]}."
        for name, found in pairs
        if found.with_repeats
    ]


def sections(shape: TrafficShape) -> list[Section]:
    """Everything below the tables, in order; sections without a sentence are left out."""
    found = (
        Section("What explains it", (*shape_causes.explanation(shape), *shape_causes.changes(shape))),
        Section("Repeats", tuple(shape_advice.repeats(shape))),
        Section("What is paid for", tuple(shape_advice.polarisation(shape))),
        Section("What to do", tuple(shape_advice.advice(shape))),
        Section("Not in the histogram", tuple(shape_advice.excluded(shape))),
        Section("Notes", tuple(words.visible(note) for note in shape.notes)),
    )
    return [section for section in found if section.lines]
