"""What a table states and cannot be right: rules for all models, and a list of single errors that was judged by hand.

The rules look at one table's rates beside each other, beside what other tables say of the same model, and beside what the same
model's name costs elsewhere. What they leave out is no price: the book then has another table's, an older one, or refuses.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Final

from import_names import MAKERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from import_evidence import Model, State
    from import_offer import Offer, Rates

_CLAUDE: Final = re.compile(r"claude")
_GEMINI: Final = re.compile(r"gemini")
_WITHOUT_WRITES: Final = frozenset({"google", "gcp.vertex_ai"})
"""Google charges a cache by the hour, never a write. Hosts that sell its models can have a price for one (OpenRouter does)."""
_OF_CLAUDE: Final = {
    "cache_write_5m": (Decimal("1.0"), Decimal("1.3")),
    "cache_write_1h": (Decimal("1.9"), Decimal("2.1")),
    "cache_read": (Decimal("0.02"), Decimal("0.13")),
}
"""Claude's cache rates as multiples of its input rate: 1.25, 2 and 0.1 or 0.025, but for what hosts round."""
_OF_ALL: Final = {"cache_write_5m": (Decimal("0.9"), Decimal("2.5"))}
_ROUNDING: Final = Decimal("0.001")
_REGION: Final = re.compile(r"^(us|eu|apac|au|jp|global|us-gov)\.")
_MAKER: Final = re.compile(r"^(anthropic|amazon|meta|mistral|cohere|deepseek|qwen|xai|openai)\.")
_SNAPSHOT: Final = re.compile(r"-20\d\d-?\d\d-?\d\d(?!\d)")
_APART: Final = re.compile(r"embed|rerank|guard|moderation|tts|whisper|transcri|speech|audio|image|bge|e5-|:thinking|latest")
"""Models whose output can be the cheaper side, or has a price of its own, and names that mean now one model and now another."""
_RESOLD: Final = re.compile(r"claude|gemini|grok|gpt-(?!oss)|^o\d")
"""Models that only their makers make: hosts ask much the same for them. Of open ones every host has a price of its own."""
_FAR_OFF, _FAR_ABOVE = Decimal(4), Decimal(5)
"""Azure asks three times as much for grok-3-mini's output beside its input as xAI does, and means it. Flat prices are none."""
_MOST: Final = Decimal("0.6")
_ENOUGH: Final = 3
"""So many hosts must state a ratio, and so great a part of them the same one, before it speaks against another's."""
_AGREE: Final = Decimal("1.25")


@dataclass(frozen=True, slots=True)
class Judged:
    """One error that was judged by hand: states of a model whose rates are ``what`` are left out, or have ``instead``.

    ``start``: the corrected rates hold from this day on, not from the state's own first day. ``basis``: what that day rests on.
    ``right_from``: before ``start`` the table's rates were right, from this day on, though it has them only later.
    """

    provider: str
    models: frozenset[str]
    what: Rates
    reason: str
    instead: Rates
    start: date | None
    basis: str
    right_from: date | None

    def meets(self, model: Model, state: State) -> bool:
        """Whether the state is the one that was judged."""
        named = model.provider == self.provider and model.name.lower() in self.models
        stated = state.offer.rates | state.offer.fees
        return named and all(stated.get(item) == rate for item, rate in self.what.items())


def read_judged(path: Path) -> list[Judged]:
    """The errors of the list. Without ``what`` all that tables say of the models is one."""
    return [
        Judged(
            provider=one["provider"],
            models=frozenset(name.lower() for name in one["models"]),
            what=_rates(one.get("what", {})),
            reason=one["reason"],
            instead=_rates(one.get("instead", {})),
            start=one.get("start"),
            basis=one.get("basis", "stated"),
            right_from=one.get("right_from"),
        )
        for one in tomllib.loads(path.read_text(encoding="utf-8"))["error"]
    ]


def _rates(written: Mapping[str, str]) -> Rates:
    return {item: Decimal(rate) for item, rate in written.items()}


class Errors:
    """Takes out of the tables' states what cannot be right, and counts it by reason."""

    def __init__(self, models: Iterable[Model], judged: Sequence[Judged]) -> None:
        self.judged = judged
        self.met: set[int] = set()
        self.counted: Counter[str] = Counter()
        self._ratios: dict[str, dict[str, Decimal]] = defaultdict(dict)
        self._cheaper_output: dict[str, set[str]] = defaultdict(set)
        for model in models:
            ratios = [ratio for state in model.states if (ratio := _ratio(state.offer)) is not None]
            if ratios:
                self._ratios[_tail(model.name)][model.provider] = median(ratios)
            if any(ratio < 1 for ratio in ratios):
                self._cheaper_output[_tail(model.name)].add(model.provider)

    def sift(self, model: Model, states: Sequence[State]) -> list[State]:
        """The states of a model without errors, those of the hand-made list first: what was judged goes before every rule."""
        kept = [part for state in states for part in self._judge(model, state)]
        checked = []
        for state in kept:
            reason = None if state.note else self._why_not(model, state, kept)
            if reason:
                self.counted[reason] += 1
            else:
                checked.append(self._with_believable_caches(model, state, kept))
        return checked

    def unmet(self) -> list[Judged]:
        """Errors of the list that no table has any more."""
        return [one for number, one in enumerate(self.judged) if number not in self.met]

    def _judge(self, model: Model, state: State) -> list[State]:
        for number, one in enumerate(self.judged):
            if not one.meets(model, state):
                continue
            self.met.add(number)
            self.counted[f"judged by hand: {'corrected' if one.instead else 'left out'}"] += 1
            return list(_corrected(one, state)) if one.instead else []
        return [state]

    def _why_not(self, model: Model, state: State, states: Sequence[State]) -> str | None:
        """Why the rates of a state are no price, if another table does not state the same ones."""
        ratio, tail = _ratio(state.offer), _tail(model.name)
        if ratio is None or _APART.search(tail) or any(_same_sides(state, other) for other in states):
            return None
        if ratio < 1 and not self._cheaper_output[tail] - {model.provider}:
            return "an output rate below the input rate, which one table alone has"
        usual = self._usual(model.provider, tail)
        if usual and _is_far_off(tail, ratio, usual):
            return "an output rate far off what it is beside the input rate everywhere else, which one table alone has"
        return None

    def _usual(self, provider: str, tail: str) -> Decimal | None:
        """Output to input rate of the model's name at its maker, or else, of what only its maker makes, at most other hosts."""
        others = {name: ratio for name, ratio in self._ratios[tail].items() if name != provider}
        made = [ratio for name, ratio in others.items() if name in MAKERS]
        if made and max(made) <= min(made) * _AGREE:
            return median(made)
        if len(others) < _ENOUGH or not _RESOLD.search(tail):
            return None
        middle = median(others.values())
        near = [ratio for ratio in others.values() if middle / _AGREE <= ratio <= middle * _AGREE]
        return middle if len(near) >= len(others) * _MOST else None

    def _with_believable_caches(self, model: Model, state: State, states: Sequence[State]) -> State:
        odd = set(_odd_caches(model, state, states))
        if not odd:
            return state
        for meter in sorted(odd):
            self.counted[f"{meter} that cannot be right beside the input rate of such a model"] += 1
        return replace(state, offer=without(state.offer, odd))


def _corrected(one: Judged, state: State) -> Iterable[State]:
    """The state with the judged rates, without its tiers: they belong to the wrong ones; before it the time that was right."""
    offer = replace(state.offer, rates=state.offer.rates | one.instead, tiers=())
    corrected = replace(state, offer=offer, note=one.reason)
    if one.start is None:
        yield corrected
        return
    right = one.right_from or state.begin
    if right < one.start:
        yield replace(state, begin=right, end=one.start, ended=True)
    yield replace(corrected, begin=one.start, told=True, basis=one.basis)


def _odd_caches(model: Model, state: State, states: Sequence[State]) -> Iterable[str]:
    name, rates = model.name.lower(), state.offer.rates
    fresh = rates.get("input")
    if _GEMINI.search(name) and model.provider in _WITHOUT_WRITES:
        yield from (meter for meter in rates if meter.startswith("cache_write"))
    if not fresh:
        return
    for meter, (low, high) in (_OF_CLAUDE if _CLAUDE.search(name) else _OF_ALL).items():
        if meter not in rates or low - _ROUNDING <= rates[meter] / fresh <= high + _ROUNDING:
            continue
        others = (other for other in states if other.family != state.family and other.offer.rates.get("input") == fresh)
        if _CLAUDE.search(name) or not any(other.offer.rates.get(meter) == rates[meter] for other in others):
            yield meter


def without(offer: Offer, meters: set[str]) -> Offer:
    """The offer without some meters, in every mode and tier."""

    def rest(rates: Rates) -> Rates:
        return {meter: rate for meter, rate in rates.items() if meter not in meters}

    return replace(
        offer,
        rates=rest(offer.rates),
        tiers=tuple(replace(tier, rates=rest(tier.rates)) for tier in offer.tiers),
        modes={mode: kept for mode, rates in offer.modes.items() if (kept := rest(rates))},
        mode_tiers={key: rest(rates) for key, rates in offer.mode_tiers.items()},
        window=replace(offer.window, rates=rest(offer.window.rates)) if offer.window else None,
    )


def _is_far_off(tail: str, ratio: Decimal, usual: Decimal) -> bool:
    if _RESOLD.search(tail):
        return not usual / _FAR_OFF <= ratio <= usual * _FAR_OFF
    return ratio > usual * _FAR_ABOVE


def _same_sides(state: State, other: State) -> bool:
    """Whether another table has much the same output beside the same input; hosts and tables round."""
    one, two = _ratio(state.offer), _ratio(other.offer)
    return other.family != state.family and bool(one and two) and one / _AGREE <= two <= one * _AGREE


def _ratio(offer: Offer) -> Decimal | None:
    """Output to input rate, where both cost something."""
    low, high = offer.rates.get("input"), offer.rates.get("output")
    return high / low if low and high else None


def _tail(name: str) -> str:
    """A model's name as any host has it: without its maker's and the region's prefix and the day of its snapshot."""
    return _MAKER.sub("", _REGION.sub("", _SNAPSHOT.sub("", name.lower().rpartition("/")[2])))


def told(errors: Errors) -> Iterable[str]:
    """Lines of a summary: what was left out as an error, and what of the list no table has."""
    yield "\nStates of tables and rates of them left out as errors:"
    yield from (f"  {count} {reason}" for reason, count in errors.counted.most_common())
    yield from (f"  judged, but in no table: {one.provider} {', '.join(sorted(one.models))}" for one in errors.unmet())
