"""The product's surface: the list of commands, in the order a new user meets them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final

from logcost import __version__
from logcost.cli.command import HELP, Command, Parser
from logcost.cli.output import print_text
from logcost.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS: Final = {
    "report": "report:report",
    "ingest": "ingest:ingest",
    "spend": "spend:spend",
    "shape": "shape:shape",
    "caching": "caching:caching",
    "rejects": "rejects:rejects",
    "sql": "sql:sql",
    "demo": "demo:demo",
    "formats show": "formats:show",
    "formats new": "formats:new",
    "prices show": "prices:show",
    "prices list": "prices:list_models",
}
"""Each command's module in this package and its function: only the one that is called is imported."""


@dataclass(frozen=True, slots=True)
class Group:
    """Commands with a first word in common. ``usual``: the one that is meant when none is named."""

    help: str
    usage: str
    usual: str | None = None


GROUPS: Final = {
    "formats": Group(
        "What can be read; with a FILE, which format it is and why. 'new' drafts a format for a log of your own.",
        "[FILE] | new SAMPLE",
        "formats show",
    ),
    "prices": Group("The dated price book: what a model cost, when, and where the number comes from.", "COMMAND ..."),
}
_SUMMARY: Final = "What your LLM calls really cost: exact, dated, explained, private."
_START: Final = "Start with:  logcost demo   or   logcost report LOGS/ -o report.html"
_WRONG_USE: Final = 2


def app(arguments: Sequence[str]) -> None:
    """Run the command that the arguments name. Raises ``UsageError`` when they name none."""
    first = arguments[0] if arguments else ""
    if first in HELP or not arguments:
        _show(_root(), asked=bool(arguments))
    elif first == "--version":
        print_text(f"logcost {__version__}\n")
    elif first in GROUPS:
        _run_of_group(first, arguments[1:])
    elif first in COMMANDS:
        command(first).run(arguments[1:])
    else:
        raise _unknown(first, [*COMMANDS, *GROUPS], "logcost")


def command(name: str) -> Command:
    """A command by its full name."""
    module, _, function = COMMANDS[name].partition(":")
    return Command(name, getattr(import_module(f"logcost.cli.{module}"), function))


def _run_of_group(group: str, arguments: Sequence[str]) -> None:
    inner = arguments[0] if arguments else ""
    usual = GROUPS[group].usual
    if f"{group} {inner}" in COMMANDS:
        command(f"{group} {inner}").run(arguments[1:])
    elif inner in HELP or (not arguments and usual is None):
        _show(_of_group(group), asked=bool(arguments))
    elif usual is not None:
        command(usual).run(arguments)
    else:
        raise _unknown(inner, [name.partition(" ")[2] for name in COMMANDS if name.startswith(f"{group} ")], f"logcost {group}")


def _unknown(word: str, known: Sequence[str], program: str) -> UsageError:
    from difflib import get_close_matches

    near = get_close_matches(word, known)
    meant = f" Did you mean {' or '.join(near)}?" if near else ""
    kind = "option" if word.startswith("-") else "command"
    return UsageError(f"There is no {kind} '{word}'.{meant}", remedy=f"See '{program} --help'.")


def _show(parser: Parser, *, asked: bool) -> None:
    print_text(parser.format_help())
    if not asked:
        sys.exit(_WRONG_USE)


def _root() -> Parser:
    parser = Parser("logcost", "[OPTIONS] COMMAND ...", [_SUMMARY], epilog=_START)
    options = parser.add_argument_group("Options")
    options.add_argument("--version", action="store_true", help="Print the version and exit.")
    options.add_argument(*HELP, action="store_true", help="Show this and exit; of a command: logcost COMMAND --help.")
    commands = parser.add_argument_group("Commands")
    alone = {name: command(name).summary for name in COMMANDS if name.partition(" ")[0] not in GROUPS}
    for name, summary in (alone | {name: group.help for name, group in GROUPS.items()}).items():
        commands.add_argument(name, help=summary)
    return parser


def _of_group(name: str) -> Parser:
    group = GROUPS[name]
    parser = Parser(f"logcost {name}", group.usage, [group.help])
    parser.add_argument_group("Options").add_argument(*HELP, action="store_true", help="Show this and exit.")
    commands = parser.add_argument_group("Commands")
    for full in COMMANDS:
        first, _, inner = full.partition(" ")
        if first == name:
            commands.add_argument(inner, help=command(full).summary)
    return parser
