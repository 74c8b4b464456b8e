"""Spend: exact totals, overall and by group, and the review the report shows.

Money is summed as 128-bit integers of femto-USD and becomes Decimal at the very end, so every table adds up to the
headline to the last digit, whatever the grouping and however the rows were split.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.analyse.anomalies import Spend, find_anomalies
from logcost.analyse.billing import bill_of
from logcost.analyse.frames import BOUNDS, exact_sum, femto, is_bounded, is_unpriced, local_day, select_or_null, stated_sum
from logcost.analyse.terms import TERM, numbered
from logcost.analyse.terms import keys as term_keys
from logcost.analyse.totals import COUNTS, SUMS, add
from logcost.errors import UsageError
from logcost.spending import SpendReview, SpendRow, SpendSummary
from logcost.types import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from logcost.analyse.terms import Term
    from logcost.contract import Contract
    from logcost.spending import Bill, Totals

ALL_TIME: Final = Period()

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


def summarise(
    calls: pl.LazyFrame,
    by: Sequence[str],
    *,
    tz: str = "UTC",
    period: Period = ALL_TIME,
    deal: Deal | None = None,
) -> SpendSummary:
    """Totals of priced calls by group, in one streaming pass; with no ``by`` a single row.

    Days, weeks (ISO 8601, Monday first) and months are those of the time zone ``tz``; a group of ``None`` is what the
    source does not state, undated calls included. ``period`` is only noted: ``calls`` must be filtered already.
    ``deal``: the contract to apply. Raises ``UsageError`` for a group that does not exist.
    """
    groups = tuple(dict.fromkeys(by))
    unknown = [group for group in groups if group not in GROUPS]
    if unknown:
        raise UsageError(f"Spend cannot be grouped by '{unknown[0]}'.", remedy=f"Use {', '.join(GROUPS)}.")
    summary = _summary(_aggregate(calls, groups, tz, deal), groups, period)
    return summary if deal is None else replace(summary, bill=deal.bill(summary.totals, calls, period))


def review(  # noqa: PLR0913 -- one period and the one before it; all but one are options with defaults
    calls: pl.LazyFrame,
    *,
    tz: str = "UTC",
    period: Period = ALL_TIME,
    previous: pl.LazyFrame | None = None,
    previous_period: Period | None = None,
    deal: Deal | None = None,
) -> SpendReview:
    """Everything the report says about spend, from one pass over the calls (and one over ``previous``).

    The pass makes a small cube (day, provider, model, workload, project); all tables are sums over it. ``previous``, the
    calls of the period before, adds its totals and history for the search for bad days. ``deal``: the contract to apply.
    """
    cube = _aggregate(calls, ("day", "provider", "model", "workload", "project"), tz, deal)
    before = None if previous is None else _aggregate(previous, ("day", "workload", "model"), tz, deal)

    def by(*groups: str) -> SpendSummary:
        return _summary(cube.over(groups), groups, period)

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
        previous=None if before is None else before.totals(before.table.iter_rows(named=True)),
        previous_period=previous_period,
        bill=None if deal is None else deal.bill(by_day.totals, calls, period),
    )


@dataclass(frozen=True, slots=True)
class Deal:
    """A contract, and all priced calls there are: what it counts by the month may have begun before the period.

    ``history`` is ``None`` when the calls of the period are all there are.
    """

    contract: Contract
    history: pl.LazyFrame | None = None

    def bill(self, totals: Totals, calls: pl.LazyFrame, period: Period) -> Bill:
        """What the contract makes of the totals of a period. Raises ``ContractError`` where it contradicts itself."""
        return bill_of(totals, self.contract, calls if self.history is None else self.history, period)


@dataclass(frozen=True, slots=True)
class _Cube:
    """Sums by some groups and by term (``TERM``); ``terms`` by number."""

    table: pl.DataFrame
    terms: tuple[Term, ...]
    currency: str | None

    def over(self, groups: Sequence[str]) -> _Cube:
        """The same by fewer groups."""
        return replace(self, table=_regroup(self.table, (*groups, TERM)))

    def totals(self, records: Iterable[Mapping[str, int]]) -> Totals:
        """Totals of some of its rows."""
        return add(records, self.terms, self.currency)


def _aggregate(calls: pl.LazyFrame, groups: Sequence[str], tz: str, deal: Deal | None) -> _Cube:
    """One row per group and term with every sum; days as dates, so that labels are made once a group and not once a call."""
    contract = deal.contract if deal else None
    columns = ["started_at", *_GROUP_COLUMNS.values(), *COUNTS, "price_provider", "price_model"]
    extra = ["list_cost_fusd", *BOUNDS, "unpriced_reason", "reported_cost", "reported_currency"]
    keys = {f"by_{group}": _key(group, tz) for group in groups} | term_keys(contract) or {"by_nothing": pl.lit(0)}
    rows = select_or_null(calls, [*columns, *extra]).with_columns(**keys)
    sums = rows.group_by(*keys).agg(_sums()).collect(engine="streaming").rename(lambda name: name.removeprefix("by_"))
    table, terms = numbered(sums, contract)
    fewer = _regroup(table, (*groups, TERM)) if len(table.columns) < len(sums.columns) else table
    return _Cube(fewer, terms, contract.rates.code if contract and contract.rates else None)


def _key(group: str, tz: str) -> pl.Expr:
    day = local_day(tz)
    starts = {"day": day, "week": day.dt.truncate("1w"), "month": day.dt.truncate("1mo")}
    return starts[group] if group in starts else pl.col(_GROUP_COLUMNS[group])


def _sums() -> list[pl.Expr]:
    unpriced, bounded = is_unpriced(), is_bounded()
    tokens = pl.col("input_tokens").cast(pl.Int128).fill_null(0) + pl.col("output_tokens").fill_null(0)
    in_usd = pl.col("reported_cost").is_not_null() & (pl.col("reported_currency") == "USD")
    return [
        pl.len().cast(pl.Int128).alias("records"),
        *(stated_sum(name) for name in COUNTS),
        exact_sum("list_cost_fusd"),
        pl.when(bounded).then(pl.col("list_cost_low_fusd")).sum().alias("bounded_low_fusd"),
        pl.when(bounded).then(pl.col("list_cost_high_fusd")).sum().alias("bounded_high_fusd"),
        bounded.sum().cast(pl.Int128).alias("bounded_records"),
        pl.when(bounded).then(pl.col("requests").cast(pl.Int128)).sum().alias("bounded_requests"),
        unpriced.sum().cast(pl.Int128).alias("unpriced_records"),
        pl.col("requests").is_null().sum().cast(pl.Int128).alias("uncounted_records"),
        pl.when(unpriced).then(pl.col("requests").cast(pl.Int128)).sum().alias("unpriced_requests"),
        pl.when(unpriced).then(tokens).sum().alias("unpriced_tokens"),
        pl.when(in_usd).then(femto(pl.col("reported_cost"))).sum().alias("reported_fusd"),
        in_usd.sum().cast(pl.Int128).alias("reported_rows"),
    ]


def _regroup(cube: pl.DataFrame, groups: Iterable[str]) -> pl.DataFrame:
    return cube.group_by(*groups).agg(*(stated_sum(name) for name in COUNTS), *(pl.col(name).sum() for name in SUMS))


def _summary(cube: _Cube, groups: tuple[str, ...], period: Period) -> SpendSummary:
    records = cube.table.rows(named=True)
    found: dict[tuple[str | date | None, ...], list[dict[str, int]]] = defaultdict(list)
    for record in records:
        found[tuple(record[group] for group in groups)].append(record)
    rows = [
        SpendRow({group: _label(group, value) for group, value in zip(groups, key, strict=True)}, cube.totals(parts))
        for key, parts in found.items()
    ]
    return SpendSummary(period, "USD", groups, cube.totals(records), tuple(sorted(rows, key=_order)))


def _label(group: str, value: str | date | None) -> str | None:
    return value if value is None or isinstance(value, str) else value.strftime(_DAY_LABELS[group])


def _order(row: SpendRow) -> tuple[list[tuple[bool, str]], object, list[tuple[bool, str]]]:
    """Days in order, then largest list cost, then names; what is not stated comes last."""
    keys = [(group in _DAY_LABELS, (value is None, value or "")) for group, value in row.group.items()]
    return [key for timed, key in keys if timed], -row.totals.list_cost_low, [key for timed, key in keys if not timed]


def _daily(cube: _Cube) -> tuple[Spend, ...]:
    """What each workload and model cost a day; where only a range is known, its lower end."""
    dated = _regroup(cube.table.filter(pl.col("day").is_not_null()), ("day", "workload", "model")).sort(
        "day", "workload", "model", nulls_last=True
    )
    return tuple(
        Spend(day, workload, model, cost)
        for day, workload, model, cost in dated.select(
            "day", "workload", "model", pl.col("list_cost_fusd") + pl.col("bounded_low_fusd")
        ).iter_rows()
    )
