"""LC203: a few calls carry most of the input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logcost.analyse.findings.lever import Lever
from logcost.analyse.savings import settings
from logcost.savings import NEEDS_A_TEST

if TYPE_CHECKING:
    import polars as pl

    from logcost.analyse.findings.lever import End
    from logcost.analyse.savings.traffic import Facts

LEAST_CALLS: Final = 100
SPREAD: Final = 3
"""Times the median that the 95th percentile of the input must be."""


class LongPrompts(Lever):
    """The longest prompts of a workload are many times its usual ones: history, documents or tool results that pile up.

    The amount is a ceiling: no prompt above the 95th percentile, cut in the shares in which it was cached, so that cached
    tokens save what a read costs. The upper end cuts at the median, the lower one saves nothing. What may be left out
    without harm no log can say, and a summary costs a call and writes the cached prefix anew.

    Fires when the 95th percentile of the input of at least 100 calls is at least 3 times the median.

    Bad:
        messages = whole_history + [question]

    Good:
        messages = [summary(history[:-10])] + history[-10:] + [question]
    """

    code = "LC203"
    summary = "Prompts far longer than usual"
    risk = "answers"
    confidence = NEEDS_A_TEST
    assumption = "Nothing above the 95th percentile of the input is needed."

    def fires(self, facts: Facts) -> bool:
        """A long tail."""
        return facts.single >= LEAST_CALLS and facts.input_p95 >= SPREAD * facts.input_p50 > 0

    def changed(self, rows: pl.LazyFrame, facts: Facts, end: End) -> pl.LazyFrame | None:
        """Cut at the 95th percentile, or at the median at the upper end."""
        if end == "low":
            return None
        return settings.capped(rows, facts.input_p50 if end == "high" else facts.input_p95)

    def touched(self, facts: Facts) -> int:
        """One in twenty."""
        return facts.single // 20

    def title(self, facts: Facts) -> str:
        """Cut."""
        return f"Cut the longest prompts of {facts.name}"

    def evidence(self, facts: Facts) -> str:
        """The two percentiles."""
        return (
            f"Half of {facts.calls} have at most {facts.input_p50:,} input tokens, "
            f"at most one in twenty more than {facts.input_p95:,}."
        )

    def fix(self, facts: Facts) -> str:
        """A limit."""
        return f"Summarise or drop old turns, documents and tool results above {facts.input_p95:,} tokens; test the answers."
