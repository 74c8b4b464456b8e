"""Traffic shape: is it one kind of traffic or several, by calls, by tokens and by spend, and which features make them.

One pass over the calls gives a small integer table (``histogram.table``); everything here is a function of that table and
of the correction for exact repeats (``repeats.find``), which is a table as well. Method: docs/traffic-shape.md.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import polars as pl

from logcost.analyse import histogram, repeats
from logcost.analyse.changes import changes, without_earlier
from logcost.analyse.explain import DIFFERENT, SEPARATED, FeatureBin, explain, uncertainty
from logcost.analyse.frames import exact_sum, usd
from logcost.analyse.modes import details, named
from logcost.analyse.tiers import Cut, Part, advice
from logcost.analyse.valley import can_tell, verdict
from logcost.traffic import Explanation, GroupShape, TrafficShape

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterator, Sequence

    from logcost.analyse.histogram import Histogram
    from logcost.traffic import Advice, Change, Group, Repeats, Verdict, Weighting

MIN_GROUP_SPEND_SHARE: Final = 0.01
MIN_GROUP_CALLS: Final = 300
"""A group with less spend and fewer calls than this gets no verdict of its own."""

DIMENSIONS: Final = ("workload", "model", "provider", "key", "month", "day")
"""What ``by`` may name."""
_TABLE: Final = ("day", "provider", "model", "workload")
_MODEL: Final = ("provider", "model")
_WORKLOAD: Final = ("workload",)
_MONTH: Final = ("month",)


def review(
    calls: pl.LazyFrame, *, by: Sequence[str] | None = None, tz: str = "UTC", lead: Weighting | None = None
) -> TrafficShape:
    """The shape of priced calls (``calls.priced_calls``); absent columns count as unknown.

    ``by``: the features that are to explain the modes, some of ``DIMENSIONS``; workloads by default, and models where fewer
    than two workloads are named. Days and months are those of ``tz``. ``lead``: whose modes are told in detail. Calls without a
    price take part by calls and tokens, not by spend; sums over a period take no part.
    """
    dimensions = (*_TABLE, "key") if by and "key" in by else _TABLE
    table = histogram.table(calls, dimensions, tz=tz)
    every_call = _Review(table, None, None, by)
    found = repeats.find(calls, table, dimensions, tz=tz, by_minute=every_call.doubtful)
    return review_table(table, found.correction, found.repeats, by=by, lead=lead) if found else every_call.result(lead)


def review_table(
    table: pl.DataFrame,
    correction: pl.DataFrame | None = None,
    repeated: Repeats | None = None,
    *,
    by: Sequence[str] | None = None,
    lead: Weighting | None = None,
) -> TrafficShape:
    """The same from a ``histogram.table``, or from several with their rows put together: the tables merge by addition.

    ``correction`` and ``repeated`` are what ``repeats.find`` found in the same calls.
    """
    return _Review(table, correction, repeated, by).result(lead)


def dominating(spend: Verdict, calls: Verdict) -> Weighting:
    """The weighting to tell about: spend if it finds groups or calls do not, else calls."""
    if spend.several or spend.verdict not in {"insufficient", "unimodal"}:
        return "spend"
    return "calls" if calls.several or spend.verdict == "insufficient" else "spend"


def with_month(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with their calendar month as text (``2026-10``); NULL for undated ones."""
    return rows.with_columns(month=pl.col("day").dt.to_string("%Y-%m"))


class _Seen:
    """The histogram of some calls, the same without repeats if there are any, and the verdicts over both."""

    def __init__(self, whole: Histogram, corrected: Histogram | None) -> None:
        self.whole = whole
        self.corrected = corrected
        self.calls = sum(whole.calls)
        self.spend = sum(whole.spend)

    def verdict(self, weighting: Weighting) -> Verdict:
        """The verdict of one weighting."""
        return verdict(self.whole, weighting, self.corrected)

    @cached_property
    def by_calls(self) -> Verdict:
        """By calls."""
        return self.verdict("calls")

    @cached_property
    def by_spend(self) -> Verdict:
        """By spend."""
        return self.verdict("spend")


class _Review:
    """The table of one review, and what is derived from it."""

    def __init__(
        self, table: pl.DataFrame, correction: pl.DataFrame | None, repeated: Repeats | None, by: Sequence[str] | None
    ) -> None:
        self.table, self.correction, self.by = table, correction, by
        self.rows = with_month(table.filter(pl.col("kind") == "ratio"))
        self.less = None if correction is None else pl.concat([self.rows, with_month(correction).select(self.rows.columns)])
        self.all = self.seen(()).get((), _Seen(histogram.from_table(self.rows), None))
        self.outside = {kind: histogram.from_table(table.filter(pl.col("kind") == kind)) for kind in histogram.OUTSIDE}
        self.repeated = repeated
        # Features are workloads; where the logs name none, models are the next best thing.
        self.feature = _columns(by) if by else _WORKLOAD if self.rows["workload"].n_unique() > 1 else _MODEL
        self.chosen = bool(by)
        self.shapes: dict[tuple[str, ...], tuple[GroupShape, ...]] = {}

    def result(self, lead: Weighting | None) -> TrafficShape:
        """The finished review."""
        calls, spend = self.all.by_calls, self.all.by_spend
        tokens = self.all.verdict("tokens")
        leading = lead or dominating(spend, calls)
        told = {"calls": calls, "tokens": tokens, "spend": spend}[leading]
        found = changes(self.rows, self.events(), self.groups(_WORKLOAD))
        explanation = self.explanation()
        return TrafficShape(
            calls=calls,
            tokens=tokens,
            spend=spend,
            by_model=self.groups(_MODEL),
            by_workload=self.groups(_WORKLOAD),
            by_month=self.groups(_MONTH),
            by_feature=() if self.feature in (_MODEL, _WORKLOAD, _MONTH) else self.groups(self.feature),
            explanation=explanation,
            polarisation=self.polarisation(),
            histogram=histogram.result_bins(self.all.whole),
            no_output=self.counted("no_output"),
            no_input=self.counted("no_input"),
            not_request_level=self.counted("not_request_level"),
            excluded_spend={kind: usd(sum(outside.spend)) for kind, outside in self.outside.items()},
            advice=self.advice(explanation, found),
            notes=tuple(self.notes(explanation)),
            lead=leading,
            modes=details(self.rows, self.all.whole, told, self.feature),
            changes=found,
            repeats=self.judged_repeats(),
        )

    @property
    def doubtful(self) -> bool:
        """Whether all calls or a group have several modes, by whatever weighting: a storm may have made one of them."""
        if self.all.by_calls.several or self.all.by_spend.several or self.all.verdict("tokens").several:
            return True
        shapes = (shape for columns in (self.feature, _WORKLOAD, _MODEL, _MONTH) for shape in self.groups(columns))
        return any(shape.several or shape.by_tokens.several for shape in shapes)

    def counted(self, kind: str) -> int:
        """Calls outside the histogram."""
        return sum(self.outside[kind].calls)

    def seen(self, columns: Sequence[str]) -> dict[tuple[object, ...], _Seen]:
        """The calls of each group."""
        whole = histogram.by_group(self.rows, columns)
        less = {} if self.less is None else histogram.by_group(self.less, columns)
        return {key: _Seen(one, less.get(key)) for key, one in whole.items()}

    def groups(self, columns: tuple[str, ...]) -> tuple[GroupShape, ...]:
        """One shape per group that is large enough, most spend first; all months, in their order."""
        if columns not in self.shapes:
            large = [(key, part) for key, part in self.seen(columns).items() if columns == _MONTH or self.is_large(part)]
            shapes = [self.group(named(columns, key), part) for key, part in large]
            in_order = columns == _MONTH
            self.shapes[columns] = tuple(sorted(shapes, key=lambda s: _rank(s, in_order=in_order)))
        return self.shapes[columns]

    def is_large(self, part: _Seen) -> bool:
        """Whether a group gets a verdict of its own."""
        return part.calls >= MIN_GROUP_CALLS or part.spend >= MIN_GROUP_SPEND_SHARE * self.all.spend > 0

    def group(self, name: Group, part: _Seen) -> GroupShape:
        """Shape of one group."""
        return GroupShape(
            group=name,
            verdict=part.by_calls,
            by_tokens=part.verdict("tokens"),
            by_spend=part.by_spend,
            calls=part.calls,
            priced_calls=sum(part.whole.priced_calls),
            spend=usd(part.spend),
            input_cost=usd(sum(part.whole.input_cost)),
            median_ratio=part.whole.median_ratio(),
            calls_share=part.calls / self.all.calls,
            spend_share=part.spend / self.all.spend if self.all.spend else 0.0,
        )

    def explanation(self) -> Explanation:
        """Which features make the modes: those by calls, or by spend when only spend has several."""
        if self.all.by_calls.verdict == "insufficient":
            return Explanation("none", None, None, None, self.feature)
        cells = _cells(self.events(), self.feature)
        weighting: Weighting = "spend" if not self.all.by_calls.several and self.all.by_spend.several else "calls"
        several = self.several(weighting)
        measured = explain(cells, self.all.by_calls if weighting == "calls" else self.all.by_spend, several)
        inside = tuple(shape.group for shape in self.groups(self.feature) if tuple(shape.group.values()) in several)
        return Explanation(*measured, self.feature, weighting, inside)

    def several(self, weighting: Weighting) -> Collection[Hashable]:
        """The features that have several modes of their own."""
        shapes = self.groups(self.feature)
        own = [(shape, shape.verdict if weighting == "calls" else shape.by_spend) for shape in shapes]
        return {tuple(shape.group.values()) for shape, found in own if found.several}

    def polarisation(self) -> dict[str, float] | None:
        """Shares of spend in calls whose cost is at least 80 % input, at least 80 % output, or neither."""
        spend = self.all.spend
        if not spend:
            return None
        on_input, on_output = (sum(self.rows[name].to_list()) for name in ("input_dominated", "output_dominated"))
        return {
            "input_dominated": on_input / spend,
            "output_dominated": on_output / spend,
            "mixed": (spend - on_input - on_output) / spend,
        }

    def advice(self, explanation: Explanation, found: Sequence[Change]) -> Advice | None:
        """What to serve apart, from the traffic as it is since the changes: what was before them is gone."""
        if not found:
            return advice(self.cuts(explanation), self.all.spend, explanation.verdict, self.feature, after_changes=False)
        correction = None if self.correction is None else without_earlier(self.correction, found)
        now = _Review(without_earlier(self.table, found), correction, None, self.by or self.feature)
        told = now.explanation()
        return advice(now.cuts(told), now.all.spend, told.verdict, now.feature, after_changes=True)

    def cuts(self, explanation: Explanation) -> Iterator[Cut]:
        """Cuts of the traffic that the verdicts support."""
        if self.all.by_spend.strict:
            yield Cut("spend", *_of_modes(self.all.whole, self.all.by_spend))
        if self.all.by_calls.strict:
            yield Cut("calls", *_of_modes(self.all.whole, self.all.by_calls))
        if explanation.verdict == "features differ" or _features_make_it(explanation):
            parts = [_part(part.whole, named(self.feature, key)) for key, part in self.seen(self.feature).items()]
            yield Cut("features", sorted(parts, key=lambda part: (-part.spend, str(part.group))))

    def judged_repeats(self) -> Repeats | None:
        """What was found of repeats, and whether the times can tell them from traffic."""
        return replace(self.repeated, confirmed=False) if self.repeated is not None and self.coarse else self.repeated

    def events(self) -> pl.DataFrame:
        """The rows without repeats: a storm would be most of the variance, or a day of its own, otherwise."""
        return self.rows if self.less is None or self.coarse else self.less

    @cached_property
    def coarse(self) -> bool:
        """Whether all calls repeat each other, so that nothing is said by it."""
        if self.all.corrected is None:
            return False
        full = verdict(self.all.whole, "calls")
        return full.several and not can_tell(full, self.all.corrected)

    def notes(self, explanation: Explanation) -> Iterator[str]:
        """What a reader must know to read the verdicts rightly."""
        calls = self.all.calls
        if unpriced := calls - sum(self.all.whole.priced_calls):
            yield f"{unpriced:,} of {calls:,} calls have no price: they count by calls and tokens, not by spend."
        if self.feature == _MODEL and not self.chosen and calls:
            yield "The logs name fewer than two workloads, so models are compared in their place."
        if explanation.weighting == "spend":
            yield "The explanation is about the groups by spend; by calls there is one group."
        modes = (self.all.by_spend if explanation.weighting == "spend" else self.all.by_calls).modes
        for columns, what in ((_MODEL, "model"), (_MONTH, "month")):
            if len(modes) < 2 or columns == self.feature:  # noqa: PLR2004 -- one mode needs no telling
                continue
            if (told := uncertainty(_cells(self.events(), columns), modes)) >= SEPARATED:
                yield f"The {what} of a call alone tells most of which group it is in (U = {told:.2f})."


def _features_make_it(explanation: Explanation) -> bool:
    """Whether the modes, weak ones too, are features that differ as much as those without a valley must."""
    return explanation.verdict == "feature mix" and explanation.eta2 is not None and explanation.eta2 >= DIFFERENT


def _rank(shape: GroupShape, *, in_order: bool) -> tuple[object, ...]:
    names = [(value is None, value or "") for value in shape.group.values()]
    return (names,) if in_order else (-shape.spend, -shape.calls, names)


def _columns(by: Sequence[str]) -> tuple[str, ...]:
    """The table's columns that name a feature: a model is one of a provider."""
    named = [column for name in by for column in (_MODEL if name == "model" else (name,))]
    return tuple(dict.fromkeys(named))


def _cells(rows: pl.DataFrame, columns: Sequence[str]) -> list[FeatureBin]:
    """Calls per feature and bin."""
    sums = rows.group_by(*columns, "k").agg(exact_sum("calls"))
    return [FeatureBin(tuple(named(columns, key).values()), k, calls) for *key, k, calls in sums.iter_rows()]


def _of_modes(whole: Histogram, found: Verdict) -> tuple[list[Part], tuple[float, ...]]:
    parts = []
    for number, mode in enumerate(found.modes):
        calls, on_input, on_output = (
            whole.inside(mode.low_bin, mode.high_bin, sums) for sums in (whole.calls, whole.input_cost, whole.output_cost)
        )
        parts.append(Part(on_input + on_output, on_input, mode.peak_ratio, calls, number))
    return parts, tuple(mode.high_ratio for mode in found.modes[:-1])


def _part(whole: Histogram, group: Group) -> Part:
    return Part(sum(whole.spend), sum(whole.input_cost), whole.median_ratio(), sum(whole.calls), group=group)
