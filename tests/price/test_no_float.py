"""No float in the money path: every schema from the price file to the report's totals is walked."""

from __future__ import annotations

import dataclasses
import typing
from decimal import Decimal
from typing import Any

import msgspec
import polars as pl
import pytest

from logcost import schema, spending, types
from logcost.contract import grammar as contract
from logcost.price import PriceBook, charges, grammar, price
from logcost.price.plan import Seen, plan

USAGE = pl.LazyFrame(schema=schema.polars_schema("usage_record"))
MONEY = ("cost", "usd", "spend", "amount", "low", "high", "saving", "rate", "price", "percent")
SHARES = ("share", "relative", "hit", "growth")


def dtypes(found: Any) -> list[pl.DataType]:
    """A type with all types inside it."""
    inner = [one for one in (getattr(found, "inner", None), getattr(found, "key", None), getattr(found, "value", None)) if one]
    return [found, *(each for one in inner for each in dtypes(one))]


def structs(module: Any) -> list[type[msgspec.Struct]]:
    found = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, msgspec.Struct)]
    return [one for one in found if one.__module__ == module.__name__]


def words(hint: object) -> set[object]:
    """All types that a type hint names."""
    return {hint, *(word for one in typing.get_args(hint) for word in words(one))}


def test_every_frame_from_usage_to_cost_is_free_of_floats() -> None:
    usage = {**schema.polars_schema("usage_record"), **charges(USAGE, PriceBook.load()).collect_schema()}
    money = price(USAGE).collect_schema()
    walked = {name: [dtype for dtype in dtypes(one) if dtype.is_float()] for name, one in {**usage, **money}.items()}
    assert [name for name, floats in walked.items() if floats] == []
    assert {str(money[name]) for name in money if name.endswith("_cost") and name != "reported_cost"} == {
        "Decimal(precision=38, scale=15)"
    }


def test_rates_are_whole_numbers_in_the_small_tables_of_the_join() -> None:
    seen = Seen(("openai", "gpt-5", None, None, None, None), "openai", "gpt-5", None, None, None, None, undated=True)
    made = plan([seen], PriceBook.load())
    rates = made.rates.frame().schema
    assert {
        dtype for name, dtype in rates.items() if name not in {"_row", "said", "why", "lacking"} and not name.startswith("price_")
    } == {pl.Int64()}
    assert [name for name, dtype in rates.items() if dtype.is_float()] == []


def test_ledger_columns_hold_no_doubles() -> None:
    kinds = {column.sql_type for columns in schema.TABLES.values() for column in columns}
    assert not [kind for kind in kinds if "DOUBLE" in kind or "FLOAT" in kind or "REAL" in kind]


@pytest.mark.parametrize("struct", [*structs(grammar), *structs(contract)], ids=lambda struct: struct.__name__)
def test_price_files_are_read_without_floats(struct: type[msgspec.Struct]) -> None:
    assert all(float not in words(hint) for hint in typing.get_type_hints(struct).values())


@pytest.mark.parametrize("module", [types, spending], ids=lambda module: module.__name__)
def test_results_hold_money_as_decimals(module: Any) -> None:
    classes = [one for one in vars(module).values() if dataclasses.is_dataclass(one) or hasattr(one, "__struct_fields__")]
    hints = {
        (one.__name__, name): hint
        for one in classes
        for name, hint in getattr(one, "__annotations__", {}).items()
        if any(word in name for word in MONEY) and not any(word in name for word in SHARES)
    }
    assert [name for name, hint in hints.items() if "float" in str(hint)] == []
    assert any("Decimal" in str(hint) for hint in hints.values())


def test_the_walk_finds_a_float() -> None:
    assert [one for one in dtypes(pl.List(pl.Struct({"a": pl.Int64})).inner) if one.is_float()] == []
    assert [one for one in dtypes(pl.List(pl.Float64())) if one.is_float()] == [pl.Float64()]
    assert float in words(dict[str, list[float]])
    assert float not in words(dict[str, Decimal])
