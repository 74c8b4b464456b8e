"""The step "restructured" (methods 2.5, step 6): hits replayed with the stable part of the prompts moved to the front.

Volatile tokens go behind the application's own words (tools, format, system): there the masked chain is replayed, behind them
each block as it is. For varying text above stable text, and for shuffled blocks, the stable blocks come first, in one order.
Only workloads whose prompts part in such a way (``pairs``) are replayed, against the same replay of the prompts as they are.

Memory: see ``pools``, at 24 bytes a block; 30 bytes stay for each call of a provider and model that states masked or own hashes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from logcost.analyse.caching import marker, measure, money, pairs, replay
from logcost.analyse.caching.calls import KEY, ORDER, scope_column
from logcost.analyse.caching.pools import Pools

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from logcost.analyse.caching.measure import RuleOf
    from logcost.analyse.caching.pools import Pool
    from logcost.types import CacheRule

    Row = dict[str, Any]

OWN_WORDS: Final = ("tools", "format", "system")
"""Parts of ``prefix_block_parts`` that the maker of an application writes."""

_SPANS: Final = 32
"""Volatile tokens of a call that are looked at."""

_AT_A_TIME: Final = 1_000_000
"""Blocks put in order at a time (about 200 bytes each)."""

_PAIRS_AT_A_TIME: Final = 20_000
"""Pairs of prompts that are held at a time."""

_REPLAYED: Final = ("call", "time", "row", "scope", "input_tokens", "hashes", "prefix_block_tokens")
_LISTS: Final = ("hashes", "masked", "contents", "prefix_block_tokens", "classes", "positions", "lead", "session_id")


def from_hashes(calls: pl.LazyFrame, rule_of: RuleOf, *, replaced: bool) -> Iterator[Row]:
    """One dict of sums per row whose prompts part in a way that can be put right; see ``_sums`` for its keys."""
    with Pools(gathered(calls)) as pools:
        for pool in pools:
            rule = rule_of(*pool.key)
            causes = _causes(pool, rule) if rule else {}
            for sums in _sums(pool, causes, money.Rates(rule, replaced)) if rule and causes else []:
                yield sums | {"divergence": causes[sums.pop("row")].divergence}


def gathered(calls: pl.LazyFrame) -> pl.LazyFrame:
    """The prepared calls that this module looks at.

    Hashes as 64-bit numbers: ``hashes``, ``masked`` and ``contents``, as long as each other. ``lead``: number of leading blocks
    of the application's own words; ``classes`` (numbers in ``pairs.CLASSES``) and ``positions``: first volatile tokens.
    """
    told = pl.col("prefix_masked_hashes").is_not_null() | pl.col("prefix_content_hashes").is_not_null()
    blocks = pl.col("prefix_hashes").list.len()
    unknown = pl.col("prefix_hashes").list.eval(pl.when(pl.element().is_null()).then(pl.element()))
    own = pl.col("prefix_block_parts").list.eval(pl.element().is_in(OWN_WORDS).cast(pl.Int64).cum_min()).list.sum()
    masked = pl.when(pl.col("prefix_masked_hashes").list.len() == blocks).then("prefix_masked_hashes").otherwise("prefix_hashes")
    contents = pl.when(pl.col("prefix_content_hashes").list.len() == blocks).then("prefix_content_hashes").otherwise(unknown)
    spans = pl.col("volatile_classes").list.len() == pl.col("volatile_positions").list.len()
    kind = pl.element().replace_strict(list(pairs.CLASSES), list(range(len(pairs.CLASSES))), default=None, return_dtype=pl.UInt8)
    number = pl.when(pl.element().is_not_null()).then(pl.element().hash())
    return calls.filter((pl.col("evidence") == "B") & told).select(
        *KEY,
        *ORDER,
        *measure.PRICED,
        "project",
        "api_key_id",
        "region",
        "session_id",
        "prefix_block_tokens",
        hashes=pl.col("prefix_hashes").list.eval(number),
        masked=masked.list.eval(number),
        contents=contents.list.eval(number),
        # Without parts nothing is known to be the application's own words: numbers could be anybody's data.
        lead=pl.when(pl.col("prefix_block_parts").list.len() == blocks).then(own).otherwise(0),
        classes=pl.when(spans).then(pl.col("volatile_classes").list.head(_SPANS)).otherwise([]).list.eval(kind),
        positions=pl.when(spans).then(pl.col("volatile_positions").list.head(_SPANS)).otherwise([]),
    )


def call_by_call(pool: Pool, rule: CacheRule, how: str) -> pl.LazyFrame:
    """The calls of a pool of ``gathered`` whose prompts part: tokens ``read_i`` and ``written_i`` of the restructured ones.

    For each lifetime i. ``how``: ``marker``, one behind the stable part; ``billed``, on top of what was billed; else every prompt
    is written. The pool is one of which the review says that prompts part.
    """
    causes, numbers = _causes(pool, rule), range(len(money.lifetimes(rule)))
    if how == "marker":
        placement = marker.Placement(rule)
        return placement.counted(pool.kept(_slices(pool, causes, rule, placement)))
    if how == "billed":
        found = pool.kept(_slices(pool, causes, rule))
        return measure.every_written(found.with_columns(pl.col(f"topped_hit_{i}").alias(f"hit_{i}") for i in numbers), rule)
    found = pool.kept(_slices(pool, causes, rule, served=True))
    hits = {f"hit_{i}": pl.col(f"served_{i}") + pl.col(f"moved_hit_{i}") - pl.col(f"base_hit_{i}") for i in numbers}
    return measure.every_written(found.with_columns(**hits), rule)


def _causes(pool: Pool, rule: CacheRule) -> dict[int, pairs.Found]:
    """Why the prompts of each workload part, by ``row``; workloads whose prompts do not are left out."""
    places = pl.concat([pairs.places(ordered) for ordered in pool.slices(0)]).with_row_index("at")
    looked = [(int(str(row)), pairs.chosen(own)) for (row,), own in places.group_by("row", maintain_order=True)]
    del places
    causes: dict[int, pairs.Found] = {}
    while looked:
        some = [looked.pop()]
        while looked and sum(len(later) for _, (_, later) in some) < _PAIRS_AT_A_TIME:
            some.append(looked.pop())
        wanted = pl.concat([at for _, both in some for at in both]).unique().sort()
        prompts = _taken(pool, wanted)
        for row, both in some:
            befores, afters = (prompts[wanted.search_sorted(at)].to_dicts() for at in both)
            found = pairs.found(befores, afters, rule, whole_blocks=_whole_blocks(rule))
            if found is not None:
                causes[row] = found
    return causes


def _taken(pool: Pool, numbers: pl.Series) -> pl.DataFrame:
    """The calls with these numbers in time order."""
    first, parts = 0, []
    for ordered in pool.slices(0):
        parts.append(ordered[numbers.filter(numbers.is_between(first, first + ordered.height - 1)) - first])
        first += ordered.height
    return pl.concat(parts)


def _of_rows(ordered: pl.DataFrame, causes: Mapping[int, pairs.Found]) -> pl.DataFrame:
    """The calls of these workloads, numbered anew (``origin``: their ``call`` among all)."""
    wanted = ordered["row"].is_in(list(causes))
    # A filter copies all lists.
    parted = ordered if wanted.all() else ordered.filter(wanted)
    return parted.rename({"call": "origin"}).with_row_index("call")


def _whole_blocks(rule: CacheRule) -> bool:
    """The provider matches at markers and message ends only, so nothing of a block that differs is served."""
    return rule.mode in {"explicit", "breakpoint", "stored"} or rule.write_multiplier > 1


def _slices(
    pool: Pool,
    causes: Mapping[int, pairs.Found],
    rule: CacheRule,
    placement: marker.Placement | None = None,
    *,
    served: bool = False,
) -> Iterator[pl.DataFrame]:
    """Slice by slice the calls of ``_played``, without their lists.

    ``served``: with the hits they have among all calls (``served_i``).
    """
    ttls = [lifetime.ttl_seconds for lifetime in money.lifetimes(rule)]
    for ordered in pool.slices(measure.reach(rule)):
        calls = measure.numbered(ordered, rule)
        parted = _of_rows(calls, causes)
        if not parted["own"].any():
            continue
        found = _played(parted, causes, rule)
        if placement is not None:
            found = placement.looked_at(found)
        if served:
            whole = replay.replayed(calls, rule, ttls, scoped=scope_column(rule.scope) is not None, details=False)
            found = found.with_columns(whole[f"hit_{i}"].gather(found["origin"]).alias(f"served_{i}") for i in range(len(ttls)))
        yield found.filter("own").drop("hashes", "prefix_block_tokens", "own")


def _played(parted: pl.DataFrame, causes: Mapping[int, pairs.Found], rule: CacheRule) -> pl.DataFrame:
    """The restructured calls with ``base_hit_i`` (prompts as they are, same workloads) and ``moved_hit_i`` per lifetime i."""
    scoped, ttls = scope_column(rule.scope) is not None, [lifetime.ttl_seconds for lifetime in money.lifetimes(rule)]
    hits = [f"hit_{i}" for i in range(len(ttls))]
    base = replay.replayed(parted.select(_REPLAYED), rule, ttls, scoped=scoped, details=False).select(hits)
    result, changed = parted.drop(_LISTS), restructured(parted, causes)
    result = result.join(changed, on="call", how="left", maintain_order="left")
    # A prompt without blocks stays one.
    result = result.with_columns(pl.col("hashes").fill_null([]), pl.col("prefix_block_tokens").fill_null([]))
    result = replay.replayed(result, rule, ttls, scoped=scoped, details=False)
    fronts = {row: 0 if _whole_blocks(rule) else found.divergence.position for row, found in causes.items()}
    front = pl.col("row").replace_strict(fronts, return_dtype=pl.Int64)
    for i in range(len(ttls)):
        # What stands before the volatile token may be served already: only what comes on top is gained.
        before = pl.max_horizontal(f"base_hit_{i}", front)
        gained = pl.max_horizontal(pl.col(f"hit_{i}") - before, 0)
        result = result.with_columns(base[f"hit_{i}"].alias(f"base_hit_{i}"))
        result = result.with_columns((pl.col(f"base_hit_{i}") + gained).alias(f"moved_hit_{i}"))
        if not _whole_blocks(rule):
            # A cache that serves any prefix may serve more than whole blocks show: on top of what was billed, call by call.
            reads = pl.col("cache_read_input_tokens").fill_null(0)
            topped = reads + pl.max_horizontal(pl.col(f"hit_{i}") - pl.max_horizontal(before, reads), 0)
            result = result.with_columns(topped.alias(f"topped_hit_{i}"))
    return result


def _sums(pool: Pool, causes: Mapping[int, pairs.Found], rates: money.Rates) -> list[Row]:
    """Per row and lifetime i: ``moved_hits_i``, ``moved_money_i``, ``moved_units_i``, all more than with prompts as they are.

    Every prompt is written. Where writes cost more than input also ``remarked_*_i``, over no caching, with one marker at
    ``moved_depth_i``; where any prefix is served ``topped_*_i``, over no caching, on top of what was billed.
    """
    placement = marker.Placement(rates.rule) if not rates.replaced and rates.rule.write_multiplier > 1 else None
    result = pool.kept(_slices(pool, causes, rates.rule, placement))
    aggregates = measure.ways(rates, "moved_hit", "moved") | measure.ways(rates, "base_hit", "base")
    if not _whole_blocks(rates.rule):
        aggregates |= measure.ways(rates, "topped_hit", "topped")
    if placement is not None:
        result = placement.placed(result)
        aggregates |= measure.ways(rates, "marked_hit", "remarked", written="marked_written")
        depths = range(len(money.lifetimes(rates.rule)))
        aggregates |= {f"moved_depth_{i}": pl.col(f"depth_{i}").max() for i in depths}
    sums = result.group_by(*KEY, "row").agg(**aggregates).collect(engine="streaming")
    return [_less_base(one) for one in sums.to_dicts()]


def _less_base(sums: Row) -> Row:
    for name in [name for name in sums if name.startswith("moved_") and "_depth_" not in name]:
        base = sums.pop(name.replace("moved_", "base_", 1))
        sums[name] = None if base is None or sums[name] is None else sums[name] - base
    return sums


def restructured(calls: pl.DataFrame, causes: Mapping[int, pairs.Found]) -> pl.DataFrame:
    """``hashes`` and ``prefix_block_tokens`` of the prompts with the stable part in front, by ``call``; none without blocks."""
    blocks = max(1, int(calls["hashes"].list.len().sum()))
    step = max(1, _AT_A_TIME * calls.height // blocks)
    return pl.concat([_rechained(part, causes) for part in calls.iter_slices(step)])


def _rechained(calls: pl.DataFrame, causes: Mapping[int, pairs.Found]) -> pl.DataFrame:
    """One row a call with its new blocks. A sum of hashes of block and place stands for the blocks up to there."""
    blocks, sizes = pl.col("hashes").list.len(), pl.col("prefix_block_tokens")
    size = pl.when(sizes.list.len() == 1).then(sizes.list.first().repeat_by(blocks)).otherwise(sizes)
    flat = (
        calls.filter(blocks > 0)
        .select("call", "row", "lead", "masked", "contents", size=size, at=pl.int_ranges(0, blocks.cast(pl.Int64)))
        .explode("masked", "contents", "size", "at")
        .join(_ranks(causes), on=("row", "contents"), how="left", maintain_order="left")
        .join(_reserves(causes), on=("row", "at"), how="left", maintain_order="left")
    )
    volatile = pl.col("row").is_in([row for row, found in causes.items() if found.divergence.kind == "volatile"])
    kept = volatile & (pl.col("at") < pl.col("lead"))
    taken = pl.min_horizontal(pl.col("reserve").fill_null(0), pl.col("size") - 1)
    flat = flat.with_columns(
        key=pl.when(kept).then("masked").otherwise(pl.coalesce("contents", "masked")),
        size=pl.col("size") - taken,
    ).sort("call", "rank", "at", nulls_last=True)
    flat = flat.with_columns(place=pl.int_range(pl.len()).over("call"))
    chain = pl.struct("key", "place").hash().cum_sum().over("call")
    flat = flat.select("call", hashes=chain, prefix_block_tokens="size")
    return flat.group_by("call", maintain_order=True).agg(pl.all())


def _ranks(causes: Mapping[int, pairs.Found]) -> pl.DataFrame:
    """Place of each stable block in front; none where only volatile tokens move."""
    ranks = [
        (row, content, rank)
        for row, found in causes.items()
        if found.divergence.kind != "volatile"
        for rank, content in enumerate(found.stable)
    ]
    return pl.DataFrame(ranks, schema={"row": pl.UInt32, "contents": pl.UInt64, "rank": pl.UInt32}, orient="row")


def _reserves(causes: Mapping[int, pairs.Found]) -> pl.DataFrame:
    """Tokens that each block gives up for the volatile tokens that leave it."""
    rows = [(row, block, reserve) for row, found in causes.items() for block, reserve in found.reserves.items()]
    return pl.DataFrame(rows, schema={"row": pl.UInt32, "at": pl.Int64, "reserve": pl.Int64}, orient="row")
