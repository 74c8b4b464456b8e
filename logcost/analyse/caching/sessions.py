"""Evidence C: what session ids and counts alone can say about repeated prefixes (methods 2.6).

Estimate of a call: the previous prompt of its session, if this one did not shrink and came within the lifetime; else 0.
Upper bound: a prefix cannot be longer than the longest earlier prompt with its answer, nor than this prompt less a token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.analyse.caching.replay import MICROSECONDS, at_least, whole_steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logcost.types import CacheRule

MEDIUM: Final = 0.95
"""Growth share from which the estimate deserves medium confidence, if each session is one thread."""
LOW: Final = 0.80
"""Below this growth share only the upper bound is printed."""
THREADS: Final = 0.05
"""Share of calls that start before the previous one of the session ended, above which a session is no single thread."""

_SESSION: Final = ("provider", "model", "session_id")


def followed(calls: pl.DataFrame) -> pl.DataFrame:
    """Calls in order of session and time with ``previous`` (input of the call before), ``gap`` (microseconds), ``longest``.

    ``longest``: the largest input + output before this call; these and ``grown`` and ``overlap`` are NULL for first calls.
    """
    frame = calls.sort(*_SESSION, "started_at", "source_id", "source_line", "dedup_key", "input_tokens", "output_tokens")
    frame = frame.with_columns(time=pl.col("started_at").dt.epoch("us"), spent=pl.col("latency_ms").fill_null(0) * 1000)
    within = {
        "previous": pl.col("input_tokens").shift(1),
        "gap": pl.col("time") - pl.col("time").shift(1),
        "idle": pl.col("time") - (pl.col("time") + pl.col("spent")).shift(1),
        "longest": (pl.col("input_tokens") + pl.col("output_tokens").fill_null(0)).cum_max().shift(1),
    }
    frame = frame.with_columns(expression.over(_SESSION).alias(name) for name, expression in within.items())
    return frame.with_columns(grown=pl.col("input_tokens") >= pl.col("previous"), overlap=pl.col("idle") < 0)


def estimated(calls: pl.DataFrame, rule: CacheRule, ttls: Sequence[int]) -> pl.DataFrame:
    """Adds ``hit_i`` per lifetime (the estimate) and ``upper``, both with the rule's step and minimum."""
    less_one = pl.col("input_tokens") - 1
    for i, ttl in enumerate(ttls):
        alive = pl.col("grown") & (pl.col("gap") <= ttl * MICROSECONDS)
        reusable = pl.when(alive).then(pl.min_horizontal("previous", less_one)).otherwise(0)
        calls = calls.with_columns(at_least(whole_steps(reusable, rule), rule).alias(f"hit_{i}"))
    upper = pl.when(pl.col("longest").is_null()).then(0).otherwise(pl.min_horizontal("longest", less_one))
    return calls.with_columns(at_least(whole_steps(upper, rule), rule).alias("upper"))


def confidence_class(growth_share: float | None, overlap_share: float | None) -> str:
    """medium, low, or upper bound only; never high. No consecutive calls at all: upper bound only."""
    if growth_share is None or growth_share < LOW:
        return "upper bound only"
    one_thread = (overlap_share or 0.0) <= THREADS
    return "medium" if growth_share >= MEDIUM and one_thread else "low"
