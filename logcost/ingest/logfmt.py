"""Lines of ``key=value`` and ``key="quoted value"`` (logfmt), as Go services and Heroku write them.

There is no standard; the rules are those of github.com/go-logfmt/logfmt. Words without ``=`` say nothing and are passed over,
so that a line may open with a time and a level.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

_QUOTED: Final = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TOKEN: Final = re.compile(rf'\s*+(?:(?P<key>[^\s="]++)=(?P<value>{_QUOTED}|[^\s"]\S*+|)(?!\S)|{_QUOTED}(?!\S)|(?P<word>\S++))')
_ESCAPE: Final = re.compile(r"\\(.)")
_TEXT: Final = msgspec.json.Decoder(str)
_SEVERAL: Final = 2


class UnclosedQuoteError(ValueError):
    """A quote in a line is not closed, so that what follows cannot be told apart."""


def pairs(line: str) -> dict[str, str]:
    """Keys and values of a line; of a key that occurs twice the last value. Raises ``UnclosedQuoteError``."""
    found = {}
    for token in _TOKEN.finditer(line):
        key, value, word = token.group("key", "value", "word")
        if key is not None:
            found[key] = _unquoted(value) if value.startswith('"') else value
        elif word is not None and '"' in word:
            raise UnclosedQuoteError
    return found


def looks_like(lines: Iterable[bytes]) -> list[dict[str, str]]:
    """The lines as pairs when most that are not blank hold several; else nothing."""
    found: list[dict[str, str]] = []
    others = 0
    for line in lines:
        try:
            values = pairs(line.decode())
        except (UnicodeDecodeError, UnclosedQuoteError):
            values = {}
        if len(values) >= _SEVERAL:
            found.append(values)
        elif line.strip():
            others += 1
    return found if len(found) > others else []


def _unquoted(value: str) -> str:
    try:
        return _TEXT.decode(value)
    except msgspec.DecodeError:
        return _ESCAPE.sub(r"\1", value[1:-1])  # an escape that JSON does not have
