"""``logcost spend`` for people."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from logcost.report import money, words
from logcost.report.terminal import bill, output
from logcost.spending import exactly

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from logcost.spending import SpendSummary, Totals
    from logcost.types import BoundedModel, UnpricedModel

ROWS_SHOWN = 200
UNPRICED_SHOWN = 5
_COUNTS = {"Calls": 0, "Input": 0, "Cached": 100, "Written": 110, "Output": 0}
"""Columns of counts, and how wide the console must be for each beside one column of amounts."""
_SHARE = 90
_NARROW = 80
_AMOUNT = 13
"""Width of one more column of amounts."""
_AMOUNTS_ALWAYS = 4


class _Money(NamedTuple):
    """A column of amounts: its name, and the field of the totals that it shows."""

    name: str
    field: str
    sign: str = "$"


def spend(summary: SpendSummary, unpriced: Sequence[UnpricedModel] = (), bounded: Sequence[BoundedModel] = ()) -> None:
    """Rows of the summary with a totals row; the amounts add up.

    ``unpriced`` says why calls have no price, ``bounded`` why of some only a range is known.
    """
    console = output.console()
    console.print(_title(summary))
    if not summary.rows:
        console.print("No calls in this period.")
        return
    shown, rest = summary.rows[:ROWS_SHOWN], summary.rows[ROWS_SHOWN:]
    columns = _columns(summary)
    parts = [[row.totals] for row in shown] + ([[row.totals for row in rest]] if rest else [])
    amounts = list(zip(*(_amounts(summary, column, parts) for column in columns), strict=True))
    whole = summary.totals.list_cost_low
    rows = [
        [*(_name(column, row.group.get(column)) for column in summary.by), *_cells(row.totals, cells, whole)]
        for row, cells in zip(shown, amounts, strict=False)
    ]
    blank = [""] * (len(summary.by) - 1)
    if rest:
        rows.append([f"All others ({words.count(len(rest))})", *blank, "", "", "", "", "", *amounts[len(shown)], ""])
    total = ["Total", *blank, *_cells(summary.totals, amounts[-1], whole)]
    names = [output.Column(words.sentence(name), wrap=True) for name in summary.by]
    console.print(output.table([*names, *_heads(columns)], rows, total, width=console.width))
    _remarks(summary, unpriced, bounded)


def prices_of(at: datetime | None) -> None:
    """A line that says at which day's prices all calls were priced, if it is not each call's own."""
    if at is not None:
        output.console().print(f"At the prices of {words.as_of(at)} (UTC), whenever the calls were made.")


def _heads(columns: Sequence[_Money]) -> list[output.Column]:
    """Counts, amounts and share. Each amount beside the first needs room: on narrow consoles counts are left out for it."""
    more = _AMOUNT * (len(columns) - 1)
    counts = [
        output.Column(name, number=True, wide=(wide or _NARROW) + more if more and name != "Calls" else wide)
        for name, wide in _COUNTS.items()
    ]
    amounts = [
        output.Column(column.name, number=True, wide=_NARROW + more if index >= _AMOUNTS_ALWAYS else 0)
        for index, column in enumerate(columns)
    ]
    return [*counts, *amounts, output.Column("Share", number=True, wide=_SHARE + more)]


def _columns(summary: SpendSummary) -> list[_Money]:
    """One column of USD; with a contract list and contracted cost; with ranges both ends; with a currency that as well."""
    ranged = bool(summary.totals.bounded_records)
    kinds = [("List", "list_cost"), ("Contracted", "contracted_cost")] if summary.bill else [("USD", "list_cost")]
    columns = []
    for name, field in kinds:
        columns += [_Money(f"{name} from" if ranged else name, f"{field}_low")]
        columns += [_Money(f"{name} to", f"{field}_high")] if ranged else []
    converted = summary.totals.converted
    if converted is not None:
        code = converted.currency
        columns += [_Money(f"{code} from" if ranged else code, "contracted_cost_low", "")]
        columns += [_Money(f"{code} to", "contracted_cost_high", "")] if ranged else []
    return columns


def _amounts(summary: SpendSummary, column: _Money, parts: Sequence[Sequence[Totals]]) -> list[str]:
    """The column's cells, rounded so that they add up to the last one, the total."""
    exact = [exactly(*(_cost(totals, column) for totals in part)) for part in parts]
    places = max(2, money.scale_of(summary.totals.list_cost_low).places)
    shown = money.allocate(exact, places)
    whole = [[totals for part in parts for totals in part]]
    return [
        _amount_cell(part, column, cell, true, places)
        for part, cell, true in zip([*parts, *whole], [*shown, exactly(*shown)], [*exact, exactly(*exact)], strict=True)
    ]


def _cost(totals: Totals, column: _Money) -> Decimal:
    """Dollars, or the amount in the contract's currency."""
    holder = totals if column.sign else totals.converted
    cost: Decimal = getattr(holder, column.field) if holder else money.ZERO
    return cost


def _amount_cell(part: Sequence[Totals], column: _Money, shown: Decimal, true: Decimal, places: int) -> str:
    if all(map(nothing_priced, part)):
        return "no price"
    text = money.dollars(shown, places, exact=true)
    return text if column.sign else text.replace("$", "")


def _title(summary: SpendSummary) -> str:
    start, end = summary.period.start, summary.period.end
    at = f" of {words.as_of(summary.prices_as_of)}" if summary.prices_as_of else ""
    what = f"Spend in {summary.currency}, list prices{at}"
    if start is None and end is None:
        return f"{what}, all calls"
    parts = [f"from {start:%Y-%m-%d %H:%M}"] if start else []
    parts += [f"until {end - timedelta(0):%Y-%m-%d %H:%M}"] if end else []
    return f"{what}, {' '.join(parts)} UTC"


def _name(column: str, value: str | None) -> str:
    missing = {
        "workload": "(untagged)",
        "model": "(model not stated)",
        "day": "(no date)",
        "week": "(no date)",
        "month": "(no date)",
    }
    return words.label(value, missing=missing.get(column, "(not stated)"), limit=44).text


def _cells(totals: Totals, amounts: Sequence[str], whole: Decimal) -> list[str]:
    return [
        words.at_least(totals.requests, whole=not totals.uncounted_records),
        words.tokens(totals.input_tokens),
        words.tokens(totals.cache_read_input_tokens),
        words.tokens(totals.cache_creation_input_tokens),
        words.tokens(totals.output_tokens),
        *amounts,
        words.percent(float(totals.list_cost_low / whole), 1) if whole and not nothing_priced(totals) else "",
    ]


def nothing_priced(totals: Totals) -> bool:
    """Whether there are records and not one has a price: the amount is unknown, which is not $0."""
    return 0 < totals.records == totals.unpriced_records


def _unstated(totals: Totals) -> bool:
    """Whether a column of the table has an unknown sum."""
    shown = (totals.requests, totals.input_tokens, totals.cache_read_input_tokens, totals.cache_creation_input_tokens)
    return None in {*shown, totals.output_tokens}


def _remarks(summary: SpendSummary, unpriced: Sequence[UnpricedModel], bounded: Sequence[BoundedModel]) -> None:
    console = output.console()
    totals = summary.totals
    if totals.bounded_records:
        bill.ranges(totals, bounded)
    if any(map(_unstated, (totals, *(row.totals for row in summary.rows[:ROWS_SHOWN])))):
        console.print(f"{words.UNKNOWN} is a count that no record states.")
    if totals.uncounted_records and totals.requests is not None:
        console.print(f"≥: {words.plural(totals.uncounted_records, 'total')} of exports without a number of calls.")
    if totals.unpriced_records:
        what = _amount(totals.unpriced_records, totals.unpriced_requests, totals.unpriced_tokens)
        if totals.unpriced_requests and any(one.uncounted_records for one in unpriced):
            what = f"At least {what}"
        console.print(output.warning(f"{what} without a price: not in the amounts."))
        for one in unpriced[:UNPRICED_SHOWN]:
            name = words.label(one.model, missing="(model not stated)", limit=64).text
            by = words.label(one.provider, missing="(provider not stated)", limit=24).text
            of = _amount(one.records, one.requests, one.tokens)
            least = "at least " if one.requests and one.uncounted_records else ""
            console.print(f"  {by} {name}: {least}{of}, {words.visible(one.reason)}{words.near(one.near)}", soft_wrap=True)
        if len(unpriced) > UNPRICED_SHOWN:
            console.print(f"  and {words.count(len(unpriced) - UNPRICED_SHOWN)} more (--json lists them)")
        if any(one.model for one in unpriced):
            console.print("  'logcost prices show MODEL' says what is known of a model.")
    if totals.reported_cost is not None:
        console.print(f"The logs themselves claim {money.dollars(totals.reported_cost, 2)}.")
    bill.effective(summary)


def _amount(records: int, requests: int | None, tokens: int | None) -> str:
    """``2 calls (360 tokens)``; of records that do not say how many calls they are: ``3 records (360 tokens)``."""
    what = words.plural(requests, "call") if requests else words.plural(records, "record")
    if not tokens:
        return what
    return f"{what} (1 token)" if tokens == 1 else f"{what} ({words.tokens(tokens)} tokens)"
