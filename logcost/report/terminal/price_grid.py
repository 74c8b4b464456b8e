"""Price facts as people compare them: one line a meter and stretch of time with all modes, and regions as a multiple."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from logcost.report import money, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logcost.price import PriceFact

GLOBAL: Final = "global"
REVOKED: Final = "revoked"
_FAR: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """One meter of one model in a stretch of time ``[start, end)`` in which no mode changes; ``usd`` by mode."""

    first: PriceFact
    start: datetime
    end: datetime | None
    usd: dict[str, Decimal]
    sources: tuple[str, ...]
    confidence: tuple[str, ...]


def lines(facts: Sequence[PriceFact]) -> list[Line]:
    """The facts of one region: oldest first, and meters in the order of the facts."""
    meters: dict[tuple[str, ...], list[PriceFact]] = {}
    for fact in facts:
        meters.setdefault((fact.model, fact.tier, fact.meter, fact.unit), []).append(fact)
    return sorted((line for group in meters.values() for line in _stretches(group)), key=lambda line: line.start)


def _stretches(facts: Sequence[PriceFact]) -> list[Line]:
    edges = sorted({fact.valid_from for fact in facts} | {fact.valid_to or _FAR for fact in facts})
    found: list[Line] = []
    for start, end in pairwise(edges):
        here = [fact for fact in facts if fact.valid_from <= start and end <= (fact.valid_to or _FAR)]
        if not here:
            continue
        line = Line(
            here[0],
            start,
            None if end == _FAR else end,
            {fact.mode: fact.usd for fact in here},
            tuple(dict.fromkeys(fact.source for fact in here)),
            tuple(dict.fromkeys(fact.confidence for fact in here)),
        )
        if found and replace(found[-1], first=line.first, start=start, end=line.end) == line and found[-1].end == start:
            found[-1] = replace(found[-1], end=line.end)
        else:
            found.append(line)
    return found


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
