"""The ledger of savings: every finding with an amount, in order of risk, each priced on what those before it left.

The calls of a provider, model and workload are changed step by step and priced by the same engine each time, so a saving is
the difference of two exact bills and all of them add up to the difference between the first bill and the last.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from logcost import schema
from logcost.analyse.caching import applied
from logcost.analyse.caching.calls import COLUMNS as REPLAYED_COLUMNS
from logcost.analyse.findings.levers import EVERY, LEVERS
from logcost.analyse.frames import usd
from logcost.analyse.savings import settings
from logcost.analyse.savings.bills import HELD, Workspace, bills, usage_of
from logcost.analyse.savings.repeats import repeated
from logcost.analyse.savings.traffic import Facts, facts, is_group
from logcost.savings import MODELLED, REPLAYED, RISKS, Saving, SavingsLedger, Unpriced
from logcost.spending import exactly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from logcost.analyse.findings.lever import End, Lever
    from logcost.price import PriceBook
    from logcost.savings import Risk
    from logcost.types import CachingReview, CachingRow

FLOOR: Final = Decimal(5)
FLOOR_SHARE: Final = Decimal("0.01")
"""A saving below 5 USD is not listed; in bills below 500 USD, one below 1 % of the bill."""
_OTHER_ORDER: Final = ("LC110",)
"""Caching findings that move whole parts of a prompt, which a model may read in another way."""
_ENDS: Final[tuple[End, ...]] = ("estimate", "low", "high")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One finding for one group. ``changed``: the calls as they would be at an end of the range, ``None`` as they are."""

    code: str
    facts: Facts
    risk: Risk
    confidence: str
    title: str
    evidence: str
    fix: str
    assumption: str
    calls: int | None
    changed: Callable[[pl.LazyFrame, End], pl.LazyFrame | None]
    alone: Decimal = Decimal(0)

    def order(self) -> tuple[object, ...]:
        """Rising risk, then falling saving; names decide between equals."""
        return (RISKS.index(self.risk), -self.alone, self.code, *(name or "" for name in self.facts.key))


def review(calls: pl.LazyFrame, book: PriceBook, caching: CachingReview, *, at: datetime | None = None) -> SavingsLedger:
    """The ledger of priced calls (``analyse.calls.priced_calls``) and the caching review of the same calls.

    ``at``: the instant whose prices the calls have, if not their own.
    """
    billed, priced, count, stated = _totals(calls)
    floor = min(FLOOR, billed * FLOOR_SHARE)
    with Workspace(count) as space:
        rows = space.kept(_with_repeats(usage_of(calls), repeated(calls)))
        groups = [_with_hour(one, rows, book, at) for one in facts(rows, max(floor, Decimal("1e-15")))]
        every, unpriced = _candidates(groups, applied.Applied(_replayable(calls, caching, space), space.kept), caching)
        pricing = _Pricing(book, at, floor)
        found = [pair for own in every for pair in _sequence(own, rows.filter(is_group(own[0].facts.key)), pricing)]
    found.sort(key=lambda pair: pair[0].order())
    steps, left = [], billed
    for _, step in found:
        left = exactly(left, -step.saving)
        steps.append(replace(step, left=left))
    return SavingsLedger(
        billed=billed,
        left=left,
        steps=tuple(steps),
        calls=stated,
        floor=floor,
        checks=tuple(finding.code for finding in EVERY),
        unpriced=tuple(unpriced),
        unpriced_records=count - priced,
    )


def _with_repeats(rows: pl.LazyFrame, found: pl.DataFrame) -> pl.LazyFrame:
    """The calls with ``repeated``; unknown for those whose whole prompt is not hashed."""
    if not found.height:
        return rows.with_columns(repeated=pl.lit(None, dtype=pl.Boolean))
    return rows.join(found.lazy(), on="call_key", how="left")


def _totals(calls: pl.LazyFrame) -> tuple[Decimal, int, int, int | None]:
    """List cost, records with an exact price, all records, and the calls they state."""
    requests = pl.col("requests").cast(pl.Int128)
    cost, priced, count, stated = (
        calls.select(
            cost=pl.col("list_cost_fusd").cast(pl.Int128).sum(),
            priced=pl.col("list_cost_fusd").count(),
            count=pl.len(),
            stated=pl.when(requests.count() > 0).then(requests.sum()),
        )
        .collect(engine="streaming")
        .row(0)
    )
    return usd(cost), priced, count, stated


def _with_hour(group: Facts, rows: pl.LazyFrame, book: PriceBook, at: datetime | None) -> Facts:
    """The facts with the hour of the day in which the calls cost least, where the provider's prices know hours."""
    if group.sold_by is None or group.sold_by not in book.providers or not book.providers[group.sold_by].file.schedules:
        return group
    own = rows.filter(is_group(group.key)).filter(pl.col("started_at").is_not_null() & (pl.col("grain") == "request"))
    now, *found = bills([own, *(settings.at_hour(own, hour) for hour in range(24))], book, at)
    best = min(range(24), key=lambda hour: found[hour].amount)
    return replace(group, cheapest_hour=best) if found[best].amount < now.amount else group


# --- what there is to do ---------------------------------------------------------------------------------------------


def _candidates(
    groups: Sequence[Facts], ways: applied.Applied, caching: CachingReview
) -> tuple[list[list[Candidate]], list[Unpriced]]:
    """The findings of each group that has any, and those without an amount."""
    every, without = [], []
    for group in groups:
        of_group = [row for row in caching.rows if _belongs(row, group)]
        own = [_of_caching(group, row, ways) for row in of_group if row.way]
        without += [_apart(row) for row in of_group if not row.way]
        for lever in LEVERS:
            if not lever.fires(group):
                continue
            if reason := lever.no_amount(group):
                texts = lever.title(group), lever.evidence(group), lever.fix(group)
                without.append(Unpriced(lever.code, *group.key, *texts, reason))
            else:
                own.append(_of_lever(group, lever))
        every += [own] if own else []
    return every, without


def _replayable(calls: pl.LazyFrame, caching: CachingReview, space: Workspace) -> pl.LazyFrame:
    """What a replay needs of the models with a finding: each way of caching reads it again."""
    pools = {(row.provider, row.model) for row in caching.rows if row.way and row.way != applied.OFF}
    if not pools:
        return calls
    names = set(calls.collect_schema().names()) - set(schema.CHARGE_COLUMNS)
    named = [pl.col("provider").eq_missing(pl.lit(one)) & pl.col("model").eq_missing(pl.lit(other)) for one, other in pools]
    return space.kept(calls.filter(pl.any_horizontal(named)).select(sorted(names & set(REPLAYED_COLUMNS))))


def _belongs(row: CachingRow, group: Facts) -> bool:
    named = (row.provider, row.model, row.workload) == group.key
    return named and row.finding is not None and (row.net_saving or 0) > 0


def _apart(row: CachingRow) -> Unpriced:
    """A finding about several models: what it saves is not a change of the calls of one of them."""
    texts = row.title, row.evidence_text, row.fix
    reason = "It is about more than one model, so it is priced alone, in the caching review, and not in this sequence."
    return Unpriced(row.finding or "", row.provider, row.model, row.workload, *texts, reason)


def _of_lever(group: Facts, lever: Lever) -> Candidate:
    def changed(rows: pl.LazyFrame, end: End) -> pl.LazyFrame | None:
        """Single calls only: the facts are of those, and a sum over a day has no length, hour or answer of its own."""
        single = (pl.col("grain") == "request").fill_null(value=False)
        found = lever.changed(rows.filter(single), group, end)
        return None if found is None else pl.concat([found, rows.filter(~single)], how="diagonal")

    return Candidate(
        code=lever.code,
        facts=group,
        risk=lever.risk,
        confidence=lever.confidence,
        title=lever.title(group),
        evidence=lever.evidence(group),
        fix=lever.fix(group),
        assumption=lever.assumption,
        calls=lever.touched(group),
        changed=changed,
    )


def _of_caching(group: Facts, row: CachingRow, ways: applied.Applied) -> Candidate:
    made: dict[str, pl.DataFrame] = {}

    def changed(rows: pl.LazyFrame, end: End) -> pl.LazyFrame | None:
        if end == "low" and row.confidence != REPLAYED:
            return None
        mine = (pl.col("evidence") == row.evidence) & (pl.col("known") == (row.billed_read_tokens is not None)) & _in_era(row)
        if row.way == applied.OFF:
            return pl.concat([settings.uncached(rows.filter(mine)), rows.filter(~mine)])
        assert row.lifetime is not None  # noqa: S101 -- only "off" has none
        bound: Literal["estimate", "high"] = "high" if end == "high" and row.evidence == "C" else "estimate"
        if bound not in made:
            made[bound] = ways.counts(row, upper=bound == "high")
        return settings.recounted(rows, made[bound], row.lifetime)

    return Candidate(
        code=row.finding or "",
        facts=group,
        risk="answers" if row.finding in _OTHER_ORDER else "none",
        confidence=row.confidence,
        title=row.title,
        evidence=row.evidence_text,
        fix=row.fix,
        assumption=_assumed(row),
        calls=row.requests,
        changed=changed,
    )


def _in_era(row: CachingRow) -> pl.Expr:
    """The row's calls of those of its provider, model and workload: where a rule changes, there is a row for each."""
    begun = pl.lit(value=True) if row.since is None else (pl.col("started_at") >= row.since).fill_null(value=True)
    return begun if row.until is None else begun & (pl.col("started_at") < row.until).fill_null(value=False)


def _assumed(row: CachingRow) -> str:
    if row.confidence != MODELLED:
        return ""
    if row.evidence == "C":
        return "Each prompt of a session begins with the one before it."
    if row.way.startswith("restructured"):
        return "The stable part of the prompts can be sent in front of what varies."
    return "The part of a prompt that does not come again can be told when the call is made."


# --- what it saves ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pricing:
    book: PriceBook
    at: datetime | None
    floor: Decimal

    def amounts(self, variants: Sequence[pl.LazyFrame | None], otherwise: Decimal) -> list[Decimal]:
        """Bills of the frames; of ``None`` the bill that is there anyhow."""
        wanted = [variant for variant in variants if variant is not None]
        found = iter(bills(wanted, self.book, self.at) if wanted else [])
        return [otherwise if variant is None else next(found).amount for variant in variants]


def _sequence(candidates: Sequence[Candidate], rows: pl.LazyFrame, pricing: _Pricing) -> Iterator[tuple[Candidate, Saving]]:
    """The steps of one group: those that save the floor or more on what is left to them, in order."""
    if candidates[0].facts.records <= HELD:
        rows = rows.collect(engine="streaming").lazy()
    now = candidates[0].facts.cost
    alone = pricing.amounts([candidate.changed(rows, "estimate") for candidate in candidates], now)
    priced = [replace(one, alone=exactly(now, -bill)) for one, bill in zip(candidates, alone, strict=True)]
    for candidate in sorted((one for one in priced if one.alone >= pricing.floor), key=Candidate.order):
        variants = [candidate.changed(rows, end) for end in _ENDS]
        estimate, low, high = (exactly(now, -bill) for bill in pricing.amounts(variants, now))
        if estimate <= 0 or estimate < pricing.floor or variants[0] is None:
            continue
        yield candidate, _saving(candidate, estimate, (low, high))
        rows, now = variants[0], exactly(now, -estimate)


def _saving(candidate: Candidate, estimate: Decimal, ends: tuple[Decimal, Decimal]) -> Saving:
    group = candidate.facts
    return Saving(
        code=candidate.code,
        provider=group.provider,
        model=group.model,
        workload=group.workload,
        risk=candidate.risk,
        confidence=candidate.confidence,
        title=candidate.title,
        evidence=candidate.evidence,
        fix=candidate.fix,
        assumption=candidate.assumption,
        calls=candidate.calls,
        saving=estimate,
        low=min(estimate, *ends),
        high=max(estimate, *ends),
        alone=candidate.alone,
        left=Decimal(0),
    )
