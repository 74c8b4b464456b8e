"""A way of caching call by call: what each call would read and write, so that other changes can be priced on top of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from logcost.analyse.caching import marker, measure, money, moved, replay, sessions
from logcost.analyse.caching.calls import KEY, prepared
from logcost.analyse.caching.measure import ORDER

if TYPE_CHECKING:
    from logcost.types import CacheLifetime, CacheRule, CachingRow

OFF = "off"


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
    own = pl.col("workload").eq_missing(row.workload) & (pl.col("known") == (row.billed_read_tokens is not None))
    if row.evidence == "C":
        return _unique(_estimated(pool.filter(pl.col("evidence") == "C"), row.rule, row.lifetime, upper=upper).filter(own))
    if row.way in {"restructured", "restructured, marker"}:
        number = money.lifetimes(row.rule).index(row.lifetime)
        found = moved.call_by_call(moved.gathered(pool), row.rule, number, marked=row.way != "restructured")
        return _unique(found.filter(own))
    return _unique(_replayed(measure.hashed(pool), row.rule, row.lifetime, row.way).filter(own))


def every_prompt(calls: pl.LazyFrame, rule: CacheRule, lifetime: CacheLifetime, evidence: str) -> pl.DataFrame:
    """The same for all calls of one provider and model at a level of evidence (B or C), with every prompt written."""
    frame = prepared(calls)
    if evidence == "C":
        return _unique(_estimated(frame.filter(pl.col("evidence") == "C"), rule, lifetime))
    return _unique(_replayed(measure.hashed(frame), rule, lifetime, "rules"))


def _replayed(pool: pl.DataFrame, rule: CacheRule, lifetime: CacheLifetime, way: str) -> pl.DataFrame:
    number = money.lifetimes(rule).index(lifetime)
    ordered = measure.in_order(pool, rule)
    ttls = [each.ttl_seconds for each in money.lifetimes(rule)]
    if way == "marker":
        found = marker.placed(ordered, rule)
        return found.with_columns(read=f"marked_hit_{number}", written=f"marked_written_{number}")
    scoped = way != "scope"
    found = replay.replayed(ordered, rule, ttls, scoped=scoped, details=way == "trimmed")
    if way == "trimmed":
        useful = pl.max_horizontal(pl.col(f"useful_{number}") - pl.col("cache_read_input_tokens").fill_null(0), 0)
        stated = pl.col("written").fill_null(0)
        return found.with_columns(read="cache_read_input_tokens", written=pl.min_horizontal(stated, useful))
    return _all_written(found, rule, lifetime, number)


def _estimated(calls: pl.LazyFrame, rule: CacheRule, lifetime: CacheLifetime, *, upper: bool = False) -> pl.DataFrame:
    wanted = calls.select(*KEY, *ORDER, "session_id", "latency_ms").collect(engine="streaming")
    found = sessions.estimated(sessions.followed(wanted), rule, [lifetime.ttl_seconds])
    if upper:
        found = found.with_columns(hit_0="upper")
    return _all_written(found, rule, lifetime, 0)


def _all_written(found: pl.DataFrame, rule: CacheRule, lifetime: CacheLifetime, number: int) -> pl.DataFrame:
    """What is not read is written, in each call that reaches the minimum, where a write is more than plain input."""
    hit = pl.col(f"hit_{number}")
    paid = (pl.col("input_tokens") >= rule.min_tokens) if lifetime.write_multiplier != 1 else pl.lit(value=False)
    return found.with_columns(read=hit, written=pl.when(paid).then(pl.col("input_tokens") - hit).otherwise(0))


def _unique(found: pl.DataFrame) -> pl.DataFrame:
    """One row a name. Records that are the same in everything that names a call count as one here."""
    named = found.select(call_key=call_key(), read=pl.col("read").cast(pl.Int64), written=pl.col("written").cast(pl.Int64))
    return named.unique("call_key", keep="first", maintain_order=True)
