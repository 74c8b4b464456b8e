"""LC106: a long cache lifetime is paid for and not needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.analyse.findings.case import duration
from logcost.analyse.findings.contract import Finding

if TYPE_CHECKING:
    from logcost.analyse.findings.case import Case


class LifetimeTooLong(Finding):
    """Writes are billed for a long lifetime, but the calls follow each other quickly: the short one serves almost as much.

    At 2 for a 1-hour write, 1.25 for a 5-minute one and 0.1 for a read, 1 hour beats 5 minutes only where
    1.9 x60 - 1.15 x5 > 0.75 (x60, x5: hit shares with each).

    Fires when replaying the calls with a shorter lifetime is cheaper than what was billed, after the hits it loses.

    Bad:
        "cache_control": {"type": "ephemeral", "ttl": "1h"}       (calls come every few seconds)

    Good:
        "cache_control": {"type": "ephemeral"}                    (5 minutes, refreshed by each hit)
    """

    code = "LC106"
    summary = "Long cache lifetime that does not pay"
    reason = "Cache lifetime longer than needed"

    def fires(self, case: Case) -> bool:
        """Writes were billed for the used lifetime, and the chosen one is shorter."""
        shorter = case.used is not None and case.best is not None and case.best.ttl_seconds < case.used.ttl_seconds
        return shorter and bool(case.writes) and case.main_step == "lifetime"

    def title(self, case: Case) -> str:
        """Names the lifetime to use."""
        return f"Use the {duration(case.best.ttl_seconds) if case.best else ''} cache lifetime for {case.name}"

    def evidence(self, case: Case) -> str:
        """Tokens written dearly, and the hits the shorter lifetime would lose."""
        lost = -next(step.read_tokens for step in case.steps if step.name == "lifetime")
        return (
            f"{case.writes or 0:,} input tokens were written for {duration(case.used.ttl_seconds) if case.used else ''} in "
            f"{case.calls}; the shorter lifetime would lose {lost:,} tokens of hits."
        )

    def fix(self, case: Case) -> str:
        """The setting."""
        return f"Set the lifetime of the cached part to {duration(case.best.ttl_seconds) if case.best else ''}."
