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

_COUNTED: Final = (("hit", "read"), ("written", "written"))
APART: Final = ("row", "scope")
"""What a marker's cache is apart by: only calls of one workload are counted on."""


class Placement:
    """Finds the depths from slices of calls, then gives each call its hits and writes."""

    def __init__(self, rule: CacheRule) -> None:
        """Nothing is looked at yet."""
        self._rule = rule
        self._gains: pl.DataFrame | None = None

    def looked_at(self, calls: pl.DataFrame, found: Links | None = None) -> pl.DataFrame:
        """The calls (see ``replay``; those that are not ``own`` only keep prefixes alive) with what ``placed`` needs of them.

        ``found``: the calls' links, if there are any yet.
        """
        known = found or replay.linked(calls, self._rule, [lifetime.ttl_seconds for lifetime in lifetimes(self._rule)], APART)
        self._gains = _gains(calls, known.behind[APART], self._rule, self._gains)
        missed = replay.misses(calls, known, APART, "placed_miss")
        return calls.hstack(missed).with_columns(blocks=block_tokens())

    def placed(self, calls: pl.LazyFrame) -> pl.LazyFrame:
        """The calls that were looked at, with ``depth_i``, ``marked_hit_i`` and ``marked_written_i`` per lifetime i."""
        if self._gains is None:
            raise ValueError("a marker is placed after all calls were looked at")
        depths = _depths(_net_gains(self._gains, self._rule), self._rule)
        frame = calls.join(depths.lazy(), on="row", how="left", maintain_order="left")
        for i in range(len(lifetimes(self._rule))):
            depth = pl.min_horizontal(pl.col(f"depth_{i}").fill_null(0), "input_tokens")
            # A tail behind the last whole block cannot be judged from hashes: it is written where the last block is.
            reach = pl.when(pl.col("blocks") <= depth).then("input_tokens").otherwise(depth)
            reusable = pl.min_horizontal(reach, pl.coalesce(f"placed_miss_{i}", "blocks"), pl.col("input_tokens") - 1)
            hit = at_least(whole_steps(reusable, self._rule), self._rule)
            frame = frame.with_columns(hit.alias(f"marked_hit_{i}"), reach.alias("reach")).with_columns(
                pl.when(pl.col("reach") >= self._rule.min_tokens)
                .then(pl.col("reach") - pl.col(f"marked_hit_{i}"))
                .otherwise(0)
                .alias(f"marked_written_{i}")
            )
        return frame.drop("reach")

    def counted(self, calls: pl.LazyFrame) -> pl.LazyFrame:
        """The same calls with what they read and write as ``read_i`` and ``written_i``."""
        names = {f"marked_{how}_{i}": f"{name}_{i}" for how, name in _COUNTED for i in range(len(lifetimes(self._rule)))}
        return self.placed(calls).rename(names)


def _gains(calls: pl.DataFrame, behind: pl.Series, rule: CacheRule, known: pl.DataFrame | None) -> pl.DataFrame:
    """Per workload and end of a block, tokens there (``size``) and of them those kept alive (``kept_i``), added to ``known``."""
    options = lifetimes(rule)
    kept = {f"kept_{i}": pl.col("size") * bit("behind", i) for i in range(len(options))}
    types = {"row": calls.schema["row"], "end": pl.Int64(), "size": pl.Int128(), **dict.fromkeys(kept, pl.Int128())}
    sums = pl.DataFrame(schema=types) if known is None else known
    for first, part in blocks(calls, replay.PASS_BLOCKS):
        of_calls = {name: calls[name].gather(part["call"]) for name in ("row", "own")}
        touched = part.lazy().with_columns(behind=behind.slice(first, part.height), **of_calls)
        ends = touched.filter("own").select("row", "size", end=pl.col("start") + pl.col("size"), **kept)
        wide = [pl.col(name).cast(pl.Int128).sum() for name in ("size", *kept)]
        found = ends.group_by("row", "end").agg(wide).collect(engine="streaming")
        # Brought together one by one, so that never more than two sets of sums are held.
        sums = pl.concat([sums, found]).group_by("row", "end").agg(pl.all().sum())
    return sums


def _net_gains(sums: pl.DataFrame, rule: CacheRule) -> pl.DataFrame:
    """Per workload and end of a block, ``gain_i``: the benefit of having these blocks within the depth, in scaled base tokens."""
    return sums.select("row", "end", *(_net(rule, i).alias(f"gain_{i}") for i in range(len(lifetimes(rule)))))


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
