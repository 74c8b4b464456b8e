"""What the log proves of each provider, model and workload beyond caching: when calls come, how long they are, what fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from logcost.analyse.frames import usd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

KEY: Final = ("provider", "model", "workload")
BINS_PER_OCTAVE: Final = 8
"""Sizes are counted in bins of 9 % (as ratios are): quantiles are upper edges of bins, and the counts add up over any parts."""
STANDARD: Final = ("standard", "default", "auto", "on_demand")
FAILED: Final = ("error", "failed", "timeout", "cancelled", "rate_limited")
HALF: Final = 2
"""How many times cheaper a smaller model must be, for input and for output."""
CLOCK_HOURS: Final = 4
"""So many hours of the day are looked at when traffic is asked whether it comes by the clock."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Calls of one group with an exact price. Counts are calls unless they are tokens; shares are floats in [0, 1].

    ``cost``: USD as billed. ``single``: calls that are one record each, all else is about those. ``standard``: at the
    standard tier or an unstated one. ``streamed``, ``whole``: answered as a stream, or not; the rest does not say.
    ``in_session`` of ``sessions``: calls with a session's id. ``clock_share``: part of the calls in the four busiest hours of
    the day (UTC); ``active_share``: part of all hours from the first call to the last with a call; ``days``: with calls.
    ``input_p50`` ...: upper edges of bins of 9 %. ``failed``, ``failed_cost``: that ended in an error and were billed.
    ``repeats`` of ``hashed``: calls whose whole prompt is that of an earlier one within a day, of those with hashes of whole
    prompts. ``input_rate``, ``output_rate``: the highest of any call, femto-USD per token. ``smaller``: the cheapest model of
    the same provider in the log, at no more than half of both rates. ``cheapest_hour``: hour of the day (UTC) in which all
    of its calls would have cost least, if that is less than they did.
    """

    provider: str | None
    model: str | None
    workload: str | None
    sold_by: str | None
    cost: Decimal
    records: int
    single: int
    standard: int
    streamed: int
    whole: int
    in_session: int
    sessions: int
    input_tokens: int
    read_tokens: int
    written_tokens: int
    output_tokens: int
    reasoning_tokens: int
    reasoning_known: int
    output_cost: Decimal
    failed: int
    failed_cost: Decimal
    first_hour: int = 0
    clock_share: float = 1.0
    active_share: float = 1.0
    days: int = 0
    input_p50: int = 0
    input_p95: int = 0
    output_p05: int = 0
    output_p50: int = 0
    output_p95: int = 0
    repeats: int = 0
    hashed: int = 0
    input_rate: int | None = None
    output_rate: int | None = None
    smaller: str | None = None
    cheapest_hour: int | None = None

    @property
    def key(self) -> tuple[str | None, str | None, str | None]:
        """Provider, model and workload."""
        return self.provider, self.model, self.workload

    @property
    def name(self) -> str:
        """How the group is called in a sentence."""
        return self.workload or self.model or "calls without a model"

    @property
    def calls(self) -> str:
        """``1,234 calls``."""
        return f"{self.single:,} {'call' if self.single == 1 else 'calls'}"

    @property
    def nobody_waits(self) -> str:
        """That no call speaks of somebody who waits, and whether all of them say so or some say nothing."""
        streamed = "streamed" if self.streamed + self.whole == self.single else "known to be streamed"
        in_session = "goes on in a session" if self.in_session == self.single else "is known to go on in a session"
        return f"none is {streamed}, and none {in_session}"


def facts(rows: pl.LazyFrame, least: Decimal) -> list[Facts]:
    """Facts of every group that costs ``least`` (USD) or more, dearest first. ``rows``: see ``bills.usage_of``."""
    every = _sums(rows)
    sums = [row for row in every if usd(row["cost"]) >= least]
    wanted = rows.filter(pl.col("grain") == "request").filter(
        pl.any_horizontal([is_group(tuple(row[name] for name in KEY)) for row in sums]) if sums else pl.lit(value=False)
    )
    # In one pass over the calls.
    asked = (_hours(wanted), _bins(wanted, "input_tokens"), _bins(wanted, "output_tokens"), _sessions(wanted))
    *tables, counted = pl.collect_all(asked, engine="streaming") if sums else (pl.DataFrame(),) * len(asked)
    hours, inputs_of, outputs_of = map(_by_group, tables)
    sessions = {tuple(key): count for *key, count in counted.iter_rows()}
    found = []
    for row in sums:
        key = tuple(row[name] for name in KEY)
        inputs, outputs = inputs_of.get(key, []), outputs_of.get(key, [])
        money: dict[str, Any] = {name: usd(row.pop(name)) for name in ("cost", "output_cost", "failed_cost")}
        found.append(
            Facts(
                **row,
                **money,
                **_timing(hours.get(key, [])),
                sessions=sessions.get(key, 0),
                smaller=_smaller(row, every),
                input_p50=quantile(inputs, 0.5),
                input_p95=quantile(inputs, 0.95),
                output_p05=quantile(outputs, 0.05),
                output_p50=quantile(outputs, 0.5),
                output_p95=quantile(outputs, 0.95),
            )
        )
    return sorted(found, key=lambda one: (-one.cost, *(name or "" for name in one.key)))


def is_group(key: Sequence[str | None]) -> pl.Expr:
    """Whether a row is of a group (provider, model, workload)."""
    return pl.all_horizontal(
        [pl.col(name).eq_missing(pl.lit(value, dtype=pl.String)) for name, value in zip(KEY, key, strict=True)]
    )


def _sums(rows: pl.LazyFrame) -> list[dict[str, Any]]:
    one = pl.col("grain") == "request"
    failed = one & pl.col("status").is_in(FAILED) & (pl.col("was_fusd") > 0)
    standard = one & pl.col("service_tier").fill_null(STANDARD[0]).is_in(STANDARD)
    writes = [name for name in rows.collect_schema().names() if name.startswith("cache_creation_")]
    written = pl.sum_horizontal([pl.col(name).fill_null(0).cast(pl.Int128) for name in writes])

    def of_calls(name: str) -> pl.Expr:
        return pl.when(one).then(pl.col(name).cast(pl.Int128)).sum()

    # Sums of conditions, as a filter inside of an aggregate would gather all rows of a group first.
    found = (
        rows.group_by(*KEY, "sold_by")
        .agg(
            cost=pl.col("was_fusd").sum(),
            records=pl.len(),
            single=one.sum(),
            standard=standard.sum(),
            streamed=(one & pl.col("streamed")).sum(),
            whole=(one & ~pl.col("streamed")).sum(),
            in_session=(one & pl.col("session_id").is_not_null()).sum(),
            input_tokens=of_calls("input_tokens"),
            read_tokens=of_calls("cache_read_input_tokens"),
            written_tokens=pl.when(one).then(written).sum(),
            output_tokens=of_calls("output_tokens"),
            reasoning_tokens=of_calls("reasoning_output_tokens"),
            reasoning_known=(one & pl.col("reasoning_output_tokens").is_not_null()).sum(),
            output_cost=of_calls("output_fusd"),
            failed=failed.sum(),
            failed_cost=pl.when(failed).then(pl.col("was_fusd")).sum(),
            repeats=pl.col("repeated").sum(),
            hashed=pl.col("repeated").count(),
            input_rate=pl.col("input_rate").max(),
            output_rate=pl.col("output_rate").max(),
        )
        .collect(engine="streaming")
    )
    rates = ("input_rate", "output_rate")
    counts = [name for name in found.columns if name not in (*KEY, "sold_by", *rates)]
    whole = found.group_by(KEY).agg(pl.col("sold_by", *rates).max(), *(pl.col(name).sum() for name in counts))
    return whole.to_dicts()


def _sessions(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Sessions of each group that has any: 16 bytes of each are held."""
    named = rows.filter(pl.col("session_id").is_not_null()).select(*KEY, session=pl.col("session_id").hash())
    return named.unique().group_by(KEY).agg(pl.len())


def _hours(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Calls by group and hour since 1970 (UTC)."""
    hour = pl.col("started_at").dt.epoch("s") // 3600
    return rows.filter(pl.col("started_at").is_not_null()).group_by(*KEY, part=hour).agg(calls=pl.len())


def _bins(rows: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Calls by group and bin of a count above 0; the upper edge of bin k is 2**(k / 8)."""
    size = (pl.col(name).log(2) * BINS_PER_OCTAVE - 1e-9).ceil().cast(pl.Int32)
    return rows.filter(pl.col(name) > 0).group_by(*KEY, part=size).agg(calls=pl.len())


def _by_group(table: pl.DataFrame) -> dict[tuple[str | None, ...], list[tuple[int, int]]]:
    found: dict[tuple[str | None, ...], list[tuple[int, int]]] = {}
    if not table.width:
        return found
    for *key, part, calls in table.sort("part").select(*KEY, "part", "calls").iter_rows():
        found.setdefault(tuple(key), []).append((part, calls))
    return found


def quantile(bins: Sequence[tuple[int, int]], share: float) -> int:
    """Upper edge, in tokens, of the bin that holds a quantile; 0 without calls."""
    reached = 0
    wanted = share * sum(calls for _, calls in bins)
    for k, calls in bins:
        reached += calls
        if reached >= wanted:
            return int(2 ** (k / BINS_PER_OCTAVE) + 1e-6)
    return 0


def _timing(hours: Sequence[tuple[int, int]]) -> Mapping[str, Any]:
    if not hours:
        return {}
    of_day: dict[int, int] = {}
    for hour, calls in hours:
        of_day[hour % 24] = of_day.get(hour % 24, 0) + calls
    busiest = sorted(of_day, key=lambda hour: (-of_day[hour], hour))[:CLOCK_HOURS]
    calls = sum(of_day.values())
    return {
        "first_hour": min(busiest),
        "clock_share": sum(of_day[hour] for hour in busiest) / calls,
        "active_share": len(hours) / (hours[-1][0] - hours[0][0] + 1),
        "days": len({hour // 24 for hour, _ in hours}),
    }


def _smaller(row: Mapping[str, Any], every: Sequence[Mapping[str, Any]]) -> str | None:
    """The cheapest model of the same provider that the log uses, at no more than half of both rates."""
    if row["input_rate"] is None or row["output_rate"] is None:
        return None
    found = {
        (other["input_rate"], other["output_rate"], other["model"])
        for other in every
        if other["sold_by"] == row["sold_by"]
        and other["model"]
        and None not in (other["input_rate"], other["output_rate"])
        and 0 < HALF * other["input_rate"] <= row["input_rate"]
        and 0 < HALF * other["output_rate"] <= row["output_rate"]
    }
    return min(found)[2] if found else None
