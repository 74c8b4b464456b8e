"""Changes of settings as changes of calls: every function takes calls (``bills.usage_of``) and gives them as they would be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.analyse.savings.bills import MILLION, WHOLE

if TYPE_CHECKING:
    from logcost.types import CacheLifetime

UNSPLIT: Final = "cache_creation_unsplit_input_tokens"
WRITES: Final = (
    "cache_creation_5m_input_tokens",
    "cache_creation_30m_input_tokens",
    "cache_creation_1h_input_tokens",
    "cache_creation_12h_input_tokens",
    UNSPLIT,
)
NOTHING: Final = pl.lit(0, dtype=pl.Int64)
READS: Final = ("cache_read_input_tokens", "cache_read_audio_tokens", "cache_read_image_tokens")


def uncached(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Nothing is read from a cache and nothing written: all of it is plain input. What is not known stays unknown."""
    return rows.with_columns(pl.when(pl.col(name).is_not_null()).then(NOTHING).alias(name) for name in (*READS, *WRITES))


def recounted(rows: pl.LazyFrame, counts: pl.DataFrame, lifetime: CacheLifetime) -> pl.LazyFrame:
    """The calls named in ``counts`` (``caching.applied``) read and write what it says, for one lifetime."""
    column = written_column(lifetime)
    joined = rows.join(counts.lazy(), on="call_key", how="left", maintain_order="left")
    told = pl.col("read").is_not_null()
    cached = [pl.when(told).then("read").otherwise(READS[0]).alias(READS[0])]
    # Which part of what is read is audio or images is not known any more; it cannot be more than was stated.
    cached += [pl.when(told).then(None).otherwise(name).alias(name) for name in READS[1:]]
    written = [
        pl.when(told).then(pl.col("written") if name == column else NOTHING).otherwise(name).alias(name) for name in WRITES
    ]
    return joined.with_columns(cached + written).drop("read", "written")


def batched(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The calls are sent in batches: half the price with most providers, an answer within a day."""
    return rows.with_columns(service_tier=pl.lit("batch"))


def shared(rows: pl.LazyFrame, model: tuple[str | None, str], share: int, escalated: int) -> pl.LazyFrame:
    """A share of the calls goes to another model, and a share of those to the first one as well, which is paid, too.

    ``share`` and ``escalated`` are millionths; ``moved`` says which rows are the other model's. The tokens stay as many; a
    cache has nothing of the other model's yet, so that nothing is read there and nothing written.
    """
    stays = (MILLION - share) * MILLION + share * escalated
    here = rows.with_columns(moved=pl.lit(value=False), weight=(pl.col("weight").cast(pl.Int128) * stays // WHOLE).cast(pl.Int64))
    provider, name = model
    there = uncached(rows).with_columns(
        moved=pl.lit(value=True),
        weight=(pl.col("weight").cast(pl.Int128) * (share * MILLION) // WHOLE).cast(pl.Int64),
        provider_name=pl.col("provider_name") if provider is None else pl.lit(provider),
        request_model=pl.lit(name),
        response_model=pl.lit(name),
        provider=pl.col("provider") if provider is None else pl.lit(provider),
        model=pl.lit(name),
    )
    return pl.concat([here, there]).filter(pl.col("weight") > 0)


def capped(rows: pl.LazyFrame, tokens: int) -> pl.LazyFrame:
    """No prompt is longer than so many tokens; what is cut is cached and plain in the same shares as the rest."""
    whole = pl.col("input_tokens")
    names = (*READS, *WRITES, "input_audio_tokens", "input_image_tokens", "input_video_tokens")
    kept = [(pl.col(name).cast(pl.Int128) * tokens // whole).cast(pl.Int64) for name in names]
    fewer = [pl.when(whole > tokens).then(part).otherwise(name).alias(name) for name, part in zip(names, kept, strict=True)]
    return rows.with_columns(*fewer, input_tokens=pl.min_horizontal(whole, tokens))


def at_hour(rows: pl.LazyFrame, hour: int) -> pl.LazyFrame:
    """The calls are made at an hour (UTC) of their day."""
    return rows.with_columns(started_at=pl.col("started_at").dt.truncate("1d") + pl.duration(hours=hour))


def written_column(lifetime: CacheLifetime) -> str:
    """The column of the ledger for what is written for a lifetime."""
    column = f"cache_creation_{lifetime.name}_input_tokens"
    return column if column in WRITES else UNSPLIT
