"""The whole command ``logcost spend FOLDER`` against ``ccusage daily`` on the same coding-agent transcripts.

    python benchmarks/spend_vs_ccusage.py --ccusage PATH/TO/node_modules/ccusage [--megabytes 500] [--runs 5]

``npm install ccusage @ccusage/ccusage-linux-x64`` (the native binary of the same version) first. Both read the same seeded
folder, price it and print JSON; nothing is kept between runs. Input, output and cached tokens must agree exactly.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Figures, medians, run, show
from benchmarks.transcripts import write_transcripts

if TYPE_CHECKING:
    from collections.abc import Sequence


def _sums(ours: Figures, theirs: Figures) -> tuple[list[int], list[int]]:
    """Uncached input, cache writes, cache reads and output as each side states them."""
    mine: dict[str, Any] = json.loads(ours.result)["totals"]
    other: dict[str, Any] = json.loads(theirs.result)["totals"]
    names = ("uncached_input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
    return [mine[name] for name in names], [
        other[name] for name in ("inputTokens", "cacheCreationTokens", "cacheReadTokens", "outputTokens")
    ]


def compare(folder: Path, ccusage: Path, runs: int) -> None:
    """Run both sides in turn and show the medians."""
    ours: Sequence[str] = [sys.executable, "-m", "logcost", "spend", str(folder), "--json", "--quiet"]
    theirs: Sequence[str] = ["node", str(ccusage / "src" / "cli.js"), "--offline", "--json", "daily"]
    there = {"CLAUDE_CONFIG_DIR": str(folder), "HOME": os.environ.get("HOME", "/")}
    pairs = [(run(ours), run(theirs, there)) for _ in range(runs + 1)][1:]
    mine, other = medians([one for one, _ in pairs]), medians([one for _, one in pairs])
    found, expected = _sums(mine, other)
    if found != expected:
        sys.exit(f"The results differ: {found} and {expected}")
    show(f"spend: {found}", mine, other, 1.0, wall=True)


def main() -> None:
    """Write the folder and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ccusage", type=Path, required=True)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(write_transcripts(folder, given.megabytes), "files")
        compare(folder, given.ccusage, given.runs)


if __name__ == "__main__":
    main()
