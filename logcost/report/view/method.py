"""Section "Method": where the figures come from and how to make them again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from logcost.report import words
from logcost.report.view.context import zone_name
from logcost.report.view.spend import tokens_line

if TYPE_CHECKING:
    from logcost.report.view.context import Context


@dataclass(frozen=True, slots=True)
class MethodView:
    """Definition list, the command, the CSV tables to download, and the footer's line."""

    facts: tuple[tuple[str, str], ...]
    command: str
    tables: tuple[tuple[str, str], ...]
    footer: str


def view(context: Context) -> MethodView:
    """Build the section."""
    provenance = context.model.provenance
    sources = context.model.quality.sources
    bill = context.spend.bill
    checked = f", last checked {provenance.price_checked}" if provenance.price_checked else ""
    facts = (
        ("Sources", f"{words.plural(len(sources), 'file')}, {words.plural(sum(s.rows_read for s in sources), 'record')}"),
        (
            "Prices",
            f"{_prices(context)}; {words.plural(provenance.price_models, 'model name')} in the book{checked}",
        ),
        (
            "Arithmetic",
            "Exact integers to a millionth of a billionth of a dollar; rounded only for display, so that columns add up",
        ),
        *([("Contract", f"{words.visible(bill.file)}; months are those of UTC")] if bill else []),
        ("Tokens", tokens_line(context.totals)),
        ("Days", f"Calendar days in {zone_name(context.model.tz)}; currency {context.model.currency}"),
        ("Privacy", "This file loads nothing from the network. It holds no prompt or answer text, no keys and no user ids."),
    )
    tables = (
        ("workloads", "Workloads CSV"),
        ("models", "Models CSV"),
        ("days", "Days CSV"),
        ("savings", "Savings CSV"),
        ("caching", "Caching CSV"),
        ("ratios", "Ratios CSV"),
    )
    return MethodView(facts, provenance.command, tables, _footer(context))


def _prices(context: Context) -> str:
    at = context.model.prices_as_of
    return f"List price of {words.as_of(at)} for every call" if at else "List price at the instant of each call"


def _footer(context: Context) -> str:
    provenance = context.model.provenance
    parts = [f"logcost {provenance.version}"]
    if provenance.latest_call is not None:
        parts.append(f"latest call {words.instant(provenance.latest_call)}")
    if provenance.generated_at is not None:
        parts.append(f"generated {words.instant(provenance.generated_at)}")
    return " · ".join(parts)
