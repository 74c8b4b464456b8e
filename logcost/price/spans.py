"""What an aggregated row costs: its calls lie anywhere in its time, so it has one price or the cheapest and the dearest."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from logcost.price.plan import Plan

STRADDLES_CHANGE: Final = "bucket-straddles-price-change"
STRADDLES_TIER: Final = "bucket-straddles-tier"
STRADDLES_HOURS: Final = "bucket-straddles-hours"
NO_END: Final = "no-date: the bucket states no end, and the price has changed since its start"


class Span(NamedTuple):
    """What is known of an aggregated row: its buckets, window codes and tiers from the first to the last that may hold.

    ``windows``: a mask of the schedules that hold for some part of the row only. ``endless``: the row states no end.
    """

    target: int
    bucket: int
    last_bucket: int
    window: int
    windows: int
    tier: int
    last_tier: int
    endless: bool


class Bounds(NamedTuple):
    """The rate row of an aggregated row: one with rates, or one that says why there is none.

    ``low`` and ``high``: rows with the cheapest and the dearest rate of each meter, where all are known.
    """

    row: int
    low: int | None = None
    high: int | None = None


def bounds(made: Plan, span: Span) -> Bounds:
    """What an aggregated row costs whose calls lie anywhere in ``span``; each meter at its cheapest and its dearest rate."""
    rates = made.rates
    start = made.quotes[made.key(span.target, span.bucket, span.window)].rows[0]
    if rates.reason(start):
        return Bounds(start)
    if span.endless:
        later = [
            made.quotes[made.key(span.target, bucket, span.window)].rows[0] for bucket in range(span.bucket, made.buckets - 1)
        ]
        if not rates.agree(row for row in later if not rates.reason(row)):
            return Bounds(rates.refuse(NO_END))
    last = span.bucket if span.endless else span.last_bucket
    codes = [span.window ^ flip for flip in _submasks(span.windows)]
    places = list(product(range(span.bucket, last + 1), codes, range(span.tier, span.last_tier + 1)))
    rows = {place: _row(made, span.target, *place) for place in places}
    if rates.same(rows.values()):
        return Bounds(rows[places[0]])
    why = rates.refuse(_straddles(made, span, rows))
    if any(rates.reason(row) for row in rows.values()):
        return Bounds(why)
    known = list(rows.values())
    return Bounds(why, rates.extreme(known, min), rates.extreme(known, max))


def _row(made: Plan, target: int, bucket: int, code: int, tier: int) -> int:
    rows = made.quotes[made.key(target, bucket, code)].rows
    return rows[min(tier, len(rows) - 1)]


def _straddles(made: Plan, span: Span, rows: Mapping[tuple[int, int, int], int]) -> str:
    over_time = [row for (_, code, tier), row in rows.items() if code == span.window and tier == span.tier]
    if not made.rates.same(over_time):
        return STRADDLES_CHANGE
    over_tiers = [row for (bucket, code, _), row in rows.items() if code == span.window and bucket == span.bucket]
    return STRADDLES_HOURS if made.rates.same(over_tiers) else STRADDLES_TIER


def _submasks(mask: int) -> Iterator[int]:
    """All numbers made of some of the bits of ``mask``, 0 first."""
    part = 0
    while True:
        yield part
        part = (part - mask) & mask
        if part == 0:
            return
