"""From what the tables said to dated prices: which of them count, from which day on, and how sure they are.

A past price counts if a table states its day, if two families of tables had it, or if one had it for 45 days without another that
held a different price throughout; and if some table was seen to change from it to the next. All else is a correction, no price.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from import_evidence import DAY, GENAI, LITELLM, State
from import_names import MAKERS
from import_offer import Offer, merge, same

if TYPE_CHECKING:
    from collections.abc import Sequence

    from import_evidence import Model

_LONG_ENOUGH: Final = timedelta(days=45)
_LAG: Final = timedelta(days=180)
"""A host can take a model up long after its release: beyond this, the release says nothing of the host's first price."""
_NEARLY_ALL: Final = 0.9
"""A price that another table contradicted for this part of its time was contradicted throughout."""
_PREFERENCE: Final = (GENAI, LITELLM)
_NAMED_DAY: Final = re.compile(r"-(20\d\d)-?(\d\d)-?(\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Price:
    """One dated price of one model, with what its first day (``basis``) and its rates (``confidence``) rest on."""

    start: date
    basis: str
    offer: Offer
    confidence: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of time in which the same price won: the states that had it and those that said otherwise."""

    begin: date
    end: date
    offer: Offer
    backing: tuple[State, ...]


def prices_of(model: Model, states: Sequence[State]) -> list[Price]:
    """The dated prices of a model, oldest first."""
    known = _with_first_days(model, states)
    judged = [state for state in known if state.family == preferred(model)]
    runs = _accepted(_runs(judged or known), judged or known)
    found: list[Price] = []
    for number, run in enumerate(runs):
        if number == 0:
            start, basis = _first_day(model, run, known)
        else:
            start, basis = _changed(run, runs[number - 1], known)
        if found and start <= found[-1].start:
            found.pop()
        end = runs[number + 1].begin if number + 1 < len(runs) else date.max
        note = " ".join(dict.fromkeys(state.note for state in run.backing if state.note))
        sure = "table" if note else _confidence(run, known, start, end)
        found.append(Price(start, basis, run.offer, sure, note))
    return found


def disagreements(states: Sequence[State], winner: Offer, at: date) -> list[State]:
    """What other tables ask on a day, where it is not what the book takes."""
    return [state for state in states if state.begin <= at < state.end and not same(state.offer, winner)]


def _with_first_days(model: Model, states: Sequence[State]) -> list[State]:
    """A price of which only the end is stated begins with the model, or is left out where nobody says when that was.

    A state that a table had for the whole family before the snapshot of that day was out begins on that day.
    """
    known = []
    snapshot = min(_days(model.name), default=date.min)
    for state in states:
        if state.begin != date.min:
            if state.end > snapshot:
                known.append(state if state.begin >= snapshot else replace(state, begin=snapshot, told=False))
            continue
        others = [other for other in states if date.min < other.begin]
        seen = [other.begin for other in others if other.begin < state.end]
        seen += [_earliest(other) for other in others if same(other.offer, state.offer) and _earliest(other) < state.end]
        seen += [day for day in (*model.released, *_days(model.name)) if day < state.end and (model.provider in MAKERS or seen)]
        if seen:
            known.append(replace(state, begin=min(seen)))
    return sorted(known, key=lambda state: (state.begin, state.family))


def preferred(model: Model) -> str | None:
    """The family that is right where the tables contradict each other, judged by hand.

    On Bedrock a Claude model without a prefix is the regional endpoint, a tenth dearer than the global one since Claude 4.5:
    genai-prices says so, litellm has the global price there. GovCloud costs a fifth more: litellm says so for all models,
    genai-prices counts it among the ordinary regions.
    """
    if model.provider == "aws.bedrock" and model.name.startswith("us-gov"):
        return LITELLM
    bare = re.match(r"anthropic\.claude-(haiku-[45]-5|opus-(4-[5-9]|5)|sonnet-(4-[5-9]|5)|fable)", model.name)
    return GENAI if model.provider == "aws.bedrock" and bare else None


def _runs(states: Sequence[State]) -> list[Run]:
    edges = sorted({state.begin for state in states} | {state.end for state in states})
    runs: list[Run] = []
    for begin, end in pairwise(edges):
        live = [state for state in states if state.begin <= begin < state.end]
        if not live:
            continue
        winner = _winner(live, [one for one in states if one.lapsed])
        backing = [state for state in live if same(state.offer, winner.offer)]
        last = runs[-1] if runs else None
        if last and same(last.offer, winner.offer) and not _tier_dropped(last, winner):
            together = tuple(dict.fromkeys((*last.backing, *backing)))
            runs[-1] = Run(last.begin, end, _united(winner, together), together)
        else:
            runs.append(Run(begin, end, _united(winner, backing), tuple(backing)))
    return runs


def _tier_dropped(last: Run, winner: State) -> bool:
    """A table that had a long-context tier and has none any more changed its price."""
    own = [state for state in last.backing if state.family == winner.family and state is not winner]
    return bool(own) and bool(own[-1].offer.tiers) and not winner.offer.tiers and winner.moved


def _united(winner: State, backing: Sequence[State]) -> Offer:
    """The winner's offer with what the others add, those of its own table first."""
    offer = winner.offer
    for state in sorted(backing, key=lambda one: (one.family != winner.family, _rank(one), -one.begin.toordinal())):
        if same(offer, state.offer):
            offer = merge(offer, state.offer)
    return offer


def _winner(live: Sequence[State], lapsed: Sequence[State]) -> State:
    """Two families that agree; else the price that changed most recently; else genai-prices, litellm, models.dev in this order.

    Before that order, what a table said in its last copy counts for those who say the same today.
    A stated day later than all that the others noticed goes before everything.
    """
    groups: list[list[State]] = []
    for state in live:
        group = next((one for one in groups if same(one[0].offer, state.offer)), None)
        if group is None:
            groups.append([state])
        else:
            group.append(state)

    def weight(group: list[State]) -> tuple[object, ...]:
        told = max((state.begin for state in group if state.told), default=date.min)
        others = max((_moved(state) for other in groups if other is not group for state in other), default=date.min)
        families = len({state.family for state in group})
        newest = max(_moved(state) for state in group)
        backed = _rank(min(group, key=_rank)) < len(_PREFERENCE) and any(same(state.offer, group[0].offer) for state in lapsed)
        return (told >= others and told > date.min, families, newest, backed, -min(_rank(state) for state in group))

    best = max(groups, key=weight)
    return min(best, key=_rank)


def _moved(state: State) -> date:
    return state.begin if state.told or state.moved else date.min


def _rank(state: State) -> int:
    return _PREFERENCE.index(state.family) if state.family in _PREFERENCE else len(_PREFERENCE)


def _accepted(runs: list[Run], states: Sequence[State]) -> list[Run]:
    """Without the runs that are no prices; their time goes to the run before, that of the first one to the run after."""
    kept = list(runs)
    if len(kept) == 1 and kept[0].end < date.max and not _is_price(kept[0], states):
        return []
    number = len(kept) - 2
    while number >= 0:
        one, after = kept[number], kept[number + 1]
        if same(one.offer, after.offer) and bool(one.offer.tiers) == bool(after.offer.tiers):
            kept[number : number + 2] = [
                replace(after, begin=one.begin, backing=tuple(dict.fromkeys((*one.backing, *after.backing))))
            ]
        elif not (_is_price(one, states) and _was_change(one, after, states)):
            del kept[number]
            if number == 0:
                kept[0] = replace(kept[0], begin=min(one.begin, kept[0].begin))
            elif same(kept[number - 1].offer, after.offer):
                number -= 1
                continue
        number = min(number - 1, len(kept) - 2)
    return kept


def _is_price(run: Run, states: Sequence[State]) -> bool:
    told = any(state.told or state.ended for state in run.backing)
    families = {state.family for state in run.backing}
    if told or len(families) > 1:
        return True
    others = [state for state in states if state.family not in families and not same(state.offer, run.offer)]
    against = any(
        min(state.end, run.end) - max(state.begin, run.begin) >= (run.end - run.begin) * _NEARLY_ALL for state in others
    )
    return run.end - run.begin >= _LONG_ENOUGH and not against


def _was_change(one: Run, after: Run, states: Sequence[State]) -> bool:
    """Whether a table changed from one to the other, or had stopped to say the one; else they only contradict each other."""
    if any(state.told for state in after.backing):
        return True
    if _slipped(one.offer, after.offer) and len({state.family for state in one.backing}) == 1:
        return False
    for later in after.backing:
        before = [state for state in states if state.family == later.family and state.end == later.begin]
        if any(same(state.offer, one.offer) for state in before):
            return True
    return all(state.end <= after.begin for state in one.backing)


def _slipped(one: Offer, other: Offer) -> bool:
    """Whether all rates differ by the same power of ten: a slip of the decimal point that was corrected, no cut."""
    ratios = {round(one.rates[m] / other.rates[m], 2) for m in one.rates.keys() & other.rates.keys() if other.rates[m]}
    return len(ratios) == 1 and ratios <= {Decimal(10) ** power for power in (-6, -3, -2, -1, 1, 2, 3, 6)}


def _first_day(model: Model, run: Run, states: Sequence[State]) -> tuple[date, str]:
    judged = [state for state in run.backing if state.basis and state.begin == run.begin]
    if judged:
        return judged[0].begin, judged[0].basis
    told = [state.begin for state in run.backing if state.told and state.begin == run.begin]
    first = [state for state in states if state.begin == run.begin or state in run.backing]
    seen, sight = min(_earliest(state) for state in first), min(state.begin for state in first)
    lag = timedelta.max if model.provider in MAKERS else _LAG
    released = [day for day in model.released if day <= sight and sight - day <= lag]
    named = [day for day in _days(model.name) if day <= sight and sight - day <= lag]
    if released:
        return min(released), "stated"
    if named:
        return min(named), "snapshot"
    return (min(told), "stated") if told and min(told) <= seen else (seen, "noticed")


def _earliest(state: State) -> date:
    """The earliest day on which a price can have begun that was noticed on ``state.begin``."""
    return state.not_before + DAY if state.not_before and not state.told and state.not_before < state.begin else state.begin


def _changed(run: Run, before: Run, states: Sequence[State]) -> tuple[date, str]:
    judged = [state for state in run.backing if state.basis and state.begin > before.begin]
    if judged:
        return judged[0].begin, judged[0].basis
    told = [state.begin for state in run.backing if state.told and state.begin > before.begin]
    last = {state.family: state for state in states if state.begin <= run.begin}
    seen = [state.begin for state in last.values() if same(state.offer, run.offer) and state.begin > before.begin]
    if told and min(told) <= min(seen, default=run.begin) + _LAG:
        return min(told), "stated"
    return min(seen, default=run.begin), "noticed"


def _days(name: str) -> list[date]:
    """The days in a model's name: gpt-4o-2024-08-06, claude-3-haiku-20240307."""
    found = []
    for year, month, day in _NAMED_DAY.findall(name):
        try:
            found.append(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return found


def _confidence(run: Run, states: Sequence[State], start: date, end: date) -> str:
    """``two-tables`` where two families state each rate within the price's time."""
    said: dict[tuple[str, object], set[str]] = defaultdict(set)
    for state in states:
        if state.end > start and state.begin < end:
            for item, value in state.offer.stated().items():
                said[item, value].add(state.family)
    return "two-tables" if all(len(said[item]) > 1 for item in run.offer.stated().items()) else "table"
