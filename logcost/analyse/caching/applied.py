"""A way of caching call by call: what each call would read and write, so that other changes can be priced on top of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from logcost.analyse.caching import marker, measure, money, moved, replay, sessions
from logcost.analyse.caching.calls import KEY, ORDER, prepared
from logcost.analyse.caching.pools import Pools

if TYPE_CHECKING:
    from collections.abc import Callable

    from logcost.analyse.caching.pools import Pool
    from logcost.types import CacheLifetime, CacheRule, CachingRow

OFF = "off"
_EVERY: Final = frozenset({"rules", "lifetime"})
"""Ways that write every prompt, in caches as they are."""


def call_key() -> pl.Expr:
    """One number that names a call of a frame with the columns of the ledger."""
    return pl.struct(ORDER).hash()


class Applied:
    """Ways of caching of priced calls that were reviewed. Each is replayed once for all rows of the review that share it."""

    def __init__(self, calls: pl.LazyFrame, keep: Callable[[pl.LazyFrame], pl.LazyFrame]) -> None:
        """``keep``: puts a frame where reading it again costs next to nothing."""
        self._calls = calls
        self._keep = keep
        self._made: dict[tuple[Any, ...], pl.LazyFrame] = {}

    def counts(self, row: CachingRow, *, upper: bool = False) -> pl.DataFrame:
        """Per call of a row of the review: ``call_key``, and tokens ``read`` and ``written`` under the row's way of caching.

        The row has a way other than ``off``, a rule and a lifetime. ``upper``: the most that can have been read, instead of the
        estimate (evidence C).
        """
        assert row.rule is not None  # noqa: S101 -- there is no way of caching without a rule
        assert row.lifetime is not None  # noqa: S101 -- the same
        replayed = "" if row.evidence == "C" else "every" if row.way in _EVERY else row.way
        key = (row.provider, row.model, row.since, row.until, row.without, row.evidence, replayed, upper)
        if key not in self._made:
            self._made[key] = self._keep(_whole(_of_pool(self._calls, row), row.rule, row.evidence, replayed, upper=upper))
        own = pl.col("workload").eq_missing(row.workload) & (pl.col("known") == (row.billed_read_tokens is not None))
        return _unique(self._made[key].filter(own), money.lifetimes(row.rule).index(row.lifetime))


def switched_on(
    calls: pl.LazyFrame, rule: CacheRule, lifetime: CacheLifetime, evidence: str, of: pl.Expr
) -> tuple[pl.DataFrame, tuple[str | None, ...]]:
    """What all calls of one provider and model at a level of evidence (B or C) read and write once a cache is set up.

    Every prompt is written; where writes cost money and one marker at a fixed depth is cheaper for a workload, that is, and the
    workload is named. ``of``: only these calls are to be cached. Where writes cost money, others have nothing in the cache unless
    they use it now.
    """
    frame, number = prepared(calls), money.lifetimes(rule).index(lifetime)
    paid = lifetime.write_multiplier > 1
    if paid:
        in_use = (pl.col("cache_read_input_tokens").fill_null(0) > 0) | (pl.col("written").fill_null(0) > 0)
        frame = frame.filter(of | in_use)
    every = _whole(frame, rule, evidence, "" if evidence == "C" else "every")
    if evidence == "C" or not paid:
        return _unique(every, number), ()
    marked = _whole(frame, rule, evidence, "marker")
    worths = [_worth(one, rule, lifetime) for one in (every, marked)]
    better = (
        worths[0]
        .join(worths[1], on="workload", nulls_equal=True, suffix="_marked")
        .filter((pl.col("worth_marked") > pl.col("worth")) & (pl.col("read_marked") > 0))
    )
    names = better.select("workload").lazy()
    parts = (
        every.join(names, on="workload", how="anti", nulls_equal=True),
        marked.join(names, on="workload", how="semi", nulls_equal=True),
    )
    return _unique(pl.concat(parts), number), tuple(better["workload"].sort().to_list())


def _worth(calls: pl.LazyFrame, rule: CacheRule, lifetime: CacheLifetime) -> pl.DataFrame:
    """Per workload the tokens read, and the benefit over no caching in scaled base tokens."""
    number = money.lifetimes(rule).index(lifetime)
    read, written = (pl.col(f"{name}_{number}").cast(pl.Int128) for name in ("read", "written"))
    gain, extra = money.SCALE - money.scaled(rule.read_multiplier), money.scaled(lifetime.write_multiplier) - money.SCALE
    sums = calls.group_by("workload").agg(read=read.sum(), worth=(read * gain - written * extra).sum())
    return sums.collect(engine="streaming")


def _of_pool(calls: pl.LazyFrame, row: CachingRow) -> pl.LazyFrame:
    """The calls that the row's were replayed with."""
    pool = prepared(calls).filter(pl.col("provider").eq_missing(row.provider) & pl.col("model").eq_missing(row.model))
    if row.since is not None:
        pool = pool.filter(pl.col("started_at") >= row.since)
    if row.until is not None:
        pool = pool.filter(pl.col("started_at") < row.until)
    for other in row.without:
        pool = pool.filter(~(pl.col("workload").eq_missing(pl.lit(other, pl.String)) & (pl.col("evidence") == "B")))
    return pool


def _whole(pool: pl.LazyFrame, rule: CacheRule, evidence: str, way: str, *, upper: bool = False) -> pl.LazyFrame:
    """``workload``, ``known``, ``call_key`` and, per lifetime i, ``read_i`` and ``written_i`` of all calls of a pool."""
    if evidence == "C":
        return _named(_estimated(pool.filter(pl.col("evidence") == "C"), rule, upper=upper), rule)
    if way.startswith("restructured"):
        how = way.removeprefix("restructured").removeprefix(", ")
        return _by_pool(moved.gathered(pool), rule, lambda one: moved.call_by_call(one, rule, how))
    return _by_pool(measure.hashed(pool), rule, lambda one: _replayed(one, rule, way))


def _by_pool(calls: pl.LazyFrame, rule: CacheRule, counted: Callable[[Pool], pl.LazyFrame]) -> pl.LazyFrame:
    with Pools(calls) as pools:
        found = [_named(counted(pool), rule).collect(engine="streaming") for pool in pools]
    types = {"workload": pl.String(), "known": pl.Boolean(), "call_key": pl.UInt64(), **dict.fromkeys(_columns(rule), pl.Int64())}
    return pl.concat([pl.DataFrame(schema=types), *found]).lazy()


def _replayed(pool: Pool, rule: CacheRule, way: str) -> pl.LazyFrame:
    """The calls of a pool with tokens ``read_i`` and ``written_i``."""
    placement = marker.Placement(rule) if way == "marker" else None
    found = pool.kept(_slice(ordered, rule, way, placement) for ordered in pool.slices(measure.reach(rule)))
    numbers = range(len(money.lifetimes(rule)))
    if placement is not None:
        return placement.counted(found)
    if way != "trimmed":
        return measure.every_written(found, rule)
    read, stated = pl.col("cache_read_input_tokens"), pl.col("written").fill_null(0)
    useful = [pl.max_horizontal(pl.col(f"useful_{i}") - read.fill_null(0), 0) for i in numbers]
    return found.with_columns(
        *(read.alias(f"read_{i}") for i in numbers),
        *(pl.min_horizontal(stated, one).alias(f"written_{i}") for i, one in enumerate(useful)),
    )


def _slice(ordered: pl.DataFrame, rule: CacheRule, way: str, placement: marker.Placement | None) -> pl.DataFrame:
    calls = measure.numbered(ordered, rule)
    ttls = [each.ttl_seconds for each in money.lifetimes(rule)]
    if placement is not None:
        found = placement.looked_at(calls)
    else:
        found = replay.replayed(calls, rule, ttls, scoped=way != "scope", details=way == "trimmed")
    return found.filter("own").drop("hashes", "prefix_block_tokens", "own")


def _estimated(calls: pl.LazyFrame, rule: CacheRule, *, upper: bool) -> pl.LazyFrame:
    wanted = calls.select(*KEY, *ORDER, "session_id", "latency_ms").collect(engine="streaming")
    ttls = [lifetime.ttl_seconds for lifetime in money.lifetimes(rule)]
    found = sessions.estimated(sessions.followed(wanted), rule, ttls).lazy()
    if upper:
        found = found.with_columns(pl.col("upper").alias(f"hit_{i}") for i in range(len(ttls)))
    return measure.every_written(found, rule)


def _columns(rule: CacheRule) -> list[str]:
    return [f"{name}_{i}" for name in ("read", "written") for i in range(len(money.lifetimes(rule)))]


def _named(found: pl.LazyFrame, rule: CacheRule) -> pl.LazyFrame:
    return found.select("workload", "known", pl.col(_columns(rule)).cast(pl.Int64), call_key=call_key()).select(
        "workload", "known", "call_key", *_columns(rule)
    )


def _unique(found: pl.LazyFrame, number: int) -> pl.DataFrame:
    """One row a name. Records that are the same in everything that names a call count as one here."""
    named = found.select("call_key", read=f"read_{number}", written=f"written_{number}")
    return named.unique("call_key", keep="first", maintain_order=True).collect(engine="streaming")
