"""Data quality: what is missing or doubtful in the numbers, and what to do about it.

One pass over the calls makes a small cube (provider, model, reason, grain, day; of sums over a period also file and
operation); every check is read off it and off the reports of the files. All checks are always listed, so that readers learn
where to look.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from logcost.analyse.checks import CallSums, bounds_check, call_checks, source_checks
from logcost.analyse.double_counting import DIMENSIONS, grouping_check, overlap_check
from logcost.analyse.frames import BOUNDS, exact_sum, femto, is_bounded, select_or_null, usd
from logcost.types import BoundedModel, DataQuality, UnpricedModel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logcost.price import PriceBook
    from logcost.types import SourceReport

_COLUMNS: Final = (
    "source_id",
    "started_at",
    "ended_at",
    "grain",
    "provider",
    "price_provider",
    "model",
    "workload",
    "operation_name",
    "requests",
    "input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
    "list_cost_fusd",
    *BOUNDS,
    "unpriced_reason",
    "reported_cost",
    "reported_currency",
    *DIMENSIONS,
)
_KEYS: Final = ("provider", "seller", "model", "reason", "bounded", "grain", "first_day", "last_day", "source", "operation")
_OF_SUMS: Final = {"source": "source_id", "operation": "operation_name"}
_SILENT_OPERATIONS: Final = ("embeddings", "moderation", "rerank", "image", "speech", "transcription")
"""Operations whose answer is no billed text: that they state no output tokens is no gap."""
_NUMBERED: Final = "impossible-counts"
"""Reason whose detail quotes the numbers of one call: only the slug groups."""

UNKNOWN: Final = "unknown-model"
HINTS: Final = 20
"""So many unknown names are compared with those of the book."""

_WITHOUT: Final = pl.col("reason").is_not_null() & ~pl.col("bounded")
"""Rows of the cube without any price."""


def review(calls: pl.LazyFrame, sources: Sequence[SourceReport], book: PriceBook | None = None) -> DataQuality:
    """Checks of priced calls (``calls.priced_calls``) and of the files they came from; with ``book`` hints for unknown names."""
    cube = _cube(calls)
    priced, without = cube.filter(~_WITHOUT), cube.filter(_WITHOUT)
    ranges = cube.filter("bounded")
    sums = CallSums(**{name: _total(cube, name) for name in CallSums.measured()}, unpriced_calls=_total(without, "calls"))
    unpriced_tokens = _total(without, "tokens")
    models, bounded = hinted(_unpriced_models(without), book), _bounded_models(ranges)
    return DataQuality(
        priced_records=_total(priced, "rows"),
        unpriced_records=_total(without, "rows"),
        uncounted_records=sums.uncounted_rows,
        priced_requests=_total(priced, "stated_calls"),
        unpriced_requests=_total(without, "stated_calls"),
        unpriced_tokens_share=unpriced_tokens / sums.tokens if sums.tokens else 0.0,
        undated_requests=sums.undated_calls,
        unpriced=models,
        checks=(
            *call_checks(sums, unpriced_tokens, models),
            bounds_check(bounded),
            overlap_check(cube),
            grouping_check(cube),
            *source_checks(sources),
        ),
        sources=tuple(sources),
        reasons=_reasons(models),
        bounded=bounded,
        bounded_records=_total(ranges, "rows"),
        bounded_requests=_total(ranges, "stated_calls"),
    )


def hinted(models: tuple[UnpricedModel, ...], book: PriceBook | None) -> tuple[UnpricedModel, ...]:
    """The same, the first of them with the names of the book that look like an unknown one."""
    from logcost.price.names import near

    if book is None:
        return models
    asked, rest = models[:HINTS], models[HINTS:]
    known = (tuple(near(book, one.provider, one.model)) if one.model and one.reason == UNKNOWN else () for one in asked)
    return (*(replace(one, near=names) for one, names in zip(asked, known, strict=True)), *rest)


def gaps(calls: pl.LazyFrame) -> tuple[tuple[UnpricedModel, ...], tuple[BoundedModel, ...]]:
    """Calls without a price, and those whose cost is only known as a range, by provider, model and reason."""
    cube = _cube(calls)
    return _unpriced_models(cube.filter(_WITHOUT)), _bounded_models(cube.filter("bounded"))


def _cube(calls: pl.LazyFrame) -> pl.DataFrame:
    rows = select_or_null(calls, _COLUMNS).with_columns(
        _reason(),
        is_bounded().alias("bounded"),
        # Two logs may write one provider differently: openai, OpenAI; google, gcp.gemini.
        pl.coalesce("price_provider", pl.col("provider").str.to_lowercase()).alias("seller"),
        pl.col("started_at").dt.date().alias("first_day"),
        # A bucket ends before ended_at: one of midnight to midnight covers one day.
        pl.coalesce(pl.col("ended_at").dt.offset_by("-1us"), "started_at").dt.date().alias("last_day"),
        # Of single calls neither is asked, and either would make the cube large.
        *(pl.when(pl.col("grain") == "bucket").then(pl.col(column)).alias(name) for name, column in _OF_SUMS.items()),
        (pl.col("input_tokens").cast(pl.Int128).fill_null(0) + pl.col("output_tokens").fill_null(0)).alias("tokens"),
    )
    return rows.group_by(_KEYS).agg(_sums()).collect(engine="streaming").sort(_KEYS, nulls_last=True)


def _reason() -> pl.Expr:
    reason = pl.col("unpriced_reason")
    return pl.when(reason.str.starts_with(_NUMBERED)).then(pl.lit(_NUMBERED)).otherwise(reason).alias("reason")


def _sums() -> list[pl.Expr]:
    comparable = (
        pl.col("reported_cost").is_not_null() & (pl.col("reported_currency") == "USD") & pl.col("list_cost_fusd").is_not_null()
    )
    return [
        _calls().sum().alias("calls"),
        exact_sum("requests").alias("stated_calls"),
        exact_sum("tokens"),
        pl.any_horizontal(pl.col("input_tokens", "output_tokens").is_not_null()).any().alias("states_tokens"),
        pl.len().cast(pl.Int128).alias("rows"),
        *(pl.col(name).is_not_null().any().alias(f"by_{name}") for name in DIMENSIONS),
        (pl.col("ended_at") - pl.col("started_at")).max().alias("length"),
        pl.col("requests").is_null().sum().cast(pl.Int128).alias("uncounted_rows"),
        _calls_where(pl.col("started_at").is_null(), "undated_calls"),
        _calls_where(pl.col("workload").is_null(), "unlabelled_calls"),
        _calls_where((pl.col("input_tokens") > 0) & pl.col("cache_read_input_tokens").is_null(), "cache_unknown_calls"),
        _calls_where(_answers() & (pl.col("input_tokens") > 0) & pl.col("output_tokens").is_null(), "output_unknown_calls"),
        _calls_where(comparable, "reported_calls"),
        pl.when(comparable).then(femto(pl.col("reported_cost"))).sum().alias("reported_fusd"),
        pl.when(comparable).then(pl.col("list_cost_fusd")).sum().alias("comparable_fusd"),
        *(pl.when(is_bounded()).then(pl.col(name)).sum().alias(name) for name in BOUNDS),
    ]


def _answers() -> pl.Expr:
    return ~pl.col("operation_name").fill_null("").is_in(_SILENT_OPERATIONS)


def _calls_where(condition: pl.Expr, name: str) -> pl.Expr:
    return pl.when(condition).then(_calls()).sum().alias(name)


def _calls() -> pl.Expr:
    """Calls of a record; one that does not say how many it stands for counts as one, so that no check passes over it."""
    return pl.col("requests").cast(pl.Int128).fill_null(1)


def _total(cube: pl.DataFrame, name: str) -> int:
    return sum(cube[name].to_list())


def _unpriced_models(unpriced: pl.DataFrame) -> tuple[UnpricedModel, ...]:
    """Most tokens first."""
    return tuple(sorted((UnpricedModel(*row[:7]) for row in _by_reason(unpriced)), key=_most_first))


def _bounded_models(bounded: pl.DataFrame) -> tuple[BoundedModel, ...]:
    """Most tokens first."""
    models = [
        BoundedModel(provider, model, reason, calls, tokens, records, uncounted, low=usd(low), high=usd(high))
        for provider, model, reason, calls, tokens, records, uncounted, low, high in _by_reason(bounded)
    ]
    return tuple(sorted(models, key=_most_first))


def _by_reason(rows: pl.DataFrame) -> Iterator[Any]:
    """The fields of ``UnpricedModel``, and the two bounds in femto-USD."""
    counts_calls, counts_tokens = pl.col("uncounted_rows").sum() < pl.col("rows").sum(), pl.col("states_tokens").any()
    groups = rows.group_by("provider", "model", "reason").agg(
        pl.when(counts_calls).then(pl.col("stated_calls").sum()).alias("calls"),
        pl.when(counts_tokens).then(pl.col("tokens").sum()).alias("tokens"),
        pl.col("rows").sum(),
        pl.col("uncounted_rows").sum(),
        pl.col(*BOUNDS).sum(),
    )
    return groups.iter_rows()


def _most_first(model: UnpricedModel) -> tuple[int, int, int, str, str, str]:
    return -(model.tokens or 0), -(model.requests or 0), -model.records, model.provider or "", model.model or "", model.reason


def _reasons(models: Sequence[UnpricedModel]) -> dict[str, int]:
    """Records by slug of the reason, most first."""
    counts: dict[str, int] = {}
    for model in models:
        slug = model.reason.partition(":")[0]
        counts[slug] = counts.get(slug, 0) + model.records
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
