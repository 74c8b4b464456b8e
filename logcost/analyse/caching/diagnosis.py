"""The provider's own diagnosis of cache misses (``cache_miss_reason``), counted per row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from logcost.analyse.caching.calls import KEY

if TYPE_CHECKING:
    Counted = tuple[tuple[str, int], ...]


def reasons(calls: pl.LazyFrame) -> dict[tuple[Any, ...], Counted]:
    """By ``KEY``: each stated reason with its number of calls, the most frequent first. Rows without any are left out."""
    stated = calls.filter(pl.col("cache_miss_reason").is_not_null()).group_by(*KEY, "cache_miss_reason")
    counted = stated.agg(calls=pl.len()).collect(engine="streaming").sort("calls", "cache_miss_reason", descending=[True, False])
    found: dict[tuple[Any, ...], Counted] = {}
    for *key, reason, count in counted.iter_rows():
        found[tuple(key)] = (*found.get(tuple(key), ()), (reason, count))
    return found
