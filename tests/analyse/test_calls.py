"""Priced calls: ledger, period and price book put together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from logcost import schema
from logcost.analyse.calls import priced_calls
from logcost.price import PriceBook
from logcost.store import Ledger
from logcost.types import Period

if TYPE_CHECKING:
    from collections.abc import Iterator

OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """Calls at and just before both ends of October, and one without a time."""
    instants = [OCTOBER - timedelta(microseconds=1), OCTOBER, NOVEMBER - timedelta(microseconds=1), NOVEMBER, None]
    rows = pl.DataFrame(
        {
            "started_at": instants,
            "grain": "request",
            "requests": 1,
            "provider_name": "openai",
            "request_model": ["alias", "alias", None, "gpt-4o-2024-08-06", None],
            "response_model": ["gpt-4o-2024-08-06", None, "gpt-4o-2024-08-06", None, None],
            "input_tokens": 1_000_000,
            "output_tokens": 0,
            "source_id": 1,
            "source_line": [1, 2, 3, 4, 5],
        },
        schema_overrides={"started_at": pl.Datetime("us", "UTC"), "request_model": pl.String, "response_model": pl.String},
    )
    with Ledger() as opened:
        opened.append("usage_record", rows)
        yield opened


@pytest.mark.parametrize(
    ("period", "lines"),
    [
        (Period(), [1, 2, 3, 4, 5]),
        (Period(OCTOBER, NOVEMBER), [2, 3]),
        (Period(OCTOBER, None), [2, 3, 4]),
        (Period(None, OCTOBER), [1]),
        (Period(NOVEMBER, OCTOBER), []),
    ],
)
def test_the_period_is_half_open_and_undated_calls_belong_to_none(ledger: Ledger, period: Period, lines: list[int]) -> None:
    found = priced_calls(ledger, PriceBook.load(), period).select("source_line").collect()
    assert sorted(found["source_line"]) == lines


def test_columns_and_prices(ledger: Ledger) -> None:
    frame = priced_calls(ledger, PriceBook.load()).collect().sort("source_line")
    assert set(frame.columns) == {*schema.column_names("usage_record"), *schema.CHARGE_COLUMNS, "provider", "model"}
    assert frame["model"].to_list() == ["gpt-4o-2024-08-06", "alias", "gpt-4o-2024-08-06", "gpt-4o-2024-08-06", None]
    assert frame["provider"].unique().to_list() == ["openai"]
    # 2.50 USD per million input tokens since 2024-08-06.
    assert frame["list_cost_fusd"].to_list() == [25 * 10**14, None, 25 * 10**14, 25 * 10**14, None]
    assert frame["unpriced_reason"].is_null().to_list() == [True, False, True, True, False]


def test_the_frame_can_be_collected_again_and_reads_only_what_is_asked(ledger: Ledger) -> None:
    frame = priced_calls(ledger, PriceBook.load())
    assert frame.select("model").collect(engine="streaming").height == frame.select(pl.len()).collect().item() == 5
