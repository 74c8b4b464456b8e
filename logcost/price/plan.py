"""The small side of the join: which rates hold for each (provider, model, tier, region) and each stretch of time.

A call's bucket is the number of price-change instants at or before it, so (target, bucket) finds its rates by an equi-join
that streams. A join by nearest time would have to hold all calls in memory. Only the changes inside the time of a target's
own calls make buckets, so a month of calls has one or two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from logcost.price import names
from logcost.price.rate_rows import RateRows
from logcost.price.stretches import Stretch, stretches
from logcost.price.tariff import GLOBAL, STANDARD, Where, region_of, tariff

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from logcost.price.book import PriceBook
    from logcost.price.grammar import Schedule
    from logcost.price.tariff import Merged

KEYS: Final = ("provider_name", "response_model", "request_model", "model", "service_tier", "region")
"""Columns of a usage frame that name what is priced; in the mapping join with ``_`` before them."""

_FIRST: Final = datetime.min.replace(tzinfo=UTC)


class Seen(NamedTuple):
    """What a frame holds of one (provider_name, model, service_tier, region): times from ``start`` to ``last`` (included).

    ``key``: the values of ``KEYS``. ``last`` None with a ``start``: to no end. ``undated``: there are rows without a time
    as well.
    """

    key: tuple[str | None, ...]
    provider: str | None
    model: str | None
    tier: str | None
    region: str | None
    start: datetime | None
    last: datetime | None
    undated: bool


class Quote(NamedTuple):
    """What one target pays in one stretch of time: the number of a rate row for each long-context tier.

    ``rows[0]`` holds up to ``above[0]`` prompt tokens, ``rows[1]`` above it, and so on. A row may be one that has no rates.
    """

    rows: tuple[int, ...]
    above: tuple[int, ...] = ()


class Target(NamedTuple):
    """What is priced alike: the dated models a name stands for, in one mode and region."""

    provider: str
    stands: tuple[names.Stand, ...]
    mode: str
    region: str


@dataclass
class Plan:
    """Frames for the join, and what is behind them.

    ``instants``: the price changes that matter, sorted. ``schedules``: the hours of the day that matter; bit k of a row's
    window code says that the k-th holds. ``targets``: KEYS -> ``_target``. ``quotes``: quote by ``key``, for every bucket and
    window code in which a target has calls. ``rates``: all distinct rate rows.
    """

    instants: list[datetime]
    schedules: tuple[Schedule, ...]
    targets: pl.DataFrame
    quotes: dict[int, Quote]
    rates: RateRows

    @property
    def buckets(self) -> int:
        """Buckets per target: one before each instant, one after the last, one for undated calls."""
        return len(self.instants) + 2

    @property
    def windows(self) -> int:
        """How many window codes there are."""
        return 1 << len(self.schedules)

    @property
    def tiers(self) -> int:
        """The largest number of long-context thresholds that a quote has."""
        return max((len(quote.above) for quote in self.quotes.values()), default=0)

    def key(self, target: int, bucket: int, window: int) -> int:
        """Number of a quote; ``charge`` makes it of columns in the same way."""
        return (target * self.buckets + bucket) * self.windows + window

    def quote_frame(self, index: NameIndex) -> pl.DataFrame:
        """``_key`` -> ``_row0``, ``_row1`` ... and the thresholds ``_above1`` ... between them.

        ``_key`` is the quote's, with the number of a combination of names where the quote has that of its ``_target``.
        """
        quotes, tiers, size = list(self.quotes.values()), self.tiers, self.buckets * self.windows
        columns: dict[str, pl.Series] = {"_quote": pl.Series(list(self.quotes), dtype=pl.Int64)}
        for tier in range(tiers + 1):
            numbers = [quote.rows[tier] if tier < len(quote.rows) else None for quote in quotes]
            columns[f"_row{tier}"] = pl.Series(numbers, dtype=pl.Int32)
        for tier in range(tiers):
            bounds = [quote.above[tier] if tier < len(quote.above) else None for quote in quotes]
            columns[f"_above{tier + 1}"] = pl.Series(bounds, dtype=pl.Int64)
        placed = pl.DataFrame(columns).with_columns(_target=pl.col("_quote") // size, _place=pl.col("_quote") % size)
        named = index.frame.join(placed, on="_target", how="inner", maintain_order="left_right")
        return named.select(pl.exclude("_index", "_quote", "_place"), _key=pl.col("_index") * size + pl.col("_place"))


class NameIndex:
    """A number for each combination of the names in ``targets``: texts to numbers is quicker than a join on texts.

    Only as many columns are read as tell the targets apart. ``frame``: ``_index`` -> ``_target``.
    """

    def __init__(self, targets: pl.DataFrame, keys: list[str]) -> None:
        needed = list(keys)
        for key in keys:
            fewer = [name for name in needed if name != key]
            if fewer and targets.select(fewer).n_unique() == targets.select(*fewer, "_target").n_unique():
                needed = fewer
        self._texts = {name: targets[name].drop_nulls().unique().sort() for name in needed}
        self.frame = targets.select("_target", _index=self.number()).unique().sort("_index")

    def number(self) -> pl.Expr:
        """``_index`` of a row."""
        found, stride = pl.lit(0, dtype=pl.Int64), 1
        for name, texts in self._texts.items():
            code = pl.col(name).cast(pl.Enum(texts), strict=False).to_physical().cast(pl.Int64).fill_null(len(texts))
            found, stride = found + code * stride, stride * (len(texts) + 1)
        return found


def plan(found: Iterable[Seen], book: PriceBook) -> Plan:
    """Rates for all that a usage frame holds."""
    numbers: dict[Target | str, int] = {}
    times: dict[int, list[Seen]] = {}
    mapping: list[tuple[tuple[str | None, ...], int]] = []
    for seen in sorted(found, key=repr):
        number = numbers.setdefault(_target(book, seen), len(numbers))
        times.setdefault(number, []).append(seen)
        mapping.append((seen.key, number))
    past = [(number, _past(book, target, times[number])) for target, number in numbers.items()]
    instants = sorted({edge for _, one in past for edge in one.edges()})
    schedules = tuple(dict.fromkeys(schedule for _, one in past for schedule in one.schedules()))
    made = Plan(instants, schedules, _mapping(mapping), {}, RateRows())
    for number, one in past:
        _quote_all(made, number, one)
    return made


def _mapping(rows: Sequence[tuple[tuple[str | None, ...], int]]) -> pl.DataFrame:
    schema = {**{f"_{name}": pl.String for name in KEYS}, "_target": pl.Int64}
    return pl.DataFrame([(*key, number) for key, number in rows], schema=schema, orient="row")


def _target(book: PriceBook, seen: Seen) -> Target | str:
    """What is priced, or why nothing is."""
    region = names.word(book.aliases.regions, seen.region, GLOBAL)
    found = names.resolve(book, seen.provider, seen.model, region)
    if found.reason or found.provider is None:
        return found.reason or "unknown-provider"
    mode = names.word(book.aliases.tiers, seen.tier, STANDARD)
    return Target(found.provider, found.stands, mode, found.region)


def _past(book: PriceBook, target: Target | str, seen: Sequence[Seen]) -> _Past:
    parts = [] if isinstance(target, str) else stretches(book.providers[target.provider], target.stands)
    return _Past(target, parts, seen)


class _Past:
    """The stretches of a target's time, and the part of it in which there are calls."""

    def __init__(self, target: Target | str, parts: list[Stretch], seen: Sequence[Seen]) -> None:
        self.target = target
        self.parts = parts
        self.undated = any(one.undated for one in seen)
        starts = [one.start for one in seen if one.start]
        self.start = min(starts, default=None)
        lasts = [one.last for one in seen if one.start]
        self.last = None if None in lasts or not lasts else max(last for last in lasts if last)

    def edges(self) -> Iterator[datetime]:
        """Changes after the first call and up to the last."""
        if self.start is None:
            return
        for edge in (edge for part in self.parts for edge in (part.start, part.end) if edge):
            if self.start < edge and (self.last is None or edge <= self.last):
                yield edge

    def schedules(self) -> Iterator[Schedule]:
        """The hours that some price among the calls depends on."""
        for part in self.parts:
            before = self.last is not None and part.start > self.last
            after = self.start is not None and part.end is not None and part.end <= self.start
            if part.merged and part.merged.schedule and ((self.start and not before and not after) or self.undated):
                yield part.merged.schedule

    def at(self, instant: datetime) -> int | None:
        """Number of the stretch that holds at an instant."""
        return next((number for number, part in enumerate(self.parts) if part.holds(instant)), None)

    def places(self) -> Iterator[tuple[tuple[int, bool], Stretch, bool]]:
        """Each stretch outside its hours and, if it has some, inside them."""
        for number, part in enumerate(self.parts):
            for window in (False, True) if part.merged and part.merged.schedule else (False,):
                yield (number, window), part, window

    def bits(self, schedules: Sequence[Schedule]) -> list[int]:
        """The bit of each stretch's hours in a window code; 0 where it has none, or none that matter here."""
        own = [part.merged.schedule if part.merged else None for part in self.parts]
        return [1 << schedules.index(schedule) if schedule in schedules else 0 for schedule in own]

    def outside(self, at: datetime) -> str:
        """Why there is no price at an instant at which no stretch holds."""
        if isinstance(self.target, str):
            return self.target
        early = not self.parts or at < min(part.start for part in self.parts)
        return "before-first-price" if early else "no-price-then"


def _quote_all(made: Plan, number: int, past: _Past) -> None:
    """One quote for each bucket and window code: before the first instant, from each instant on, and for undated calls."""
    quoted = {place: _quote(past.target, part, made.rates, window) for place, part, window in past.places()}
    bits = past.bits(made.schedules)
    for bucket, instant in enumerate([_FIRST, *made.instants]) if past.start else ():
        at = max(instant, past.start or instant)
        if past.last is not None and at > past.last:
            break
        place = past.at(at)
        for code in range(made.windows):
            found = Quote((made.rates.refuse(past.outside(at)),)) if place is None else quoted[place, bool(code & bits[place])]
            made.quotes[made.key(number, bucket, code)] = found
    if past.undated:
        undated = _undated(list(quoted.values()), made.rates, past.target)
        made.quotes |= {made.key(number, made.buckets - 1, code): undated for code in range(made.windows)}


def _undated(quotes: list[Quote], rates: RateRows, target: Target | str) -> Quote:
    """An undated call is priced only where it would have cost the same at any time; the last quote states the most meters."""
    if isinstance(target, str):
        return Quote((rates.refuse(target),))
    priced = [quote for quote in quotes if not rates.reason(quote.rows[0])]
    if not priced:
        return quotes[-1] if quotes else Quote((rates.refuse("unknown-model"),))
    if not rates.agree(quote.rows[0] for quote in priced):
        return Quote((rates.refuse("no-date: the model has had several prices"),))
    last = priced[-1]
    alike = {(quote.above, tuple(rates.reason(row) is None for row in quote.rows)) for quote in priced}
    tiers = range(1, len(last.rows))
    if len(alike) == 1 and all(rates.agree(quote.rows[tier] for quote in priced) for tier in tiers):
        return last
    lowest = min(quote.above[0] for quote in priced if quote.above)
    return Quote((last.rows[0], rates.refuse("no-date: the price of long prompts has changed")), (lowest,))


def _quote(target: Target | str, part: Stretch, rates: RateRows, window: bool) -> Quote:
    merged = part.merged
    if merged is None or isinstance(target, str):
        return Quote((rates.refuse("retired"),))
    where = Where(target.mode, target.region, 0, window)
    tiers = merged.block.tiers
    found = [tariff(target.provider, part.model, merged, part.start, where._replace(tier=n)) for n in range(len(tiers) + 1)]
    if found[0] is None:
        return Quote((rates.refuse(_why_not(target, merged, window=window)),))
    rows = tuple(
        rates.add(one, merged, target.provider, part.model) if one else rates.refuse(_why_not_long(target, merged, number - 1))
        for number, one in enumerate(found)
    )
    return Quote(rows, tuple(tier.tokens - tier.inclusive for tier in tiers))


def _why_not(target: Target, merged: Merged, *, window: bool) -> str:
    if target.mode != STANDARD and target.mode not in merged.modes:
        return f"mode-not-priced: {target.mode}"
    if target.region != GLOBAL and region_of(merged, target.region) is None:
        return f"region-not-priced: {target.region}"
    hours = f" in the hours of {merged.block.window.schedule}" if window and merged.block.window else " at that time"
    return f"mode-not-priced: {target.mode} in {target.region}{hours}"


def _why_not_long(target: Target, merged: Merged, number: int) -> str:
    tier = merged.block.tiers[number]
    if tier.refused or target.mode == STANDARD:
        return f"long-context-not-priced: above {tier.tokens} prompt tokens"
    return f"mode-not-priced: {target.mode} above {tier.tokens} prompt tokens"
