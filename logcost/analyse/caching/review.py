"""The caching review: rows by provider, model and workload, each at the best level of evidence its calls have."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar

import polars as pl

from logcost.analyse.caching import diagnosis, idle, measure, moved, switches
from logcost.analyse.caching.arrivals import arrivals
from logcost.analyse.caching.calls import KEY, by_chance, cacheable, prepared, without_cache
from logcost.analyse.caching.eras import Eras
from logcost.analyse.caching.rows import row
from logcost.analyse.caching.totals import totals
from logcost.types import CachingReview

if TYPE_CHECKING:
    from collections.abc import Iterable

    from logcost.analyse.caching.measure import RuleOf
    from logcost.types import CacheRule, CachingRow

    Row = dict[str, Any]
    Key = tuple[Any, ...]
    Pool = tuple[str | None, str | None, int]

UNNAMED: Final = "untagged"
_NAMES: Final = 5

Number = TypeVar("Number", int, Decimal)


def review(calls: pl.LazyFrame, *, rule: CacheRule | None = None) -> CachingReview:
    """Review priced calls (``analyse.calls.priced_calls``; columns that are absent are unknown).

    ``rule`` replaces the provider's rule and its multipliers; it is replayed as stated, no other lifetime or scope is
    tried. Calls of one workload that have different evidence, that follow different rules, or of which only some state cache
    reads, form rows of their own, so that no row mixes known with unknown. The frame is read several times.
    """
    frame = prepared(calls)
    usable = frame.filter(cacheable())
    bases = totals(usable, rule)
    eras = Eras(bases, rule)
    if eras.changed:
        usable = eras.dated(usable)
        bases = totals(usable, rule)

    def rule_of(provider: str | None, model: str | None, era: int) -> CacheRule | None:
        return eras.rules[provider, model, era]

    known = _Known(usable, rule_of, bases, replaced=rule is not None)
    rows = known.rows(eras)
    for _ in range(idle.ROUNDS if rule is None else 0):
        more = idle.idle(rows, known.sums) - known.left_out
        if not more:
            break
        known.leave_out(more)
        rows = known.rows(eras)
    return _reviewed([*rows.values()], (*_notes(frame, bases, eras), *_left_out(known.left_out)))


class _Known:
    """What is worked out of the calls, by ``KEY``: sums of replays and estimates, switches, arrivals, diagnoses."""

    def __init__(self, usable: pl.LazyFrame, rule_of: RuleOf, bases: list[Row], *, replaced: bool) -> None:
        self._usable, self._rule_of, self._replaced = usable, rule_of, replaced
        self.sums: dict[Key, Row] = {}
        self.left_out: set[Key] = set()
        self._switched: dict[Key, Row] = {}
        hashed = {base["model"] for base in bases if base["evidence"] == "B" and base["in_sessions"]}
        if any(base["evidence"] == "B" for base in bases):
            self._replay(usable)
        if len(hashed) > 1:
            _collect(self._switched, switches.from_sessions(usable, rule_of, replaced=replaced))
        count = sum(base["records"] for base in bases if base["evidence"] == "C")
        if count:
            _collect(self.sums, measure.from_sessions(usable, rule_of, count, replaced=replaced))
        lone = arrivals(usable, rule_of) if any(base["evidence"] == "D" for base in bases) else {}
        none = {"cold": 0, "dated": 0, "cold_tokens": 0}
        self._bases = [base | none | lone.get(_key(base), {}) for base in bases]
        self._reasons = diagnosis.reasons(usable) if any(base["diagnosed"] for base in bases) else {}

    def _replay(self, calls: pl.LazyFrame) -> None:
        found: dict[Key, Row] = {}
        _collect(found, measure.from_hashes(calls, self._rule_of, replaced=self._replaced))
        for part in moved.from_hashes(calls, self._rule_of, replaced=self._replaced):
            found[_key(part)] |= part
        self.sums |= found

    def leave_out(self, keys: set[Key]) -> None:
        """Replay the models of these rows again, as if their calls wrote nothing."""
        self.left_out |= keys
        self._replay(idle.without(self._usable, self.left_out))

    def rows(self, eras: Eras) -> dict[Key, CachingRow]:
        """The rows of the review."""
        found = {}
        for base in self._bases:
            key = _key(base)
            sums = self.sums.get(key)
            told = sums | self._switched.get(key, {}) if sums is not None else None
            since, until = eras.bounds(_pool(base))
            made = row(base, told, self._rule_of(*_pool(base)), self._reasons.get(key, ()))
            others = idle.workloads(key, self.left_out) if base["evidence"] == "B" and key not in self.left_out else ()
            found[key] = replace(made, since=since, until=until, without=others)
        return found


def _left_out(keys: set[Key]) -> list[str]:
    """Whose writes nobody is taken to read."""
    named = sorted({tuple(str(key[KEY.index(name)] or UNNAMED) for name in ("model", "workload")) for key in keys})
    notes = []
    for model, of_model in groupby(named, key=itemgetter(0)):
        names = [name for _, name in of_model]
        more = f" and {len(names) - _NAMES:,} more" if len(names) > _NAMES else ""
        listed = ", ".join(names[:_NAMES]) + more
        notes.append(f"{model}: best without a cache: {listed}. Nothing is counted that others would read of what these write.")
    return notes


def _collect(sums: dict[Key, Row], found: Iterable[Row]) -> None:
    for part in found:
        sums[_key(part)] = measure.added(sums.get(_key(part)), part)


def _key(base: Row) -> Key:
    return tuple(base[name] for name in KEY)


def _pool(base: Row) -> Pool:
    return base["provider"], base["model"], base["era"]


def _reviewed(rows: list[CachingRow], notes: tuple[str, ...]) -> CachingReview:
    ordered = sorted(rows, key=_rank)
    return CachingReview(
        input_tokens=sum(r.input_tokens for r in rows),
        billed_read_tokens=_known_sum((r.billed_read_tokens for r in rows), 0),
        achievable_read_tokens=_known_sum((r.achievable_read_tokens for r in rows), 0),
        missed_tokens=_known_sum((r.missed_tokens for r in rows), 0),
        net_saving=_known_sum((r.net_saving for r in rows), Decimal(0)),
        rows=tuple(ordered),
        unknown_rows=sum(r.missed_tokens is None for r in rows),
        notes=notes,
    )


def _known_sum(values: Iterable[Number | None], zero: Number) -> Number | None:
    """Sum of the known values; ``None`` where there are values and none is known."""
    every = list(values)
    known = [value for value in every if value is not None]
    return None if every and not known else sum(known, start=zero)


def _rank(r: CachingRow) -> tuple[Any, ...]:
    names = (r.provider or "", r.model or "", r.workload or "", r.evidence, r.billed_read_tokens is None)
    return (r.net_saving is None, -(r.net_saving or Decimal(0)), -(r.missed_tokens or 0), -r.input_tokens, *names)


def _notes(frame: pl.LazyFrame, bases: list[Row], eras: Eras) -> tuple[str, ...]:
    """What was left out, and what is assumed about the rules."""
    empty = pl.col("input_tokens").fill_null(0) <= 0
    other, batch = without_cache() & ~empty, by_chance() & ~without_cache() & ~empty
    counts = frame.select(empty=empty.sum(), other=other.sum(), batch=batch.sum()).collect(engine="streaming").row(0)
    words = (
        "usage records without input tokens are",
        "usage records of operations without a prompt cache (embeddings ...) are",
        "usage records sent in batches, where hits are a matter of chance, are",
    )
    notes = [f"{count:,} {word} not in this review." for count, word in zip(counts, words, strict=True) if count]
    noted = sorted({(model or "", rule.note) for (_, model, _), rule in eras.rules.items() if rule and rule.note})
    notes += [f"{model}: {note}" for model, note in noted]
    both = "calls before and after have rows of their own."
    notes += [f"{model}: the cache's rule changed on {at:%Y-%m-%d}; {both}" for model, at in eras.changed]
    if any(base["evidence"] == "B" for base in bases):
        notes.append("Hits are counted in whole blocks of the prefix hashes: up to one block less one token a call is not seen.")
    return tuple(notes)
