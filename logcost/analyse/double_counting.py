"""The same days of one provider in sources that no key puts together: probably the same usage twice.

A provider's usage export and an application's own log are both complete; loading both doubles the bill, and no key says
that a sum contains a call. Nor does a key say that a sum for all projects contains that of one, or a day its hours. So this
is reported, not removed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.types import QualityCheck

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

DIMENSIONS: Final = ("request_model", "response_model", "project", "user_id", "api_key_id", "service_tier", "region")
"""What an export may be grouped by; a column is empty in all of its rows when it is not."""


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


def grouping_check(cube: pl.DataFrame) -> QualityCheck:
    """Check of a cube with ``seller``, ``operation``, ``source``, the days, ``by_`` each dimension and ``length`` of sums.

    Counts the rows of days that two sources sum up in different ways: grouped otherwise, or by the hour and by the day.
    """
    sums = cube.filter(pl.col("first_day").is_not_null(), pl.col("grain") == "bucket")
    whose = ["seller", "operation"]
    grouped = [pl.col(f"by_{name}").any() for name in DIMENSIONS]
    ways = sums.group_by([*whose, "source"]).agg(pl.struct(*grouped, pl.col("length").max()).alias("way"))
    days = sums.with_columns(pl.date_ranges("first_day", "last_day").alias("day")).explode("day")
    found = (
        days.join(ways, on=[*whose, "source"], nulls_equal=True)
        .group_by([*whose, "day"])
        .agg(pl.col("way").n_unique().alias("ways"), pl.col("rows").sum())
        .filter(pl.col("ways") > 1)
    )
    twice = found.select("seller", "day").unique().height
    providers = sorted({provider or "unknown provider" for provider in found["seller"].to_list()})
    return QualityCheck(
        state="action" if twice else "ok",
        name="Totals of the same days",
        count=sum(found["rows"].to_list()),
        effect="These totals are grouped in different ways, and the calls in them probably counted twice."
        if twice
        else "No day of a provider is summed up in two ways.",
        remedy="Keep one usage export of these days." if twice else "",
        detail=f"{', '.join(providers)}: {twice} {'day' if twice == 1 else 'days'}" if twice else "",
    )
