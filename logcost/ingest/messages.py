"""Why a record is rejected: the slugs (each a section of ``docs/errors.md``) and one-line reasons without content."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SLUGS: Final = {
    "bad-json": "The line or record is no complete JSON object.",
    "bad-utf8": "The text is not valid UTF-8.",
    "bad-type": "A field holds a value of another type than its format declares.",
    "bad-value": "A value cannot be what it is meant to be, such as a time that is no time.",
    "bad-row": "A CSV row does not have the columns of the header, or a logfmt line does not close a quote.",
    "long-line": "A line is longer than 64 MB.",
    "negative-count": "A count is below zero.",
    "impossible-count": "A part is larger than the count that contains it.",
    "missing-field": "A field without which the record means nothing is absent.",
    "future-time": "The record is dated in the future.",
}
"""Every kind of reject, with its meaning."""

MORE_PAGES: Final = "One page of several: the source says that more follow. Give the next page too."
"""Note of a file whose last page is not the last of the export."""

_TYPE_ERROR: Final = re.compile(r"Expected `(?P<expected>[^`]+)`(?P<bound> [<>]= -?\d+)?(?:, got `(?P<got>[^`]+)`)?")
_PATH: Final = re.compile(r" - at `\$(?P<path>[^`]*)`")
_MALFORMED: Final = re.compile(r"\(byte (?P<byte>\d+)\)")
_NOUNS: Final = {
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "str": "text",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_FOUND: Final = _NOUNS | {"float": "a number with a fraction"}


class Why(NamedTuple):
    """Kind of a reject and one line of text: what is wrong and what to do, never the content."""

    slug: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reject:
    """One record that is not loaded. ``line`` and ``byte_offset`` as in the ledger table ``reject``."""

    line: int | None
    byte_offset: int | None
    slug: str
    reason: str


def wrong_type(message: str, cells: Mapping[str, object] | None = None) -> Why:
    """Slug and reason for the message of a failed conversion, with the names that the source uses.

    ``cells``: the row of a table, in which every number is text; only whether a cell is a number is told of it.
    """
    error = _TYPE_ERROR.search(message)
    place = _PATH.search(message)
    field = place["path"].lstrip(".") if place else ""
    subject = field or "The record"
    if message.startswith("Invalid decimal"):
        return Why("bad-type", f"{subject} must be a plain number such as 1234.56. Correct the line.")
    if error is None:
        return Why("bad-type", f"{subject} does not have the declared type. Correct the line.")
    if error["bound"]:
        if error["bound"].startswith(" >="):
            return Why("negative-count", f"{subject} is below {error['bound'].split()[-1]}; counts start at 0. Correct the line.")
        return Why("bad-type", f"{subject} is too large for a 64-bit whole number. Correct the line.")
    wanted = " or ".join(_NOUNS.get(kind, kind) for kind in error["expected"].split(" | ") if kind != "null")
    found = _FOUND.get(error["got"] or "", error["got"] or "something else")
    if cells is not None and _is_number(cells.get(field)):
        found = _FOUND["float"]
    return Why("bad-type", f"{subject} must be {wanted}, found {found}. Correct the line.")


def _is_number(cell: object) -> bool:
    try:
        return isinstance(cell, str) and cell == cell.strip() and math.isfinite(float(cell))
    except ValueError:
        return False


_NOT_UTF8 = "Invalid UTF-8"
"""msgspec 0.23 says so in a ``DecodeError``; before, it raised ``UnicodeDecodeError``."""


def tells_of_utf8(error: Exception) -> bool:
    """Whether a decoder's error is that a text is no UTF-8."""
    return isinstance(error, UnicodeDecodeError) or _NOT_UTF8 in str(error)


def malformed(message: str) -> Why:
    """Slug and reason for text that is no JSON."""
    if _NOT_UTF8 in message:
        return not_utf8()
    if "truncated" in message:
        return Why("bad-json", "The JSON ends too early. Complete the line, or delete it.")
    byte = _MALFORMED.search(message)
    trailing = "trailing characters" in message
    # msgspec counts the bytes of this one message from 1, of the others from 0.
    at = f" at byte {int(byte['byte']) + (not trailing)} of the line" if byte else ""
    if trailing:
        return Why("bad-json", f"A second document or other text follows the first{at}. Put one object on each line.")
    return Why("bad-json", f"This is not JSON{at}. Correct the line, or delete it.")


def no_object() -> Why:
    """Slug and reason for a line that does not even open like an object."""
    return Why("bad-json", "The line is no JSON object. Correct the line, or delete it.")


def claimed_twice(names: Sequence[str]) -> Why:
    """Slug and reason for a record of a mixed log that two formats claim."""
    return Why("bad-value", f"{' and '.join(names)} both claim this record. Make the 'identify' of one of them stricter.")


def mixed_events() -> Why:
    """Slug and reason for the usage of a streamed call that cannot be told from another's."""
    reason = "Its start is missing, or several streams are mixed, and the events do not say whose usage this is."
    return Why("bad-value", f"{reason} Log each stream apart, or the whole responses.")


def not_utf8() -> Why:
    """Slug and reason for invalid UTF-8."""
    return Why("bad-utf8", "The text is not valid UTF-8. Write the file as UTF-8.")


def nested_too_deep() -> Why:
    """Slug and reason for hostile nesting."""
    return Why("bad-json", "The JSON is nested too deeply to be read. Correct the line, or delete it.")


def long_line(limit: int) -> Why:
    """Slug and reason for a line that is not held in memory."""
    return Why("long-line", f"The line is longer than {limit // 2**20} MB. Split it, or leave the prompts out of the log.")


def unclosed_quote() -> Why:
    """Slug and reason for a logfmt line of which the values cannot be told apart."""
    return Why("bad-row", "A quote is not closed. Correct the line.")


def ragged(found: int, expected: int) -> Why:
    """Slug and reason for a CSV row with too few or too many cells."""
    return Why("bad-row", f"The row has {found} cells, the header {expected}. Check its commas and quotes.")
