"""The ratio histogram against the same GROUP BY in DuckDB: ``python benchmarks/shape_vs_duckdb.py [ROWS] [--runs N]``.

Priced calls of 50 workloads over 31 days, with one model each and one or two keys, in a Parquet file. Both sides make the table
of (kind, day, provider, model, workload, key, bin) with the same sums, each in a process of its own that measures itself after
its imports: ours is ``histogram.table``, the other one SQL with HUGEINT sums. Both must give the same calls, spend and cells.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import alternate, inside, run, show, timed

if TYPE_CHECKING:
    from collections.abc import Sequence

BAR = 1.2
RATE = 10**9
"""Femto-USD per input token; output costs four times that."""

CALLS = """
COPY (
    SELECT TIMESTAMPTZ '2026-10-01 00:00:00+00' + to_seconds((i * 31.0 * 86400 / {rows})::BIGINT) AS started_at,
        'request' AS grain, 'openai' AS provider, 'model-' || (w % 7) AS model, 'workload-' || w AS workload,
        'key-' || ((w + hash(5 * i + 3) % 2) % 9) AS api_key_id,
        greatest(1, pow(2, 9 + w % 5 + 0.8 * a)::BIGINT) AS input_tokens,
        greatest(1, pow(2, 6 + w % 7 + 0.8 * b)::BIGINT) AS output_tokens
    FROM (
        SELECT i, (hash(3 * i + 2) % 50)::INT AS w,
            ((hash(7 * i + 1) % 1000 + hash(7 * i + 2) % 1000 + hash(7 * i + 3) % 1000) / 1000.0 - 1.5) * 2 AS a,
            ((hash(11 * i + 1) % 1000 + hash(11 * i + 2) % 1000 + hash(11 * i + 3) % 1000) / 1000.0 - 1.5) * 2 AS b
        FROM range({rows}) numbers(i)
    )
) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 250000)
"""

TABLE = """
CREATE TABLE shape AS
SELECT kind, day, provider, model, workload, api_key_id, k, count(*) AS calls, sum(input) AS input, sum(output) AS output,
    sum(tokens * tokens) AS tokens_squares, count(spend) AS priced, sum(input_cost) AS input_cost,
    sum(output_cost) AS output_cost, sum((spend // 1000) * (spend // 1000)) AS spend_squares,
    sum(CASE WHEN 5 * input_cost >= 4 * spend THEN spend END) AS input_dominated,
    sum(CASE WHEN 5 * input_cost <= spend THEN spend END) AS output_dominated
FROM (
    SELECT *, input_cost + output_cost AS spend, input + output AS tokens FROM (
        SELECT started_at::DATE AS day, provider, model, workload, api_key_id,
            input_tokens::HUGEINT AS input, output_tokens::HUGEINT AS output,
            input_tokens::HUGEINT * {rate} AS input_cost, output_tokens::HUGEINT * {output_rate} AS output_cost,
            CASE WHEN grain = 'bucket' THEN 'not_request_level' WHEN output_tokens <= 0 THEN 'no_output'
                WHEN input_tokens <= 0 THEN 'no_input' ELSE 'ratio' END AS kind,
            round(8 * log2(input_tokens / output_tokens))::SMALLINT AS k
        FROM read_parquet('{path}')
    )
)
GROUP BY ALL
"""


def ours(path: str) -> dict[str, Any]:
    """The table by ``histogram.table``."""
    import polars as pl

    from logcost.analyse import histogram

    costs = {
        "input_cost_fusd": pl.col("input_tokens").cast(pl.Int128) * RATE,
        "output_cost_fusd": pl.col("output_tokens").cast(pl.Int128) * (4 * RATE),
    }

    def work() -> Sequence[Any]:
        calls = pl.scan_parquet(path).with_columns(**costs)
        calls = calls.with_columns(list_cost_fusd=pl.col("input_cost_fusd") + pl.col("output_cost_fusd"))
        table = histogram.table(calls)
        return table.height, table["calls"].sum(), sum(table["input_cost"].to_list()) + sum(table["output_cost"].to_list())

    return timed(work)


def duck(path: str) -> dict[str, Any]:
    """The same in SQL."""
    import duckdb

    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")

    def work() -> Sequence[Any]:
        # A table of its own: sums that nobody reads would not be made.
        con.execute(TABLE.format(path=path, rate=RATE, output_rate=4 * RATE))
        return con.execute("SELECT count(*), sum(calls), sum(input_cost + output_cost) FROM shape").fetchone() or ()

    return timed(work)


def main() -> None:
    """Write the calls, run both sides in turn, show the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("rows", nargs="?", type=int, default=100_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--side", nargs=2, metavar=("WHICH", "PATH"))
    given = parser.parse_args()
    if given.side:
        which, path = given.side
        print(json.dumps(ours(path) if which == "ours" else duck(path)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "calls.parquet")
        code = f"import duckdb; duckdb.connect().execute({CALLS.format(rows=given.rows, path=path)!r})"
        run([sys.executable, "-c", code])
        side = [sys.executable, __file__, "--side"]
        one, other = alternate([*side, "ours", path], [*side, "duckdb", path], given.runs, figures=inside)
        if one.result != other.result:
            sys.exit(f"the two differ: {one.result} and {other.result}")
        show(f"{given.rows:,} calls, {int(one.result[0]):,} cells", one, other, BAR)


if __name__ == "__main__":
    main()
