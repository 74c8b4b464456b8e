"""The caching review against a window query in DuckDB: ``python benchmarks/replay_caching.py [CALLS] [--runs N]``.

Calls of a month in a Parquet file, 20 chained blocks of 512 tokens each: 12 workloads, two models whose writes cost more than
input and live for five minutes or an hour, 5,000 beginnings that talks of six calls share, talks in three projects, tails that
never come again. Three sides, each in a process of its own that measures itself after its imports:

- review: all of ``caching.review``: rules, the other lifetime, one cache for all projects, a marker, foresight, wasted writes.
- rule: the same with one rule by hand, which is what the query answers.
- duckdb: ``ts - lag(ts) OVER (PARTITION BY model, project, hash ORDER BY ts, call)`` over the exploded blocks; blocks no further
  apart than the lifetime are hits.

The last two must give the same hit tokens.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Figures, inside, medians, run, timed

if TYPE_CHECKING:
    from collections.abc import Sequence

BAR = 20.0
"""Seconds on two cores for a million calls of 20 blocks."""
SIDES = ("review", "rule", "duckdb")
BLOCKS, TOKENS, MINIMUM, LIFETIME = 20, 512, 1024, 300
RATE = 3 * 10**9
"""Femto-USD per input token."""

CALLS = """
COPY (
    SELECT TIMESTAMPTZ '2026-10-01 00:00:00+00' + to_microseconds((seconds * 1000000)::BIGINT) AS started_at,
        'request' AS grain, 1::BIGINT AS requests, 'anthropic' AS provider,
        CASE WHEN family % 3 = 0 THEN 'claude-opus-4-1' ELSE 'claude-sonnet-4-5' END AS model,
        'workload-' || family % 12 AS workload, 'project-' || talk % 3 AS project, 'key-' || family % 7 AS api_key_id,
        ({blocks} * {tokens} + hash(4 * call + 1) % 500)::BIGINT AS input_tokens,
        (20 + hash(4 * call + 2) % 800)::BIGINT AS output_tokens,
        CASE WHEN family % 4 = 0 THEN {tokens} * own ELSE 0 END::BIGINT AS cache_read_input_tokens,
        CASE WHEN family % 4 = 0 THEN {tokens} * ({blocks} - own) ELSE 0 END::BIGINT AS cache_creation_5m_input_tokens,
        list_transform(range({blocks}), lambda place: printf('%032x', hash(CASE
            WHEN place < shared THEN family * 64 + place
            WHEN place < own THEN 1000000000000 + talk * 64 + place
            ELSE 2000000000000 + call * 64 + place END))) AS prefix_hashes,
        [{tokens}::BIGINT] AS prefix_block_tokens, 1::BIGINT AS source_id, call AS source_line,
        {rate}::BIGINT AS input_rate_fusd, ({rate} // 10)::BIGINT AS cache_read_rate_fusd,
        ({rate} * 5 // 4)::BIGINT AS cache_write_rate_fusd,
        (cache_creation_5m_input_tokens * ({rate} * 5 // 4))::HUGEINT AS cache_write_cost_fusd
    FROM (
        SELECT call, talk, family, 2 + hash(family + 7) % 8 AS shared, shared + hash(talk + 9) % 10 AS own,
            (hash(talk + 3) % 2592000) + turn * (20 + hash(talk + 5) % 400) + (hash(call) % 16) AS seconds
        FROM (
            SELECT call, call // 6 AS talk, call % 6 AS turn, hash(call // 6) % 5000 AS family FROM range({calls}) numbers(call)
        )
    )
) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 20480)
"""

QUERY = """
WITH calls AS (
    SELECT source_line AS call, epoch_us(started_at) AS ts, model, project, input_tokens, prefix_hashes
    FROM read_parquet('{path}')
), accesses AS (
    SELECT call, ts, model, project, unnest(prefix_hashes) AS h FROM calls
), gaps AS (
    SELECT call, ts - lag(ts) OVER (PARTITION BY model, project, h ORDER BY ts, call) AS gap FROM accesses
), hits AS (
    SELECT call, count(*) FILTER (gap <= {lifetime} * 1000000) AS blocks FROM gaps GROUP BY call
)
SELECT count(*), sum(CASE WHEN served >= {minimum} THEN served ELSE 0 END)
FROM (SELECT least({tokens} * blocks, input_tokens - 1) AS served FROM hits JOIN calls USING (call))
"""


def review(path: str, rule: str = "") -> dict[str, Any]:
    """Requests, and hit tokens of the rule; without a rule, the achievable ones of the best way found."""
    import polars as pl

    from logcost.analyse import caching

    def work() -> Sequence[int]:
        found = caching.review(pl.scan_parquet(path), rule=caching.parse_rule(rule) if rule else None)
        return sum(row.requests or 0 for row in found.rows), found.achievable_read_tokens or 0

    return timed(work)


def duck(path: str) -> dict[str, Any]:
    """The same hits in SQL."""
    import duckdb

    con = duckdb.connect()
    query = QUERY.format(path=path, lifetime=LIFETIME, minimum=MINIMUM, tokens=TOKENS)
    return timed(lambda: con.execute(query).fetchone() or ())


def side(which: str, path: str) -> dict[str, Any]:
    """One side in this process."""
    rule = f"min={MINIMUM},step=1,ttl={LIFETIME},read=0.1,write=1.25,scope=project"
    return duck(path) if which == "duckdb" else review(path, rule if which == "rule" else "")


def show(found: dict[str, Figures], calls: int) -> None:
    """All sides, whether the hits agree, and the ratios to DuckDB."""
    print(f"{calls:,} calls of {BLOCKS} blocks")
    for which, one in found.items():
        print(f"  {which:10s} {one.cpu:7.2f} CPU s  {one.wall:7.2f} s  {one.peak:5.0f} MB")
    ours, theirs = found["rule"], found["duckdb"]
    if ours.result != theirs.result:
        sys.exit(f"the two differ: {ours.result} and {theirs.result}")
    print(f"  hit tokens of the rule, both: {int(theirs.result[1]):,}")
    for which in ("rule", "review"):
        one = found[which]
        print(f"  {which} to duckdb: CPU {one.cpu / theirs.cpu:.2f}, wall {one.wall / theirs.wall:.2f}")
    whole = found["review"]
    for clock, seconds in (("wall", whole.wall), ("CPU", whole.cpu)):
        print(f"  review, {clock} {seconds:.1f} s (bar {BAR:.0f}): {'holds' if seconds <= BAR else 'DOES NOT HOLD'}", flush=True)


def main() -> None:
    """Write the calls, run the sides in turn, show the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("calls", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--side", nargs=2, metavar=("WHICH", "PATH"))
    given = parser.parse_args()
    if given.side:
        print(json.dumps(side(*given.side)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "calls.parquet")
        made = CALLS.format(calls=given.calls, path=path, blocks=BLOCKS, tokens=TOKENS, rate=RATE)
        run([sys.executable, "-c", f"import duckdb; duckdb.connect().execute({made!r})"])
        runs: dict[str, list[Figures]] = {which: [] for which in SIDES}
        for _ in range(given.runs):
            for which in SIDES:
                runs[which].append(inside([sys.executable, __file__, "--side", which, path]))
    show({which: medians(figures) for which, figures in runs.items()}, given.calls)


if __name__ == "__main__":
    main()
