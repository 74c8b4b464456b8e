"""Priced calls made by hand, written as a fixture would: seconds, blocks and the counts that matter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from logcost.analyse.caching.applied import Applied
from logcost.analyse.frames import column_types

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from logcost.types import CachingRow

START = datetime(2026, 10, 1, tzinfo=UTC)
RATE = 10**9
"""1 USD per million tokens, in femto-USD per token."""
BLOCK = 512


def chained(blocks: Sequence[str]) -> list[str]:
    """Each block's hash stands for all blocks up to it."""
    return ["/".join(blocks[: i + 1]) for i in range(len(blocks))]


_LISTS = {"content": "prefix_content_hashes", "parts": "prefix_block_parts"}


def call(at: float = 0, blocks: Sequence[str] | None = None, **fields: Any) -> dict[str, Any]:
    """One call ``at`` seconds; ``blocks`` of 512 tokens and 100 tokens of tail make its input, unless that is given.

    ``masked``: the blocks with volatile tokens masked (chained here), ``content``: their own hashes, ``parts``: theirs.
    """
    if "masked" in fields:
        fields["prefix_masked_hashes"] = chained(fields.pop("masked"))
    fields |= {column: fields.pop(name) for name, column in _LISTS.items() if name in fields}
    row: dict[str, Any] = {"started_at": START + timedelta(seconds=at), "grain": "request", "requests": 1}
    if blocks is not None:
        row |= {"prefix_hashes": chained(blocks), "prefix_block_tokens": [BLOCK], "input_tokens": BLOCK * len(blocks) + 100}
    return row | {"provider": "anthropic", "model": "claude-sonnet-4-5", "cache_read_input_tokens": 0, "workload": "bot"} | fields


def calls(rows: Iterable[Mapping[str, Any]], *, priced: bool = True) -> pl.LazyFrame:
    """A frame as ``priced_calls`` gives it, at 1 USD per million tokens, 0.1 for reads, 1.25 and 2 for writes."""
    complete = [_rates(row) if priced else dict(row) for row in rows]
    for number, row in enumerate(complete, start=1):
        row.setdefault("source_id", 1)
        row.setdefault("source_line", number)
    types = column_types()
    return pl.DataFrame([{name: row.get(name) for name in types} for row in complete], schema=types, orient="row").lazy()


def counts(frame: pl.LazyFrame, row: CachingRow) -> pl.DataFrame:
    """What each call of a row reads and writes under the row's way of caching."""
    return Applied(frame, lambda made: made).counts(row)


def _rates(row: Mapping[str, Any]) -> dict[str, Any]:
    short, long = row.get("cache_creation_5m_input_tokens") or 0, row.get("cache_creation_1h_input_tokens") or 0
    return {
        "input_rate_fusd": RATE,
        "cache_read_rate_fusd": RATE // 10,
        "cache_write_rate_fusd": RATE * 5 // 4,
        "cache_write_cost_fusd": short * RATE * 5 // 4 + long * RATE * 2,
        **row,
    }
