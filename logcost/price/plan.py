"""The small side of the join: which rates hold for each (provider, model, tier, region) and each stretch of time.

A call's bucket is the number of price-change instants at or before it, so (target, bucket) finds its rates by an equi-join
that streams. A join by nearest time would have to hold all calls in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from logcost.price import names
from logcost.price.grammar import CACHE_WRITES, METERS
from logcost.price.stretches import Stretch, stretches
from logcost.price.tariff import GLOBAL, STANDARD, Where, tariff

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from logcost.price.book import PriceBook
    from logcost.price.tariff import Merged, Tariff

KEYS: Final = ("_provider", "_model", "_tier", "_region")
"""Columns of the mapping join."""

UNSPLIT: Final = "cache_write_unsplit"
SHORTEST: Final = "cache_write_shortest"
TEXTS: Final = ("price_id", "price_provider", "price_model", "price_confidence")


class Quote(NamedTuple):
    """What one target pays in one stretch of time: rate rows below and above the tier, or why nothing."""

    price: str | None = None
    base: int | None = None
    long: int | None = None
    above: int | None = None
    reason: str | None = None
    long_reason: str | None = None


class Target(NamedTuple):
    """What is priced alike: the dated models a name stands for, in one mode and region."""

    provider: str
    stands: tuple[names.Stand, ...]
    mode: str
    region: str


@dataclass
class Plan:
    """Frames for the join. ``instants``: all price-change instants; one more bucket than that is for undated calls.

    ``targets``: KEYS -> ``_target``, ``_static`` (reason).  ``quotes``: ``_key`` (target x buckets + bucket) -> Quote.
    ``rates``: ``_row`` -> one Int64 column a meter, ``fee:<unit>`` columns, price_id, provider, model, confidence.
    """

    instants: pl.Series
    targets: pl.DataFrame
    quotes: pl.DataFrame
    rates: pl.DataFrame
    units: tuple[str, ...] = field(default=())

    @property
    def buckets(self) -> int:
        """Buckets per target: one before each instant, one after the last, one for undated calls."""
        return len(self.instants) + 2


class RateRows:
    """Collects the distinct rate rows and numbers them."""

    def __init__(self) -> None:
        self.ids: dict[tuple[str, tuple[tuple[str, int], ...]], int] = {}
        self.rows: list[dict[str, object]] = []
        self.units: set[str] = {"web_search_requests"}

    def add(self, tariff_: Tariff, merged: Merged, provider: str, model: str) -> int:
        """Number of the row with these rates."""
        key = (tariff_.price_id, tuple({**tariff_.rates, **tariff_.fees}.items()))
        if key not in self.ids:
            self.ids[key] = len(self.rows)
            self.units |= set(tariff_.fees)
            writes = [tariff_.rates[meter] for meter in CACHE_WRITES if meter in tariff_.rates]
            self.rows.append(
                {
                    **tariff_.rates,
                    UNSPLIT: tariff_.rates.get(merged.cache_write_unsplit or ""),
                    SHORTEST: writes[0] if writes else None,
                    **{f"fee:{unit}": usd for unit, usd in tariff_.fees.items()},
                    "price_id": tariff_.price_id,
                    "price_provider": provider,
                    "price_model": model,
                    "price_confidence": merged.block.confidence,
                }
            )
        return self.ids[key]

    def agree(self, numbers: Iterable[int | None]) -> bool:
        """Whether no two of the rows state different rates for the same meter."""
        stated: dict[str, set[object]] = {}
        for number in numbers:
            for column, rate in self.rows[number].items() if number is not None else ():
                if column not in TEXTS and rate is not None:
                    stated.setdefault(column, set()).add(rate)
        return all(len(rates) == 1 for rates in stated.values())

    def frame(self) -> pl.DataFrame:
        """All rows, with ``_row`` as their number."""
        money = [*METERS, UNSPLIT, SHORTEST, *(f"fee:{unit}" for unit in sorted(self.units))]
        schema = {**dict.fromkeys(money, pl.Int64), **dict.fromkeys(TEXTS, pl.String)}
        return pl.DataFrame(self.rows, schema=schema).with_row_index("_row").cast({"_row": pl.Int32})


def plan(found: Iterable[tuple[str | None, str | None, str | None, str | None]], book: PriceBook) -> Plan:
    """Rates for all distinct (provider_name, model, service_tier, region) of a usage frame."""
    numbers: dict[Target, int] = {}
    mapping = []
    for key in sorted(set(found), key=repr):
        target, reason = _target(book, *key)
        number = numbers.setdefault(target, len(numbers)) if target else None
        mapping.append((*key, number, reason))
    found_for = {target: stretches(book.providers[target.provider], target.stands) for target in numbers}
    instants = sorted({edge for parts in found_for.values() for part in parts for edge in (part.start, part.end) if edge})
    rows = RateRows()
    quotes = [
        (number * (len(instants) + 2) + bucket, *quote)
        for target, number in numbers.items()
        for bucket, quote in enumerate(_quotes(target, found_for[target], instants, rows))
    ]
    return Plan(
        pl.Series("instants", instants, dtype=pl.Datetime("us", "UTC")),
        pl.DataFrame(mapping, schema={**dict.fromkeys(KEYS, pl.String), "_target": pl.Int64, "_static": pl.String}, orient="row"),
        _quote_frame(quotes),
        rows.frame(),
        tuple(sorted(rows.units)),
    )


def _quote_frame(quotes: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    schema = {
        "_key": pl.Int64,
        "_price": pl.String,
        "_base": pl.Int32,
        "_long": pl.Int32,
        "_above": pl.Int64,
        "_reason": pl.String,
        "_long_reason": pl.String,
    }
    return pl.DataFrame(quotes, schema=schema, orient="row")


def _target(
    book: PriceBook, provider: str | None, model: str | None, tier: str | None, region: str | None
) -> tuple[Target | None, str | None]:
    found = names.resolve(book, provider, model)
    if found.reason or found.provider is None:
        return None, found.reason
    mode = names.word(book.aliases.tiers, tier, STANDARD)
    return Target(found.provider, found.stands, mode, names.word(book.aliases.regions, region, GLOBAL)), None


def _quotes(target: Target, parts: list[Stretch], instants: list[datetime], rows: RateRows) -> list[Quote]:
    """One quote for each bucket: before the first instant, from each instant on, and for undated calls."""
    quoted = [(part, _quote(target, part, rows)) for part in parts]
    dated = [next((quote for part, quote in quoted if part.holds(at)), _outside(parts, at)) for at in instants]
    return [Quote(reason="before-first-price"), *dated, _undated([quote for _, quote in quoted], rows)]


def _outside(parts: list[Stretch], at: datetime) -> Quote:
    return Quote(reason="before-first-price" if not parts or at < min(part.start for part in parts) else "no-price-then")


def _undated(quotes: list[Quote], rows: RateRows) -> Quote:
    """An undated call is priced only where it would have cost the same at any time; the last quote states the most meters."""
    priced = [quote for quote in quotes if quote.price is not None]
    if not priced:
        return Quote(reason=quotes[-1].reason if quotes else "unknown-model")
    if not rows.agree([quote.base for quote in priced]):
        return Quote(reason="no-date: the model has had several prices")
    tiers = {(quote.above, quote.long is None) for quote in priced}
    if len(tiers) == 1 and rows.agree([quote.long for quote in priced]):
        return priced[-1]
    lowest = min(quote.above for quote in priced if quote.above is not None)
    changed = "no-date: the price of long prompts has changed"
    return priced[-1]._replace(long=None, above=lowest, long_reason=changed)


def _quote(target: Target, part: Stretch, rows: RateRows) -> Quote:
    merged = part.merged
    if merged is None:
        return Quote(reason="retired")
    where = Where(target.mode, target.region)
    base = tariff(target.provider, part.model, merged, part.start, where)
    if base is None:
        return Quote(reason=_why_not(target, merged))
    long = tariff(target.provider, part.model, merged, part.start, where._replace(above=True))
    below = rows.add(base, merged, target.provider, part.model)
    over = rows.add(long, merged, target.provider, part.model) if long else None
    tier = merged.block.long_context
    above_tokens = None if tier is None else tier.tokens - tier.inclusive
    return Quote(base.price_id, below, over, above_tokens, None, None if long else _why_not_long(target, merged))


def _why_not(target: Target, merged: Merged) -> str:
    if target.mode != STANDARD and target.mode not in merged.modes:
        return f"mode-not-priced: {target.mode}"
    if target.region != GLOBAL and target.region not in merged.regions:
        return f"region-not-priced: {target.region}"
    return f"mode-not-priced: {target.mode} in {target.region} at that time"


def _why_not_long(target: Target, merged: Merged) -> str | None:
    tier = merged.block.long_context
    if tier is None:
        return None
    if tier.refused or target.mode == STANDARD:
        return f"long-context-not-priced: above {tier.tokens} prompt tokens"
    return f"mode-not-priced: {target.mode} above {tier.tokens} prompt tokens"
