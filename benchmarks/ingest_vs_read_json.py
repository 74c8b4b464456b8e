"""What exactness costs: ``logcost.ingest`` beside DuckDB's bare ``read_json`` into the same table.

    python benchmarks/ingest_vs_read_json.py [LINES]

Writes a seeded log of Anthropic message bodies (about 560 bytes a line), then loads it once with ``logcost.ingest`` and once
with ``read_json`` and a plain SELECT into the same ledger table, each in its own process, and compares CPU time, peak memory,
row count and token sums. The sums must agree. ``read_json`` does less: no line numbers, no quarantine of bad lines, no checks
on the counts, no search for duplicates, no hash of the content to know the file again.

Measured on 2 cores with 484,000 lines (271 MB): 3.4 CPU s and 316 MB against 0.9 CPU s and 203 MB; with
1,200,000 lines 315 MB. The claim that must hold is under 5 CPU s and 350 MB, and a peak that does not grow with the size.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from logcost import schema
from logcost.ingest import ingest
from logcost.store import Ledger

LINES = 484_000
_SUMS = "SELECT count(*), sum(input_tokens)::BIGINT, sum(output_tokens)::BIGINT FROM usage_record"
_READ_JSON = """
INSERT INTO usage_record BY NAME
SELECT
    'request' AS grain,
    1 AS requests,
    'anthropic' AS provider_name,
    model AS response_model,
    usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens AS input_tokens,
    usage.cache_read_input_tokens AS cache_read_input_tokens,
    usage.cache_creation.ephemeral_5m_input_tokens AS cache_creation_5m_input_tokens,
    usage.cache_creation.ephemeral_1h_input_tokens AS cache_creation_1h_input_tokens,
    usage.output_tokens AS output_tokens,
    usage.service_tier AS service_tier,
    id AS dedup_key,
    1 AS source_id,
    row_number() OVER () AS source_line
FROM read_json(
    $path,
    format = 'newline_delimited',
    columns = {
        id: 'VARCHAR',
        model: 'VARCHAR',
        usage: 'STRUCT(input_tokens BIGINT, cache_read_input_tokens BIGINT, cache_creation_input_tokens BIGINT,
            output_tokens BIGINT, service_tier VARCHAR,
            cache_creation STRUCT(ephemeral_5m_input_tokens BIGINT, ephemeral_1h_input_tokens BIGINT))'
    }
)
"""


def write_log(path: Path, lines: int) -> None:
    """A seeded log with about 620 bytes a line."""
    dice = random.Random(42)  # noqa: S311 -- test data
    with path.open("w", encoding="utf-8") as log:
        for number in range(lines):
            written = dice.choice((0, 0, 0, 1024, 4096))
            usage = {
                "input_tokens": dice.randrange(5, 4000),
                "cache_creation_input_tokens": written,
                "cache_read_input_tokens": dice.choice((0, 2048, 30_000)),
                "cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0},
                "output_tokens": dice.randrange(1, 2000),
                "service_tier": "standard",
            }
            content = [{"type": "text", "text": "x" * dice.randrange(100, 180)}]
            body = {"id": f"msg_{number:024d}", "type": "message", "role": "assistant", "model": "claude-opus-5-20260401"}
            log.write(json.dumps(body | {"content": content, "stop_reason": "end_turn", "usage": usage}) + "\n")


def run_ingest(path: Path) -> None:
    """The job with our engine."""
    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder) / "ledger.duckdb") as ledger:
        started = time.process_time()
        ingest(ledger, [path])
        _tell(ledger, started)


def run_read_json(path: Path) -> None:
    """The same job with DuckDB alone: no line numbers, no quarantine, no duplicates found."""
    import duckdb

    with tempfile.TemporaryDirectory() as folder, duckdb.connect(str(Path(folder) / "ledger.duckdb")) as connection:
        connection.execute("SET threads = 2; SET memory_limit = '256MB'; SET preserve_insertion_order = false")
        connection.execute(schema.create_table_sql("usage_record"))
        started = time.process_time()
        connection.execute(_READ_JSON, {"path": str(path)})
        print(json.dumps([time.process_time() - started, *(connection.execute(_SUMS).fetchone() or ())]))


def _tell(ledger: Ledger, started: float) -> None:
    print(json.dumps([time.process_time() - started, *ledger.sql(_SUMS)[0]]))


def measure(job: str, path: Path) -> tuple[list[float], float]:
    """CPU seconds and sums of one job in a process of its own, and its peak memory in MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    done = subprocess.run([sys.executable, __file__, job, str(path)], check=True, capture_output=True, text=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    numbers: list[float] = json.loads(done.stdout)
    return numbers, max(peak, before) / 1024


def main() -> None:
    """Compare, and fail when the results differ."""
    if len(sys.argv) > 2:  # noqa: PLR2004 -- JOB and PATH: the child's call
        {"ingest": run_ingest, "read_json": run_read_json}[sys.argv[1]](Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "messages.jsonl"
        write_log(log, int(sys.argv[1]) if len(sys.argv) > 1 else LINES)
        print(f"{log.stat().st_size / 1e6:.0f} MB")
        theirs, peak = measure("read_json", log)
        print(f"read_json: {theirs[0]:.2f} CPU s, peak {peak:.0f} MB, {theirs[1:]}")
        ours, peak = measure("ingest", log)
        print(f"ingest:    {ours[0]:.2f} CPU s, peak (of both) {peak:.0f} MB, {ours[1:]}")
        print(f"ratio {ours[0] / theirs[0]:.2f}")
        if ours[1:] != theirs[1:]:
            sys.exit("The results differ.")


if __name__ == "__main__":
    main()
