"""Exact repeats within a minute: a retry storm is one event, so no spike is trusted before its repeats are collapsed.

Calls of one provider, model and workload with the same input and output tokens in the same UTC minute are repeats of each
other. They are looked for in bins that stand out (``spikes``), since all retries of a prompt have one ratio, and, where a
storm may have decided what would be said, in minutes with far more calls than usual (``bursts``), since a storm of many
prompts is spread over the bins. Those calls are grouped in a ``Spool``, which spills to disk. A storm that does neither is
not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.analyse import bursts, histogram
from logcost.analyse.frames import exact_sum, select_or_null, usd
from logcost.store import Spool
from logcost.traffic import BINS_PER_OCTAVE, Repeats, Storm

if TYPE_CHECKING:
    from collections.abc import Sequence

STORM_CALLS: Final = 10
"""So many exact repeats in a minute are called a storm."""
STORMS_SHOWN: Final = 20
STANDS_OUT: Final = 5
"""A bin stands out with a fifth of the calls within an octave on either side: a Gaussian as wide as the narrowest kernel
of the verdict (0.35 octaves) has 14 % of them in its highest bin.
"""
_CELL: Final = ("day", "provider", "model", "workload")
_COUNTS: Final = ("input_tokens", "output_tokens")
_COSTS: Final = ("input_cost", "output_cost")
_EXACT: Final = pl.Decimal(38, 0)
"""How 128-bit whole numbers get into DuckDB and out of it."""

# A call at a full hour may have a rounded time, and rounded times make repeats of calls that are none.
_GROUPED: Final = """
CREATE TABLE repeated AS
SELECT {same}, any_value(day) AS day, any_value(k) AS k, date_trunc('minute', started_at) AS minute,
    count(*) AS calls, count(input_cost) AS priced, sum(input_cost) AS input_cost, sum(output_cost) AS output_cost,
    {squares}
FROM (
    SELECT *, unit // {limb} AS high, unit % {limb} AS low
    FROM (SELECT *, (input_cost + output_cost)::HUGEINT // {unit} AS unit FROM spool)
) WHERE started_at <> date_trunc('hour', started_at)
GROUP BY {same}, minute HAVING count(*) > 1
"""
_STORMS: Final = """
SELECT provider, model, workload, input_tokens, output_tokens, sum(calls)::BIGINT AS calls, count(DISTINCT minute) AS minutes,
    sum(coalesce(input_cost, 0) + coalesce(output_cost, 0))::DECIMAL(38, 0) AS spend,
    epoch_us(min(minute)) AS first, epoch_us(max(minute)) AS last
FROM repeated WHERE calls >= {least}
GROUP BY ALL ORDER BY calls DESC, provider NULLS LAST, model NULLS LAST, workload NULLS LAST, input_tokens, output_tokens
LIMIT {shown}
"""
_STORMS_IN_ALL: Final = """
SELECT count(*), coalesce(sum(calls), 0)::BIGINT, coalesce(sum(minutes), 0)::BIGINT, coalesce(sum(spend), 0)::DECIMAL(38, 0)
FROM (
    SELECT sum(calls) AS calls, count(DISTINCT minute) AS minutes,
        sum(coalesce(input_cost, 0) + coalesce(output_cost, 0)) AS spend
    FROM repeated WHERE calls >= {least} GROUP BY provider, model, workload, input_tokens, output_tokens
)
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, and the table to add to ``histogram.table`` so that repeats do not count: sums below zero."""

    repeats: Repeats
    correction: pl.DataFrame


def find(
    calls: pl.LazyFrame, table: pl.DataFrame, dimensions: Sequence[str], *, tz: str = "UTC", by_minute: bool = False
) -> Found | None:
    """Repeats among the priced calls of which ``table`` is the table; ``None`` when there are none where they are looked for.

    ``dimensions`` are those of the table; among them day, provider, model and workload. ``by_minute``: look into crowded
    minutes as well, which takes a pass of its own. Calls without a time, or at a full hour, repeat nothing.
    """
    spiky = spikes(table)
    crowded = bursts.crowded(calls, STORM_CALLS) if by_minute else bursts.NONE
    if not spiky.height and not crowded.height:
        return None
    with Spool() as spool:
        for batch in _suspects(calls, spiky, crowded, dimensions, tz).collect_batches(engine="streaming", maintain_order=False):
            spool.add(batch)
        if spool.empty:
            return None
        spool.sql(_grouped(["key"] if "key" in dimensions else []))
        corrections = [_correction(batch, dimensions) for batch in spool.batches("repeated")]
        if not corrections:
            return None
        merged = pl.concat(corrections).group_by("kind", *dimensions, "k").agg(exact_sum(name) for name in histogram.SUMS)
        return Found(_repeats(spool, merged), merged)


def _grouped(key: Sequence[str]) -> str:
    """The statement that groups the spool; squares are summed in the two limbs of ``histogram.square_terms``."""
    factors = zip(histogram.SQUARE_PARTS, ("high * high", "high * low", "low * low"), strict=True)
    squares = [f"sum({product})::DECIMAL(38, 0) AS spend_squares_{part}" for part, product in factors]
    return _GROUPED.format(
        same=", ".join([*_CELL[1:], *key, *_COUNTS]),
        squares=", ".join(squares),
        limb=histogram.LIMB,
        unit=histogram.SQUARED_UNIT_FUSD,
    )


def spikes(table: pl.DataFrame) -> pl.DataFrame:
    """Cells (day, provider, model, workload, k) with ten calls or more that stand out from the bins within an octave."""
    cells = table.filter((pl.col("kind") == "ratio") & pl.col("day").is_not_null())
    cells = cells.group_by(*_CELL, "k").agg(pl.col("calls").sum().cast(pl.Int64)).sort(*_CELL, "k")
    around = (
        cells.with_columns(pl.col("k").cast(pl.Int64))
        .rolling("k", period=f"{2 * BINS_PER_OCTAVE + 1}i", offset=f"-{BINS_PER_OCTAVE + 1}i", closed="right", group_by=_CELL)
        .agg(pl.col("calls").sum().alias("around"))
        .with_columns(pl.col("k").cast(pl.Int16))
    )
    known = cells.join(around, on=[*_CELL, "k"], nulls_equal=True)
    return known.filter((pl.col("calls") >= STORM_CALLS) & (STANDS_OUT * pl.col("calls") >= pl.col("around"))).select(*_CELL, "k")


def _suspects(
    calls: pl.LazyFrame, spiky: pl.DataFrame, crowded: pl.DataFrame, dimensions: Sequence[str], tz: str
) -> pl.LazyFrame:
    """The calls in bins that stand out or in crowded minutes. Bins and minutes alone are asked first: before the prices."""
    bins, minutes = (found[name].unique().implode() for found, name in ((spiky, "k"), (crowded, "minute")))
    near = histogram.has_ratio() & (histogram.position().is_in(bins) | bursts.minute().is_in(minutes))
    rows = select_or_null(calls, histogram.COLUMNS).filter(near).with_columns(bursts.minute())
    rows = histogram.binned(rows, dimensions, tz=tz)
    for number, (found, keys) in enumerate(((spiky, [*_CELL, "k"]), (crowded, [*bursts.WHO, "minute"]))):
        marked = found.lazy().with_columns(pl.lit(value=True).alias(f"mark_{number}"))
        rows = rows.join(marked, on=keys, how="left", nulls_equal=True)
    rows = rows.filter(pl.any_horizontal(pl.col("mark_0", "mark_1").is_not_null()))
    exact = [pl.col(name).cast(_EXACT) for name in _COSTS]
    return rows.select(*dict.fromkeys((*_CELL, *dimensions)), "k", "started_at", *_COUNTS, *exact)


def _correction(groups: pl.DataFrame, dimensions: Sequence[str]) -> pl.DataFrame:
    """What is too much in each cell, below zero. One call of each group stays, at the mean cost of its group."""
    more = (pl.col("calls") - 1).cast(pl.Int128)
    priced = pl.col("priced").cast(pl.Int128)
    costs = {name: _whole(name) for name in _COSTS}
    means = {name: cost // pl.max_horizontal(priced, pl.lit(1, dtype=pl.Int128)) for name, cost in costs.items()}
    fewer = pl.max_horizontal(priced - 1, pl.lit(0, dtype=pl.Int128))
    tokens = [pl.col(name).cast(pl.Int128) for name in _COUNTS]
    token_squares = histogram.square_terms("tokens", tokens[0] + tokens[1])
    kept_squares = histogram.square_terms("spend", histogram.squared_unit(means["input_cost"] + means["output_cost"]))
    squares = {
        **{name: more * term for name, term in token_squares.items()},
        **{name: _whole(name) - term for name, term in kept_squares.items()},
    }
    sums = {
        "calls": more,
        **{name: more * tokens[i] for i, name in enumerate(_COUNTS)},
        "priced_calls": fewer,
        **{name: cost - means[name] * pl.min_horizontal(priced, pl.lit(1, dtype=pl.Int128)) for name, cost in costs.items()},
        **squares,
    }
    none = pl.lit(0, dtype=pl.Int128)
    filled = [(none - sums.get(name, none)).cast(pl.Int128).alias(name) for name in histogram.SUMS]
    rows = groups.select(pl.lit("ratio").alias("kind"), *dimensions, "k", *filled)
    return rows.group_by("kind", *dimensions, "k").agg(exact_sum(name) for name in histogram.SUMS)


def _whole(sums: str) -> pl.Expr:
    """Sums from DuckDB as 128-bit whole numbers."""
    return pl.col(sums).fill_null(0).cast(_EXACT).to_physical()


def _repeats(spool: Spool, correction: pl.DataFrame) -> Repeats:
    in_all, calls, minutes, spend = spool.query(_STORMS_IN_ALL.format(least=STORM_CALLS)).row(0)
    storms = spool.query(_STORMS.format(least=STORM_CALLS, shown=STORMS_SHOWN))
    return Repeats(
        calls=-int(correction["calls"].sum()),
        spend=usd(-int(correction["input_cost"].sum()) - int(correction["output_cost"].sum())),
        storm_calls=int(calls),
        storm_minutes=int(minutes),
        storm_spend=usd(int(spend)),
        storms=tuple(_storm(row) for row in storms.iter_rows(named=True)),
        storms_in_all=int(in_all),
    )


def _storm(row: dict[str, object]) -> Storm:
    names = {name: row[name] for name in ("provider", "model", "workload", *_COUNTS, "calls", "minutes")}
    first, last = (datetime.fromtimestamp(int(str(row[end])) // 1_000_000, UTC) for end in ("first", "last"))
    return Storm(**names, spend=usd(int(str(row["spend"]))), first=first, last=last)  # type: ignore[arg-type]  # typed by the query
