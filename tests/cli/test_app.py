"""The command's surface: help everywhere, and nothing heavy imported for it."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from logcost import __version__, cli
from logcost.cli.app import COMMANDS, app
from logcost.store import Ledger
from tests.cli.command import calls, run

if TYPE_CHECKING:
    from pathlib import Path

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


@pytest.mark.parametrize("as_error", [False, True], ids=["as it is", "as another error"])
@pytest.mark.parametrize(("number", "code", "what"), [(signal.SIGINT, 130, "Interrupted"), (signal.SIGTERM, 143, "Terminated")])
def test_a_signal_is_told_in_one_line(  # noqa: PLR0913, PLR0917 -- four are parametrized
    number: int, code: int, what: str, as_error: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB makes a ``RuntimeError`` of a signal inside a query: it ended in a traceback."""

    def interrupted(_ledger: Ledger, _query: str) -> None:
        try:
            os.kill(os.getpid(), number)
            time.sleep(10)
        except (KeyboardInterrupt, SystemExit):
            if as_error:
                raise RuntimeError("Query interrupted") from None
            raise

    monkeypatch.setattr(Ledger, "read_only_query", interrupted)
    done = run("sql", "SELECT 1", calls(tmp_path / "calls.jsonl", {}))
    assert (done.code, done.out) == (code, "")
    assert done.err == f"logcost: {what}. A stored ledger holds only whole files; run the command again to go on.\n"


def test_an_error_of_ours_after_no_interrupt_keeps_its_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(_ledger: Ledger, _query: str) -> None:
        raise RuntimeError("Query interrupted")

    monkeypatch.setattr(Ledger, "read_only_query", wrong)
    with pytest.raises(RuntimeError, match="Query interrupted"):
        run("sql", "SELECT 1", calls(tmp_path / "calls.jsonl", {}))


@pytest.mark.parametrize(("command", "number"), [([], len(COMMANDS) + 2), (["formats"], 2), (["prices"], 6)])
def test_the_list_of_commands_is_whole_at_80_columns(command: list[str], number: int) -> None:
    done = CliRunner().invoke(app, [*command, "--help"], terminal_width=80)
    listed = done.output.split("Commands:\n")[1].split("\n\n")[0].splitlines()
    assert len(listed) == number
    assert not [line for line in listed if line.endswith("...") or len(line) > 80]


def test_a_full_disk_is_known_by_the_words_of_the_engine() -> None:
    """Polars leaves ``errno`` empty."""
    assert cli.no_space(OSError("No space left on device (os error 28)"))
    assert cli.no_space(OSError(errno.EDQUOT, "Disk quota exceeded"))
    assert not cli.no_space(OSError("File too large (os error 27)"))
