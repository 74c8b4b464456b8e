"""Prompts that are answered again: equal to the last token, of one provider, model and workload, within a day."""

from __future__ import annotations

from typing import Final

import polars as pl

from logcost.analyse.caching.applied import call_key
from logcost.analyse.caching.calls import evidence
from logcost.analyse.caching.replay import MICROSECONDS
from logcost.analyse.savings.traffic import FAILED

WITHIN: Final = 24 * 3600
"""Seconds after which an answer is too old to be given again."""


def repeated(calls: pl.LazyFrame) -> pl.DataFrame:
    """``call_key`` and ``repeated`` of the calls whose hashes cover the whole prompt; 24 bytes of each are held.

    Only prompts of which the hashed blocks have all tokens can be compared: of others the end is not known. A failed call
    has no answer that could be given again, and what asks for it anew repeats nothing.
    """
    names = calls.collect_schema().names()
    if "prefix_hashes" not in names or "prefix_block_tokens" not in names:
        return pl.DataFrame(schema={"call_key": pl.UInt64, "repeated": pl.Boolean})
    sizes, blocks = pl.col("prefix_block_tokens"), pl.col("prefix_hashes").list.len().cast(pl.Int64)
    whole = pl.when(sizes.list.len() == 1).then(sizes.list.first() * blocks).otherwise(sizes.list.sum())
    covered = (evidence() == "B") & (blocks > 0) & (whole == pl.col("input_tokens"))
    if "status" in names:
        covered &= ~pl.col("status").is_in(FAILED).fill_null(value=False)
    prompt = pl.struct("provider", "model", "workload", last=pl.col("prefix_hashes").list.last()).hash()
    found = (
        calls.filter(covered)
        .select(prompt=prompt, time=pl.col("started_at").dt.epoch("us"), call_key=call_key())
        .collect(engine="streaming")
        .sort("prompt", "time", "call_key")
    )
    again = (pl.col("prompt") == pl.col("prompt").shift(1)) & (pl.col("time") - pl.col("time").shift(1) <= WITHIN * MICROSECONDS)
    return found.select("call_key", repeated=again.fill_null(value=False)).unique("call_key", keep="first", maintain_order=True)
