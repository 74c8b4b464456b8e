"""Why rows are not priced: the words, made only for the rows that need them."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING

import polars as pl

from logcost.price.columns import INPUT, LARGEST, OUTPUT, UNITS
from logcost.price.rate_rows import FEE, LACKING, RATES, WHY
from logcost.price.reasons import Case, case, reason_told, stated, which_case

if TYPE_CHECKING:
    from logcost.price.columns import Columns
    from logcost.price.costs import Costs
    from logcost.price.plan import Plan
    from logcost.price.reasons import Row


def reasons(columns: Columns, costs: Costs, made: Plan, *, spanned: bool) -> pl.Expr:
    """``unpriced_reason`` of rows placed and costed by ``charge``; NULL where ``_exact``.

    Most reasons are one of a few texts, which the rate rows bring along; those that tell of a row's own counts are made row by
    row, and only for a frame that may have some.
    """
    if spanned or columns.some_wrong or costs.mixes() or costs.can_overlap():
        counts = sorted(columns.given | ({INPUT, OUTPUT} & set(columns.schema)) | _others(columns))
        rows = pl.struct("_exact", "_row", *counts)
        return rows.map_batches(_Teller(columns, costs, made), is_elementwise=True, return_dtype=pl.String)
    products = [one for one in costs.products(RATES) if one[1] not in costs.always]
    missing = [pl.when(_lacks(count, meter)).then(pl.lit(name)) for count, meter, name in products]
    lacking = pl.concat_str([pl.col(f"{RATES}{LACKING}"), pl.coalesce([*missing, pl.lit(None, dtype=pl.String)])])
    return pl.when(~pl.col("_exact")).then(pl.coalesce(pl.col(f"{RATES}{WHY}"), lacking))


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
        # In two steps: in one lazy query the number of the case would be put into each of its texts, and take minutes to plan.
        known = bad.join(self._rates, on="_row", how="left", maintain_order="left")
        numbered = known.with_columns(_which=which_case(self._cases))
        return numbered.select(reason=reason_told(self._cases, pl.col("_which"))).to_series()

    @cached_property
    def _rates(self) -> pl.DataFrame:
        """The rate rows, with the reasons of those that have no rates."""
        return self._made.rates.frame().select("_row", pl.exclude("_row").name.prefix(RATES))

    @cached_property
    def _cases(self) -> list[Case]:
        columns, costs = self._columns, self._costs
        return [
            *_impossible(columns),
            stated(f"{RATES}{WHY}"),
            *_without_rate(costs),
            *_mixed(costs),
            case(costs.overlaps(RATES), _overlap(columns)),
            case(columns.nothing(), "no-token-counts: neither input_tokens nor output_tokens is stated"),
        ]


def _overlap(columns: Columns) -> str:
    what = "impossible-counts: reasoning, audio and image tokens together are more than output_tokens"
    return f"{what}, or audio, image and video tokens more than the uncached input" if columns.input_parts() else what


def _impossible(columns: Columns) -> list[Case]:
    cases = []
    for name in sorted(columns.given):
        cases.append(case(pl.col(name) < 0, partial(_tell_negative, name)))
        cases.append(case(pl.col(name) > LARGEST, partial(_tell_huge, name)))
    if columns.units:
        told = "impossible-counts: a count of other_units is"
        cases.append(case(columns.any_unit(pl.element() < 0), f"{told} negative"))
        cases.append(case(columns.any_unit(pl.element() > LARGEST), f"{told} more than 2^53"))
    for whole, parts in columns.partitions():
        missing = pl.col(whole).is_null() if whole in columns.schema else pl.lit(value=True)
        cases.append(case(missing & (columns.total(parts) > 0), f"no-token-counts: {whole} is not stated"))
        if whole in columns.schema:
            cases.append(case(columns.total(parts) > pl.col(whole), partial(_tell_excess, whole, parts)))
    return cases


def _without_rate(costs: Costs) -> list[Case]:
    products = [(_lacks(count, meter), meter, name) for count, meter, name in costs.products(RATES)]
    tokens = [case(lacks, partial(_tell_meter, pl.lit(name))) for lacks, meter, name in products if not meter.startswith(FEE)]
    # One case for all units: which of them somebody has a fee for depends on the other rows of the frame, and no text may.
    units: list[pl.Expr] = [pl.when(lacks).then(pl.lit(name)) for lacks, meter, name in products if meter.startswith(FEE)]
    units += [costs.unknown()] if costs.unknown_units else []
    first = pl.min_horizontal(units) if units else None
    return tokens if first is None else [*tokens, case(first.is_not_null(), partial(_tell_meter, first))]


def _lacks(count: pl.Expr, meter: str) -> pl.Expr:
    return (count > 0) & pl.col(f"{RATES}{meter}").is_null()


def _mixed(costs: Costs) -> list[Case]:
    told = {name: pl.lit(f"{name} with cached input") for name, _ in costs.mixes()}
    return [case(costs.mixed(name, meter, RATES), partial(_tell_meter, told[name])) for name, meter in costs.mixes()]


def _tell_negative(name: str, row: Row) -> pl.Expr:
    return pl.format(f"impossible-counts: {name} ({{}}) is negative", row(name))


def _tell_huge(name: str, row: Row) -> pl.Expr:
    return pl.format(f"impossible-counts: {name} ({{}}) is more than 2^53", row(name))


def _tell_excess(whole: str, parts: list[str], row: Row) -> pl.Expr:
    names = [pl.when(row(name) > 0).then(pl.lit(name)) for name in parts]
    numbers = [pl.when(row(name) > 0).then(row(name).cast(pl.String)) for name in parts]
    joined = [pl.concat_str(told, separator=" + ", ignore_nulls=True) for told in (names, numbers)]
    return pl.format(f"impossible-counts: {{}} ({{}}) is more than {whole} ({{}})", *joined, row(whole))


def _tell_meter(what: pl.Expr, row: Row) -> pl.Expr:
    """``mode-not-priced: batch with cache_read_input_tokens`` and the like (``rate_rows.lacking_text``)."""
    return pl.concat_str([row(f"{RATES}{LACKING}"), what])
