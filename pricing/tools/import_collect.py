"""Brings the tables together: for every model of every provider the timelines of all tables that name it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import import_evidence as evidence
import import_names as names
from import_evidence import DAY, GENAI, LITELLM, MODELSDEV, Event, Model, State
from import_fields import of_litellm
from import_history import preferred
from import_offer import is_free_name, same

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_OWN_MODELSDEV: Final = frozenset(
    {"aws.bedrock", "azure", "gcp.vertex_ai", "openrouter", "groq", "together", "fireworks", "deepinfra"}
)
"""Hosts of which models.dev may have a model that no other table has: there its names are those of the host's API."""

_TAKEN_FROM_OPENROUTER: Final = (date(2025, 6, 22), date(2026, 6, 15))


class Collection:
    """All models that are in a table, by (provider, name in lower case)."""

    def __init__(self, folder: Path, packages: Path, checked: date) -> None:
        self.skipped: Counter[str] = Counter()
        self.checked = checked
        self.models: dict[tuple[str, str], Model] = {}
        self.genai = {one["id"]: one for one in evidence.read_genai(packages)}
        self.pages: dict[str, Counter[str]] = defaultdict(Counter)
        self._found: dict[str, dict[str, list[dict[str, Any]]]] = {}
        events = evidence.read_events(folder)
        self._litellm(events["litellm"], events["tokencost"], evidence.read_litellm(packages))
        self._genai_named(events[GENAI])
        self._genai_linked()
        self._modelsdev(events["modelsdev"])
        for one in self.genai.values():
            ours = names.of_genai(one["id"], "x")
            if isinstance(ours, tuple) and one.get("pricing_urls"):
                self.pages[ours[0]][one["pricing_urls"][0]] += 10**6

    def model(self, provider: str, name: str) -> Model:
        """The model of that name. Of two spellings that differ in case, the one with capitals is its name."""
        found = self.models.setdefault((provider, name.lower()), Model(provider, name))
        found.cases.add(name)
        if found.name == found.name.lower():
            found.name = name
        return found

    def _litellm(self, wheels: Any, commits: Any, installed: dict[str, dict[str, Any]]) -> None:
        by_key = _by_key(wheels)
        copied = _by_key(commits)
        days = (date.fromisoformat(event["first_seen"]) for events in copied.values() for event in events)
        last_copied = max(days, default=self.checked)
        placed: dict[tuple[str, str], list[tuple[bool, list[State]]]] = defaultdict(list)
        for key in sorted(by_key.keys() | copied.keys() | installed.keys()):
            entry = installed.get(key)
            said = [str(event["provider"]) for event in (*copied.get(key, ()), *by_key.get(key, ())) if event["provider"] != "?"]
            provider = str(entry["litellm_provider"]) if entry else said[-1] if said else "?"
            place = names.of_litellm(provider, key)
            if isinstance(place, str):
                self.skipped[place] += 1
                continue
            states = evidence.timeline(LITELLM, [evidence.litellm_event(event) for event in by_key.get(key, ())])
            states = self._current(states, key, entry)
            old = evidence.timeline(LITELLM, [evidence.litellm_event(event) for event in copied.get(key, ())])
            states = evidence.bridge(states, old, last_copied)
            if entry and str(entry.get("source") or "").startswith("https://"):
                self.pages[place[0]][entry["source"].split()[0]] += 1
            if states:
                self.model(*place)
                placed[place[0], place[1].lower()].append((entry is not None and _is_first(key), states))
            else:
                self.skipped["no price at all"] += 1
        for place, streams in placed.items():
            streams.sort(key=lambda pair: (not pair[0], -pair[1][-1].end.toordinal()))
            states = streams[0][1]
            for _, others in streams[1:]:
                states = evidence.fill(states, others)
            self.models[place].states += states

    def _current(self, states: list[State], key: str, entry: dict[str, Any] | None) -> list[State]:
        """The installed table says more of what is valid now (uplifts, off-peak hours) than its history does."""
        if entry is None:
            return [replace(state, end=min(state.end, self.checked)) for state in states]
        event = Event(self.checked, None, ((None, of_litellm(key, entry)),))
        if not event.dated[0][1].priced:
            return states
        return evidence.timeline(LITELLM, [event]) if not states else evidence.go_on(LITELLM, states, event.dated[0][1], event)

    def _genai_named(self, events: Any) -> None:
        """Models that genai-prices names itself, now or in the past."""
        for (provider, identity), changes in sorted(events.items()):
            current = self._genai_model(provider, identity)
            spelled = list(evidence.spellings(current)) if current else [identity]
            states = evidence.timeline(GENAI, [evidence.genai_event(event) for event in changes])
            self._found.setdefault(provider, {})[identity] = states
            for spelling in dict.fromkeys(spelled):
                place = names.of_genai(provider, spelling)
                if isinstance(place, str):
                    self.skipped[place] += 1
                elif states:
                    model = self.model(*place)
                    model.spelled |= {identity, *spelled}
                    _add(model, states)

    def _genai_model(self, provider: str, identity: str) -> dict[str, Any] | None:
        one = self.genai.get(provider)
        return next((model for model in one["models"] if model["id"] == identity), None) if one else None

    def _genai_linked(self) -> None:
        """Names of litellm that genai-prices finds by a rule: its price is a second witness, where it is the same."""
        for model in self.models.values():
            if any(state.family == GENAI for state in model.states):
                continue
            for provider in names.genai_providers(model.provider, model.name):
                name = names.genai_name(model.provider, model.name).lower()
                listed = self.genai[provider]["models"] if provider in self.genai else ()
                found = next((one for one in listed if evidence.matches(one["match"], name)), None)
                linked = self._found.get(provider, {}).get(found["id"], ()) if found else ()
                theirs, ours = current(linked, self.checked), current(model.states, self.checked)
                if theirs and ours and (same(theirs.offer, ours.offer) or preferred(model) == GENAI):
                    _add(model, _since(linked, min(state.begin for state in model.states)))

    def _modelsdev(self, events: Any) -> None:
        days = (date.fromisoformat(event["first_seen"]) for changes in events.values() for event in changes)
        end = max(days, default=self.checked) + DAY
        for (provider, name), changes in sorted(events.items()):
            place = names.of_modelsdev(provider, name)
            key = (place[0], place[1].lower())
            if key not in self.models and place[0] not in _OWN_MODELSDEV:
                continue
            states = evidence.timeline(MODELSDEV, [evidence.modelsdev_event(event) for event in changes])
            model = self.model(*place)
            _add(model, [replace(one, end=min(one.end, end), lapsed=one.end > end) for one in states if one.begin < end])
            model.released |= {day for event in changes if (day := _release(event))}


def _since(states: Sequence[State], day: date) -> list[State]:
    """The states without their time before a day: a rule for several models says nothing of the time before one was out."""
    return [replace(one, begin=max(one.begin, day), told=one.told and one.begin >= day) for one in states if one.end > day]


def _is_first(key: str) -> bool:
    """Of two keys for one name: Vertex AI's with the prefix; on Azure the newer one, but for OpenAI's models their service's."""
    if key.startswith("azure"):
        return key.startswith("azure/") == bool(re.search(r"/(gpt|o\d|text-|tts|whisper|codex|chat)", key))
    return key.startswith("vertex_ai/")


def current(states: Sequence[State], at: date) -> State | None:
    """The state that holds on a day."""
    return next((state for state in states if state.begin <= at < state.end), None)


def _by_key(table: dict[tuple[str, str], list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """An entry keeps its history when litellm files it under another of its providers."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (_, key), events in table.items():
        found[key] += events
    for events in found.values():
        events.sort(key=lambda event: (event["first_seen"], event["prices"] is not None))
    return found


def _add(model: Model, states: Iterable[State]) -> None:
    """Another entry of a family fills what the first leaves open."""
    new = list(states)
    if not new:
        return
    own = [state for state in model.states if state.family == new[0].family]
    model.states = [state for state in model.states if state.family != new[0].family] + evidence.fill(own, new)


def without_resold(model: Model, models: dict[tuple[str, str], Model]) -> list[State]:
    """The states but those that genai-prices took from OpenRouter's list for a maker's, among them models never sold there.

    It did so in its first copy and on 2026-06-15: the name and the price are those of OpenRouter on that day.
    """
    if model.provider not in names.MAKERS:
        return model.states
    tail = model.name.lower().rpartition("/")[2]
    theirs = [
        state
        for (host, name), one in models.items()
        if host == "openrouter" and name.endswith(f"/{tail}")
        for state in one.states
    ]

    def taken(state: State) -> bool:
        if state.family != GENAI or state.begin not in _TAKEN_FROM_OPENROUTER:
            return False
        return ":" in tail or any(same(state.offer, other.offer) for other in theirs)

    return [state for state in model.states if not taken(state)]


def without_placeholders(name: str, states: Sequence[State]) -> tuple[list[State], int]:
    """The states but those of 0 that mean "unknown": a 0 counts where a table is explicit, the name says free, or two agree."""
    zero = {state.family for state in states if state.offer.free}
    kept = [state for state in states if not state.offer.free or state.offer.explicit or is_free_name(name) or len(zero) > 1]
    return kept, len(states) - len(kept)


def _release(event: dict[str, Any]) -> date | None:
    """The day of a model's release, where it is a whole day."""
    try:
        return date.fromisoformat(str(event.get("release_date")))
    except ValueError:
        return None
