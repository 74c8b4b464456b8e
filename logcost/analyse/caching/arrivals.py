"""Evidence D: what the times of calls alone rule out (methods 2.6).

A call that comes later than the lifetime after every other call of its provider and model finds an empty cache, whatever
its prompt is. No change of a prompt can save anything there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from logcost.analyse.caching import money
from logcost.analyse.caching.calls import KEY, POOL
from logcost.analyse.caching.replay import MICROSECONDS

if TYPE_CHECKING:
    from logcost.analyse.caching.measure import RuleOf

    Row = dict[str, Any]


def arrivals(calls: pl.LazyFrame, rule_of: RuleOf) -> dict[tuple[Any, ...], Row]:
    """For each row of the review with calls at level D: ``cold`` of ``dated`` calls, and their ``cold_tokens``.

    ``cold``: later than the longest lifetime of the rule after the call before them. ``cold_tokens``: their input less one
    token each, which the bound of the row does not hold. The first call may follow one that is not in the log. A lifetime
    is taken from the time of the last call of the same provider and model, whoever made it. About 60 bytes a call of such
    models are held.
    """
    lone = calls.filter(pl.col("evidence") == "D").select(POOL).unique().collect(engine="streaming")
    found: dict[tuple[Any, ...], Row] = {}
    for provider, model, era in lone.iter_rows():
        rule = rule_of(provider, model, era)
        if rule is None:
            continue
        longest = max(lifetime.ttl_seconds for lifetime in money.lifetimes(rule)) * MICROSECONDS
        own = pl.col("provider").eq_missing(pl.lit(provider)) & pl.col("model").eq_missing(pl.lit(model))
        dated = calls.filter(own & (pl.col("era") == era) & pl.col("started_at").is_not_null() & (pl.col("evidence") != "E"))
        times = dated.select(*KEY, "input_tokens", time=pl.col("started_at").dt.epoch("us")).collect(engine="streaming")
        gaps = times.sort("time").with_columns(warm=(pl.col("time").diff() <= longest).fill_null(value=True))
        sums = (
            gaps.filter(pl.col("evidence") == "D")
            .group_by(KEY)
            .agg(
                dated=pl.len(),
                cold=(~pl.col("warm")).sum(),
                cold_tokens=pl.when(~pl.col("warm")).then(pl.col("input_tokens").cast(pl.Int128) - 1).sum(),
            )
        )
        found |= {tuple(row[name] for name in KEY): row for row in sums.to_dicts()}
    return found
