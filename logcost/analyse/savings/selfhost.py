"""Servers of one's own instead of the API: how many the log's own busy hours need, at rates that the reader measured."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.errors import UsageError
from logcost.savings import SelfHosting
from logcost.spending import EXACT

if TYPE_CHECKING:
    from collections.abc import Sequence

HOUR: Final = 3600
PEAK: Final = Fraction(99, 100)
"""Share of all hours that the servers must be enough for; the mean would leave half of the busy hours waiting."""
HOURS_A_MONTH: Final = 730
_NEEDED: Final = ("prefill", "decode", "hourly")
_DEFAULTS: Final = {"utilisation": "0.6", "spare": "1", "staff": "0"}
_EXAMPLE: Final = (
    "Write it as prefill=8000,decode=1500,hourly=2.50 (tokens a second of one server, USD); also utilisation, spare, staff."
)


@dataclass(frozen=True, slots=True)
class Servers:
    """What one server does and costs: tokens a second for prefill and decode, USD an hour; ``staff``: USD a month for all.

    ``utilisation``: part of a busy hour that may be used; ``spare``: servers on top.
    """

    prefill: Decimal
    decode: Decimal
    hourly: Decimal
    utilisation: Decimal
    spare: int
    staff: Decimal


def parse(text: str) -> Servers:
    """The servers as typed. Raises ``UsageError`` for a missing, unknown or impossible part; no rate has a default."""
    parts: dict[str, str] = {}
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or name not in (*_NEEDED, *_DEFAULTS) or name in parts:
            raise UsageError(f"--self-host: '{part.strip()}' is not understood, or is there twice.", remedy=_EXAMPLE)
        parts[name] = value
    missing = [name for name in _NEEDED if name not in parts]
    if missing:
        raise UsageError(f"--self-host lacks {', '.join(missing)}: measure it, there is no default.", remedy=_EXAMPLE)
    found = {name: _number(name, value) for name, value in {**_DEFAULTS, **parts}.items()}
    if any(found[name] <= 0 for name in ("prefill", "decode", "utilisation")) or found["utilisation"] > 1:
        raise UsageError("--self-host: rates are above 0, and utilisation is at most 1.", remedy=_EXAMPLE)
    if found["spare"] != found["spare"].to_integral_value():
        raise UsageError("--self-host: spare is a whole number of servers.", remedy=_EXAMPLE)
    whole = {name: number for name, number in found.items() if name != "spare"}
    return Servers(spare=int(found["spare"]), **whole)


def _number(name: str, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or number < 0 or number > 10**12 or -int(number.as_tuple().exponent) > 6:  # noqa: PLR2004 -- sane numbers
        raise UsageError(f"--self-host: {name}={text} is no number of at most six decimals.", remedy=_EXAMPLE)
    return number


def compared(calls: pl.LazyFrame, servers: Servers, api_cost: Decimal) -> SelfHosting | None:
    """Servers for the 99th percentile of all hours from the first call to the last; ``None`` without a call with a time.

    Cached input is not computed anew. ``calls``: priced calls; sums over periods have no hours and are left out.
    """
    hours = _hours(calls)
    if not hours:
        return None
    count = hours[-1][0] - hours[0][0] + 1
    loads = sorted(
        (Fraction(uncached) / Fraction(servers.prefill) + Fraction(output) / Fraction(servers.decode), uncached, output)
        for _, uncached, output in hours
    )
    # Hours without a call are hours, too.
    rank = ceil(PEAK * count) - (count - len(loads)) - 1
    load, uncached, output = loads[rank] if rank >= 0 else (Fraction(0), 0, 0)
    needed = ceil(load / HOUR / Fraction(servers.utilisation)) + servers.spare
    return SelfHosting(
        prefill_rate=servers.prefill,
        decode_rate=servers.decode,
        hourly_price=servers.hourly,
        utilisation=servers.utilisation,
        spare=servers.spare,
        staff=servers.staff,
        hours=count,
        p99_hour_input_tokens=uncached,
        p99_hour_output_tokens=output,
        mean_hour_input_tokens=sum(each for _, each, _ in loads) // count,
        mean_hour_output_tokens=sum(each for _, _, each in loads) // count,
        servers=needed,
        cost=_cost(servers, needed, count),
        api_cost=api_cost,
    )


def _cost(servers: Servers, needed: int, hours: int) -> Decimal:
    """USD of the hours, with the part of the month's staff that falls on them, to 15 places."""
    exact = Fraction(servers.hourly) * needed * hours + Fraction(servers.staff) * hours / HOURS_A_MONTH
    return Decimal(round(exact * 10**15)).scaleb(-15, EXACT)


def _hours(calls: pl.LazyFrame) -> Sequence[tuple[int, int, int]]:
    """Hour since 1970 (UTC), uncached input and output tokens, of the hours with a call."""
    known = calls.filter((pl.col("grain") == "request") & pl.col("started_at").is_not_null())
    read = pl.col("cache_read_input_tokens").fill_null(0).cast(pl.Int128)
    hour = pl.col("started_at").dt.epoch("s") // HOUR
    sums = known.group_by(hour=hour).agg(
        # What is read is part of the input; where the input is not stated, nothing of it is known to be computed.
        uncached=(pl.col("input_tokens").cast(pl.Int128) - read).fill_null(0).sum(),
        output=pl.col("output_tokens").fill_null(0).cast(pl.Int128).sum(),
    )
    return sums.sort("hour").collect(engine="streaming").rows()
