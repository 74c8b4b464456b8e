"""Section "Where it went": day bars, their numbers, and the workload table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from logcost.report import money, words
from logcost.report.view import contract, daybars, quality
from logcost.report.view.context import NO_MODEL, UNTAGGED, Amount, Swatch
from logcost.spending import exactly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from logcost.report.view.context import Context
    from logcost.spending import SpendSummary, Totals

from logcost.report.charts import colours, small

ROWS_SHOWN = 200
"""Rows of the workload table; the rest is one row and complete in the CSV."""

_FILTER_FROM = 8


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One workload (or model): everything the table shows. ``others``: the row stands for what is folded away.

    ``amount`` is the least it can be where only a range is known; ``upper`` then says the most.
    """

    label: words.Label
    models: tuple[Swatch, ...]
    more_models: int
    amount: Amount
    upper: str
    bar: Markup
    share: str
    share_value: str
    calls_value: str
    calls_text: str
    unpriced: str
    per_thousand: Amount
    sparkline: Markup | None
    others: bool = False


@dataclass(frozen=True, slots=True)
class GroupTable:
    """The table of workloads; of models when no call names a workload."""

    noun: str
    rows: tuple[GroupRow, ...]
    total: Amount
    total_upper: str
    total_calls: str
    total_per_thousand: str
    filterable: bool
    folded: int


@dataclass(frozen=True, slots=True)
class SpendView:
    """The section. ``chart`` is ``None`` when there is nothing to draw: ``no_chart`` says why. ``notes`` are one line each."""

    heading: str
    chart: daybars.ChartView | None
    no_chart: str
    table: GroupTable
    notes: tuple[str, ...]


def view(context: Context) -> SpendView:
    """Build the section."""
    table = group_table(context)
    chart = daybars.view(context)
    return SpendView(_heading(context, table), chart, daybars.why_none(context), table, _notes(context))


def group_table(context: Context) -> GroupTable:
    """Rows by workload, or by model when not one call has a workload label."""
    spend = context.spend
    labelled = any(row.group.get("workload") is not None for row in spend.by_workload.rows)
    key, summary = ("workload", spend.by_workload) if labelled else ("model", spend.by_model)
    groups = _merged(summary, key)
    shown, folded = groups[:ROWS_SHOWN], groups[ROWS_SHOWN:]
    others = _group(None, folded)
    costs = [group.list_cost_low for group in shown] + ([others.list_cost_low] if folded else [])
    amounts = context.amounts(costs)
    series = daybars.series(context, spend.by_workload_day if labelled else spend.by_day_model, key)
    models = _models(context) if labelled else {}
    highest = max([*costs, money.ZERO]) or money.ONE
    rows = []
    for group, amount in zip(shown, amounts, strict=False):
        swatches = models.get(group.name, []) if labelled else [context.swatch(group.name)]
        label = words.label(group.name, missing=UNTAGGED if labelled else NO_MODEL)
        mark = small.bar(float(group.list_cost_low / highest), swatches[0].colour if swatches else colours.REST)
        row = _row(context, label, group, amount=amount, mark=mark)
        rows.append(_complete(row, swatches if labelled else swatches[:0], series.get(group.name)))
    if folded:
        label = words.Label(f"All others ({words.count(len(folded))})", known=False)
        mark = small.bar(float(others.list_cost_low / highest), colours.REST)
        rows.append(replace(_row(context, label, others, amount=amounts[-1], mark=mark), others=True))
    totals = spend.totals
    return GroupTable(
        noun="workload" if labelled else "model",
        rows=tuple(rows),
        total=Amount("no price", "0")
        if context.nothing_priced
        else Amount(context.dollars(totals.list_cost_low), money.exact_text(totals.list_cost_low)),
        total_upper=_upper(context, totals.list_cost_low, totals.list_cost_high),
        total_calls=words.at_least(totals.requests, whole=not totals.uncounted_records),
        total_per_thousand="no price" if context.nothing_priced else _group(None, [totals]).per_thousand.text,
        filterable=len(rows) > _FILTER_FROM,
        folded=len(folded),
    )


@dataclass(frozen=True, slots=True)
class _Group:
    name: str | None
    list_cost_low: Decimal
    list_cost_high: Decimal
    requests: int | None
    unpriced_requests: int
    records: int
    unpriced_records: int
    uncounted_records: int

    @property
    def no_price(self) -> bool:
        """Not one record of the group has a price: the cost is unknown, not zero."""
        return 0 < self.records == self.unpriced_records

    @property
    def without(self) -> str:
        """What of a group that costs something has no price: calls, or records that do not say how many calls they are."""
        if self.no_price or not self.unpriced_records:
            return ""
        what = words.count(self.unpriced_requests) if self.unpriced_requests else words.plural(self.unpriced_records, "record")
        return f"{what} without a price"

    @property
    def per_thousand(self) -> Amount:
        """Cost of 1,000 calls; the most it can be where records do not say how many calls they are."""
        each = per_thousand(self.list_cost_low, self.requests, self.unpriced_requests)
        return replace(each, text=f"≤ {each.text}") if self.uncounted_records and each.value else each


def _merged(summary: SpendSummary, key: str) -> list[_Group]:
    """Groups by one column, largest first; a summary may be finer than that column."""
    parts: dict[str | None, list[Totals]] = defaultdict(list)
    for row in summary.rows:
        parts[row.group.get(key)].append(row.totals)
    groups = [_group(name, totals) for name, totals in parts.items()]
    return sorted(groups, key=lambda g: (-g.list_cost_low, -(g.requests or 0), g.name is None, g.name or ""))


def _group(name: str | None, parts: Sequence[Totals | _Group]) -> _Group:
    return _Group(
        name,
        exactly(*(part.list_cost_low for part in parts)),
        exactly(*(part.list_cost_high for part in parts)),
        words.total(part.requests for part in parts),
        sum(part.unpriced_requests for part in parts),
        sum(part.records for part in parts),
        sum(part.unpriced_records for part in parts),
        sum(part.uncounted_records for part in parts),
    )


def _row(context: Context, label: words.Label, group: _Group, *, amount: Amount, mark: Markup) -> GroupRow:
    total = context.totals.list_cost_low
    share = group.list_cost_low / total if total else money.ZERO
    return GroupRow(
        label=label,
        models=(),
        more_models=0,
        amount=Amount("no price", "") if group.no_price else amount,
        upper=_upper(context, group.list_cost_low, group.list_cost_high),
        bar=mark,
        share="" if group.no_price else words.percent(float(share), 1),
        share_value="" if group.no_price else f"{share:.6f}",
        calls_value="" if group.requests is None else str(group.requests),
        calls_text=words.at_least(group.requests, whole=not group.uncounted_records),
        unpriced=group.without,
        per_thousand=Amount("no price", "") if group.no_price else group.per_thousand,
        sparkline=None,
    )


def _upper(context: Context, low: Decimal, high: Decimal) -> str:
    """``to $5`` where the cost is a range."""
    return "" if low == high else f"to {context.dollars(high)}"


def _complete(row: GroupRow, models: Sequence[Swatch], values: daybars.Series | None) -> GroupRow:
    drawn = values is not None and len(values.values) > 1 and any(values.values)
    spark = small.sparkline(values.values, values.marked) if values and drawn else None
    return replace(row, models=tuple(models[:2]), more_models=max(0, len(models) - 2), sparkline=spark)


def per_thousand(cost: Decimal, calls: int | None, unpriced: int = 0) -> Amount:
    """Cost of 1,000 calls that have a price: cents, below ten cents two significant digits."""
    priced = (calls or 0) - unpriced
    if priced <= 0:
        return Amount("not known", "")
    each = cost * 1000 / priced
    places = 2 if each == 0 else max(2, min(12, 1 - each.adjusted()))
    return Amount(money.dollars(each, places), f"{each:.9f}")


def _models(context: Context) -> dict[str | None, list[Swatch]]:
    """Models of each workload, largest spend first."""
    found: dict[str | None, dict[str | None, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in context.spend.by_workload_model.rows:
        found[row.group.get("workload")][row.group.get("model")] += row.totals.list_cost_low
    return {
        workload: [context.swatch(model) for model in sorted(costs, key=lambda m: (-costs[m], m or ""))]
        for workload, costs in found.items()
    }


def _heading(context: Context, table: GroupTable) -> str:
    """The finding: how few workloads make most of the spend, and the worst day if the engine lists one."""
    total = context.totals.list_cost_low
    rows = [row for row in table.rows if not row.others and row.amount.value not in {"", "0"}]
    if not total or not rows:
        return "No call of this period has a price" if context.nothing_priced else "Nothing was spent at list price"
    leading, share = 0, money.ZERO
    while leading < len(rows) and share < total * Decimal("0.4"):
        share += Decimal(rows[leading].amount.value)
        leading += 1
    noun = table.noun
    if leading == len(rows) == 1:
        which = "All spend" if len(table.rows) == 1 else "All spend that has a price"
        first = f"{which}, {rows[0].amount.text}, is one {noun}: {rows[0].label.text}"
    elif leading == len(rows):
        first = f"Spend is spread over {words.spelled(leading)} {noun}s"
    else:
        verb = f"{noun} is" if leading == 1 else f"{noun}s are"
        first = f"{words.spelled(leading)} {verb} {words.percent(float(share / total))} of spend"
    worst = max(context.spend.anomalies, key=lambda a: a.list_cost - a.expected_cost, default=None)
    if worst is not None:
        excess = worst.list_cost - worst.expected_cost
        return words.sentence(f"{first}, and one bad day cost {context.dollars(excess)} more than usual")
    return words.sentence(first)


def _notes(context: Context) -> tuple[str, ...]:
    undated = context.model.quality.undated_requests
    notes = []
    if context.model.prices_as_of:
        notes.append(f"All calls are priced at the prices of {words.as_of(context.model.prices_as_of)}, whenever they were made.")
    if context.totals.bounded_records:
        notes.append(f"Of {quality.ranges(context.model.quality)}: amounts are its lower end, and 'to' names the upper one.")
    if undated:
        notes.append(
            f"{words.plural(undated, 'call')} without a time {'is' if undated == 1 else 'are'} in the totals but on no day."
        )
    reported = context.totals.reported_cost
    if reported is not None:
        notes.append(
            f"The logs themselves claim {context.dollars(reported)}; that figure is shown for comparison and never used."
        )
    return (*notes, *contract.notes(context))


def tokens_line(totals: Totals) -> str:
    """``18.0 B in, 2.44 B out``."""
    return f"{words.tokens(totals.input_tokens)} in, {words.tokens(totals.output_tokens)} out"
