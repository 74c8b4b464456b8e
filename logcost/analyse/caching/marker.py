"""Where one marker belongs: the depth, in tokens, up to which a workload's prompts are worth writing (methods 2.4).

Writing whole prompts pays for tails that never come again. A marker at a fixed depth needs no knowledge of single calls:
of every prompt the blocks up to that depth are written or read, the rest is plain input. The depth is the one with the
largest benefit over all calls; hits and writes are then replayed exactly for it. Only calls of the same workload are
counted on to keep a prefix alive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.analyse.caching.money import SCALE, lifetimes, scaled
from logcost.analyse.caching.replay import MICROSECONDS, Replay, accesses, at_least, block_tokens, folded, same, whole_steps

if TYPE_CHECKING:
    from logcost.types import CacheRule

_APART: Final = ("row", "scope")


def placed(calls: pl.DataFrame, rule: CacheRule) -> pl.DataFrame:
    """The calls (see ``replay``) with, per lifetime i, ``depth_i``, ``marked_hit_i`` and ``marked_written_i``."""
    task = Replay(rule, tuple(lifetime.ttl_seconds for lifetime in lifetimes(rule)), _APART)
    misses, depths = _played(calls, task)
    frame = calls.join(misses, on="call", how="left", maintain_order="left").join(
        depths, on="row", how="left", maintain_order="left"
    )
    for i in range(len(task.ttls)):
        depth = pl.min_horizontal(pl.col(f"depth_{i}").fill_null(0), "input_tokens")
        # A tail behind the last whole block cannot be judged from hashes: it is written where the last block is.
        reach = pl.when(block_tokens() <= depth).then("input_tokens").otherwise(depth)
        reusable = pl.min_horizontal(reach, pl.coalesce(f"placed_miss_{i}", block_tokens()), pl.col("input_tokens") - 1)
        hit = at_least(whole_steps(reusable, rule), rule)
        frame = frame.with_columns(hit.alias(f"marked_hit_{i}"), reach.alias("reach")).with_columns(
            pl.when(pl.col("reach") >= rule.min_tokens)
            .then(pl.col("reach") - pl.col(f"marked_hit_{i}"))
            .otherwise(0)
            .alias(f"marked_written_{i}")
        )
    return frame.drop("reach", *(f"placed_miss_{i}" for i in range(len(task.ttls))))


def _played(calls: pl.DataFrame, task: Replay) -> tuple[pl.DataFrame, pl.DataFrame]:
    """First misses of each call, and the best depth of each workload, both per lifetime."""
    misses: pl.DataFrame | None = None
    gains: pl.DataFrame | None = None
    for touched in accesses(calls, task):
        gap = pl.when(same(1)).then(pl.col("time") - pl.col("time").shift(1))
        frame = touched.with_columns(gap=gap, end=pl.col("start") + pl.col("size"))
        hits = {i: (pl.col("gap") <= ttl * MICROSECONDS).fill_null(value=False) for i, ttl in enumerate(task.ttls)}
        first = {f"placed_miss_{i}": pl.col("start").filter(~hit).min() for i, hit in hits.items()}
        misses = folded(misses, frame.group_by("call").agg(**first), pl.all().min(), "call")
        net = {f"gain_{i}": _net(task.rule, i, hit).sum() for i, hit in hits.items()}
        gains = folded(gains, frame.group_by("row", "end").agg(**net), pl.all().sum(), "row", "end")
    return (misses if misses is not None else pl.DataFrame()), _depths(gains if gains is not None else pl.DataFrame(), task)


def _net(rule: CacheRule, i: int, hit: pl.Expr) -> pl.Expr:
    """Benefit of having one block within the depth, in scaled base tokens."""
    read, extra = SCALE - scaled(rule.read_multiplier), scaled(lifetimes(rule)[i].write_multiplier) - SCALE
    return pl.col("size").cast(pl.Int128) * pl.when(hit).then(read).otherwise(-extra)


def _depths(gains: pl.DataFrame, task: Replay) -> pl.DataFrame:
    """The depth with the largest sum of all blocks up to it; of equals the smallest. Depths under the minimum cache nothing."""
    found = gains.sort("row", "end").with_columns(
        pl.col(f"gain_{i}").cum_sum().over("row").alias(f"gain_{i}") for i in range(len(task.ttls))
    )
    deep = found.filter(pl.col("end") >= task.rule.min_tokens)
    best = {
        f"depth_{i}": pl.col("end").filter(pl.col(f"gain_{i}") == pl.col(f"gain_{i}").max()).min() for i in range(len(task.ttls))
    }
    return deep.group_by("row").agg(**best)
