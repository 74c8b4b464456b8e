"""``logcost prices`` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logcost.report import money, words
from logcost.report.terminal import output
from logcost.report.terminal.price_grid import GLOBAL, REVOKED, day, lines, regions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rich.console import Console

    from logcost.price import PriceFact
    from logcost.report.terminal.price_grid import Line

PER_MTOK: Final = "USD per 1M tokens"
_NONE: Final = "-"


def prices(facts: Sequence[PriceFact]) -> None:
    """One line a meter and stretch of time with a column a mode; regions in a sentence; the sources below, numbered."""
    console = output.console()
    if not facts:
        console.print("No price is valid at that instant.")
        return
    standing = [fact for fact in facts if fact.confidence != REVOKED]
    sources = {source: number for number, source in enumerate(dict.fromkeys(fact.source for fact in standing), start=1)}
    sentences, others = regions(standing)
    for region in (GLOBAL, *others):
        own = [fact for fact in standing if fact.region == region]
        if own:
            _grid(console, own, sources, "" if region == GLOBAL else f" in {region}")
    for sentence in sentences:
        console.print(sentence)
    _revoked(console, facts)
    for source, number in sources.items():
        checked = max((fact.checked.isoformat() for fact in facts if fact.source == source and fact.checked), default="")
        console.print(f"[{number}] {source}" + (f", checked {checked}" if checked else ""), soft_wrap=True)
    for note in dict.fromkeys(fact.note for fact in standing if fact.note):
        console.print(words.visible(note))


def _grid(console: Console, facts: Sequence[PriceFact], sources: dict[str, int], where: str) -> None:
    modes = list(dict.fromkeys(fact.mode for fact in facts))
    models = list(dict.fromkeys(fact.model for fact in facts))
    found = lines(facts)
    columns = (
        output.Column("Meter", wrap=True),
        *((output.Column("Model"),) if len(models) > 1 else ()),
        *(output.Column(words.sentence(mode), number=True) for mode in modes),
        output.Column("From"),
        output.Column("To"),
        output.Column("Confidence", wide=100),
        output.Column("First day", wide=120),
        output.Column("Source", wide=90),
    )
    console.print(f"{facts[0].provider} {words.joined(models)}{where}, {PER_MTOK}")
    console.print(output.table(columns, [_cells(line, modes, models, sources) for line in found], width=console.width))
    if any(mode not in line.usd for line in found for mode in modes if line.first.unit == PER_MTOK):
        console.print(f"{_NONE} is not published: such a call is not priced.")
    console.print()


def _cells(line: Line, modes: Sequence[str], models: Sequence[str], sources: dict[str, int]) -> list[str]:
    fact = line.first
    return [
        ", ".join(part for part in (fact.meter, fact.tier, "" if fact.unit == PER_MTOK else "each") if part),
        *((fact.model,) if len(models) > 1 else ()),
        *(money.exact_text(line.usd[mode]) if mode in line.usd else _NONE for mode in modes),
        day(line.start),
        day(line.end) if line.end else "",
        ", ".join(line.confidence),
        fact.from_basis if fact.valid_from == line.start else "",
        " ".join(f"[{sources[source]}]" for source in line.sources),
    ]


def _revoked(console: Console, facts: Sequence[PriceFact]) -> None:
    gone = [fact for fact in facts if fact.confidence == REVOKED]
    for start in dict.fromkeys(fact.valid_from for fact in gone):
        rates = ", ".join(f"{fact.meter} {money.exact_text(fact.usd)}" for fact in gone if fact.valid_from == start)
        console.print(f"Announced from {day(start)} on and taken back before: {rates}.")
    for note in dict.fromkeys(fact.note for fact in gone if fact.note):
        console.print(words.visible(note))


def price_list(facts: Sequence[PriceFact], at: datetime) -> None:
    """One line a model with its prices of input, cached input and output at an instant (``logcost.price.latest``)."""
    console = output.console()
    models: dict[tuple[str, str], dict[str, PriceFact]] = {}
    for fact in facts:
        models.setdefault((fact.provider, fact.model), {})[fact.meter] = fact
    if not models:
        console.print("No price is valid at that instant.")
        return
    columns = (
        output.Column("Provider"),
        output.Column("Model", wrap=True),
        *(output.Column(name, number=True) for name in ("Input", "Cached", "Output")),
        output.Column("From"),
        output.Column("To", wide=100),
        output.Column("Confidence", wide=90),
    )
    console.print(
        f"Standard mode on {at:%Y-%m-%d}, {PER_MTOK}. 'logcost prices show MODEL' tells modes, regions, history and sources."
    )
    rows = [_model(*name, meters) for name, meters in models.items()]
    console.print(output.table(columns, rows, width=console.width))
    console.print(words.plural(len(rows), "model") + ".")


def _model(provider: str, model: str, meters: dict[str, PriceFact]) -> list[str]:
    fact = meters.get("input") or next(iter(meters.values()))
    amounts = [meters.get(name) for name in ("input", "cache_read", "output")]
    return [
        provider,
        model,
        *(money.exact_text(amount.usd) if amount else _NONE for amount in amounts),
        day(fact.valid_from),
        day(fact.valid_to) if fact.valid_to else "",
        fact.confidence,
    ]
