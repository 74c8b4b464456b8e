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
    """The price of an aggregated row: one ``row``, or why there is none and, if all are known, the cheapest and dearest."""

    row: int | None
    why: str | None = None
    low: int | None = None
    high: int | None = None


def bounds(made: Plan, span: Span) -> Bounds:
    """What an aggregated row costs whose calls lie anywhere in ``span``; each meter at its cheapest and its dearest rate."""
    quote = made.quotes.get(made.key(span.target, span.bucket, span.window))
    if quote is None or not quote.rows:
        return Bounds(None)  # the reason is that of the quote
    if span.endless:
        later = [made.quotes[made.key(span.target, bucket, span.window)] for bucket in range(span.bucket, made.buckets - 1)]
        if not made.rates.agree([one.rows[0] for one in later if one.rows]):
            return Bounds(None, NO_END)
    last = span.bucket if span.endless else span.last_bucket
    codes = [span.window ^ flip for flip in _submasks(span.windows)]
    places = list(product(range(span.bucket, last + 1), codes, range(span.tier, span.last_tier + 1)))
    rows = {place: _row(made, span.target, *place) for place in places}
    if made.rates.same(list(rows.values())):
        return Bounds(rows[places[0]])
    why = _straddles(made, span, rows)
    if None in rows.values():
        return Bounds(None, why)
    known = [row for row in rows.values() if row is not None]
    return Bounds(None, why, made.rates.extreme(known, min), made.rates.extreme(known, max))


def _row(made: Plan, target: int, bucket: int, code: int, tier: int) -> int | None:
    quote = made.quotes[made.key(target, bucket, code)]
    if not quote.rows:
        return None
    return quote.rows[min(tier, len(quote.rows) - 1)]


def _straddles(made: Plan, span: Span, rows: Mapping[tuple[int, int, int], int | None]) -> str:
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
