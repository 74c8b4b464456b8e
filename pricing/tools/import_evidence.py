"""Reads the public tables' histories and the installed packages into timelines: what a table asked, from when until when.

A timeline is a list of ``State`` of one family of tables for one model. litellm and its copy tokencost are one family.
"""

from __future__ import annotations

import ast
import gzip
import json
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from import_fields import of_genai, of_litellm, of_modelsdev
from import_offer import Offer, merge, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

LITELLM, GENAI, MODELSDEV = "litellm", "genai-prices", "models.dev"
DAY: Final = timedelta(days=1)
_LITELLM_TABLE: Final = "litellm/model_prices_and_context_window_backup.json"
_GENAI_TABLE: Final = "genai_prices/data.py"
_GAP: Final = (date(2024, 1, 1), date(2024, 12, 1))
"""In this time there is no copy of litellm, only commits of tokencost."""


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What one table asked in ``[begin, end)``. ``told``: it states that day; otherwise it was noticed then.

    ``not_before``: the last copy without it. ``moved``: the same table asked something else before. ``ended``: it states the end.
    ``lapsed``: the table itself has no later copy. ``note``: how it was corrected by hand; ``basis``: what its day then rests on.
    """

    family: str
    offer: Offer
    begin: date
    end: date
    told: bool = False
    moved: bool = False
    ended: bool = False
    lapsed: bool = False
    not_before: date | None = None
    note: str = ""
    basis: str = ""


@dataclass(slots=True)
class Model:
    """All that the tables say of one model of one provider. ``spelled``: how genai-prices spells the model besides.

    ``cases``: the name with all the capitals and small letters that a table gives it; each can be in a log.
    """

    provider: str
    name: str
    states: list[State] = field(default_factory=list)
    released: set[date] = field(default_factory=set)
    spelled: set[str] = field(default_factory=set)
    cases: set[str] = field(default_factory=set)

    @property
    def families(self) -> set[str]:
        """The families of tables that name it."""
        return {state.family for state in self.states}


@dataclass(frozen=True, slots=True)
class Event:
    """One change in one table. ``dated``: the offers with their stated starts (None: not stated); none: the entry is gone."""

    seen: date
    not_before: date | None
    dated: tuple[tuple[date | None, Offer], ...]


def timeline(family: str, events: Sequence[Event]) -> list[State]:
    """The states of one entry of one table, with hindsight: a start that is stated later cuts what was seen before."""
    states: list[State] = []
    for event in events:
        told = [(start, offer) for start, offer in event.dated if start]
        plain = [offer for start, offer in event.dated if start is None]
        if not event.dated:
            states = _cut(states, event.seen)
            continue
        first = min((start for start, _ in told), default=date.max)
        if plain and first > event.seen:
            states = go_on(family, states, plain[-1], event)
        elif plain and not any(state.begin < first for state in states):
            states = [State(family, plain[-1], date.min, first, ended=True), *states]
        for start, offer in sorted(told, key=lambda pair: pair[0]):
            states = [*_cut(states, start), State(family, offer, start, date.max, told=True, not_before=event.not_before)]
    return states


def _cut(states: Sequence[State], day: date) -> list[State]:
    return [replace(state, end=min(state.end, day)) for state in states if state.begin < day]


def go_on(family: str, states: list[State], offer: Offer, event: Event) -> list[State]:
    """The next undated offer: the state goes on where it asks the same, and its fields that came later count from the start."""
    states = [state for state in states if state.begin <= event.seen]
    last = states[-1] if states and states[-1].end >= event.seen else None
    if last and _goes_on(last.offer, offer):
        return [*states[:-1], replace(last, offer=offer, end=date.max)]
    new = State(family, offer, event.seen, date.max, moved=bool(last), not_before=event.not_before)
    return [*_cut(states, event.seen), new]


def _goes_on(offer: Offer, later: Offer) -> bool:
    """Whether a table's later offer is the same price: nothing differs, and no long-context tier is gone."""
    return same(offer, later) and bool(later.tiers or not offer.tiers)


def read_json(text: str) -> Any:
    """JSON without binary floats."""
    return json.loads(text, parse_float=Decimal)


def read_events(folder: Path) -> dict[str, dict[tuple[str, str], list[dict[str, Any]]]]:
    """Table -> (its provider, its name) -> its changes, oldest first."""
    found: dict[str, dict[tuple[str, str], list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for path in sorted(folder.glob("changes_*.jsonl.gz")):
        for line in gzip.decompress(path.read_bytes()).splitlines():
            event = read_json(line.decode())
            table = GENAI if event["source"] == "genai" else event["source"]
            found[table][event["provider"], event["model"]].append(event)
    for events in (events for table in found.values() for events in table.values()):
        events.sort(key=lambda event: (event["first_seen"], event["prices"] is not None, event["ref"]))
    return found


def read_litellm(packages: Path) -> dict[str, dict[str, Any]]:
    """Litellm's table as it is installed: key -> entry."""
    table = read_json((packages / _LITELLM_TABLE).read_text(encoding="utf-8"))
    return {key: entry for key, entry in table.items() if isinstance(entry, dict) and entry.get("litellm_provider")}


def read_genai(packages: Path) -> list[dict[str, Any]]:
    """genai-prices' providers as installed. The module is read as a literal, not run, so that its libraries are not needed."""
    tree = ast.parse((packages / _GENAI_TABLE).read_text(encoding="utf-8"))
    assigned = next(node for node in tree.body if isinstance(node, ast.AnnAssign) and node.value is not None)
    return _literal(assigned.value)


def _literal(node: Any) -> Any:
    if isinstance(node, ast.List | ast.Tuple):
        return [_literal(item) for item in node.elts]
    if isinstance(node, ast.Dict):
        return {_literal(key): _literal(value) for key, value in zip(node.keys, node.values, strict=True)}
    if not isinstance(node, ast.Call):
        return ast.literal_eval(node)
    function = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
    if function == "Decimal":
        return Decimal(ast.literal_eval(node.args[0]))
    if function == "date":
        return date(*(ast.literal_eval(one) for one in node.args))
    return {"is": function} | {word.arg: _literal(word.value) for word in node.keywords if word.arg and word.arg != "tzinfo"}


def matches(clause: dict[str, Any], name: str) -> bool:
    """Whether genai-prices' rule for a model's names holds for a name in lower case."""
    kind = clause["is"]
    if kind in ("ClauseOr", "ClauseAnd"):
        parts = [matches(part, name) for part in clause["or_" if kind == "ClauseOr" else "and_"]]
        return any(parts) if kind == "ClauseOr" else all(parts)
    if kind == "ClauseRegex":
        return bool(re.search(clause["regex"], name))
    tests: dict[str, Callable[[], bool]] = {
        "ClauseEquals": lambda: name == clause["equals"],
        "ClauseStartsWith": lambda: name.startswith(clause["starts_with"]),
        "ClauseEndsWith": lambda: name.endswith(clause["ends_with"]),
        "ClauseContains": lambda: clause["contains"] in name,
    }
    return tests[kind]()


def spellings(model: dict[str, Any]) -> Iterator[str]:
    """The names that genai-prices states for a model: its id, if that is one, and each name it names in full."""
    if matches(model["match"], model["id"].lower()):
        yield model["id"]
    clauses = model["match"]["or_"] if model["match"]["is"] == "ClauseOr" else [model["match"]]
    for clause in clauses:
        if clause["is"] == "ClauseEquals" and clause["equals"] != model["id"].lower():
            yield clause["equals"]


def genai_event(event: dict[str, Any]) -> Event:
    """A change in genai-prices; prices by the time of the day are left to the curated files."""
    stated = event["prices"] or {}
    inner = stated.get("prices") or []
    listed = inner if isinstance(inner, list) else [{"prices": inner}]
    kept = [one for one in listed if set(one.get("constraint") or ()) <= {"start_date"}]
    variants = [{**one, "prices": one["prices"]} for one in stated.get("variants") or ()]
    dated = []
    for number, one in enumerate(kept):
        start = (one.get("constraint") or {}).get("start_date")
        offer = of_genai(event["model"], one["prices"], variants if number == len(kept) - 1 else ())
        if offer.priced:
            dated.append((date.fromisoformat(str(start)) if start else None, offer))
    return Event(date.fromisoformat(event["first_seen"]), _day(event["not_before"]), tuple(dated))


def litellm_event(event: dict[str, Any]) -> Event:
    """A change in litellm or tokencost, whose copies between which it lies can be far apart."""
    offer = of_litellm(
        event["model"], {"mode": event.get("mode"), "litellm_provider": event["provider"], **(event["prices"] or {})}
    )
    dated: tuple[tuple[date | None, Offer], ...] = ((None, offer),) if offer.priced else ()
    return Event(date.fromisoformat(event["first_seen"]), _day(event["not_before"]), dated)


def modelsdev_event(event: dict[str, Any]) -> Event:
    """A change in models.dev."""
    offer = of_modelsdev(event["model"], event["prices"] or {})
    dated: tuple[tuple[date | None, Offer], ...] = ((None, offer),) if offer.priced else ()
    return Event(date.fromisoformat(event["first_seen"]), None, dated)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def fill(states: list[State], others: Sequence[State]) -> list[State]:
    """A timeline with what another one of the same family says of the times of which it says nothing."""
    filled = list(states)
    for other in others:
        begin, end = other.begin, other.end
        for state in states:
            if state.begin <= begin < state.end:
                begin = state.end
            elif begin < state.begin < end:
                end = state.begin
        if begin < end:
            filled.append(replace(other, begin=begin, end=end))
    return sorted(filled, key=lambda state: state.begin)


def bridge(states: Sequence[State], copied: Sequence[State], last_copied: date) -> list[State]:
    """Litellm's timeline with tokencost's commits for the time without a copy of litellm."""
    in_gap = [replace(one, begin=max(one.begin, _GAP[0]), end=min(one.end, _GAP[1])) for one in copied]
    in_gap = [one for one in in_gap if one.begin < one.end]
    if not states:
        return [replace(one, end=min(one.end, last_copied + DAY)) for one in copied]
    cut = [part for one in states for part in _around(one, in_gap[0].begin if in_gap else _GAP[1])]
    joined: list[State] = []
    for one in sorted([*cut, *in_gap], key=lambda state: state.begin):
        before = joined[-1] if joined else None
        if before and before.end >= one.begin and _goes_on(before.offer, one.offer):
            joined[-1] = replace(before, offer=merge(one.offer, before.offer), end=one.end)
        else:
            joined.append(replace(one, moved=one.moved or bool(before)))
    return [replace(one, not_before=max(one.not_before, _GAP[1] - DAY)) if _in_gap(one, in_gap) else one for one in joined]


def _around(state: State, begin: date) -> list[State]:
    """A state without its part between the first commit in the gap and the gap's end."""
    parts = [replace(state, end=min(state.end, begin)), replace(state, begin=max(state.begin, _GAP[1]))]
    return [part for part in parts if part.begin < part.end] if state.begin < _GAP[0] else [state]


def _in_gap(state: State, in_gap: Sequence[State]) -> bool:
    """Whether litellm's first copy after the gap shows something that the commits in it do not."""
    return (
        state.not_before is not None
        and state.not_before < _GAP[0] <= state.begin
        and state.begin >= _GAP[1]
        and bool(in_gap or state)
    )
