"""``logcost prices quote`` for people: tokens times rate, and their sum."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from logcost.report import money, words
from logcost.report.terminal import output
from logcost.report.terminal.price_grid import day

if TYPE_CHECKING:
    from rich.console import Console

    from logcost.price.quote import Quote

_STATED = ("Modes", "Regions", "Long prompts", "Tokens", "Units")


def price_quote(found: Quote, calls: int) -> None:
    """Each part with its count, rate and exact cost, the total, and the price behind it; or why there is none."""
    console = output.console()
    if found.cost is None:
        _refusal(console, found)
        return
    console.print(f"{found.provider} {words.visible(found.model or '')} at the prices of {day(found.at)} UTC, in USD")
    columns = (
        output.Column("Part"),
        output.Column("Count", number=True),
        output.Column("Rate", number=True),
        output.Column("per"),
        output.Column("Cost", number=True),
    )
    costs = [one.cost for one in found.parts]
    places = max((_places(cost) for cost in (*costs, found.cost)), default=2)
    rows = [
        [one.meter, words.count(one.count), money.exact_text(one.rate), "each" if one.each else "1M", f"{one.cost:.{places}f}"]
        for one in found.parts
    ]
    console.print(output.table(columns, rows, ["One call", "", "", "", f"{found.cost:.{places}f}"], width=console.width))
    if calls > 1:
        console.print(f"{words.count(calls)} calls: {_grouped(found.times(calls) or Decimal())} USD")
    _price(console, found)


def _price(console: Console, found: Quote) -> None:
    start = day(found.valid_from) if found.valid_from else "?"
    until = f" until {day(found.valid_to)}" if found.valid_to else ", no end known"
    console.print()
    console.print(f"Price {found.price_id}, valid from {start}{until}", soft_wrap=True)
    checked = f", checked {found.checked}" if found.checked else ""
    console.print(f"Source: {found.source}{checked}, confidence {found.confidence}", soft_wrap=True)
    if found.hours:
        where = "in" if found.inside else "outside"
        console.print(f"This is the price {where} the hours {found.hours}; --at with a time of day asks for another.")


def _refusal(console: Console, found: Quote) -> None:
    console.print(output.warning(f"Not priced: {found.reason}"))
    stated = found.stated
    if not stated.modes:
        console.print(f"'logcost prices show {words.visible(found.call.model)}' tells when it had which price.")
        return
    console.print(f"What is stated for {words.visible(found.call.model)} on {day(found.at)}:")
    groups = (stated.modes, stated.regions, stated.tiers, stated.meters, stated.units)
    for name, values in zip(_STATED, groups, strict=True):
        if values:
            console.print(f"  {name}: {', '.join(values)}", soft_wrap=True)
    console.print(f"'logcost prices show {words.visible(found.call.model)}' tells which of them go together.")


def _places(amount: Decimal) -> int:
    """Decimals that the exact amount needs, at least two."""
    return max(2, len(money.exact_text(amount).partition(".")[2]))


def _grouped(amount: Decimal) -> str:
    return f"{amount:,.{_places(amount)}f}"
