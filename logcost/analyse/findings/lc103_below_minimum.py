"""LC103: the repeated prefix is too short to be cached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logcost.analyse.findings.case import share
from logcost.analyse.findings.contract import Finding

if TYPE_CHECKING:
    from logcost.analyse.findings.case import Case

SHARE: Final = 0.1
"""Share of the input that must repeat below the minimum before it is worth a line."""


class BelowMinimum(Finding):
    """Prompts share a prefix, but it is shorter than the provider's minimum, so no setting can cache it.

    Padding a prompt to the minimum never pays by itself: the padding is bought on every miss and read on every hit. It is
    reported so that nobody looks for a mistake where there is none; another model may have a lower minimum, and text
    that is stable anyway (examples, tool descriptions) can be moved in front.

    Fires when at least a tenth of the input repeats below the minimum and nothing else is to be done. Claims no money.

    Bad:
        700 stable tokens, 900 of examples after the question     (minimum 1,024)

    Good:
        700 stable tokens and the 900 tokens of examples, then the question
    """

    code = "LC103"
    summary = "Repeated prefix below the model's minimum"
    reason = "Prefix under the model minimum"

    def fires(self, case: Case) -> bool:
        """A tenth of the input, and more of it than can be served."""
        short = case.short or 0
        return not case.main_step and short >= SHARE * case.tokens and short > (case.hits or 0)

    def title(self, case: Case) -> str:
        """A verb, though there may be nothing to gain."""
        return f"Leave {case.name} uncached, or move more stable text to the front"

    def evidence(self, case: Case) -> str:
        """How much repeats below which minimum."""
        minimum = case.rule.min_tokens if case.rule else 0
        return (
            f"{case.short or 0:,} input tokens ({share(case.short or 0, case.tokens)}) in {case.calls} repeat in "
            f"prefixes under {minimum:,} tokens, where this model starts to cache."
        )

    def fix(self, case: Case) -> str:
        """No padding."""
        del case
        return "No action: not cacheable as it is. Do not pad."
