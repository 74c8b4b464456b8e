"""Results that the rooms hand to each other: frozen, plain, ready for JSON and templates.

Money is ``Decimal`` USD and exact. Shares are floats in [0, 1] and never money. Times are UTC instants.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

SCHEMA_VERSION: Final = 2
"""Version of every JSON document the commands write (what changed: docs/report.md)."""


@dataclass(frozen=True, slots=True)
class Period:
    """Half-open interval of UTC instants; ``None`` is unbounded."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What became of one file. ``rows_read`` = loaded + skipped + duplicates + rejects.

    ``requests``: calls in the loaded rows; ``None`` when the export does not say. ``counted_from``: of which
    other files the calls of duplicates were counted, most first.
    """

    path: str
    format: str | None
    rows_read: int
    rows_loaded: int
    skipped: int
    duplicates: int
    rejects: int
    notes: tuple[str, ...] = ()
    error: str | None = None
    unchanged: bool = False
    requests: int | None = None
    counted_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RejectRow:
    """One record that could not be read: where it is, and why, never what it says."""

    path: str
    line: int | None
    byte_offset: int | None
    slug: str
    reason: str


@dataclass(frozen=True, slots=True)
class IngestResult:
    """Outcome of one ingest: a report for each file, and the files no format claims."""

    sources: tuple[SourceReport, ...]


@dataclass(frozen=True, slots=True)
class CacheLifetime:
    """One lifetime a cache offers: its name (5m, 30m, 1h, 12h ...), seconds, and what a write costs as multiple of input."""

    name: str
    ttl_seconds: int
    write_multiplier: Decimal


@dataclass(frozen=True, slots=True)
class CacheRule:
    """How a provider's prompt cache works for a model, in tokens, seconds and multiples of the base input rate.

    ``ttl_seconds`` and ``write_multiplier`` are those of the default lifetime; ``lifetimes`` lists every lifetime on
    offer, the default first (empty: only the default). ``mode``: automatic, breakpoint (automatic at message ends, and
    explicit), explicit (markers), stored. ``note`` says what is not verified or assumed. ``ready_seconds``: how long after
    its first use a prefix can be read.
    """

    min_tokens: int
    step_tokens: int
    ttl_seconds: int
    read_multiplier: Decimal
    write_multiplier: Decimal
    scope: str
    mode: str
    source: str
    checked: str
    lifetimes: tuple[CacheLifetime, ...] = ()
    note: str = ""
    ready_seconds: int = 0


@dataclass(frozen=True, slots=True)
class CachingStep:
    """One step of the caching waterfall. ``read_tokens`` and ``net_saving`` (USD) are what this step adds to the one before.

    ``name``: rules, lifetime, scope, off, marker, restructured (the stable part of the prompts in front). ``advised``: part
    of the row's ``net_saving``; else it is printed as "do not".
    """

    name: str
    setting: str
    read_tokens: int
    net_saving: Decimal | None
    advised: bool


@dataclass(frozen=True, slots=True)
class CachingRow:
    """Prompt caching of one provider, model and workload.

    ``evidence``: B (prefix hashes), C (sessions), D (counts only), E (daily totals). Token counts are sums over the calls
    of the row; ``None`` = the evidence cannot say. ``net_saving`` is USD net of write premiums for the period; ``None``
    when there is no price. ``always_on_relative_cost`` and ``foresight_relative_cost`` are input cost relative to no
    caching. ``finding`` is the code of the rule that fired (``LC101`` ...), ``None`` when nothing is to be done.
    """

    provider: str | None
    model: str | None
    workload: str | None
    evidence: str
    confidence: str
    requests: int | None
    input_tokens: int
    billed_read_tokens: int | None
    billed_write_tokens: int | None
    achievable_read_tokens: int | None
    upper_bound_read_tokens: int | None
    missed_tokens: int | None
    wasted_write_tokens: int | None
    below_minimum_tokens: int | None
    billed_hit_share: float | None
    achievable_hit_share: float | None
    break_even_hit_share: float | None
    always_on_relative_cost: float | None
    foresight_relative_cost: float | None
    net_saving: Decimal | None
    rule: CacheRule | None
    cause: str
    finding: str | None
    title: str = ""
    evidence_text: str = ""
    fix: str = ""
    confidence_class: str = ""
    """Evidence C: medium, low, or upper bound only (methods 2.6); empty elsewhere."""
    growth_share: float | None = None
    """Evidence C: share of consecutive calls of a session whose input did not shrink."""
    steps: tuple[CachingStep, ...] = ()
    way: str = ""
    """The way of caching that ``net_saving`` is of (see ``CachingStep.name``); empty where nothing is to be changed or known.

    trimmed: as billed without writes that nobody reads. restructured, marker: with one marker behind the stable part;
    restructured, billed: the stable part on top of what the cache served already.
    """
    lifetime: CacheLifetime | None = None
    """The lifetime that ``way`` uses."""
    since: datetime | None = None
    """Where the cache's rule changes inside the period, the row has the calls from here (included) ..."""
    until: datetime | None = None
    """... to here (not included)."""
    without: tuple[str | None, ...] = ()
    """Workloads of the model that are best left without a cache: nothing is taken to be read that they would have to write."""


@dataclass(frozen=True, slots=True)
class CachingReview:
    """All rows, largest net saving first, and their sums.

    A row that does not know a figure adds nothing to its sum and is counted in ``unknown_rows`` if it cannot tell what was
    missed. A sum of which no row knows anything is ``None``, not 0.
    """

    input_tokens: int
    billed_read_tokens: int | None
    achievable_read_tokens: int | None
    missed_tokens: int | None
    net_saving: Decimal | None
    rows: tuple[CachingRow, ...]
    unknown_rows: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnpricedModel:
    """Calls without a price, by name and reason. ``requests`` and ``tokens`` are ``None`` when no record states any.

    ``requests`` is the least there can be where some of the records do not say how many calls they stand for. ``near``:
    names of the price book that look like an unknown one, for the models with the most tokens. A hint, never a price.
    """

    provider: str | None
    model: str | None
    reason: str
    requests: int | None
    tokens: int | None
    records: int
    uncounted_records: int = 0
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BoundedModel(UnpricedModel):
    """Records whose cost is only known to lie between ``low`` and ``high`` (USD), by name and reason."""

    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class QualityCheck:
    """One line of the data-quality table. ``state``: ok, info, action."""

    state: str
    name: str
    count: int
    effect: str
    remedy: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DataQuality:
    """What is missing or doubtful, with what it does to the totals.

    ``*_requests`` count the calls that the records state. ``uncounted_records`` do not say how many they stand for: where
    there are any, only the numbers of records cover everything. ``undated_requests`` and the checks count such a record as
    one. ``bounded`` ones have a price, of which only a range is known: they count as priced.
    """

    priced_requests: int
    unpriced_requests: int
    unpriced_tokens_share: float
    undated_requests: int
    unpriced: tuple[UnpricedModel, ...]
    checks: tuple[QualityCheck, ...]
    sources: tuple[SourceReport, ...]
    priced_records: int
    unpriced_records: int
    uncounted_records: int
    reasons: dict[str, int] = field(default_factory=dict)
    bounded: tuple[BoundedModel, ...] = ()
    bounded_records: int = 0
    bounded_requests: int = 0
