"""From hits per call to sums per row: tokens, money and base-token equivalents of each way of caching."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from logcost.analyse.caching import marker, money, replay, sessions
from logcost.analyse.caching.calls import KEY, scope_column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from logcost.types import CacheRule

    Row = dict[str, Any]
    RuleOf = Callable[[str | None, str | None, int], CacheRule | None]

CHUNK_CALLS: Final = 2_000_000
"""Calls with a session held at a time (about 300 bytes each); sessions are never cut."""

_BATCH_CALLS: Final = 50_000

POOL: Final = ("provider", "model", "era")
"""Calls that follow one rule and could share a cache."""
ORDER: Final = ("started_at", "source_id", "source_line", "dedup_key", "input_tokens", "output_tokens")
"""What puts calls in an order that is the same in every run, and names a call."""
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
    pools = pooled(_with_hashes(calls))
    while pools:
        rule = rule_of(*pools[-1].select(POOL).row(0))
        # Handed over in a list that the replay empties, so that a pool is freed as soon as its sorted copy is there.
        pool = [pools.pop()]
        if rule is not None:
            yield from _replayed_pool(pool, money.Rates(rule, replaced))


def hashed(calls: pl.LazyFrame) -> pl.DataFrame:
    """The prepared calls that have prefix hashes, with what a replay needs."""
    return _with_hashes(calls).collect(engine="streaming")


def _with_hashes(calls: pl.LazyFrame) -> pl.LazyFrame:
    hashes = pl.col("prefix_hashes").list.eval(pl.element().hash())
    columns = (*KEY, *ORDER, *PRICED, "project", "api_key_id", "region", "session_id", "prefix_block_tokens")
    return calls.filter(pl.col("evidence") == "B").select(*columns, hashes=hashes)


def pooled(calls: pl.LazyFrame) -> list[pl.DataFrame]:
    """The calls, collected, of each provider, model and era by themselves."""
    pools: dict[tuple[Any, ...], list[pl.DataFrame]] = {}
    # Batch by batch: parting all calls at once would hold all hashes twice.
    for batch in calls.collect_batches(chunk_size=_BATCH_CALLS, engine="streaming", maintain_order=False):
        for key, part in batch.partition_by(POOL, maintain_order=False, as_dict=True).items():
            pools.setdefault(key, []).append(part)
    return [pl.concat(pools.pop(key)) for key in list(pools)]


def in_order(pool: pl.DataFrame, rule: CacheRule) -> pl.DataFrame:
    """The calls of one provider and model as ``replay.replayed`` takes them: in time order, with the rule's scope."""
    return numbered(pool.sort(ORDER), rule)


def numbered(ordered: pl.DataFrame, rule: CacheRule) -> pl.DataFrame:
    """The same of calls that are in time order."""
    column = scope_column(rule.scope)
    return ordered.with_columns(
        scope=pl.col(column) if column else pl.lit(None, pl.String),
        time=pl.col("started_at").dt.epoch("us"),
        row=pl.col("workload").rank("dense").fill_null(0),
    ).with_row_index("call")


def _replayed_pool(owned: list[pl.DataFrame], rates: money.Rates) -> list[Row]:
    rule, column = rates.rule, scope_column(rates.rule.scope)
    ordered = in_order(owned.pop(), rule)
    ttls = [lifetime.ttl_seconds for lifetime in money.lifetimes(rule)]
    merged = column is not None and not rates.replaced and ordered["scope"].n_unique() > 1
    marked = not rates.replaced and rule.write_multiplier > 1
    # Without a column the scope is NULL for all, so that calls with one scope and calls without share their links.
    aparts = ([()] if merged else []) + [replay.OWN] + ([marker.APART] if marked else [])
    found = replay.linked(ordered, ttls, *aparts, followed=replay.OWN)
    result = replay.played(ordered, rule, found, replay.OWN)
    if merged:
        shared = replay.played(ordered, rule, found, (), details=False)
        result = result.with_columns(shared[f"hit_{i}"].alias(f"shared_{i}") for i in range(len(ttls)))
    aggregates = ways(rates, "hit", "way")
    if merged:
        aggregates |= ways(rates, "shared", "merged")
    if marked:
        result = marker.placed(result, rule, found)
        aggregates |= ways(rates, "marked_hit", "marker", written="marked_written")
        aggregates |= {f"depth_{i}": pl.col(f"depth_{i}").max() for i in range(len(ttls))}
    return _by_row(result, aggregates | _foresight(rates) | {"scopes": pl.col("scope").n_unique()})


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
        result,
        ways(rates, "hit", "way") | counts | {"pairs": pl.col("previous").is_not_null().sum(), "upper": _sum("upper")},
    )


def added(first: Row | None, second: Row) -> Row:
    """Two dicts of sums of one row as one; unknown plus anything is unknown."""
    if first is None:
        return second
    pairs = {name: (first[name], second[name]) for name in second if name not in KEY}
    return second | {name: None if a is None or b is None else a + b for name, (a, b) in pairs.items()}


def _by_row(result: pl.DataFrame, aggregates: dict[str, pl.Expr]) -> list[Row]:
    return result.group_by(KEY).agg(**aggregates).to_dicts()


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


def _foresight(rates: money.Rates) -> dict[str, pl.Expr]:
    found: dict[str, pl.Expr] = {}
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
