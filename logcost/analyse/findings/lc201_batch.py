"""LC201: calls that nobody waits for are paid at the price of those that are answered at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.analyse.findings.case import share
from logcost.analyse.findings.lever import Lever
from logcost.analyse.savings import settings, traffic

if TYPE_CHECKING:
    from logcost.analyse.findings.lever import End
    from logcost.analyse.savings.traffic import Facts

LEAST_CALLS: Final = 100
PLAIN: Final = 0.9
"""Share of the calls that must be at the standard tier."""
BY_THE_CLOCK: Final = 0.8
"""Share of the calls in the four busiest hours of the day; spread evenly, a sixth of them are there."""
IN_BURSTS: Final = 0.2
"""Share of the hours that have any call."""
DAYS: Final = 3
"""One day of traffic has its hours by chance."""
TURNS: Final = 1.2
"""Calls a session from which somebody may wait for the next turn."""


class Batch(Lever):
    """Calls come by the clock or in bursts, none is streamed and none goes on in a session: they look like jobs.

    Most providers answer batches within a day for half the price of both sides. Cached input is not counted on: batches
    run when it suits the provider, so hits are best effort, and the amount is what is saved with no hit at all. The upper
    end is with the hits that were billed, where the provider has a price for them in batches.

    Fires when at least 100 calls over at least 3 days are at the standard tier, none is streamed, no session has turns, and
    80% of the calls are in four hours of the day or 80% of the hours have no call. No log says until when an answer is
    wanted, so the range begins at nothing.

    Bad:
        every night at 02:00: 5,000 x client.messages.create(...)

    Good:
        every night at 02:00: client.messages.batches.create(requests=[... 5,000 ...])
    """

    code = "LC201"
    summary = "Jobs that could be batches"
    risk = "latency"
    assumption = "Nobody waits for these answers within a day, and no cache serves a batch."

    def fires(self, facts: Facts) -> bool:
        """Jobs by their timing, and nothing that speaks of somebody who waits."""
        alone = facts.in_session <= TURNS * facts.sessions
        timed = facts.clock_share >= BY_THE_CLOCK or facts.active_share <= IN_BURSTS
        enough = facts.single >= LEAST_CALLS and facts.days >= DAYS
        return enough and timed and alone and not facts.streamed and facts.standard >= PLAIN * facts.single

    def changed(self, rows: pl.LazyFrame, facts: Facts, end: End) -> pl.LazyFrame | None:
        """In batches: without the cache, or with it at the upper end. Calls at another tier stay as they are."""
        del facts
        if end == "low":
            return None
        standard = pl.col("service_tier").fill_null(traffic.STANDARD[0]).is_in(traffic.STANDARD)
        plain = rows.filter(standard)
        sent = settings.batched(plain if end == "high" else settings.uncached(plain))
        return pl.concat([sent, rows.filter(~standard)], how="diagonal")

    def touched(self, facts: Facts) -> int:
        """All at the standard tier."""
        return facts.standard

    def title(self, facts: Facts) -> str:
        """Send in batches."""
        return f"Send {facts.name} in batches"

    def evidence(self, facts: Facts) -> str:
        """When the calls come."""
        if facts.clock_share >= BY_THE_CLOCK:
            when = f"{share(facts.clock_share, 1)} of {facts.calls} come in four hours of the day (UTC)"
        else:
            when = f"{facts.calls} come in {share(facts.active_share, 1)} of the hours from the first to the last"
        return f"{when}; {facts.nobody_waits}."

    def fix(self, facts: Facts) -> str:
        """The batch endpoint."""
        del facts
        return "Use the provider's batch endpoint, and collect the answers when they are there."
