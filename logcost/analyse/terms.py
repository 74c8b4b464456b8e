"""Sums of calls by what a contract gives them, so that discounts and rates of exchange multiply sums and never calls.

A sum of list costs that all have the same discount and rate, multiplied at the very end, is exact in any grouping and split.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from logcost.contract import Names

if TYPE_CHECKING:
    from datetime import date

    from logcost.contract import Contract

TERM: Final = "_term"
"""Column with the number of the term."""
COLUMNS: Final = ("price_provider", "price_model", "provider", "model", "started_at")
"""Columns of the calls that the keys are made of."""
_WHO: Final = {"_seller": "price_provider", "_provider": "provider"}
_WHAT: Final = {"_priced": "price_model", "_model": "model"}
_KEYS: Final = ("_seller", "_provider", "_priced", "_model", "_day")


class Term(NamedTuple):
    """What calls have in common: the part of the list cost that is paid, and units of the currency for one USD.

    ``rate`` is ``None`` where nothing is converted, or where a call has no time.
    """

    kept: Decimal = Decimal(1)
    rate: Decimal | None = None


def keys(contract: Contract | None) -> dict[str, pl.Expr]:
    """Keys to group calls by, so that each group has one term; only those that the contract needs."""
    if contract is None:
        return {}
    discounts = contract.terms.discount
    by_provider = any(one.provider or one.models for one in discounts)
    by_model = any(one.models for one in discounts)
    names = {**(_WHO if by_provider else {}), **(_WHAT if by_model else {})}
    columns = {key: pl.col(column) for key, column in names.items()}
    edges = contract.edges()
    return {**columns, "_day": _day(contract, edges)} if contract.rates or edges else columns


def numbered(table: pl.DataFrame, contract: Contract | None) -> tuple[pl.DataFrame, tuple[Term, ...]]:
    """The table with ``TERM`` in place of the keys, and the terms by number.

    Raises ``ContractError`` where two discounts hold for the same calls, or a day has no rate of exchange.
    """
    found = [key for key in _KEYS if key in table.columns]
    if contract is None or not found:
        everywhere = Term() if contract is None else _term(contract, {})
        return table.with_columns(pl.lit(0, dtype=pl.UInt32).alias(TERM)), (everywhere,)
    combinations = table.select(found).unique()
    terms = [_term(contract, row) for row in combinations.iter_rows(named=True)]
    distinct = {term: number for number, term in enumerate(dict.fromkeys(terms))}
    numbers = combinations.with_columns(pl.Series(TERM, [distinct[term] for term in terms], dtype=pl.UInt32))
    return table.join(numbers, on=found, how="left", nulls_equal=True).drop(found), tuple(distinct)


def utc_day() -> pl.Expr:
    """Day of a call in UTC, as bills count; NULL for calls without a time."""
    return pl.col("started_at").dt.convert_time_zone("UTC").dt.date()


def _day(contract: Contract, edges: list[date]) -> pl.Expr:
    """The day itself where rates change daily; else the first day of the stretch in which no discount changes."""
    if contract.rates:
        return utc_day()
    stretches = [edges[0] - timedelta(days=1), *edges]
    day: pl.Expr = pl.lit(stretches[0])
    for edge in edges:
        day = pl.when(utc_day() >= edge).then(pl.lit(edge)).otherwise(day)
    return pl.when(pl.col("started_at").is_not_null()).then(day)


def _term(contract: Contract, row: dict[str, object]) -> Term:
    names = Names(*(_text(row.get(key)) for key in ("_seller", "_provider", "_priced", "_model")))
    day: date | None = row.get("_day")  # type: ignore[assignment]  # a row of a frame is untyped
    rate = contract.rates.on(day) if contract.rates and day else None
    return Term(contract.kept(names, day), rate)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
