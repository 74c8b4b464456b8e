"""A typed function as a command: its parameters become arguments and options, its docstring the help.

Upon ``argparse``, which starts at once: a package that reads the same declarations took a fifth of the time of a short command.
"""

from __future__ import annotations

import argparse
import inspect
import shutil
import textwrap
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, NoReturn, get_args, get_origin, get_type_hints

from logcost.cli.parameters import Argument, Option
from logcost.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

HELP: Final = ("-h", "--help")
_WIDTH: Final = 100
_COLUMN: Final = 30


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a command's function. ``kind``: the type of a value; ``many``: it takes a list of them."""

    name: str
    declared: Argument | Option
    kind: type
    many: bool
    required: bool
    default: Any

    @staticmethod
    def of(parameter: inspect.Parameter, hint: Any) -> Parameter:
        """The parameter with what is declared beside its type."""
        stated, declared = get_args(hint)
        if get_origin(stated) is UnionType:
            stated = next(one for one in get_args(stated) if one is not NoneType)
        many = get_origin(stated) is list
        required = parameter.default is inspect.Parameter.empty
        kind = get_args(stated)[0] if many else stated
        return Parameter(parameter.name, declared, kind, many, required, None if required else parameter.default)

    def value(self, text: str) -> Any:
        """The value that is meant. Raises ``argparse.ArgumentTypeError`` when it is none."""
        if isinstance(self.declared, Option) and self.kind is datetime:
            return _date(text, self.declared.formats)
        try:
            value = self.kind(text)
        except ValueError:
            allowed = f"one of {', '.join(self.kind)}" if issubclass(self.kind, StrEnum) else "a whole number"
            raise argparse.ArgumentTypeError(f"'{text}' is not {allowed}") from None
        if isinstance(self.declared, Option) and self.declared.least is not None and value < self.declared.least:
            raise argparse.ArgumentTypeError(f"{text} is less than {self.declared.least}")
        return value


def _date(text: str, formats: Iterable[str]) -> datetime:
    for form in formats:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 -- the command says of which time zone it is
        except ValueError:
            continue
    shown = " or ".join(datetime(2026, 10, 31).strftime(form) for form in formats)  # noqa: DTZ001 -- only to show the form
    raise argparse.ArgumentTypeError(f"'{text}' is no date like {shown}")


class Command:
    """A command. ``name``: in full, such as ``prices show``."""

    def __init__(self, name: str, function: Callable[..., None]) -> None:
        self.name = name
        self._function = function
        text, _, examples = inspect.cleandoc(function.__doc__ or "").partition("Examples:")
        self.text = " ".join(text.split())
        self.examples = tuple(line.strip() for line in examples.splitlines() if line.strip())

    @property
    def summary(self) -> str:
        """The first sentence of the help."""
        return self.text.partition(". ")[0].removesuffix(".") + "."

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All parameters, in their order."""
        hints = get_type_hints(self._function, include_extras=True)
        stated = inspect.signature(self._function).parameters
        return tuple(Parameter.of(one, hints[name]) for name, one in stated.items())

    def run(self, arguments: Sequence[str]) -> None:
        """Call the function with what the arguments say. Raises ``UsageError`` for what they must not say."""
        given = self.parser().parse_intermixed_args(arguments)
        self._function(**vars(given))

    def parser(self) -> Parser:
        """What reads the arguments."""
        parameters = self.parameters
        places = [_shown(one) for one in parameters if isinstance(one.declared, Argument)]
        parser = Parser(f"logcost {self.name}", " ".join(["[OPTIONS]", *places]), [self.text], self.examples)
        arguments, options = parser.add_argument_group("Arguments"), parser.add_argument_group("Options")
        for one in parameters:
            if isinstance(one.declared, Argument):
                add_argument(arguments, one, one.declared)
            else:
                add_option(options, one, one.declared)
        options.add_argument(*HELP, action="help", help="Show this and exit.")
        return parser


def _shown(one: Parameter) -> str:
    metavar = f"{one.declared.metavar}..." if one.many else f"{one.declared.metavar}"
    return metavar if one.required or metavar.startswith("[") else f"[{metavar}]"


def add_argument(group: argparse._ArgumentGroup, one: Parameter, declared: Argument) -> None:
    """Let a group of a parser read an argument."""
    count = {(True, True): "+", (True, False): "*", (False, True): None, (False, False): "?"}[one.many, one.required]
    group.add_argument(one.name, metavar=declared.metavar, nargs=count, type=one.value, default=one.default, help=_help(one))


def add_option(group: argparse._ArgumentGroup, one: Parameter, declared: Option) -> None:
    """Let a group of a parser read an option."""
    add = partial(group.add_argument, *declared.names, dest=one.name, help=_help(one), default=one.default)
    if one.kind is bool:
        add(action="store_true")
    else:
        metavar = declared.metavar or declared.names[-1].strip("-").upper()
        add(action="append" if one.many else "store", type=one.value, metavar=metavar)


def _help(one: Parameter) -> str:
    default = "" if one.default in {None, False} else f" [default: {one.default}]"
    return (one.declared.help + default).replace("%", "%%")


class Parser(argparse.ArgumentParser):
    """Reads the arguments of a command, and lays out its help. Raises ``UsageError`` instead of leaving the program."""

    def __init__(self, prog: str, usage: str, paragraphs: Sequence[str], examples: Sequence[str] = (), epilog: str = "") -> None:
        text = "\n\n".join(textwrap.fill(one, _width()) for one in paragraphs)
        shown = "".join(f"\n  {line}" for line in examples)
        super().__init__(
            prog=prog,
            usage=f"{prog} {usage}",
            description=f"{text}\n\nExamples:{shown}" if shown else text,
            epilog=epilog,
            formatter_class=_Layout,
            add_help=False,
            allow_abbrev=False,
        )

    def error(self, message: str) -> NoReturn:
        """What argparse calls for what it cannot read."""
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", remedy=f"See '{self.prog} --help'.")


class _Layout(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=_COLUMN, width=_width())

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """With a capital letter, like the other headings."""
        super().add_usage(usage, actions, groups, prefix or "Usage: ")


def _width() -> int:
    return min(_WIDTH, shutil.get_terminal_size().columns) - 2
