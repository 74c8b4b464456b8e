"""``logcost prices diff`` for people: ours beside theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logcost.report import money, words
from logcost.report.terminal import long_table, output
from logcost.report.terminal.price_grid import day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from logcost.price.diff import Diff

_FEW: Final = 8
"""So many names of models that only one side has are shown; --json has all."""


def price_diff(found: Diff) -> None:
    """What differs, and how many models only one side has."""
    console = output.console()
    version = f" {found.version}" if found.version else ""
    console.print(f"logcost beside {found.package}{version}, standard prices on {found.at:%Y-%m-%d}, USD per 1M tokens")
    if found.differences:
        columns = (
            output.Column("Provider"),
            output.Column("Model", wrap=True),
            output.Column("Meter"),
            output.Column("Ours", number=True),
            output.Column("Theirs", number=True),
            output.Column("Ours since"),
            output.Column("Confidence", wide=100),
        )
        rows = [
            [
                one.provider,
                words.visible(one.name),
                one.meter,
                money.exact_text(one.ours),
                money.exact_text(one.theirs) + (" *" if one.theirs_before else ""),
                day(one.since),
                one.confidence,
            ]
            for one in found.differences
        ]
        long_table.write(console, columns, rows)
        if any(one.theirs_before for one in found.differences):
            console.print("* is what ours was before that day: their table may be older.")
    other = len(found.differences)
    alike = words.count(found.compared - other)
    console.print(f"{words.plural(found.compared, 'rate')} compared: {alike} alike, {words.count(other)} differ.")
    _only(console, "they have and the book does not", found.only_theirs)
    _only(console, "they have and the book has without a price of that day", found.without_price)
    _only(console, f"of the book are not in {found.package}", found.only_ours)


def _only(console: Console, what: str, models: Sequence[tuple[str, str]]) -> None:
    if not models:
        return
    shown = ", ".join(f"{provider} {words.visible(name)}" for provider, name in models[:_FEW])
    more = " ..." if len(models) > _FEW else ""
    console.print(f"{words.plural(len(models), 'name')} {what}: {shown}{more}")
