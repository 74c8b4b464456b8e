"""A way of caching call by call: what each call would read and write, so that other changes can be priced on top of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.analyse.caching import marker, measure, money, moved, replay, sessions
from logcost.analyse.caching.calls import KEY, ORDER, prepared
from logcost.analyse.caching.pools import Pools

if TYPE_CHECKING:
    from collections.abc import Callable

    from logcost.analyse.caching.pools import Pool
    from logcost.types import CacheLifetime, CacheRule, CachingRow

OFF = "off"
_COUNTS: Final = {"call_key": pl.UInt64(), "read": pl.Int64(), "written": pl.Int64()}


def call_key() -> pl.Expr:
    """One number that names a call of a frame with the columns of the ledger."""
    return pl.struct(ORDER).hash()


def counts(calls: pl.LazyFrame, row: CachingRow, *, upper: bool = False) -> pl.DataFrame:
    """Per call of a row of the review: ``call_key``, and tokens ``read`` and ``written`` under the row's way of caching.

    ``calls``: the priced calls that were reviewed. The row has a way other than ``off``, a rule and a lifetime. ``upper``:
    the most that can have been read, instead of the estimate (evidence C).
    """
    assert row.rule is not None  # noqa: S101 -- there is no way of caching without a rule
    assert row.lifetime is not None  # noqa: S101 -- the same
    pool = prepared(calls).filter(pl.col("provider").eq_missing(row.provider) & pl.col("model").eq_missing(row.model))
    if row.since is not None:
        pool = pool.filter(pl.col("started_at") >= row.since)
    if row.until is not None:
        pool = pool.filter(pl.col("started_at") < row.until)
    for other in row.without:
        pool = pool.filter(~(pl.col("workload").eq_missing(pl.lit(other, pl.String)) & (pl.col("evidence") == "B")))
    own = pl.col("workload").eq_missing(row.workload) & (pl.col("known") == (row.billed_read_tokens is not None))
    if row.evidence == "C":
        found = _estimated(pool.filter(pl.col("evidence") == "C"), row.rule, row.lifetime, upper=upper)
        return _unique(found.filter(own))
    rule, number = row.rule, money.lifetimes(row.rule).index(row.lifetime)
    if row.way in {"restructured", "restructured, marker"}:
        marked = row.way != "restructured"
        return _by_pool(moved.gathered(pool), own, lambda one: moved.call_by_call(one, rule, number, marked=marked))
    return _by_pool(measure.hashed(pool), own, lambda one: _replayed(one, rule, number, row.way))


def every_prompt(
    calls: pl.LazyFrame, rule: CacheRule, lifetime: CacheLifetime, evidence: str, of: pl.Expr | None = None
) -> pl.DataFrame:
    """The same for all calls of one provider and model at a level of evidence (B or C), with every prompt written.

    ``of``: only these calls are to be cached. Where writes cost money, others have nothing in the cache unless they use it now.
    """
    frame = prepared(calls)
    if of is not None and lifetime.write_multiplier > 1:
        in_use = (pl.col("cache_read_input_tokens").fill_null(0) > 0) | (pl.col("written").fill_null(0) > 0)
        frame = frame.filter(of | in_use)
    if evidence == "C":
        return _unique(_estimated(frame.filter(pl.col("evidence") == "C"), rule, lifetime))
    number = money.lifetimes(rule).index(lifetime)
    return _by_pool(measure.hashed(frame), pl.lit(value=True), lambda one: _replayed(one, rule, number, "rules"))


def _by_pool(calls: pl.LazyFrame, own: pl.Expr, counted: Callable[[Pool], pl.LazyFrame]) -> pl.DataFrame:
    with Pools(calls) as pools:
        found = [_unique(counted(pool).filter(own)) for pool in pools]
    return pl.concat([pl.DataFrame(schema=_COUNTS), *found])


def _replayed(pool: Pool, rule: CacheRule, number: int, way: str) -> pl.LazyFrame:
    """The calls of a pool with tokens ``read`` and ``written``."""
    placement = marker.Placement(rule) if way == "marker" else None
    found = pool.kept(_slice(ordered, rule, way, placement) for ordered in pool.slices(measure.reach(rule)))
    if placement is not None:
        return placement.placed(found).with_columns(read=f"marked_hit_{number}", written=f"marked_written_{number}")
    if way == "trimmed":
        useful = pl.max_horizontal(pl.col(f"useful_{number}") - pl.col("cache_read_input_tokens").fill_null(0), 0)
        stated = pl.col("written").fill_null(0)
        return found.with_columns(read="cache_read_input_tokens", written=pl.min_horizontal(stated, useful))
    return _all_written(found, rule, money.lifetimes(rule)[number], number)


def _slice(ordered: pl.DataFrame, rule: CacheRule, way: str, placement: marker.Placement | None) -> pl.DataFrame:
    calls = measure.numbered(ordered, rule)
    ttls = [each.ttl_seconds for each in money.lifetimes(rule)]
    if placement is not None:
        found = placement.looked_at(calls)
    else:
        found = replay.replayed(calls, rule, ttls, scoped=way != "scope", details=way == "trimmed")
    return found.filter("own").drop("hashes", "prefix_block_tokens", "own")


def _estimated(calls: pl.LazyFrame, rule: CacheRule, lifetime: CacheLifetime, *, upper: bool = False) -> pl.LazyFrame:
    wanted = calls.select(*KEY, *ORDER, "session_id", "latency_ms").collect(engine="streaming")
    found = sessions.estimated(sessions.followed(wanted), rule, [lifetime.ttl_seconds])
    if upper:
        found = found.with_columns(hit_0="upper")
    return _all_written(found.lazy(), rule, lifetime, 0)


def _all_written(found: pl.LazyFrame, rule: CacheRule, lifetime: CacheLifetime, number: int) -> pl.LazyFrame:
    """What is not read is written, in each call that reaches the minimum, where a write is more than plain input."""
    hit = pl.col(f"hit_{number}")
    paid = (pl.col("input_tokens") >= rule.min_tokens) if lifetime.write_multiplier != 1 else pl.lit(value=False)
    return found.with_columns(read=hit, written=pl.when(paid).then(pl.col("input_tokens") - hit).otherwise(0))


def _unique(found: pl.LazyFrame) -> pl.DataFrame:
    """One row a name. Records that are the same in everything that names a call count as one here."""
    named = found.select(call_key=call_key(), **{name: pl.col(name).cast(_COUNTS[name]) for name in ("read", "written")})
    return named.unique("call_key", keep="first", maintain_order=True).collect(engine="streaming")
