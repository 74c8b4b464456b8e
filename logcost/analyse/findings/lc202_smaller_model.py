"""LC202: a large model says a word or two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logcost.analyse.findings.case import share
from logcost.analyse.findings.lever import Lever
from logcost.analyse.savings import settings
from logcost.analyse.savings.bills import MILLION
from logcost.savings import NEEDS_A_TEST

if TYPE_CHECKING:
    import polars as pl

    from logcost.analyse.findings.lever import End
    from logcost.analyse.savings.traffic import Facts

LEAST_CALLS: Final = 300
FEW_TOKENS: Final = 5
"""Answers of so many tokens are a label or a score."""
NARROW: Final = 3
"""Ratio of the 95th to the 5th percentile of the output that is called narrow: the task has one form of answer."""
SHORT: Final = 300
REASONING: Final = 0.05
"""Share of the output that may be reasoning."""
SHARE: Final = 700_000
ESCALATED: Final = 150_000


class SmallerModel(Lever):
    """Answers are a label, or always of the same short form, with no reasoning: a smaller model may do as well.

    Which calls it answers well is not in any log. The amount is for 70% of the calls on the smaller model, of which 15%
    go to the first one as well, and both are paid. Nothing is read from a cache there. The range goes from nothing, if the
    answers are not good enough, to all calls on the smaller one.

    Fires when at least 300 calls have outputs of at most 5 tokens (95th percentile), or of at most 300 tokens with a spread
    of at most 3 times, and at most 5% of the output is reasoning. The smaller model is the cheapest of the same provider
    that the same log uses, at no more than half of both rates; without such a model there is no amount.

    Bad:
        model="claude-opus-5", max_tokens=5, "Answer A, B or C"

    Good:
        model="claude-haiku-4-5" for these, tested against the answers of the large one
    """

    code = "LC202"
    summary = "A large model for short answers"
    risk = "answers"
    confidence = NEEDS_A_TEST
    assumption = "70% of the calls go to the smaller model, and 15% of those to the first one as well."

    def fires(self, facts: Facts) -> bool:
        """Short answers of one form, none of them thought about."""
        label = facts.output_p95 <= FEW_TOKENS
        narrow = facts.output_p95 <= min(SHORT, NARROW * facts.output_p05)
        thinks = facts.reasoning_tokens > REASONING * facts.output_tokens
        return facts.single >= LEAST_CALLS and facts.output_p95 > 0 and (label or narrow) and not thinks

    def no_amount(self, facts: Facts) -> str:
        """No model to compare with."""
        if facts.smaller:
            return ""
        return "This log uses no cheaper model of the same provider; price one with 'logcost whatif --route'."

    def changed(self, rows: pl.LazyFrame, facts: Facts, end: End) -> pl.LazyFrame | None:
        """A share to the smaller model, or all of them at the upper end."""
        if end == "low" or facts.smaller is None:
            return None
        part, escalated = (MILLION, 0) if end == "high" else (SHARE, ESCALATED)
        return settings.shared(rows, (None, facts.smaller), part, escalated)

    def touched(self, facts: Facts) -> int:
        """Those that go to the smaller model."""
        return facts.single * SHARE // MILLION

    def title(self, facts: Facts) -> str:
        """Try it."""
        return f"Try {facts.smaller or 'a smaller model'} for {facts.name}"

    def evidence(self, facts: Facts) -> str:
        """How long the answers are."""
        known = facts.reasoning_known == facts.single
        thinking = f"{share(facts.reasoning_tokens, facts.output_tokens)} of the output is reasoning"
        return (
            f"95% of {facts.calls} have at most {facts.output_p95:,} output tokens, half at most {facts.output_p50:,}; "
            f"{thinking if known else 'not all of them say how much of it is reasoning'}."
        )

    def fix(self, facts: Facts) -> str:
        """Compare the answers first."""
        return (
            f"Compare the answers of both models on a sample of {facts.name}, then route what the smaller one does well; "
            "quality was not measured here."
        )
