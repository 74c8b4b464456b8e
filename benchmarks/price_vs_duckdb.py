"""Pricing against the same job in DuckDB's SQL: ``python benchmarks/price_vs_duckdb.py [ROWS] [--runs N]``.

The same calls in the same Parquet file, priced three ways, each in a process of its own:

- ours: ``charges``, names resolved, dated, refused where a rate is not stated; sum of the list cost, rows with a reason.
- equi: SQL that has the distinct names listed, then joins a table of names, one of (name, number of price changes before the
  call) and one of rates. It makes the same checks and the same reasons and sums in HUGEINT.
- asof: the same, but the price in force is found by ``ASOF JOIN`` on the day of each price.

The small tables for DuckDB are made by our own plan before its clock starts. All three must give the same three numbers.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import alternate, inside, show, timed
from benchmarks.price_charges import write

if TYPE_CHECKING:
    import duckdb
    import polars as pl

BARS = {"equi": 1.4, "asof": 0.55}

CHECKED = """
SELECT count(*), sum(cost), count(reason) FROM (
    SELECT
        CASE WHEN reason IS NULL THEN
            uncached::HUGEINT * input + cached::HUGEINT * coalesce(cache_read, 0) + output_tokens::HUGEINT * output
        END AS cost,
        reason
    FROM (
        SELECT *, CASE
            WHEN _target IS NULL THEN 'unknown-model'
            WHEN input_tokens < 0 THEN 'impossible-counts: input_tokens (' || input_tokens || ') is negative'
            WHEN cached < 0 THEN 'impossible-counts: cache_read_input_tokens (' || cached || ') is negative'
            WHEN output_tokens < 0 THEN 'impossible-counts: output_tokens (' || output_tokens || ') is negative'
            WHEN cached > input_tokens THEN 'impossible-counts: ' || cached || ' is more than ' || input_tokens
            WHEN input IS NULL THEN 'no-price-then'
            WHEN cached > 0 AND cache_read IS NULL THEN 'mode-not-priced: with cache_read_input_tokens'
            WHEN input_tokens IS NULL AND output_tokens IS NULL THEN 'no-token-counts'
        END AS reason
        FROM (
            SELECT *, coalesce(cache_read_input_tokens, 0) AS cached, input_tokens - cached AS uncached
            FROM ({joined})
        )
    )
)
"""

EQUI = """
FROM (SELECT *, {bucket} AS bucket FROM read_parquet('{path}')) c
LEFT JOIN names n ON n.provider = c.provider_name AND n.model = c.response_model AND n.tier IS NOT DISTINCT FROM c.service_tier
LEFT JOIN quotes q ON q._key = n._target * {buckets} + c.bucket
LEFT JOIN rates r ON r._row = CASE WHEN c.input_tokens > q._above1 THEN q._row1 ELSE q._row0 END
"""

ASOF = """
FROM (
    SELECT * FROM read_parquet('{path}') c
    LEFT JOIN names n
    ON n.provider = c.provider_name AND n.model = c.response_model AND n.tier IS NOT DISTINCT FROM c.service_tier
) c
ASOF LEFT JOIN dated q ON q.target = c._target AND c.started_at >= q.valid_from
LEFT JOIN rates r ON r._row = CASE WHEN c.input_tokens > q._above1 THEN q._row1 ELSE q._row0 END
"""


def ours(path: str) -> dict[str, Any]:
    """Price with ``charges``."""
    import polars as pl

    from logcost.price import PriceBook, charges

    book = PriceBook.load()
    for provider in ("openai", "anthropic", "google"):
        book.models(provider)  # read before the clock starts, as DuckDB's tables are

    def work() -> Any:
        priced = charges(pl.scan_parquet(path), book)
        unpriced = pl.col("unpriced_reason").is_not_null().sum()
        return priced.select(pl.len(), pl.col("list_cost_fusd").sum(), unpriced).collect(engine="streaming").row(0)

    return timed(work)


class Frame:
    """A Polars frame for DuckDB, which finds it by the name of a variable."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The frame as an Arrow stream."""
        return self.frame.__arrow_c_stream__(requested_schema)


def duck(path: str, kind: str) -> dict[str, Any]:
    """Price in SQL."""
    import duckdb

    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    query = _prepared(con, path, kind)

    def work() -> Any:
        con.execute(f"SELECT DISTINCT provider_name, response_model, service_tier FROM read_parquet('{path}')").fetchall()
        return con.execute(query).fetchone()

    return timed(work)


def _prepared(con: duckdb.DuckDBPyConnection, path: str, kind: str) -> str:
    """Make the small tables of our own plan; the query."""
    import polars as pl

    from logcost.price import PriceBook
    from logcost.price.columns import Columns
    from logcost.price.plan import NameIndex, plan

    usage = pl.scan_parquet(path)
    columns = Columns(usage.collect_schema(), None)
    keys = columns.keys()
    seen = usage.with_columns(**keys).group_by(list(keys)).agg(**columns.seen()).collect(engine="streaming")
    made = plan(columns.learn(seen, usage), PriceBook.load())
    index = NameIndex(made.targets, list(keys))
    quotes = made.quote_frame(index).drop("_target")
    quotes = quotes if "_above1" in quotes.columns else quotes.with_columns(_above1=None, _row1=None)
    names = made.targets.select(_target=index.number(), provider="_provider_name", model="_response_model", tier="_service_tier")
    dated = _dated(quotes, made.instants, made.buckets)
    for name, frame in {"names": names, "quotes": quotes, "rates": made.rates.frame(), "dated": dated}.items():
        holder = Frame(frame)  # noqa: F841 -- DuckDB finds it by its name
        con.execute(f"CREATE TABLE {name} AS SELECT * FROM holder")
    bucket = " + ".join(f"(started_at >= TIMESTAMPTZ '{edge.isoformat()}')::INT" for edge in made.instants) or "0"
    source = (EQUI if kind == "equi" else ASOF).format(bucket=bucket, path=path, buckets=made.buckets)
    wanted = "c.input_tokens, c.cache_read_input_tokens, c.output_tokens, _target, r.input, r.cache_read, r.output"
    return CHECKED.format(joined=f"SELECT {wanted} {source}")


def _dated(quotes: pl.DataFrame, instants: list[Any], buckets: int) -> pl.DataFrame:
    """The quotes by target and the instant from which they hold."""
    from datetime import UTC, datetime

    import polars as pl

    edges = pl.Series([datetime(2000, 1, 1, tzinfo=UTC), *instants], dtype=pl.Datetime("us", "UTC"))
    placed = quotes.filter(pl.col("_key") % buckets < buckets - 1).sort("_key")
    return placed.select(
        target=pl.col("_key") // buckets,
        valid_from=edges.gather(placed["_key"] % buckets),
        _row0="_row0",
        _row1="_row1",
        _above1="_above1",
    )


def main() -> None:
    """Write the calls, run the three ways in turn, show the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("rows", nargs="?", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--side", nargs=2, metavar=("WHICH", "PATH"))
    given = parser.parse_args()
    if given.side:
        which, path = given.side
        print(json.dumps(ours(path) if which == "ours" else duck(path, which)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "calls.parquet")
        write(Path(path), given.rows)
        for kind, bar in BARS.items():
            side = [sys.executable, __file__, "--side"]
            one, other = alternate([*side, "ours", path], [*side, kind, path], given.runs, figures=inside)
            same = one.result == other.result
            show(f"{given.rows:,} calls against {kind}, {'the same' if same else 'ANOTHER'} result", one, other, bar)


if __name__ == "__main__":
    main()
