"""Single calls and sums over a period of the same provider on the same days: probably the same usage twice.

A provider's usage export and an application's own log are both complete; loading both doubles the bill, and no key says
that a sum contains a call. So this is reported, not removed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from logcost.types import QualityCheck

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date


def overlap_check(cube: pl.DataFrame) -> QualityCheck:
    """Check of a cube with ``seller``, ``grain``, ``first_day``, ``last_day``, ``calls``; counts the single calls."""
    dated = cube.filter(pl.col("first_day").is_not_null())
    covered = set(_covered(dated.filter(pl.col("grain") == "bucket")))
    single = dated.filter(pl.col("grain") == "request").select("seller", "first_day", "calls")
    twice = [(provider, day, calls) for provider, day, calls in single.iter_rows() if (provider, day) in covered]
    days = {(provider, day) for provider, day, _ in twice}
    providers = sorted({provider or "unknown provider" for provider, _ in days})
    return QualityCheck(
        state="action" if twice else "ok",
        name="Calls and totals of the same days",
        count=sum(calls for _, _, calls in twice),
        effect="These calls are probably also in the daily or hourly totals, and counted twice."
        if twice
        else "No provider has both single calls and totals for a day.",
        remedy="Leave out either the usage export or the log of these days." if twice else "",
        detail=f"{', '.join(providers)}: {len(days)} {'day' if len(days) == 1 else 'days'}" if twice else "",
    )


def _covered(buckets: pl.DataFrame) -> Iterator[tuple[str | None, date]]:
    spans = buckets.select("seller", "first_day", "last_day").unique()
    for provider, first, last in spans.iter_rows():
        yield from ((provider, first + timedelta(i)) for i in range((last - first).days + 1))
