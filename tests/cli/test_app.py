"""The command's surface: help everywhere, and nothing heavy imported for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from logcost import __version__
from logcost.cli.app import COMMANDS, GROUPS, command
from logcost.cli.parameters import Option
from tests.cli.command import run

HEAVY = {"polars", "duckdb", "jinja2", "msgspec", "rich", "xxhash", "zstandard", "isal", "numpy"}


def test_help_imports_no_engine() -> None:
    program = "import sys; sys.argv = ['logcost', '--help']; from logcost.cli import main\n"
    program += "try: main()\nexcept SystemExit: pass\nprint(*sorted(m for m in sys.modules if '.' not in m), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "Commands:" in done.stdout
    assert HEAVY & set(done.stderr.split()) == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help_with_examples(name: str) -> None:
    done = run(*name.split(), "--help")
    assert done.code == 0
    examples = done.out.split("Examples:")[1]
    assert f"logcost {name.removesuffix(' show') if name == 'formats show' else name}" in examples
    assert all(one.declared.help.split()[0] in done.out for one in command(name).parameters)


def test_the_help_names_each_command() -> None:
    root = run("--help").out
    assert all(f"\n  {name.split()[0]} " in root for name in COMMANDS)
    for group in GROUPS:
        inner = run(group, "--help").out
        assert all(f"\n  {name.split()[1]} " in inner for name in COMMANDS if name.startswith(f"{group} "))


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"demo", "formats new"}))
def test_each_reading_command_has_json(name: str) -> None:
    options = [one.declared for one in command(name).parameters if isinstance(one.declared, Option)]
    assert any("--json" in option.names for option in options)


def test_version() -> None:
    assert run("--version").out == f"logcost {__version__}\n"


def test_without_a_command_the_help_is_shown_and_the_exit_code_says_so() -> None:
    for arguments in ((), ("prices",)):
        done = run(*arguments)
        assert (done.code, done.out) == (2, run(*arguments, "--help").out)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["spned"], "There is no command 'spned'. Did you mean spend or shape? See 'logcost --help'."),
        (["--nope"], "There is no option '--nope'. See 'logcost --help'."),
        (["prices", "lst"], "There is no command 'lst'. Did you mean list? See 'logcost prices --help'."),
        (["prices", "show"], "The following arguments are required: MODEL. See 'logcost prices show --help'."),
        (["spend", "--nop", "x"], "Unrecognized arguments: --nop. See 'logcost spend --help'."),
        (["spend", "--mon", "2026-10"], "Unrecognized arguments: --mon"),
        (["spend", "--by"], "Argument --by: expected one argument."),
        (["spend", "--date", "2026-13-01", "x"], "Argument --date: '2026-13-01' is no date like 2026-10-31."),
        (["ingest", "-j0", "x"], "Argument --jobs/-j: 0 is less than 1."),
        (["ingest", "--jobs", "two", "x"], "Argument --jobs/-j: 'two' is not a whole number."),
        (["ingest"], "The following arguments are required: PATH."),
        (["sql", "SELECT 1", "--output", "xml"], "Argument --output: 'xml' is not one of table, csv, json."),
    ],
)
def test_a_wrong_call_says_what_is_wrong_and_where_help_is(arguments: list[str], told: str) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"logcost: {told}")
    assert done.err.endswith(" --help'. [usage]\n")


def test_options_may_stand_before_between_and_after_arguments() -> None:
    parser = command("ingest").parser()
    given = parser.parse_intermixed_args(["a", "--tag", "k=v", "b", "-qj2", "--tag=l=w", "-", "--", "-c"])
    assert vars(given) == {
        **dict.fromkeys(("ledger", "declarations", "since", "date", "provider")),
        "paths": ["a", "b", "-", "-c"],
        "tags": ["k=v", "l=w"],
        "jobs": 2,
        "as_json": False,
        "quiet": True,
    }


def test_module_runs_like_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "logcost", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"logcost {__version__}\n"
