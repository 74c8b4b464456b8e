"""Speed and memory of the analyses on priced calls: ``python benchmarks/analyse_calls.py [ROWS]``.

Writes seeded calls with their charges to a temporary Parquet file, then runs each analysis in a process of its own, five
times in turn, and prints medians. Pricing is not part of it (``price_charges.py`` measures that).
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from logcost.analyse import quality, shape, spend

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 5
NAMES = ("spend", "shape", "quality")


def draw(rows: int, seed: int, below: int) -> pl.Expr:
    """``rows`` numbers in [0, below), the same for the same seed."""
    return (pl.int_range(rows, dtype=pl.UInt64).hash(seed) % below).cast(pl.Int64)


def write(path: Path, rows: int) -> None:
    """Calls of one month over 7 models, 23 workloads and 5 projects."""
    start = pl.lit(datetime(2026, 10, 1, tzinfo=UTC))
    frame = pl.LazyFrame().select(
        started_at=(start + pl.duration(seconds=draw(rows, 1, 31 * 86_400))).cast(pl.Datetime("us", "UTC")),
        grain=pl.lit("request"),
        requests=pl.lit(1, dtype=pl.Int64),
        provider=pl.lit("openai"),
        model=pl.format("model-{}", draw(rows, 2, 7)),
        workload=pl.format("workload-{}", draw(rows, 3, 23)),
        project=pl.format("project-{}", draw(rows, 4, 5)),
        input_tokens=draw(rows, 5, 20_000) + 1,
        cache_read_input_tokens=pl.lit(0, dtype=pl.Int64),
        output_tokens=draw(rows, 6, 3_000) + 1,
    )
    frame.sink_parquet(path)


def run(name: str, path: Path) -> None:
    """One analysis; prints seconds and peak megabytes as JSON."""
    costs = {
        "input_cost_fusd": pl.col("input_tokens").cast(pl.Int128) * 10**9,
        "output_cost_fusd": pl.col("output_tokens").cast(pl.Int128) * (4 * 10**9),
    }
    calls = pl.scan_parquet(path).with_columns(**costs)
    calls = calls.with_columns(list_cost_fusd=pl.col("input_cost_fusd") + pl.col("output_cost_fusd"))
    analyses: dict[str, Callable[[], object]] = {
        "spend": lambda: spend.review(calls),
        "shape": lambda: shape.review(calls),
        "quality": lambda: quality.review(calls, []),
    }
    start = time.perf_counter()
    analyses[name]()
    seconds = time.perf_counter() - start
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def main() -> None:
    """Write the calls, run all analyses in turn, print medians."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calls.parquet"
        # In a process of its own: a child inherits its parent's peak memory.
        subprocess.run([sys.executable, __file__, "--write", str(rows), str(path)], check=True)
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in NAMES}
        for _ in range(RUNS):
            for name in NAMES:
                command = [sys.executable, __file__, "--run", name, str(path)]
                found[name].append(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    for name, figures in found.items():
        seconds, peak = (statistics.median(column) for column in zip(*figures, strict=True))
        print(f"{name}: {rows:,} calls in {seconds:.2f} s, {rows / seconds / 1e6:.1f} M/s, {peak:.0f} MB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(sys.argv[2], Path(sys.argv[3]))
    elif sys.argv[1:2] == ["--write"]:
        write(Path(sys.argv[3]), int(sys.argv[2]))
    else:
        main()
