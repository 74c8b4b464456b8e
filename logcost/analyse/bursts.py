"""Minutes in which a workload has far more calls than usual: where a retry storm is looked for that no single bin shows.

The calls of a storm over many prompts are spread over so many bins that none stands out; in their minute they cannot hide.
One pass counts the calls of each (minute, provider, model, workload), without prices and without their tokens. The counts are
added up in a ``Spool``, which spills to disk: workloads times minutes is no number that has to fit into memory.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from logcost.analyse import histogram
from logcost.analyse.frames import select_or_null
from logcost.store import Spool

USUAL: Final = 5
"""A minute is crowded with more than this many times the calls of the workload's median minute (of those that have calls)."""
SHARE: Final = 20
"""Or with a twentieth of the workload's calls, as a mode must have: a workload that runs in few minutes has no usual one."""
WHO: Final = ("provider", "model", "workload")
_READ: Final = ("started_at", "grain", *WHO, "input_tokens", "output_tokens")
_MICROSECONDS: Final = 60_000_000
NONE: Final = pl.DataFrame(schema={**dict.fromkeys(WHO, pl.String), "minute": pl.Int64})
"""No crowded minute."""

_MINUTES: Final = "CREATE TABLE minutes AS SELECT {who}, minute, sum(calls)::BIGINT AS calls FROM spool GROUP BY ALL"
# The median from the number of minutes of each size: DuckDB's own would keep all of them in memory.
_CROWDED: Final = """
WITH sizes AS (SELECT {who}, calls, count(*) AS minutes FROM minutes GROUP BY ALL),
ranked AS (
    SELECT *, sum(minutes) OVER (PARTITION BY {who} ORDER BY calls) AS up_to, sum(minutes) OVER (PARTITION BY {who}) AS in_all
    FROM sizes
),
workloads AS (
    SELECT {who}, min(calls) FILTER (2 * up_to >= in_all) AS usual, sum(calls * minutes) AS in_all FROM ranked GROUP BY ALL
)
SELECT {minutes}, minute FROM minutes JOIN workloads ON {same}
WHERE calls >= {least} AND (calls > {times} * usual OR {share} * calls >= workloads.in_all)
"""


def minute() -> pl.Expr:
    """Number of the UTC minute of ``started_at``, from 1970 on; NULL of undated calls."""
    return (pl.col("started_at").dt.timestamp("us") // _MICROSECONDS).alias("minute")


def crowded(calls: pl.LazyFrame, least: int) -> pl.DataFrame:
    """The crowded minutes with ``least`` calls or more: ``minute()``, provider, model, workload.

    Only calls that have a ratio count. Calls at a full hour to the microsecond do not: their times may be rounded.
    """
    when = pl.col("started_at")
    rows = select_or_null(calls, _READ).filter(histogram.has_ratio() & (when != when.dt.truncate("1h")))
    with Spool() as spool:
        for batch in rows.select(minute(), *WHO).collect_batches(engine="streaming", maintain_order=False):
            spool.add(batch.group_by("minute", *WHO).agg(pl.len().cast(pl.Int64).alias("calls")))
        if spool.empty:
            return NONE
        spool.sql(_MINUTES.format(who=", ".join(WHO)))
        return spool.query(_query(least))


def _query(least: int) -> str:
    return _CROWDED.format(
        who=", ".join(WHO),
        minutes=", ".join(f"minutes.{name}" for name in WHO),
        same=" AND ".join(f"minutes.{name} IS NOT DISTINCT FROM workloads.{name}" for name in WHO),
        least=least,
        times=USUAL,
        share=SHARE,
    )
