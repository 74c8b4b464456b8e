"""``logcost prices list`` for people: a line a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.report import money, words
from logcost.report.terminal import long_table, output
from logcost.report.terminal.price_grid import day
from logcost.report.terminal.prices import NONE, PER_MTOK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from logcost.price import PriceFact

_METERS = ("input", "cache_read", "output")


def price_list(facts: Sequence[PriceFact], at: datetime, *, left_out: int = 0) -> None:
    """One line a model with its prices of input, cached input and output at an instant (``logcost.price.latest``).

    ``left_out``: how many models of hosts are not among them.
    """
    console = output.console()
    models: dict[tuple[str, str], dict[str, PriceFact]] = {}
    for fact in facts:
        models.setdefault((fact.provider, fact.model), {})[fact.meter] = fact
    hosts = f" and {words.plural(left_out, 'model')} of hosts: --all, or --provider NAME" if left_out else ""
    if not models:
        console.print("No price is valid at that instant" + (f" for a maker's model{hosts}." if left_out else "."))
        return
    columns = (
        output.Column("Provider"),
        output.Column("Model", wrap=True),
        *(output.Column(name, number=True) for name in ("Input", "Cached", "Output")),
        output.Column("From"),
        output.Column("To", wide=110),
        output.Column("Confidence", wide=96),
    )
    console.print(f"Standard mode on {at:%Y-%m-%d}, {PER_MTOK}. 'logcost prices show MODEL' tells the rest.")
    long_table.write(console, columns, [_model(*name, meters) for name, meters in models.items()])
    console.print(f"{words.plural(len(models), 'model')}{hosts}.")


def _model(provider: str, model: str, meters: dict[str, PriceFact]) -> list[str]:
    fact = meters.get("input") or next(iter(meters.values()))
    amounts = [meters.get(name) for name in _METERS]
    if not any(amounts):
        other = next(iter(meters.values()))
        return _row(provider, model, fact, ["", "", f"{money.exact_text(other.usd)} {_each(other)}"])
    return _row(provider, model, fact, [money.exact_text(amount.usd) if amount else NONE for amount in amounts])


def _each(fact: PriceFact) -> str:
    return f"/ {fact.meter.removesuffix('s')}" if fact.unit != PER_MTOK else fact.meter


def _row(provider: str, model: str, fact: PriceFact, amounts: list[str]) -> list[str]:
    ends = day(fact.valid_to) if fact.valid_to else ""
    return [provider, words.visible(model), *amounts, day(fact.valid_from), ends, fact.confidence]
