"""What can be got back, as the rooms hand it to each other: the ledger of savings, and the bill of another setting.

Money is ``Decimal`` USD of list prices, exact. Savings are taken one after the other, each priced on what those before it
left: their sum is the difference between the bill and what is left after the last one. Method: docs/savings.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from logcost.spending import exactly

if TYPE_CHECKING:
    from collections.abc import Iterable

REPLAYED: Final = "Replayed"
"""Recomputed from the calls, instants and prices themselves."""
MODELLED: Final = "Modelled"
"""Rests on one stated assumption."""
NEEDS_A_TEST: Final = "Needs a test"
"""Changes the model or what it reads, so answers may change."""

Risk = Literal["none", "latency", "answers"]
"""What may get worse: nothing, the time until the answer comes, or the answers themselves."""

RISKS: Final[tuple[Risk, ...]] = ("none", "latency", "answers")


@dataclass(frozen=True, slots=True)
class Saving:
    """One finding in the order of the ledger. ``code``: its page in docs/findings.md.

    ``saving``: what it takes off the bill that the steps before it left, ``left``: the bill after it. ``alone``: what it
    would save as the only change. ``low`` and ``high``: the range of ``saving``; both are ``saving`` where it is replayed.
    ``calls``: those it touches; ``None`` where the log does not say. ``assumption``: what a modelled figure rests on.
    """

    code: str
    provider: str | None
    model: str | None
    workload: str | None
    risk: Risk
    confidence: str
    title: str
    evidence: str
    fix: str
    assumption: str
    calls: int | None
    saving: Decimal
    low: Decimal
    high: Decimal
    alone: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A finding without an amount: ``reason`` says why none can be stated."""

    code: str
    provider: str | None
    model: str | None
    workload: str | None
    title: str
    evidence: str
    fix: str
    reason: str


@dataclass(frozen=True, slots=True)
class SelfHosting:
    """The reader's own servers instead of the API, for the calls of the period at list price after all savings.

    Rates are what the reader measured: tokens a second of one server for prefill (uncached input) and decode (output).
    ``servers``: enough for the 99th percentile of all hours at ``utilisation``, plus ``spare``. ``cost``: USD for the hours
    of the period; ``api_cost``: the bill after the steps of the ledger.
    """

    prefill_rate: Decimal
    decode_rate: Decimal
    hourly_price: Decimal
    utilisation: Decimal
    spare: int
    staff: Decimal
    hours: int
    p99_hour_input_tokens: int
    p99_hour_output_tokens: int
    mean_hour_input_tokens: int
    mean_hour_output_tokens: int
    servers: int
    cost: Decimal
    api_cost: Decimal


@dataclass(frozen=True, slots=True)
class SavingsLedger:
    """Steps in order of rising risk, then falling saving; ``billed`` less all savings is ``left``, exactly.

    ``billed``: list cost of all records with one exact price. ``unpriced_records`` have none and are in no figure.
    ``calls``: those that were looked at. ``checks``: codes of the findings that ran. ``unpriced``: findings whose amount
    cannot be stated. ``floor``: a smaller saving is not listed (USD).
    """

    billed: Decimal
    left: Decimal
    steps: tuple[Saving, ...]
    calls: int | None
    floor: Decimal
    checks: tuple[str, ...]
    unpriced: tuple[Unpriced, ...] = ()
    unpriced_records: int = 0
    notes: tuple[str, ...] = ()
    self_hosting: SelfHosting | None = None

    def saved(self, risk: Risk | None = None) -> Decimal:
        """Sum of the steps, or of those of one risk."""
        return total(step.saving for step in self.steps if risk in {None, step.risk})

    @property
    def overlap(self) -> Decimal:
        """What the steps would save one by one beyond what they save together."""
        return exactly(total(step.alone for step in self.steps), -self.saved())


@dataclass(frozen=True, slots=True)
class WhatIfStep:
    """One change of a what-if, in the order it is applied. ``cost``: the bill after it; ``calls``: those it touches.

    ``kept``: calls that have no price with the change and cost what they did. ``hit_share``: part of the input of all others
    that is read from a cache after it; ``None``: not known or no input.
    """

    option: str
    setting: str
    calls: int
    cost: Decimal
    hit_share: float | None
    kept: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The bill of the period under other settings. ``calls``: records with an exact price, all others are left out.

    ``before``: list cost as it was; the last step's ``cost`` is the bill after all changes.
    """

    calls: int
    before: Decimal
    steps: tuple[WhatIfStep, ...]
    left_out: int = 0

    @property
    def after(self) -> Decimal:
        """The bill after all changes."""
        return self.steps[-1].cost if self.steps else self.before


def total(amounts: Iterable[Decimal]) -> Decimal:
    """An exact sum."""
    return exactly(*amounts, Decimal(0))
