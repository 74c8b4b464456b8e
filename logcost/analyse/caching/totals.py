"""What every usage record tells whatever its evidence: sums per row of the review, in one streaming pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from logcost.analyse.caching import money
from logcost.analyse.caching.calls import KEY, LIFETIMES
from logcost.analyse.frames import stated_sum

if TYPE_CHECKING:
    from logcost.types import CacheRule


def totals(calls: pl.LazyFrame, replacement: CacheRule | None) -> list[dict[str, Any]]:
    """One dict per row: ``KEY``, token sums, ``billed`` and ``input_money`` (scaled femto-USD, ``None`` = unpriced), names.

    ``bound``: no prefix is longer than the prompt less one token. ``last``: the latest start. ``written_<lifetime>``
    counts writes without a stated lifetime as those of the rule's default.
    """
    sums = {
        "tokens": "input_tokens",
        "reads": "cache_read_input_tokens",
        **{f"written_{name}": f"cache_creation_{name}_input_tokens" for name in (*LIFETIMES, "unsplit")},
    }
    aggregates = {name: pl.col(column).cast(pl.Int128).sum() for name, column in sums.items()}
    return (
        calls.group_by(KEY)
        .agg(
            stated_sum("requests"),
            **aggregates,
            writes_known=pl.col("written").is_not_null().any(),
            records=pl.len(),
            bound=(pl.col("input_tokens") - 1).cast(pl.Int128).sum(),
            billed=money.known_sum(money.billed(replacement)),
            input_money=money.known_sum(pl.col("input_tokens").cast(pl.Int128) * pl.col("input_rate_fusd") * money.SCALE),
            last=pl.col("started_at").max(),
            first=pl.col("started_at").min(),
            undated=pl.col("started_at").is_null().any(),
            in_sessions=pl.col("session_id").is_not_null().any(),
            diagnosed=pl.col("cache_miss_reason").is_not_null().any(),
            price_provider=pl.col("price_provider").max(),
            price_model=pl.col("price_model").max(),
        )
        .sort(KEY, nulls_last=True)
        .collect(engine="streaming")
        .to_dicts()
    )
