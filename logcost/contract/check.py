"""What a contract may say but not mean: percentages beyond 100, days in the wrong order, terms that contradict each other."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, TypeVar

from logcost.contract.grammar import HUNDRED, Dated, month_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from decimal import Decimal

    from logcost.contract.grammar import Commitment, ContractFile, Currency, Discount, Volume
    from logcost.errors import ContractError

    Problem = tuple[str, str]
    """Where in the document, and what is wrong."""

T = TypeVar("T", bound=Dated)


def file(contract: ContractFile, error: Callable[[str, str], ContractError]) -> None:
    """Raise the first error, made by ``error`` from its place (``$.discount[0]``) and its text; else nothing."""
    for problems in (_days, _amounts, _percentages, _tiers, _currency, _twice):
        for place, what in problems(contract):
            raise error(place, what)


def _dated(contract: ContractFile) -> Iterator[tuple[str, Dated]]:
    for name in ("discount", "volume", "credit", "commitment", "purchase"):
        for index, one in enumerate(getattr(contract, name)):
            yield f"$.{name}[{index}]", one


def _days(contract: ContractFile) -> Iterator[Problem]:
    for place, one in _dated(contract):
        if one.start and one.until and one.until < one.start:
            yield f"{place}.until", f"until ({one.until}) lies before from ({one.start})."
        if place.startswith(("$.volume", "$.commitment", "$.purchase")):
            yield from _whole_months(place, one)


def _whole_months(place: str, one: Dated) -> Iterator[Problem]:
    if one.start and one.start.day != 1:
        yield f"{place}.from", f"It is counted by the month: from must be the first of one, and is {one.start}."
    if one.until and month_of(one.until) == month_of(_next(one.until)):
        yield f"{place}.until", f"It is counted by the month: until must be the last day of one, and is {one.until}."


def _next(day: date) -> date:
    return day.fromordinal(day.toordinal() + 1)


def _amounts(contract: ContractFile) -> Iterator[Problem]:
    for place, one in _dated(contract):
        amount: Decimal | None = getattr(one, "amount", None)
        if amount is not None and not (amount.is_finite() and amount > 0):
            yield f"{place}.amount", f"amount must be more than 0, and is {amount}."


def _percentages(contract: ContractFile) -> Iterator[Problem]:
    stated = [(f"$.discount[{index}].percent", one.percent) for index, one in enumerate(contract.discount)]
    stated += [(f"$.volume[{index}].tiers", tier.percent) for index, one in enumerate(contract.volume) for tier in one.tiers]
    for place, percent in stated:
        if not (percent.is_finite() and 0 <= percent <= HUNDRED):
            yield place, f"percent must be from 0 to 100, and is {percent}."


def _tiers(contract: ContractFile) -> Iterator[Problem]:
    for index, volume in enumerate(contract.volume):
        place = f"$.volume[{index}].tiers"
        if not volume.tiers:
            yield place, "tiers is empty."
        if any(not tier.above.is_finite() or tier.above < 0 for tier in volume.tiers):
            yield place, "above must be an amount of at least 0."
        if any(second.above <= first.above for first, second in pairwise(volume.tiers)):
            yield place, "The tiers must ascend: each above is more than the one before."


def _currency(contract: ContractFile) -> Iterator[Problem]:
    if contract.currency is None:
        return
    yield from _code(contract.currency)
    for index, rate in enumerate(contract.currency.rate):
        if not (rate.usd.is_finite() and rate.usd > 0):
            yield f"$.currency.rate[{index}].usd", f"usd must be more than 0, and is {rate.usd}."
    days = sorted(rate.start for rate in contract.currency.rate)
    for first, second in pairwise(days):
        if first == second:
            yield "$.currency", f"There are two rates from {first}."


def _code(currency: Currency) -> Iterator[Problem]:
    if not re.fullmatch("[A-Z]{3}", currency.code):
        yield "$.currency.code", f"'{currency.code}' is no code of a currency, such as EUR."
    if currency.code != "USD" and bool(currency.rates) == bool(currency.rate):
        yield "$.currency", "It needs either rates (a file, or ecb) or [[currency.rate]], and not both."


def _twice(contract: ContractFile) -> Iterator[Problem]:
    """Terms of one kind for the same calls at the same time: nobody could say which holds."""
    yield from _clashes("discount", contract.discount, _same_calls)
    yield from _clashes("volume", contract.volume, _same_provider)
    yield from _clashes("commitment", contract.commitment, _same_provider)


def _clashes(name: str, entries: Sequence[T], same: Callable[[T, T], bool]) -> Iterator[Problem]:
    for (first, one), (second, other) in combinations(enumerate(entries), 2):
        if one.overlaps(other) and same(one, other):
            what = f"{name} {first + 1} and {name} {second + 1} hold for the same calls at the same time."
            yield f"$.{name}[{second}]", what


def _same_provider(one: Volume | Commitment, other: Volume | Commitment) -> bool:
    return (one.provider or "").lower() == (other.provider or "").lower()


def _same_calls(one: Discount, other: Discount) -> bool:
    """Whether they are equally specific and share a name; globs that meet in a model are found when a call has it."""
    if (one.provider or "").lower() != (other.provider or "").lower():
        return False
    mine, theirs = ({name.lower() for name in entry.models} for entry in (one, other))
    return bool(mine & theirs) or not (mine or theirs)
