"""The query that prices a frame stays small: planning it must not cost more than running it over a small month."""

from __future__ import annotations

import polars as pl

from logcost import schema
from logcost.price import PriceBook, charges

LONGEST_PLAN = 100_000
"""Characters of the explained query over every column of the ledger; it has about 45,000."""


def test_no_condition_is_repeated_for_every_reason() -> None:
    usage = pl.LazyFrame(schema=schema.polars_schema("usage_record"))
    assert len(charges(usage, PriceBook.load()).explain(optimized=False)) < LONGEST_PLAN
