"""Volatile tokens of a prompt: ids, times and numbers that differ from call to call while the text around them stays.

A volatile token in front of stable text makes every prompt a new one for the provider's cache. The scan says where such
tokens stand and gives the text with each of them replaced by a sign for its class, so that "equal but for volatile tokens" can
be told. The rules look at one token alone: they take some constants (a release date in a model's name) for volatile too.

Regular expressions over a whole column of texts find the candidates, each from its first digit on: an expression that may begin
with anything else takes three times as long, so dates with the name of a month have their own, for the texts that hold one. The
candidates are then told apart one by one, each distinct token once. Plain numbers, the most frequent by far, are masked by
another pass.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from itertools import accumulate, zip_longest
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
_CANDIDATE: Final = rf"[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})? [AaPp]\.?[Mm]|[0-9]+(?:[A-Za-z_-]|[.,:/+][0-9]){_TAIL}"
"""More than plain digits, from the first digit on."""

_CANDIDATES: Final = rf"{_CANDIDATE}|[0-9]{{5,}}"
_WITH_WORDS: Final = rf"{_WEEKDAY}{_WORDED}|{_CANDIDATE}|[0-9]{{8,}}|[_-][0-9]{{5,}}{_TAIL}"
_NUMBER: Final = r"(?-u:\b)[0-9]{1,7}(?-u:\b)"
_WORD: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

_LETTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_DIGITS: Final = frozenset("0123456789")
_IN_WORD: Final = frozenset(_WORD)

_HAS_UUID: Final = re.compile(_UUID)
_HAS_CLOCK: Final = re.compile(rf"(?<![0-9]){_CLOCK}(?![0-9])")
_IS_DATE: Final = re.compile(
    r"[0-9]{4}([-/.])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([-/.])[0-9]{1,2}\2[0-9]{4}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}"
)
_IS_NUMBER: Final = re.compile(r"[0-9][0-9.,:/+-]*[A-Za-z]{0,3}")
_IS_HEX: Final = re.compile(r"(?:0[xX])?(?:[0-9a-f]{8,}|[0-9A-F]{8,})")
_IS_EPOCH: Final = re.compile(r"1(?:[0-9]{9}|[0-9]{12}|[0-9]{15}|[0-9]{18})(?:\.[0-9]+)?")
_IS_COMPACT_DATE: Final = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])([0-9]{6})?")
_TURN: Final = r"(?:[0-9][A-Za-z]|[A-Za-z][0-9])"
_TURNS: Final = rf"(?:[0-9][A-Za-z][0-9]|[A-Za-z][0-9][A-Za-z]|{_TURN}[^_-]*{_TURN})"
_IS_ID: Final = re.compile(
    r"(?<![^_-])(?=[^_-]{5})(?=[^_-]*[0-9][^_-]*[0-9])"
    rf"(?:(?<=[_-])[0-9]|[^_-]*?{_TURNS})"
)
"""A part of five characters or more, with two digits or more, that looks drawn, not named: digits and letters by turns, or behind
another part a digit first (``req_01ABC``, ``session-12345``)."""

_LONGEST_TOKEN: Final = 128
_LENGTH_OF_UUID: Final = 36
_LONGEST_NUMBER: Final = 7
_MOST_CLASSIFIED: Final = 50_000


class Scan(NamedTuple):
    """A text with its volatile tokens masked, and the class and place (in UTF-8 bytes from its start) of each in order."""

    masked: str
    classes: tuple[str, ...]
    places: tuple[int, ...]

    @property
    def spans(self) -> tuple[tuple[str, int], ...]:
        """Class and place of each token."""
        return tuple(zip(self.classes, self.places, strict=True))


def scanned(texts: Sequence[str]) -> list[Scan | None]:
    """One scan a text; ``None`` where nothing is volatile."""
    safe = [text.replace(_FENCE, " ") if _FENCE in text else text for text in texts]
    marked = [_masked(fenced) if _FENCE in fenced else None for fenced in _fenced(safe)]
    without = [text if one is None else one.text for text, one in zip(safe, marked, strict=True)]
    number = _SIGNS["number"]
    masked = pl.Series(without, dtype=pl.String).str.replace_all(_NUMBER, number).to_list()
    return [
        None if text == changed else _scan(text, one, changed, changed.find(number))
        for text, one, changed in zip(safe, marked, masked, strict=True)
    ]


def _fenced(texts: Sequence[str]) -> list[str]:
    fence = f"{_FENCE}${{0}}{_FENCE}"
    column = pl.Series(texts, dtype=pl.String)
    fenced: list[str] = column.str.replace_all(_CANDIDATES, fence).to_list()
    worded = column.str.contains(rf"{_MONTH} [0-9]").arg_true()
    again = column.gather(worded).str.replace_all(_WITH_WORDS, fence)
    for n, text in zip(worded.to_list(), again.to_list(), strict=True):
        fenced[n] = text
    return fenced


class _Marked(NamedTuple):
    """A text whose candidates are masked. ``found``: place and class of each but numbers, in characters of the given text.

    ``starts`` of the signs in the masked text; ``shifts``: how much further the given text is there, and at its end.
    """

    text: str
    found: list[tuple[int, str]]
    starts: list[int]
    shifts: list[int]


def _masked(fenced: str) -> _Marked:
    pieces: list[str] = []
    found, starts, shifts = [], [], [0]
    given = 0
    parts = iter(fenced.split(_FENCE))
    for before, candidate in zip_longest(parts, parts):
        if candidate is None:
            pieces.append(before)
            break
        stem, token = before, candidate
        if before and before[-1] in _IN_WORD:
            # A candidate opens with its first digit; the word it stands in may open with a letter.
            stem = before.rstrip(_WORD)
            token = before[len(stem) :] + candidate
        # Few digits at the end of a name are part of it.
        name = None if before and before[-1] in _LETTERS and _is_short(candidate) else _CLASS_OF[token]
        given += len(stem)
        if name:
            if name != "number":
                found.append((given, name))
            starts.append(given - shifts[-1])
            shifts.append(shifts[-1] + len(token) - 1)
            pieces += stem, _SIGNS[name]
        else:
            pieces += stem, token
        given += len(token)
    return _Marked("".join(pieces), found, starts, shifts)


def _scan(text: str, marked: _Marked | None, changed: str, number_at: int) -> Scan:
    """``changed``: the text with all tokens masked; ``number_at``: where its first number is, or -1."""
    found = marked.found if marked else []
    if number_at >= 0:
        insort(found, (number_at + (marked.shifts[bisect_left(marked.starts, number_at)] if marked else 0), "number"))
    del found[MOST_SPANS:]
    places = [start for start, _ in found]
    if not text.isascii():
        pairs = zip([0, *places], places, strict=False)
        places = list(accumulate(len(text[start:end].encode()) for start, end in pairs))
    return Scan(changed, tuple([name for _, name in found]), tuple(places))


def class_of(token: str) -> str | None:
    """Class of one candidate, or ``None`` for what is likely a name, such as ``gpt-4o``, ``v2`` or ``base64``."""
    if len(token) > _LONGEST_TOKEN:
        return None
    if len(token) >= _LENGTH_OF_UUID and _HAS_UUID.search(token):
        return "uuid"
    if ":" in token and _HAS_CLOCK.search(token):
        return "time"
    if " " in token or _IS_DATE.fullmatch(token):
        return "date"
    return _class_of_word(token.strip("-_"))


def _class_of_word(word: str) -> str | None:
    if word[0] in _DIGITS:
        if _IS_EPOCH.fullmatch(word):
            return "epoch"
        if compact := _IS_COMPACT_DATE.fullmatch(word):
            return "time" if compact[1] else "date"
        if _IS_NUMBER.fullmatch(word):
            return "number"
    if _IS_HEX.fullmatch(word):
        return "hex"
    return "id" if _IS_ID.search(word) else None


def _is_short(digits: str) -> bool:
    return len(digits) <= _LONGEST_NUMBER and digits.isdigit()


class _Classes(dict[str, "str | None"]):
    """Classes by token; forgets all when it has grown large."""

    def __missing__(self, token: str) -> str | None:
        if len(self) >= _MOST_CLASSIFIED:
            self.clear()
        found = self[token] = class_of(token)
        return found


_CLASS_OF: Final = _Classes()
