"""Workloads that are not worth caching: where writes cost money, nobody can be taken to read what they would have to write.

A replay lets every call read what any other one wrote. Where a workload is best left without a cache, its premiums are in no
amount, so the others of its model are replayed again without its calls: until all that are counted on use a cache, or should.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from logcost.analyse.caching import money
from logcost.analyse.caching.calls import KEY, POOL

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from logcost.types import CachingRow

    Row = dict[str, Any]
    Key = tuple[Any, ...]

ROUNDS: Final = 5
"""At most so many replays of a model; what is left then is said in the findings, but not taken off."""

_SHARED: Final = frozenset({"rules", "lifetime", "scope", "restructured"})
"""Ways that count on calls of other workloads."""


def idle(rows: Mapping[Key, CachingRow], sums: Mapping[Key, Row]) -> set[Key]:
    """Rows without a cache, now or advised, of each provider and model whose other rows count on what they would write.

    Both by ``KEY``; ``sums``: see ``measure``.
    """
    cold: dict[Key, set[Key]] = {}
    counting: set[Key] = set()
    for key, row in rows.items():
        paid = row.rule is not None and row.rule.write_multiplier > 1
        if row.evidence != "B" or not paid:
            continue
        if not row.way and row.billed_read_tokens == 0 and not row.billed_write_tokens:
            cold.setdefault(_pool(key), set()).add(key)
        elif row.way in _SHARED and _borrows(row, sums[key]):
            counting.add(_pool(key))
    return {key for pool in counting for key in cold.get(pool, ())}


def without(calls: pl.LazyFrame, keys: Collection[Key]) -> pl.LazyFrame:
    """The calls of these rows' providers and models, less those of the rows themselves."""
    types = {name: dtype for name, dtype in calls.collect_schema().items() if name in KEY}
    own = pl.DataFrame([dict(zip(KEY, key, strict=True)) for key in keys], schema=types)
    pools = own.select(POOL).unique()
    joined = calls.join(pools.lazy(), on=POOL, how="semi", nulls_equal=True)
    return joined.join(own.lazy(), on=KEY, how="anti", nulls_equal=True)


def workloads(key: Key, keys: Iterable[Key]) -> tuple[str | None, ...]:
    """Of these rows the workloads that share a row's provider, model and rule."""
    place = KEY.index("workload")
    names = {other[place] for other in keys if _pool(other) == _pool(key)}
    return tuple(sorted(names, key=lambda name: (name is None, name or "")))


def _pool(key: Key) -> Key:
    return tuple(key[KEY.index(name)] for name in POOL)


def _borrows(row: CachingRow, sums: Row) -> bool:
    """Its own calls would be served less than the row says."""
    if row.rule is None or row.lifetime is None:
        return False
    number = money.lifetimes(row.rule).index(row.lifetime)
    hits = row.achievable_read_tokens or 0
    return hits > int(sums.get(f"lone_hits_{number}", hits))
