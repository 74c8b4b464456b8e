"""Traffic shape: is it one kind of traffic or several, by calls, by tokens and by spend, and which features make them.

One pass over the calls gives a small integer table (``histogram.table``); everything here is a function of that table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.analyse import histogram
from logcost.analyse.explain import SEPARATED, FeatureBin, explain, uncertainty
from logcost.analyse.frames import exact_sum, usd
from logcost.analyse.tiers import Part, worth_splitting
from logcost.analyse.valley import verdict
from logcost.types import Explanation, GroupShape, TrafficShape

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from logcost.analyse.histogram import Histogram
    from logcost.types import Mode

MIN_GROUP_SPEND_SHARE: Final = 0.01
MIN_GROUP_CALLS: Final = 300
"""A group with less spend and fewer calls than this gets no verdict of its own."""

_STRICT: Final = ("bimodal", "multimodal")
_MODEL: Final = ("provider", "model")
_WORKLOAD: Final = ("workload",)


def review(calls: pl.LazyFrame) -> TrafficShape:
    """The shape of priced calls (``calls.priced_calls``); absent columns count as unknown.

    Calls without a price take part by calls and tokens, not by spend; sums over a period take no part.
    """
    return review_table(histogram.table(calls))


def review_table(table: pl.DataFrame) -> TrafficShape:
    """The same from a ``histogram.table``, or from several with their rows put together: the tables merge by addition."""
    return _Review(table).result()


class _Review:
    """The table of one review, and what is derived from it."""

    def __init__(self, table: pl.DataFrame) -> None:
        self.rows = table.filter(pl.col("kind") == "ratio")
        outside = {kind: table.filter(pl.col("kind") == kind) for kind in histogram.OUTSIDE}
        self.outside: dict[str, int] = {kind: sum(rows["calls"].to_list()) for kind, rows in outside.items()}
        self.outside_spend = {kind: usd(sum(rows["spend"].to_list())) for kind, rows in outside.items()}
        self.overall = histogram.from_table(self.rows)
        self.spend = sum(self.overall.spend)
        self.by_calls = verdict(self.overall, "calls")
        self.by_spend = verdict(self.overall, "spend")
        # Features are workloads; where the logs name none, models are the next best thing.
        self.feature = _WORKLOAD if self.rows["workload"].n_unique() > 1 else _MODEL

    def result(self) -> TrafficShape:
        """The finished review."""
        by_model, by_workload = self.groups(_MODEL), self.groups(_WORKLOAD)
        explanation, modes = self.explanation(by_workload if self.feature == _WORKLOAD else by_model)
        return TrafficShape(
            calls=self.by_calls,
            tokens=verdict(self.overall, "tokens"),
            spend=self.by_spend,
            by_model=by_model,
            by_workload=by_workload,
            explanation=explanation,
            polarisation=self.polarisation(),
            histogram=histogram.result_bins(self.overall),
            no_output=self.outside["no_output"],
            no_input=self.outside["no_input"],
            not_request_level=self.outside["not_request_level"],
            advise_tiers=worth_splitting(self.ways_to_split(explanation), self.spend),
            notes=tuple(self.notes(modes)),
            excluded_spend=self.outside_spend,
        )

    def groups(self, columns: Sequence[str]) -> tuple[GroupShape, ...]:
        """One shape per group that is large enough, most spend first."""
        parts = self.rows.partition_by(columns, as_dict=True, include_key=False)
        shapes = [self.group(dict(zip(columns, key, strict=True)), histogram.from_table(rows)) for key, rows in parts.items()]
        large = [s for s in shapes if s.spend_share >= MIN_GROUP_SPEND_SHARE or s.calls >= MIN_GROUP_CALLS]
        return tuple(sorted(large, key=lambda s: (-s.spend, -s.calls, [(v is None, v or "") for v in s.group.values()])))

    def group(self, name: dict[str, str | None], part: Histogram) -> GroupShape:
        """Shape of one group."""
        spend = sum(part.spend)
        return GroupShape(
            group=name,
            verdict=verdict(part, "calls"),
            calls=sum(part.calls),
            spend=usd(spend),
            median_ratio=part.median_ratio(),
            calls_share=sum(part.calls) / sum(self.overall.calls),
            spend_share=spend / self.spend if self.spend else 0.0,
        )

    def explanation(self, features: Sequence[GroupShape]) -> tuple[Explanation, tuple[Mode, ...]]:
        """Which features make the modes, and the modes meant: those by calls, or by spend when only spend has several."""
        if self.by_calls.verdict == "insufficient":
            return Explanation("none", None, None, None), ()
        cells = self.cells(self.feature)
        several: dict[Hashable, bool] = {tuple(shape.group.values()): len(shape.verdict.modes) > 1 for shape in features}
        by_calls = explain(cells, self.by_calls, several)
        if by_calls.verdict == "none" and len(self.by_spend.modes) > 1:
            return explain(cells, self.by_spend, several), self.by_spend.modes
        return by_calls, self.by_calls.modes

    def cells(self, columns: Sequence[str]) -> list[FeatureBin]:
        """Calls per feature and bin."""
        sums = self.rows.group_by(*columns, "k").agg(exact_sum("calls"))
        return [FeatureBin(tuple(feature), k, calls) for *feature, k, calls in sums.iter_rows()]

    def polarisation(self) -> dict[str, float] | None:
        """Shares of spend in calls whose cost is at least 80 % input, at least 80 % output, or neither."""
        if not self.spend:
            return None
        on_input, on_output = (sum(self.rows[name].to_list()) for name in ("input_dominated", "output_dominated"))
        return {
            "input_dominated": on_input / self.spend,
            "output_dominated": on_output / self.spend,
            "mixed": (self.spend - on_input - on_output) / self.spend,
        }

    def ways_to_split(self, explanation: Explanation) -> Iterator[list[Part]]:
        """Cuts of the traffic that the verdicts support."""
        for found in (self.by_calls, self.by_spend):
            if found.verdict in _STRICT:
                stretches = [(self.rows.filter(pl.col("k").is_between(m.low_bin, m.high_bin)), m) for m in found.modes]
                yield [_part(rows, mode.peak_ratio) for rows, mode in stretches]
        if explanation.verdict == "features differ":
            features = self.rows.partition_by(self.feature)
            yield [_part(rows, histogram.from_table(rows).median_ratio()) for rows in features]

    def notes(self, modes: Sequence[Mode]) -> Iterator[str]:
        """What a reader must know to read the verdicts rightly."""
        calls = sum(self.overall.calls)
        if unpriced := calls - self.overall.priced_calls:
            yield f"{unpriced:,} of {calls:,} calls have no price: they count by calls and tokens, not by spend."
        if buckets := self.outside["not_request_level"]:
            yield f"{buckets:,} rows are sums over a period, not calls, and have no ratio."
        if self.feature == _MODEL and calls:
            yield "The logs name fewer than two workloads, so models are compared in their place."
        if len(modes) > 1 and len(self.by_calls.modes) == 1:
            yield "The explanation is about the groups by spend; by calls there is one group."
        for columns, what in ((_MODEL, "model"), (("month",), "month")):
            if len(modes) > 1 and columns != self.feature and (told := uncertainty(self.cells(columns), modes)) >= SEPARATED:
                yield f"The {what} of a call alone tells most of which group it is in (U = {told:.2f})."


def _part(rows: pl.DataFrame, ratio: float) -> Part:
    return Part(spend=sum(rows["spend"].to_list()), input_cost=sum(rows["input_cost"].to_list()), ratio=ratio)
