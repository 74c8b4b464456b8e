"""The claim about several processes: two on one large log against one.

    python benchmarks/jobs.py [ROW ...] [--megabytes 1000] [--runs 5]

Rows: ``long`` (9 KB lines), ``short`` (560-byte lines). Both sides ingest the same log into a new ledger file, in turn, each in
a process of its own; the sums of the two ledgers, over every column of every row, must be equal. Wall time is that of the whole
command, start included; peak memory is that of the process that writes and, of two, of the larger one that reads.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks.ingest_vs_read_json import write_log
from benchmarks.measure import Figures, alternate

_BAR: Final = 0.6
_SUM: Final = "SELECT count(*), sum(hash(usage_record))::VARCHAR FROM usage_record"


def run_ingest(path: Path, jobs: int) -> None:
    """The job: what the ledger holds, and the peaks in MB."""
    from logcost.ingest import ingest
    from logcost.store import Ledger

    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder) / "ledger.duckdb") as ledger:
        ingest(ledger, [path], jobs=jobs)
        peaks = [resource.getrusage(one).ru_maxrss // 1024 for one in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        print(json.dumps([*ledger.sql(_SUM)[0], peaks]))


def show_walls(name: str, two: Figures, one: Figures) -> None:
    """Both sides, the ratio of their wall times and the bar."""
    print(name)
    for side, figures in (("2 processes", two), ("1 process", one)):
        writes, reads = figures.result[2]
        peaks = f"{writes} MB, each that reads {reads} MB" if reads else f"{writes} MB"
        print(f"  {side:12s} {figures.wall:7.2f} s  {figures.cpu:7.2f} CPU s  peak {peaks}")
    ratio = two.wall / one.wall
    print(f"  ratio wall {ratio:.2f} (bar {_BAR}), CPU {two.cpu / one.cpu:.2f}: {'holds' if ratio <= _BAR else 'DOES NOT HOLD'}")


def main() -> None:
    """Compare, and fail when the ledgers differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*")
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--job", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        run_ingest(Path(given.rows[0]), given.job)
        return
    with tempfile.TemporaryDirectory() as name:
        for row in given.rows or ["long", "short"]:
            log = Path(name) / f"{row}.jsonl"
            write_log(log, given.megabytes, {"long": 8600, "short": 150}[row])
            command = [sys.executable, "-m", "benchmarks.jobs", str(log), "--job"]
            two, one = alternate([*command, "2"], [*command, "1"], given.runs)
            if two.result[:2] != one.result[:2]:
                sys.exit(f"{row}: the ledgers differ: {two.result} and {one.result}")
            show_walls(f"{row}: {given.megabytes} MB, {one.result[0]} calls", two, one)
            log.unlink()


if __name__ == "__main__":
    main()
