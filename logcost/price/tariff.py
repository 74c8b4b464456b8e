"""From a dated block to integer rates: which rate has each meter in this mode, region and long-context tier?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from logcost.errors import PriceBookError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from logcost.price.grammar import Block, Fee, Meter, Mode, Rates, Region, Terms

STANDARD: Final = "standard"
GLOBAL: Final = "global"
FEMTO_PER_MTOK: Final = Decimal(10) ** 9
"""Femto-USD per token for 1 USD per million tokens."""
FEMTO: Final = Decimal(10) ** 15


class Where(NamedTuple):
    """Processing mode, region, and whether the prompt is above the long-context threshold."""

    mode: str = STANDARD
    region: str = GLOBAL
    above: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """A block with its rule sets filled in: later rule sets and the block itself win over earlier ones."""

    block: Block
    times_input: Mapping[Meter, Decimal]
    as_input: tuple[Meter, ...]
    since: Mapping[Meter, datetime]
    cache_write_unsplit: Meter | None
    modes: Mapping[str, Mode]
    regions: Mapping[str, Region]
    fees: Mapping[str, Fee]


@dataclass(frozen=True, slots=True)
class Slice:
    """A stretch of a model's time, ``[start, end)``, in which nothing changes; ``merged`` is None where no price is valid."""

    start: datetime
    end: datetime | None
    merged: Merged | None


@dataclass(frozen=True, slots=True)
class Tariff:
    """Rates of one model at one time in one mode, region and tier: femto-USD per token and per unit."""

    price_id: str
    rates: Mapping[str, int]
    fees: Mapping[str, int]


def merge(block: Block, rules: Mapping[str, Terms]) -> Merged:
    """Fill in the rule sets a block names."""
    parts: Sequence[Terms] = [*(rules[name] for name in block.rules), block]
    unsplit = [part.cache_write_unsplit for part in parts if part.cache_write_unsplit]
    return Merged(
        block,
        {meter: factor for part in parts for meter, factor in part.times_input.items()},
        tuple(dict.fromkeys(meter for part in parts for meter in part.as_input)),
        {meter: since for part in parts for meter, since in part.since.items()},
        unsplit[-1] if unsplit else None,
        {name: mode for part in parts for name, mode in part.modes.items()},
        {name: region for part in parts for name, region in part.regions.items()},
        {name: fee for part in parts for name, fee in part.fees.items()},
    )


def timeline(blocks: Sequence[Merged]) -> tuple[Slice, ...]:
    """The stretches of one model's time, in order, from its first price on. ``blocks`` are sorted by start.

    A stretch ends where a block begins or ends, or where a meter, mode, region or fee of a block does.
    """
    edges = sorted({edge for merged in blocks for edge in _edges(merged) if edge >= blocks[0].block.start})
    spans = [*pairwise(edges), (edges[-1], None)]
    return tuple(Slice(start, end, _valid(blocks, start)) for start, end in spans)


def _edges(merged: Merged) -> Iterable[datetime]:
    block = merged.block
    optional: list[datetime | None] = [block.until, *merged.since.values()]
    parts: tuple[Mode | Region | Fee, ...] = (*merged.modes.values(), *merged.regions.values(), *merged.fees.values())
    for part in parts:
        optional += [part.since, part.until]
    yield block.start
    yield from (edge for edge in optional if edge is not None and edge > block.start and (not block.until or edge <= block.until))


def _valid(blocks: Sequence[Merged], at: datetime) -> Merged | None:
    started = [merged for merged in blocks if merged.block.start <= at]
    last = started[-1] if started else None
    return last if last and _in_force(None, last.block.until, at) else None


def _in_force(since: datetime | None, until: datetime | None, at: datetime) -> bool:
    return (since is None or since <= at) and (until is None or at < until)


def tariff(provider: str, name: str, merged: Merged, at: datetime, where: Where) -> Tariff | None:
    """Rates of a model at an instant, or None where the mode, region or tier is not stated for it."""
    mode, region, above = where
    rates = _standard(merged, at, above=above)
    if mode != STANDARD and rates is not None:
        stated = merged.modes.get(mode)
        rates = _in_mode(stated, rates, above=above) if stated and _in_force(stated.since, stated.until, at) else None
    if region != GLOBAL and rates is not None:
        uplift = merged.regions.get(region)
        rates = _times(rates, uplift.times) if uplift and _in_force(uplift.since, uplift.until, at) else None
    if rates is None or (not rates and mode != STANDARD):
        return None
    fees = {unit: fee.usd for unit, fee in merged.fees.items() if _in_force(fee.since, fee.until, at)}
    tags = [tag for tag in (mode, region) if tag not in (STANDARD, GLOBAL)] + ["long"] * above
    return Tariff(
        "+".join([f"{provider}/{name}@{stamp(merged.block.start)}", *tags]),
        {meter: _femto(rate, FEMTO_PER_MTOK, name, meter) for meter, rate in rates.items()},
        {unit: _femto(fee, FEMTO, name, unit) for unit, fee in fees.items()},
    )


def stamp(at: datetime) -> str:
    """An instant as short as it can be said: the day when it is a midnight, else to the second with Z."""
    return f"{at:%Y-%m-%d}" if (at.hour, at.minute, at.second) == (0, 0, 0) else f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _standard(merged: Merged, at: datetime, *, above: bool) -> Rates | None:
    tier = merged.block.long_context
    if above and (tier is None or tier.refused):
        return None
    stated = tier.rates if above and tier else merged.block.rates
    rates: Rates = {}
    if "input" in stated:
        rates |= {meter: stated["input"] * factor for meter, factor in merged.times_input.items()}
        rates |= dict.fromkeys(merged.as_input, stated["input"])
    rates |= stated
    return {meter: rate for meter, rate in rates.items() if meter not in merged.since or merged.since[meter] <= at}


def _in_mode(mode: Mode, standard: Rates, *, above: bool) -> Rates | None:
    if above and not mode.above:
        return None
    meters = mode.meters or tuple(standard)
    times = mode.times
    rates = {meter: standard[meter] * times for meter in meters if meter in standard} if times is not None else {}
    rates |= {meter: standard[meter] for meter in mode.keep if meter in standard}
    return rates if above else rates | mode.rates


def _times(rates: Rates, factor: Decimal) -> Rates:
    return {meter: rate * factor for meter, rate in rates.items()}


def _femto(usd: Decimal, scale: Decimal, name: str, what: str) -> int:
    scaled = usd * scale
    if scaled != scaled.to_integral_value() or scaled < 0:
        raise PriceBookError(
            f"{name}: the rate {usd} of {what} is not a whole number of femto-USD.", remedy="See docs/prices.md."
        )
    return int(scaled)
