"""Spend: exact totals, overall and by group, and the review the report shows.

Money is summed as 128-bit integers of femto-USD and becomes Decimal at the very end, so every table adds up to the
headline to the last digit, whatever the grouping and however the rows were split.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.analyse.anomalies import Spend, find_anomalies
from logcost.analyse.frames import exact_sum, femto, local_day, select_or_null, stated_sum, usd
from logcost.errors import UsageError
from logcost.spending import SpendReview, SpendRow, SpendSummary, Totals
from logcost.types import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

ALL_TIME: Final = Period()

_COUNTS: Final = (
    "requests",
    "input_tokens",
    "uncached_input_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
)
_SUMS: Final = (
    "records",
    "list_cost_fusd",
    "unpriced_records",
    "uncounted_records",
    "unpriced_requests",
    "unpriced_tokens",
    "reported_fusd",
    "reported_rows",
)
_GROUP_COLUMNS: Final = {
    "provider": "provider",
    "model": "model",
    "workload": "workload",
    "project": "project",
    "user": "user_id",
    "session": "session_id",
    "tier": "service_tier",
    "key": "api_key_id",
}
_DAY_LABELS: Final = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}
"""ISO 8601 forms; as text they sort in order of time."""
GROUPS: Final = (*_DAY_LABELS, *_GROUP_COLUMNS)
"""What spend can be grouped by."""


def summarise(calls: pl.LazyFrame, by: Sequence[str], *, tz: str = "UTC", period: Period = ALL_TIME) -> SpendSummary:
    """Totals of priced calls by group, in one streaming pass; with no ``by`` a single row.

    Days, weeks (ISO 8601, Monday first) and months are those of the time zone ``tz``; a group of ``None`` is what the
    source does not state, undated calls included. ``period`` is only noted: ``calls`` must be filtered already.
    Raises ``UsageError`` for a group that does not exist.
    """
    groups = tuple(dict.fromkeys(by))
    unknown = [group for group in groups if group not in GROUPS]
    if unknown:
        raise UsageError(f"Spend cannot be grouped by '{unknown[0]}'.", remedy=f"Use {', '.join(GROUPS)}.")
    return _summary(_aggregate(calls, groups, tz), groups, period)


def review(
    calls: pl.LazyFrame,
    *,
    tz: str = "UTC",
    period: Period = ALL_TIME,
    previous: pl.LazyFrame | None = None,
    previous_period: Period | None = None,
) -> SpendReview:
    """Everything the report says about spend, from one pass over the calls (and one over ``previous``).

    The pass makes a small cube (day, provider, model, workload, project); all tables are sums over it. ``previous``, the
    calls of the period before, adds its totals and history for the search for bad days.
    """
    cube = _aggregate(calls, ("day", "provider", "model", "workload", "project"), tz)
    before = None if previous is None else _aggregate(previous, ("day", "workload", "model"), tz)

    def by(*groups: str) -> SpendSummary:
        return _summary(_regroup(cube, groups), groups, period)

    by_day = by("day")
    return SpendReview(
        totals=by_day.totals,
        by_day=by_day,
        by_day_model=by("day", "provider", "model"),
        by_model=by("provider", "model"),
        by_provider=by("provider"),
        by_workload=by("workload"),
        by_workload_model=by("workload", "provider", "model"),
        by_workload_day=by("workload", "day"),
        by_project=by("project"),
        anomalies=find_anomalies(_daily(cube), () if before is None else _daily(before)),
        previous=None if before is None else _add(before.iter_rows(named=True)),
        previous_period=previous_period,
    )


def _aggregate(calls: pl.LazyFrame, groups: Sequence[str], tz: str) -> pl.DataFrame:
    """One row per group with every sum; days as dates, so that labels are made once a group and not once a call."""
    columns = ["started_at", *_GROUP_COLUMNS.values(), *_COUNTS]
    extra = ["list_cost_fusd", "unpriced_reason", "reported_cost", "reported_currency"]
    keys = {f"by_{group}": _key(group, tz) for group in groups} or {"by_nothing": pl.lit(0)}
    rows = select_or_null(calls, [*columns, *extra]).with_columns(**keys)
    return rows.group_by(*keys).agg(_sums()).collect(engine="streaming").rename(lambda name: name.removeprefix("by_"))


def _key(group: str, tz: str) -> pl.Expr:
    day = local_day(tz)
    starts = {"day": day, "week": day.dt.truncate("1w"), "month": day.dt.truncate("1mo")}
    return starts[group] if group in starts else pl.col(_GROUP_COLUMNS[group])


def _sums() -> list[pl.Expr]:
    unpriced = pl.col("unpriced_reason").is_not_null()
    tokens = pl.col("input_tokens").cast(pl.Int128).fill_null(0) + pl.col("output_tokens").fill_null(0)
    in_usd = pl.col("reported_cost").is_not_null() & (pl.col("reported_currency") == "USD")
    return [
        pl.len().cast(pl.Int128).alias("records"),
        *(stated_sum(name) for name in _COUNTS),
        exact_sum("list_cost_fusd"),
        unpriced.sum().cast(pl.Int128).alias("unpriced_records"),
        pl.col("requests").is_null().sum().cast(pl.Int128).alias("uncounted_records"),
        pl.when(unpriced).then(pl.col("requests").cast(pl.Int128)).sum().alias("unpriced_requests"),
        pl.when(unpriced).then(tokens).sum().alias("unpriced_tokens"),
        pl.when(in_usd).then(femto(pl.col("reported_cost"))).sum().alias("reported_fusd"),
        in_usd.sum().cast(pl.Int128).alias("reported_rows"),
    ]


def _regroup(cube: pl.DataFrame, groups: Iterable[str]) -> pl.DataFrame:
    return cube.group_by(*groups).agg(*(stated_sum(name) for name in _COUNTS), *(pl.col(name).sum() for name in _SUMS))


def _summary(table: pl.DataFrame, groups: tuple[str, ...], period: Period) -> SpendSummary:
    records = table.rows(named=True)
    rows = [SpendRow({group: _label(group, record[group]) for group in groups}, _add([record])) for record in records]
    return SpendSummary(period, "USD", groups, _add(records), tuple(sorted(rows, key=_order)))


def _label(group: str, value: str | date | None) -> str | None:
    return value if value is None or isinstance(value, str) else value.strftime(_DAY_LABELS[group])


def _order(row: SpendRow) -> tuple[list[tuple[bool, str]], object, list[tuple[bool, str]]]:
    """Days in order, then largest list cost, then names; what is not stated comes last."""
    keys = [(group in _DAY_LABELS, (value is None, value or "")) for group, value in row.group.items()]
    return [key for timed, key in keys if timed], -row.totals.list_cost, [key for timed, key in keys if not timed]


def _add(records: Iterable[Mapping[str, int]]) -> Totals:
    """Exact totals of some rows of sums. No contract terms can be declared yet, so contracted cost is list cost."""
    sums = dict.fromkeys(_SUMS, 0)
    counts: dict[str, int] = {}
    for record in records:
        for name in _SUMS:
            sums[name] += record[name]
        for name in _COUNTS:
            if record[name] is not None:
                counts[name] = counts.get(name, 0) + record[name]
    list_cost = usd(sums["list_cost_fusd"])
    none = None if sums["records"] else 0  # Nothing at all adds up to 0; records that state no count, to an unknown one.
    return Totals(
        **{name: counts.get(name, none) for name in _COUNTS},
        records=sums["records"],
        list_cost=list_cost,
        contracted_cost=list_cost,
        reported_cost=usd(sums["reported_fusd"]) if sums["reported_rows"] else None,
        unpriced_records=sums["unpriced_records"],
        uncounted_records=sums["uncounted_records"],
        unpriced_requests=sums["unpriced_requests"],
        unpriced_tokens=sums["unpriced_tokens"],
    )


def _daily(cube: pl.DataFrame) -> tuple[Spend, ...]:
    dated = _regroup(cube.filter(pl.col("day").is_not_null()), ("day", "workload", "model")).sort(
        "day", "workload", "model", nulls_last=True
    )
    return tuple(
        Spend(day, workload, model, cost)
        for day, workload, model, cost in dated.select("day", "workload", "model", "list_cost_fusd").iter_rows()
    )
