"""What reads save and writes cost, exactly: integers in femto-USD, scaled so that a rule's multipliers stay whole.

A benefit is always relative to no caching at all: tokens read x (input rate - read rate) - tokens written x (write
rate - input rate). So the difference of two benefits is the money between two ways of caching, whatever else the calls
cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.analyse.frames import usd

if TYPE_CHECKING:
    from decimal import Decimal

    from logcost.types import CacheLifetime, CacheRule

SCALE: Final = 10**6
"""Multipliers have at most six decimals; every amount here is in femto-USD / SCALE, or base input tokens / SCALE."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Per-call differences of rates under a rule. ``replaced``: the reader's own rule sets the multipliers."""

    rule: CacheRule
    replaced: bool

    def read_gain(self) -> pl.Expr:
        """Saved per token read instead of paid as input; NULL without a price for both."""
        if self.replaced:
            return _base() * (SCALE - scaled(self.rule.read_multiplier))
        return (_base() - _wide("cache_read_rate_fusd")) * SCALE

    def premium(self, lifetime: CacheLifetime) -> pl.Expr:
        """Paid per token written, on top of input: the price book's rate for the default lifetime, else the multiplier."""
        stated = _base() * (scaled(lifetime.write_multiplier) - SCALE)
        if self.replaced or lifetime != lifetimes(self.rule)[0] or lifetime.write_multiplier == 1:
            return stated
        return (_wide("cache_write_rate_fusd") - _base()) * SCALE


def billed(replacement: CacheRule | None) -> pl.Expr:
    """Benefit of the reads and writes a record was billed; NULL where reads or a needed price are unknown.

    At the price book's rates, or at the multipliers of the reader's own rule.
    """
    written, base = pl.col("written").fill_null(0), _base()
    if replacement:
        gain = base * (SCALE - scaled(replacement.read_multiplier))
        paid = product(written, base * (scaled(replacement.write_multiplier) - SCALE))
    else:
        gain = (base - _wide("cache_read_rate_fusd")) * SCALE
        surcharge = (_wide("cache_write_cost_fusd") - written.cast(pl.Int128) * base) * SCALE
        paid = pl.when(written == 0).then(pl.lit(0, pl.Int128)).otherwise(surcharge)
    return pl.when(base.is_not_null()).then(product(pl.col("cache_read_input_tokens"), gain) - paid)


def known_sum(amount: pl.Expr) -> pl.Expr:
    """Sum of a group, NULL as soon as one amount is unknown."""
    return pl.when(amount.null_count() == 0).then(amount.sum())


def lifetimes(rule: CacheRule) -> tuple[CacheLifetime, ...]:
    """Every lifetime of a rule, the default first."""
    from logcost.types import CacheLifetime

    return rule.lifetimes or (CacheLifetime("default", rule.ttl_seconds, rule.write_multiplier),)


def scaled(multiplier: Decimal) -> int:
    """A multiplier as a whole number of millionths."""
    return int(multiplier * SCALE)


def product(tokens: pl.Expr, rate: pl.Expr) -> pl.Expr:
    """Tokens x rate in 128 bits; nothing at an unknown rate is nothing, not unknown."""
    return pl.when(tokens == 0).then(pl.lit(0, pl.Int128)).otherwise(tokens.cast(pl.Int128) * rate)


def to_usd(amount: int | None) -> Decimal | None:
    """Scaled femto-USD as Decimal USD, rounded down to whole femto-USD (1e-15) where a multiplier leaves a fraction."""
    return None if amount is None else usd(amount // SCALE)


def break_even(rule: CacheRule, lifetime: CacheLifetime) -> float:
    """Hit share above which always-on caching pays: (w - 1) / (w - r) (methods 2.4); 0 for free writes."""
    premium = lifetime.write_multiplier - 1
    return float(premium / (lifetime.write_multiplier - rule.read_multiplier)) if premium > 0 else 0.0


def _base() -> pl.Expr:
    return _wide("input_rate_fusd")


def _wide(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Int128)
