"""Calls priced by the shipped price book, written as a fixture would: seconds since 1 October 2026 and the counts that matter."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from logcost import schema
from logcost.price import PriceBook, charges
from tests.analyse.caching.made import BLOCK, START, chained

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

BOOK = PriceBook.load()


def record(at: float = 0, blocks: Sequence[str] | None = None, tail: int = 100, **fields: Any) -> dict[str, Any]:
    """One call ``at`` seconds; ``blocks`` of 512 tokens and a tail make its input, unless that is given."""
    row: dict[str, Any] = {"started_at": START + timedelta(seconds=at), "grain": "request", "requests": 1, "workload": "bot"}
    row |= {"provider_name": "anthropic", "response_model": "claude-sonnet-4-5", "output_tokens": 100}
    if blocks is not None:
        row |= {"prefix_hashes": chained(blocks), "prefix_block_tokens": [BLOCK], "input_tokens": BLOCK * len(blocks) + tail}
        row |= {"cache_read_input_tokens": 0}
    return row | fields


def priced(rows: Iterable[Mapping[str, Any]]) -> pl.LazyFrame:
    """A frame as ``priced_calls`` gives it."""
    types = schema.polars_schema("usage_record")
    complete = [{"source_id": 1, "source_line": number, **row} for number, row in enumerate(rows, start=1)]
    frame = pl.DataFrame([{name: row.get(name) for name in types} for row in complete], schema=types, orient="row")
    names = {"provider": pl.col("provider_name"), "model": pl.coalesce("response_model", "request_model")}
    return charges(frame.lazy(), BOOK).with_columns(**names).collect().lazy()


def repeated(groups: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Groups of calls, as in the fixtures of the findings: ``repeat`` calls ``every`` seconds from second ``at``."""
    made = []
    for group in groups:
        fields = {"at": 0, "repeat": 1, "every": 0, "days": 1, **group}
        start, count, every, days = (fields.pop(name) for name in ("at", "repeat", "every", "days"))
        for day in range(days):
            for i in range(count):
                own = {name: filled(value, i + day * count) for name, value in fields.items()}
                made.append(record(start + day * 86400 + i * every, **own))
    return made


def filled(value: object, i: int) -> Any:
    """``{i}`` counts the calls; ``{i7}`` counts modulo 7; what is under ``cycle`` is taken in turn, ``many`` times each."""
    if isinstance(value, list):
        return [filled(item, i) for item in value]
    if isinstance(value, dict):
        turns = value.get("cycle") or [one for one, times in value["many"].items() for _ in range(times)]
        return turns[i % len(turns)]
    return value.format(i=i, i7=i % 7) if isinstance(value, str) else value
