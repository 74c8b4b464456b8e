"""The amounts of a ledger of savings as they are shown: one rounding for the table, the ladder and the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from logcost.report import money
from logcost.savings import RISKS

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from logcost.savings import Risk, Saving, SavingsLedger


@dataclass(frozen=True, slots=True)
class Shown:
    """``steps`` are the rounded savings of the ledger's steps: they and ``left`` add up to ``billed``, and so does each risk."""

    ledger: SavingsLedger
    places: int
    billed: Decimal
    left: Decimal
    steps: tuple[Decimal, ...]

    def saved(self, risk: Risk | None = None, confidence: str | None = None) -> Decimal:
        """Sum of what is shown of the steps, or of those of one risk or confidence."""
        return self.sum(lambda step: risk in {None, step.risk} and confidence in {None, step.confidence})

    def sum(self, chosen: Callable[[Saving], bool]) -> Decimal:
        """Sum of what is shown of some steps."""
        return sum((amount for step, amount in zip(self.ledger.steps, self.steps, strict=True) if chosen(step)), money.ZERO)


def shown(ledger: SavingsLedger, places: int) -> Shown:
    """Round the sums of the risks and what is left first, then the steps of each risk to its sum.

    All are within a unit of the exact amount; rounded in one go, a risk of many steps could drift from its exact sum.
    """
    *sums, left = money.allocate([*(ledger.saved(risk) for risk in RISKS), ledger.left], places)
    rounded: dict[int, Decimal] = {}
    for risk, total in zip(RISKS, sums, strict=True):
        chosen = [i for i, step in enumerate(ledger.steps) if step.risk == risk]
        exact = [ledger.steps[i].saving for i in chosen]
        rounded |= dict(zip(chosen, money.allocate(exact, places, total), strict=True))
    return Shown(ledger, places, sum(sums, left), left, tuple(rounded[i] for i in range(len(ledger.steps))))
