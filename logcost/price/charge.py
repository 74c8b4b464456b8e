"""What each row of a usage frame costs: one row in, one row out, in exact integers, streaming.

Unpriced rows stay, with the reason; nothing is silently zero. A count that is NULL adds nothing. Rules and reasons are
explained in docs/prices.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from logcost.price import plan as planning
from logcost.price.columns import COUNTS, Columns, narrow, set_aside
from logcost.price.costs import GROUPS, Costs
from logcost.price.hours import changes, window_code
from logcost.price.plan import NameIndex
from logcost.price.rate_rows import RATES, SAID, SHORTEST, TEXTS
from logcost.price.spans import UNSTATED, Bounds, Span, bounds
from logcost.price.tell import reasons
from logcost.schema import CHARGE_COLUMNS

if TYPE_CHECKING:
    from datetime import datetime

    from logcost.price.book import PriceBook
    from logcost.price.plan import Plan

ENDS: Final = ("low", "high")
SPAN: Final = tuple(f"_span_{name}" for name in Span._fields)
_NAMES: Final = ("price_provider", "price_model", "price_confidence")
"""Texts that a row with a range has as well."""

_FEW: Final = 24
"""Up to so many instants it is quicker to compare with each of them than to search."""


def charges(usage: pl.LazyFrame, book: PriceBook, *, at: datetime | None = None) -> pl.LazyFrame:
    """Add ``schema.CHARGE_COLUMNS`` to a usage frame.

    ``usage`` has the columns of the ledger's ``usage_record``; every one is optional but a model and a token count are
    needed for a price. It is read once now, for its distinct names and their times, and again when the result is
    collected; a frame with aggregated rows is read once more. Rows keep their number and order. ``at``: price all rows
    with the rates of that instant instead of their own, at the hour of their own where that matters.
    Raises ``MissingColumnError`` when no column names the model, ``UsageError`` when a column has a type that cannot be priced
    or the name of one that is added.
    """
    schema = usage.collect_schema()
    aside = set_aside(schema)
    if aside:
        usage = usage.rename(aside).with_columns(narrow(name) for name in aside if name in COUNTS)
    columns = Columns(usage.collect_schema(), at)
    keys = columns.keys()
    keyed = usage.with_columns(**keys)
    seen = keyed.group_by(list(keys)).agg(**columns.seen()).collect(engine="streaming")
    made = planning.plan(columns.learn(seen, usage), book)
    spanned = bool(seen["sums"].any())
    priced = _placed(keyed, NameIndex(made.targets, list(keys)), columns, made, spanned=spanned)
    costs = Costs(columns, made.rates)
    charged = _costed(priced.with_columns(_wrong=_wrong(columns, costs)), made, costs)
    for end in ENDS if spanned else ():
        charged = _costed(charged, made, costs, end)
    judged = charged.with_columns(_ranged=_ranged(spanned=spanned)).with_columns(_exact=_exact(spanned=spanned))
    kept = [pl.col(aside.get(name, name)).alias(name) for name in schema] if aside else [*schema]
    return judged.select(*kept, **_result(columns, costs, made, spanned=spanned))


# --- which rates -----------------------------------------------------------------------------------------------------


def _placed(keyed: pl.LazyFrame, index: NameIndex, columns: Columns, made: Plan, *, spanned: bool) -> pl.LazyFrame:
    """Each row with the rate rows and thresholds of its quote, and its rate row if it is one call."""
    key = index.number() * made.buckets + _bucket(columns, columns.instant(), made)
    placed = keyed.with_columns(_key=key).join(made.quote_frame(index).lazy(), on="_key", how="left", maintain_order="left")
    if made.schedules:
        placed = placed.with_columns(_window=window_code(made.schedules, columns.hour()) & pl.col("_own_hours"))
    placed = placed.with_columns(_tier=_tier(columns, made)).with_columns(_row=_row_of_tier(made))
    return _bounded(placed, columns, made) if spanned else placed


def _bucket(columns: Columns, instant: pl.Expr, made: Plan) -> pl.Expr:
    """The number of price changes at or before an instant; the last bucket for none."""
    if len(made.instants) <= _FEW:
        passed = [(instant >= pl.lit(edge)).cast(pl.Int64) for edge in made.instants]
        number = pl.sum_horizontal(passed) if passed else pl.lit(0, dtype=pl.Int64)
    else:
        edges = pl.Series(made.instants, dtype=pl.Datetime("us", "UTC"))
        number = instant.map_batches(
            lambda when: edges.search_sorted(when, side="right").cast(pl.Int64), is_elementwise=True, return_dtype=pl.Int64
        )
    undated = pl.lit(made.undated, dtype=pl.Int64)
    return pl.when(instant.is_null()).then(undated).otherwise(number) if columns.some_undated else number


def _tier(columns: Columns, made: Plan) -> pl.Expr:
    """How many thresholds the prompt is above, or at least is, if the row itself says that it is (not)."""
    prompt = columns.count("input_tokens")
    passed = [(prompt > pl.col(f"_above{n}")).fill_null(value=False).cast(pl.Int32) for n in range(1, made.tiers + 1)]
    if not passed:
        return pl.lit(0, dtype=pl.Int32)
    counted = pl.sum_horizontal(passed)
    stated = columns.column("long_context", pl.Boolean)
    at_least = pl.max_horizontal(counted, pl.col("_above1").is_not_null().cast(pl.Int32))
    told = pl.when(stated).then(at_least).otherwise(pl.lit(0, dtype=pl.Int32))
    return pl.when(stated.is_null()).then(counted).otherwise(told) if "long_context" in columns.schema else counted


def _row_of_tier(made: Plan) -> pl.Expr:
    outside = _of_tier("_row", made)
    if not made.schedules:
        return outside
    return pl.when((pl.col("_window") & pl.col("_hours")) != 0).then(_of_tier("_inside", made)).otherwise(outside)


def _of_tier(rows: str, made: Plan) -> pl.Expr:
    row = pl.col(f"{rows}0")
    for tier in range(1, made.tiers + 1):
        row = pl.when(pl.col("_tier") >= tier).then(pl.col(f"{rows}{tier}")).otherwise(row)
    return row


def _bounded(placed: pl.LazyFrame, columns: Columns, made: Plan) -> pl.LazyFrame:
    """The rate row of each row: of one that sums calls only if all of them have the same rates, else the two extremes."""
    spanned = placed.with_columns(_sum=columns.sums()).with_columns(**_span(columns, made))
    found = spanned.filter("_sum").select(SPAN).unique().collect(engine="streaming")
    known = [(*span, *bounds(made, Span(*span))) for span in found.sort(SPAN).iter_rows()]
    schema: dict[str, Any] = {**found.schema, "_one": pl.Int32, "_low": pl.Int32, "_high": pl.Int32}
    ranges = pl.DataFrame(known, schema=schema, orient="row") if known else pl.DataFrame(schema=schema)
    assert ranges.width == len(Span._fields) + len(Bounds._fields)  # noqa: S101 -- the two tuples make the row
    joined = spanned.join(ranges.lazy(), on=list(SPAN), how="left", maintain_order="left")
    return joined.with_columns(_row=pl.when("_sum").then("_one").otherwise("_row"))


def _span(columns: Columns, made: Plan) -> dict[str, pl.Expr]:
    """``SPAN``: NULL in rows of one call, so that they find nothing."""
    prompt, no = columns.count("input_tokens"), pl.lit(0, dtype=pl.Int64)
    passed = [(prompt > tokens).cast(pl.Int32) for tokens in made.thresholds]
    some = changes(made.schedules, columns.hour(), columns.last_hour())
    every = pl.lit((1 << len(made.schedules)) - 1, dtype=pl.Int64)
    touched = pl.when(columns.unbounded()).then(every).otherwise(some) & pl.col("_own_hours") if made.schedules else no
    values = (
        pl.when("_sum").then(pl.col("_target")),
        _bucket(columns, columns.instant(), made),
        _bucket(columns, columns.last(), made),
        pl.col("_window") if made.schedules else no,
        touched,
        pl.sum_horizontal(passed) if passed else pl.lit(0, dtype=pl.Int32),
        columns.one_call(),
        columns.column("long_context", pl.Boolean).cast(pl.Int8).fill_null(UNSTATED),
        columns.endless(),
    )
    return dict(zip(SPAN, values, strict=True))


# --- how much --------------------------------------------------------------------------------------------------------


def _wrong(columns: Columns, costs: Costs) -> pl.Expr:
    """Whether a row has no price whatever the rates are."""
    if not columns.some_wrong:
        return pl.lit(value=False)
    unknown = [costs.unknown().is_not_null()] if costs.unknown_units else []
    return pl.any_horizontal([~columns.possible(), columns.nothing(), *unknown])


def _costed(frame: pl.LazyFrame, made: Plan, costs: Costs, end: str = "") -> pl.LazyFrame:
    """Add rates, the parts of the cost and their sum, and whether it is none (``_bad``); of an end of the range if given."""
    prefix, row = (f"_{end}_", f"_{end}") if end else (RATES, "_row")
    rates = made.rates.frame()
    named = rates.select(pl.col("_row").alias(row), pl.exclude("_row").name.prefix(prefix))
    costed = frame.join(named.lazy(), on=row, how="left", maintain_order="left").with_columns(
        **{f"{prefix}{group}": cost for group, cost in costs.groups(prefix).items()}
    )
    total = pl.col(f"{prefix}{GROUPS[0]}")
    for group in GROUPS[1:]:
        total = total + pl.col(f"{prefix}{group}")
    mixed = [costs.mixed(name, meter, prefix) for name, meter in costs.mixes()]
    costed = costed.with_columns(total.alias(f"{prefix}cost"))
    refused = [] if costs.always else [pl.col(f"{prefix}{SAID}").is_not_null() | pl.col(row).is_null()]
    bad = [pl.col("_wrong"), pl.col(f"{prefix}cost").is_null(), costs.overlaps(prefix), *refused, *mixed]
    return costed.with_columns(pl.any_horizontal(bad).alias(f"{prefix}bad"))


def _ranged(*, spanned: bool) -> pl.Expr:
    """Whether both ends of a row's range are known."""
    return ~pl.col("_low_bad") & ~pl.col("_high_bad") if spanned else pl.lit(value=False)


def _exact(*, spanned: bool) -> pl.Expr:
    """Whether the cost is exact: of one set of rates, or the same at both ends since the row needs none that differ."""
    good = ~pl.col(f"{RATES}bad")
    return good | (pl.col("_ranged") & (pl.col("_low_cost") == pl.col("_high_cost"))) if spanned else good


def _result(columns: Columns, costs: Costs, made: Plan, *, spanned: bool) -> dict[str, pl.Expr]:
    """``schema.CHARGE_COLUMNS``, in order."""
    rates = {"input": "input", "cache_read": "cache_read", "cache_write": SHORTEST, "output": "output"}
    priced = {name: name for name in GROUPS} | {"list_cost_fusd": "cost"}
    priced |= {f"{group}_rate_fusd": meter for group, meter in rates.items()} | {name: name for name in TEXTS}
    found = {name: _of_exact(column, spanned=spanned) for name, column in priced.items()}
    counted = ("uncached_input_tokens", "cache_creation_input_tokens")
    found |= {name: pl.when(columns.possible()).then(costs.rests[name]) for name in counted}
    between = pl.col("_ranged") & ~pl.col("_exact")
    for name in _NAMES if spanned else ():
        found[name] = pl.when(between).then(pl.col(f"_low_{name}")).otherwise(found[name])
    for end in ENDS:
        found[f"list_cost_{end}_fusd"] = pl.when(between).then(pl.col(f"_{end}_cost")) if spanned else pl.lit(None)
    found["unpriced_reason"] = reasons(columns, costs, made, spanned=spanned)
    return {name: found[name].cast(getattr(pl, dtype)) for name, dtype in CHARGE_COLUMNS.items()}


def _of_exact(column: str, *, spanned: bool) -> pl.Expr:
    value = pl.col(f"{RATES}{column}")
    if spanned:
        value = pl.when(pl.col(f"{RATES}bad")).then(pl.col(f"_low_{column}")).otherwise(value)
    return pl.when("_exact").then(value)
