"""Calls without a model or without a price: loaded, never counted as 0, and told with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl
import pytest

from logcost.analyse.calls import priced_calls
from logcost.ingest import ingest
from logcost.price import PriceBook
from logcost.store import Ledger

GALLERY: Final = Path(__file__).parent / "gallery"


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("no-model", "no-model"),
        ("no-price", "unknown-model"),
    ],
)
def test_the_call_stays_unpriced_with_its_reason_and_the_other_is_priced(case: str, reason: str) -> None:
    with Ledger() as ledger:
        ingest(ledger, [GALLERY / case / "calls.jsonl"])
        calls = priced_calls(ledger, PriceBook.load()).sort("source_line").collect()
    without, priced = calls["list_cost_fusd"].to_list()
    assert without is None
    assert priced > 0
    assert calls["unpriced_reason"].to_list() == [reason, None]
    assert calls["input_tokens"].to_list() == [100, 100]
    assert calls.schema["list_cost_fusd"] == pl.Int128()
