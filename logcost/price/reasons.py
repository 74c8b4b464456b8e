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


def which_case(cases: Sequence[Case]) -> pl.Expr:
    """Number of the first case that applies, NULL where none does. To be kept as a column for ``reason_told``."""
    return pl.coalesce([pl.when(one.when).then(pl.lit(number, dtype=pl.UInt8)) for number, one in enumerate(cases)])


def reason_told(cases: Sequence[Case], number: pl.Expr) -> pl.Expr:
    """The text of the case that ``number``, a column with the result of ``which_case``, says; NULL where it is NULL.

    Polars evaluates every branch of a ``when`` for every row, and most rows are priced: so each text sees NULL in all
    rows but its own, and counts become text only where they are told. ``number`` is a column because every text names
    it: as an expression of all conditions it would be repeated for each of them, and planning would outlast the query.
    """
    return pl.coalesce([*(_told(number == which, one) for which, one in enumerate(cases)), _NO_TEXT])


def _told(here: pl.Expr, one: Case) -> pl.Expr:
    return pl.when(here).then(one.text(lambda name: pl.when(here).then(pl.col(name))))
