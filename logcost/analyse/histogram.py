"""The input/output ratio histogram: one streaming group-by, integer sums only, so any split of the rows gives the same.

The bin of a call is ``k = round(8 * log2(input / output))``: 8 bins per octave, centre 2**(k/8). Bin edges are 2**(odd/16),
irrational, so no pair of whole token counts lies on one and every engine agrees on the bin. Input is all prompt tokens
(cached ones included), output all generated ones (reasoning included). A call without input or without output has no
ratio; it is counted apart and never mapped to an invented one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.analyse.frames import exact_sum, local_day, select_or_null, usd
from logcost.traffic import BINS_PER_OCTAVE, HistogramBin, ratio_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from logcost.traffic import Weighting

DIMENSIONS: Final = ("day", "provider", "model", "workload", "key")
"""What the table can be told apart by; ``key`` is the API key's id."""

COLUMNS: Final = (
    "started_at",
    "grain",
    "provider",
    "model",
    "workload",
    "api_key_id",
    "input_tokens",
    "output_tokens",
    "input_cost_fusd",
    "cache_read_cost_fusd",
    "cache_write_cost_fusd",
    "output_cost_fusd",
    "list_cost_fusd",
)
"""Columns of priced calls that the histogram reads; absent ones count as unknown."""

SQUARE_PARTS: Final = ("high", "mixed", "low")
SUMS: Final = (
    "calls",
    "input_tokens",
    "output_tokens",
    *(f"tokens_squares_{part}" for part in SQUARE_PARTS),
    "priced_calls",
    "input_cost",
    "output_cost",
    *(f"spend_squares_{part}" for part in SQUARE_PARTS),
    "input_dominated",
    "output_dominated",
)
OUTSIDE: Final = ("no_output", "no_input", "not_request_level")
"""Kinds of calls that have no ratio."""
SQUARED_UNIT_FUSD: Final = 1_000
"""Squares are taken of pico-USD: a call of 1e-7 USD keeps 5 digits."""
LIMB: Final = 2**48
"""Weights are squared as two limbs: the square of one absurd count (a broken counter near 2**63) would wrap 128 bits silently."""


def table(calls: pl.LazyFrame, dimensions: Sequence[str] = DIMENSIONS, *, tz: str = "UTC") -> pl.DataFrame:
    """Sums per (kind, dimensions, bin) in one streaming pass over priced calls; ``day`` is a day of the time zone.

    ``kind`` is ``ratio`` for calls that are in the histogram; ``no_output``, ``no_input`` and ``not_request_level``
    (sums over a period, no single calls) have no bin. Costs are femto-USD of tokens; calls without a price add to
    ``calls`` and tokens only. ``input_dominated`` and ``output_dominated`` are the spend of calls with at least 80 %
    of their cost on that side. Tables of parts of the calls, put together, are as good as the table of all.
    """
    keys = ["kind", *dimensions, "k"]
    rows = binned(select_or_null(calls, COLUMNS), dimensions, tz=tz)
    rows = rows.with_columns((pl.col("input_cost") + pl.col("output_cost")).alias("spend"), _token_sum())
    return rows.group_by(keys).agg(_sums()).collect(engine="streaming").sort(keys, nulls_last=True)


def binned(calls: pl.LazyFrame, dimensions: Sequence[str] = DIMENSIONS, *, tz: str = "UTC") -> pl.LazyFrame:
    """Priced calls (all of ``COLUMNS``) with ``kind``, the dimensions, ``k``, ``input_cost`` and ``output_cost``."""
    return calls.with_columns(_kind(), _input_cost(), _output_cost(), *_dimensions(dimensions, tz), position().alias("k"))


def _dimensions(dimensions: Sequence[str], tz: str) -> list[pl.Expr]:
    known = {"day": local_day(tz).alias("day"), "key": pl.col("api_key_id").alias("key")}
    return [known[name] for name in dimensions if name in known]


def _kind() -> pl.Expr:
    return (
        pl.when(pl.col("grain") == "bucket")
        .then(pl.lit("not_request_level"))
        .when(pl.col("output_tokens").fill_null(0) <= 0)
        .then(pl.lit("no_output"))
        .when(pl.col("input_tokens").fill_null(0) <= 0)
        .then(pl.lit("no_input"))
        .otherwise(pl.lit("ratio"))
        .alias("kind")
    )


def has_ratio() -> pl.Expr:
    """Whether a call is in the histogram."""
    return _kind() == "ratio"


def _token_sum() -> pl.Expr:
    return (pl.col("input_tokens").cast(pl.Int128).fill_null(0) + pl.col("output_tokens").fill_null(0)).alias("tokens")


def _input_cost() -> pl.Expr:
    """What a call's prompt costs, cached and written parts included; NULL without a price."""
    parts = [pl.col(name).fill_null(0) for name in ("input_cost_fusd", "cache_read_cost_fusd", "cache_write_cost_fusd")]
    return pl.when(pl.col("list_cost_fusd").is_not_null()).then(parts[0] + parts[1] + parts[2]).alias("input_cost")


def _output_cost() -> pl.Expr:
    """What a call's answer costs; NULL without a price."""
    return pl.when(pl.col("list_cost_fusd").is_not_null()).then(pl.col("output_cost_fusd").fill_null(0)).alias("output_cost")


def position() -> pl.Expr:
    """``k`` of a call that has a ratio; NULL of all others."""
    octaves = (pl.col("input_tokens") / pl.col("output_tokens")).log(2)
    return pl.when(has_ratio()).then((BINS_PER_OCTAVE * octaves).round()).cast(pl.Int16)


def _sums() -> list[pl.Expr]:
    spend = pl.col("spend")
    return [
        pl.len().cast(pl.Int128).alias("calls"),
        exact_sum("input_tokens"),
        exact_sum("output_tokens"),
        *_square_sums("tokens", pl.col("tokens")),
        spend.count().cast(pl.Int128).alias("priced_calls"),
        exact_sum("input_cost"),
        exact_sum("output_cost"),
        *_square_sums("spend", squared_unit(spend)),
        pl.when(5 * pl.col("input_cost") >= 4 * spend).then(spend).sum().alias("input_dominated"),
        pl.when(5 * pl.col("input_cost") <= spend).then(spend).sum().alias("output_dominated"),
    ]


def squared_unit(cost: pl.Expr) -> pl.Expr:
    """Femto-USD in the unit that spend is squared in."""
    return cost // SQUARED_UNIT_FUSD


def square_terms(name: str, weight: pl.Expr) -> dict[str, pl.Expr]:
    """The square of a weight in three parts: high**2, high * low and low**2 (see ``_squares``)."""
    high = weight // LIMB
    low = weight - high * LIMB
    products = (high * high, high * low, low * low)
    return {f"{name}_squares_{part}": product for product, part in zip(products, SQUARE_PARTS, strict=True)}


def _square_sums(name: str, weight: pl.Expr) -> list[pl.Expr]:
    return [term.sum().alias(part) for part, term in square_terms(name, weight).items()]


def _squares(column: Mapping[str, tuple[int, ...]], name: str) -> int:
    high, mixed, low = (sum(column[f"{name}_squares_{part}"]) for part in SQUARE_PARTS)
    return high * LIMB**2 + 2 * mixed * LIMB + low


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bins in ascending ``k`` (empty ones left out), with whole sums per bin; costs in femto-USD of the priced calls.

    ``tokens_squares`` and ``spend_squares`` (pico-USD) add up the squared weights of all calls.
    """

    bins: tuple[int, ...]
    calls: tuple[int, ...]
    input_tokens: tuple[int, ...]
    output_tokens: tuple[int, ...]
    priced_calls: tuple[int, ...]
    input_cost: tuple[int, ...]
    output_cost: tuple[int, ...]
    tokens_squares: int = 0
    spend_squares: int = 0

    @property
    def tokens(self) -> tuple[int, ...]:
        """Input and output of each bin."""
        return tuple(map(sum, zip(self.input_tokens, self.output_tokens, strict=True)))

    @property
    def spend(self) -> tuple[int, ...]:
        """Cost of each bin."""
        return tuple(map(sum, zip(self.input_cost, self.output_cost, strict=True)))

    def weights(self, weighting: Weighting) -> tuple[int, ...]:
        """Weight per bin: calls, tokens, or femto-USD."""
        return self.calls if weighting == "calls" else self.tokens if weighting == "tokens" else self.spend

    def count(self, weighting: Weighting) -> int:
        """Calls that carry this weight."""
        return sum(self.priced_calls if weighting == "spend" else self.calls)

    def effective(self, weighting: Weighting) -> float:
        """Kish's effective number of calls, ``(sum w)**2 / sum w**2``: one huge call counts as one, not as its weight."""
        if weighting == "calls":
            return float(sum(self.calls))
        unit = SQUARED_UNIT_FUSD if weighting == "spend" else 1
        squares = self.spend_squares if weighting == "spend" else self.tokens_squares
        total = sum(self.weights(weighting))
        return min(float(self.count(weighting)), float(Fraction(total**2, squares * unit**2))) if squares else 0.0

    def inside(self, low: int, high: int, sums: tuple[int, ...]) -> int:
        """What bins ``low`` to ``high`` hold of one of the sums."""
        return sum(value for k, value in zip(self.bins, sums, strict=True) if low <= k <= high)

    def median_ratio(self) -> float:
        """Ratio of the median call, to the middle between two bins; 0.0 without calls."""
        return ratio_at(sum(self.tails("calls", 2)) / 2) if self.calls else 0.0

    def tails(self, weighting: Weighting, parts: int) -> tuple[int, int]:
        """Bins at which the lowest and the highest 1/``parts`` of the weight end; mirrored with the histogram.

        With 2 they are the two medians, with 4 the quartiles. Needs at least one bin.
        """
        weights = self.weights(weighting)
        rising = list(zip(self.bins, weights, strict=True))
        return _reached(rising, sum(weights), parts), _reached(rising[::-1], sum(weights), parts)


def _reached(cells: Sequence[tuple[int, int]], total: int, parts: int) -> int:
    sums = accumulate(weight for _, weight in cells)
    return next(k for (k, _), reached in zip(cells, sums, strict=True) if reached * parts >= total)


def from_table(rows: pl.DataFrame) -> Histogram:
    """The histogram of some rows of ``table`` with ``kind`` = ``ratio``, whatever their groups."""
    return by_group(rows, ()).get((), _EMPTY)


def by_group(rows: pl.DataFrame, columns: Sequence[str]) -> dict[tuple[object, ...], Histogram]:
    """One histogram for each group of the rows; a group's key is its values of ``columns``."""
    bins = rows.group_by(*columns, "k").agg(exact_sum(name) for name in SUMS).sort(*columns, "k", nulls_last=True)
    keys = list(zip(*(bins[name].to_list() for name in columns), strict=True)) if columns else [()] * bins.height
    column = {name: bins[name].to_list() for name in ("k", *SUMS)}
    found = {}
    start = 0
    for key, same in groupby(keys):
        end = start + sum(1 for _ in same)
        found[key] = _histogram({name: tuple(values[start:end]) for name, values in column.items()})
        start = end
    return found


def _histogram(column: Mapping[str, tuple[int, ...]]) -> Histogram:
    return Histogram(
        bins=column["k"],
        calls=column["calls"],
        input_tokens=column["input_tokens"],
        output_tokens=column["output_tokens"],
        priced_calls=column["priced_calls"],
        input_cost=column["input_cost"],
        output_cost=column["output_cost"],
        tokens_squares=_squares(column, "tokens"),
        spend_squares=_squares(column, "spend"),
    )


_EMPTY: Final = Histogram((), (), (), (), (), (), ())


def result_bins(histogram: Histogram) -> tuple[HistogramBin, ...]:
    """The histogram as the report shows it."""
    h = histogram
    rows = zip(h.bins, h.calls, h.input_tokens, h.output_tokens, h.priced_calls, h.input_cost, h.output_cost, strict=True)
    return tuple(
        HistogramBin(k, calls, given, answered, priced, usd(on_input), usd(on_output), usd(on_input + on_output))
        for k, calls, given, answered, priced, on_input, on_output in rows
    )
