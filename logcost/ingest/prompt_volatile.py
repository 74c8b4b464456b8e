"""Volatile tokens of a prompt: ids, times and numbers that differ from call to call while the text around them stays.

A volatile token in front of stable text makes every prompt a new one for the provider's cache. The scan says where such
tokens stand and gives the text with each of them replaced by a sign for its class, so that "equal but for volatile tokens" can
be told. The rules look at one token alone: they take some constants (a release date in a model's name) for volatile too.

Regular expressions over a whole column of texts find the candidates, each from its first digit on: expressions that may begin
with a letter take twice as long, so dates with the name of a month have their own, for the texts that hold one. The candidates
are then told apart one by one, each distinct token once. Plain numbers, the most frequent by far, are masked by another pass.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

CLASSES: Final = ("uuid", "time", "date", "epoch", "hex", "id", "number")
"""Classes of volatile tokens. ``number`` is the weakest: it takes any number that stands alone, also in running text."""

MOST_SPANS: Final = 32
"""Spans reported of one block; all are masked. Of its numbers only the first is reported."""

_SIGNS: Final = {name: chr(number) for number, name in enumerate(CLASSES, start=1)}
_FENCE: Final = "\0"
"""Set around candidates. A text that holds it itself is scanned with a space instead."""

_UUID: Final = r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"
_CLOCK: Final = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[AaPp]\.?[Mm])?"
_WEEKDAY: Final = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? )?"
_MONTH: Final = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DAY: Final = r"[0-9]{1,2}(?:st|nd|rd|th)?"
_WORDED: Final = rf"(?:{_MONTH} {_DAY}(?:,? [0-9]{{4}})?|{_DAY} {_MONTH}(?:,? [0-9]{{4}})?)(?:,? (?:at )?{_CLOCK})?"
_TAIL: Final = r"[0-9A-Za-z_-]*(?:[.,:/+][0-9][0-9A-Za-z_-]*)*"
_CANDIDATE: Final = (
    r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})? [AaPp]\.?[Mm]"
    rf"|[0-9]+(?:[A-Za-z_-]|[.,:/+][0-9]){_TAIL}|[0-9]{{8,}}|[_-][0-9]{{5,}}{_TAIL}"
)
"""More than plain digits, from the first digit on."""

_WITH_WORDS: Final = rf"{_WEEKDAY}{_WORDED}|{_CANDIDATE}"
_NUMBER: Final = r"(?-u:\b)[0-9]{1,7}(?-u:\b)"
_WORD: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

_HAS_UUID: Final = re.compile(_UUID)
_HAS_CLOCK: Final = re.compile(rf"(?<![0-9]){_CLOCK}(?![0-9])")
_IS_DATE: Final = re.compile(
    r"[0-9]{4}([-/.])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([-/.])[0-9]{1,2}\2[0-9]{4}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}"
)
_IS_NUMBER: Final = re.compile(r"[0-9][0-9.,:/+-]*[A-Za-z]{0,3}")
_IS_HEX: Final = re.compile(r"(?:0[xX])?(?:[0-9a-f]{8,}|[0-9A-F]{8,})")
_IS_EPOCH: Final = re.compile(r"1(?:[0-9]{9}|[0-9]{12}|[0-9]{15}|[0-9]{18})(?:\.[0-9]+)?")
_IS_COMPACT_DATE: Final = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])([0-9]{6})?")
_SEGMENTS: Final = re.compile(r"[_-]+")
_TURN: Final = re.compile(r"(?<=[0-9])(?=[A-Za-z])|(?<=[A-Za-z])(?=[0-9])")
_LONGEST_TOKEN: Final = 128
_SHORTEST_ID: Final = 5
_DIGITS_OF_ID: Final = 2
_MOST_CLASSIFIED: Final = 50_000


class Scan(NamedTuple):
    """A text with its volatile tokens masked, and the class and place (in UTF-8 bytes from its start) of each in order."""

    masked: str
    spans: tuple[tuple[str, int], ...]


def scanned(texts: Sequence[str]) -> list[Scan | None]:
    """One scan a text; ``None`` where nothing is volatile."""
    safe = [text.replace(_FENCE, " ") if _FENCE in text else text for text in texts]
    marked = [_masked(fenced) if _FENCE in fenced else None for fenced in _fenced(safe)]
    without = [text if one is None else one.text for text, one in zip(safe, marked, strict=True)]
    masked = pl.Series(without, dtype=pl.String).str.replace_all(_NUMBER, _SIGNS["number"]).to_list()
    return [
        None if text == changed else Scan(changed, _told(text, one, changed.find(_SIGNS["number"])))
        for text, one, changed in zip(safe, marked, masked, strict=True)
    ]


def _fenced(texts: Sequence[str]) -> list[str]:
    fence = f"{_FENCE}${{0}}{_FENCE}"
    column = pl.Series(texts, dtype=pl.String)
    fenced: list[str] = column.str.replace_all(_CANDIDATE, fence).to_list()
    worded = column.str.contains(rf"{_MONTH} [0-9]").arg_true()
    again = column.gather(worded).str.replace_all(_WITH_WORDS, fence)
    for n, text in zip(worded.to_list(), again.to_list(), strict=True):
        fenced[n] = text
    return fenced


class _Marked(NamedTuple):
    """A text whose candidates are masked: their classes, and where they start in the given and in the masked text."""

    text: str
    classes: list[str | None]
    given: list[int]
    masked: list[int]


def _masked(fenced: str) -> _Marked:
    parts = fenced.split(_FENCE)
    for n in range(1, len(parts), 2):
        before = parts[n - 1]
        if before and before[-1] in _WORD:
            # A candidate opens with its first digit; the word it stands in may open with a letter.
            stem = before.rstrip(_WORD)
            parts[n - 1], parts[n] = stem, before[len(stem) :] + parts[n]
    classes = list(map(_CLASS_OF.__getitem__, parts[1::2]))
    given = list(accumulate(map(len, parts)))[::2]
    parts[1::2] = [_SIGNS[name] if name else token for name, token in zip(classes, parts[1::2], strict=True)]
    return _Marked("".join(parts), classes, given, list(accumulate(map(len, parts)))[::2])


def _told(text: str, marked: _Marked | None, number_at: int) -> tuple[tuple[str, int], ...]:
    """Class and place of the spans of one text, in order. ``number_at``: the first number in the masked text, or -1."""
    found = [] if number_at < 0 else [(number_at, "number")]
    if marked is not None:
        found = [(start, name) for start, name in zip(marked.given, marked.classes, strict=False) if name and name != "number"]
        if number_at >= 0:
            before = bisect_left(marked.masked, number_at)
            insort(found, (number_at + marked.given[before] - marked.masked[before], "number"))
        del found[MOST_SPANS:]
    if text.isascii():
        return tuple([(name, start) for start, name in found])
    return tuple([(name, len(text[:start].encode())) for start, name in found])


def class_of(token: str) -> str | None:
    """Class of one candidate, or ``None`` for what is likely a name, such as ``gpt-4o``, ``v2`` or ``base64``."""
    if len(token) > _LONGEST_TOKEN:
        return None
    if _HAS_UUID.search(token):
        return "uuid"
    if _HAS_CLOCK.search(token):
        return "time"
    if " " in token or _IS_DATE.fullmatch(token):
        return "date"
    return _class_of_word(token.strip("-_"))


def _class_of_word(word: str) -> str | None:
    if _IS_EPOCH.fullmatch(word):
        return "epoch"
    if compact := _IS_COMPACT_DATE.fullmatch(word):
        return "time" if compact[1] else "date"
    if _IS_NUMBER.fullmatch(word):
        return "number"
    if _IS_HEX.fullmatch(word):
        return "hex"
    return "id" if _is_id(_SEGMENTS.split(word)) else None


def _is_id(segments: Sequence[str]) -> bool:
    """Any part looks drawn, not named: digits and letters by turns, or a long number behind a word."""
    return any(map(_drawn, segments)) or (len(segments) > 1 and any(map(_numbered, segments[1:])))


def _drawn(segment: str) -> bool:
    digits = sum(map(str.isdigit, segment))
    return len(segment) >= _SHORTEST_ID and digits >= _DIGITS_OF_ID and len(_TURN.findall(segment)) > 1


def _numbered(segment: str) -> bool:
    """Opens with a digit and holds several: ``req_01ABC``, ``session-12345``."""
    return len(segment) >= _SHORTEST_ID and segment[0].isdigit() and sum(map(str.isdigit, segment)) >= _DIGITS_OF_ID


class _Classes(dict[str, "str | None"]):
    """Classes by token; forgets all when it has grown large."""

    def __missing__(self, token: str) -> str | None:
        if len(self) >= _MOST_CLASSIFIED:
            self.clear()
        found = self[token] = class_of(token)
        return found


_CLASS_OF: Final = _Classes()
