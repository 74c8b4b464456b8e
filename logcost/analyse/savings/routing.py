"""A share of a workload's calls to another model: what its caches, one for each model, would serve of them.

Which calls go is not known, so every call counts in both models with its share. Whole sessions go to one model, other calls
one by one, spread evenly over time: of the calls that would be with each model a replay (or the estimate from sessions) says
which part of the input its cache would serve, and each call gets that part.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl

from logcost.analyse.caching import measure, money, replay, sessions
from logcost.analyse.caching.calls import KEY, ORDER, prepared, scope_column
from logcost.analyse.caching.pools import Pools
from logcost.analyse.savings.bills import MILLION
from logcost.analyse.savings.settings import NOTHING, READS, WRITES, shared, written_column

if TYPE_CHECKING:
    from logcost.types import CacheRule


@dataclass(frozen=True, slots=True)
class Route:
    """``share`` of the calls goes to a provider's model, ``escalated`` of those to the first one as well (millionths)."""

    provider: str
    model: str
    share: int
    escalated: int


@dataclass(frozen=True, slots=True)
class Served:
    """Part of the input that caches would serve.

    ``before``: all calls are with one model; ``here``: of those that stay with it; ``there``: of those that go.
    """

    before: Fraction
    here: Fraction
    there: Fraction


def served(calls: pl.LazyFrame, route: Route, rule: CacheRule, there: CacheRule | None) -> Served | None:
    """What the caches of both models serve of priced calls of one provider and model; ``None`` without hashes or sessions."""
    frame = prepared(calls)
    units = _units(frame, route.share)
    if units.height:
        return _replayed(measure.hashed(frame), units, rule, there)
    told = frame.filter(pl.col("evidence") == "C").select(*KEY, *ORDER, "session_id", "latency_ms").collect(engine="streaming")
    if not told.height:
        return None
    # A session is with one model from its first call on, so what it reads of its own past stays the same there.
    before = _estimated(told, rule)
    return Served(before, before, _estimated(told, there) if there else Fraction(0))


def routed(
    rows: pl.LazyFrame, route: Route, found: Served | None, rule: CacheRule | None, there: CacheRule | None
) -> pl.LazyFrame:
    """The calls with both models. Without ``found`` the first model serves what it did, and the other one nothing."""
    both = shared(rows, (route.provider, route.model), route.share, route.escalated)
    if found is None:
        return both
    moved = pl.col("moved")
    stays, goes = both.filter(~moved), both.filter(moved)
    if rule is not None and found.before:
        kept = min(found.here / found.before, Fraction(1))
        stays = _thinned(stays, kept)
    if there is not None and found.there:
        goes = _serving(goes, found.there, there)
    return pl.concat([stays, goes])


def _units(frame: pl.LazyFrame, share: int) -> pl.DataFrame:
    """Whole sessions, and calls without one, in the order of their first calls: spread so that the share of them ``goes``."""
    hashed = frame.filter(pl.col("evidence") == "B").select(*ORDER, unit=_unit()).sort(ORDER).select("unit")
    units = hashed.unique("unit", keep="first", maintain_order=True).with_row_index("number").collect(engine="streaming")
    number = pl.col("number").cast(pl.Int64)
    return units.select("unit", goes=(number + 1) * share // MILLION > number * share // MILLION)


def _unit() -> pl.Expr:
    """A number for the session of a call, or for the call."""
    return pl.when(pl.col("session_id").is_null()).then(pl.struct(ORDER).hash()).otherwise(pl.col("session_id").hash())


def _replayed(calls: pl.LazyFrame, units: pl.DataFrame, rule: CacheRule, there: CacheRule | None) -> Served:
    """Of calls with hashes, three replays of each slice: all, those that stay, those that go."""
    sums = [[0, 0] for _ in range(3)]
    longest = max(measure.reach(one) for one in (rule, there) if one)
    with Pools(calls) as pools:
        for ordered in (ordered for pool in pools for ordered in pool.slices(longest)):
            parts = ordered.with_columns(unit=_unit()).join(units, on="unit", how="left", maintain_order="left")
            sides = ((parts, rule), (parts.filter(~pl.col("goes")), rule), (parts.filter("goes"), there))
            for sum_, (side, by) in zip(sums, sides, strict=True):
                hits, whole = _hits(side, by) if by else (0, 0)
                sum_[0] += hits
                sum_[1] += whole
    return Served(*(Fraction(hits, whole) if whole else Fraction(0) for hits, whole in sums))


def _hits(ordered: pl.DataFrame, rule: CacheRule) -> tuple[int, int]:
    """Tokens served and input tokens of the slice's own calls."""
    calls = measure.numbered(ordered, rule)
    scoped = scope_column(rule.scope) is not None
    return _totals(replay.replayed(calls, rule, [rule.ttl_seconds], scoped=scoped, details=False).filter("own"))


def _estimated(calls: pl.DataFrame, rule: CacheRule) -> Fraction:
    return _part(sessions.estimated(sessions.followed(calls), rule, [rule.ttl_seconds]))


def _part(found: pl.DataFrame) -> Fraction:
    hits, whole = _totals(found)
    return Fraction(hits, whole) if whole else Fraction(0)


def _totals(found: pl.DataFrame) -> tuple[int, int]:
    hits, whole = found.select(pl.col("hit_0").cast(pl.Int128).sum(), pl.col("input_tokens").cast(pl.Int128).sum()).row(0)
    return hits, whole


def _thinned(rows: pl.LazyFrame, kept: Fraction) -> pl.LazyFrame:
    """Part of the reads is left; the rest is written anew where the call writes at all, else it is plain input."""
    read = pl.col(READS[0])
    left = (read.cast(pl.Int128) * kept.numerator // kept.denominator).cast(pl.Int64)
    # The lifetime of most of what the call writes: the first that states anything.
    first = pl.lit(value=False)
    written = []
    for name in WRITES:
        mine = (pl.col(name) > 0).fill_null(value=False) & ~first
        written.append(pl.when(mine).then(pl.col(name) + read - left).otherwise(name).alias(name))
        first |= (pl.col(name) > 0).fill_null(value=False)
    parts = [pl.lit(None, dtype=pl.Int64).alias(name) for name in READS[1:]]
    return rows.with_columns(*written, left.alias(READS[0]), *parts)


def _serving(rows: pl.LazyFrame, part: Fraction, rule: CacheRule) -> pl.LazyFrame:
    """Each prompt of the minimum or longer reads this part, and writes the rest where the rule has it paid."""
    lifetime = money.lifetimes(rule)[0]
    column = written_column(lifetime)
    whole = pl.col("input_tokens")
    enough = (whole >= rule.min_tokens).fill_null(value=False)
    read = pl.when(enough).then((whole.cast(pl.Int128) * part.numerator // part.denominator).cast(pl.Int64)).otherwise(NOTHING)
    paid = enough if lifetime.write_multiplier != 1 else pl.lit(value=False)
    written = pl.when(paid).then(whole - read).otherwise(NOTHING)
    return rows.with_columns(read.alias(READS[0]), written.alias(column))
