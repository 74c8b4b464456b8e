"""What is spent, as the rooms hand it to each other: totals, summaries, and what a contract makes of them.

Money is ``Decimal`` USD and exact unless a field says otherwise. Names follow FOCUS: list, contracted and effective cost;
charge categories Usage, Purchase, Credit, Adjustment.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date, datetime

    from logcost.types import Period

ZERO: Final = Decimal(0)
EXACT: Final = Context(prec=400, traps=[Inexact, InvalidOperation, DivisionByZero])
"""For sums and products of money: enough digits for every amount and factor there is, and an error where it is not."""


@dataclass(frozen=True, slots=True)
class Converted:
    """Amounts in the contract's currency, at the rate of each call's day (UTC).

    ``*_low`` and ``*_high`` are those of the whole, as in ``Totals``. Records without a time have no rate: they are counted
    in ``unconverted_records`` and are in none of the amounts.
    """

    currency: str
    list_cost: Decimal
    contracted_cost: Decimal
    list_cost_low: Decimal
    list_cost_high: Decimal
    contracted_cost_low: Decimal
    contracted_cost_high: Decimal
    unconverted_records: int = 0


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over usage records. A count is ``None`` when there are records and not one states it.

    Where some state it, it is the sum of what they state; ``DataQuality`` says how many do not, and ``uncounted_records``
    counts those that do not say how many calls they stand for: with any, ``requests`` is the least there can be.
    ``uncached_input_tokens`` is the input less what is known to be read from or written to a cache.
    ``list_cost`` covers the records with one exact price; ``contracted_cost`` is the same after the contract's discounts.
    ``unpriced_records`` counts those without any, and ``unpriced_requests`` and ``unpriced_tokens`` (input + output) sum
    what those state. ``bounded_*`` are the records between: sums of calls whose cost is known to lie in a range, with the
    sums of the lower and upper ends. ``reported_cost`` is the sum of what the logs claim in USD; ``None`` when no record
    claims anything. ``converted``: the amounts in another currency, when the contract names one.
    """

    requests: int | None
    input_tokens: int | None
    uncached_input_tokens: int | None
    cache_read_input_tokens: int | None
    cache_creation_input_tokens: int | None
    output_tokens: int | None
    reasoning_output_tokens: int | None
    list_cost: Decimal
    contracted_cost: Decimal
    reported_cost: Decimal | None
    unpriced_requests: int
    unpriced_tokens: int
    records: int
    unpriced_records: int
    uncounted_records: int
    bounded_records: int = 0
    bounded_requests: int = 0
    bounded_list_low: Decimal = ZERO
    bounded_list_high: Decimal = ZERO
    bounded_contracted_low: Decimal = ZERO
    bounded_contracted_high: Decimal = ZERO
    converted: Converted | None = None

    @property
    def list_cost_low(self) -> Decimal:
        """The least that all records with a price can cost; ``list_cost`` when none is bounded."""
        return exactly(self.list_cost, self.bounded_list_low)

    @property
    def list_cost_high(self) -> Decimal:
        """The most that all records with a price can cost."""
        return exactly(self.list_cost, self.bounded_list_high)

    @property
    def contracted_cost_low(self) -> Decimal:
        """The same of the contracted cost."""
        return exactly(self.contracted_cost, self.bounded_contracted_low)

    @property
    def contracted_cost_high(self) -> Decimal:
        """The same of the contracted cost."""
        return exactly(self.contracted_cost, self.bounded_contracted_high)


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One line of the contract for one month (UTC) that belongs to no call. ``amount`` is negative for what is given back.

    ``category`` is FOCUS's: Adjustment (volume discounts, shortfalls of a commitment), Credit or Purchase.
    ``unpriced_records`` of that month were taken as free, because nobody knows what they cost.
    """

    month: str
    provider: str | None
    category: str
    what: str
    amount: Decimal
    unpriced_records: int = 0


@dataclass(frozen=True, slots=True)
class NotApplied:
    """A line of the contract that could not be worked out for a month, and why."""

    month: str
    provider: str | None
    category: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Bill:
    """What a contract makes of the spend of a period. ``file`` is the contract's name without its folder.

    ``effective_cost`` = contracted cost + adjustments, of the records with an exact price; the ends are those of all
    records with a price. ``converted_effective_cost`` is in the contract's currency, the adjustments at the rate of the last
    day of their month; ``None`` without one.
    """

    file: str
    effective_cost: Decimal
    effective_cost_low: Decimal
    effective_cost_high: Decimal
    adjustments: tuple[Adjustment, ...] = ()
    not_applied: tuple[NotApplied, ...] = ()
    converted_effective_cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class SpendRow:
    """Totals of one group; ``group`` maps each grouping column to its value, ``None`` = the source does not say."""

    group: dict[str, str | None]
    totals: Totals


@dataclass(frozen=True, slots=True)
class SpendSummary:
    """Spend grouped by ``by``; the rows' columns add up to ``totals`` exactly. Rows: largest list cost first, days in order.

    ``bill``: what the contract makes of the totals, if one is in use. ``prices_as_of``: the instant whose prices every call
    was given; ``None``: each call those of its own.
    """

    period: Period
    currency: str
    by: tuple[str, ...]
    totals: Totals
    rows: tuple[SpendRow, ...]
    bill: Bill | None = None
    prices_as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A day whose spend stands out from its weekday's history: robust z-score, and the group that explains most of it."""

    day: date
    list_cost: Decimal
    expected_cost: Decimal
    score: float
    model: str | None
    workload: str | None


@dataclass(frozen=True, slots=True)
class SpendReview:
    """Everything the report says about spend. ``by_*`` hold one summary each, all with the same totals."""

    totals: Totals
    by_day: SpendSummary
    by_day_model: SpendSummary
    by_model: SpendSummary
    by_provider: SpendSummary
    by_workload: SpendSummary
    by_workload_model: SpendSummary
    by_workload_day: SpendSummary
    by_project: SpendSummary
    anomalies: tuple[Anomaly, ...]
    previous: Totals | None = None
    previous_period: Period | None = None
    bill: Bill | None = None


def exactly(*amounts: Decimal) -> Decimal:
    """Sum of exact amounts, with as many digits as it takes. Raises ``decimal.Inexact`` rather than round."""
    total = ZERO
    for amount in amounts:
        total = EXACT.add(total, amount)
    return total
