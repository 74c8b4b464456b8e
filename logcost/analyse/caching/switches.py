"""Model switches inside a session: the shared prefix is read again at full price, as models never share a cache.

Modelled: assumes that the session could have stayed on the model of the call before, so that this prefix would have been served.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from logcost.analyse.caching import measure, money, pools
from logcost.analyse.caching.calls import KEY, ORDER, POOL
from logcost.analyse.caching.replay import MICROSECONDS, at_least, whole_steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logcost.analyse.caching.measure import RuleOf

    Row = dict[str, Any]

_SESSION: Final = ("provider", "session_id")
_OWN: Final = (*_SESSION, "model")


def from_sessions(calls: pl.LazyFrame, rule_of: RuleOf, *, replaced: bool) -> Iterator[Row]:
    """Per row: ``switches`` (calls after a change of model), ``switched_tokens`` and ``switched_money`` (scaled femto-USD).

    Tokens: the blocks shared with the call before, of another model, within the lifetime, less those shared with the last call
    of the same model and those billed as read. Holds the hashes of sessions with several models only, some millions at a
    time.
    """
    hashed = calls.filter((pl.col("evidence") == "B") & pl.col("session_id").is_not_null())
    found = {"models": pl.col("model").n_unique(), "blocks": pl.col("prefix_hashes").list.len().cast(pl.Int64).sum()}
    several = hashed.group_by(_SESSION).agg(**found).filter(pl.col("models") > 1).collect(engine="streaming")
    frame = (
        hashed.select(*KEY, *ORDER, *measure.PRICED, "session_id", "prefix_hashes", "prefix_block_tokens")
        .join(several.lazy().select(_SESSION), on=_SESSION, how="semi", nulls_equal=True)
        .with_columns(pl.col("prefix_hashes").list.eval(pl.element().hash()))
    )
    if several.is_empty():
        return
    parts = max(1, -(-int(several["blocks"].sum()) // pools.PART_BLOCKS))
    for part in pools.in_parts(frame, pl.col("session_id").hash() % parts, parts):
        for pool in _switched(part.sort(*_SESSION, *ORDER)).partition_by(POOL, maintain_order=False):
            rule = rule_of(*pool.select(POOL).row(0))
            if rule is not None:
                yield from _lost(pool, money.Rates(rule, replaced))


def _switched(calls: pl.DataFrame) -> pl.DataFrame:
    """Calls whose session's last call asked another model, with the blocks shared with it and with the last of their own."""
    time = pl.col("started_at").dt.epoch("us")
    last = {
        "last_model": pl.col("model").shift(1).over(_SESSION),
        "gap": (time - time.shift(1)).over(_SESSION),
        "own_gap": (time - time.shift(1)).over(_OWN),
        "last_number": pl.col("number").shift(1).over(_SESSION),
        "own_number": pl.col("number").shift(1).over(_OWN),
    }
    numbered = calls.with_row_index("number").with_columns(**last)
    changed = numbered.filter(pl.col("last_model") != pl.col("model"))
    hashes = calls["prefix_hashes"]
    # Chained hashes are equal only at equal places behind equal prefixes: what two prompts have in common is what they share.
    shared = {
        name: pl.col("prefix_hashes").list.set_intersection(pl.col(f"{name}_hashes")).list.len().fill_null(0)
        for name in ("last", "own")
    }
    return changed.with_columns(
        last_hashes=hashes.gather(changed["last_number"]), own_hashes=hashes.gather(changed["own_number"])
    ).with_columns(**shared)


def _lost(pool: pl.DataFrame, rates: money.Rates) -> list[Row]:
    rule, reads = rates.rule, pl.col("cache_read_input_tokens").fill_null(0)
    within = {name: (pl.col(gap) <= rule.ttl_seconds * MICROSECONDS).fill_null(value=False) for name, gap in _GAPS.items()}
    tokens = {
        name: pl.when(alive).then(at_least(whole_steps(_leading(name), rule), rule)).otherwise(0)
        for name, alive in within.items()
    }
    shared = pl.min_horizontal(tokens["last"], pl.col("input_tokens") - 1)
    lost = pl.max_horizontal(shared - pl.max_horizontal(tokens["own"], reads), 0)
    costed = pool.with_columns(lost=lost).filter(pl.col("lost") > 0)
    sums = {
        "switches": pl.len(),
        "switched_tokens": pl.col("lost").cast(pl.Int128).sum(),
        "switched_money": money.known_sum(money.product(pl.col("lost"), rates.read_gain())),
    }
    return costed.group_by(KEY).agg(**sums).to_dicts()


_GAPS: Final = {"last": "gap", "own": "own_gap"}


def _leading(blocks: str) -> pl.Expr:
    """Tokens of that many leading blocks."""
    sizes, count = pl.col("prefix_block_tokens"), pl.col(blocks)
    return pl.when(sizes.list.len() == 1).then(sizes.list.first() * count).otherwise(sizes.list.head(count).list.sum())
