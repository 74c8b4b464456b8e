"""The command's surface: help everywhere, and nothing heavy imported for it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from logcost import __version__
from logcost.cli.app import COMMANDS, app

HEAVY = {"polars", "duckdb", "jinja2", "msgspec", "rich", "xxhash", "zstandard", "isal", "numpy"}


def test_help_imports_no_engine() -> None:
    program = "import sys; sys.argv = ['logcost', '--help']; from logcost.cli import main\n"
    program += "try: main()\nexcept SystemExit: pass\nprint(*sorted(m for m in sys.modules if '.' not in m), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "Commands:" in done.stdout
    assert HEAVY & set(done.stderr.split()) == set()


@pytest.mark.parametrize("command", [*COMMANDS, "prices show", "prices list"])
def test_each_command_has_help_with_examples(command: str) -> None:
    result = CliRunner().invoke(app, [*command.split(), "--help"])
    assert result.exit_code == 0
    assert f"logcost {command}" in result.output.split("Examples:")[1]


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"sql", "demo", "report"}))
def test_each_reading_command_has_json(command: str) -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]  # typer's own group class is not exported
    options = {option for parameter in commands[command].params for option in parameter.opts}
    assert "--json" in options


def test_version() -> None:
    assert CliRunner().invoke(app, ["--version"]).output == f"logcost {__version__}\n"


def test_module_runs_like_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "logcost", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"logcost {__version__}\n"
