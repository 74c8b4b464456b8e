"""The traffic shape of the sample month: each workload spread over a bell of bins round its mean ratio, and what follows."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from logcost.traffic import (
    Advice,
    AdvicePart,
    Explanation,
    GroupShape,
    HistogramBin,
    Mode,
    ModeDetail,
    ModeMember,
    TrafficShape,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from logcost.spending import SpendRow, Totals

Sums = tuple[int, int, Decimal]


def traffic(rows: Sequence[SpendRow], means: Mapping[str | None, tuple[int, int]], *, split: int | None) -> TrafficShape:
    """Each workload spread over a bell of bins round its mean ratio."""
    bell = [math.exp(-0.5 * (i / 7) ** 2) for i in range(-24, 25)]
    parts: dict[int, Sums] = {}
    groups = []
    for row in rows:
        given, answered = means[row.group["workload"]]
        middle = round(8 * math.log2(given / answered))
        totals = row.totals
        whole = (totals.records, (totals.input_tokens or 0) + (totals.output_tokens or 0), totals.list_cost)
        left = whole
        for step, height in zip(range(-24, 25), bell, strict=True):
            part = Decimal(round(height / sum(bell) * 10**6)) / 10**6
            piece = (int(whole[0] * part), int(whole[1] * part), whole[2] * part)
            left = (left[0] - piece[0], left[1] - piece[1], left[2] - piece[2])
            if piece[0]:
                _add(parts, middle + step, piece)
            else:
                left = (left[0] + piece[0], left[1] + piece[1], left[2] + piece[2])
        _add(parts, middle, left)
        own = Verdict("unimodal", totals.records, (), effective_n=totals.records)
        groups.append(_group(row.group, own, totals, middle))
    bins = tuple(_bin(k, *parts[k]) for k in sorted(parts))
    if not bins:
        nothing = Verdict("insufficient", 0)
        return TrafficShape(nothing, nothing, nothing, (), (), Explanation("none", None, None, None), None, (), 0, 0, 0)
    both = split is not None and bins[0].k <= split < bins[-1].k
    edges = [bins[0].k - 1, *([split] if both and split is not None else []), bins[-1].k]
    modes = tuple(_mode(bins, low + 1, high) for low, high in pairwise(edges))
    n = sum(b.calls for b in bins)
    word = "bimodal" if len(modes) == 2 else "unimodal"
    depth, apart = (0.81, 5.6) if len(modes) == 2 else (None, None)
    verdict = Verdict(word, n, modes, depth, apart, 0.35, effective_n=n)
    mix = Explanation("feature mix", 0.98, 0.0, 0.91) if len(modes) == 2 else Explanation("none", None, None, 0.1)
    polar = {"input_dominated": 0.52, "output_dominated": 0.21, "mixed": 0.27}
    details = tuple(_detail(bins, mode, groups) for mode in modes)
    shape = TrafficShape(verdict, verdict, verdict, (), tuple(groups), mix, polar, bins, 1_204, 3, 0, lead="spend", modes=details)
    priced = sum((d.spend for d in details), Decimal(0))
    return replace(shape, advice=_advice(details)) if len(modes) == 2 and priced else shape


def _group(name: dict[str, str | None], own: Verdict, totals: Totals, middle: int) -> GroupShape:
    cost, calls = totals.list_cost, totals.records
    return GroupShape(name, own, own, own, calls, calls, cost, cost / 2, 2 ** (middle / 8), 0.1, 0.1)


def _bin(k: int, calls: int, tokens: int, spend: Decimal) -> HistogramBin:
    """Tokens and cost split as the ratio has it, at four times the price of input for output."""
    ratio = 2 ** (k / 8)
    given = round(tokens * ratio / (1 + ratio))
    on_input = (spend * round(10**6 * ratio / (4 + ratio)) / 10**6).quantize(Decimal("1e-15"))
    return HistogramBin(k, calls, given, tokens - given, calls, on_input, spend - on_input, spend)


def _detail(bins: Sequence[HistogramBin], mode: Mode, groups: Sequence[GroupShape]) -> ModeDetail:
    inside = [b for b in bins if mode.low_bin <= b.k <= mode.high_bin]
    sums = {name: sum(getattr(b, name) for b in inside) for name in ("calls", "priced_calls", "input_tokens", "output_tokens")}
    costs = {name: sum((getattr(b, name) for b in inside), Decimal(0)) for name in ("input_cost", "output_cost", "spend")}
    members = tuple(
        ModeMember(g.group, g.calls, g.spend, g.calls / sums["calls"], float(g.spend / costs["spend"]) if costs["spend"] else 0.0)
        for g in sorted(groups, key=lambda g: -g.spend)
        if mode.low_bin <= 8 * math.log2(g.median_ratio) <= mode.high_bin
    )
    side = "input-heavy" if costs["input_cost"] > costs["output_cost"] else "output-heavy"
    return ModeDetail(mode, side, members=members, **sums, **costs)  # type: ignore[arg-type]  # the two are literals


def _advice(details: Sequence[ModeDetail]) -> Advice:
    whole = sum((d.spend for d in details), Decimal(0))
    parts = [
        AdvicePart(None, i, d.side, d.mode.peak_ratio, d.calls, d.spend, float(d.spend / whole), float(d.input_cost / d.spend))
        for i, d in enumerate(details)
    ]
    return Advice("spend", "name", ("workload",), (2 ** ((details[0].mode.high_bin + 0.5) / 8),), tuple(parts))


def _add(parts: dict[int, Sums], k: int, piece: Sums) -> None:
    calls, tokens, spend = parts.get(k, (0, 0, Decimal(0)))
    parts[k] = (calls + piece[0], tokens + piece[1], spend + piece[2])


def _mode(bins: Sequence[HistogramBin], low: int, high: int) -> Mode:
    inside = [b for b in bins if low <= b.k <= high]
    peak = max(inside, key=lambda b: (b.spend, b.k)).k

    def share(name: str) -> float:
        return float(sum(getattr(b, name) for b in inside)) / (float(sum(getattr(b, name) for b in bins)) or 1.0)

    return Mode(2 ** (peak / 8), low, high, share("calls"), share("tokens"), share("spend"))
