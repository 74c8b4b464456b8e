"""LC101: prompts repeat, and the cache is not used at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logcost.analyse.findings.case import share
from logcost.analyse.findings.contract import Finding

if TYPE_CHECKING:
    from logcost.analyse.findings.case import Case


BORROWED: Final = 0.01
"""Share of the input from which it is said that other workloads must be cached as well."""


class NoCacheUse(Finding):
    """Prompts share a prefix within the cache's lifetime, yet the log shows no cache read and no cache write at all.

    Providers with explicit caching serve nothing without a marker. With automatic caching, no read at all over repeating
    prompts means that something before the prompt text differs (tools, images, schema), or that caching is switched off.

    Fires when reads are 0 and no write is stated for the whole workload, and caching every prompt would have been cheaper at the
    prices of the calls, write premiums included.

    Bad:
        {"system": "<5,000 stable tokens>", "messages": [...]}

    Good:
        {"system": [{"type": "text", "text": "<5,000 stable tokens>", "cache_control": {"type": "ephemeral"}}], "messages": [...]}
    """

    code = "LC101"
    summary = "No cache use"

    def fires(self, case: Case) -> bool:
        """Nothing read or written, and switching caching on is the step that saves most."""
        return case.main_step in {"rules", "marker"} and not case.reads and not case.writes

    def infers(self, case: Case) -> bool:
        """That no marker is set follows from what was billed; why an automatic cache never hits does not."""
        return not case.marked

    def title(self, case: Case) -> str:
        """Depends on whether the provider needs markers."""
        verb = "Set a cache marker in" if case.marked else "Find what keeps the cache from serving"
        return f"{verb} {case.name}"

    def cause(self, case: Case) -> str:
        """Markers missing, or an automatic cache that never hits."""
        return "Markers missing" if case.marked else "Automatic cache never hit"

    def evidence(self, case: Case) -> str:
        """Counts of the way that is advised, so that they are those of the row."""
        served, within = case.chosen_hits or 0, case.other_lifetime or "the lifetime"
        return (
            f"{served:,} of {case.tokens:,} input tokens ({share(served, case.tokens)}) in "
            f"{case.calls} repeat within {within}; none were read from the cache."
        )

    def fix(self, case: Case) -> str:
        """Marker, or the usual suspects."""
        if case.marker or case.marked:
            others = f" {case.borrowed:,} of these tokens are read only if the other workloads that begin alike are cached, too."
            return case.marker_at_repeat + (others if case.borrowed >= BORROWED * case.tokens else "")
        return "Keep tools, images and schemas the same in every call, and set a cache key where the provider has one."
