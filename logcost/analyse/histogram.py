"""The input/output ratio histogram: one streaming group-by, integer sums only, so any split of the rows gives the same.

The bin of a call is ``k = round(8 * log2(input / output))``: 8 bins per octave, centre 2**(k/8). Bin edges are 2**(odd/16),
irrational, so no pair of whole token counts lies on one and every engine agrees on the bin. Input is all prompt tokens
(cached ones included), output all generated ones (reasoning included). A call without input or without output has no
ratio; it is counted apart and never mapped to an invented one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from logcost.analyse.frames import exact_sum, select_or_null, usd
from logcost.types import HistogramBin

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BINS_PER_OCTAVE: Final = 8

Weighting = Literal["calls", "tokens", "spend"]

_COLUMNS: Final = (
    "started_at",
    "grain",
    "provider",
    "model",
    "workload",
    "input_tokens",
    "output_tokens",
    "input_cost_fusd",
    "cache_read_cost_fusd",
    "cache_write_cost_fusd",
    "output_cost_fusd",
    "list_cost_fusd",
)
_KEYS: Final = ("kind", "provider", "model", "workload", "month", "k")
SQUARE_PARTS: Final = ("high", "mixed", "low")
SUMS: Final = (
    "calls",
    "tokens",
    *(f"tokens_squares_{part}" for part in SQUARE_PARTS),
    "priced_calls",
    "input_cost",
    "spend",
    *(f"spend_squares_{part}" for part in SQUARE_PARTS),
    "input_dominated",
    "output_dominated",
)
OUTSIDE: Final = ("no_output", "no_input", "not_request_level")
"""Kinds of calls that have no ratio."""
_SQUARED_UNIT_FUSD: Final = 1_000
"""Squares are taken of pico-USD: a call of 1e-7 USD keeps 5 digits."""
_LIMB: Final = 2**48
"""Weights are squared as two limbs: the square of one absurd count (a broken counter near 2**63) would wrap 128 bits silently."""


def table(calls: pl.LazyFrame) -> pl.DataFrame:
    """Sums per (kind, provider, model, workload, UTC month, bin) in one streaming pass over priced calls.

    ``kind`` is ``ratio`` for calls that are in the histogram; ``no_output``, ``no_input`` and ``not_request_level``
    (sums over a period, no single calls) have no bin. ``spend`` is femto-USD of token costs; calls without a price add to
    ``calls`` and ``tokens`` only. ``input_dominated`` and ``output_dominated`` are the spend of calls with at least 80 %
    of their cost on that side.
    """
    rows = select_or_null(calls, _COLUMNS).with_columns(_kind(), _month(), _token_sum(), _input_cost(), _output_cost())
    rows = rows.with_columns(_bin(), (pl.col("input_cost") + pl.col("output_cost")).alias("spend"))
    return rows.group_by(_KEYS).agg(_sums()).collect(engine="streaming").sort(_KEYS, nulls_last=True)


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


def _month() -> pl.Expr:
    return pl.col("started_at").dt.date().dt.truncate("1mo").alias("month")


def _token_sum() -> pl.Expr:
    return (pl.col("input_tokens").cast(pl.Int128).fill_null(0) + pl.col("output_tokens").fill_null(0)).alias("tokens")


def _input_cost() -> pl.Expr:
    parts = [pl.col(name).fill_null(0) for name in ("input_cost_fusd", "cache_read_cost_fusd", "cache_write_cost_fusd")]
    return pl.when(pl.col("list_cost_fusd").is_not_null()).then(parts[0] + parts[1] + parts[2]).alias("input_cost")


def _output_cost() -> pl.Expr:
    return pl.when(pl.col("list_cost_fusd").is_not_null()).then(pl.col("output_cost_fusd").fill_null(0)).alias("output_cost")


def _bin() -> pl.Expr:
    octaves = (pl.col("input_tokens") / pl.col("output_tokens")).log(2)
    return pl.when(pl.col("kind") == "ratio").then((BINS_PER_OCTAVE * octaves).round()).cast(pl.Int16).alias("k")


def _sums() -> list[pl.Expr]:
    spend = pl.col("spend")
    return [
        pl.len().cast(pl.Int128).alias("calls"),
        exact_sum("tokens"),
        *_square_sums("tokens", pl.col("tokens")),
        spend.count().cast(pl.Int128).alias("priced_calls"),
        exact_sum("input_cost"),
        exact_sum("spend"),
        *_square_sums("spend", spend // _SQUARED_UNIT_FUSD),
        pl.when(5 * pl.col("input_cost") >= 4 * spend).then(spend).sum().alias("input_dominated"),
        pl.when(5 * pl.col("input_cost") <= spend).then(spend).sum().alias("output_dominated"),
    ]


def _square_sums(name: str, weight: pl.Expr) -> list[pl.Expr]:
    """Sums that make up the sum of squares: high**2, high * low and low**2 (see ``_squares``)."""
    high = weight // _LIMB
    low = weight - high * _LIMB
    products = (high * high, high * low, low * low)
    return [product.sum().alias(f"{name}_squares_{part}") for product, part in zip(products, SQUARE_PARTS, strict=True)]


def _squares(column: Mapping[str, tuple[int, ...]], name: str) -> int:
    high, mixed, low = (sum(column[f"{name}_squares_{part}"]) for part in SQUARE_PARTS)
    return high * _LIMB**2 + 2 * mixed * _LIMB + low


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bins in ascending ``k`` (empty ones left out), with integer weights per bin and the sums of squared call weights.

    ``priced`` counts the calls of each bin that have a price, ``priced_calls`` all of them.
    """

    bins: tuple[int, ...]
    calls: tuple[int, ...]
    tokens: tuple[int, ...]
    spend: tuple[int, ...]
    tokens_squares: int = 0
    priced_calls: int = 0
    spend_squares: int = 0
    priced: tuple[int, ...] = ()

    def weights(self, weighting: Weighting) -> tuple[int, ...]:
        """Weight per bin: calls, tokens, or femto-USD."""
        return {"calls": self.calls, "tokens": self.tokens, "spend": self.spend}[weighting]

    def count(self, weighting: Weighting) -> int:
        """Calls that carry this weight."""
        return self.priced_calls if weighting == "spend" else sum(self.calls)

    def effective(self, weighting: Weighting) -> float:
        """Kish's effective number of calls, ``(sum w)**2 / sum w**2``: one huge call counts as one, not as its weight."""
        if weighting == "calls":
            return float(sum(self.calls))
        unit = _SQUARED_UNIT_FUSD if weighting == "spend" else 1
        squares = self.spend_squares if weighting == "spend" else self.tokens_squares
        total = sum(self.weights(weighting))
        return min(float(self.count(weighting)), float(Fraction(total**2, squares * unit**2))) if squares else 0.0

    def median_ratio(self) -> float:
        """Ratio of the median call, to the middle between two bins; 0.0 without calls."""
        return centre(sum(self.tails("calls", 2)) / 2) if self.calls else 0.0

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


def centre(k: float) -> float:
    """Ratio of input to output at a bin's centre."""
    return float(2.0 ** (k / BINS_PER_OCTAVE))


def from_table(rows: pl.DataFrame) -> Histogram:
    """The histogram of some rows of ``table`` with ``kind`` = ``ratio``, whatever their groups."""
    bins = rows.group_by("k").agg(exact_sum(name) for name in SUMS).sort("k")
    column = {name: tuple(bins[name].to_list()) for name in ("k", *SUMS)}
    return Histogram(
        bins=column["k"],
        calls=column["calls"],
        tokens=column["tokens"],
        spend=column["spend"],
        tokens_squares=_squares(column, "tokens"),
        priced_calls=sum(column["priced_calls"]),
        spend_squares=_squares(column, "spend"),
        priced=column["priced_calls"],
    )


def result_bins(histogram: Histogram) -> tuple[HistogramBin, ...]:
    """The histogram as the report shows it."""
    columns = zip(histogram.bins, histogram.calls, histogram.tokens, histogram.spend, histogram.priced, strict=True)
    return tuple(HistogramBin(k=k, calls=c, tokens=t, spend=usd(s), priced_calls=p) for k, c, t, s, p in columns)
