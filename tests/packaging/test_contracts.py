"""The dependency contracts hold, and each of them can fail: a rule that nothing breaks may be a rule that sees nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.packaging import tree

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for path in (*tree.python_files("logcost"), *tree.files("pyproject.toml")):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tree.ROOT / path, tmp_path / path)
    return tmp_path


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("logcost/price/intruder.py", "from logcost import ingest", "rooms depend one way"),
        ("logcost/ingest/intruder.py", "from logcost import price", "rooms depend one way"),
        ("logcost/analyse/intruder.py", "from logcost import report", "rooms depend one way"),
        ("logcost/analyse/intruder.py", "import duckdb", "duckdb only in store and ingest"),
        ("logcost/cli/intruder.py", "import jinja2", "jinja2 only in report"),
        ("logcost/report/intruder.py", "import typer", "typer only in cli"),
        ("logcost/ingest/intruder.py", "import urllib.request", "no network"),
        ("logcost/cli/intruder.py", "from http import client", "no network"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(copy: Path, module: str, line: str, contract: str) -> None:
    (copy / module).write_text(line + "\n", encoding="utf-8")
    broken = [text.removesuffix(" BROKEN") for text in _lint_imports(copy) if text.endswith(" BROKEN")]
    assert broken == [contract]


def test_the_tree_breaks_no_contract(copy: Path) -> None:
    results = [text for text in _lint_imports(copy) if text.endswith((" KEPT", " BROKEN"))]
    assert len(results) >= 5
    assert [text for text in results if text.endswith(" BROKEN")] == []


def _lint_imports(folder: Path) -> list[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    done = subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False, timeout=120
    )
    return [line.strip() for line in done.stdout.splitlines()]
