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

    from logcost.price.grammar import Block, Fee, Meter, Mode, ProviderFile, Rates, Region, Schedule, Terms

STANDARD: Final = "standard"
GLOBAL: Final = "global"
FEMTO_PER_MTOK: Final = Decimal(10) ** 9
"""Femto-USD per token for 1 USD per million tokens."""
FEMTO: Final = Decimal(10) ** 15

_CACHED_KINDS: Final[Mapping[Meter, Meter]] = {"input_audio": "cache_read_audio", "input_image": "cache_read_image"}


class Where(NamedTuple):
    """Processing mode, region, how many long-context thresholds the prompt is above, and whether the block's hours hold."""

    mode: str = STANDARD
    region: str = GLOBAL
    tier: int = 0
    window: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """A block with its rule sets filled in: later rule sets and the block itself win over earlier ones.

    ``source`` is the address the block names; ``schedule`` says when its ``window`` holds.
    """

    block: Block
    source: str
    schedule: Schedule | None
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


def merge(block: Block, file: ProviderFile) -> Merged:
    """Fill in what a block only names: rule sets, source and schedule of its file."""
    parts: Sequence[Terms] = [*(file.rules[name] for name in block.rules), block]
    unsplit = [part.cache_write_unsplit for part in parts if part.cache_write_unsplit]
    return Merged(
        block,
        file.sources[block.source],
        file.schedules[block.window.schedule] if block.window else None,
        {meter: factor for part in parts for meter, factor in part.times_input.items()},
        tuple(
            dict.fromkeys([*(file.as_input if "output" in block.rates else ()), *(m for part in parts for m in part.as_input)])
        ),
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
    """Rates of a model at an instant, or None where the mode, region, tier or window is not stated for it."""
    rates = _standard(merged, at, where)
    if where.mode != STANDARD and rates is not None:
        stated = merged.modes.get(where.mode)
        in_force = stated if stated and _in_force(stated.since, stated.until, at) else None
        rates = _in_mode(in_force, rates, where) if in_force else None
    if where.region != GLOBAL and rates is not None:
        uplift = region_of(merged, where.region)
        rates = _times(rates, uplift.times) if uplift and _in_force(uplift.since, uplift.until, at) else None
    rates = _cached_kinds(merged, rates) if rates else rates
    fees = {unit: usd for unit, fee in merged.fees.items() if (usd := _fee(fee, at, where.mode, priced=bool(rates))) is not None}
    plain = not (merged.block.rates or where.tier or where.region != GLOBAL)
    if not rates and not (plain and (fees or where.mode == STANDARD)):
        return None
    return Tariff(
        "+".join([f"{provider}/{name}@{stamp(merged.block.start)}", *_tags(merged, where)]),
        {meter: _femto(rate, FEMTO_PER_MTOK, name, meter) for meter, rate in (rates or {}).items()},
        {unit: _femto(usd, FEMTO, name, unit) for unit, usd in fees.items()},
    )


def region_of(merged: Merged, region: str) -> Region | None:
    """What the block says of a region: by its name, else by the longest beginning that a name with ``*`` states."""
    if region in merged.regions:
        return merged.regions[region]
    fitting = [name for name in merged.regions if name.endswith("*") and region.startswith(name[:-1])]
    return merged.regions[max(fitting, key=len)] if fitting else None


def _cached_kinds(merged: Merged, rates: Rates) -> Rates:
    """Audio and images that are charged as text are so when they are read from a cache as well."""
    if "cache_read" not in rates:
        return rates
    alike = (cached for kind, cached in _CACHED_KINDS.items() if kind in merged.as_input)
    return dict.fromkeys(alike, rates["cache_read"]) | rates


def _tags(merged: Merged, where: Where) -> list[str]:
    places = [tag for tag in (where.mode, where.region) if tag not in {STANDARD, GLOBAL}]
    long = ["long" if where.tier == 1 else f"long{where.tier}"] if where.tier else []
    return [*places, *long, *([merged.block.window.schedule] if where.window and merged.block.window else [])]


def _fee(fee: Fee, at: datetime, mode: str, *, priced: bool) -> Decimal | None:
    """USD for one unit; where the mode has no price of tokens, only a fee that names the mode holds in it."""
    if not _in_force(fee.since, fee.until, at):
        return None
    return fee.usd if mode == STANDARD or (priced and mode not in fee.modes) else fee.modes.get(mode)


def stamp(at: datetime) -> str:
    """An instant as short as it can be said: the day when it is a midnight, else to the second with Z."""
    return f"{at:%Y-%m-%d}" if (at.hour, at.minute, at.second) == (0, 0, 0) else f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _standard(merged: Merged, at: datetime, where: Where) -> Rates | None:
    stated = _stated(merged.block, where)
    if stated is None:
        return None
    rates: Rates = {}
    if "input" in stated:
        rates |= {meter: stated["input"] * factor for meter, factor in merged.times_input.items()}
        rates |= dict.fromkeys(merged.as_input, stated["input"])
    rates |= stated
    return {meter: rate for meter, rate in rates.items() if meter not in merged.since or merged.since[meter] <= at}


def _stated(block: Block, where: Where) -> Rates | None:
    """The rates written in the block for a tier, inside or outside its window; None where it says nothing of that."""
    if where.tier > len(block.tiers) or (where.tier and block.tiers[where.tier - 1].refused):
        return None
    rates = block.tiers[where.tier - 1].rates if where.tier else block.rates
    if not where.window or block.window is None:
        return rates
    if block.window.times is not None:
        return _times(rates, block.window.times)
    return None if where.tier else block.window.rates


def _in_mode(mode: Mode, standard: Rates, where: Where) -> Rates | None:
    """Rates of a mode; ``rates`` that it states outright are those below the thresholds and outside the window."""
    if (where.tier and not mode.above) or (mode.rates and where.window):
        return None
    meters = mode.meters or tuple(standard)
    times = mode.times
    rates = {meter: standard[meter] * times for meter in meters if meter in standard} if times is not None else {}
    rates |= {meter: standard[meter] for meter in mode.keep if meter in standard}
    return rates if where.tier else rates | mode.rates


def _times(rates: Rates, factor: Decimal) -> Rates:
    return {meter: rate * factor for meter, rate in rates.items()}


def _femto(usd: Decimal, scale: Decimal, name: str, what: str) -> int:
    scaled = usd * scale
    if scaled != scaled.to_integral_value() or scaled < 0:
        raise PriceBookError(
            f"{name}: the rate {usd} of {what} is not a whole number of femto-USD.", remedy="See docs/prices.md."
        )
    if scaled >= 2**63:
        raise PriceBookError(f"{name}: the rate {usd} of {what} is too large.", remedy="A unit costs less than 9,223 USD.")
    return int(scaled)
