"""LC108: the cache is used, but serves less than the same calls allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.analyse.findings.case import share
from logcost.analyse.findings.contract import Finding

if TYPE_CHECKING:
    from logcost.analyse.findings.case import Case


class HitsBelowReplay(Finding):
    """The cache serves some prompts, but clearly fewer tokens than a replay of the same calls under the provider's rules.

    Usual reasons: a marker on only a part of the stable text, or behind text that is new in each call; parallel first calls;
    calls of one prefix routed to several machines; eviction. A replay does not know the provider's machines, so a gap under
    5% of the input is not reported.

    Fires when billed reads are below the replay by at least 5% of the input, and closing the gap is cheaper even with every
    prompt written.

    Bad:
        one marker on the system prompt, 20,000 stable tokens of history behind it

    Good:
        a second marker at the end of the history; a cache key that keeps a prefix on one machine
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
        """Marker or routing, by mode; what was written up to the repeats is no marker that covers too little."""
        if not case.marked:
            return "Repeats not served (routing or eviction)"
        return "Written again instead of read" if _covered(case) else "Marker covers too little"

    def evidence(self, case: Case) -> str:
        """Now and possible."""
        return (
            f"{share(case.reads or 0, case.tokens)} of the input of {case.calls} was read from the cache; a replay of "
            f"the same calls serves {share(case.hits or 0, case.tokens)}."
        )

    def fix(self, case: Case) -> str:
        """Marker or cache key, by mode."""
        if case.marked:
            return case.marker_at_repeat + (" Send the first call ahead of parallel ones." if _covered(case) else "")
        return "Give calls of one prefix the same cache key, and send the first one ahead of parallel calls."


def _covered(case: Case) -> bool:
    """Reads and writes together reach what a replay serves: the markers do, and what they wrote was not read."""
    return (case.reads or 0) + (case.writes or 0) >= (case.hits or 0)
