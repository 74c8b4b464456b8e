"""How a sample writes its times, and how long a time stands for where rows are sums: an hour, a day, a month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Span = Literal["HOUR", "DAY", "MONTH"]

_CLOCK: Final = r"[T ]\d\d:\d\d.*"
_SLASHES: Final = re.compile(r"(\d{1,2})/(\d{1,2})/\d{4}( \d{1,2}:\d\d(:\d\d)?)?")
_POINTS: Final = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}( \d{1,2}:\d\d(:\d\d)?)?")


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write times. ``sql`` and ``text``: expressions of the column ``{}`` for the instant and for a text that is one.

    ``format``: of ``strptime``, where ``any_time`` cannot read it. ``span``: what a value covers if it is a period;
    ``sure``: it can be nothing else. ``check``: what the reader must decide.
    """

    text: str = "{}"
    format: str = ""
    span: Span | None = None
    sure: bool = False
    check: str = ""

    def sql(self, column: str) -> str:
        """SQL of the instant."""
        if self.format:
            return f"try_strptime({column}, '{self.format}')::TIMESTAMPTZ"
        return f"any_time({self.text.format(column)})"

    def reason(self, name: str, column: str) -> str:
        """SQL of why the text of a column is no time; NULL when it is one. ``name`` is already quoted for SQL."""
        if self.format:
            return f"CASE WHEN {column} IS NOT NULL AND {self.sql(column)} IS NULL THEN '{name} is no time.' END"
        return f"bad_time('{name}', {self.text.format(column)})"


_FORMS: Final = (
    (re.compile(r"\d{4}-\d\d-\d\d([T ]00:00(:00(\.0+)?)?(Z|[+-]00:?00)?)?"), Form(span="DAY")),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:00(:00(\.0+)?)?(Z|[+-]\d\d:?\d\d)?"), Form(span="HOUR")),
    (re.compile(rf"\d{{4}}-\d\d-\d\d({_CLOCK})?|\d{{9,19}}(\.\d*)?"), Form()),
    (re.compile(r"\d{4}-\d\d"), Form(text="({} || '-01')", span="MONTH", sure=True)),
    (re.compile(r"20\d{6}"), Form(format="%Y%m%d", span="DAY")),
)
"""What ``any_time`` reads, as it is or with a little help, told apart by how much of a time is written."""


def form(values: Iterable[object]) -> Form | None:
    """The form of all stated values; ``None`` when it is not known or nothing is stated."""
    texts = [str(value) for value in values if value is not None]
    if not texts:
        return None

    for pattern, found in _FORMS:
        if all(map(pattern.fullmatch, texts)):
            return found
    if all(map(_POINTS.fullmatch, texts)):
        return _clocked("%d.%m.%Y", texts)
    return _slashed(texts) if all(map(_SLASHES.fullmatch, texts)) else None


def _slashed(texts: list[str]) -> Form:
    parts = [found for text in texts if (found := _SLASHES.fullmatch(text))]
    day_first = any(int(one[1]) > 12 for one in parts)  # noqa: PLR2004 -- months of a year
    decided = day_first or any(int(one[2]) > 12 for one in parts)  # noqa: PLR2004 -- months of a year
    check = "" if decided else "the sample does not tell month/day from day/month: month/day is assumed."
    return _clocked("%d/%m/%Y" if day_first else "%m/%d/%Y", texts, check)


def _clocked(days: str, texts: list[str], check: str = "") -> Form:
    """A day, with the time of day if all texts have one; a mixture is not read."""
    colons = {text.count(":") for text in texts}
    clock = {frozenset({0}): "", frozenset({1}): " %H:%M", frozenset({2}): " %H:%M:%S"}.get(frozenset(colons))
    if clock is None:
        return Form(format=days, check="some of its times have a time of day and some have none: the former are rejected.")
    return Form(format=days + clock, span=None if clock else "DAY", check=check)
