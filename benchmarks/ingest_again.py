"""Two claims about a growing log: a second ingest after 1 % was appended, and peak memory at any size.

    python benchmarks/ingest_again.py [--megabytes 1000] [--large 0] [--runs 5]

*Again*: a log of 9 KB lines is ingested, 1 % is appended, and it is ingested again into the same ledger; start-up (the ingest of
one line) is taken from both. *Memory* (with ``--large``, in megabytes): the peak of one ingest of short lines at both sizes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks.ingest_vs_read_json import write_log
from benchmarks.measure import Figures, medians, run

_JOB: Final = (
    "import sys; from pathlib import Path; from logcost.ingest import ingest; from logcost.store import Ledger\n"
    "with Ledger(Path(sys.argv[1])) as ledger: print(ingest(ledger, sys.argv[2:]).sources[0].rows_loaded)"
)
_SETTLED: Final = 2.1
"""Seconds after which the times of a file are relied on."""


def ingest(ledger: Path, log: Path) -> Figures:
    """One ingest in a process of its own."""
    return run([sys.executable, "-c", _JOB, str(ledger), str(log)])


def again(folder: Path, megabytes: int, runs: int) -> None:
    """Compare the second ingest with the first."""
    write_log(folder / "all.jsonl", megabytes, 8600)
    lines = (folder / "all.jsonl").read_bytes().splitlines(keepends=True)
    cut = len(lines) * 100 // 101
    (folder / "start.jsonl").write_bytes(lines[0])
    log = folder / "log.jsonl"
    found: list[tuple[Figures, Figures, Figures]] = []
    for number in range(runs):
        log.write_bytes(b"".join(lines[:cut]))
        time.sleep(_SETTLED)
        ledger = folder / f"ledger-{number}.duckdb"
        first = ingest(ledger, log)
        with log.open("ab") as stream:
            stream.write(b"".join(lines[cut:]))
        second = ingest(ledger, log)
        if (first.result, second.result) != (cut, len(lines) - cut):
            sys.exit(f"The rows differ: {first.result} and {second.result}")
        found.append((first, second, ingest(folder / f"start-{number}.duckdb", folder / "start.jsonl")))
    first, second, start = (medians([one[side] for one in found]) for side in range(3))
    print(f"again: first {first.cpu:.2f} CPU s, after 1 % more {second.cpu:.2f}, start-up {start.cpu:.2f}")
    ratio = (second.cpu - start.cpu) / (first.cpu - start.cpu)
    print(f"  ratio above start-up {ratio:.3f} (bar 0.05): {'holds' if ratio <= 0.05 else 'DOES NOT HOLD'}")  # noqa: PLR2004 -- the claim


def memory(folder: Path, sizes: tuple[int, int]) -> None:
    """Compare the peaks of two sizes."""
    peaks = []
    for size in sizes:
        write_log(folder / "short.jsonl", size, 150)
        one = ingest(folder / f"memory-{size}.duckdb", folder / "short.jsonl")
        print(f"memory: {size} MB, {one.result} calls: peak {one.peak:.0f} MB, {one.cpu:.1f} CPU s", flush=True)
        peaks.append(one.peak)
    (folder / "short.jsonl").unlink()
    holds = max(peaks) <= 300 and peaks[1] <= 1.3 * peaks[0]  # noqa: PLR2004 -- the claim
    print(f"  ratio {peaks[1] / peaks[0]:.2f} (bars 300 MB, 1.3): {'holds' if holds else 'DOES NOT HOLD'}")


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--large", type=int, default=0)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        again(Path(name), given.megabytes, given.runs)
        if given.large:
            memory(Path(name), (given.megabytes, given.large))


if __name__ == "__main__":
    main()
