"""TOML files with exact numbers: price files and contracts write amounts as text, and this refuses what is none.

TOML reads ``0.1`` as a binary float, which is no amount of money. So a number with a fraction must stand in quotes; whole
numbers may stand without.
"""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_PLACE = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")


class UnquotedNumberError(ValueError):
    """A number with a fraction that is not quoted. ``place`` is where it stands, such as ``$.discount[0].percent``."""

    def __init__(self, value: float, place: str) -> None:
        super().__init__(f'{value} is written without quotes; write "{value}"')
        self.place = place


def read(path: Path) -> dict[str, Any]:
    """The document, with no float anywhere in it.

    Raises ``ValueError`` (``tomllib.TOMLDecodeError``, ``UnicodeDecodeError``, ``UnquotedNumberError``) and ``OSError``.
    """
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    for place, value in _leaves(document, "$"):
        if isinstance(value, float):
            raise UnquotedNumberError(value, place)
    return document


def instants(value: Any, *, days: frozenset[str] = frozenset()) -> Any:
    """The same with all dates as UTC instants: a date is its midnight, a time without offset is UTC.

    The values of keys in ``days`` stay calendar days.
    """
    if isinstance(value, dict):
        return {key: item if key in days else instants(item, days=days) for key, item in value.items()}
    if isinstance(value, list):
        return [instants(item, days=days) for item in value]
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value


def line_of(text: str, place: str) -> int | None:
    """Line (from 1) of ``$.discount[1].percent`` in the text; of its table where the key is not found; ``None``: nowhere.

    Good for tables with headers of their own, as people write them. What stands in an inline table has the line of its key.
    """
    names = _PLACE.findall(place.removeprefix("$"))
    if not names:
        return None
    table, *rest = (name or int(index) for name, index in names)
    wanted = rest.pop(0) if rest and isinstance(rest[0], int) else 0
    start = _header_line(text, str(table), wanted)
    lines = text.splitlines()
    if start is None:
        return _key_line(lines, 0, str(table))
    return (_key_line(lines, start, str(rest[0])) if rest else None) or start


def _header_line(text: str, table: str, wanted: int) -> int | None:
    seen = -1
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header and header[2].strip("\"' ") == table:
            seen += 1
            if seen == wanted:
                return number
    return None


def _key_line(lines: list[str], after: int, key: str) -> int | None:
    """Line of a key before the next table."""
    written = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""")
    for number, line in enumerate(lines[after:], start=after + 1):
        if _HEADER.match(line):
            return None
        if written.match(line):
            return number
    return None


def _leaves(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{place}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{place}[{index}]")
    else:
        yield place, value
