"""How a parameter of a command is declared, beside its type: ``by: Annotated[str, Option("--by", help="...")]``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Argument:
    """What stands at a place of its own: shown as ``metavar``."""

    metavar: str
    help: str


@dataclass(frozen=True, slots=True, init=False)
class Option:
    """What is given by name, such as ``--since DATE``; without a value when the parameter is a ``bool``.

    ``metavar``: what is shown for the value. ``least``: smallest number. ``formats``: in which forms a date may be written.
    """

    names: tuple[str, ...]
    help: str
    metavar: str | None
    least: int | None
    formats: tuple[str, ...]

    def __init__(
        self,
        *names: str,
        help: str,  # noqa: A002 -- as everybody calls it
        metavar: str | None = None,
        least: int | None = None,
        formats: tuple[str, ...] = (),
    ) -> None:
        stated = {"names": names, "help": help, "metavar": metavar, "least": least, "formats": formats}
        for name, value in stated.items():
            object.__setattr__(self, name, value)
