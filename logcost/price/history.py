"""What changed when: the facts of a model as a list of changes, for people who ask what became dearer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logcost.price.tariff import GLOBAL, STANDARD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from logcost.price.facts import PriceFact

REVOKED: Final = "revoked"
_IMPLIED: Final = {
    "input_image": "input",
    "input_audio": "input",
    "input_video": "input",
    "cache_read_image": "cache_read",
    "cache_read_audio": "cache_read",
    "output_image": "output",
}
"""Meters that follow that of text unless they differ from it."""

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """From ``at`` on one meter costs ``after`` instead of ``before`` (USD; None: no price), in one mode and tier.

    ``meter`` empty: the whole mode begins (``before`` None) or ends (``after`` None). ``fact`` is what says so: the new
    price, or the one that ended.
    """

    at: datetime
    meter: str
    mode: str
    tier: str
    before: Decimal | None
    after: Decimal | None
    fact: PriceFact


def changes(facts: Sequence[PriceFact]) -> list[Change]:
    """All changes of the global prices, oldest first; what follows from another change is not told again.

    A mode that stays the same part of the standard price, and pictures that cost what text costs, follow.
    """
    own = [fact for fact in facts if fact.region == GLOBAL and fact.confidence != REVOKED]
    instants = sorted({fact.valid_from for fact in own} | {fact.valid_to for fact in own if fact.valid_to})
    return [change for at in instants for change in _at(own, at)]


def _at(facts: Sequence[PriceFact], at: datetime) -> Iterator[Change]:
    before = {_key(fact): fact for fact in facts if fact.valid_from < at and (fact.valid_to is None or fact.valid_to >= at)}
    after = {_key(fact): fact for fact in facts if fact.holds(at)}
    told_modes: set[str] = set()
    for key in dict.fromkeys(_key(fact) for fact in facts):
        old, new = before.get(key), after.get(key)
        said = new or old
        if said is None or (old and new and old.usd == new.usd) or _follows(key, before, after):
            continue
        meter, mode, tier = key
        if mode != STANDARD and (not _has(before, mode) or not _has(after, mode)):
            if mode not in told_modes:
                told_modes.add(mode)
                yield Change(at, "", mode, "", old.usd if old else None, new.usd if new else None, said)
            continue
        yield Change(at, meter, mode, tier, old.usd if old else None, new.usd if new else None, said)


def _key(fact: PriceFact) -> Key:
    return fact.meter, fact.mode, fact.tier


def _has(facts: Mapping[Key, PriceFact], mode: str) -> bool:
    return any(key[1] == mode for key in facts)


def _follows(key: Key, before: Mapping[Key, PriceFact], after: Mapping[Key, PriceFact]) -> bool:
    """Whether a change is that of the text meter, or of the standard mode, once more."""
    meter, mode, tier = key
    led = _IMPLIED.get(meter)
    if led is not None and all(_usd(side, key) == _usd(side, (led, mode, tier)) for side in (before, after)):
        return True
    if mode == STANDARD:
        return False
    (old, old_standard), (new, new_standard) = (
        (_usd(side, key), _usd(side, (meter, STANDARD, tier))) for side in (before, after)
    )
    if old is None or new is None or old_standard is None or new_standard is None:
        return _has(before, mode) and _has(after, mode) and (old is old_standard is None or new is new_standard is None)
    return old * new_standard == new * old_standard


def _usd(side: Mapping[Key, PriceFact], key: Key) -> Decimal | None:
    fact = side.get(key)
    return fact.usd if fact else None
