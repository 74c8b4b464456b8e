"""LC107: what was billed for caching is more than caching saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.analyse.findings.case import REPLAYED, share
from logcost.analyse.findings.contract import Finding

if TYPE_CHECKING:
    from decimal import Decimal

    from logcost.analyse.findings.case import Case


class BelowBreakEven(Finding):
    """Reads saved less than the writes cost extra: with caching off, the same calls would have been cheaper.

    This follows from billed totals alone (reads and writes of a model), so it holds for daily exports too: tokens read x
    (input - read price) is less than tokens written x (write - input price). With every prompt written, that is a hit
    share under the break-even (w - 1) / (w - r).

    Fires when the difference is negative, nothing more exact is known about the calls, and it is not a single call, whose
    reads may come after the log ends.

    Bad:
        10% of the input read from the cache, 60% written at 1.25 times its price

    Good:
        caching off, or markers only where prompts repeat
    """

    code = "LC107"
    summary = "Caching below break-even"
    reason = "Hit share below break-even"

    def fires(self, case: Case) -> bool:
        """The billed reads and writes together lose money, or base input tokens where there is no price."""
        lost = case.lost_tokens > 0 if case.lost is None else case.lost > 0
        return lost and bool(case.writes) and case.chosen in {"", "keep"}

    def title(self, case: Case) -> str:
        """Off or less."""
        return f"Turn caching off for {case.name}, or mark only what repeats"

    def evidence(self, case: Case) -> str:
        """Read share, written share, break-even."""
        limit = f" (break-even when every prompt is written: {share(case.break_even, 1)})" if case.break_even else ""
        return (
            f"{share(case.reads or 0, case.tokens)} of the input of {case.calls} was read from the cache and "
            f"{share(case.writes or 0, case.tokens)} written to it{limit}: the writes cost more than the reads saved."
        )

    def fix(self, case: Case) -> str:
        """Off, unless request logs say where prompts repeat."""
        del case
        return "Turn caching off, or give request-level logs to see which prompts repeat."

    def confidence(self, case: Case) -> str:
        """Exact from billed totals."""
        del case
        return REPLAYED

    def saving(self, case: Case) -> Decimal | None:
        """What caching cost more than it saved."""
        return case.lost

    def way(self, case: Case) -> str:
        """Off, as nothing better is known."""
        del case
        return "off"
