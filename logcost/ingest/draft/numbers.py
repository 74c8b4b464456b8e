"""How a sample writes its numbers: plainly, or with signs between the thousands, a decimal comma, or a currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_CURRENCIES: Final = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_PLAIN_WHOLE: Final = re.compile(r"\d{1,18}(\.0*)?")
_PLAIN: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class Notation:
    """One way to write numbers. ``told``: in words; ``groups`` part thousands, ``point`` is the decimal sign.

    ``sql``: an expression of the text ``{}`` that gives the same number in the notation of the macro ``money``.
    """

    told: str
    groups: str
    point: str
    sql: str

    def takes(self, text: str, *, whole: bool) -> bool:
        """Whether the text is a number in this notation; ``whole``: of 0 or more, without a fraction."""
        if not self.groups:
            return bool((_PLAIN_WHOLE if whole else _PLAIN).fullmatch(text))
        grouped = rf"(\d+|[1-9]\d{{0,2}}([{self.groups}]\d{{3}})+)"
        if whole:
            return bool(re.fullmatch(grouped, text.strip()))
        return bool(re.fullmatch(rf"-?{grouped}([{self.point}]\d*)?", _bare(text)))

    def number(self, text: str) -> Decimal:
        """The number that the text writes; the notation must take it."""
        bare = _bare(text)
        for sign in self.groups:
            bare = bare.replace(sign, "")
        return Decimal(bare.replace(self.point, "."))


PLAIN: Final = Notation("plain numbers", "", ".", "{}")
_GROUPED: Final = (
    Notation("a comma between thousands and a decimal point", ",", ".", "{}"),
    Notation("a point between thousands and a decimal comma", ".", ",", "translate({}, ',.', '.,')"),
    Notation("an apostrophe between thousands and a decimal point", "'\u2019", ".", "translate({}, '''\u2019', ',,')"),
    Notation("spaces between thousands and a decimal comma", " \u00a0\u202f", ",", "translate({}, ' \u00a0\u202f,', ',,,.')"),
)


_SIGNS: Final = {sign for one in _GROUPED for sign in (*one.groups, one.point, *_CURRENCIES)}


def notations(values: Iterable[object], *, whole: bool) -> tuple[Notation, ...]:
    """The notations in which all stated values are numbers, likeliest first; none: they are no numbers.

    Without a stated value, plain. More than one: they cannot be told apart by this sample. Truth values are no numbers. Those of
    JSON are plain, only texts can be anything else.
    """
    stated = [value for value in values if value is not None]
    if any(isinstance(value, bool) for value in stated):
        return ()
    texts = [str(value) for value in stated]
    plain = all(PLAIN.takes(text, whole=whole) for text in texts)
    if not all(isinstance(value, str) for value in stated) or not any(sign in text for text in texts for sign in _SIGNS):
        return (PLAIN,) if plain else ()
    # Of "1.000" alone nobody can tell whether it is one or a thousand.
    grouped = (one for one in _GROUPED if all(one.takes(text, whole=whole) for text in texts))
    return (PLAIN, *(one for one in grouped if one.point != ".")) if plain else tuple(grouped)


def currency(name: str, values: Iterable[object]) -> str | None:
    """ISO code of the currency that the sign before an amount or the name of its key says."""
    signs = {sign for value in values if isinstance(value, str) for sign in _CURRENCIES if sign in value}
    if len(signs) == 1:
        return _CURRENCIES[signs.pop()]
    said = [code for code in ("USD", "EUR", "GBP", "JPY", "CNY", "CHF") if re.search(rf"(?<![A-Z]){code}(?![A-Z])", name.upper())]
    return said[0] if len(said) == 1 else None


def amount_sql(notation: Notation, column: str, values: Iterable[object]) -> str:
    """SQL of the exact amount that a text column with such values holds; the macro ``money`` knows only dollars."""
    signs = "".join(sign for sign in _CURRENCIES if sign != "$" and any(sign in str(value) for value in values))
    bare = f"trim({column}, ' {signs}')" if signs else column
    return f"money({notation.sql.format(bare)})"


def _bare(text: str) -> str:
    """The text without spaces and currencies round it."""
    return text.strip().strip("".join(_CURRENCIES)).strip()
