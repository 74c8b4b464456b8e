"""LC206: the same whole prompt is answered again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from logcost.analyse.findings.case import share
from logcost.analyse.findings.lever import Lever
from logcost.savings import NEEDS_A_TEST

if TYPE_CHECKING:
    from logcost.analyse.findings.lever import End
    from logcost.analyse.savings.traffic import Facts


class RepeatedPrompts(Lever):
    """Prompts that are equal to the last token come again within a day: an exact-match cache of one's own would answer them.

    A provider's prompt cache makes the input of such a call cheaper; a cache of answers makes the whole call free. It gives
    the same answer each time, which is wrong where variety or news are wanted, so it needs a test.

    Fires when the hashes of two whole prompts of a provider, model and workload are equal and the later call is at most a day
    after the earlier one, which did not fail. Logs whose hashes leave out the end of the prompt cannot show it.

    Bad:
        answer = client.chat(prompt)

    Good:
        answer = answers.get(prompt) or answers.set(prompt, client.chat(prompt), expires=86400)
    """

    code = "LC206"
    summary = "The same prompt answered again"
    risk = "answers"
    confidence = NEEDS_A_TEST
    assumption = "The answer of the last day may be given again to the same prompt."

    def fires(self, facts: Facts) -> bool:
        """Repeats of whole prompts."""
        return facts.repeats > 0

    def changed(self, rows: pl.LazyFrame, facts: Facts, end: End) -> pl.LazyFrame | None:
        """Without the repeats. Calls of which nothing says whether they are any stay."""
        del facts
        return None if end == "low" else rows.filter(~pl.col("repeated").fill_null(value=False))

    def touched(self, facts: Facts) -> int:
        """The repeats."""
        return facts.repeats

    def title(self, facts: Facts) -> str:
        """Keep the answers."""
        return f"Keep the answers of {facts.name} for a day"

    def evidence(self, facts: Facts) -> str:
        """How many of how many."""
        return (
            f"{facts.repeats:,} of {facts.hashed:,} calls with hashes of the whole prompt ({share(facts.repeats, facts.hashed)}) "
            "repeat a prompt of the day before them to the last token."
        )

    def fix(self, facts: Facts) -> str:
        """A cache in front of the client."""
        del facts
        return "Put a cache keyed by model and prompt in front of the client, for prompts whose answers may be equal."
