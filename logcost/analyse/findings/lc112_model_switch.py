"""LC112: a session changes its model, and the new one reads the whole prompt again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logcost.analyse.findings.case import MODELLED, share
from logcost.analyse.findings.contract import Finding

if TYPE_CHECKING:
    from decimal import Decimal

    from logcost.analyse.findings.case import Case

LEAST: Final = 0.01
"""Share of the input that must be read again."""


class ModelSwitch(Finding):
    """Inside one session the model changes within the cache's lifetime. Models share no cache: the prefix is paid in full again.

    Needs `session_id` and `prefix_hashes`. Counted are the tokens shared with the call before (of the other model) that neither
    the last call of the same model shares nor the log states as read. Only the cache is counted: what the other model costs or
    saves otherwise is not.

    Fires when a cache is in use, these tokens are at least 1% of the row's input, and nothing else saves more. Modelled: assumes
    that the session could have stayed on one model.

    Bad:
        model = "large" if turn % 2 else "small"          (30,000 tokens of history, read again at each change)

    Good:
        one model for a session; a smaller one for side questions with a short prompt of their own
    """

    code = "LC112"
    summary = "Model switch inside a session"
    reason = "Model changes inside sessions"
    inferred = True

    def fires(self, case: Case) -> bool:
        """Enough is read again, where a cache would have served it."""
        found = case.switches
        in_use = bool(case.reads or case.writes) or (case.used is not None and case.used.write_multiplier == 1)
        return found is not None and in_use and found.tokens >= LEAST * case.tokens and bool(found.cost)

    def title(self, case: Case) -> str:
        """Names the workload."""
        return f"Keep each session of {case.name} on one model"

    def evidence(self, case: Case) -> str:
        """Changes, and what is read again."""
        found = case.switches
        assert found is not None  # noqa: S101 -- it fired
        return (
            f"{found.calls:,} of {case.calls} follow a call of another model in their session; {found.tokens:,} input tokens "
            f"({share(found.tokens, case.tokens)}) that this one had in its cache were paid as input."
        )

    def fix(self, case: Case) -> str:
        """One sentence."""
        del case
        return "Choose the model once a session; give other models short prompts of their own."

    def confidence(self, case: Case) -> str:
        """That the session could have stayed is an assumption."""
        del case
        return MODELLED

    def saving(self, case: Case) -> Decimal | None:
        """Input less read price of the tokens read again."""
        return case.switches.cost if case.switches else None

    def way(self, case: Case) -> str:
        """No way of caching a single model's calls: not priced by the ledger of savings."""
        del case
        return ""
