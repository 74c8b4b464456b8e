"""The bill of the same calls under other settings: other caches, models, batches, or the prices of another day."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.analyse.caching import applied, money
from logcost.analyse.caching.rule import rule_for
from logcost.analyse.savings import routing, settings
from logcost.analyse.savings.bills import MILLION, Workspace, settled, settled_bill, usage_of
from logcost.analyse.savings.questions import EVERY, UNTAGGED
from logcost.analyse.savings.settings import READS
from logcost.errors import UsageError
from logcost.price.facts import known
from logcost.price.names import resolve
from logcost.savings import WhatIf, WhatIfStep

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from logcost.analyse.savings.questions import CacheFor, Question, RouteTo
    from logcost.price import PriceBook

_POOL: Final = ("provider", "model", "sold_by")
_NAMES: Final = 5


@dataclass(frozen=True, slots=True)
class _Change:
    """One step: what it is called, which rows it is about, and all rows after it."""

    option: str
    setting: str
    of: pl.Expr
    rows: pl.LazyFrame
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Prices:
    """What every step is priced with; ``at``: the instant whose prices the calls have, if not their own."""

    book: PriceBook
    at: datetime | None
    space: Workspace

    def settled(self, rows: pl.LazyFrame, of: pl.Expr, escalated: int = 0) -> pl.LazyFrame:
        """The rows at the price they have now; the other steps' calls stay as they were.

        ``escalated``: a call that the other model has no price for is not moved, so nothing of it is paid twice.
        """
        found = settled(rows, self.book, self.at)
        if escalated and "moved" in rows.collect_schema().names():
            weight = pl.col("weight").cast(pl.Int128) * (MILLION - escalated) // MILLION
            once = of & pl.col("moved") & pl.col("unpriced")
            found = found.with_columns(weight=pl.when(once).then(weight).otherwise("weight").cast(pl.Int64))
        return self.space.kept(found)


def what_if(calls: pl.LazyFrame, book: PriceBook, question: Question, *, at: datetime | None = None) -> WhatIf:
    """Price calls (``analyse.calls.priced_calls``) again with the changes of a question, one after the other.

    ``at``: the instant whose prices the calls have, if not their own. Raises ``UsageError`` for a workload that is not
    there, a lifetime the provider does not offer, or a cache of which the log cannot say what it would serve, and
    ``PriceBookError`` for a model that is not in the book.
    """
    count, left_out = _counted(calls)
    with Workspace(count) as space:
        rows = space.kept(settled(usage_of(calls), book, at))
        before = settled_bill(rows)
        # Each step is priced and kept, as the next one is about what it left: also where a call has no price under it.
        changes = [*_changes(calls, rows, _Prices(book, at, space), question)]
        if question.price_as_of is not None:
            last = space.kept(settled(changes[-1].rows if changes else rows, book, question.price_as_of))
            changes.append(_Change("price-as-of", f"{question.price_as_of:%Y-%m-%d}", pl.lit(value=True), last))
        steps = [_step(change, rows) for change in changes]
    return WhatIf(calls=count, before=before, steps=tuple(steps), left_out=left_out)


def _counted(calls: pl.LazyFrame) -> tuple[int, int]:
    count, every = calls.select(pl.col("list_cost_fusd").count(), every=pl.len()).collect(engine="streaming").row(0)
    return count, every - count


def _step(change: _Change, rows: pl.LazyFrame) -> WhatIfStep:
    """The step with its calls, those of them without a price, and the part of their input that is read from a cache after it."""
    weight = pl.col("weight").cast(pl.Int128)
    # A call that is split between two models is one call.
    kept = change.rows.filter(change.of & pl.col("unpriced")).select(pl.col("call_key").n_unique())
    read, whole = (
        change.rows.filter(change.of & ~pl.col("unpriced"))
        .select(
            read=pl.when(pl.col(READS[0]).count() > 0).then((pl.col(READS[0]).cast(pl.Int128) * (weight // MILLION)).sum()),
            whole=(pl.col("input_tokens").cast(pl.Int128) * (weight // MILLION)).sum(),
        )
        .collect(engine="streaming")
        .row(0)
    )
    count = rows.filter(change.of).select(pl.len()).collect(engine="streaming").item()
    share = read / whole if whole and read is not None else None
    without = kept.collect(engine="streaming").item()
    return WhatIfStep(change.option, change.setting, count, settled_bill(change.rows), share, without, change.notes)


def _changes(calls: pl.LazyFrame, rows: pl.LazyFrame, prices: _Prices, question: Question) -> Iterator[_Change]:
    names = _workloads(rows)
    asked = [_named(cache.workload, names, "--cache") for cache in question.caches if cache.lifetime != applied.OFF]
    warm = pl.any_horizontal(pl.lit(value=False), *asked)
    for cache in question.caches:
        of = _named(cache.workload, names, "--cache")
        changed, notes = _cached((calls, warm), rows, cache, of)
        rows = prices.settled(changed, of)
        yield _Change("cache", cache.text, of, rows, notes)
    for route in question.routes:
        of = _named(route.workload, names, "--route")
        changed, notes = _routed(calls, rows, prices.book, route, of)
        rows = prices.settled(changed, of, route.escalated)
        yield _Change("route", route.text, of, rows, notes)
    for batch in question.batches:
        of = _named(batch, names, "--batch")
        sent = of & pl.col("service_tier").ne_missing(pl.lit("batch"))
        changed = pl.concat([settings.batched(settings.uncached(rows.filter(sent))), rows.filter(~sent)], how="diagonal")
        rows = prices.settled(changed, of)
        yield _Change("batch", batch, of, rows, ("Nothing is counted as read from a cache in batches.",))


def _workloads(rows: pl.LazyFrame) -> list[str | None]:
    return rows.select("workload").unique().collect(engine="streaming")["workload"].to_list()


def _named(workload: str, names: list[str | None], option: str) -> pl.Expr:
    """Whether a row is of the workload that is meant."""
    if workload == EVERY:
        return pl.lit(value=True)
    if workload in names:
        return pl.col("workload").eq_missing(pl.lit(workload))
    if workload == UNTAGGED and None in names:
        return pl.col("workload").is_null()
    there = sorted(name for name in names if name) + ([UNTAGGED] if None in names else [])
    near = get_close_matches(workload, there, 1)
    listed = ", ".join(there[:_NAMES]) + (" ..." if len(there) > _NAMES else "")
    remedy = f"Did you mean {near[0]}?" if near else f"There are {listed}; * is all of them." if there else "Nothing has a price."
    raise UsageError(f"{option}: no priced call is of the workload '{workload}'.", remedy=remedy)


def _pools(rows: pl.LazyFrame) -> list[tuple[str | None, str | None, str | None, datetime | None]]:
    """Provider, model, whose price it is, and the last call, of all rows."""
    found = rows.group_by(_POOL).agg(pl.col("started_at").max()).collect(engine="streaming")
    return sorted(found.iter_rows(), key=str)


def _is_pool(provider: str | None, model: str | None) -> pl.Expr:
    pairs = (("provider", provider), ("model", model))
    return pl.all_horizontal([pl.col(name).eq_missing(pl.lit(value, dtype=pl.String)) for name, value in pairs])


# --- caches ----------------------------------------------------------------------------------------------------------


def _cached(
    calls: tuple[pl.LazyFrame, pl.Expr], rows: pl.LazyFrame, cache: CacheFor, of: pl.Expr
) -> tuple[pl.LazyFrame, tuple[str, ...]]:
    """``calls``: all of them, and which are cached after all changes: no other call has anything to read in a cache."""
    if cache.lifetime == applied.OFF:
        return pl.concat([settings.uncached(rows.filter(of)), rows.filter(~of)], how="diagonal"), ()
    notes: list[str] = []
    parts = [rows.filter(~of)]
    for provider, model, sold_by, last in _pools(rows.filter(of)):
        pool = _is_pool(provider, model)
        made, note = _pool_cached(
            (calls[0].filter(pool), calls[1]), rows.filter(of & pool), cache, (sold_by or provider, model, last)
        )
        parts.append(made)
        notes += note
    return pl.concat(parts, how="diagonal"), tuple(notes)


def _pool_cached(
    pool: tuple[pl.LazyFrame, pl.Expr],
    rows: pl.LazyFrame,
    cache: CacheFor,
    named: tuple[str | None, str | None, datetime | None],
) -> tuple[pl.LazyFrame, list[str]]:
    """``pool``: all calls of a provider and model, and which of them are to be cached; ``rows``: those."""
    rule = rule_for(*named)
    model = named[1] or "a model that is not stated"
    if rule is None:
        raise UsageError(f"--cache {cache.text}: no cache rule is known for {model}.", remedy="Leave this workload out.")
    offered = {lifetime.name: lifetime for lifetime in money.lifetimes(rule)}
    if cache.lifetime not in offered:
        remedy = f"It offers {', '.join(offered)}; off is no cache."
        raise UsageError(f"--cache {cache.text}: {model} has no cache lifetime of {cache.lifetime}.", remedy=remedy)
    levels = dict(rows.group_by("evidence").len().collect(engine="streaming").iter_rows())
    level = next((one for one in ("B", "C") if one in levels), None)
    if level is None:
        remedy = "Log prefix hashes or session ids (docs/caching.md)."
        raise UsageError(f"--cache {cache.text}: nothing says which prompts of it repeat.", remedy=remedy)
    counts, marked = applied.switched_on(pool[0], rule, offered[cache.lifetime], level, pool[1])
    others = sum(count for one, count in levels.items() if one != level)
    notes = [] if level == "B" else [f"{model}: hits are estimated from sessions."]
    notes += [f"{model}: {others:,} calls show nothing of what repeats and stay as they were."] if others else []
    asked = set(_workloads(rows))
    if names := [name or UNTAGGED for name in marked if name in asked]:
        listed = ", ".join(names[:_NAMES]) + (" ..." if len(names) > _NAMES else "")
        notes.append(f"{model}: one marker behind what repeats, as every prompt written would cost more: {listed}.")
    return settings.recounted(rows, counts, offered[cache.lifetime]), notes


# --- routes ----------------------------------------------------------------------------------------------------------


def _routed(
    calls: pl.LazyFrame, rows: pl.LazyFrame, book: PriceBook, route: RouteTo, of: pl.Expr
) -> tuple[pl.LazyFrame, tuple[str, ...]]:
    provider, name = _model(book, route.model)
    to = routing.Route(provider, name, route.share, route.escalated)
    parts, notes = [rows.filter(~of)], []
    for pool_provider, model, sold_by, last in _pools(rows.filter(of)):
        pool = of & _is_pool(pool_provider, model)
        if _is_same(book, (sold_by or pool_provider, model), (provider, name)):
            parts.append(rows.filter(pool))
            notes.append(f"Calls of {name} are with it already and stay as they are.")
            continue
        rule, there = rule_for(sold_by or pool_provider, model, last), rule_for(provider, name, last)
        read = rows.filter(pool).select((pl.col("cache_read_input_tokens").fill_null(0) > 0).any()).collect().item()
        found = routing.served(calls.filter(pool), to, rule, there) if read and rule else None
        if read and found is None:
            notes.append(
                f"{model}: nothing says which prompts repeat, so it keeps its hits, and {name} is priced without a cache."
            )
        parts.append(routing.routed(rows.filter(pool), to, found, rule, there))
    notes.append("The other model is taken to need as many tokens; the quality of its answers was not measured.")
    return pl.concat(parts, how="diagonal"), tuple(notes)


def _is_same(book: PriceBook, one: tuple[str | None, str | None], other: tuple[str, str]) -> bool:
    """Whether two names are of the same model of the same seller."""
    found, wanted = resolve(book, *one), resolve(book, *other)
    return not wanted.reason and (found.provider, found.stands) == (wanted.provider, wanted.stands)


def _model(book: PriceBook, text: str) -> tuple[str, str]:
    """Provider and name: ``MODEL`` of its maker, or ``PROVIDER/MODEL``."""
    prefix, slash, rest = text.partition("/")
    provider = book.provider_of(prefix) if slash else None
    name = rest if provider else text
    return known(book, name, provider).provider or "", name
