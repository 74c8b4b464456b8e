"""Small helpers the analyses share: columns that may be absent, exact sums, femto-USD to Decimal USD."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import polars as pl

from logcost import schema

if TYPE_CHECKING:
    from collections.abc import Iterable

FEMTO: Final = 15
"""Decimal places of the money the engine counts in: 1 USD = 10**15 femto-USD."""

BOUNDS: Final[dict[str, pl.DataType]] = {"list_cost_low_fusd": pl.Int128(), "list_cost_high_fusd": pl.Int128()}
"""What a record costs at least and at most, where its exact cost is not known; NULL for all others."""


def usd(femto_usd: int) -> Decimal:
    """Exact Decimal USD, 15 places; independent of the decimal context's precision."""
    digits = tuple(map(int, str(abs(femto_usd))))
    return Decimal((int(femto_usd < 0), digits, -FEMTO))


def femto(amount: pl.Expr) -> pl.Expr:
    """A Decimal USD column as exact 128-bit femto-USD."""
    return amount.cast(pl.Decimal(38, FEMTO)).to_physical()


def column_types() -> dict[str, pl.DataType]:
    """Types of every column a priced call can have: usage record, ``provider``, ``model``, charges."""
    charges = {**BOUNDS, **{name: getattr(pl, dtype)() for name, dtype in schema.CHARGE_COLUMNS.items()}}
    return {**schema.polars_schema("usage_record"), "provider": pl.String(), "model": pl.String(), **charges}


def select_or_null(calls: pl.LazyFrame, names: Iterable[str]) -> pl.LazyFrame:
    """Just these columns; one that the frame lacks is unknown for every call, i.e. NULL."""
    present = set(calls.collect_schema().names())
    types = column_types()
    return calls.select(pl.col(name) if name in present else pl.lit(None, dtype=types[name]).alias(name) for name in names)


def exact_sum(column: str) -> pl.Expr:
    """Sum over 128 bits (a 64-bit sum would wrap silently); NULL adds nothing."""
    return pl.col(column).cast(pl.Int128).sum()


def stated_sum(column: str) -> pl.Expr:
    """``exact_sum``, but NULL when every value is NULL: what nobody states is unknown, which is not 0."""
    return pl.when(pl.col(column).count() > 0).then(exact_sum(column)).alias(column)


def is_bounded() -> pl.Expr:
    """Whether a record has no exact price, but one that lies in a known range."""
    return pl.col("list_cost_low_fusd").is_not_null() & pl.col("list_cost_fusd").is_null()


def is_unpriced() -> pl.Expr:
    """Whether nothing is known of what a record costs."""
    return pl.col("unpriced_reason").is_not_null() & ~is_bounded()


def local_day(tz: str) -> pl.Expr:
    """Calendar day of ``started_at`` in a time zone; NULL for undated calls."""
    return pl.col("started_at").dt.convert_time_zone(tz).dt.date()
