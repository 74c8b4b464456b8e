"""LC205: calls that failed and were billed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from logcost.analyse.findings.lever import Lever
from logcost.analyse.savings import traffic

if TYPE_CHECKING:
    from logcost.analyse.findings.lever import End
    from logcost.analyse.savings.traffic import Facts


class FailedCalls(Lever):
    """Calls ended in an error and still have tokens that are billed: time-outs on the client's side, broken streams, retries.

    Their answers are lost and mostly asked for again, so they are paid twice. The amount is their whole cost; how many of
    them can be prevented no log says, so the range begins at nothing. Calls that failed without any tokens cost nothing.

    Fires when calls with the status of a failure have a cost.

    Bad:
        timeout=10, retries=5 around answers that take 12 seconds

    Good:
        timeout=120, retries=2 with a growing pause, only for errors that pass
    """

    code = "LC205"
    summary = "Failed calls that were billed"
    risk = "none"
    assumption = "These failures can be prevented."

    def fires(self, facts: Facts) -> bool:
        """Failures with a cost."""
        return facts.failed > 0

    def changed(self, rows: pl.LazyFrame, facts: Facts, end: End) -> pl.LazyFrame | None:
        """Without them."""
        del facts
        if end == "low":
            return None
        failed = (pl.col("grain") == "request") & pl.col("status").is_in(traffic.FAILED)
        return rows.filter(~failed.fill_null(value=False))

    def touched(self, facts: Facts) -> int:
        """The failed ones."""
        return facts.failed

    def title(self, facts: Facts) -> str:
        """Find out why."""
        return f"Stop paying for failed calls of {facts.name}"

    def evidence(self, facts: Facts) -> str:
        """How many."""
        return f"{facts.failed:,} of {facts.calls} failed after tokens were billed."

    def fix(self, facts: Facts) -> str:
        """Time-outs first."""
        del facts
        return "Look at time-outs that are shorter than the answers take, and retry only what can succeed."
