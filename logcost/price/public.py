"""``price``: list cost of any usage frame in Decimal USD."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.errors import UsageError
from logcost.price.book import PriceBook
from logcost.price.charge import charges

if TYPE_CHECKING:
    from datetime import datetime

COSTS: Final = {
    "list_cost": "list_cost_fusd",
    "list_cost_low": "list_cost_low_fusd",
    "list_cost_high": "list_cost_high_fusd",
    "input_cost": "input_cost_fusd",
    "cache_read_cost": "cache_read_cost_fusd",
    "cache_write_cost": "cache_write_cost_fusd",
    "output_cost": "output_cost_fusd",
    "unit_cost": "unit_cost_fusd",
}


def price(usage: pl.DataFrame | pl.LazyFrame, at: datetime | None = None, prices: PriceBook | None = None) -> pl.LazyFrame:
    """What each call costs at the price that was valid when it was made.

    ``usage``: one row per call or bucket, with the columns of the ledger's ``usage_record`` (docs/schema.md); a model and
    a token count are needed for a price, everything else is optional. Counts are inclusive: ``input_tokens`` contains the
    cached ones. ``at``: price all rows with the rates of that instant. ``prices``: another book than the shipped one.

    Adds ``list_cost`` and its parts ``input_cost``, ``cache_read_cost``, ``cache_write_cost``, ``output_cost`` and
    ``unit_cost`` as Decimal(38, 15) USD, exact and never rounded; ``price_id``; and ``unpriced_reason``, which is NULL
    for a priced row. An unpriced row has NULL costs, never 0. No row is lost; the order is kept. A row that sums calls which
    may not all have had the same price has no ``list_cost`` but ``list_cost_low`` and ``list_cost_high``, the least and the
    most that it can have cost.

    Raises ``MissingColumnError`` when no column names the model, and ``UsageError`` when a column has a type that cannot be
    priced or the name of one that pricing adds.
    """
    frame = usage.lazy()
    columns = frame.collect_schema().names()
    if priced := sorted(COSTS.keys() & set(columns)):
        raise UsageError(
            f"{', '.join(priced)} would be added by pricing and is in the frame already.", remedy="Drop or rename it."
        )
    charged = charges(frame, prices or PriceBook.load(), at=at)
    costs = {name: _usd(pl.col(fusd)) for name, fusd in COSTS.items()}
    return charged.select(*columns, **costs, price_id="price_id", unpriced_reason="unpriced_reason")


def _usd(fusd: pl.Expr) -> pl.Expr:
    """Femto-USD as Decimal USD: the digits stay, the point moves (a cast to a scale would multiply first and overflow)."""
    return fusd.cast(pl.Decimal(38, 0)) * pl.lit(Decimal("1e-15")).cast(pl.Decimal(38, 15))
