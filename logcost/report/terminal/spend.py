"""``logcost spend`` for people."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from logcost.report import money, words
from logcost.report.terminal import output

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from logcost.spending import SpendSummary, Totals
    from logcost.types import UnpricedModel

ROWS_SHOWN = 200
UNPRICED_SHOWN = 5
_NUMBERS = (
    output.Column("Calls", number=True),
    output.Column("Input", number=True),
    output.Column("Cached", number=True, wide=100),
    output.Column("Written", number=True, wide=110),
    output.Column("Output", number=True),
    output.Column("USD", number=True),
    output.Column("Share", number=True, wide=90),
)


def spend(summary: SpendSummary, unpriced: Sequence[UnpricedModel] = ()) -> None:
    """Rows of the summary with a totals row; the amounts add up. ``unpriced`` says why calls have no price."""
    console = output.console()
    console.print(_title(summary))
    if not summary.rows:
        console.print("No calls in this period.")
        return
    places = max(2, money.scale_of(summary.totals.list_cost).places)
    shown, rest = summary.rows[:ROWS_SHOWN], summary.rows[ROWS_SHOWN:]
    costs = [row.totals.list_cost for row in shown]
    costs += [sum((row.totals.list_cost for row in rest), money.ZERO)] if rest else []
    amounts = money.allocate(costs, places)
    rows = [
        [
            *(_name(column, row.group.get(column)) for column in summary.by),
            *_cells(row.totals, amount, places, summary.totals.list_cost),
        ]
        for row, amount in zip(shown, amounts, strict=False)
    ]
    blank = [""] * (len(summary.by) - 1)
    if rest:
        folded = money.dollars(amounts[-1], places, exact=costs[-1])
        rows.append([f"All others ({words.count(len(rest))})", *blank, "", "", "", "", "", folded, ""])
    total = ["Total", *blank, *_cells(summary.totals, sum(amounts, money.ZERO), places, summary.totals.list_cost)]
    columns = [*(output.Column(words.sentence(name), wrap=True) for name in summary.by), *_NUMBERS]
    console.print(output.table(columns, rows, total, width=console.width))
    _remarks(summary, unpriced)


def _title(summary: SpendSummary) -> str:
    start, end = summary.period.start, summary.period.end
    if start is None and end is None:
        return f"Spend in {summary.currency}, list prices, all calls"
    parts = [f"from {start:%Y-%m-%d %H:%M}"] if start else []
    parts += [f"until {end - timedelta(0):%Y-%m-%d %H:%M}"] if end else []
    return f"Spend in {summary.currency}, list prices, {' '.join(parts)} UTC"


def _name(column: str, value: str | None) -> str:
    missing = {
        "workload": "(untagged)",
        "model": "(model not stated)",
        "day": "(no date)",
        "week": "(no date)",
        "month": "(no date)",
    }
    return words.label(value, missing=missing.get(column, "(not stated)"), limit=44).text


def _cells(totals: Totals, amount: Decimal, places: int, whole: Decimal) -> list[str]:
    unpriced = nothing_priced(totals)
    return [
        words.at_least(totals.requests, whole=not totals.uncounted_records),
        words.tokens(totals.input_tokens),
        words.tokens(totals.cache_read_input_tokens),
        words.tokens(totals.cache_creation_input_tokens),
        words.tokens(totals.output_tokens),
        "no price" if unpriced else money.dollars(amount, places, exact=totals.list_cost),
        words.percent(float(totals.list_cost / whole), 1) if whole and not unpriced else "",
    ]


def nothing_priced(totals: Totals) -> bool:
    """Whether there are records and not one has a price: the amount is unknown, which is not $0."""
    return 0 < totals.records == totals.unpriced_records


def _unstated(totals: Totals) -> bool:
    """Whether a column of the table has an unknown sum."""
    shown = (totals.requests, totals.input_tokens, totals.cache_read_input_tokens, totals.cache_creation_input_tokens)
    return None in {*shown, totals.output_tokens}


def _remarks(summary: SpendSummary, unpriced: Sequence[UnpricedModel]) -> None:
    console = output.console()
    totals = summary.totals
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
            console.print(f"  {by} {name}: {least}{of}, {words.visible(one.reason)}", soft_wrap=True)
        if len(unpriced) > UNPRICED_SHOWN:
            console.print(f"  and {words.count(len(unpriced) - UNPRICED_SHOWN)} more (--json lists them)")
        if any(one.model for one in unpriced):
            console.print("  'logcost prices show MODEL' says what is known of a model.")
    if totals.reported_cost is not None:
        console.print(f"The logs themselves claim {money.dollars(totals.reported_cost, 2)}.")


def _amount(records: int, requests: int | None, tokens: int | None) -> str:
    """``2 calls (360 tokens)``; of records that do not say how many calls they are: ``3 records (360 tokens)``."""
    what = words.plural(requests, "call") if requests else words.plural(records, "record")
    if not tokens:
        return what
    return f"{what} (1 token)" if tokens == 1 else f"{what} ({words.tokens(tokens)} tokens)"
