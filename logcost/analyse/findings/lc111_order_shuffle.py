"""LC111: the same tools or system blocks come in another order each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.analyse.findings.case import MODELLED, restructured
from logcost.analyse.findings.contract import Finding

if TYPE_CHECKING:
    from logcost.analyse.findings.case import Case


class OrderShuffle(Finding):
    """The same tools and system blocks are sent in another order from call to call, as sets and maps give them.

    Needs `prefix_content_hashes`. An order that changes inside one block (keys of one tool) makes it another block: not seen.

    Fires when in at least 30% of the compared pairs of consecutive prompts the blocks of tools, format and system are the same
    but not in the same order, what is hidden reaches the minimum, and a replay with one fixed order is cheaper by at least 1% of
    the input, write premiums included. Modelled: assumes that the order does not matter.

    Bad:
        tools = [schema(tool) for tool in {search, read, write}]

    Good:
        tools = [schema(tool) for tool in sorted(enabled, key=name)]
    """

    code = "LC111"
    summary = "Order of tools changes"
    reason = "Tools or system blocks in changing order"
    inferred = True

    def fires(self, case: Case) -> bool:
        """Restructuring is the step that saves most, and the order is why."""
        return restructured(case, "order") is not None

    def title(self, case: Case) -> str:
        """Names the workload."""
        return f"Send the tools of {case.name} in one fixed order"

    def evidence(self, case: Case) -> str:
        """Pairs compared, and what is hidden."""
        found = restructured(case, "order")
        assert found is not None  # noqa: S101 -- it fired
        return (
            f"{found.parted:,} of {found.pairs:,} compared pairs of consecutive prompts have the same blocks in another order "
            f"from about token {found.position:,} on; some {found.shadowed:,} equal tokens stand there."
        )

    def fix(self, case: Case) -> str:
        """Sort, then set the marker."""
        return f"Sort tools and system blocks by name before each call.{case.marker_behind_stable}"

    def confidence(self, case: Case) -> str:
        """That the order does not matter is an assumption."""
        del case
        return MODELLED
