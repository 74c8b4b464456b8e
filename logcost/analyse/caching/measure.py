"""From hits per call to sums per row: tokens, money and base-token equivalents of each way of caching."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from logcost.analyse.caching import marker, money, replay, sessions
from logcost.analyse.caching.calls import KEY, ORDER, POOL, scope_column
from logcost.analyse.caching.pools import Pools

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from logcost.analyse.caching.pools import Pool
    from logcost.types import CacheRule

    Row = dict[str, Any]
    RuleOf = Callable[[str | None, str | None, int], CacheRule | None]

CHUNK_CALLS: Final = 2_000_000
"""Calls with a session held at a time (about 300 bytes each); sessions are never cut."""

PRICED: Final = (
    "cache_read_input_tokens",
    "written",
    "cache_write_cost_fusd",
    "input_rate_fusd",
    "cache_read_rate_fusd",
    "cache_write_rate_fusd",
)


def from_hashes(calls: pl.LazyFrame, rule_of: RuleOf, *, replaced: bool) -> Iterator[Row]:
    """Replays every provider and model by itself (models never share a cache); one dict of sums per row of the review."""
    with Pools(hashed(calls)) as pools:
        for pool in pools:
            rule = rule_of(*pool.key)
            if rule is not None:
                yield from _replayed_pool(pool, money.Rates(rule, replaced))


def hashed(calls: pl.LazyFrame) -> pl.LazyFrame:
    """The prepared calls that have prefix hashes, with what a replay needs."""
    hashes = pl.col("prefix_hashes").list.eval(pl.element().hash())
    columns = (*KEY, *ORDER, *PRICED, "project", "api_key_id", "region", "session_id", "prefix_block_tokens")
    return calls.filter(pl.col("evidence") == "B").select(*columns, hashes=hashes)


def reach(rule: CacheRule) -> int:
    """How far calls can matter to each other, in microseconds: the longest lifetime, and until an entry is ready."""
    return (max(lifetime.ttl_seconds for lifetime in money.lifetimes(rule)) + rule.ready_seconds) * replay.MICROSECONDS


def numbered(ordered: pl.DataFrame, rule: CacheRule) -> pl.DataFrame:
    """Calls of one provider and model in time order, as ``replay.replayed`` takes them: with the rule's scope."""
    column = scope_column(rule.scope)
    return ordered.with_columns(
        scope=pl.col(column) if column else pl.lit(None, pl.String),
        time=pl.col("started_at").dt.epoch("us"),
    ).with_row_index("call")


def _replayed_pool(pool: Pool, rates: money.Rates) -> list[Row]:
    rule, column = rates.rule, scope_column(rates.rule.scope)
    ttls = range(len(money.lifetimes(rule)))
    merged = column is not None and not rates.replaced and pool.several(column)
    placement = marker.Placement(rule) if not rates.replaced and rule.write_multiplier > 1 else None
    result = pool.kept(_replayed(ordered, rule, placement, merged=merged) for ordered in pool.slices(reach(rule)))
    aggregates = ways(rates, "hit", "way")
    if merged:
        aggregates |= ways(rates, "shared", "merged")
    if placement is not None:
        result = placement.placed(result)
        aggregates |= ways(rates, "marked_hit", "marker", written="marked_written")
        aggregates |= {f"depth_{i}": pl.col(f"depth_{i}").max() for i in ttls}
        # Where writes cost money, others may not make them: what a row's own calls would be served.
        aggregates |= {f"lone_hits_{i}": _sum(f"lone_{i}") for i in ttls}
    return _by_row(result, aggregates | _foresight(rates) | {"scopes": pl.col("scope").n_unique()})


def _replayed(ordered: pl.DataFrame, rule: CacheRule, placement: marker.Placement | None, *, merged: bool) -> pl.DataFrame:
    """Of one slice its own calls, without their lists."""
    calls = numbered(ordered, rule)
    ttls = [lifetime.ttl_seconds for lifetime in money.lifetimes(rule)]
    # Without a column the scope is NULL for all, so that calls with one scope and calls without share their links.
    aparts = ([()] if merged else []) + [replay.OWN] + ([marker.APART] if placement else [])
    found = replay.linked(calls, rule, ttls, *aparts, followed=replay.OWN)
    result = replay.played(calls, rule, found, replay.OWN)
    if merged:
        shared = replay.played(calls, rule, found, (), details=False)
        result = result.with_columns(shared[f"hit_{i}"].alias(f"shared_{i}") for i in range(len(ttls)))
    if placement:
        lone = replay.played(calls, rule, found, marker.APART, details=False)
        result = result.with_columns(lone[f"hit_{i}"].alias(f"lone_{i}") for i in range(len(ttls)))
        result = placement.looked_at(result, found)
    return result.filter("own").drop("hashes", "prefix_block_tokens", "own")


def from_sessions(calls: pl.LazyFrame, rule_of: RuleOf, count: int, *, replaced: bool) -> Iterator[Row]:
    """Estimates from session ids, ``count`` calls in chunks of whole sessions; several dicts of sums may share a row."""
    wanted = calls.filter(pl.col("evidence") == "C").select(*KEY, *ORDER, *PRICED, "session_id", "latency_ms")
    parts = max(1, -(-count // CHUNK_CALLS))
    for part in range(parts):
        chunk = wanted.filter(pl.col("session_id").hash() % parts == part).collect(engine="streaming")
        for pool in chunk.partition_by(POOL, maintain_order=False) if chunk.height else []:
            rule = rule_of(*pool.select(POOL).row(0))
            if rule is not None:
                yield from _estimated_pool(pool, money.Rates(rule, replaced))


def _estimated_pool(pool: pl.DataFrame, rates: money.Rates) -> list[Row]:
    ttls = [lifetime.ttl_seconds for lifetime in money.lifetimes(rates.rule)]
    result = sessions.estimated(sessions.followed(pool), rates.rule, ttls)
    counts = {name: pl.col(name).sum() for name in ("grown", "overlap")}
    return _by_row(
        result.lazy(),
        ways(rates, "hit", "way") | counts | {"pairs": pl.col("previous").is_not_null().sum(), "upper": _sum("upper")},
    )


def added(first: Row | None, second: Row) -> Row:
    """Two dicts of sums of one row as one; unknown plus anything is unknown."""
    if first is None:
        return second
    pairs = {name: (first[name], second[name]) for name in second if name not in KEY}
    return second | {name: None if a is None or b is None else a + b for name, (a, b) in pairs.items()}


def _by_row(result: pl.LazyFrame, aggregates: dict[str, pl.Expr]) -> list[Row]:
    return result.group_by(KEY).agg(**aggregates).collect(engine="streaming").to_dicts()


def ways(rates: money.Rates, hits: str, name: str, written: str = "") -> dict[str, pl.Expr]:
    """Per lifetime: hits, benefit in money and in base input tokens (methods 2.4).

    ``written``: prefix of the columns of tokens written; without it, every prompt is ("always on").
    """
    found: dict[str, pl.Expr] = {}
    gain, read = rates.read_gain(), money.SCALE - money.scaled(rates.rule.read_multiplier)
    for i, lifetime in enumerate(money.lifetimes(rates.rule)):
        hit, extra = pl.col(f"{hits}_{i}"), money.scaled(lifetime.write_multiplier) - money.SCALE
        writes = pl.col("input_tokens") >= rates.rule.min_tokens if extra else pl.lit(value=False)
        all_else = pl.when(writes).then(pl.col("input_tokens") - hit).otherwise(0)
        paid = pl.col(f"{written}_{i}") if written else all_else
        found[f"{name}_hits_{i}"] = _sum(f"{hits}_{i}")
        found[f"{name}_money_{i}"] = money.known_sum(money.product(hit, gain) - money.product(paid, rates.premium(lifetime)))
        found[f"{name}_units_{i}"] = (hit.cast(pl.Int128) * read - paid.cast(pl.Int128) * extra).sum()
    return found


def every_written(calls: pl.LazyFrame, rule: CacheRule) -> pl.LazyFrame:
    """Calls with ``hit_i``, per lifetime i, as ``read_i``, and ``written_i``: what is not read.

    Written is in each call that reaches the minimum, where a write is more than plain input.
    """
    for i, lifetime in enumerate(money.lifetimes(rule)):
        paid = (pl.col("input_tokens") >= rule.min_tokens) if lifetime.write_multiplier != 1 else pl.lit(value=False)
        rest = pl.when(paid).then(pl.col("input_tokens") - pl.col(f"hit_{i}")).otherwise(0)
        calls = calls.with_columns(pl.col(f"hit_{i}").alias(f"read_{i}"), rest.alias(f"written_{i}"))
    return calls


def _foresight(rates: money.Rates) -> dict[str, pl.Expr]:
    found = {"early": _sum("early")}
    read = money.SCALE - money.scaled(rates.rule.read_multiplier)
    for i, lifetime in enumerate(money.lifetimes(rates.rule)):
        extra = money.scaled(lifetime.write_multiplier) - money.SCALE
        saved, paid = pl.col(f"foresight_read_{i}").cast(pl.Int128) * read, pl.col(f"foresight_write_{i}").cast(pl.Int128) * extra
        # What is accessed again is a prefix, and so is what is read; writes stand behind the reads.
        useful = pl.max_horizontal(pl.col(f"useful_{i}") - pl.col("cache_read_input_tokens").fill_null(0), 0)
        wasted = pl.max_horizontal(pl.col("written").fill_null(0) - useful, 0)
        found[f"foresight_units_{i}"] = (saved - paid).sum()
        found[f"short_{i}"] = _sum(f"short_{i}")
        found[f"wasted_{i}"] = wasted.cast(pl.Int128).sum()
        found[f"wasted_money_{i}"] = money.known_sum(money.product(wasted, rates.premium(lifetime)))
    return found


def _sum(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Int128).sum()
