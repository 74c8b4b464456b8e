"""From ledger and price book to priced calls: the one input of every analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.types import Period

if TYPE_CHECKING:
    from datetime import datetime

    from logcost.price import PriceBook
    from logcost.store import Ledger

ALL_TIME: Final = Period()


def priced_calls(ledger: Ledger, book: PriceBook, period: Period = ALL_TIME, *, at: datetime | None = None) -> pl.LazyFrame:
    """Usage records that start in the half-open period, with ``provider``, ``model`` and ``schema.CHARGE_COLUMNS``.

    One row in, one row out, unpriced ones included; streams, and reads only the columns a query uses. Undated rows belong
    to no period, so they come only when it is unbounded on both sides. ``at`` prices every call at that instant instead
    of its own.
    """
    from logcost.price import charges

    usage = ledger.scan("usage_record", where=_within(period))
    return charges(usage, book, at=at).with_columns(
        pl.col("provider_name").alias("provider"), pl.coalesce("response_model", "request_model").alias("model")
    )


def _within(period: Period) -> str:
    bounds = (("started_at >=", period.start), ("started_at <", period.end))
    return " AND ".join(f"{condition} TIMESTAMPTZ '{at.isoformat()}'" for condition, at in bounds if at is not None)
