"""``logcost prices compare`` for people: one line a model, and what else it costs elsewhere."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from logcost.price.compare import ordered
from logcost.report import money, words
from logcost.report.terminal import long_table, output
from logcost.report.terminal.price_grid import day
from logcost.report.terminal.prices import NONE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from rich.console import Console

    from logcost.price.compare import Comparison, Group, Question, Row

_NAMED: Final = 4
"""So many models are named of those without a price."""


def price_compare(found: Comparison, sort: str = "cost") -> None:
    """Rows by cost or name, the range over all who sell a model, and what has no price for such a call."""
    console = output.console()
    question = found.question
    rows = ordered(found.rows, sort)
    console.print(f"One call: {_call(question)}. USD at the prices of {day(found.at)} UTC.")
    if not (rows or found.unpriced or found.gone):
        text = f" with '{words.visible(question.match)}' in its name" if question.match else ""
        console.print(f"No model{text}" + (" of a maker." if found.left_out else "."))
    if rows:
        _rows(console, found, rows)
        if question.every:
            _groups(console, found)
        console.print(f"{words.plural(len(rows), 'model')}" + (f"; 1x is {found.base}" if found.base else "") + ".")
    _unpriced(console, found)
    if found.left_out:
        console.print(f"{words.plural(found.left_out, 'model')} of other providers not shown: --all, or --provider NAME.")


def _call(question: Question) -> str:
    """``2,000 input tokens (500 of them cached), 400 output tokens, batch``."""
    counts = question.counts
    cached = counts.get("cache_read_input_tokens")
    parts = [
        f"{words.count(counts.get('input_tokens', 0))} input tokens"
        + (f" ({words.count(cached)} of them cached)" if cached else ""),
        f"{words.count(counts.get('output_tokens', 0))} output tokens",
        *((question.mode,) if question.mode else ()),
        *((f"region {question.region}",) if question.region else ()),
    ]
    return ", ".join(parts)


def _rows(console: Console, found: Comparison, rows: Sequence[Row]) -> None:
    groups = {group.group: group for group in found.groups}
    ranges = any(row.group in groups for row in rows) and not found.question.every
    columns = [
        output.Column("Provider", wide=60),
        output.Column("Model", wrap=True),
        output.Column("One call", number=True),
        output.Column(f"{words.count(found.question.calls)} calls", number=True),
        output.Column("Out:in", number=True),
        output.Column("Relative", number=True),
    ]
    if ranges:
        columns += [output.Column(name, number=True, wide=118) for name in ("Sellers", "Lowest", "Median", "Highest")]
    places = max((_places(row.total) for row in rows), default=2)
    cells = [[*_row(row, places), *(_range(groups.get(row.group)) if ranges else ())] for row in rows]
    long_table.write(console, columns, cells)


def _row(row: Row, places: int) -> list[str]:
    return [
        row.provider,
        words.visible(row.name),
        money.exact_text(row.cost),
        f"{row.total:,.{places}f}",
        _short(row.output_to_input),
        f"{_short(row.relative)}x" if row.relative is not None else NONE,
    ]


def _range(group: Group | None) -> list[str]:
    if group is None:
        return ["", "", "", ""]
    return [words.count(group.sellers), *(_amount(usd) for usd in (group.lowest, group.median, group.highest))]


def _groups(console: Console, found: Comparison) -> None:
    if not found.groups:
        return
    columns = [
        output.Column("Sold by several", wrap=True),
        output.Column("Sellers", number=True),
        *(output.Column(name, number=True) for name in ("Lowest", "Median", "Highest")),
        output.Column("Cheapest", wide=100),
    ]
    rows = [
        [group.group, *_range(group), ", ".join(group.cheapest[:3]) + (" ..." if len(group.cheapest) > 3 else "")]  # noqa: PLR2004 -- as many as fit
        for group in found.groups
    ]
    console.print(f"\n{words.count(found.question.calls)} calls over all who sell a model, each region of a host counted")
    long_table.write(console, columns, rows)


def _unpriced(console: Console, found: Comparison) -> None:
    for reason, models in found.unpriced.items():
        named = ", ".join(words.visible(name) for _, name in models[:_NAMED])
        more = f" and {words.count(len(models) - _NAMED)} more" if len(models) > _NAMED else ""
        console.print(f"{words.count(len(models))} not priced, {reason}: {named}{more}.")
    if found.gone:
        console.print(f"{words.plural(found.gone, 'model')} without a price on that day (retired, or not yet sold).")


def _places(amount: Decimal) -> int:
    return max(2, len(money.exact_text(amount).partition(".")[2])) if amount < 1 else 2


def _amount(amount: Decimal) -> str:
    return f"{amount:,.{_places(amount)}f}"


def _short(value: Fraction | None) -> str:
    """Three digits of a ratio, for display only: ``4``, ``4.17``, ``136``."""
    if value is None:
        return NONE
    shown = Decimal(value.numerator) / Decimal(value.denominator)
    places = 0 if shown >= 100 else 1 if shown >= 10 else 2  # noqa: PLR2004 -- three digits
    return money.exact_text(round(shown, places)) if places else f"{shown:,.0f}"
