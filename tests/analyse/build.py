"""Priced calls made by hand: the columns of the ledger and of ``price``, everything not named unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from logcost.analyse.frames import column_types

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

INPUT_RATE = 1_000_000_000
"""1 USD per million tokens, in femto-USD per token; output costs four times that."""
OUTPUT_RATE = 4 * INPUT_RATE


def calls(rows: Sequence[Mapping[str, Any]]) -> pl.LazyFrame:
    """One priced call per row; costs follow from the tokens at 1:4 unless ``unpriced_reason`` is given."""
    return pl.DataFrame([_complete(row) for row in rows], schema=column_types(), orient="row").lazy()


def _complete(row: Mapping[str, Any]) -> dict[str, Any]:
    known = {"grain": "request", "requests": 1, **row}
    if "list_cost_fusd" not in row and "unpriced_reason" not in row:
        known["input_cost_fusd"] = INPUT_RATE * (row.get("input_tokens") or 0)
        known["output_cost_fusd"] = OUTPUT_RATE * (row.get("output_tokens") or 0)
        known["list_cost_fusd"] = known["input_cost_fusd"] + known["output_cost_fusd"]
    return {name: known.get(name) for name in column_types()}


def traffic(pairs: Sequence[tuple[int, int]], **same: str) -> pl.LazyFrame:
    """Many calls of (input, output) tokens at 1:4 prices, with only the columns that the traffic shape needs."""
    frame = pl.DataFrame(pairs, schema={"input_tokens": pl.Int64, "output_tokens": pl.Int64}, orient="row").lazy()
    tokens = pl.col("input_tokens", "output_tokens").cast(pl.Int128)
    costs = frame.with_columns(
        (tokens * pl.lit(INPUT_RATE)).name.map(lambda name: name.replace("_tokens", "_cost_fusd")),
        grain=pl.lit("request"),
        **{name: pl.lit(value) for name, value in same.items()},
    ).with_columns(pl.col("output_cost_fusd") * 4)
    return costs.with_columns(list_cost_fusd=pl.col("input_cost_fusd") + pl.col("output_cost_fusd"))
