"""Section "Where it went": day bars, their numbers, and the workload table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from logcost.report import money, words
from logcost.report.view import daybars
from logcost.report.view.context import NO_MODEL, UNTAGGED, Amount, Swatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from logcost.report.view.context import Context
    from logcost.types import SpendRow, SpendSummary, Totals

from logcost.report.charts import colours, small

ROWS_SHOWN = 200
"""Rows of the workload table; the rest is one row and complete in the CSV."""

_FILTER_FROM = 8


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One workload (or model): everything the table shows. ``others``: the row stands for what is folded away."""

    label: words.Label
    models: tuple[Swatch, ...]
    more_models: int
    amount: Amount
    bar: Markup
    share: str
    share_value: str
    calls: int
    calls_text: str
    per_thousand: Amount
    sparkline: Markup | None
    others: bool = False


@dataclass(frozen=True, slots=True)
class GroupTable:
    """The table of workloads; of models when no call names a workload."""

    noun: str
    rows: tuple[GroupRow, ...]
    total: Amount
    total_calls: str
    total_per_thousand: str
    filterable: bool
    folded: int


@dataclass(frozen=True, slots=True)
class SpendView:
    """The section. ``chart`` is ``None`` when no call has a time; ``notes`` are one-line statements under the table."""

    heading: str
    chart: daybars.ChartView | None
    table: GroupTable
    notes: tuple[str, ...]


def view(context: Context) -> SpendView:
    """Build the section."""
    table = group_table(context)
    chart = daybars.view(context)
    return SpendView(_heading(context, table), chart, table, _notes(context))


def group_table(context: Context) -> GroupTable:
    """Rows by workload, or by model when not one call has a workload label."""
    spend = context.spend
    labelled = any(row.group.get("workload") is not None for row in spend.by_workload.rows)
    key, summary = ("workload", spend.by_workload) if labelled else ("model", spend.by_model)
    groups = _merged(summary, key)
    shown, folded = groups[:ROWS_SHOWN], groups[ROWS_SHOWN:]
    costs = [cost for _, cost, _ in shown] + ([sum((c for _, c, _ in folded), money.ZERO)] if folded else [])
    amounts = context.amounts(costs)
    series = daybars.series(context, spend.by_workload_day if labelled else spend.by_day_model, key)
    models = _models(context) if labelled else {}
    highest = max([*costs, money.ZERO]) or money.ONE
    rows = []
    for (name, cost, calls), amount in zip(shown, amounts, strict=False):
        swatches = models.get(name, []) if labelled else [context.swatch(name)]
        label = words.label(name, missing=UNTAGGED if labelled else NO_MODEL)
        mark = small.bar(float(cost / highest), swatches[0].colour if swatches else colours.REST)
        row = _row(context, label, cost, calls, amount=amount, mark=mark)
        rows.append(_complete(row, swatches if labelled else swatches[:0], series.get(name)))
    if folded:
        label = words.Label(f"All others ({words.count(len(folded))})", known=False)
        calls = sum(n for _, _, n in folded)
        mark = small.bar(float(costs[-1] / highest), colours.REST)
        rows.append(_row(context, label, costs[-1], calls, amount=amounts[-1], mark=mark, others=True))
    totals = spend.totals
    return GroupTable(
        noun="workload" if labelled else "model",
        rows=tuple(rows),
        total=Amount(context.dollars(totals.list_cost), money.exact_text(totals.list_cost)),
        total_calls=words.count(totals.requests),
        total_per_thousand=per_thousand(totals.list_cost, totals.requests).text,
        filterable=len(rows) > _FILTER_FROM,
        folded=len(folded),
    )


def _merged(summary: SpendSummary, key: str) -> list[tuple[str | None, Decimal, int]]:
    """(name, cost, calls) by one column, largest first; a summary may be finer than that column."""
    cost: dict[str | None, Decimal] = defaultdict(Decimal)
    calls: dict[str | None, int] = defaultdict(int)
    for row in summary.rows:
        name = row.group.get(key)
        cost[name] += row.totals.list_cost
        calls[name] += row.totals.requests
    return [(name, cost[name], calls[name]) for name in sorted(cost, key=lambda n: (-cost[n], -calls[n], n is None, n or ""))]


def _row(  # noqa: PLR0913 -- one value a column
    context: Context, label: words.Label, cost: Decimal, calls: int, *, amount: Amount, mark: Markup, others: bool = False
) -> GroupRow:
    total = context.totals.list_cost
    share = cost / total if total else money.ZERO
    return GroupRow(
        label=label,
        models=(),
        more_models=0,
        amount=amount,
        bar=mark,
        share=words.percent(float(share), 1),
        share_value=f"{share:.6f}",
        calls=calls,
        calls_text=words.count(calls),
        per_thousand=per_thousand(cost, calls),
        sparkline=None,
        others=others,
    )


def _complete(row: GroupRow, models: Sequence[Swatch], values: daybars.Series | None) -> GroupRow:
    from dataclasses import replace

    spark = small.sparkline(values.values, values.marked) if values and len(values.values) > 1 else None
    return replace(row, models=tuple(models[:2]), more_models=max(0, len(models) - 2), sparkline=spark)


def per_thousand(cost: Decimal, calls: int) -> Amount:
    """Cost of 1,000 calls: cents, below ten cents two significant digits."""
    if calls <= 0:
        return Amount("not known", "")
    each = cost * 1000 / calls
    places = 2 if each == 0 else max(2, min(12, 1 - each.adjusted()))
    return Amount(money.dollars(each, places), f"{each:.9f}")


def _models(context: Context) -> dict[str | None, list[Swatch]]:
    """Models of each workload, largest spend first."""
    found: dict[str | None, dict[str | None, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in context.spend.by_workload_model.rows:
        found[row.group.get("workload")][row.group.get("model")] += row.totals.list_cost
    return {
        workload: [context.swatch(model) for model in sorted(costs, key=lambda m: (-costs[m], m or ""))]
        for workload, costs in found.items()
    }


def _heading(context: Context, table: GroupTable) -> str:
    """The finding: how few workloads make most of the spend, and the worst day if the engine lists one."""
    total = context.totals.list_cost
    rows = [row for row in table.rows if not row.others and row.amount.value != "0"]
    if not total or not rows:
        return "No call of this period has a price, so no amount can be shown"
    leading, share = 0, money.ZERO
    while leading < len(rows) and share < total * Decimal("0.4"):
        share += Decimal(rows[leading].amount.value)
        leading += 1
    noun = table.noun
    if leading == len(rows) == 1:
        first = f"All spend, {rows[0].amount.text}, is one {noun}: {rows[0].label.text}"
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
    undated = sum(row.totals.requests for row in context.spend.by_day.rows if row.group.get("day") is None)
    notes = []
    if undated:
        notes.append(
            f"{words.plural(undated, 'call')} without a time {'is' if undated == 1 else 'are'} in the totals but on no day."
        )
    reported = context.totals.reported_cost
    if reported is not None:
        notes.append(
            f"The logs themselves claim {context.dollars(reported)}; that figure is shown for comparison and never used."
        )
    return tuple(notes)


def tokens_line(totals: Totals) -> str:
    """``18.0 B in, 2.44 B out``."""
    return f"{words.tokens(totals.input_tokens)} in, {words.tokens(totals.output_tokens)} out"


def largest(rows: Sequence[SpendRow], key: str) -> str | None:
    """Name of the first row's group."""
    return rows[0].group.get(key) if rows else None
