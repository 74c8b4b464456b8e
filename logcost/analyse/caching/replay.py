"""Evidence B: which tokens the cache could have served, replayed from chained prefix hashes (methods 2.3 and 2.4).

A touch of a prefix touches all its ancestors, so what is alive under a sliding lifetime is closed under prefixes, and a
block is a hit exactly when the same (scope, hash) was seen no longer than the lifetime ago. That needs no tree, only the
previous access of each hash: it can be partitioned by hash.

Memory: 8 bytes a block and about 200 bytes a call of one provider and model stay; the sorted accesses are made for
``PASS_BLOCKS`` blocks at a time (about 500 MB at their largest). Hashes are compared by 64 bits of their own hash: with
24 million different blocks the chance of one false match is 1 in 60,000.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logcost.types import CacheRule

PASS_BLOCKS: Final = 4_000_000
"""Blocks sorted at a time."""

MICROSECONDS: Final = 10**6


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay's parameters: the rule's minimum and step, the lifetimes (seconds), and the columns that keep caches apart."""

    rule: CacheRule
    ttls: tuple[int, ...]
    apart: tuple[str, ...]


def replayed(calls: pl.DataFrame, rule: CacheRule, ttls: Sequence[int], *, scoped: bool, details: bool = True) -> pl.DataFrame:
    """The calls with, per lifetime number i, their hits and what the blocks say about writes.

    ``calls``: in time order, with ``call`` (row number), ``time`` (microseconds), ``scope``, ``row`` (number of the
    workload), ``input_tokens``, ``hashes`` (list of 64-bit numbers) and ``prefix_block_tokens``. Adds ``hit_i`` (tokens
    served), ``short_i`` (repeated, but below the minimum) and, with ``details``, ``foresight_read_i``,
    ``foresight_write_i`` and ``useful_i`` (tokens accessed again within the lifetime). Calls at the same instant count as
    one after the other.
    """
    task = Replay(rule, tuple(ttls), ("scope",) if scoped else ())
    result = _hits(calls, task, _misses(calls, task))
    return _details(result, task) if details else result


def accesses(calls: pl.DataFrame, task: Replay) -> Iterator[pl.DataFrame]:
    """All accesses in order of key (hash and what keeps caches apart) and time, one partition of the keys after the other."""
    parts = max(1, -(-int(calls["hashes"].list.len().sum()) // PASS_BLOCKS))
    blocks, sizes = pl.col("hashes").list.len(), pl.col("prefix_block_tokens")
    size = pl.when(sizes.list.len() == 1).then(sizes.list.first().repeat_by(blocks)).otherwise(sizes)
    # One number instead of hash and scope: sorting and comparing it is what the replay's time goes into.
    apart = pl.struct(task.apart).hash() if task.apart else pl.lit(0, pl.UInt64)
    lists = calls.lazy().filter(blocks > 0).select("call", "time", "row", hash="hashes", size=size, apart=apart)
    flat = lists.with_columns(end=pl.col("size").list.eval(pl.element().cum_sum())).explode("hash", "size", "end")
    keyed = flat.select("call", "time", "row", "size", start=pl.col("end") - pl.col("size"), key=pl.col("hash") ^ pl.col("apart"))
    for part in range(parts):
        yield keyed.filter(pl.col("key") % parts == part).collect(engine="streaming").sort("key", "call")


def _misses(calls: pl.DataFrame, task: Replay) -> pl.DataFrame:
    """Per call and lifetime, where its first block that is not in the cache starts; NULL: all blocks are."""
    found: pl.DataFrame | None = None
    for touched in accesses(calls, task):
        gap = pl.when(same(1)).then(pl.col("time") - pl.col("time").shift(1))
        first = {
            f"miss_{i}": pl.col("start").filter((pl.col("gap") > ttl * MICROSECONDS).fill_null(value=True)).min()
            for i, ttl in enumerate(task.ttls)
        }
        found = folded(found, touched.with_columns(gap=gap).group_by("call").agg(**first), pl.all().min(), "call")
    return found if found is not None else pl.DataFrame()


def _hits(calls: pl.DataFrame, task: Replay, misses: pl.DataFrame) -> pl.DataFrame:
    frame = calls.join(misses, on="call", how="left", maintain_order="left")
    for i in range(len(task.ttls)):
        reusable = pl.coalesce(f"miss_{i}", block_tokens())
        frame = frame.with_columns(pl.min_horizontal(reusable, pl.col("input_tokens") - 1).alias("floored"))
        frame = frame.with_columns(whole_steps(pl.col("floored"), task.rule).alias("floored")).with_columns(
            at_least(pl.col("floored"), task.rule).alias(f"hit_{i}"),
            pl.when(pl.col("floored") < task.rule.min_tokens).then("floored").otherwise(0).alias(f"short_{i}"),
        )
    return frame.drop("floored")


def _details(calls: pl.DataFrame, task: Replay) -> pl.DataFrame:
    """Foresight pays for an access only if the next one is served, and only when it is not served itself."""
    totals: pl.DataFrame | None = None
    for touched in accesses(calls, task):
        ahead = pl.when(same(-1)).then(pl.col("time").shift(-1) - pl.col("time"))
        frame = touched.with_columns(ahead=ahead, follows=same(-1))
        sums: dict[str, pl.Expr] = {}
        for i, ttl in enumerate(task.ttls):
            served = _served(calls, frame["call"], frame["start"], i)
            frame = frame.with_columns(served.alias(f"served_{i}"))
            next_served = pl.col(f"served_{i}").shift(-1, fill_value=False) & pl.col("follows")
            frame = frame.with_columns((next_served & ~pl.col(f"served_{i}")).alias(f"worth_{i}"))
            again = (pl.col("ahead") <= ttl * MICROSECONDS).fill_null(value=False)
            sums[f"foresight_read_{i}"] = pl.col("size").filter(f"served_{i}").sum()
            sums[f"foresight_write_{i}"] = pl.col("size").filter(f"worth_{i}").sum()
            sums[f"useful_{i}"] = pl.col("size").filter(again).sum()
        totals = folded(totals, frame.group_by("call").agg(**sums), pl.all().sum(), "call")
    found = totals if totals is not None else pl.DataFrame()
    joined = calls.join(found, on="call", how="left", maintain_order="left")
    return joined.with_columns(pl.col(name).fill_null(0) for name in found.columns if name != "call")


def folded(sums: pl.DataFrame | None, part: pl.DataFrame, how: pl.Expr, *keys: str) -> pl.DataFrame:
    """Partitions of the hashes brought together one by one, so that never more than two sets of sums are held."""
    return part if sums is None else pl.concat([sums, part]).group_by(keys).agg(how)


def _served(calls: pl.DataFrame, call: pl.Series, start: pl.Series, i: int) -> pl.Series:
    """Block lies before the call's first miss, and the call's hits reach the minimum."""
    limit = calls[f"miss_{i}"].fill_null(2**62).gather(call)
    return (start < limit) & (calls[f"hit_{i}"].gather(call) > 0)


def same(step: int) -> pl.Expr:
    """The access ``step`` rows up (1) or down (-1) is of the same key."""
    return (pl.col("key") == pl.col("key").shift(step)).fill_null(value=False)


def block_tokens() -> pl.Expr:
    """Tokens of all blocks of a call together."""
    blocks, sizes = pl.col("hashes").list.len().cast(pl.Int64), pl.col("prefix_block_tokens")
    whole = pl.when(sizes.list.len() == 1).then(sizes.list.first() * blocks).otherwise(sizes.list.sum())
    return pl.when(blocks == 0).then(0).otherwise(whole)


def whole_steps(tokens: pl.Expr, rule: CacheRule) -> pl.Expr:
    """Rounded down to the rule's step, not below 0."""
    return pl.max_horizontal(tokens // rule.step_tokens * rule.step_tokens, 0)


def at_least(tokens: pl.Expr, rule: CacheRule) -> pl.Expr:
    """0 where the rule's minimum is not reached."""
    return pl.when(tokens >= rule.min_tokens).then(tokens).otherwise(0)
