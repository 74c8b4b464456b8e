"""``logcost savings --json`` and ``logcost whatif --json``, and the first of them inside the report (docs/report.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.report import money
from logcost.report.plain import instant, plain
from logcost.savings import RISKS
from logcost.spending import exactly
from logcost.types import SCHEMA_VERSION

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from logcost.savings import SavingsLedger, WhatIf, WhatIfStep


def savings(ledger: SavingsLedger, *, prices_as_of: datetime | None = None) -> dict[str, object]:
    """The steps in order with what each leaves, their sums by risk, the overlap, and the findings without an amount.

    ``billed`` less every ``saving`` is ``left``, exactly. ``prices_as_of``: the instant whose prices the calls were given.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "billed": money.exact_text(ledger.billed),
        "left": money.exact_text(ledger.left),
        "saved": money.exact_text(ledger.saved()),
        "saved_by_risk": {risk: money.exact_text(ledger.saved(risk)) for risk in RISKS},
        "overlap": money.exact_text(ledger.overlap),
        "calls": ledger.calls,
        "unpriced_records": ledger.unpriced_records,
        "floor": money.exact_text(ledger.floor),
        "checks": list(ledger.checks),
        "steps": [plain(step) for step in ledger.steps],
        "unpriced": [plain(finding) for finding in ledger.unpriced],
        "self_hosting": plain(ledger.self_hosting),
        "notes": list(ledger.notes),
        "prices_as_of": instant(prices_as_of),
    }


def whatif(result: WhatIf, *, prices_as_of: datetime | None = None) -> dict[str, object]:
    """The bill before and after, and after each change in the order they are applied; ``saved`` is negative for a dearer bill."""
    before = result.before
    steps = []
    for step in result.steps:
        steps.append(_step(step, before))
        before = step.cost
    return {
        "schema_version": SCHEMA_VERSION,
        "calls": result.calls,
        "left_out": result.left_out,
        "before": money.exact_text(result.before),
        "after": money.exact_text(result.after),
        "saved": money.exact_text(exactly(result.before, -result.after)),
        "steps": steps,
        "prices_as_of": instant(prices_as_of),
    }


def _step(step: WhatIfStep, before: Decimal) -> dict[str, object]:
    return {**plain(step), "saved": money.exact_text(exactly(before, -step.cost))}
