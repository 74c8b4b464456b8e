"""The report's model: every analysis of one period, and where it comes from. Renderers take this and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from logcost import __version__, config
from logcost.period import midnight, time_zone
from logcost.report import words
from logcost.types import Period

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    import polars as pl

    from logcost.analyse.spend import Deal
    from logcost.contract import Contract
    from logcost.price import PriceBook
    from logcost.savings import SavingsLedger
    from logcost.spending import SpendReview
    from logcost.store import Ledger
    from logcost.traffic import TrafficShape
    from logcost.types import CachingReview, DataQuality

KEEP_ROWS: Final = 250_000
"""Up to so many records the priced calls are kept in memory (about 600 bytes each)."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """How the report came about: program version, instants (UTC), the command that repeats it, and the price book.

    ``generated_at`` is given, or ``SOURCE_DATE_EPOCH``, or ``None``; ``latest_call`` is the youngest record read.
    ``price_models`` counts the models of the book, ``price_checked`` is its youngest check date (ISO).
    """

    version: str
    generated_at: datetime | None
    latest_call: datetime | None
    command: str
    price_models: int
    price_checked: str | None


@dataclass(frozen=True, slots=True)
class ReportModel:
    """One report. ``title`` names whose spend it is (may be empty); days are days in the time zone ``tz``.

    ``prices_as_of``: the instant whose prices every call was given; ``None``: each call those of its own.
    ``savings``: ``None`` when nobody looked for any.
    """

    title: str
    period: Period
    tz: str
    currency: str
    spend: SpendReview
    shape: TrafficShape
    caching: CachingReview
    quality: DataQuality
    provenance: Provenance
    prices_as_of: datetime | None = None
    savings: SavingsLedger | None = None


def build(  # noqa: PLR0913 -- the interface of the room; all but two are options with defaults
    ledger: Ledger,
    book: PriceBook,
    *,
    period: Period = Period(),  # noqa: B008 -- frozen
    tz: str = "UTC",
    title: str | None = None,
    generated_at: datetime | None = None,
    previous: bool = True,
    contract: Contract | None = None,
    prices_as_of: datetime | None = None,
) -> ReportModel:
    """Run every analysis over the calls of ``period`` and collect the results.

    With ``previous`` the period before is compared when the ledger holds calls of it: the month before a calendar month,
    else the same number of days before. ``contract`` is applied to the totals, its own prices and names are ``book``'s
    affair; ``prices_as_of`` prices every call at that instant. Raises ``UsageError`` for a time zone that does not exist or
    a wrong ``SOURCE_DATE_EPOCH``, and ``ContractError`` for a contract that contradicts itself.
    """
    from logcost.analyse import quality, shape, spend
    from logcost.analyse.caching import review as review_caching
    from logcost.analyse.calls import priced_calls
    from logcost.analyse.savings.ledger import review as review_savings
    from logcost.ingest import sources

    def priced(when: Period) -> pl.LazyFrame:
        return priced_calls(ledger, book, when, at=prices_as_of)

    calls = _kept(priced(period), _count(ledger, period))
    earlier_period = _earlier(ledger, period, tz) if previous else None
    known = earlier_period is not None and _latest(ledger, earlier_period) is not None
    reviewed = spend.review(
        calls,
        tz=tz,
        period=period,
        previous=priced(earlier_period) if known and earlier_period else None,
        previous_period=earlier_period,
        deal=_deal(contract, None if period == Period() else priced),
    )
    caching = review_caching(calls)
    return ReportModel(
        title=title or "",
        period=period,
        tz=tz,
        currency=reviewed.by_day.currency,
        spend=reviewed,
        shape=shape.review(calls, tz=tz),
        caching=caching,
        quality=quality.review(calls, sources(ledger), book),
        provenance=_provenance(ledger, book, _command(ledger, period, tz, prices_as_of), period, generated_at),
        prices_as_of=prices_as_of,
        savings=review_savings(calls, book, caching, at=prices_as_of),
    )


def _deal(contract: Contract | None, priced: Callable[[Period], pl.LazyFrame] | None) -> Deal | None:
    """The contract with all calls there are, where it needs others than those of the report."""
    from logcost.analyse.spend import Deal

    if contract is None:
        return None
    return Deal(contract, priced(Period()) if priced and contract.adjusts else None)


def previous_period(period: Period, latest: datetime | None, zone: tzinfo) -> Period | None:
    """The period to compare with; ``None`` when ``period`` is open on a side.

    A whole calendar month is compared with the month before. If the calls end before the month does (``latest``), only
    the same days of the month before count, as far as that month has them. A period that begins or ends inside a day is
    compared with the same length of time before it.
    """
    if period.start is None or period.end is None:
        return None
    if not _whole_days(period.start.astimezone(zone), period.end.astimezone(zone)):
        return Period(period.start - (period.end - period.start), period.start)
    first = period.start.astimezone(zone).date()
    last = (period.end - timedelta(microseconds=1)).astimezone(zone).date()
    if not words.is_month(first, last):
        length = (last - first).days + 1
        return Period(midnight(first - timedelta(days=length), zone), period.start)
    before = (first - timedelta(days=1)).replace(day=1)
    latest_day = latest.astimezone(zone).date() if latest else last
    if first <= latest_day < last:
        days = min(latest_day.day, words.month_days(before))
        return Period(midnight(before, zone), midnight(before + timedelta(days=days), zone))
    return Period(midnight(before, zone), period.start)


def _earlier(ledger: Ledger, period: Period, tz: str) -> Period | None:
    return previous_period(period, _latest(ledger, period), time_zone(tz))


def _kept(calls: pl.LazyFrame, rows: int) -> pl.LazyFrame:
    """The calls, priced once and kept in memory if there are few enough; else each analysis prices them as they stream.

    Pricing has a fixed cost that for a small month is more than everything else, and the analyses make a dozen passes.
    """
    return calls if rows > KEEP_ROWS else calls.collect(engine="streaming").lazy()


_INSIDE: Final = "FROM usage_record WHERE ($start IS NULL OR started_at >= $start) AND ($end IS NULL OR started_at < $end)"


def _count(ledger: Ledger, period: Period) -> int:
    """Records inside the period."""
    return int(ledger.sql(f"SELECT count(*) {_INSIDE}", {"start": period.start, "end": period.end})[0][0])


def _latest(ledger: Ledger, period: Period) -> datetime | None:
    """Youngest start inside the period."""
    bounds = {"start": period.start, "end": period.end}
    latest = ledger.query(f"SELECT max(started_at) AS latest {_INSIDE}", bounds).item()
    return latest if isinstance(latest, datetime) else None


def _provenance(ledger: Ledger, book: PriceBook, command: str, period: Period, generated_at: datetime | None) -> Provenance:
    models, checked = _book_facts(book)
    return Provenance(
        version=__version__,
        generated_at=generated_at or config.generated_at(),
        latest_call=_latest(ledger, period),
        command=command,
        price_models=models,
        price_checked=checked,
    )


def _book_facts(book: PriceBook) -> tuple[int, str | None]:
    """Number of model names with a price, and the youngest day on which a price was checked."""
    checked = [block.checked for one in book.providers.values() for blocks in one.blocks.values() for block in blocks]
    return len(book.models()), max(checked).isoformat() if checked else None


def _command(ledger: Ledger, period: Period, tz: str, prices_as_of: datetime | None) -> str:
    """The command that makes this report again; files that were read without a stored ledger are not named."""
    zone = time_zone(tz)
    parts = ["logcost report"] if ledger.path else ["logcost report PATH..."]
    first = period.start.astimezone(zone) if period.start else None
    end = period.end.astimezone(zone) if period.end else None
    last = (end - timedelta(microseconds=1)).date() if end else None
    if first and last and _whole_days(first, end) and words.is_month(first.date(), last):
        parts.append(f"--month {first:%Y-%m}")
    else:
        parts += [f"--since {first.date() if _whole_days(first) else first.isoformat()}"] if first else []
        parts += [f"--until {last if _whole_days(end) else end.isoformat()}"] if end else []
    if tz.upper() != "UTC":
        parts.append(f"--tz {tz}")
    if prices_as_of:
        parts.append(f"--prices-as-of {words.as_of(prices_as_of)}")
    return " ".join(parts)


def _whole_days(*instants: datetime | None) -> bool:
    """Whether each is a midnight (of the zone it is in)."""
    return all(instant is not None and instant.time() == time() for instant in instants)
