"""The contract of a finding: one class a file; its docstring is its page in ``docs/findings.md``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from decimal import Decimal

    from logcost.analyse.findings.case import Case


class Finding(ABC):
    """One thing that can be wrong, and what to do.

    ``code`` is stable for ever; ``summary`` heads its page; ``reason`` is its cause in a few words.
    ``inferred``: it names a cause of misses that nobody stated, so that the provider's own diagnosis goes before it.
    """

    code: ClassVar[str]
    summary: ClassVar[str]
    reason: ClassVar[str] = ""
    inferred: ClassVar[bool] = False

    @abstractmethod
    def fires(self, case: Case) -> bool:
        """The facts show this problem."""

    @abstractmethod
    def title(self, case: Case) -> str:
        """What to do: starts with a verb, names the workload."""

    def cause(self, case: Case) -> str:
        """Why the cache misses or costs, in a few words; ``reason`` unless it depends on the facts."""
        del case
        return self.reason

    @abstractmethod
    def evidence(self, case: Case) -> str:
        """One sentence with counts."""

    @abstractmethod
    def fix(self, case: Case) -> str:
        """The setting or the line to change."""

    def infers(self, case: Case) -> bool:
        """It names a cause that nobody stated in this case."""
        del case
        return self.inferred

    def confidence(self, case: Case) -> str:
        """Replayed, Modelled or Not enough data; by default that of the row's evidence."""
        return case.confidence

    def saving(self, case: Case) -> Decimal | None:
        """USD of the period, net of write premiums; by default that of the advised steps."""
        return case.net_saving

    def way(self, case: Case) -> str:
        """The way of caching that saves it (``types.CachingRow.way``); by default the way that was found cheapest."""
        if case.chosen == "restructured" and case.depth:
            return "restructured, marker"
        if case.topped:
            return "restructured, billed"
        return "" if case.chosen == "keep" else case.chosen
