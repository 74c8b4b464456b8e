"""LC110: text that varies stands in front of stable text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.analyse.findings.case import MODELLED, restructured
from logcost.analyse.findings.contract import Finding

if TYPE_CHECKING:
    from logcost.analyse.findings.case import Case


class VaryingInFront(Finding):
    """Retrieved documents or data of users come first, and the text that is the same in every call stands behind them.

    Needs `prefix_content_hashes`: a chained hash cannot show that what stands behind a difference is equal. Whole blocks are
    compared, so a document and instructions that are glued together into one text cannot be told apart.

    Fires when at least 30% of the compared pairs of consecutive prompts part in front of blocks that 80% of the prompts have,
    what is hidden reaches the minimum, and a replay with those blocks in front is cheaper by at least 1% of the input, write
    premiums included. Modelled: assumes that the order can be changed.

    Bad:
        [{"role": "user", "content": "<retrieved document>"}, {"role": "system", "content": "<5,000 stable tokens>"}, ...]

    Good:
        [{"role": "system", "content": "<5,000 stable tokens>"}, {"role": "user", "content": "<retrieved document>"}, ...]
    """

    code = "LC110"
    summary = "Varying text in front of stable text"
    reason = "Varying text in front of stable text"
    inferred = True

    def fires(self, case: Case) -> bool:
        """Restructuring is the step that saves most, and varying blocks are why."""
        return restructured(case, "varying") is not None

    def title(self, case: Case) -> str:
        """Names the place."""
        found = restructured(case, "varying")
        return f"Put the stable text of {case.name} in front of what varies (token {found.position:,})" if found else ""

    def evidence(self, case: Case) -> str:
        """Pairs compared, and what is hidden."""
        found = restructured(case, "varying")
        assert found is not None  # noqa: S101 -- it fired
        return (
            f"{found.parted:,} of {found.pairs:,} compared pairs of consecutive prompts part at about token {found.position:,}, "
            f"and some {found.shadowed:,} equal tokens stand behind that."
        )

    def fix(self, case: Case) -> str:
        """Change the order, then set the marker."""
        return f"Send instructions and examples first, documents and data behind them.{case.marker_behind_stable}"

    def confidence(self, case: Case) -> str:
        """That the order can be changed is an assumption."""
        del case
        return MODELLED
