"""The book agrees with the public tables on their plain current prices, and every difference is judged."""

from __future__ import annotations

import csv
import importlib
import sys
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from logcost import resources
from logcost.price import PriceBook

sys.path.insert(0, str(resources.path("pricing", "tools", "import_tables.py").parent))
extract: Any = importlib.import_module("extract_tables")

HERE = Path(__file__).parent / "agreement"
BOOK = PriceBook.load()
AT = datetime(2026, 11, 22, tzinfo=UTC)
TABLES = ("genai-prices", "litellm")
UNPRICED = [tuple(row) for row in csv.reader((HERE / "unpriced.csv").read_text(encoding="utf-8").splitlines())]
JUDGED = [tuple(row) for row in csv.reader((HERE / "judged.csv").read_text(encoding="utf-8").splitlines())]


@pytest.fixture(scope="module")
def ours() -> Any:
    return extract.our_rates(BOOK, AT)


def agreement(ours: Any = None) -> dict[str, tuple[int, int]]:
    """Table -> how many rates that both state are the same, and how many are not."""
    rates = ours or extract.our_rates(BOOK, AT)
    counted: dict[str, tuple[int, int]] = {}
    for table in TABLES:
        counts: Counter[bool] = Counter()
        for provider, name, meter, rate, _ in extract.read(table):
            model = extract.looked_up(BOOK, AT, provider, name) if meter else None
            mine = rates.get(model, {}).get(meter) if model else None
            if mine is not None:
                counts[mine == Decimal(rate)] += 1
        counted[table] = (counts[True], counts[False])
    return counted


def test_at_least_98_percent_of_the_rates_that_both_state_are_the_same(ours: Any) -> None:
    for table, (same, other) in agreement(ours).items():
        assert same >= 6000, table
        assert same >= 0.98 * (same + other), (table, same, other)


def test_every_difference_is_judged_and_nothing_else_is() -> None:
    found = {row for table in TABLES for row in extract.differences(BOOK, AT, table, extract.read(table))}
    listed = {row[:6] for row in JUDGED[1:]}
    assert JUDGED[0] == extract.JUDGED
    assert sorted(found - listed) == [], "run pricing/tools/extract_tables.py --judge and judge the new ones"
    assert sorted(listed - found) == [], "these do not differ any more"
    assert [row for row in JUDGED[1:] if len(row[6]) < len("the same price")] == [], "say why the book keeps its own rate"


@pytest.mark.parametrize(("table", "floor"), [("genai-prices", 0.94), ("litellm", 0.96)])
def test_nearly_every_name_of_a_table_has_a_price(table: str, floor: float) -> None:
    rows = extract.read(table)
    named = {(provider, name) for provider, name, meter, _, _ in rows if meter}
    missing = list(extract.unpriced(BOOK, AT, table, rows))
    assert len(named) - len(missing) >= floor * len(named), len(missing)


def test_every_name_without_a_price_has_its_reason_and_nothing_else_is_listed() -> None:
    missing = {row for table in TABLES for row in extract.unpriced(BOOK, AT, table, extract.read(table))}
    listed = {row[:3] for row in UNPRICED[1:]}
    assert UNPRICED[0] == extract.UNPRICED
    assert sorted(missing - listed) == [], "run pricing/tools/extract_tables.py --judge and say why"
    assert sorted(listed - missing) == [], "these have a price by now: run pricing/tools/extract_tables.py --judge"
    assert [row for row in UNPRICED[1:] if not row[3]] == [], "say why it has no price"


@pytest.mark.parametrize("table", TABLES)
def test_entries_that_are_no_prices_say_why(table: str) -> None:
    rows = extract.read(table)
    assert rows == sorted(rows)
    assert all(bool(meter) == (not why) and bool(meter) == bool(rate) for _, _, meter, rate, why in rows)
    without = Counter(why for _, _, _, _, why in rows if why)
    assert without.total() < 0.2 * len(rows), without
