"""Build wheel and sdist, and try the wheel as a user has it: a fresh environment, no developer packages, another folder.

That the wheel holds exactly the tracked files is a test (``tests/packaging``); this is what a test cannot do offline.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = """\
started_at,provider_name,response_model,input_tokens,cache_read_input_tokens,output_tokens,workload
2026-10-01T09:00:00Z,anthropic,claude-sonnet-5,1000000,0,100000,first
2026-10-02T09:00:00Z,anthropic,claude-sonnet-5,500000,0,0,second
"""


def main() -> None:
    """Build, install, use."""
    with tempfile.TemporaryDirectory(prefix="logcost-wheel-") as name:
        folder = Path(name)
        run([sys.executable, "-m", "hatchling", "build", "-d", str(folder / "dist")], ROOT)
        (wheel,) = (folder / "dist").glob("*.whl")
        (sdist,) = (folder / "dist").glob("*.tar.gz")
        venv.create(folder / "venv", with_pip=True)
        binaries = folder / "venv" / "bin"
        run([str(binaries / "python"), "-m", "pip", "--disable-pip-version-check", "install", "-q", str(wheel)], folder)
        try_out(binaries / "logcost", folder)
        sys.stdout.write(f"{wheel.name} ({wheel.stat().st_size // 1024} kB) works on its own; {sdist.name} is built too.\n")


def try_out(logcost: Path, folder: Path) -> None:
    """Help, formats, prices and a report with a known total, from a folder that is no checkout."""
    (folder / "usage.csv").write_text(SAMPLE, encoding="utf-8")
    run([str(logcost), "--help"], folder)
    run([str(logcost), "formats"], folder)
    run([str(logcost), "prices", "show", "claude-sonnet-5"], folder)
    run([str(logcost), "report", "usage.csv", "-o", "report.html"], folder)
    html = (folder / "report.html").read_text(encoding="utf-8")
    totals = json.loads(run([str(logcost), "spend", "usage.csv", "--json"], folder))["totals"]
    # 1.5 M input tokens at $2 and 0.1 M output tokens at $10 per million.
    if Decimal(totals["list_cost"]) != Decimal(4) or "</html>" not in html:
        raise SystemExit(f"The installed wheel reports something else than $4: {totals}")


def run(command: list[str], folder: Path) -> str:
    """Run a command in a folder without this checkout's Python settings; stop with its output when it fails."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "LOGCOST"))}
    done = subprocess.run(
        command, check=False, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"Failed: {' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
