"""The small side of the join: which rates hold for each (provider, model, tier, region) and each stretch of time.

A call's bucket is the number of price-change instants at or before it, so (target, bucket) finds its rates by an equi-join
that streams. A join by nearest time would have to hold all calls in memory. Only the changes inside the time of a target's
own calls make buckets, so a month of calls has one or two. A quote holds for a run of buckets, and Polars writes the runs out:
every name of the book over five years is millions of (target, bucket).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from logcost.price import names
from logcost.price.rate_rows import RateRows
from logcost.price.stretches import Stretch, stretches
from logcost.price.tariff import GLOBAL, STANDARD, Where, region_of, tariff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from logcost.price.book import PriceBook
    from logcost.price.grammar import Schedule
    from logcost.price.tariff import Merged

KEYS: Final = ("provider_name", "response_model", "request_model", "model", "service_tier", "region")
"""Columns of a usage frame that name what is priced; in the mapping join with ``_`` before them."""


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
    ``inside``: the same in the hours whose bit of a row's window code is ``hours``; 0 where the hours do not matter.
    """

    rows: tuple[int, ...]
    above: tuple[int, ...] = ()
    inside: tuple[int, ...] = ()
    hours: int = 0


class Run(NamedTuple):
    """A quote and the buckets ``[first, end)`` in which it holds."""

    first: int
    end: int
    quote: Quote


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
    window code says that the k-th holds. ``targets``: KEYS -> ``_target``. ``runs``: the quotes of each target, in the order
    of time, for the buckets in which it has calls. ``rates``: all distinct rate rows.
    """

    instants: list[datetime]
    schedules: tuple[Schedule, ...]
    targets: pl.DataFrame
    runs: dict[int, list[Run]]
    rates: RateRows

    @property
    def buckets(self) -> int:
        """Buckets per target: one before each instant, one after the last, one for undated calls."""
        return len(self.instants) + 2

    @property
    def undated(self) -> int:
        """The bucket of undated calls."""
        return self.buckets - 1

    @cached_property
    def quotes(self) -> list[Quote]:
        """The distinct quotes."""
        return list(dict.fromkeys(run.quote for runs in self.runs.values() for run in runs))

    @cached_property
    def tiers(self) -> int:
        """The largest number of long-context thresholds that a quote has."""
        return max((len(quote.above) for quote in self.quotes), default=0)

    @cached_property
    def thresholds(self) -> list[int]:
        """All long-context thresholds, lowest first."""
        return sorted({tokens for quote in self.quotes for tokens in quote.above})

    def between(self, target: int, first: int, last: int) -> list[Quote]:
        """The quotes of a target from a bucket to another one, which is included."""
        runs = self.runs[target]
        begin = bisect_right(runs, first, key=lambda run: run.first) - 1
        return [run.quote for run in runs[max(begin, 0) : bisect_right(runs, last, key=lambda run: run.first)]]

    def quote_frame(self, index: NameIndex) -> pl.DataFrame:
        """``_key`` -> ``_row0``, ``_row1`` ... and the thresholds ``_above1`` ... between them.

        ``_key`` is the number of a combination of names times ``buckets`` plus the bucket. Where hours matter there are
        ``_hours``, the bit of those that matter in this stretch, ``_own_hours``, the bits of all that matter to the target, and
        ``_inside0``, ``_inside1`` ... for the rows inside them.
        """
        runs = [(target, run.first, run.end, run.quote) for target, found in self.runs.items() for run in found]
        numbers = {quote: number for number, quote in enumerate(self.quotes)}
        rows = [(target, first, end, numbers[quote]) for target, first, end, quote in runs]
        placed = pl.DataFrame(rows, schema=dict.fromkeys(("_target", "_first", "_end", "_quote"), pl.Int64), orient="row")
        wide = placed.join(self._quote_columns(), on="_quote", how="left", maintain_order="left").drop("_quote")
        if self.schedules:
            wide = wide.with_columns(_own_hours=pl.col("_hours").bitwise_or().over("_target"))
        named = index.frame.join(wide, on="_target", how="inner", maintain_order="left_right")
        each = named.with_columns(_bucket=pl.int_ranges("_first", "_end")).explode("_bucket")
        key = pl.col("_index") * self.buckets + pl.col("_bucket")
        return each.select(pl.exclude("_index", "_first", "_end", "_bucket"), _key=key)

    def _quote_columns(self) -> pl.DataFrame:
        """The distinct quotes, numbered by ``_quote``."""
        quotes, tiers = self.quotes, self.tiers
        columns = {"_quote": pl.Series(range(len(quotes)), dtype=pl.Int64)}
        for tier in range(tiers + 1):
            columns[f"_row{tier}"] = _numbers([quote.rows for quote in quotes], tier, pl.Int32)
        for tier in range(tiers):
            columns[f"_above{tier + 1}"] = _numbers([quote.above for quote in quotes], tier, pl.Int64)
        for tier in range(tiers + 1) if self.schedules else ():
            columns[f"_inside{tier}"] = _numbers([quote.inside for quote in quotes], tier, pl.Int32)
        if self.schedules:
            columns["_hours"] = pl.Series([quote.hours for quote in quotes], dtype=pl.Int64)
        return pl.DataFrame(columns)


def _numbers(of_quotes: Sequence[tuple[int, ...]], tier: int, dtype: type[pl.DataType]) -> pl.Series:
    return pl.Series([numbers[tier] if tier < len(numbers) else None for numbers in of_quotes], dtype=dtype)


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
    resolve = cache(partial(names.resolve, book))
    times: dict[int, list[Seen]] = {}
    mapping: list[tuple[tuple[str | None, ...], int]] = []
    for seen in sorted(found, key=repr):
        number = numbers.setdefault(_target(book, seen, resolve), len(numbers))
        times.setdefault(number, []).append(seen)
        mapping.append((seen.key, number))
    past = [(number, _past(book, target, times[number])) for target, number in numbers.items()]
    instants = sorted({edge for _, one in past for edge in one.edges()})
    schedules = tuple(dict.fromkeys(schedule for _, one in past for schedule in one.schedules()))
    made = Plan(instants, schedules, _mapping(mapping), {}, RateRows())
    made.runs |= {number: list(_runs(made, one)) for number, one in past}
    return made


def _mapping(rows: Sequence[tuple[tuple[str | None, ...], int]]) -> pl.DataFrame:
    schema = {**{f"_{name}": pl.String for name in KEYS}, "_target": pl.Int64}
    return pl.DataFrame([(*key, number) for key, number in rows], schema=schema, orient="row")


def _target(book: PriceBook, seen: Seen, resolve: Callable[..., names.Resolution]) -> Target | str:
    """What is priced, or why nothing is."""
    region = names.word(book.aliases.regions, seen.region, GLOBAL)
    found = resolve(seen.provider, seen.model, region)
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

    def at(self, instant: datetime) -> Stretch | None:
        """The stretch that holds at an instant."""
        return next((part for part in self.parts if part.holds(instant)), None)

    def outside(self, at: datetime) -> str:
        """Why there is no price at an instant at which no stretch holds."""
        if isinstance(self.target, str):
            return self.target
        early = not self.parts or at < min(part.start for part in self.parts)
        return "before-first-price" if early else "no-price-then"


def _runs(made: Plan, past: _Past) -> Iterator[Run]:
    """A quote from the first call on, from each change of the target's own prices on, and for undated calls."""
    if past.start:
        changes = sorted({past.start, *past.edges()})
        firsts = [bisect_right(made.instants, change) for change in changes]
        last = made.undated if past.last is None else bisect_right(made.instants, past.last) + 1
        for change, first, end in zip(changes, firsts, [*firsts[1:], last], strict=True):
            part = past.at(change)
            quote = _quote(past.target, part, made) if part else Quote((made.rates.refuse(past.outside(change)),))
            yield Run(first, end, quote)
    if past.undated:
        quotes = [_quote(past.target, part, made) for part in past.parts]
        yield Run(made.undated, made.buckets, _undated(quotes, made.rates, past.target))


def _undated(quotes: list[Quote], rates: RateRows, target: Target | str) -> Quote:
    """An undated call is priced only where it would have cost the same at any time, as far as it needs the rates."""
    if isinstance(target, str):
        return Quote((rates.refuse(target),))
    each = [(rows, quote.above) for quote in quotes for rows in (quote.rows, quote.inside) if rows]
    priced = [(rows, above) for rows, above in each if rates.priced(rows[0])]
    if not priced:
        return Quote(*each[-1]) if each else Quote((rates.refuse("unknown-model"),))
    base = rates.common([rows[0] for rows, _ in priced])
    last, thresholds = priced[-1]
    alike = {(above, tuple(rates.priced(row) for row in rows)) for rows, above in priced}
    if len(alike) == 1:
        tiers = range(1, len(last))
        return Quote((base, *(rates.common([rows[tier] for rows, _ in priced]) for tier in tiers)), thresholds)
    lowest = min(above[0] for _, above in priced if above)
    return Quote((base, rates.refuse("no-date: the price of long prompts has changed")), (lowest,))


def _quote(target: Target | str, part: Stretch, made: Plan) -> Quote:
    """What a target pays in a stretch of its time, outside its hours and, where they matter, inside them."""
    merged, rates = part.merged, made.rates
    if merged is None or isinstance(target, str):
        return Quote((rates.refuse("retired"),))
    outside = _rows(target, part, merged, rates, window=False)
    above = tuple(tier.tokens - tier.inclusive for tier in merged.block.tiers)
    if merged.schedule not in made.schedules:
        return Quote(outside, above)
    inside = _rows(target, part, merged, rates, window=True)
    return Quote(outside, above, inside, 1 << made.schedules.index(merged.schedule))


def _rows(target: Target, part: Stretch, merged: Merged, rates: RateRows, *, window: bool) -> tuple[int, ...]:
    """The rate row of each tier."""
    wheres = [Where(target.mode, target.region, tier, window) for tier in range(len(merged.block.tiers) + 1)]
    found = [tariff(target.provider, part.model, merged, part.start, where) for where in wheres]
    if found[0] is None:
        return (rates.refuse(_why_not(target, merged, window=window)),) * len(found)
    return tuple(
        rates.add(one, merged, target.provider, part.model) if one else rates.refuse(_why_not_long(target, merged, number - 1))
        for number, one in enumerate(found)
    )


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
