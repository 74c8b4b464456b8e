"""LC108: the cache is used, but serves less than the same calls allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.analyse.findings.case import share
from logcost.analyse.findings.contract import Finding

if TYPE_CHECKING:
    from logcost.analyse.findings.case import Case


class HitsBelowReplay(Finding):
    """The cache serves some prompts, but clearly fewer tokens than a replay of the same calls under the provider's rules.

    Usual reasons: a marker on only a part of the stable text, calls of one prefix routed to several machines, eviction,
    parallel first calls. A replay does not know the provider's machines, so a gap under 5% of the input is not reported.

    Fires when billed reads are below the replay by at least 5% of the input, and closing the gap is cheaper even with every
    prompt written.

    Bad:
        one marker on the system prompt, 20,000 stable tokens of history behind it

    Good:
        a second marker at the end of the history (or automatic caching); a cache key that keeps a prefix on one machine
    """

    code = "LC108"
    summary = "Fewer hits than the calls allow"
    inferred = True

    def fires(self, case: Case) -> bool:
        """Something is read or written already, and the rules as they are serve more."""
        return case.main_step == "rules" and bool(case.reads or case.writes)

    def title(self, case: Case) -> str:
        """Names the workload."""
        return f"Close the gap between possible and billed cache hits of {case.name}"

    def cause(self, case: Case) -> str:
        """Marker or routing, by mode."""
        explicit = case.rule is not None and case.rule.mode == "explicit"
        return "Marker covers too little" if explicit else "Repeats not served (routing or eviction)"

    def evidence(self, case: Case) -> str:
        """Now and possible."""
        return (
            f"{share(case.reads or 0, case.tokens)} of the input of {case.calls} was read from the cache; a replay of "
            f"the same calls serves {share(case.hits or 0, case.tokens)}."
        )

    def fix(self, case: Case) -> str:
        """Marker or cache key, by mode."""
        if case.rule is not None and case.rule.mode == "explicit":
            return "Add a marker at the end of the part that repeats, or switch automatic caching on."
        return "Give calls of one prefix the same cache key, and send the first one ahead of parallel calls."
