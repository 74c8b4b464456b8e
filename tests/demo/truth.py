"""What the sample month really cost, found without the product: plain JSON, a dictionary by id, and rates typed in by hand."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# USD per million tokens: input, cache read, cache write (5 minutes), output. Published list prices of October 2026.
RATES = {
    "claude-haiku-4-5": ("1", "0.1", "1.25", "5"),
    "claude-opus-5": ("5", "0.5", "6.25", "25"),
    "claude-opus-5-5": ("4", "0.2", "5", "20"),
    "claude-sonnet-5": ("2", "0.2", "2.5", "10"),
    "claude-sonnet-5-5": ("2", "0.1", "2.5", "10"),
    "gemini-3.5-flash-lite": ("0.3", "0.03", "0", "2.5"),
    "gemini-3.8-flash": ("0.75", "0.075", "0", "3.75"),
    "gpt-5-mini-2025-08-07": ("0.25", "0.025", "0", "2"),
    "gpt-5.6-sol": ("4", "0.4", "5", "20"),
    "gpt-5.6-terra": ("2", "0.2", "2.5", "12"),
}
PRICE_CUT = {"claude-sonnet-5-5": ("2026-10-07", ("2", "0.2", "2.5", "10"))}
"""Rates before a day, where a price changed within the month."""
UNPRICED = "ft:gpt-5.6-luna-2026-07-09:northwind:router-v3:CxA81kQ2"


@dataclass(frozen=True)
class Billed:
    """One billed call: tokens by what they cost."""

    day: str
    model: str
    workload: str | None
    uncached: int
    read: int
    written: int
    output: int

    @property
    def cost(self) -> Decimal | None:
        if self.model == UNPRICED:
            return None
        until, before = PRICE_CUT.get(self.model, ("", RATES[self.model]))
        rates = before if self.day < until else RATES[self.model]
        counts = (self.uncached, self.read, self.written, self.output)
        return sum((Decimal(rate) * count for rate, count in zip(rates, counts, strict=True)), Decimal(0)) / 1_000_000


def october(logs: Path) -> list[Billed]:
    """Every billed call of October once."""
    found: dict[str, Billed] = {}
    for path in sorted((logs / "gateway").iterdir()):
        found |= {row["dedup_key"]: _canonical(row) for row in records(path)}
    for path in sorted(logs.glob("anthropic/*")):
        bodies = ((row["ts"], row.get("workload"), row["response"]["body"]) for row in records(path))
        found |= {body["id"]: _messages(at, workload, body) for at, workload, body in bodies if "usage" in body}
    for path in sorted((logs / "claude-code").rglob("*.jsonl")):
        for row in records(path):
            if row["type"] == "assistant":  # The last row of an answer has its final count.
                found[row["message"]["id"]] = _messages(row["timestamp"], None, row["message"])
    for path in sorted(logs.glob("openai/*")):
        for row in records(path):
            if billed := _openai(row):
                found[row["response"]["body"]["id"]] = billed
    return [*found.values(), *_google(logs / "google")]


def records(path: Path) -> Iterator[dict[str, Any]]:
    """Whole JSON lines of a file."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for line in content.splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def requests_by_workload(calls: list[Billed]) -> Counter[str | None]:
    return Counter(call.workload for call in calls)


def _canonical(row: dict[str, Any]) -> Billed:
    read, written = int(row["cache_read_input_tokens"]), int(row.get("cache_creation_5m_input_tokens", 0))
    uncached = int(row["input_tokens"]) - read - written
    output = int(row["output_tokens"])
    return Billed(row["started_at"][:10], row["response_model"], row["workload"], uncached, read, written, output)


def _messages(at: str, workload: str | None, body: dict[str, Any]) -> Billed:
    usage = body["usage"]
    read, written = usage["cache_read_input_tokens"], usage["cache_creation_input_tokens"]
    return Billed(at[:10], body["model"], workload, usage["input_tokens"], read, written, usage["output_tokens"])


def _openai(row: dict[str, Any]) -> Billed | None:
    body = row.get("response", {}).get("body", {})
    usage = body.get("usage", {})
    prompt = usage.get("prompt_tokens", usage.get("input_tokens"))
    if not isinstance(prompt, int) or prompt < 0:
        return None
    output = usage.get("completion_tokens", usage.get("output_tokens"))
    return Billed(row["ts"][:10], body["model"], row.get("workload"), prompt, 0, 0, output)


def _google(folder: Path) -> Iterator[Billed]:
    import polars as pl

    copies = pl.read_parquet(folder / "product-copy.parquet").with_columns(pl.col("started_at").dt.to_string("iso"))
    yield from map(_canonical, copies.to_dicts())
    with (folder / "search-rewrite.csv").open(encoding="utf-8") as text:
        yield from map(_canonical, csv.DictReader(text))
