"""A very long line: passed over while streaming, rejected with its place, and the other lines are read."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

LINE_MB: Final = 250
GOOD: Final = json.dumps({"started_at": "2026-09-01T08:00:00Z", "input_tokens": 100, "output_tokens": 20}) + "\n"

# A process of its own: the highest memory use of this one belongs to other tests.
SCRIPT: Final = """
import json, resource, sys
from logcost.ingest import ingest, rejects
from logcost.store import Ledger
small, long = sys.argv[1:]
with Ledger() as ledger:
    ingest(ledger, [small])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = ingest(ledger, [long]).sources[0]
    (row,) = rejects(ledger)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
counts = [report.rows_read, report.rows_loaded, report.rejects]
print(json.dumps({"counts": counts, "reject": [row.line, row.byte_offset, row.slug, row.reason], "grown": grown}))
"""


def test_a_long_line_is_a_reject_and_takes_little_memory(tmp_path: Path) -> None:
    small, long = tmp_path / "small.jsonl", tmp_path / "long.jsonl"
    small.write_text('{"input_tokens": 1}\n', encoding="utf-8")
    with long.open("w", encoding="utf-8") as out:
        out.write(f'{GOOD}{{"input_tokens": 1, "prompt": "')
        for _ in range(LINE_MB):
            out.write("x" * 2**20)
        out.write(f'"}}\n{GOOD}')
    run = subprocess.run([sys.executable, "-c", SCRIPT, small, long], capture_output=True, text=True, check=True)
    found = json.loads(run.stdout)
    reason = "The line is longer than 64 MB. Split it, or leave the prompts out of the log."
    assert found["counts"] == [3, 2, 1]
    assert found["reject"] == [2, len(GOOD), "long-line", reason]
    grown = found["grown"] / (2**20 if sys.platform == "darwin" else 2**10)
    assert grown < LINE_MB / 2
