"""What a contract counts by the month (UTC): volume discounts, shortfalls, purchases and credits, as lines beside the calls.

A month is counted when it is over and all of it is asked for; of any other it is said that its lines are not applied. For a
month in order: contracted spend, less the volume discount; what that falls short of a commitment is added; credits pay for
spend after discounts, not for shortfalls and purchases. Nothing here is guessed and nothing is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from logcost.contract.grammar import Tier, month_after, month_of
from logcost.contract.terms import is_of
from logcost.spending import EXACT, ZERO, Adjustment, NotApplied, exactly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date
    from decimal import Decimal

    from logcost.contract.grammar import Commitment, ContractFile, Credit, Purchase, Volume
    from logcost.contract.terms import Names
    from logcost.types import Period

PARTLY: Final = "partial month: the period covers only part of it (months are those of UTC)"
RUNNING: Final = "partial month: the calls end on {}"
RANGE: Final = "some of the month's spend is only known as a range"
EARLIER_RANGE: Final = "some of an earlier month's spend, which used it, is only known as a range"
UNKNOWN: Final = "what was used of it before {} is not known: load the calls from {} on"


@dataclass(frozen=True, slots=True)
class DaySpend:
    """Contracted spend of one day (UTC) under one name of a provider. ``bounded``: records that are only a range."""

    day: date
    names: Names
    contracted: Decimal
    unpriced_records: int = 0
    bounded_records: int = 0


@dataclass
class _Months:
    """The spend by month, and what of it is left to pay after discounts and credits."""

    days: Sequence[DaySpend]
    last: date
    left: dict[int, Decimal] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.left = {index: one.contracted for index, one in enumerate(self.days)}
        self.by_month: dict[date, list[int]] = {}
        for index, one in enumerate(self.days):
            self.by_month.setdefault(month_of(one.day), []).append(index)

    def known(self) -> list[date]:
        """Every month from that of the first call to that of the last; the last may still be running."""
        months = [min(self.by_month)] if self.by_month else []
        while months and months[-1] < month_of(self.last):
            months.append(month_after(months[-1]))
        return months

    def over(self, month: date) -> bool:
        """Whether the calls reach the month's last day."""
        return self.last >= month_after(month) - timedelta(days=1)

    def of(self, month: date, provider: str | None) -> list[int]:
        """Numbers of the days of a month that concern a provider, in order."""
        return [index for index in self.by_month.get(month, ()) if is_of(provider, self.days[index].names)]

    def sum(self, indexes: Iterable[int], value: Callable[[int], Decimal] | None = None) -> Decimal:
        """What of some days is left to pay."""
        return exactly(*((value or self.left.__getitem__)(index) for index in indexes))

    def unpriced(self, indexes: Iterable[int]) -> int:
        """Records of some days without a price."""
        return sum(self.days[index].unpriced_records for index in indexes)

    def bounded(self, month: date, provider: str | None) -> bool:
        """Whether some of a month's spend is only a range."""
        return any(self.days[index].bounded_records for index in self.of(month, provider))

    def pay(self, indexes: Iterable[int], amount: Decimal) -> Decimal:
        """Take up to ``amount`` off the days in order; returns what was taken."""
        taken = ZERO
        for index in indexes:
            part = min(self.left[index], EXACT.subtract(amount, taken))
            self.left[index] = EXACT.subtract(self.left[index], part)
            taken = EXACT.add(taken, part)
        return taken


def bill(
    terms: ContractFile, days: Sequence[DaySpend], period: Period, last: date | None
) -> tuple[tuple[Adjustment, ...], tuple[NotApplied, ...]]:
    """Lines of the months of ``period``, and those that are not applied; both by month, then in the order of the rules.

    ``days``: the spend of all that is known and not of the period only, because credits are used up by what was before.
    ``last``: the day of the latest call.
    """
    if last is None:
        return (), ()
    ordered = sorted(days, key=lambda one: (one.day, repr(one.names)))
    months = _Months(ordered, last)
    lines: list[Adjustment | NotApplied] = []
    for month in months.known():
        lines += [line for volume in sorted(terms.volume, key=repr) for line in _volume(months, month, volume)]
        lines += [line for one in sorted(terms.commitment, key=repr) for line in _shortfall(months, month, one)]
        lines += [line for one in sorted(terms.purchase, key=repr) for line in _purchase(month, one)]
    for credit in sorted(terms.credit, key=_first_to_end):
        lines += _credit(months, credit)
    told = [_told(line, months, period) for line in lines]
    inside = sorted((line for line in told if line is not None), key=lambda line: line.month)
    return (
        tuple(line for line in inside if isinstance(line, Adjustment)),
        tuple(line for line in inside if isinstance(line, NotApplied)),
    )


def _told(line: Adjustment | NotApplied, months: _Months, period: Period) -> Adjustment | NotApplied | None:
    """The line if its month lies in the period and is over; that it is not applied, if in part; ``None`` outside."""
    month = datetime.fromisoformat(f"{line.month}-01").date()
    start, end = (datetime.combine(day, time(), UTC) for day in (month, month_after(month)))
    if (period.start and period.start >= end) or (period.end and period.end <= start):
        return None
    if (period.start and period.start > start) or (period.end and period.end < end):
        return _not(line, PARTLY)
    return line if months.over(month) else _not(line, RUNNING.format(months.last))


def _not(line: Adjustment | NotApplied, reason: str) -> NotApplied:
    return NotApplied(line.month, line.provider, line.category, line.what, reason)


def _volume(months: _Months, month: date, volume: Volume) -> Iterator[Adjustment | NotApplied]:
    if not volume.holds(month):
        return
    found = months.of(month, volume.provider)
    what, where = volume.what(), f"{month:%Y-%m}"
    if months.bounded(month, volume.provider):
        yield NotApplied(where, volume.provider, "Adjustment", what, RANGE)
        return
    given = _given(volume, months.sum(found))
    if given or not months.over(month):
        # Off the last days first, so that a credit that ends within the month finds what its days cost.
        months.pay(reversed(found), given)
        yield Adjustment(where, volume.provider, "Adjustment", what, -given, months.unpriced(found))


def _given(volume: Volume, spend: Decimal) -> Decimal:
    """The discount on a month's spend; a tier holds for more than its ``above``."""
    reached = [tier for tier in volume.tiers if spend > tier.above]
    if not reached:
        return ZERO
    if volume.applies == "whole":
        return EXACT.multiply(spend, reached[-1].percent.scaleb(-2))
    ends = [*(second.above for _, second in pairwise(reached)), spend]
    parts = (_part(tier, end) for tier, end in zip(reached, ends, strict=True))
    return exactly(*parts)


def _part(tier: Tier, end: Decimal) -> Decimal:
    return EXACT.multiply(EXACT.subtract(end, tier.above), tier.percent.scaleb(-2))


def _shortfall(months: _Months, month: date, one: Commitment) -> Iterator[Adjustment | NotApplied]:
    if not one.holds(month):
        return
    found = months.of(month, one.provider)
    where = f"{month:%Y-%m}"
    if months.bounded(month, one.provider):
        yield NotApplied(where, one.provider, "Adjustment", one.what(), RANGE)
        return
    missing = max(ZERO, EXACT.subtract(one.amount, months.sum(found)))
    if missing or not months.over(month):
        yield Adjustment(where, one.provider, "Adjustment", one.what(), missing, months.unpriced(found))


def _purchase(month: date, one: Purchase) -> Iterator[Adjustment]:
    if one.holds(month):
        yield Adjustment(f"{month:%Y-%m}", one.provider, "Purchase", one.what, one.amount)


def _first_to_end(credit: Credit) -> tuple[bool, date, bool, date, Decimal, str]:
    """Credits are used in the order in which they end; then the narrower first, then the older."""
    return (
        credit.until is None,
        credit.until or credit.start,
        credit.provider is None,
        credit.start,
        credit.amount,
        credit.provider or "",
    )


def _credit(months: _Months, credit: Credit) -> Iterator[Adjustment | NotApplied]:
    """What of a credit each month uses, as long as there is something left of it."""
    left, reason = credit.amount, ""
    known = months.known()
    if known and month_of(credit.start) < known[0]:
        reason = UNKNOWN.format(f"{known[0]:%Y-%m}", credit.start)
    for month in known:
        if credit.start >= month_after(month) or (credit.until is not None and credit.until < month):
            continue
        where = f"{month:%Y-%m}"
        if not reason and months.bounded(month, credit.provider):
            reason = EARLIER_RANGE
            yield NotApplied(where, credit.provider, "Credit", credit.what(), RANGE)
            continue
        if reason:
            yield NotApplied(where, credit.provider, "Credit", credit.what(), reason)
            continue
        found = [index for index in months.of(month, credit.provider) if credit.holds(months.days[index].day)]
        used = months.pay(found, left)
        left = EXACT.subtract(left, used)
        if used:
            yield Adjustment(where, credit.provider, "Credit", credit.what(), -used, months.unpriced(found))
