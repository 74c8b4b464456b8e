"""Why a row is not priced: cheap conditions for all rows, and the words only for the rows that need them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

_NO_TEXT: Final = pl.lit(None, dtype=pl.String)

Row = Callable[[str], pl.Expr]
"""Gives a column of the row by name; NULL in rows of which the text does not speak."""


class Case(NamedTuple):
    """One way in which a row cannot be priced: when, and what to say about the row."""

    when: pl.Expr
    text: Callable[[Row], pl.Expr]


def case(when: pl.Expr, text: str | Callable[[Row], pl.Expr]) -> Case:
    """A case with a fixed text, or a text made of the row's columns."""
    return Case(when, (lambda _: pl.lit(text)) if isinstance(text, str) else text)


def stated(column: str) -> Case:
    """A reason that an earlier step has written into ``column``."""
    return Case(pl.col(column).is_not_null(), lambda row: row(column))


def first_reason(cases: Sequence[Case]) -> pl.Expr:
    """The text of the first case that applies, NULL where none does.

    Polars evaluates every branch of a ``when`` for every row, and most rows are priced. So a number says which case it is,
    and each text sees NULL in all rows but its own: numbers become text only where they are told.
    """
    which = pl.coalesce([pl.when(one.when).then(pl.lit(number, dtype=pl.UInt8)) for number, one in enumerate(cases)])
    return pl.coalesce([*(_told(which == number, one) for number, one in enumerate(cases)), _NO_TEXT])


def _told(here: pl.Expr, one: Case) -> pl.Expr:
    return pl.when(here).then(one.text(lambda name: pl.when(here).then(pl.col(name))))


def any_of(cases: Sequence[Case]) -> pl.Expr:
    """Whether any of the cases applies to the row."""
    return pl.any_horizontal([pl.lit(value=False), *(one.when.fill_null(value=False) for one in cases)])
