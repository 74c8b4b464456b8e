"""What a finding looks at: the measured facts of one row of the caching review. No text, no names of users or keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from decimal import Decimal

    from logcost.types import CacheLifetime, CacheRule, CachingStep

REPLAYED: Final = "Replayed"
"""Recomputed from the calls, instants and prices themselves."""
MODELLED: Final = "Modelled"
"""Rests on one stated assumption."""
TOGETHER: Final = 0.5
"""Share of the wasted writes from which calls that are sent together are named as their cause."""
NOT_ENOUGH: Final = "Not enough data"
"""At most a bound: nothing is claimed."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """Why consecutive prompts of a row part, and where.

    ``kind``: volatile (a token of ``token_class`` inside a block of the application's own words; empty: class not told), order
    (the same blocks of its own words in another order), varying (varying blocks in front of stable ones). ``position``: tokens
    of the prompt before the first difference, ``shadowed``: stable tokens behind it, both of the middle pair. ``parted`` of
    ``pairs`` compared prompts part like this.
    """

    kind: str
    token_class: str
    position: int
    shadowed: int
    pairs: int
    parted: int


@dataclass(frozen=True, slots=True)
class Switches:
    """Calls that follow a call of another model in their session; tokens of the shared prefix they read again, and the price."""

    calls: int
    tokens: int
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Case:
    """Facts of one provider, model and workload. Tokens are sums; ``None`` = the evidence cannot say.

    ``used``: the lifetime of the billed writes (default lifetime without any). ``chosen``: the cheapest way of caching
    found: keep (as billed), off, rules (every prompt written, lifetime as used), lifetime, scope, marker
    (only the first ``depth`` tokens written), restructured (stable part in front). ``hits``: tokens served
    under the rule as used; ``chosen_hits``: under ``chosen``. ``lost``: money the billed reads and writes cost more than
    no caching; ``lost_tokens`` the same in base input tokens. ``wasted_cost``: premium of ``wasted`` tokens.
    """

    evidence: str
    name: str
    requests: int | None
    tokens: int
    rule: CacheRule | None
    used: CacheLifetime | None
    best: CacheLifetime | None
    chosen: str
    reads: int | None
    writes: int | None
    hits: int | None
    chosen_hits: int | None
    steps: tuple[CachingStep, ...]
    net_saving: Decimal | None
    wasted: int | None
    wasted_cost: Decimal | None
    short: int | None
    scopes: int
    lost: Decimal | None
    lost_tokens: float
    break_even: float | None
    confidence_class: str = ""
    depth: int | None = None
    borrowed: int = 0
    """Tokens of the chosen way's hits that are served only if other workloads with the same beginning are cached as well."""
    topped: bool = False
    """The restructured way is counted on top of what was billed, call by call."""
    early: int = 0
    """Tokens whose next use came before an entry of them could be read: calls that are sent together."""
    divergence: Divergence | None = None
    switches: Switches | None = None
    diagnosis: tuple[tuple[str, int], ...] = ()
    """The provider's own reasons of cache misses with their number of calls, the most frequent first."""

    @property
    def calls(self) -> str:
        """``1,234 calls``; totals need not say how many calls they sum."""
        return "an unstated number of calls" if self.requests is None else f"{self.requests:,} calls"

    @property
    def missed(self) -> int:
        """Tokens the chosen way serves beyond what was billed as read; 0 where either is unknown."""
        return max(0, (self.chosen_hits or 0) - self.reads) if self.reads is not None else 0

    @property
    def main_step(self) -> str:
        """The advised step that serves or saves most; empty when everything stays as it is."""
        advised = [step for step in self.steps if step.advised]
        if any(step.net_saving is None for step in advised):
            return max(advised, key=lambda step: step.read_tokens).name
        return max(advised, key=lambda step: step.net_saving or 0).name if advised else ""

    @property
    def other_lifetime(self) -> str:
        """The lifetime to change to, such as ``1 hour``; empty when the one in use is the best."""
        return duration(self.best.ttl_seconds) if self.best and self.best != self.used else ""

    @property
    def together(self) -> bool:
        """Most of what is written for nothing is asked for again at once, by calls that are sent together."""
        return self.early > 0 and self.early >= TOGETHER * (self.wasted or 0)

    @property
    def marked(self) -> bool:
        """The provider caches only at markers; a rule by hand with paid writes is taken to be of that kind."""
        rule = self.rule
        return rule is not None and (rule.mode in {"explicit", "stored", "breakpoint"} or rule.write_multiplier > 1)

    @property
    def marker_at_repeat(self) -> str:
        """Where the marker belongs; without a depth in words, since one behind text that never comes again serves nothing."""
        return self.marker or "Set the marker at the end of what the next call sends again, in front of what is new in each call."

    @property
    def marker(self) -> str:
        """Where the marker belongs, as an instruction; empty when no depth was found."""
        if not self.depth:
            return ""
        lifetime = f" and its lifetime to {self.other_lifetime}" if self.other_lifetime else ""
        return f"Set the marker after the first {self.depth:,} tokens{lifetime}: what stands behind them does not repeat."

    @property
    def marker_behind_stable(self) -> str:
        """Where the marker belongs once the prompt is restructured, as a sentence to add; empty without a marker to set."""
        if self.used is None or self.used.write_multiplier == 1:
            return ""
        place = f"the first {self.depth:,} tokens" if self.depth else "the stable part"
        lifetime = f" and its lifetime to {self.other_lifetime}" if self.other_lifetime else ""
        return f" Then set the cache marker after {place}{lifetime}."

    @property
    def confidence(self) -> str:
        """The word for figures that come from this row's evidence."""
        return REPLAYED if self.evidence == "B" else MODELLED


def restructured(case: Case, kind: str) -> Divergence | None:
    """Why prompts part, if it is for this reason and restructuring them is the advised step that saves most."""
    found = case.divergence
    return found if found is not None and found.kind == kind and case.main_step == "restructured" else None


def share(part: float, whole: float) -> str:
    """A percentage for a sentence: ``27%``, ``0.4%``; nothing of nothing is ``0%``."""
    percent = 100 * part / whole if whole else 0.0
    return f"{percent:.1f}%" if 0 < percent < 10 else f"{percent:.0f}%"  # noqa: PLR2004 -- one decimal below ten


def duration(seconds: int) -> str:
    """Seconds as a reader says them: ``5 minutes``, ``1 hour``."""
    for size, unit in ((3600, "hour"), (60, "minute")):
        if seconds % size == 0 and seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{seconds} seconds"
