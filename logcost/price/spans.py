"""What an aggregated row costs: its calls lie anywhere in its time, so it has one price or the cheapest and the dearest."""

from __future__ import annotations

from bisect import bisect_right
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logcost.price.plan import Plan, Quote

STRADDLES_CHANGE: Final = "bucket-straddles-price-change"
STRADDLES_TIER: Final = "bucket-straddles-tier"
STRADDLES_HOURS: Final = "bucket-straddles-hours"
NO_END: Final = "no-date: the bucket states no end, and the price has changed since its start"

UNSTATED: Final = -1
"""``Span.stated`` of a row that does not say on which side of the long-context threshold it was billed."""


class Span(NamedTuple):
    """What is known of an aggregated row.

    ``bucket`` to ``last_bucket``: those that hold some of its time. ``window``: the window code of its start, ``windows``: a
    mask of the schedules that begin or end in its time. ``passed``: how many of ``Plan.thresholds`` all its prompts together
    are above. ``one``: it holds one prompt. ``stated``: 1 or 0 where it says that it was billed as long context or not.
    ``endless``: it states no end.
    """

    target: int
    bucket: int
    last_bucket: int
    window: int
    windows: int
    passed: int
    one: bool
    stated: int
    endless: bool


class Bounds(NamedTuple):
    """The rate row of an aggregated row: one with rates, or one that says why there is none.

    ``low`` and ``high``: rows with the cheapest and the dearest rate of each meter, where all are known.
    """

    row: int
    low: int | None = None
    high: int | None = None


class _Cells(NamedTuple):
    """The rate rows that calls may have in one stretch of time: by tier, at the hour of the bucket's start and at others."""

    at_start: list[int]
    at_others: list[int]


def bounds(made: Plan, span: Span) -> Bounds:
    """What an aggregated row costs whose calls lie anywhere in ``span``; each meter at its cheapest and its dearest rate."""
    rates = made.rates
    last = made.undated - 1 if span.endless else span.last_bucket
    stretches = [_cells(quote, span, made.thresholds[: span.passed]) for quote in made.between(span.target, span.bucket, last)]
    first = stretches[0]
    if not rates.priced(first.at_start[0]):
        return Bounds(first.at_start[0])
    if span.endless:
        if not _stay(made, stretches):
            return Bounds(rates.refuse(NO_END))
        stretches = [first]
    rows = list(dict.fromkeys(chain.from_iterable(chain.from_iterable(stretches))))
    if rates.same(rows):
        return Bounds(rows[0])
    why = rates.refuse(_straddles(made, stretches))
    if not all(rates.priced(row) for row in rows):
        return Bounds(why)
    return Bounds(why, rates.extreme(rows, min), rates.extreme(rows, max))


def _cells(quote: Quote, span: Span, passed: Sequence[int]) -> _Cells:
    """``passed``: the thresholds that all prompts of the row together are above."""
    most = bisect_right(quote.above, passed[-1]) if passed else 0
    if span.stated != UNSTATED:
        most = max(most, min(1, len(quote.above))) if span.stated else 0
    least = most if span.one else min(span.stated == 1, most)
    tiers = slice(least, most + 1)
    here, there = (quote.inside, quote.rows) if quote.hours & span.window else (quote.rows, quote.inside)
    return _Cells(list(here[tiers]), list(there[tiers]) if quote.hours & span.windows else [])


def _stay(made: Plan, stretches: Sequence[_Cells]) -> bool:
    """Whether the rates stay as they are at first for as long as there are any; a retirement does not matter."""
    first = [*chain.from_iterable(stretches[0])]
    for cells in stretches[1:]:
        later = [*chain.from_iterable(cells)]
        known = [number for number, row in enumerate(later) if made.rates.priced(row)]
        if known and (len(later) != len(first) or not all(made.rates.agree((first[number], later[number])) for number in known)):
            return False
    return True


def _straddles(made: Plan, stretches: Sequence[_Cells]) -> str:
    if not made.rates.same(cells.at_start[0] for cells in stretches):
        return STRADDLES_CHANGE
    return STRADDLES_HOURS if all(made.rates.same(cells.at_start) for cells in stretches) else STRADDLES_TIER
