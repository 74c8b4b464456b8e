"""LC102: calls come after the cache has expired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.analyse.findings.case import duration, share
from logcost.analyse.findings.contract import Finding

if TYPE_CHECKING:
    from logcost.analyse.findings.case import Case


class LifetimeTooShort(Finding):
    """The same prefix comes again, but later than the cache keeps it; a longer lifetime is cheaper although its writes cost more.

    Fires when replaying the calls with a longer lifetime the provider offers saves more than its dearer writes cost. At a
    write price of 2 and a read price of 0.1 that needs a hit share well above one half; below that the shorter
    lifetime stays the better one and this finding is silent.

    Bad:
        "cache_control": {"type": "ephemeral"}                 (5 minutes, and the next call comes after 30)

    Good:
        "cache_control": {"type": "ephemeral", "ttl": "1h"}
    """

    code = "LC102"
    summary = "Cache lifetime shorter than the gap between calls"
    reason = "Gap longer than the cache lifetime"

    def fires(self, case: Case) -> bool:
        """The chosen lifetime is longer than the used one and is the step that saves most."""
        return _longer(case) and case.main_step == "lifetime"

    def title(self, case: Case) -> str:
        """Names the lifetime to use."""
        return f"Use the {_best(case)} cache lifetime for {case.name}"

    def evidence(self, case: Case) -> str:
        """What the longer lifetime serves beyond the used one."""
        more = next(step.read_tokens for step in case.steps if step.name == "lifetime")
        return (
            f"{more:,} input tokens ({share(more, case.tokens)}) in {case.calls} repeat later than "
            f"{duration(case.used.ttl_seconds) if case.used else 'the lifetime'} after their last use, but within {_best(case)}."
        )

    def fix(self, case: Case) -> str:
        """The setting."""
        return f"Set the lifetime of the cached part to {_best(case)}."


def _longer(case: Case) -> bool:
    return case.used is not None and case.best is not None and case.best.ttl_seconds > case.used.ttl_seconds


def _best(case: Case) -> str:
    return duration(case.best.ttl_seconds) if case.best else ""
