"""Under the table of ``logcost spend``: what a contract makes of the total, and what of it is only known as a range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.analyse.checks import remedies
from logcost.report import money, words
from logcost.report.terminal import output
from logcost.spending import exactly

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from logcost.spending import Adjustment, Bill, SpendSummary, Totals
    from logcost.types import BoundedModel

LINES_SHOWN = 24
MODELS_SHOWN = 5


def ranges(totals: Totals, bounded: Sequence[BoundedModel]) -> None:
    """How many records are a range, of how much, and why."""
    console = output.console()
    what = words.plural(totals.bounded_records, "record")
    calls = f" ({words.plural(totals.bounded_requests, 'call')})" if totals.bounded_requests else ""
    between = f"between {_usd(totals.list_cost_low)} and {_usd(totals.list_cost_high)}"
    verb = "is a sum" if totals.bounded_records == 1 else "are sums"
    console.print(
        output.warning(f"The total lies {between}: {what}{calls} {verb} in which some calls may have had another price.")
    )
    for one in bounded[:MODELS_SHOWN]:
        name = words.label(one.model, missing="(model not stated)", limit=64).text
        by = words.label(one.provider, missing="(provider not stated)", limit=24).text
        ends = f"{_usd(one.low)} to {_usd(one.high)}"
        console.print(
            f"  {by} {name}: {words.plural(one.records, 'record')}, {ends}, {words.visible(one.reason)}", soft_wrap=True
        )
    if len(bounded) > MODELS_SHOWN:
        console.print(f"  and {words.count(len(bounded) - MODELS_SHOWN)} more (--json lists them)")
    console.print(f"  {remedies(bounded)}")


def effective(summary: SpendSummary) -> None:
    """The lines of the contract and the effective cost; nothing without a contract."""
    bill = summary.bill
    if bill is None:
        return
    console = output.console()
    adjusted = f", adjusted {_signed(_sum(bill))}" if bill.adjustments else ""
    console.print(f"Contract {words.visible(bill.file)}: contracted {_contracted(summary.totals)}{adjusted}.")
    for line in bill.adjustments[:LINES_SHOWN]:
        console.print(f"  {_line(line)}", soft_wrap=True)
    if len(bill.adjustments) > LINES_SHOWN:
        console.print(f"  and {words.count(len(bill.adjustments) - LINES_SHOWN)} more (--json lists them)")
    for gap in bill.not_applied[:LINES_SHOWN]:
        of = f" {words.visible(gap.provider)}" if gap.provider else ""
        console.print(f"  not applied: {gap.month}{of} {words.visible(gap.what)}: {gap.reason}", soft_wrap=True)
    if len(bill.not_applied) > LINES_SHOWN:
        console.print(f"  and {words.count(len(bill.not_applied) - LINES_SHOWN)} more not applied (--json lists them)")
    console.print(f"Effective cost: {_effective(summary, bill)}.")
    _unconverted(summary)


def _line(line: Adjustment) -> str:
    of = f" {words.visible(line.provider)}" if line.provider else ""
    free = f" ({words.plural(line.unpriced_records, 'record')} without a price taken as free)" if line.unpriced_records else ""
    return f"{line.month}{of} {words.visible(line.what)}: {_signed(line.amount)}{free}"


def _effective(summary: SpendSummary, bill: Bill) -> str:
    text = _between(bill.effective_cost_low, bill.effective_cost_high)
    converted = summary.totals.converted
    if (
        converted is not None
        and bill.converted_effective_cost is not None
        and bill.effective_cost_low == bill.effective_cost_high
    ):
        text += f" ({converted.currency} {_plain(bill.converted_effective_cost)})"
    return text


def _unconverted(summary: SpendSummary) -> None:
    converted = summary.totals.converted
    if converted is not None and converted.unconverted_records:
        what = words.plural(converted.unconverted_records, "record")
        output.console().print(f"{what} without a time: no rate of exchange, so not in {converted.currency}.")


def _contracted(totals: Totals) -> str:
    return _between(totals.contracted_cost_low, totals.contracted_cost_high)


def _between(low: Decimal, high: Decimal) -> str:
    return _usd(low) if low == high else f"between {_usd(low)} and {_usd(high)}"


def _sum(bill: Bill) -> Decimal:
    return exactly(*(line.amount for line in bill.adjustments))


def _usd(amount: Decimal) -> str:
    return money.dollars(amount, max(2, money.scale_of(amount).places))


def _signed(amount: Decimal) -> str:
    return money.dollars(amount, max(2, money.scale_of(amount).places), sign=True)


def _plain(amount: Decimal) -> str:
    return _usd(amount).replace("$", "")
