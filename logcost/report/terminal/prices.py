"""``logcost prices show`` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.report import money, words
from logcost.report.terminal import output

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from logcost.price import PriceFact

_COLUMNS = (
    output.Column("Model", wrap=True),
    output.Column("Meter"),
    output.Column("USD", number=True),
    output.Column("Unit", wide=110),
    output.Column("Mode"),
    output.Column("Region"),
    output.Column("Tier", wrap=True),
    output.Column("From"),
    output.Column("To"),
    output.Column("Confidence", wide=130),
    output.Column("First day", wide=140),
    output.Column("Source", wide=100),
)


def prices(facts: Sequence[PriceFact]) -> None:
    """Every rate with unit, validity, confidence; the sources below, numbered."""
    console = output.console()
    if not facts:
        console.print("No price is valid at that instant.")
        return
    sources: dict[str, int] = {}
    rows = []
    for fact in facts:
        number = sources.setdefault(fact.source, len(sources) + 1)
        rows.append(_cells(fact, number))
    console.print(output.table(_COLUMNS, rows, width=console.width))
    console.print()
    for source, number in sources.items():
        checked = max((fact.checked.isoformat() for fact in facts if fact.source == source and fact.checked), default="")
        console.print(f"[{number}] {source}" + (f", checked {checked}" if checked else ""), soft_wrap=True)
    for note in dict.fromkeys(fact.note for fact in facts if fact.note):
        console.print(words.visible(note))


def _cells(fact: PriceFact, number: int) -> list[str]:
    return [
        f"{fact.provider} {fact.model}",
        fact.meter,
        money.exact_text(fact.usd),
        fact.unit,
        fact.mode,
        fact.region,
        fact.tier,
        _day(fact.valid_from),
        _day(fact.valid_to) if fact.valid_to else "",
        fact.confidence,
        fact.from_basis,
        f"[{number}]",
    ]


def _day(instant: datetime) -> str:
    midnight = (instant.hour, instant.minute, instant.second) == (0, 0, 0)
    return f"{instant:%Y-%m-%d}" if midnight else f"{instant:%Y-%m-%d %H:%M}"
