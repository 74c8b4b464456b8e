"""LC204: jobs run in the hours in which the provider asks for more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.analyse.findings.lc201_batch import TURNS
from logcost.analyse.findings.lever import Lever
from logcost.analyse.savings import settings

if TYPE_CHECKING:
    import polars as pl

    from logcost.analyse.findings.lever import End
    from logcost.analyse.savings.traffic import Facts


class PeakHours(Lever):
    """The model's price depends on the hour, and calls that nobody seems to wait for are made when it is high.

    Each call is priced at the cheapest hour of its own day (UTC). Cached input is kept as it was: all calls of a day move
    together. No log says until when an answer is wanted, so the range begins at nothing.

    Fires when the price book has hours for the model, none of the calls is streamed and no session has turns.

    Bad:
        deepseek-chat at 02:00 UTC, in the peak

    Good:
        the same job at 12:00 UTC
    """

    code = "LC204"
    summary = "Jobs in peak hours"
    risk = "latency"
    assumption = "The calls can wait for the cheapest hour of their day."

    def fires(self, facts: Facts) -> bool:
        """Hours matter, and nobody waits."""
        return facts.cheapest_hour is not None and not facts.streamed and facts.in_session <= TURNS * facts.sessions

    def changed(self, rows: pl.LazyFrame, facts: Facts, end: End) -> pl.LazyFrame | None:
        """At the cheapest hour."""
        if end == "low" or facts.cheapest_hour is None:
            return None
        return settings.at_hour(rows, facts.cheapest_hour)

    def touched(self, facts: Facts) -> int:
        """All: which are in the peak the price book knows."""
        return facts.single

    def title(self, facts: Facts) -> str:
        """Move."""
        return f"Run {facts.name} outside of the peak hours"

    def evidence(self, facts: Facts) -> str:
        """What is known of the hours."""
        days = f"{facts.days:,} {'day' if facts.days == 1 else 'days'}"
        return f"The price of {facts.model} depends on the hour; {facts.calls} on {days}: {facts.nobody_waits}."

    def fix(self, facts: Facts) -> str:
        """When."""
        return f"Start the job at {facts.cheapest_hour or 0:02d}:00 UTC."
