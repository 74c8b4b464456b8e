"""Evidence B: which tokens the cache could have served, replayed from chained prefix hashes (methods 2.3 and 2.4).

A touch of a prefix touches all its ancestors, so what is alive under a sliding lifetime is closed under prefixes, and a
block is a hit exactly when the same (scope, hash) was seen no longer than the lifetime ago. That needs no tree, only the
previous access of each hash: see ``links``, which finds it for the scope, the merged scope and the marker at once.

Memory: 8 bytes a block and about 200 bytes a call of a slice (see ``pools``), and what ``links`` keeps. Hashes are
compared by 64 bits of their own hash: with 24 million different blocks the chance of one false match is 1 in 60,000.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.analyse.caching import links
from logcost.analyse.caching.links import MICROSECONDS, bit, block_tokens, packed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logcost.analyse.caching.links import Apart, Links
    from logcost.types import CacheRule

__all__ = [
    "MICROSECONDS",
    "OWN",
    "PASS_BLOCKS",
    "at_least",
    "block_tokens",
    "linked",
    "misses",
    "played",
    "replayed",
    "whole_steps",
]

PASS_BLOCKS: Final = 4_000_000
"""Blocks sorted at a time."""

OWN: Final = ("scope",)
"""What keeps the caches apart that calls really use."""

_UNREACHED: Final = 2**62
_Sums = dict[str, pl.Expr]


def replayed(calls: pl.DataFrame, rule: CacheRule, ttls: Sequence[int], *, scoped: bool, details: bool = True) -> pl.DataFrame:
    """The calls with, per lifetime number i, their hits and what the blocks say about writes.

    ``calls``: in time order, with ``call`` (row number), ``time`` (microseconds), ``scope``, ``row`` (number of the
    workload), ``input_tokens``, ``hashes`` (list of 64-bit numbers) and ``prefix_block_tokens``. Adds ``hit_i`` (tokens
    served), ``short_i`` (repeated, but below the minimum) and, with ``details``, ``foresight_read_i``, ``foresight_write_i``,
    ``useful_i`` (tokens accessed again within the lifetime) and ``early`` (accessed again, but only before they were ready).
    Calls at the same instant count as one after the other, unless the rule says when an entry is ready.
    """
    apart = OWN if scoped else ()
    return played(calls, rule, linked(calls, rule, ttls, apart, followed=apart if details else None), apart, details=details)


def played(calls: pl.DataFrame, rule: CacheRule, found: Links, apart: Apart, *, details: bool = True) -> pl.DataFrame:
    """``replayed`` with links that are there already. Details are those of the way whose following accesses are known."""
    result = _hits(calls, rule, found.lifetimes, misses(calls, found, apart, "miss"))
    return _details(result, found, apart) if details else result


def linked(calls: pl.DataFrame, rule: CacheRule, ttls: Sequence[int], *aparts: Apart, followed: Apart | None = None) -> Links:
    """The links of the calls' blocks under each of ``aparts``, see ``links.linked``."""
    return links.linked(calls, ttls, aparts, followed=followed, at_a_time=PASS_BLOCKS, ready=rule.ready_seconds)


def misses(calls: pl.DataFrame, found: Links, apart: Apart, name: str) -> pl.DataFrame:
    """Per call, ``<name>_i``: where its first block that is not in the cache starts; NULL: all blocks are."""
    missed, behind = calls.select("call"), found.behind[apart]
    starts: list[list[pl.DataFrame]] = [[] for _ in range(found.lifetimes)]
    for first, part in links.blocks(calls, PASS_BLOCKS):
        touched = part.with_columns(behind=behind.slice(first, part.height))
        for i, parts in enumerate(starts):
            absent = touched.filter(~bit("behind", i)).select("call", pl.col("start").alias(f"{name}_{i}"))
            parts.append(absent.filter((pl.col("call") != pl.col("call").shift(1)).fill_null(value=True)))
    for i, parts in enumerate(starts):
        empty = pl.DataFrame(schema={"call": calls.schema["call"], f"{name}_{i}": pl.Int64})
        missed = missed.join(pl.concat([empty, *parts]), on="call", how="left", maintain_order="left")
    return missed.drop("call")


def _hits(calls: pl.DataFrame, rule: CacheRule, lifetimes: int, missed: pl.DataFrame) -> pl.DataFrame:
    frame = calls.hstack(missed)
    for i in range(lifetimes):
        reusable = pl.coalesce(f"miss_{i}", block_tokens())
        frame = frame.with_columns(pl.min_horizontal(reusable, pl.col("input_tokens") - 1).alias("floored"))
        frame = frame.with_columns(whole_steps(pl.col("floored"), rule).alias("floored")).with_columns(
            at_least(pl.col("floored"), rule).alias(f"hit_{i}"),
            pl.when(pl.col("floored") < rule.min_tokens).then("floored").otherwise(0).alias(f"short_{i}"),
        )
    return frame.drop("floored")


def _details(calls: pl.DataFrame, found: Links, apart: Apart) -> pl.DataFrame:
    """Foresight pays for an access only if the next one is served, and only when it is not served itself."""
    served, behind = _served(calls, found.lifetimes), found.behind[apart]
    if found.following is None:
        raise ValueError("details need links with the accesses that follow")
    sums: _Sums = {"early": pl.col("size") * bit("ahead", links.EARLY)}
    for i in range(found.lifetimes):
        worth = bit("next_served", i) & ~bit("served", i)
        sums |= {f"foresight_write_{i}": pl.col("size") * worth, f"useful_{i}": pl.col("size") * bit("ahead", i)}
    parts: list[pl.DataFrame] = []
    for first, part in links.blocks(calls, PASS_BLOCKS):
        number = pl.int_range(first, first + part.height, dtype=pl.UInt32, eager=True)
        columns = {"next": found.following, "served": served}
        here = {name: column.slice(first, part.height) for name, column in columns.items()}
        touched = part.with_columns(number=number, **here).filter(pl.col("next") != pl.col("number"))
        touched = touched.with_columns(ahead=behind.gather(touched["next"]), next_served=served.gather(touched["next"]))
        by_call = touched.select(pl.col("call").set_sorted(), **sums).group_by("call", maintain_order=True)
        parts.append(by_call.agg(pl.all().sum()))
    empty = pl.DataFrame(schema={"call": calls.schema["call"], **dict.fromkeys(sums, pl.Int64)})
    joined = calls.join(pl.concat([empty, *parts]), on="call", how="left", maintain_order="left")
    # The blocks that are served are those before the first miss, so their sizes add up to its place.
    reads = {
        f"foresight_read_{i}": pl.when(pl.col(f"hit_{i}") > 0).then(pl.coalesce(f"miss_{i}", block_tokens())).otherwise(0)
        for i in range(found.lifetimes)
    }
    return joined.with_columns(pl.col(name).fill_null(0) for name in sums).with_columns(**reads)


def _served(calls: pl.DataFrame, lifetimes: int) -> pl.Series:
    """Per block a byte, bit i: it lies before its call's first miss, and the call's hits reach the minimum."""
    limits = [
        calls.select(pl.when(pl.col(f"hit_{i}") > 0).then(pl.col(f"miss_{i}").fill_null(_UNREACHED)).otherwise(0)).to_series()
        for i in range(lifetimes)
    ]
    parts = [
        part.select(packed([pl.col("start") < limit.gather(part["call"]) for limit in limits])).to_series()
        for _, part in links.blocks(calls, PASS_BLOCKS)
    ]
    return pl.concat(parts) if parts else pl.Series(dtype=pl.UInt8)


def whole_steps(tokens: pl.Expr, rule: CacheRule) -> pl.Expr:
    """Rounded down to the rule's step, not below 0."""
    return pl.max_horizontal(tokens // rule.step_tokens * rule.step_tokens, 0)


def at_least(tokens: pl.Expr, rule: CacheRule) -> pl.Expr:
    """0 where the rule's minimum is not reached."""
    return pl.when(tokens >= rule.min_tokens).then(tokens).otherwise(0)
