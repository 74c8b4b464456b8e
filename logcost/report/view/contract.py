"""What the contract makes of the spend: key figures of contracted and effective cost, and its lines by month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from logcost.report import money, words

if TYPE_CHECKING:
    from decimal import Decimal

    from markupsafe import Markup

    from logcost.report.view.context import Context
    from logcost.spending import Bill

LINES_SHOWN = 24


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """Label, figure, small print; ``mark`` is a state class (ok, warn, info) or empty; ``picture`` repeats the figure."""

    name: str
    figure: str
    small: str
    note: str
    mark: str = ""
    picture: Markup | None = None


def figures(context: Context, bill: Bill) -> tuple[KeyFigure, ...]:
    """List, contracted and effective cost."""
    totals = context.totals
    name = words.label(bill.file).text
    return (
        KeyFigure("List cost", _between(context, totals.list_cost_low, totals.list_cost_high), "", "Before any discount"),
        KeyFigure(
            "Contracted cost",
            _between(context, totals.contracted_cost_low, totals.contracted_cost_high),
            _in_currency(context, totals.converted.contracted_cost_low if totals.converted else None),
            f"After the discounts of {name}",
        ),
        KeyFigure(
            "Effective cost",
            _between(context, bill.effective_cost_low, bill.effective_cost_high),
            _in_currency(context, None if totals.bounded_records else bill.converted_effective_cost),
            _effective_note(bill),
            "warn" if bill.not_applied else "",
        ),
    )


def notes(context: Context) -> tuple[str, ...]:
    """Each line of the contract in a sentence, those that are not applied with their reason."""
    bill = context.spend.bill
    if bill is None:
        return ()
    lines = [
        f"{line.month}{_of(line.provider)}, {words.visible(line.what)}: {context.dollars(line.amount, sign=True)}."
        + (f" {words.plural(line.unpriced_records, 'record')} without a price taken as free." if line.unpriced_records else "")
        for line in bill.adjustments
    ]
    lines += [
        f"Not applied: {gap.month}{_of(gap.provider)}, {words.visible(gap.what)}: {gap.reason}." for gap in bill.not_applied
    ]
    more = len(lines) - LINES_SHOWN
    return (
        *lines[:LINES_SHOWN],
        *([f"And {words.count(more)} more lines of the contract; the JSON has all."] if more > 0 else []),
    )


def _of(provider: str | None) -> str:
    return f" {words.visible(provider)}" if provider else ""


def _effective_note(bill: Bill) -> str:
    parts = [f"With {words.plural(len(bill.adjustments), 'line')} by month" if bill.adjustments else "No line by month applies"]
    if bill.not_applied:
        parts.append(f"{words.plural(len(bill.not_applied), 'line')} not applied")
    return "; ".join(parts)


def _between(context: Context, low: Decimal, high: Decimal) -> str:
    return context.dollars(low) if low == high else f"{context.dollars(low)} to {context.dollars(high)}"


def _in_currency(context: Context, amount: Decimal | None) -> str:
    converted = context.totals.converted
    if converted is None or amount is None:
        return ""
    return f"{converted.currency} {money.dollars(amount, context.scale.places).replace('$', '')}"
