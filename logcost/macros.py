"""The macros of ``sql/schema``: what the SELECTs of formats and queries over the ledger may call."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from logcost import resources

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_START: Final = re.compile(r"^CREATE OR REPLACE TEMP MACRO (?=(\w+)\()", re.MULTILINE)
_CALL: Final = re.compile(r"(\w+)\s*\(")


@cache
def definitions() -> Mapping[str, str]:
    """The statement that defines each macro, by name (lower case)."""
    found: dict[str, str] = {}
    for macro_file in resources.files("sql", "schema", suffix=".sql"):
        _, *parts = _START.split(macro_file.read_text(encoding="utf-8"))
        for name, rest in zip(parts[::2], parts[1::2], strict=True):
            found[name] = f"CREATE OR REPLACE TEMP MACRO {rest}"
    return found


def needed(query: str) -> Iterable[str]:
    """The statements that define the macros which a query calls, and those that they call, each after what it calls itself.

    Not all of them at once: to define all takes longer than to read a small file.
    """
    return {name: definitions()[name] for called in _calls(query) for name in (*_callees(called), called)}.values()


@cache
def _callees(name: str) -> tuple[str, ...]:
    """Names of all macros below one, those first that call none."""
    below = (inner for called in _calls(definitions()[name]) if called != name for inner in (*_callees(called), called))
    return tuple(dict.fromkeys(below))


def _calls(text: str) -> Iterable[str]:
    # SQL does not tell upper from lower case. A word in a text or comment does no harm: a macro more is defined.
    return dict.fromkeys(name for name in map(str.lower, _CALL.findall(text)) if name in definitions())
