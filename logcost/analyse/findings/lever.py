"""The contract of a finding beyond caching: one class a file; its docstring is its page in ``docs/findings.md``.

A lever says whom it concerns and how the calls would be; what that saves is priced by the ledger of savings, on what the
findings before it left. Shares and thresholds: methods section 3, each with its reason where it is set.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

from logcost.savings import MODELLED

if TYPE_CHECKING:
    import polars as pl

    from logcost.analyse.savings.traffic import Facts
    from logcost.savings import Risk

End = Literal["low", "estimate", "high"]


class Lever(ABC):
    """One thing to change besides caching. ``risk``: what may get worse; ``assumption``: what the amount rests on."""

    code: ClassVar[str]
    summary: ClassVar[str]
    risk: ClassVar[Risk]
    confidence: ClassVar[str] = MODELLED
    assumption: ClassVar[str]

    @abstractmethod
    def fires(self, facts: Facts) -> bool:
        """The log shows that the change is possible. Whether it saves anything is priced later."""

    @abstractmethod
    def changed(self, rows: pl.LazyFrame, facts: Facts, end: End) -> pl.LazyFrame | None:
        """The calls as they would be; ``None``: as they are, so that nothing is saved at this end of the range."""

    def no_amount(self, facts: Facts) -> str:
        """Why no amount can be stated although the finding fires; empty where one can."""
        del facts
        return ""

    @abstractmethod
    def touched(self, facts: Facts) -> int:
        """Number of calls it changes."""

    @abstractmethod
    def title(self, facts: Facts) -> str:
        """What to do: starts with a verb, names the workload."""

    @abstractmethod
    def evidence(self, facts: Facts) -> str:
        """One sentence with counts."""

    @abstractmethod
    def fix(self, facts: Facts) -> str:
        """The setting or the line to change."""
