"""Traffic shapes made by hand for tests of what is written about them: every sum is exact and agrees with every other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from logcost.traffic import (
    Advice,
    AdvicePart,
    Change,
    ChangeSide,
    Explanation,
    GroupShape,
    HistogramBin,
    Mode,
    ModeDetail,
    ModeMember,
    Repeats,
    Storm,
    TrafficShape,
    Verdict,
)
from tests.report import sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logcost.traffic import Group, Side

BELL: Final = (1, 4, 6, 4, 1)
"""Sixteenths of a feature's calls in the five bins round its middle."""
RATES: Final = (Decimal(3), Decimal(15))
"""USD per million tokens of input and output."""


BOT: Final[tuple[Group, ...]] = ({"workload": "ticket-bot"},)
HOSTILE: Final = "\x1b[31mred</script>\u202e" + "x" * 300


@dataclass(frozen=True)
class Feature:
    """Calls of one workload round a ratio 2**(k/8); ``output`` tokens each. Without ``priced`` they cost nothing known."""

    name: str | None
    k: int
    calls: int
    output: int
    priced: bool = True

    def bins(self) -> list[HistogramBin]:
        """The bell in five bins; ``calls`` has to be a multiple of 16."""
        found = []
        for step, part in zip(range(-2, 3), BELL, strict=True):
            calls = self.calls * part // 16
            given, answered = round(self.output * 2 ** ((self.k + step) / 8)) * calls, self.output * calls
            on_input, on_output = (given * RATES[0] / 10**6, answered * RATES[1] / 10**6) if self.priced else (Decimal(0),) * 2
            priced = calls if self.priced else 0
            found.append(HistogramBin(self.k + step, calls, given, answered, priced, on_input, on_output, on_input + on_output))
        return found


RAG = Feature("support-rag", 56, 32_000, 100)
REVIEW = Feature("code-review", 52, 8_000, 150)
DRAFTS = Feature("drafts", -16, 16_000, 1_000)
CHAT = Feature("chat", 12, 1_600, 300)


def merged(found: Sequence[HistogramBin]) -> tuple[HistogramBin, ...]:
    """Sums per bin."""
    sums: dict[int, HistogramBin] = {}
    names = ("calls", "input_tokens", "output_tokens", "priced_calls", "input_cost", "output_cost", "spend")
    for one in found:
        old = sums.get(one.k)
        sums[one.k] = one if old is None else replace(one, **{name: getattr(old, name) + getattr(one, name) for name in names})
    return tuple(sums[k] for k in sorted(sums))


def shape(
    features: Sequence[Feature],
    splits: Sequence[int] = (),
    *,
    word: str = "",
    lead: str = "spend",
    depth: tuple[float, float] | None = (0.97, 7.5),
    **changes: Any,
) -> TrafficShape:
    """All calls of the features, cut behind the bins ``splits``; ``word``: the verdict, ``depth``: of the valley, and octaves."""
    bins = merged([cell for feature in features for cell in feature.bins()])
    modes = () if word == "insufficient" else _modes(bins, splits)
    word = word or ("unimodal" if len(modes) < 2 else "bimodal" if len(modes) == 2 else "multimodal")
    valley, apart = depth if len(modes) > 1 and depth else (None, None)
    n, priced = sum(b.calls for b in bins), sum(b.priced_calls for b in bins)
    by_calls = Verdict(word, n, modes, valley, apart, 0.35 if modes else None, effective_n=n)
    by_spend = replace(by_calls, n=priced, effective_n=priced * 3 // 4) if priced else Verdict("insufficient", 0)
    groups = tuple(sorted((_group(one, bins) for one in features), key=lambda one: (-one.spend, -one.calls)))
    mix = Explanation("feature mix", 0.97, 0.0, 0.91) if len(modes) > 1 else Explanation("none", None, None, 0.08)
    made = TrafficShape(
        calls=by_calls,
        tokens=replace(by_calls, effective_n=n // 2),
        spend=by_spend,
        by_model=(),
        by_workload=groups,
        by_feature=groups,
        explanation=mix,
        polarisation={"input_dominated": 0.52, "output_dominated": 0.21, "mixed": 0.27} if priced else None,
        histogram=bins,
        no_output=0,
        no_input=0,
        not_request_level=0,
        lead=lead,  # type: ignore[arg-type]  # a weighting
        modes=tuple(_detail(mode, bins, features) for mode in modes),
    )
    return replace(made, **changes)


def advised(made: TrafficShape, **changes: Any) -> TrafficShape:
    """The shape with the advice to serve its modes apart."""
    whole = sum((one.spend for one in made.modes), Decimal(0))
    parts = tuple(
        AdvicePart(None, number, one.side, one.mode.peak_ratio, one.calls, one.spend, float(one.spend / whole), _input(one))
        for number, one in enumerate(made.modes)
    )
    splits = tuple(2 ** ((mode.high_bin + 0.5) / 8) for mode in made.leading.modes[:-1])
    return replace(made, advice=replace(Advice("spend", "name", ("workload",), splits, parts), **changes))


def _input(one: ModeDetail) -> float:
    return float(one.input_cost / one.spend)


def two_kinds() -> TrafficShape:
    """A mix of workloads: two kinds, told by the name."""
    return advised(shape((RAG, REVIEW, DRAFTS), (16,), no_output=1_204, excluded_spend={"no_output": Decimal("12.304")}))


def change(workload: str | None = "ticket-bot", cause: str = "model switch") -> Change:
    """A move from one model to another, on 14 October."""
    before = ChangeSide("openai", "gpt-4.1", 1.0, 8_000, 800, 300, 2.7, Decimal("48.4"))
    after = replace(before, model="gpt-5", mean_input_tokens=820, mean_output_tokens=3_000, median_ratio=0.27)
    return Change(workload, date(2026, 10, 14), cause, before, after, 0.93)  # type: ignore[arg-type]  # a cause


def repeats(**changes: Any) -> Repeats:
    """Two storms; the larger one in three minutes of an evening."""
    first, last = datetime(2026, 10, 14, 21, 3, tzinfo=UTC), datetime(2026, 10, 14, 21, 5, tzinfo=UTC)
    storm = Storm("openai", "gpt-5", "ticket-bot", 800, 300, 9_000, 3, Decimal("100.4"), first, last)
    return replace(Repeats(9_930, Decimal("110.01"), 9_950, 5, Decimal("111.5"), (storm,), 2), **changes)


def _modes(bins: Sequence[HistogramBin], splits: Sequence[int]) -> tuple[Mode, ...]:
    edges = [bins[0].k - 1, *splits, bins[-1].k]
    return tuple(_mode(bins, low + 1, high) for low, high in pairwise(edges))


def _mode(bins: Sequence[HistogramBin], low: int, high: int) -> Mode:
    inside = [b for b in bins if low <= b.k <= high]

    def share(name: str) -> float:
        whole = sum(getattr(b, name) for b in bins)
        return float(sum(getattr(b, name) for b in inside) / whole) if whole else 0.0

    peak = max(inside, key=lambda b: (b.calls, b.k)).k
    return Mode(2 ** (peak / 8), low, high, share("calls"), share("tokens"), share("spend"))


def _group(feature: Feature, bins: Sequence[HistogramBin]) -> GroupShape:
    own = feature.bins()
    spend, on_input = sum((b.spend for b in own), Decimal(0)), sum((b.input_cost for b in own), Decimal(0))
    n, whole = sum(b.calls for b in bins), sum((b.spend for b in bins), Decimal(0))
    verdict = Verdict("unimodal", feature.calls, (_mode(own, own[0].k, own[-1].k),), effective_n=feature.calls)
    return GroupShape(
        group={"workload": feature.name},
        verdict=verdict,
        by_tokens=verdict,
        by_spend=verdict,
        calls=feature.calls,
        priced_calls=feature.calls if feature.priced else 0,
        spend=spend,
        input_cost=on_input,
        median_ratio=2 ** (feature.k / 8),
        calls_share=feature.calls / n,
        spend_share=float(spend / whole) if whole else 0.0,
    )


def _detail(mode: Mode, bins: Sequence[HistogramBin], features: Sequence[Feature]) -> ModeDetail:
    inside = [b for b in bins if mode.low_bin <= b.k <= mode.high_bin]
    sums: dict[str, Any] = defaultdict(int)
    for name in ("calls", "priced_calls", "input_tokens", "output_tokens", "input_cost", "output_cost", "spend"):
        sums[name] = sum((getattr(b, name) for b in inside), getattr(bins[0], name) * 0)
    side: Side = "input-heavy" if mode.peak_ratio >= 6 else "output-heavy" if mode.peak_ratio < 8 / 3 else "balanced"
    return ModeDetail(mode, side, members=_members(mode, features, sums["calls"], sums["spend"]), **sums)


def _members(mode: Mode, features: Sequence[Feature], calls: int, spend: Decimal) -> tuple[ModeMember, ...]:
    found = []
    for feature in features:
        own = [b for b in feature.bins() if mode.low_bin <= b.k <= mode.high_bin]
        number, cost = sum(b.calls for b in own), sum((b.spend for b in own), Decimal(0))
        if number:
            share = float(cost / spend) if spend else 0.0
            found.append(ModeMember({"workload": feature.name}, number, cost, number / calls, share))
    return tuple(sorted(found, key=lambda one: (-one.spend, -one.calls)))


def stormy() -> TrafficShape:
    """A bot that changed its model, and retry storms that would have hidden it."""
    two = two_kinds()
    inside = Explanation("inside features", 0.4, 0.8, 0.3, inside=BOT)
    calls = replace(two.calls, with_repeats="unimodal")
    return replace(two, explanation=inside, changes=(change(),), repeats=repeats(), calls=calls)


def cases() -> dict[str, TrafficShape]:
    """One of each kind, by name."""
    three = shape((RAG, replace(CHAT, k=30), DRAFTS), (4, 40), depth=(0.8, 3.2))
    unpriced = [replace(one, priced=False) for one in (RAG, REVIEW, DRAFTS)]
    return {
        "two": two_kinds(),
        "one": shape((RAG,)),
        "differ": shape((RAG, CHAT), explanation=Explanation("features differ", None, None, 0.44)),
        "few": shape((replace(RAG, calls=32),), word="insufficient"),
        "weakly": shape((RAG, REVIEW, DRAFTS), (16,), word="weakly bimodal", depth=(0.31, 2.4)),
        "three": advised(three),
        "unpriced": shape(unpriced, (16,), lead="calls"),
        "hostile": advised(shape((replace(RAG, name=HOSTILE), DRAFTS), (16,), notes=(HOSTILE,))),
        "stormy": advised(stormy(), after_changes=True, route_by="classifier"),
        "sample": sample.month().shape,
    }
