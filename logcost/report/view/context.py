"""Facts that every section needs: the money scale, the days covered, and the colour of each model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from logcost.period import time_zone
from logcost.report import money, savings_sums, words
from logcost.report.charts import colours

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from logcost.report.model import ReportModel
    from logcost.report.savings_sums import Shown
    from logcost.spending import SpendRow
    from logcost.types import Period

UNTAGGED = "(untagged)"
NO_MODEL = "(model not stated)"


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as shown, and its exact value as the sort key."""

    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Swatch:
    """A model's name with its colour class."""

    label: words.Label
    colour: str


class Context:
    """A report model with what its sections derive from it in common."""

    def __init__(self, model: ReportModel) -> None:
        self.model = model
        self.spend = model.spend
        self.totals = model.spend.totals
        self.scale = money.scale_of(model.spend.totals.list_cost_low)

    def amounts(self, exact: Sequence[Decimal], places: int | None = None) -> list[Amount]:
        """Amounts of one additive column: rounded together, so that they add up to the rounded total."""
        digits = self.scale.places if places is None else places
        return [
            Amount(money.dollars(shown, digits, exact=true), money.exact_text(true))
            for shown, true in zip(money.allocate(exact, digits), exact, strict=True)
        ]

    def dollars(self, exact: Decimal, *, sign: bool = False) -> str:
        """An amount that stands alone, in the report's precision."""
        return money.dollars(exact, self.scale.places, sign=sign)

    @cached_property
    def shown(self) -> Shown | None:
        """The savings as every part of the page shows them."""
        ledger = self.model.savings
        return None if ledger is None else savings_sums.shown(ledger, self.scale.places)

    @cached_property
    def colours(self) -> dict[str | None, str]:
        """Colour class of every model."""
        spend: dict[str | None, Decimal] = {}
        providers: dict[str | None, str | None] = {}
        for row in self.spend.by_model.rows:
            model = row.group.get("model")
            spend[model] = spend.get(model, money.ZERO) + row.totals.list_cost_low
            providers.setdefault(model, row.group.get("provider"))
        return colours.assign(spend.items(), providers)

    def swatch(self, model: str | None, *, limit: int = 34) -> Swatch:
        """Name and colour of a model."""
        return Swatch(words.label(model, missing=NO_MODEL, limit=limit), self.colours.get(model, colours.REST))

    @cached_property
    def data_days(self) -> tuple[date, date] | None:
        """First and last day with calls; ``None`` without any dated call."""
        found = sorted(text for text in (row.group.get("day") for row in self.spend.by_day.rows) if text is not None)
        return (date.fromisoformat(found[0]), date.fromisoformat(found[-1])) if found else None

    @cached_property
    def days(self) -> tuple[date, date] | None:
        """First and last day that the report covers: the period asked for, where open the days with calls."""
        first, last = self.days_of(self.model.period)
        if self.data_days is None:
            return (first, last) if first and last else None
        return first or self.data_days[0], last or self.data_days[1]

    def days_of(self, period: Period) -> tuple[date | None, date | None]:
        """First and last day of a half-open period in the report's time zone."""
        zone = time_zone(self.model.tz)
        first = period.start.astimezone(zone).date() if period.start else None
        last = (period.end - timedelta(microseconds=1)).astimezone(zone).date() if period.end else None
        return first, last

    @cached_property
    def whole_days(self) -> bool:
        """The period begins and ends at a midnight of the report's time zone (an open side counts as one)."""
        zone = time_zone(self.model.tz)
        bounds = (self.model.period.start, self.model.period.end)
        return all(bound is None or bound.astimezone(zone).time() == time() for bound in bounds)

    @cached_property
    def is_month(self) -> bool:
        """The report covers one whole calendar month, though its calls may end early (``partial``)."""
        return self.days is not None and self.whole_days and words.is_month(*self.days)

    @cached_property
    def partial(self) -> date | None:
        """Last day with calls, if the report is about a whole month whose calls end early."""
        if self.days is None or self.data_days is None or not self.is_month:
            return None
        return self.data_days[1] if self.data_days[1] < self.days[1] else None

    @cached_property
    def period_name(self) -> str:
        """``October 2026``, the range of days, or of instants; empty when no call has a time."""
        if self.days is None:
            return ""
        if self.whole_days:
            return words.period_name(*self.days)
        zone = time_zone(self.model.tz)
        bounds = (self.model.period.start, self.model.period.end)
        return " to ".join(
            f"{words.day(day, year=True)}" + (f", {bound.astimezone(zone):%H:%M}" if bound else "")
            for day, bound in zip(self.days, bounds, strict=True)
        )

    @cached_property
    def monthly(self) -> str:
        """What a saving is counted for: ``a month`` in a whole month, else ``in this period``."""
        return "a month" if self.is_month and not self.partial else "in this period"

    @cached_property
    def nothing_priced(self) -> bool:
        """There are calls and not one has a price: every amount is unknown, which is not $0."""
        return 0 < self.totals.records == self.totals.unpriced_records

    @cached_property
    def workloads_without_price(self) -> frozenset[str | None]:
        """Workloads of which no call has a price."""
        priced: dict[str | None, bool] = {}
        for row in self.spend.by_workload.rows:
            name, totals = row.group.get("workload"), row.totals
            priced[name] = priced.get(name, False) or totals.unpriced_records < totals.records
        return frozenset(name for name, known in priced.items() if not known)

    @cached_property
    def at_least(self) -> bool:
        """More than 1 % of all tokens have no price: every total is a lower bound."""
        return not self.nothing_priced and self.model.quality.unpriced_tokens_share > 0.01  # noqa: PLR2004 -- docs/report.md


def day_of(row: SpendRow) -> date | None:
    """Day of a row grouped by day; ``None`` for calls without a time."""
    text = row.group.get("day")
    return date.fromisoformat(text) if text is not None else None


def zone_name(tz: str) -> str:
    """Time zone as written in the meta line."""
    return "UTC" if time_zone(tz) is UTC else tz
