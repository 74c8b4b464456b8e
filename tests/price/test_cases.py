"""Dated facts, calculated by hand: tests/price/cases.csv and cases_hosts.csv list what must hold for ever.

The first has the three large makers and how rows are read, the second the other providers and the units beside tokens; there the
sum is written out in ``what``.
"""

from __future__ import annotations

import csv
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from logcost import schema
from logcost.price import PriceBook
from logcost.price import price as price_usage

FILES = ("cases.csv", "cases_hosts.csv")
CASES = [
    case for name in FILES for case in csv.DictReader((Path(__file__).parent / name).read_text(encoding="utf-8").splitlines())
]
COUNTS = {
    "input": "input_tokens",
    "cache_read": "cache_read_input_tokens",
    "cached_audio": "cache_read_audio_tokens",
    "cached_image": "cache_read_image_tokens",
    "write_5m": "cache_creation_5m_input_tokens",
    "write_30m": "cache_creation_30m_input_tokens",
    "write_1h": "cache_creation_1h_input_tokens",
    "write_12h": "cache_creation_12h_input_tokens",
    "unsplit": "cache_creation_unsplit_input_tokens",
    "output": "output_tokens",
    "reasoning": "reasoning_output_tokens",
    "audio_in": "input_audio_tokens",
    "images_in": "input_image_tokens",
    "video_in": "input_video_tokens",
    "audio_out": "output_audio_tokens",
    "images_out": "output_image_tokens",
    "searches": "web_search_requests",
}


def usage_row(case: dict[str, str]) -> dict[str, object]:
    """``units`` is ``name=count;name=count``; a case with ``ended_at`` sums calls."""
    counts = {column: int(case[short]) if case.get(short) else None for short, column in COUNTS.items()}
    units = [unit.split("=") for unit in case.get("units", "").split(";") if unit]
    return {
        "started_at": datetime.fromisoformat(case["at"]) if case["at"] else None,
        "ended_at": datetime.fromisoformat(case["ended_at"]) if case.get("ended_at") else None,
        "grain": "bucket" if case.get("ended_at") else "request",
        "provider_name": case["provider"] or None,
        "response_model": case["model"] or None,
        "service_tier": case["tier"] or None,
        "region": case["region"] or None,
        "other_units": [{"key": name, "value": int(count)} for name, count in units] or None,
        **counts,
    }


def expected(case: dict[str, str]) -> tuple[Decimal | None, str | None]:
    text = case["expected"]
    return (Decimal(text), None) if text[0].isdigit() else (None, text)


@pytest.fixture(scope="module")
def priced() -> pl.DataFrame:
    wanted = {name: dtype for name, dtype in schema.polars_schema("usage_record").items() if name in usage_row(CASES[0])}
    return price_usage(pl.DataFrame([usage_row(case) for case in CASES], schema=wanted)).collect()


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case["what"] for case in CASES])
def test_dated_fact(priced: pl.DataFrame, number: int) -> None:
    row = priced.row(number, named=True)
    assert (row["list_cost"], row["unpriced_reason"]) == expected(CASES[number])


def test_each_case_alone_gives_the_same_as_together(priced: pl.DataFrame) -> None:
    wanted = {name: dtype for name, dtype in schema.polars_schema("usage_record").items() if name in usage_row(CASES[0])}
    for number in range(0, len(CASES), 10):
        alone = price_usage(pl.DataFrame([usage_row(CASES[number])], schema=wanted)).collect()
        assert alone.row(0) == priced.row(number)


def test_the_book_is_read_once() -> None:
    assert PriceBook.load() is PriceBook.load()
