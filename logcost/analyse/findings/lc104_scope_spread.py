"""LC104: the same prefix is sent through several caches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.analyse.findings.case import share
from logcost.analyse.findings.contract import Finding

if TYPE_CHECKING:
    from logcost.analyse.findings.case import Case


class ScopeSpread(Finding):
    """The same prefix is sent from several workspaces, projects, keys or regions that share no cache, so each warms its own.

    Fires when a replay with one cache for all of them saves money after write premiums. Different models are never
    merged: they cannot share a cache. Where separation is wanted (tenants, data residency), ignore it.

    Bad:
        calls of one workload rotate over 4 workspaces

    Good:
        one workspace for the workload, or the same one for the same prefix
    """

    code = "LC104"
    summary = "Traffic spread over caches that are not shared"

    def fires(self, case: Case) -> bool:
        """Merging the scopes is the step that saves most."""
        return case.main_step == "scope"

    def title(self, case: Case) -> str:
        """Names the kind of scope."""
        return f"Keep {case.name} traffic on one {_scope(case)}"

    def cause(self, case: Case) -> str:
        """How many scopes."""
        return f"Traffic spread over {case.scopes:,} {_scope(case)}s"

    def evidence(self, case: Case) -> str:
        """What a shared cache serves beyond separate ones."""
        more = next(step.read_tokens for step in case.steps if step.name == "scope")
        longer = next((step.read_tokens for step in case.steps if step.name == "lifetime" and step.advised), 0)
        lifetime = f", a lifetime of {case.other_lifetime} {longer:,}" if longer > 0 and case.other_lifetime else ""
        return (
            f"The same prefixes are sent on {case.scopes:,} {_scope(case)}s in {case.calls}; one cache for all would "
            f"serve {more:,} more input tokens ({share(more, case.tokens)}){lifetime}."
        )

    def fix(self, case: Case) -> str:
        """Pin the traffic."""
        lifetime = f" Set the lifetime of the cached part to {case.other_lifetime}." if case.other_lifetime else ""
        return f"Send calls with the same prefix through the same {_scope(case)}.{lifetime}"


def _scope(case: Case) -> str:
    return case.rule.scope if case.rule else "scope"
