"""LC105: text is written to the cache that nobody reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logcost.analyse.findings.case import MODELLED, share
from logcost.analyse.findings.contract import Finding

if TYPE_CHECKING:
    from decimal import Decimal

    from logcost.analyse.findings.case import Case

SHARE: Final = 0.5
"""Share of the written tokens that must expire unread."""

NEVER: Final = 0.01
"""Reads below this share of the writes are none."""


class WastedWrites(Finding):
    """Cache writes cost more than input, and most of what is written expires before anything reads it.

    A switch that writes every prompt pays only above a hit share of (w - 1) / (w - r): 21.7% at 1.25 and 0.1, 52.6% at 2
    and 0.1. Below that the marker belongs after the part that repeats, or caching should be off for this workload.

    Fires when no caching, or a marker at one fixed depth, would have been cheaper than what was billed (Replayed), or when at
    least half of the written tokens were not seen again within the lifetime (Modelled: assumes that the part which does
    not repeat can be told when the call is made). Calls that are sent together cannot read what the first of them has only
    begun to write, so each writes the same; where that is most of the waste, it is said.

    Bad:
        marker at the end of a prompt that ends in a new document each time

    Good:
        marker after the instructions, the document behind it
    """

    code = "LC105"
    summary = "Cache writes that are never read"

    def fires(self, case: Case) -> bool:
        """Off is cheapest, or a marker further forward, or half of the writes expire unread and nothing better is known."""
        moved = case.main_step == "marker" and bool(case.reads or case.writes)
        return case.chosen == "off" or moved or (case.chosen == "keep" and _mostly_wasted(case))

    def title(self, case: Case) -> str:
        """One call first; off; or move the marker."""
        if case.together and not case.marker:
            return f"Send one call of {case.name} ahead of those with the same prefix"
        return f"Turn caching off for {case.name}" if case.chosen == "off" else f"Move the cache marker of {case.name} forward"

    def cause(self, case: Case) -> str:
        """Calls sent together; nothing at all is read, and nothing could be; or much is written for nothing."""
        if case.together:
            return "Parallel calls write what none can read yet"
        never = (case.reads or 0) < NEVER * (case.writes or 0) and not case.hits
        return "Every prompt is written, none comes again" if never else "Writes that expire unread"

    def evidence(self, case: Case) -> str:
        """Written, wasted, read."""
        again = "asked for again only before they could be read" if case.together else "not seen again within the lifetime"
        wasted = f"; {case.wasted:,} of them were {again}" if case.wasted else ""
        return (
            f"{case.writes or 0:,} input tokens were written to the cache in {case.calls} and {case.reads or 0:,} "
            f"read ({share(case.reads or 0, case.tokens)} of the input){wasted}."
        )

    def fix(self, case: Case) -> str:
        """What to do first."""
        if case.together and not case.marker:
            return "Send one call, and the others when its answer has begun; where that cannot be, remove the marker."
        if case.chosen == "off" and not case.hits:
            return "Remove the cache marker: no prompt repeats within the lifetime."
        if case.marker:
            return case.marker
        return "Set the marker after the last part that repeats; without such a part, remove it."

    def confidence(self, case: Case) -> str:
        """Off and a fixed depth are replayed; that the part without repeats can be told is an assumption."""
        return MODELLED if case.chosen == "keep" else case.confidence

    def saving(self, case: Case) -> Decimal | None:
        """The advised steps, or the premium of the writes that nobody could read."""
        return case.wasted_cost if case.chosen == "keep" else case.net_saving

    def way(self, case: Case) -> str:
        """As chosen, or what was billed without the writes that nobody could read."""
        return "trimmed" if case.chosen == "keep" else case.chosen


def _mostly_wasted(case: Case) -> bool:
    premium = case.used is not None and case.used.write_multiplier > 1
    return premium and bool(case.writes) and (case.wasted or 0) >= SHARE * (case.writes or 0)
