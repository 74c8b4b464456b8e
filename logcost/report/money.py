"""Amounts on the page: which precision a report uses, and how columns are rounded so that they add up.

Exact amounts are ``Decimal`` USD. A ``Scale`` is chosen once from the report's total, and every amount of the page goes
through it, so that a month of $46,297.80 is told in whole dollars and one of $0.0123 in hundredths of a cent.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, localcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WHOLE_DOLLARS_FROM = Decimal(100)
"""From this total on, amounts other than the headline are whole dollars."""

CENTS_FROM = Decimal(1)
"""From this total on (below ``WHOLE_DOLLARS_FROM``), amounts are cents."""

MINUS = "\u2212"
ZERO = Decimal(0)
ONE = Decimal(1)
_DIGITS = 60
_MAX_PLACES = 15


@dataclass(frozen=True, slots=True)
class Scale:
    """Decimal places of ordinary amounts (``places``) and of the headline (``headline_places``)."""

    places: int
    headline_places: int

    @property
    def unit(self) -> Decimal:
        """Smallest amount the scale can show."""
        return Decimal(1).scaleb(-self.places)


def scale_of(total: Decimal) -> Scale:
    """Scale of a report: whole dollars from $100, cents from $1, below that four digits of the total (at most 1e-15)."""
    size = abs(total)
    if size >= WHOLE_DOLLARS_FROM or size == 0:
        return Scale(0 if size else 2, 2)
    if size >= CENTS_FROM:
        return Scale(2, 2)
    places = min(_MAX_PLACES, 3 - size.adjusted())
    return Scale(places, places)


def allocate(amounts: Sequence[Decimal], places: int, total: Decimal | None = None) -> list[Decimal]:
    """Round ``amounts`` to ``places`` so that they add up to their rounded sum (largest remainder).

    Each result differs from its amount by less than one unit; the sum is rounded half to even, or it is ``total``, the sum
    as it is already shown elsewhere (less than a unit from the exact one). Ties go to the earlier amount, so the result
    depends on the order of the amounts only.
    """
    with localcontext(prec=_DIGITS):
        unit = Decimal(1).scaleb(-places)
        floors = [amount.quantize(unit, ROUND_FLOOR) for amount in amounts]
        wanted = sum(amounts, Decimal(0)).quantize(unit, ROUND_HALF_EVEN) if total is None else total
        missing = int((wanted - sum(floors, Decimal(0))) / unit)
        order = sorted(range(len(amounts)), key=lambda i: (floors[i] - amounts[i], i))
        for index in order[:missing]:
            floors[index] += unit
        return floors


def rounded(amount: Decimal, places: int) -> Decimal:
    """One amount rounded half to even, for amounts that stand alone."""
    with localcontext(prec=_DIGITS):
        return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)


def ends(low: Decimal, high: Decimal, places: int) -> tuple[str, str]:
    """``$2,610`` and ``$2,818``: a range rounded outwards, so that what is shown of an amount inside never lies outside."""
    unit = Decimal(1).scaleb(-places)
    with localcontext(prec=_DIGITS):
        return dollars(low.quantize(unit, ROUND_FLOOR), places), dollars(high.quantize(unit, ROUND_CEILING), places)


def dollars(amount: Decimal, places: int, *, exact: Decimal | None = None, sign: bool = False) -> str:
    """``$1,234`` or, with a true minus sign, ``-$0.50``; ``sign`` puts ``+`` on increases.

    ``amount`` is already rounded or gets rounded here. A zero whose ``exact`` amount (default: ``amount``) is not zero
    reads ``<$1``, never ``$0``.
    """
    shown = rounded(amount, places)
    true = amount if exact is None else exact
    if shown == 0 and true != 0:
        return f"{'>' + MINUS if true < 0 else '<'}${Decimal(1).scaleb(-places):f}"
    prefix = MINUS if shown < 0 else "+" if sign and shown > 0 else ""
    return f"{prefix}${abs(shown):,.{places}f}"


def exact_text(amount: Decimal) -> str:
    """The exact amount without exponent or trailing zeros, for JSON and CSV: ``"0.0000125"``, ``"12"``, ``"0"``."""
    text = f"{amount:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def headline(amount: Decimal, scale: Scale) -> tuple[str, str]:
    """The headline figure as (whole dollars, fraction with its point): ``("46,297", ".80")``."""
    shown = f"{rounded(amount, scale.headline_places):,.{scale.headline_places}f}"
    whole, _, fraction = shown.partition(".")
    return whole.replace("-", MINUS), f".{fraction}" if fraction else ""


def axis_dollars(value: Decimal) -> str:
    """Short label of a grid line: ``$0``, ``$250``, ``$1k``, ``$1.5k``, ``$2M``, ``$0.002``."""
    for size, suffix in ((Decimal(10**9), "B"), (Decimal(10**6), "M"), (Decimal(1000), "k")):
        if value >= size:
            return f"${exact_text(value / size)}{suffix}"
    return f"${exact_text(value)}"
