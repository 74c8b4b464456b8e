"""Spend over time for the day chart, its table, and the sparklines: days, beyond 62 days weeks, beyond 400 months."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from logcost.report import money, words
from logcost.report.charts import colours, days
from logcost.report.view.context import Swatch, day_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from decimal import Decimal

    from markupsafe import Markup

    from logcost.report.view.context import Context
    from logcost.spending import Anomaly, SpendSummary

DAYS_UP_TO = 62
WEEKS_UP_TO = 400
CALLOUTS = 2
_SATURDAY = 5
_MONDAY_LABELS_FROM = 12


@dataclass(frozen=True, slots=True)
class Buckets:
    """The bars' starts in order, the word for one, and the function that puts a day into its bucket."""

    noun: str
    starts: tuple[date, ...]
    of: Callable[[date], date]


@dataclass(frozen=True, slots=True)
class Series:
    """Spend of one group for each bucket, and the positions of its anomalies."""

    values: tuple[float, ...]
    marked: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NumberRow:
    """One line of the numbers table: name of the bucket, a cell a model, and the sum."""

    name: str
    cells: tuple[str, ...]
    total: str


@dataclass(frozen=True, slots=True)
class ChartView:
    """The figure: caption parts, legend, both drawings, and the numbers behind them."""

    noun: str
    caption: str
    legend: tuple[Swatch, ...]
    wide: Markup
    narrow: Markup
    numbers: tuple[NumberRow, ...]
    totals: NumberRow


def buckets(first: date, last: date) -> Buckets:
    """Buckets that cover the days ``first`` to ``last`` without a gap."""
    span = (last - first).days + 1
    if span <= DAYS_UP_TO:
        return Buckets("day", tuple(first + timedelta(days=i) for i in range(span)), lambda d: d)
    if span <= WEEKS_UP_TO:
        start = _monday(first)
        return Buckets("week", tuple(start + timedelta(days=i) for i in range(0, (last - start).days + 1, 7)), _monday)
    months = [first.replace(day=1)]
    while months[-1] < last.replace(day=1):
        months.append((months[-1] + timedelta(days=32)).replace(day=1))
    return Buckets("month", tuple(months), lambda d: d.replace(day=1))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def bucket_name(noun: str, start: date, *, weekday: bool = False) -> str:
    """``Wed 21 Oct``, ``week of 19 Oct``, ``October 2026``."""
    if noun == "month":
        return f"{words.MONTHS[start.month - 1]} {start.year}"
    name = words.short_day(start, weekday=weekday and noun == "day")
    return f"week of {name}" if noun == "week" else name


def series(context: Context, summary: SpendSummary, key: str) -> dict[str | None, Series]:
    """Spend over time of every group of ``summary`` (which is grouped by day and ``key``)."""
    if context.days is None:
        return {}
    grid = buckets(*context.days)
    position = {start: i for i, start in enumerate(grid.starts)}
    found: dict[str | None, list[float]] = defaultdict(lambda: [0.0] * len(position))
    for row in summary.rows:
        day = day_of(row)
        if day is not None and grid.of(day) in position:
            found[row.group.get(key)][position[grid.of(day)]] += float(row.totals.list_cost_low)
    marks: dict[str | None, list[int]] = defaultdict(list)
    for anomaly in context.spend.anomalies if grid.noun == "day" else ():
        marks[anomaly.workload if key == "workload" else anomaly.model].append(position[anomaly.day])
    return {name: Series(tuple(values), tuple(marks.get(name, ()))) for name, values in found.items()}


def why_none(context: Context) -> str:
    """Why there is no chart; empty when there is one."""
    if context.data_days is None:
        return "No call has a time, so there is no picture by day."
    if context.totals.list_cost_low:
        return ""
    return "No call has a price, so there is no picture by day." if context.nothing_priced else "There is no spend to draw."


def view(context: Context) -> ChartView | None:
    """The day chart; ``None`` when no call has a time or none costs anything (``why_none``)."""
    if context.days is None or why_none(context):
        return None
    grid = buckets(*context.days)
    legend, matrix = _matrix(context, grid)
    chart = days.DayChart(
        bars=_bars(context, grid, legend, matrix),
        words=(f"Spend per {grid.noun} by model, {context.period_name}", _description(context, grid, matrix)),
        callouts=_callouts(context, grid),
        reference=_reference(context) if grid.noun == "day" else None,
    )
    numbers, totals = _numbers(context, grid, matrix)
    return ChartView(
        grid.noun, _caption(context, grid), tuple(legend), days.draw(chart), days.draw(chart, narrow=True), numbers, totals
    )


def _matrix(context: Context, grid: Buckets) -> tuple[list[Swatch], list[list[Decimal]]]:
    """Legend (models with a colour of their own, then the others) and exact amounts by [bucket][legend entry]."""
    own = [model for model, colour in context.colours.items() if colour != colours.REST]
    rest = [model for model, colour in context.colours.items() if colour == colours.REST]
    column = {model: i for i, model in enumerate(own)}
    rows = {start: [money.ZERO] * (len(own) + 1) for start in grid.starts}
    for row in context.spend.by_day_model.rows:
        day = day_of(row)
        if day is not None and grid.of(day) in rows:
            rows[grid.of(day)][column.get(row.group.get("model"), len(own))] += row.totals.list_cost_low
    legend = [context.swatch(model) for model in own]
    priced_rest = any(cells[-1] for cells in rows.values())
    if priced_rest:
        name = f"others ({words.count(len(rest))})"
        legend.append(Swatch(words.Label(name, known=False), colours.REST))
    return legend, [cells if priced_rest else cells[:-1] for cells in rows.values()]


def _bars(context: Context, grid: Buckets, legend: Sequence[Swatch], matrix: Sequence[Sequence[Decimal]]) -> tuple[days.Bar, ...]:
    bars = []
    places = max(2, context.scale.places)
    for index, (start, amounts) in enumerate(zip(grid.starts, matrix, strict=True)):
        lines = [f"{bucket_name(grid.noun, start, weekday=True)}\t{money.dollars(sum(amounts, money.ZERO), places)}"]
        lines += [
            f"{swatch.label.text}\t{money.dollars(amount, places)}\t{swatch.colour}"
            for swatch, amount in zip(legend, amounts, strict=True)
            if amount
        ]
        segments = tuple(days.Segment(s.colour, a) for s, a in zip(legend, amounts, strict=True))
        weekend = grid.noun == "day" and start.weekday() >= _SATURDAY
        bars.append(days.Bar(_axis_label(grid, index), "\n".join(lines), segments, weekend))
    return tuple(bars)


def _axis_label(grid: Buckets, index: int) -> str:
    """First bar and Mondays; every bar when there are few."""
    start = grid.starts[index]
    if grid.noun == "month":
        return f"{words.MONTHS[start.month - 1][:3]} {start:%y}"
    few = len(grid.starts) <= _MONDAY_LABELS_FROM
    return words.short_day(start) if few or index == 0 or grid.noun == "week" or start.weekday() == 0 else ""


def _callouts(context: Context, grid: Buckets) -> tuple[days.Callout, ...]:
    if grid.noun != "day":
        return ()
    worst = sorted(context.spend.anomalies, key=lambda a: (a.expected_cost - a.list_cost, a.day))[:CALLOUTS]
    position = {start: i for i, start in enumerate(grid.starts)}
    return tuple(
        days.Callout(position[a.day], f"{words.short_day(a.day)}: {context.dollars(a.list_cost)}", _callout_detail(context, a))
        for a in sorted(worst, key=lambda a: a.day)
        if a.day in position
    )


def _callout_detail(context: Context, anomaly: Anomaly) -> str:
    excess = anomaly.list_cost - anomaly.expected_cost
    side = "above" if excess >= 0 else "below"
    who = words.label(anomaly.workload or anomaly.model, missing="", limit=28).text
    return f"{who + ', ' if who else ''}{context.dollars(abs(excess))} {side} a usual {anomaly.day:%A}"


def _reference(context: Context) -> Decimal | None:
    """Daily average of the period before."""
    previous, period = context.spend.previous, context.spend.previous_period
    if previous is None or period is None or not context.whole_days:
        return None
    first, last = context.days_of(period)
    return previous.list_cost_low / ((last - first).days + 1) if first and last else None


def _caption(context: Context, grid: Buckets) -> str:
    parts = ["US dollars."]
    reference = _reference(context) if grid.noun == "day" else None
    if reference is not None:
        parts.append(f"Dashed line: daily average of the period before, {context.dollars(reference)}.")
    if grid.noun == "day" and any(start.weekday() >= _SATURDAY for start in grid.starts):
        parts.append("Shaded: weekends.")
    if context.totals.unpriced_records:
        parts.append("Calls without a price are not drawn.")
    return " ".join(parts)


def _description(context: Context, grid: Buckets, matrix: Sequence[Sequence[Decimal]]) -> str:
    sums = [sum(cells, money.ZERO) for cells in matrix]
    top = max(range(len(sums)), key=lambda i: (sums[i], -i))
    covered = [start for start in grid.starts if not context.partial or start <= context.partial]
    parts = [
        f"Highest: {bucket_name(grid.noun, grid.starts[top])} with {context.dollars(sums[top])}.",
        f"Average: {context.dollars(sum(sums, money.ZERO) / len(covered))} a {grid.noun}.",
    ]
    parts += [f"{words.day(a.day)}: {_callout_detail(context, a)}." for a in context.spend.anomalies[:CALLOUTS]]
    parts.append("The figures are in the table below the chart.")
    return " ".join(parts)


def _numbers(context: Context, grid: Buckets, matrix: Sequence[Sequence[Decimal]]) -> tuple[tuple[NumberRow, ...], NumberRow]:
    """The table: all cells are rounded together, sums are sums of the shown cells, so it adds up both ways."""
    places = max(2, context.scale.places)
    width = len(matrix[0])
    flat = money.allocate([cell for cells in matrix for cell in cells], places)
    lines = [flat[i : i + width] for i in range(0, len(flat), width)] if width else [[] for _ in matrix]
    unknown = _without_price(context, grid, width)
    rows = tuple(
        _number_row(bucket_name(grid.noun, start, weekday=True), cells, exact, places, unknown.get(start, set()))
        for start, cells, exact in zip(grid.starts, lines, matrix, strict=True)
    )
    columns = [sum((cells[i] for cells in lines), money.ZERO) for i in range(width)]
    return rows, _number_row("Total", columns, columns, places)


def _without_price(context: Context, grid: Buckets, width: int) -> dict[date, set[int]]:
    """Columns of the table in which a bucket has calls without a price; ``width`` stands for the sum of the bucket."""
    own = [model for model, colour in context.colours.items() if colour != colours.REST]
    column = {model: i for i, model in enumerate(own)}
    found: dict[date, set[int]] = defaultdict(set)
    for row in context.spend.by_day_model.rows:
        day = day_of(row)
        if day is not None and row.totals.unpriced_records:
            found[grid.of(day)] |= {column.get(row.group.get("model"), len(own)), width}
    return found


def _number_row(
    name: str, shown: Sequence[Decimal], exact: Sequence[Decimal], places: int, unknown: Collection[int] = ()
) -> NumberRow:
    """``unknown``: the cells that read "no price" rather than $0 where there is no amount."""
    amounts = [*zip(shown, exact, strict=True), (sum(shown, money.ZERO), sum(exact, money.ZERO))]
    *cells, total = (
        "no price" if not true and i in unknown else money.dollars(rounded, places, exact=true)
        for i, (rounded, true) in enumerate(amounts)
    )
    return NumberRow(name, tuple(cells), total)
