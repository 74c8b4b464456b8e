"""From priced calls to what a contract makes of them: spend by day (UTC) and provider, and the bill of a period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from logcost.analyse.frames import exact_sum, is_bounded, is_unpriced, select_or_null, usd
from logcost.analyse.terms import COLUMNS, TERM, keys, numbered, utc_day
from logcost.contract import DaySpend, Names
from logcost.contract.bill import bill
from logcost.contract.grammar import month_after
from logcost.spending import EXACT, ZERO, Bill, exactly

if TYPE_CHECKING:
    from decimal import Decimal

    from logcost.contract import Contract
    from logcost.spending import Adjustment, Totals
    from logcost.types import Period


def bill_of(totals: Totals, contract: Contract, history: pl.LazyFrame, period: Period) -> Bill:
    """The bill of a period with these ``totals``. ``history``: all priced calls there are, those of the period included.

    Raises ``ContractError`` where the contract contradicts itself.
    """
    days = day_spend(history, contract) if contract.adjusts else []
    last = max((one.day for one in days), default=None)
    adjustments, not_applied = bill(contract.terms, days, period, last)
    amounts = [line.amount for line in adjustments]
    return Bill(
        file=contract.path.name,
        effective_cost=exactly(totals.contracted_cost, *amounts),
        effective_cost_low=exactly(totals.contracted_cost_low, *amounts),
        effective_cost_high=exactly(totals.contracted_cost_high, *amounts),
        adjustments=adjustments,
        not_applied=not_applied,
        converted_effective_cost=_converted(totals, contract, adjustments),
    )


def day_spend(calls: pl.LazyFrame, contract: Contract) -> list[DaySpend]:
    """Contracted spend in USD by day and provider, in one streaming pass; calls without a time are on no day."""
    contract = replace(contract, rates=None)  # days before the period need no rate of exchange
    columns = [*COLUMNS, "list_cost_fusd", "list_cost_low_fusd", "unpriced_reason"]
    by = {"day": utc_day(), "seller": pl.col("price_provider"), "named": pl.col("provider"), **keys(contract)}
    dated = select_or_null(calls, columns).filter(pl.col("started_at").is_not_null()).with_columns(**by)
    sums = [
        exact_sum("list_cost_fusd"),
        is_unpriced().sum().alias("unpriced"),
        is_bounded().sum().alias("bounded"),
    ]
    table, terms = numbered(dated.group_by(*by).agg(sums).collect(engine="streaming"), contract)
    found: dict[tuple[date, Names], DaySpend] = {}
    for row in table.iter_rows(named=True):
        names = Names(row["seller"], row["named"], None, None)
        before = found.get((row["day"], names), DaySpend(row["day"], names, ZERO))
        found[row["day"], names] = DaySpend(
            row["day"],
            names,
            EXACT.add(before.contracted, EXACT.multiply(usd(row["list_cost_fusd"]), terms[row[TERM]].kept)),
            before.unpriced_records + row["unpriced"],
            before.bounded_records + row["bounded"],
        )
    return list(found.values())


def _converted(totals: Totals, contract: Contract, adjustments: tuple[Adjustment, ...]) -> Decimal | None:
    """Effective cost in the contract's currency; a month's adjustments at the rate of its last day."""
    if contract.rates is None or totals.converted is None:
        return None
    rates = {line.month: contract.rates.on(_last_day(line.month)) for line in adjustments}
    return exactly(totals.converted.contracted_cost, *(EXACT.multiply(line.amount, rates[line.month]) for line in adjustments))


def _last_day(month: str) -> date:
    return month_after(date.fromisoformat(f"{month}-01")) - timedelta(days=1)
