"""The rule valid on the day of a call: a pool whose rule changes inside the period is cut at that instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from logcost.price.cache_rules import cache_rule, changes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from logcost.types import CacheRule

    Row = dict[str, Any]
    Pool = tuple[str | None, str | None, int]


_MAKER: Final = "No rule is stated for who bills it: its maker's is taken."


class Eras:
    """Which rule each pool (provider, model, era) follows. An era is numbered by the changes of the pool's rule before it.

    Calls without a time follow today's rule. ``replacement``: the reader's own rule holds for all, always.
    """

    def __init__(self, bases: Iterable[Row], replacement: CacheRule | None) -> None:
        """``bases``: see ``totals``."""
        self.rules: dict[Pool, CacheRule | None] = {}
        self.changed: list[tuple[str, datetime]] = []
        """Model and instant of each change inside the period."""
        self._starts: dict[tuple[str | None, str | None], list[datetime]] = {}
        pools: dict[tuple[str | None, str | None], list[Row]] = {}
        for base in bases:
            pools.setdefault((base["provider"], base["model"]), []).append(base)
        for (provider, model), names in pools.items():
            if replacement:
                self.rules[provider, model, 0] = replacement
            else:
                self._cut(provider, model, names)

    def dated(self, calls: pl.LazyFrame) -> pl.LazyFrame:
        """The calls with their ``era``."""
        era = pl.lit(0, pl.Int32)
        for (provider, model), starts in self._starts.items():
            within = pl.col("provider").eq_missing(pl.lit(provider)) & pl.col("model").eq_missing(pl.lit(model))
            passed = pl.sum_horizontal((pl.col("started_at") >= start).fill_null(value=True).cast(pl.Int32) for start in starts)
            era = pl.when(within).then(passed).otherwise(era)
        return calls.with_columns(era=era.cast(pl.Int32))

    def bounds(self, pool: Pool) -> tuple[datetime | None, datetime | None]:
        """From when (included) to when (not included) the pool's era lasts; ``None``: not cut on that side."""
        provider, model, era = pool
        starts = self._starts.get((provider, model), [])
        return starts[era - 1] if era > 0 else None, starts[era] if era < len(starts) else None

    def _cut(self, provider: str | None, model: str | None, names: list[Row]) -> None:
        firsts = [one["first"] for one in names if one["first"]]
        found, starts = [_rule(provider, model, names, min(firsts, default=None))], []
        # Calls without a time follow today's rule, whenever the others stop.
        last = datetime.max.replace(tzinfo=UTC) if any(one["undated"] for one in names) else max(one["last"] for one in names)
        for at in (instant for instant in changes() if firsts and min(firsts) < instant <= last):
            following = _rule(provider, model, names, at)
            if _working(following) != _working(found[-1]):
                found.append(following)
                starts.append(at)
        self.rules |= {(provider, model, era): one for era, one in enumerate(found)}
        if starts:
            self._starts[provider, model] = starts
            self.changed += [(model or "", start) for start in starts]


def _working(rule: CacheRule | None) -> CacheRule | None:
    """How the cache works: a rule that only has another source or remark is the same one."""
    return replace(rule, source="", checked="", note="") if rule else None


def _rule(provider: str | None, model: str | None, names: list[Row], at: datetime | None) -> CacheRule | None:
    """The rule at an instant; the price book's names first, as they are free of wrappers. Without one, that of the maker."""
    priced = sorted({(one["price_provider"], one["price_model"]) for one in names if one["price_model"]}, key=str)
    for name in (*priced, (provider, model)):
        found = cache_rule(*name, at)
        if found is not None:
            return found
    makers = (cache_rule(None, name, at) for _, name in (*priced, (provider, model)))
    of_maker = next((rule for rule in makers if rule is not None), None)
    return replace(of_maker, note=f"{of_maker.note} {_MAKER}".strip()) if of_maker else None
