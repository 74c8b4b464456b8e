"""LC109: a token that changes from call to call stands in front of stable text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logcost.analyse.findings.case import MODELLED, restructured
from logcost.analyse.findings.contract import Finding

if TYPE_CHECKING:
    from logcost.analyse.findings.case import Case

NOUNS: Final = {
    "uuid": "UUID",
    "time": "time",
    "date": "date",
    "epoch": "time stamp",
    "hex": "hexadecimal id",
    "id": "drawn id",
    "number": "number",
    "": "changing token",
}
"""Words for the classes of ``volatile_classes``."""


class VolatileToken(Finding):
    """A time, a date or an id stands inside the tools or the system prompt: from there on each call's prompt is a new one.

    Needs `prefix_hashes`, `prefix_masked_hashes` and `prefix_block_parts`, which logs with whole requests give.
    The class and the place are those of the token that changes most likely: times and ids before dates, dates before numbers.

    Fires when at least 30% of the compared pairs of consecutive prompts part at a block of tools, format or system that is equal
    but for such tokens, what is hidden behind reaches the minimum, and a replay with the token moved behind the stable part is
    cheaper by at least 1% of the input, write premiums included. Modelled: assumes that the token can be moved. Where the
    provider serves any prefix, what stands in front of the token is not counted as won.

    Bad:
        "system": "It is 2026-12-01 10:31:07. You are a careful assistant ... <5,000 stable tokens>"

    Good:
        "system": "You are a careful assistant ... <5,000 stable tokens>", and the time in the last user message
    """

    code = "LC109"
    summary = "Volatile token in front of stable text"
    inferred = True

    def fires(self, case: Case) -> bool:
        """Restructuring is the step that saves most, and volatile tokens are why."""
        return restructured(case, "volatile") is not None

    def title(self, case: Case) -> str:
        """Names class and place."""
        found = restructured(case, "volatile")
        return f"Move the {_noun(case)} out of the {case.name} system prompt (token {found.position:,})" if found else ""

    def cause(self, case: Case) -> str:
        """The class of the token."""
        return f"A {_noun(case)} in front of stable text"

    def evidence(self, case: Case) -> str:
        """Pairs compared, and what is hidden."""
        found = restructured(case, "volatile")
        assert found is not None  # noqa: S101 -- it fired
        return (
            f"{found.parted:,} of {found.pairs:,} compared pairs of consecutive prompts differ first in a {_noun(case)} at about "
            f"token {found.position:,}; some {found.shadowed:,} equal tokens behind it cannot be served."
        )

    def fix(self, case: Case) -> str:
        """Move it, then set the marker."""
        return f"Put the {_noun(case)} into the last message, or leave it out.{case.marker_behind_stable}"

    def confidence(self, case: Case) -> str:
        """That the token can be moved is an assumption."""
        del case
        return MODELLED


def _noun(case: Case) -> str:
    return NOUNS.get(case.divergence.token_class if case.divergence else "", NOUNS[""])
