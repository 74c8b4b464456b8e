"""What one call costs, part by part: the engine's own price of a frame with one row, taken apart with the engine's products."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from logcost.price import names
from logcost.price import plan as planning
from logcost.price.charge import charges
from logcost.price.columns import UNITS, Columns
from logcost.price.costs import Costs
from logcost.price.facts import above_told
from logcost.price.grammar import METERS
from logcost.price.hours import holds, told
from logcost.price.rate_rows import FEE, RATES
from logcost.price.stretches import stretches
from logcost.price.tariff import GLOBAL, STANDARD, Where, tariff

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from logcost.price.book import PriceBook
    from logcost.price.stretches import Stretch

PER_MTOK: Final = 10**6
_NOON: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it is asked about. ``counts``: columns of ``usage_record`` -> tokens; ``units``: name -> how many."""

    model: str
    counts: Mapping[str, int]
    provider: str | None = None
    units: Mapping[str, int] = field(default_factory=dict)
    mode: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """``count`` tokens or units of a meter, the rate (USD per 1M tokens or for one unit) and what they cost in USD."""

    meter: str
    count: int
    rate: Decimal
    each: bool
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Stated:
    """What the book states for a model at an instant, for someone whose call it does not price."""

    modes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    meters: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of a call, or the ``reason`` why it has none. ``cost`` is exact USD, the sum of the ``parts``.

    The price is valid in ``[valid_from, valid_to)``. ``hours``: the hours (UTC) in which the model has other prices than
    outside them, and ``inside``: whether this price is of those hours.
    """

    call: Call
    at: datetime
    reason: str | None = None
    cost: Decimal | None = None
    parts: tuple[Part, ...] = ()
    provider: str | None = None
    model: str | None = None
    price_id: str | None = None
    source: str | None = None
    checked: date | None = None
    confidence: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    hours: str = ""
    inside: bool = False
    stated: Stated = Stated()

    def times(self, calls: int) -> Decimal | None:
        """What so many such calls cost: exact, as the product of whole femto-USD."""
        return None if self.cost is None else usd(int(self.cost.scaleb(15)) * calls)


def usd(fusd: int) -> Decimal:
    """Whole femto-USD as USD, to the last digit whatever the precision of the context."""
    return Decimal(f"{fusd}e-15")


def quote(book: PriceBook, call: Call, at: datetime) -> Quote:
    """The price of one call with the rates of an instant.

    A day (a midnight) means its noon where the price depends on the hour: nobody who names a day means the first minute.
    """
    hour = at + _NOON if at.time().isoformat() == "00:00:00" else at
    usage = _frame(call, hour)
    row = charges(usage.lazy(), book, at=at).collect().row(0, named=True)
    part = _stretch(book, call, at)
    found: dict[str, Any] = {}
    if part and part.merged:
        block, schedule = part.merged.block, part.merged.schedule
        found = {"source": part.merged.source, "checked": block.checked, "confidence": block.confidence}
        found |= {"valid_from": part.start, "valid_to": part.end, "stated": _stated(part)}
        found |= {"hours": told(schedule), "inside": bool(schedule and holds(schedule, hour))}
    if row["list_cost_fusd"] is None:
        return Quote(call, at, row["unpriced_reason"], **found)
    parts = _parts(usage, book, at, row["price_id"])
    cost = usd(row["list_cost_fusd"])
    assert sum((one.cost for one in parts), Decimal()) == cost  # noqa: S101 -- both are made of the engine's own products
    texts = {"provider": row["price_provider"], "model": row["price_model"], "price_id": row["price_id"]}
    return Quote(call, at, cost=cost, parts=parts, **texts, **found)


def _frame(call: Call, hour: datetime) -> pl.DataFrame:
    """The call as a row of usage. Counts that were not given are unknown, as in a log."""
    row: dict[str, Any] = {
        "provider_name": [call.provider],
        "response_model": [call.model],
        "service_tier": [call.mode],
        "region": [call.region],
        "started_at": [hour],
        **{name: [count] for name, count in call.counts.items()},
    }
    schema: dict[str, Any] = dict.fromkeys(("provider_name", "response_model", "service_tier", "region"), pl.String)
    schema |= {"started_at": pl.Datetime("us", "UTC"), **dict.fromkeys(call.counts, pl.Int64)}
    if call.units:
        row[UNITS] = [[{"key": name, "value": count} for name, count in call.units.items()]]
        schema[UNITS] = pl.List(pl.Struct({"key": pl.String, "value": pl.Int64}))
    return pl.DataFrame(row, schema=schema)


def _parts(usage: pl.DataFrame, book: PriceBook, at: datetime, price_id: str) -> tuple[Part, ...]:
    """The engine's products of one row: its counts, and the rates of the row of rates that the engine took."""
    columns = Columns(usage.schema, at)
    keys = columns.keys()
    seen = usage.lazy().with_columns(**keys).group_by(list(keys)).agg(**columns.seen()).collect()
    made = planning.plan(columns.learn(seen, usage.lazy()), book)
    costs = Costs(columns, made.rates)
    quoted = [number for one in made.quotes for number in (*one.rows, *one.inside)]
    taken = made.rates.frame().filter(pl.col("_row").is_in(quoted), pl.col("price_id") == price_id)
    row = pl.concat([usage, taken.select(pl.exclude("_row").name.prefix(RATES))], how="horizontal")
    found = []
    for count, meter in (*costs.inputs(RATES), *costs.reads(), *costs.writes(), *costs.outputs(RATES), *costs.fees()):
        number, rate = row.select(count, pl.col(f"{RATES}{meter}")).row(0) if f"{RATES}{meter}" in row.columns else (0, None)
        if number and rate is not None:
            each = meter.startswith(FEE)
            per = usd(rate) if each else usd(rate * PER_MTOK)
            found.append(Part(meter.removeprefix(FEE), number, per, each, usd(number * rate)))
    return tuple(sorted(found, key=lambda part: (part.each, METERS.index(part.meter) if part.meter in METERS else 1)))


def _stretch(book: PriceBook, call: Call, at: datetime) -> Stretch | None:
    region = names.word(book.aliases.regions, call.region, GLOBAL)
    found = names.resolve(book, call.provider, call.model, region)
    if found.reason or found.provider is None:
        return None
    return next((part for part in stretches(book.providers[found.provider], found.stands) if part.holds(at)), None)


def _stated(part: Stretch) -> Stated:
    """Modes and regions that have a price of their own, tiers, meters with a rate and units with a fee."""
    merged = part.merged
    if merged is None:
        return Stated()
    plain = tariff("", part.model, merged, part.start, Where())
    modes = [mode for mode in merged.modes if tariff("", part.model, merged, part.start, Where(mode))]
    regions = [region for region in merged.regions if tariff("", part.model, merged, part.start, Where(region=region))]
    rates, fees = (plain.rates, plain.fees) if plain else ({}, {})
    return Stated(
        (STANDARD, *modes),
        (GLOBAL, *regions),
        tuple(f"{above_told(tier)}: refused" if tier.refused else above_told(tier) for tier in merged.block.tiers),
        tuple(meter for meter in METERS if meter in rates),
        tuple(sorted(fees)),
    )
