"""Where one marker belongs: the depth, in tokens, up to which a workload's prompts are worth writing (methods 2.4).

Writing whole prompts pays for tails that never come again. A marker at a fixed depth needs no knowledge of single calls:
of every prompt the blocks up to that depth are written or read, the rest is plain input. The depth is the one with the
largest benefit over all calls; hits and writes are then replayed exactly for it. Only calls of the same workload are
counted on to keep a prefix alive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.analyse.caching import replay
from logcost.analyse.caching.links import bit, blocks
from logcost.analyse.caching.money import SCALE, lifetimes, scaled
from logcost.analyse.caching.replay import at_least, block_tokens, whole_steps

if TYPE_CHECKING:
    from logcost.analyse.caching.links import Links
    from logcost.types import CacheRule

APART: Final = ("row", "scope")
"""What a marker's cache is apart by: only calls of one workload are counted on."""


def placed(calls: pl.DataFrame, rule: CacheRule, found: Links | None = None) -> pl.DataFrame:
    """The calls (see ``replay``) with, per lifetime i, ``depth_i``, ``marked_hit_i`` and ``marked_written_i``.

    ``found``: the calls' links, if there are any yet.
    """
    ttls = [lifetime.ttl_seconds for lifetime in lifetimes(rule)]
    known = found or replay.linked(calls, ttls, APART)
    missed = replay.misses(calls, known, APART, "placed_miss")
    depths = _depths(_gains(calls, known.behind[APART], rule), rule)
    frame = calls.hstack(missed).join(depths, on="row", how="left", maintain_order="left")
    for i in range(len(ttls)):
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
    return frame.drop("reach", *(f"placed_miss_{i}" for i in range(len(ttls))))


def _gains(calls: pl.DataFrame, behind: pl.Series, rule: CacheRule) -> pl.DataFrame:
    """Per workload and end of a block, ``gain_i``: the benefit of having these blocks within the depth, in scaled base tokens."""
    options = lifetimes(rule)
    kept = {f"kept_{i}": pl.col("size") * bit("behind", i) for i in range(len(options))}
    sums: pl.DataFrame | None = None
    for first, part in blocks(calls, replay.PASS_BLOCKS):
        touched = part.lazy().with_columns(behind=behind.slice(first, part.height), row=calls["row"].gather(part["call"]))
        ends = touched.select("row", "size", end=pl.col("start") + pl.col("size"), **kept)
        wide = [pl.col(name).cast(pl.Int128).sum() for name in ("size", *kept)]
        sums = _folded(sums, ends.group_by("row", "end").agg(wide).collect(engine="streaming"))
    if sums is None:
        return pl.DataFrame(
            schema={"row": calls.schema["row"], "end": pl.Int64, **{f"gain_{i}": pl.Int128 for i in range(len(options))}}
        )
    return sums.select("row", "end", *(_net(rule, i).alias(f"gain_{i}") for i in range(len(options))))


def _folded(sums: pl.DataFrame | None, part: pl.DataFrame) -> pl.DataFrame:
    """Parts brought together one by one, so that never more than two sets of sums are held."""
    return part if sums is None else pl.concat([sums, part]).group_by("row", "end").agg(pl.all().sum())


def _net(rule: CacheRule, i: int) -> pl.Expr:
    read, extra = SCALE - scaled(rule.read_multiplier), scaled(lifetimes(rule)[i].write_multiplier) - SCALE
    return pl.col(f"kept_{i}") * read - (pl.col("size") - pl.col(f"kept_{i}")) * extra


def _depths(gains: pl.DataFrame, rule: CacheRule) -> pl.DataFrame:
    """The depth with the largest sum of all blocks up to it; of equals the smallest. Depths under the minimum cache nothing."""
    names = [name for name in gains.columns if name.startswith("gain_")]
    found = gains.sort("row", "end").with_columns(pl.col(name).cum_sum().over("row") for name in names)
    deep = found.filter(pl.col("end") >= rule.min_tokens)
    best = {name.replace("gain", "depth"): pl.col("end").filter(pl.col(name) == pl.col(name).max()).min() for name in names}
    return deep.group_by("row").agg(**best)
