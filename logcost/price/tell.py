"""Why rows are not priced: the words, made only for the rows that need them."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.price.columns import INPUT, LARGEST, OUTPUT, UNITS
from logcost.price.reasons import Case, case, reason_told, stated, which_case

if TYPE_CHECKING:
    from logcost.price.columns import Columns
    from logcost.price.costs import Costs
    from logcost.price.plan import Plan
    from logcost.price.reasons import Row

RATES: Final = "_r_"


def reasons(columns: Columns, costs: Costs, made: Plan) -> pl.Expr:
    """``unpriced_reason`` of rows placed and costed by ``charge``; NULL where ``_exact``."""
    counts = sorted(columns.given | ({INPUT, OUTPUT} & set(columns.schema)) | _others(columns))
    needed = ["_exact", "_target", "_key", "_long", "_row", "_why", *counts]
    return pl.struct(needed).map_batches(_Teller(columns, costs, made), is_elementwise=True, return_dtype=pl.String)


def _others(columns: Columns) -> set[str]:
    wholes = {whole for whole, _ in columns.partitions()}
    return {name for name in ({UNITS} | wholes) if name in columns.schema} | set(columns.unread())


class _Teller:
    """Words for a batch of rows. What does not depend on the batch is made once, when the first row needs words."""

    def __init__(self, columns: Columns, costs: Costs, made: Plan) -> None:
        self._columns = columns
        self._costs = costs
        self._made = made

    def __call__(self, rows: pl.Series) -> pl.Series:
        bad = ~rows.struct.field("_exact")
        if not bad.any():
            return pl.Series([None], dtype=pl.String).new_from_index(0, len(rows))
        place = pl.select(pl.when(bad).then(bad.cast(pl.Int64).cum_sum() - 1)).to_series()
        return self._words(rows.filter(bad).struct.unnest()).gather(place)

    def _words(self, bad: pl.DataFrame) -> pl.Series:
        """One text a row, in order: the first case that applies."""
        for frame, on in self._known:
            bad = bad.join(frame, on=on, how="left", maintain_order="left") if frame.height else bad.with_columns(_no(frame, on))
        # In two steps: in one lazy query the number of the case would be put into each of its texts, and take minutes to plan.
        numbered = bad.with_columns(_which=which_case(self._cases))
        return numbered.select(reason=reason_told(self._cases, pl.col("_which"))).to_series()

    @cached_property
    def _known(self) -> list[tuple[pl.DataFrame, list[str]]]:
        """What the plan says of targets, quotes, tiers and rate rows, each with the columns that find it."""
        made = self._made
        static = {"_target": [-1 - i for i in range(len(made.static))], "_static": made.static}
        lost = made.reason_frame()
        return [
            (pl.DataFrame(static, schema={"_target": pl.Int64, "_static": pl.String}), ["_target"]),
            (lost.filter(pl.col("_long") == 0).select("_key", _lost="_reason"), ["_key"]),
            (lost.filter(pl.col("_long") > 0).select("_key", "_long", _lost_tier="_reason"), ["_key", "_long"]),
            (made.rates.frame().select("_row", pl.exclude("_row").name.prefix(RATES)), ["_row"]),
        ]

    @cached_property
    def _cases(self) -> list[Case]:
        columns, costs = self._columns, self._costs
        return [
            stated("_static"),
            *_impossible(columns),
            stated("_lost"),
            stated("_why"),
            stated("_lost_tier"),
            *_without_rate(costs),
            *_mixed(costs),
            case(costs.overlaps(RATES), _overlap(columns)),
            *_unknown_units(costs),
            case(columns.nothing(), "no-token-counts: neither input_tokens nor output_tokens is stated"),
        ]


def _no(frame: pl.DataFrame, on: list[str]) -> list[pl.Expr]:
    return [pl.lit(None, dtype=dtype).alias(name) for name, dtype in frame.schema.items() if name not in on]


def _overlap(columns: Columns) -> str:
    what = "impossible-counts: reasoning, audio and image tokens together are more than output_tokens"
    return f"{what}, or audio, image and video tokens more than the uncached input" if columns.input_parts() else what


def _impossible(columns: Columns) -> list[Case]:
    cases = []
    for name in sorted(columns.given) if columns.wrong_counts else ():
        cases.append(case(pl.col(name) < 0, partial(_tell_negative, name)))
        cases.append(case(pl.col(name) > LARGEST, partial(_tell_huge, name)))
    if columns.units:
        below = columns.unit_list().list.eval(pl.element().struct.field("value") < 0).list.any()
        cases.append(case(below, "impossible-counts: a count of other_units is negative"))
    for whole, parts in columns.partitions():
        missing = pl.col(whole).is_null() if whole in columns.schema else pl.lit(value=True)
        cases.append(case(missing & (columns.total(parts) > 0), f"no-token-counts: {whole} is not stated"))
        if whole in columns.schema:
            cases.append(case(columns.total(parts) > pl.col(whole), partial(_tell_excess, whole, parts)))
    return cases


def _without_rate(costs: Costs) -> list[Case]:
    return [
        case((count > 0) & pl.col(f"{RATES}{meter}").is_null(), partial(_tell_meter, name))
        for count, meter, name in costs.products(RATES)
    ]


def _mixed(costs: Costs) -> list[Case]:
    return [
        case(costs.mixed(name, meter, RATES), partial(_tell_meter, f"{name} with cached input")) for name, meter in costs.mixes()
    ]


def _unknown_units(costs: Costs) -> list[Case]:
    if not costs.unknown_units:
        return []
    return [case(costs.unknown().is_not_null(), lambda _: pl.format("meter-not-priced: {}", costs.unknown()))]


def _tell_negative(name: str, row: Row) -> pl.Expr:
    return pl.format(f"impossible-counts: {name} ({{}}) is negative", row(name))


def _tell_huge(name: str, row: Row) -> pl.Expr:
    return pl.format(f"impossible-counts: {name} ({{}}) is more than 2^53", row(name))


def _tell_excess(whole: str, parts: list[str], row: Row) -> pl.Expr:
    names = [pl.when(row(name) > 0).then(pl.lit(name)) for name in parts]
    numbers = [pl.when(row(name) > 0).then(row(name).cast(pl.String)) for name in parts]
    joined = [pl.concat_str(told, separator=" + ", ignore_nulls=True) for told in (names, numbers)]
    return pl.format(f"impossible-counts: {{}} ({{}}) is more than {whole} ({{}})", *joined, row(whole))


def _tell_meter(what: str, row: Row) -> pl.Expr:
    """``mode-not-priced: batch with cache_read_input_tokens``, or ``meter-not-priced: ...`` in the standard mode."""
    tags = row(f"{RATES}price_id").str.extract(r"\+(.*)$")
    told = pl.format(f"mode-not-priced: {{}} with {what}", tags)
    return pl.when(tags.is_not_null()).then(told).otherwise(pl.lit(f"meter-not-priced: {what}"))
