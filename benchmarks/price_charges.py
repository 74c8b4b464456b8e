"""How fast ``charges`` prices calls, and in how much memory: ``python benchmarks/price_charges.py [ROWS]``.

Writes seeded synthetic calls to temporary Parquet files of up to ten million rows, then prices them in a fresh process, from the
files and streaming.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from benchmarks.measure import peak_mb

MODELS = (
    ("openai", "gpt-4o-mini"),
    ("openai", "gpt-5.4"),
    ("openai", "gpt-5.6-luna"),
    ("openai", "gpt-5.6-sol"),
    ("anthropic", "claude-sonnet-4-5-20250929"),
    ("anthropic", "claude-opus-4-6"),
    ("anthropic", "claude-haiku-4-5"),
    ("gcp.gemini", "gemini-2.5-pro"),
    ("gcp.gemini", "gemini-2.5-flash"),
)


LARGEST = 10_000_000
"""Rows a file."""


def draw(rows: int, seed: int, below: int) -> pl.Expr:
    """``rows`` numbers in [0, below), the same for the same seed."""
    return (pl.int_range(rows, dtype=pl.UInt64).hash(seed) % below).cast(pl.Int64)


def write(path: Path, rows: int, part: int = 0) -> None:
    """A Parquet file of calls over half a year, a third of them with cached tokens; another ``part``, other calls."""
    models = pl.DataFrame(MODELS, schema=["provider_name", "response_model"], orient="row").with_row_index("which")
    tiers = pl.Series([None, None, None, None, None, None, "standard", "standard", "default", "batch"], dtype=pl.String)
    start = datetime(2026, 5, 1, tzinfo=UTC)
    drawn = pl.select(
        which=draw(rows, 10 * part + 1, len(MODELS)).cast(pl.UInt32),
        started_at=pl.lit(start) + pl.duration(seconds=draw(rows, 10 * part + 2, 180 * 86_400)),
        service_tier=pl.lit(tiers).gather(draw(rows, 10 * part + 3, len(tiers))),
        input_tokens=draw(rows, 10 * part + 4, 60_000) + 10,
        output_tokens=draw(rows, 10 * part + 5, 4_000),
        cached=draw(rows, 10 * part + 6, 3) == 0,
    ).with_columns(cache_read_input_tokens=pl.col("input_tokens") // 2 * pl.col("cached"))
    drawn.join(models, on="which", maintain_order="left").drop("which", "cached").write_parquet(path)


def price(path: Path) -> dict[str, float]:
    """Price the file in this process; seconds, and peak resident memory above that after the imports."""
    from logcost.price import PriceBook, charges

    base = peak_mb()
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    priced = charges(pl.scan_parquet(path), PriceBook.load())
    totals = priced.select(
        pl.len(), pl.col("list_cost_fusd").sum(), unpriced=pl.col("unpriced_reason").is_not_null().sum()
    ).collect(engine="streaming")
    after = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "rows": totals["len"][0],
        "unpriced": totals["unpriced"][0],
        "usd": int(totals["list_cost_fusd"][0]) // 10**15,
        "seconds": round(time.perf_counter() - began, 3),
        "cpu_seconds": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 3),
        "peak_mb": peak_mb(),
        "after_imports_mb": base,
    }


def main() -> None:
    """Write, price in a child process, print one line of JSON."""
    if len(sys.argv) == 3 and sys.argv[1] == "--price":  # noqa: PLR2004 -- program, flag, path
        print(json.dumps(price(Path(sys.argv[2]))))
        return
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
    with tempfile.TemporaryDirectory() as folder:
        for part, first in enumerate(range(0, rows, LARGEST)):
            write(Path(folder) / f"{part}.parquet", min(LARGEST, rows - first), part)
        path = Path(folder) / "*.parquet"
        result = json.loads(subprocess.check_output([sys.executable, __file__, "--price", str(path)]))
    print(json.dumps({**result, "rows_per_second": round(result["rows"] / result["seconds"])}))


if __name__ == "__main__":
    main()
