"""The columns the caching review needs, and what each call can prove: evidence levels B to E."""

from __future__ import annotations

from typing import Final

import polars as pl

from logcost import meters
from logcost.analyse.frames import select_or_null

LIFETIMES: Final = ("5m", "30m", "1h", "12h")
"""Lifetimes the ledger has a column for: ``cache_creation_<name>_input_tokens``."""

KEY: Final = ("provider", "model", "era", "workload", "evidence", "known")
"""One row of the review. ``era``: see ``eras``, no row mixes two rules. ``known``: the log states reads from the cache."""

POOL: Final = ("provider", "model", "era")
"""Calls that follow one rule and could share a cache."""

ORDER: Final = ("started_at", "source_id", "source_line", "dedup_key", "input_tokens", "output_tokens")
"""What puts calls in an order that is the same in every run, and names a call."""

WITHOUT_CACHE: Final = ("embeddings", "image", "speech", "transcription", "moderation", "rerank")
"""Operations (OpenTelemetry names and ours) that no provider serves from a prompt cache."""

_WRITES: Final = tuple(f"cache_creation_{name}_input_tokens" for name in (*LIFETIMES, "unsplit"))
COLUMNS: Final = (
    "started_at",
    "grain",
    "requests",
    "provider",
    "provider_name",
    "model",
    "response_model",
    "request_model",
    "price_provider",
    "price_model",
    "workload",
    "project",
    "api_key_id",
    "region",
    "session_id",
    "operation_name",
    "service_tier",
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    *_WRITES,
    "latency_ms",
    "prefix_hashes",
    "prefix_masked_hashes",
    "prefix_content_hashes",
    "prefix_block_tokens",
    "prefix_block_parts",
    "volatile_classes",
    "volatile_positions",
    "cache_miss_reason",
    "source_id",
    "source_line",
    "dedup_key",
    "cache_write_cost_fusd",
    "input_rate_fusd",
    "cache_read_rate_fusd",
    "cache_write_rate_fusd",
)
"""What the review looks at of a call."""


def prepared(calls: pl.LazyFrame) -> pl.LazyFrame:
    """One row per usage record with short names, NULL for columns the frame lacks; ``KEY`` and ``written`` are added.

    ``provider`` and ``model`` fall back to the usage record's own columns; ``era`` is 0 until ``eras`` tells rules apart.
    """
    frame = select_or_null(calls, COLUMNS).with_columns(
        pl.coalesce("provider", "provider_name").alias("provider"),
        pl.coalesce("model", "response_model", "request_model").alias("model"),
        pl.when(pl.col("grain") == "bucket").then(pl.col("requests")).otherwise(1).alias("requests"),
        pl.col("cache_read_input_tokens").is_not_null().alias("known"),
        meters.expressions(_WRITES)["cache_creation_input_tokens"].alias("written"),
        evidence().alias("evidence"),
        pl.lit(0, pl.Int32).alias("era"),
    )
    return frame.drop("provider_name", "response_model", "request_model", "grain")


def evidence() -> pl.Expr:
    """Level of proof of one usage record (methods 2.1): B prefix hashes, C session, D a lone call, E a bucket."""
    timed = pl.col("started_at").is_not_null()
    return (
        pl.when(pl.col("grain") == "bucket")
        .then(pl.lit("E"))
        .when(timed & _usable_hashes())
        .then(pl.lit("B"))
        .when(timed & pl.col("session_id").is_not_null())
        .then(pl.lit("C"))
        .otherwise(pl.lit("D"))
    )


def cacheable() -> pl.Expr:
    """Has input, and an operation and a tier that a prompt cache can serve."""
    return (pl.col("input_tokens").fill_null(0) > 0) & ~without_cache() & ~by_chance()


def without_cache() -> pl.Expr:
    """An operation that no prompt cache serves."""
    return pl.col("operation_name").fill_null("chat").is_in(WITHOUT_CACHE)


def by_chance() -> pl.Expr:
    """Sent in a batch without any use of a cache: when its calls are made is up to the provider, so nothing can be replayed."""
    used = (pl.col("cache_read_input_tokens").fill_null(0) > 0) | (pl.col("written").fill_null(0) > 0)
    return (pl.col("service_tier").fill_null("standard") == "batch") & ~used


def scope_column(scope: str) -> str | None:
    """Column that separates caches under a rule's scope; ``None``: the provider's account, which a log does not split."""
    return {"workspace": "project", "project": "project", "key": "api_key_id", "region": "region"}.get(scope)


def _usable_hashes() -> pl.Expr:
    blocks, sizes = pl.col("prefix_hashes").list.len(), pl.col("prefix_block_tokens").list.len()
    fits = (sizes == 1) | (sizes == blocks) | (blocks == 0)
    positive = pl.col("prefix_block_tokens").list.min().fill_null(0) > 0
    return (fits & (positive | (blocks == 0))).fill_null(value=False)
