"""Price facts as people compare them: one row a meter with a column a mode, and regions as a multiple of the global price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from logcost.price.grammar import METERS
from logcost.report import money, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logcost.price import PriceFact

GLOBAL: Final = "global"
REVOKED: Final = "revoked"
_FAR: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """One meter of one model at one instant: ``usd`` by mode, and the facts that say so."""

    first: PriceFact
    usd: dict[str, Decimal]
    facts: tuple[PriceFact, ...]

    @property
    def start(self) -> datetime:
        """Since when all modes are as they are."""
        return max(fact.valid_from for fact in self.facts)

    @property
    def end(self) -> datetime | None:
        """When the first of them changes; None while no end is known."""
        return min((fact.valid_to for fact in self.facts if fact.valid_to), default=None)


def lines(facts: Sequence[PriceFact]) -> list[Line]:
    """The facts of one region and instant, a line a meter: rates first, then each tier's and window's, then fees."""
    meters: dict[tuple[str, ...], list[PriceFact]] = {}
    for fact in sorted(facts, key=_order):
        meters.setdefault((fact.unit, fact.tier, fact.meter), []).append(fact)
    return [Line(group[0], {fact.mode: fact.usd for fact in group}, tuple(group)) for group in meters.values()]


def _order(fact: PriceFact) -> tuple[object, ...]:
    meter = METERS.index(fact.meter) if fact.meter in METERS else len(METERS)
    return fact.meter not in METERS, _threshold(fact.tier), fact.tier, meter, fact.meter


def _threshold(tier: str) -> int:
    digits = "".join(letter for letter in tier.partition(" prompt")[0] if letter.isdigit())
    return int(digits or 0) if "prompt" in tier else 0


def regions(facts: Sequence[PriceFact]) -> tuple[list[str], list[str]]:
    """Sentences about the regions whose prices are those of ``global`` times one number, and the names of the others."""
    base = [fact for fact in facts if fact.region == GLOBAL]
    told: dict[str, list[str]] = {}
    others = []
    for region in dict.fromkeys(fact.region for fact in facts if fact.region != GLOBAL):
        own = [fact for fact in facts if fact.region == region]
        factor = _factor(own, base)
        if factor is None:
            others.append(region)
        else:
            told.setdefault(_sentence(own, base, factor), []).append(region)
    return [f"{words.joined(names)}: {sentence}" for sentence, names in told.items()], others


def _factor(own: Sequence[PriceFact], base: Sequence[PriceFact]) -> Decimal | None:
    """The one number by which all prices of a region differ from the global ones at the same time."""
    factors = set()
    for fact in own:
        beside = [other for other in base if _key(other) == _key(fact) and _overlap(other, fact)]
        if not beside:
            return None
        for other in beside:
            if other.usd == 0 and fact.usd != 0:
                return None
            factors |= {Fraction(fact.usd) / Fraction(other.usd)} if other.usd else set()
    if len(factors) > 1:
        return None
    factor = factors.pop() if factors else Fraction(1)
    told = Decimal(factor.numerator) / Decimal(factor.denominator)
    return told if Fraction(told) == factor else None


def _sentence(own: Sequence[PriceFact], base: Sequence[PriceFact], factor: Decimal) -> str:
    text = "the same prices" if factor == 1 else f"{money.exact_text(factor)} times these token prices"
    since = min(fact.valid_from for fact in own)
    if since > min(fact.valid_from for fact in base):
        text += f", from {day(since)} on"
    modes = dict.fromkeys(fact.mode for fact in own)
    missing = [mode for mode in dict.fromkeys(fact.mode for fact in base) if mode not in modes]
    return text + (f"; no {words.joined(missing)} mode" if missing else "") + "."


def _key(fact: PriceFact) -> tuple[str, ...]:
    return (fact.model, fact.meter, fact.mode, fact.tier)


def _overlap(one: PriceFact, other: PriceFact) -> bool:
    return one.valid_from < (other.valid_to or _FAR) and other.valid_from < (one.valid_to or _FAR)


def day(instant: datetime) -> str:
    """``2026-10-01``, with the time (UTC) unless it is midnight."""
    midnight = (instant.hour, instant.minute, instant.second) == (0, 0, 0)
    return f"{instant:%Y-%m-%d}" if midnight else f"{instant:%Y-%m-%d %H:%M}"
