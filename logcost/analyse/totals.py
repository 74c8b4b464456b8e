"""From rows of integer sums to totals: the one place where femto-USD become Decimal, and discounts are applied."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from logcost.analyse.frames import usd
from logcost.analyse.terms import TERM
from logcost.spending import EXACT, ZERO, Converted, Totals, exactly

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from logcost.analyse.terms import Term

COUNTS: Final = (
    "requests",
    "input_tokens",
    "uncached_input_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
)
"""Sums that are unknown where no record states the count."""
COSTS: Final = ("list_cost_fusd", "bounded_low_fusd", "bounded_high_fusd")
"""Sums that a contract multiplies."""
NUMBERS: Final = (
    "records",
    "unpriced_records",
    "uncounted_records",
    "bounded_records",
    "unpriced_requests",
    "unpriced_tokens",
    "bounded_requests",
    "reported_fusd",
    "reported_rows",
)
SUMS: Final = (*COSTS, *NUMBERS)


def add(records: Iterable[Mapping[str, int]], terms: Sequence[Term], currency: str | None = None) -> Totals:
    """Exact totals of some rows of sums, each with the number of its term; in ``currency`` too if there is one."""
    numbers = dict.fromkeys(NUMBERS, 0)
    counts: dict[str, int] = {}
    costs: dict[int, list[int]] = defaultdict(lambda: [0] * (len(COSTS) + 1))
    for record in records:
        for name in NUMBERS:
            numbers[name] += record[name]
        for name in COUNTS:
            if record[name] is not None:
                counts[name] = counts.get(name, 0) + record[name]
        mine = costs[record[TERM]]
        for index, name in enumerate((*COSTS, "records")):
            mine[index] += record[name]
    money = [(terms[number], [usd(cost) for cost in mine[:-1]], mine[-1]) for number, mine in sorted(costs.items())]
    exact, low, high = (_sum(money, index) for index in range(len(COSTS)))
    paid, paid_low, paid_high = (_sum(money, index, discounted=True) for index in range(len(COSTS)))
    none = None if numbers["records"] else 0  # Nothing at all adds up to 0; records that state no count, to an unknown one.
    plain: dict[str, Any] = {name: counts.get(name, none) for name in COUNTS}
    plain |= {name: numbers[name] for name in NUMBERS if not name.startswith("reported")}
    return Totals(
        **plain,
        list_cost=exact,
        contracted_cost=paid,
        reported_cost=usd(numbers["reported_fusd"]) if numbers["reported_rows"] else None,
        bounded_list_low=low,
        bounded_list_high=high,
        bounded_contracted_low=paid_low,
        bounded_contracted_high=paid_high,
        converted=_converted(money, currency) if currency else None,
    )


Money = tuple["Term", list["Decimal"], int]
"""A term with its exact costs and its records."""


def _sum(money: Iterable[Money], index: int, *, discounted: bool = False, converted: bool = False) -> Decimal:
    """Sum of one of the costs, each times the factors asked for; what cannot be converted adds nothing."""
    total = ZERO
    for term, costs, _ in money:
        cost = EXACT.multiply(costs[index], term.kept) if discounted else costs[index]
        if converted:
            cost = EXACT.multiply(cost, term.rate) if term.rate is not None else ZERO
        total = EXACT.add(total, cost)
    return total


def _converted(money: Sequence[Money], currency: str) -> Converted:
    listed, low, high = (_sum(money, index, converted=True) for index in range(len(COSTS)))
    paid, paid_low, paid_high = (_sum(money, index, discounted=True, converted=True) for index in range(len(COSTS)))
    return Converted(
        currency=currency,
        list_cost=listed,
        contracted_cost=paid,
        list_cost_low=exactly(listed, low),
        list_cost_high=exactly(listed, high),
        contracted_cost_low=exactly(paid, paid_low),
        contracted_cost_high=exactly(paid, paid_high),
        unconverted_records=sum(records for term, _, records in money if term.rate is None),
    )
