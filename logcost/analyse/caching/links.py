"""Each block's previous and next access, for every way of telling caches apart, from one sort.

The blocks of all calls are numbered in order of time and place. They are sorted by hash, in partitions, and what is known of
a block's neighbours goes back to its number: from there on everything is read in order of the calls, without sorting or
grouping again. A finer way to tell caches apart (the scope, the workload) changes neighbours only where calls of several
scopes share a hash, so only those blocks are sorted again.

Memory: 14 bytes a block (its call, the block that follows, and a byte for each way), and about 40 bytes for each of the
blocks that are sorted at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Apart: TypeAlias = tuple[str, ...]
"""Columns of the calls that keep caches apart."""

MICROSECONDS: Final = 10**6
EARLY: Final = 7
"""The bit that says: within a lifetime, but before the entry was ready."""
_LIFETIMES: Final = EARLY


@dataclass(frozen=True, slots=True)
class Links:
    """What is known of every block, by its number.

    ``behind``: per way, a byte whose bit i says that the entry is there and ready under lifetime i: the previous access was no
    longer ago, and the one that made it long enough; bit ``EARLY``, that under no lifetime it was ready yet. ``following``:
    number of the next access, if its byte is not 0, else the block's own (for one way only). ``lifetimes``: how many there are.
    """

    lifetimes: int
    behind: dict[Apart, pl.Series]
    following: pl.Series | None


@dataclass(slots=True)
class _Neighbours:
    """Neighbours that one way changes: pieces with ``number``, ``behind`` and, if wanted, ``following``."""

    apart: pl.Series | None
    pieces: list[pl.DataFrame]


def linked(  # noqa: PLR0913 -- the calls, three parts of a rule, and two that say what is wanted and how
    calls: pl.DataFrame, ttls: Sequence[int], aparts: Sequence[Apart], *, followed: Apart | None, at_a_time: int, ready: int = 0
) -> Links:
    """Links of the calls (see ``replay.replayed``) under each of ``aparts``, the coarsest first, each contained in the next.

    ``ttls``: at most seven lifetimes in seconds. ``ready``: seconds after its first access until an entry can be read.
    ``followed``: the way of which the next access is wanted.
    """
    if len(ttls) > _LIFETIMES:
        raise ValueError(f"{len(ttls)} lifetimes: a byte holds {_LIFETIMES} and one more bit")
    flat = calls.select("call", "hashes").filter(pl.col("hashes").list.len() > 0).explode("hashes")
    hashes, call = flat["hashes"], flat["call"]
    parts = max(1, -(-hashes.len() // at_a_time))
    ways = {apart: _Neighbours(_number_of(calls, apart), []) for apart in aparts}
    behind = pl.zeros(hashes.len(), pl.UInt8, eager=True)
    following = pl.int_range(hashes.len(), dtype=pl.UInt32, eager=True) if followed is not None else None
    for part in range(parts):
        order = _sorted(hashes, call, calls["time"], ways[aparts[0]].apart, (part, parts))
        first = _neighbours(order, ttls, ready)
        behind.scatter(first["number"], first["behind"])
        if following is not None:
            following.scatter(first["number"], first["following"])
        for way in list(ways.values())[1:]:
            changed, order = _told_apart(order, way.apart)
            if changed is not None:
                way.pieces.append(_neighbours(changed, ttls, ready))
    return Links(len(ttls), *_brought_together(ways, behind, following, followed))


def blocks(calls: pl.DataFrame, at_a_time: int) -> Iterator[tuple[int, pl.DataFrame]]:
    """All blocks in order of their numbers, about ``at_a_time`` at a time, each time with the number of the first.

    Columns ``call``, ``start`` (tokens before the block) and ``size``.
    """
    counts, sizes = pl.col("hashes").list.len(), pl.col("prefix_block_tokens")
    size = pl.when(sizes.list.len() == 1).then(sizes.list.first().repeat_by(counts)).otherwise(sizes)
    full = calls.select("call", "prefix_block_tokens", "hashes").filter(counts > 0)
    step = max(1, at_a_time * full.height // max(1, int(full.select(counts.sum()).item())))
    first = 0
    for part in full.iter_slices(step):
        lists = part.select("call", whole=block_tokens(), size=size)
        flat = lists.with_columns(before=pl.col("whole").cum_sum() - pl.col("whole")).explode("size")
        yield first, flat.select("call", "size", start=pl.col("size").cum_sum() - pl.col("size") - pl.col("before"))
        first += flat.height


def block_tokens() -> pl.Expr:
    """Tokens of all blocks of a call together."""
    counts, sizes = pl.col("hashes").list.len().cast(pl.Int64), pl.col("prefix_block_tokens")
    whole = pl.when(sizes.list.len() == 1).then(sizes.list.first() * counts).otherwise(sizes.list.sum())
    return pl.when(counts == 0).then(0).otherwise(whole)


def bit(column: str, i: int) -> pl.Expr:
    """Bit i of a byte."""
    return pl.col(column) & pl.lit(1 << i, pl.UInt8) != 0


def packed(bits: Sequence[pl.Expr]) -> pl.Expr:
    """One byte of up to eight Booleans; NULL counts as false."""
    return pl.sum_horizontal(
        flag.fill_null(value=False).cast(pl.UInt8) * pl.lit(1 << i, pl.UInt8) for i, flag in enumerate(bits)
    ).cast(pl.UInt8)


def _number_of(calls: pl.DataFrame, apart: Apart) -> pl.Series | None:
    """A number for each call's cache: one to compare instead of several columns."""
    return calls.select(pl.struct(apart).hash()).to_series() if apart else None


def _sorted(hashes: pl.Series, call: pl.Series, time: pl.Series, apart: pl.Series | None, part: tuple[int, int]) -> pl.DataFrame:
    """The accesses of one partition of the hashes in order of ``key`` and time."""
    number = pl.select(pl.arg_where(hashes % part[1] == part[0])).to_series().cast(pl.UInt32)
    key = hashes.gather(number)
    if apart is not None:
        key = key ^ apart.gather(call.gather(number))
    # Numbers are in order of time, so a stable sort by the key alone keeps each key's accesses in that order.
    order = pl.DataFrame({"key": key, "number": number}).sort("key", maintain_order=True)
    order = order.with_columns(call.gather(order["number"]))
    return order.with_columns(time.gather(order["call"]))


def _neighbours(order: pl.DataFrame, ttls: Sequence[int], ready: int) -> pl.DataFrame:
    gap = pl.when(pl.col("key") == pl.col("key").shift(1)).then(pl.col("time") - pl.col("time").shift(1))
    alive = [(pl.col("gap") <= ttl * MICROSECONDS).fill_null(value=False) for ttl in ttls]
    if ready:
        there = [one & (pl.col("time") - _born(one) >= ready * MICROSECONDS) for one in alive]
        early = pl.any_horizontal(alive) & ~pl.any_horizontal(there)
        alive = [*there, *[pl.lit(value=False)] * (EARLY - len(there)), early]
    found = order.lazy().with_columns(gap=gap).select("number", behind=packed(alive))
    # An access within a lifetime is of the same key as the row above.
    follows = pl.col("behind").shift(-1, fill_value=0) > 0
    following = pl.when(follows).then(pl.col("number").shift(-1)).otherwise(pl.col("number"))
    return found.with_columns(following=following).collect()


def _born(alive: pl.Expr) -> pl.Expr:
    """When the entry that an access finds was made: at the last access that found none."""
    return pl.when(~alive).then("time").forward_fill()


def _told_apart(order: pl.DataFrame, apart: pl.Series | None) -> tuple[pl.DataFrame | None, pl.DataFrame]:
    """Accesses of keys that several caches share, sorted anew by key and cache; and all accesses with these at the end."""
    if apart is None:
        return None, order
    cache = apart.gather(order["call"])
    same = (order["key"] == order["key"].shift(1)).fill_null(value=False)
    differs = same & (cache != cache.shift(1)).fill_null(value=False)
    if not differs.any():
        return None, order
    group = (~same).cum_sum().cast(pl.UInt32)
    mixed = pl.repeat(value=False, n=int(group[-1]) + 1, dtype=pl.Boolean, eager=True)
    shared = mixed.scatter(group.filter(differs), True).gather(group)  # noqa: FBT003 -- the value to set
    changed = order.with_columns(key=order["key"] ^ cache).filter(shared).sort("key", maintain_order=True)
    return changed, pl.concat([order.filter(~shared), changed])


def _brought_together(
    ways: dict[Apart, _Neighbours], behind: pl.Series, following: pl.Series | None, followed: Apart | None
) -> tuple[dict[Apart, pl.Series], pl.Series | None]:
    """Each way is the one before it with its own pieces in place; one without pieces shares the bytes of the one before."""
    found: dict[Apart, pl.Series] = {}
    reached = False
    for apart, way in ways.items():
        if way.pieces:
            behind = behind.clone()
        for piece in way.pieces:
            behind.scatter(piece["number"], piece["behind"])
            if following is not None and not reached:
                following.scatter(piece["number"], piece["following"])
        found[apart] = behind
        reached = reached or apart == followed
    return found, following
