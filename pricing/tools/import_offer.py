"""What a public table asks for one model, in the terms of the price book, and when two of them ask the same.

Rates are USD per million tokens, fees USD per unit. What has no counterpart in the grammar, or is no price, is left out and named
in ``Offer.left_out``; the price book then refuses it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal
from typing import Final

Rates = dict[str, Decimal]

_CLEAN: Final = Context(prec=12)
_PLACES: Final = 9
"""Decimals that a rate per million tokens can have: one more is less than a femto-USD a token."""
_FEE_PLACES: Final = 15
_DIGITS: Final = 9
"""A fee with more digits than this is a rounded quotient (an hour's price by the second), not a price that anybody asks."""
_OPENAI_MADE: Final = re.compile(r"(^|[./])(gpt-|o\d|chatgpt|codex)")
_DEAREST: Final = 600
"""USD per million tokens. The dearest model there has been (o1-pro) had 600 for its output."""
_STEEPEST: Final = 10
"""A rate above a threshold that is more than so many times the rate below it is an error of the table."""
_FREE: Final = re.compile(r":free$|(^|/)gemini-[a-z0-9.-]*exp")
_XAI_TIER: Final = 200_000


@dataclass(frozen=True, slots=True)
class Tier:
    """Above ``above`` prompt tokens, or from exactly that many on, the whole request has these rates; none: it is refused."""

    above: int
    rates: Rates
    inclusive: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """Other rates in some hours of some ISO weekdays (UTC)."""

    hours: tuple[str, ...]
    weekdays: tuple[int, ...]
    rates: Rates


@dataclass(frozen=True, slots=True)
class Offer:
    """What one table asks for one model at one time.

    ``modes``: mode -> rates in it; ``mode_tiers``: (mode, threshold) -> rates above; ``times``: mode -> factor on all rates;
    ``regions``: place -> factor. ``explicit``: the table writes a 0 only where the price is 0.
    """

    rates: Rates = field(default_factory=dict)
    tiers: tuple[Tier, ...] = ()
    modes: dict[str, Rates] = field(default_factory=dict)
    mode_tiers: dict[tuple[str, int], Rates] = field(default_factory=dict)
    times: Rates = field(default_factory=dict)
    fees: Rates = field(default_factory=dict)
    mode_fees: dict[str, Rates] = field(default_factory=dict)
    regions: Rates = field(default_factory=dict)
    window: Window | None = None
    vision: bool = False
    explicit: bool = False
    left_out: tuple[str, ...] = ()

    @property
    def priced(self) -> bool:
        """Whether it asks anything at all."""
        return bool(self.rates or self.fees)

    @property
    def free(self) -> bool:
        """Whether all that it asks is 0."""
        return bool(self.rates) and not any((*self.rates.values(), *self.fees.values()))

    def stated(self) -> Rates:
        """All that a label covers: rates, rates above thresholds, fees."""
        above = {f"above {tier.above}: {meter}": rate for tier in self.tiers for meter, rate in tier.rates.items()}
        return self.rates | above | self.fees


def number(value: object) -> Decimal:
    """A number of a table without the noise of binary floats."""
    return _CLEAN.create_decimal(str(value)).normalize()


def same(one: Offer, other: Offer) -> bool:
    """Whether two offers ask the same as far as both say something: the same price, perhaps more fully stated."""
    common = one.rates.keys() & other.rates.keys()
    if any(one.rates[meter] != other.rates[meter] for meter in common):
        return False
    if one.tiers and other.tiers and not _same_tiers(one, other):
        return False
    if common:
        return True
    shared = one.fees.keys() & other.fees.keys()
    return bool(shared) and all(one.fees[unit] == other.fees[unit] for unit in shared)


def _same_tiers(one: Offer, other: Offer) -> bool:
    theirs, ours = _by_threshold(other), _by_threshold(one)
    common = ours.keys() & theirs.keys()
    return bool(common) and all(ours[key] == theirs[key] for key in common)


def _by_threshold(offer: Offer) -> dict[tuple[int, str], Decimal]:
    stated = {(tier.above, meter): rate for tier in offer.tiers for meter, rate in tier.rates.items()}
    return stated | {(tier.above, "refused"): Decimal(1) for tier in offer.tiers if not tier.rates}


def merge(best: Offer, other: Offer) -> Offer:
    """The first offer with what the second adds to it. Only for offers that ask the same."""
    return Offer(
        rates=other.rates | best.rates,
        tiers=best.tiers or other.tiers,
        modes=other.modes | best.modes,
        mode_tiers=other.mode_tiers | best.mode_tiers,
        times=other.times | best.times,
        fees=other.fees | best.fees,
        mode_fees=other.mode_fees | best.mode_fees,
        regions=other.regions | best.regions,
        window=best.window or other.window,
        vision=best.vision or other.vision,
        explicit=best.explicit or other.explicit,
        left_out=tuple(dict.fromkeys((*best.left_out, *other.left_out))),
    )


def is_free_name(name: str) -> bool:
    """Whether a name says that its price is 0: free variants, and Google's experimental models."""
    return bool(_FREE.search(name))


def tidy(name: str, offer: Offer, *, explicit: bool) -> Offer:
    """The offer without what is no price: zeros beside rates, rates below a femto-USD, rounded quotients, rates said twice."""
    left_out = list(offer.left_out)
    lifetime = "cache_write_30m" if _OPENAI_MADE.search(name) else "cache_write_5m"

    def clean(rates: Rates, what: str = "") -> Rates:
        return _clean({lifetime if meter == "cache_write" else meter: rate for meter, rate in rates.items()}, left_out, what)

    rates = clean(offer.rates)
    if any(rate > _DEAREST for rate in rates.values()):
        left_out.append(f"a rate above {_DEAREST} USD per million tokens: an error of the table's unit")
        rates = {}
    if not any(rates.values()) and any(offer.fees.values()):
        rates = {}  # charged by another unit: the zeros only say that tokens cost nothing besides
    tiers = []
    for raw in offer.tiers:
        tier = _tier(name, raw, rates, clean(raw.rates, " above a threshold"))
        if _has_holes(raw, rates):
            left_out.append("no rate or 0 above a threshold where the rate below is not 0: refused there")
            tiers.append(replace(tier, rates={}))
        elif _differs(tier, rates):
            tiers.append(_believable(tier, rates, left_out))
    modes = {mode: _within(clean(each, f" in {mode}"), rates) for mode, each in offer.modes.items()}
    return replace(
        offer,
        rates={meter: rate for meter, rate in rates.items() if meter != "reasoning" or rate != rates.get("output")},
        tiers=tuple(tiers),
        modes={mode: each for mode, each in modes.items() if each},
        mode_tiers={key: clean(each, f" in {key[0]} above a threshold") for key, each in offer.mode_tiers.items()},
        fees=_clean_fees(offer.fees, left_out),
        mode_fees={mode: fees for mode, each in offer.mode_fees.items() if (fees := _clean_fees(each, left_out))},
        explicit=explicit,
        left_out=tuple(dict.fromkeys(left_out)),
    )


def _has_holes(tier: Tier, standard: Rates) -> bool:
    """Whether input or output is not stated above the threshold though the other is, or any rate is 0 where it is not below."""
    sides = [meter for meter in ("input", "output") if standard.get(meter)]
    missing = any(meter not in tier.rates for meter in sides) and any(meter in tier.rates for meter in sides)
    return missing or any(not rate and standard.get(meter) for meter, rate in tier.rates.items())


def _differs(tier: Tier, standard: Rates) -> bool:
    return any(standard.get(meter) != rate for meter, rate in tier.rates.items())


def _believable(tier: Tier, standard: Rates, left_out: list[str]) -> Tier:
    if all(rate <= standard[meter] * _STEEPEST for meter, rate in tier.rates.items()):
        return tier
    left_out.append("rates above a threshold that cannot be right: refused there")
    return replace(tier, rates={})


def _within(rates: Rates, standard: Rates) -> Rates:
    return {meter: rate for meter, rate in rates.items() if meter in standard}


def _tier(name: str, tier: Tier, base: Rates, rates: Rates) -> Tier:
    """XAI's tier begins at exactly 200,000 tokens; genai-prices writes that as more than 199,999."""
    odd = tier.above % 1000 == 999  # noqa: PLR2004 -- the last token below a round number
    inclusive = odd or (tier.above == _XAI_TIER and "grok" in name)
    return Tier(tier.above + odd, _within({m: r for m, r in rates.items() if m != "reasoning"}, base), inclusive=inclusive)


def _clean(rates: Rates, left_out: list[str], what: str) -> Rates:
    paid = any(rates.values())
    kept: Rates = {}
    for meter, rate in rates.items():
        if rate < 0:
            left_out.append("a rate below 0")
        elif paid and not rate:
            if not (meter == "output" or meter.startswith("cache_write")):
                left_out.append(f"{meter} is 0 beside rates that are not{what}")
        elif -int(rate.normalize().as_tuple().exponent) > _PLACES:
            left_out.append(f"a rate that is no whole number of femto-USD a token{what}")
        else:
            kept[meter] = rate.normalize()
    return _sensible(kept, left_out, what)


def _sensible(rates: Rates, left_out: list[str], what: str) -> Rates:
    """Without cache rates that cannot be right: reads dearer than input, writes cheaper, either without an input rate."""
    fresh = rates.get("input")
    if fresh is None and " in " in what:
        return rates
    odd = [meter for meter in rates if meter == "cache_read" and (fresh is None or rates[meter] > fresh)]
    odd += [meter for meter in rates if meter.startswith("cache_write") and (fresh is None or rates[meter] < fresh)]
    left_out += [f"{meter} that cannot be right beside the input rate{what}" for meter in odd]
    return {meter: rate for meter, rate in rates.items() if meter not in odd}


def _clean_fees(fees: Rates, left_out: list[str]) -> Rates:
    kept = {}
    for unit, fee in fees.items():
        clean = fee.normalize()
        if len(clean.as_tuple().digits) > _DIGITS or -int(clean.as_tuple().exponent) > _FEE_PLACES:
            left_out.append(f"{unit}: an hour's or a minute's price that is no whole number of femto-USD for one")
        elif fee:
            kept[unit] = clean
    return kept
