"""``logcost shape --json``, and the same inside the report (contract: docs/report.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.report import money
from logcost.report.plain import instant, plain
from logcost.traffic import ratio_at
from logcost.types import SCHEMA_VERSION

if TYPE_CHECKING:
    from datetime import datetime

    from logcost.traffic import GroupShape, HistogramBin, Mode, ModeDetail, TrafficShape, Verdict


def shape(result: TrafficShape, *, prices_as_of: datetime | None = None) -> dict[str, object]:
    """Verdict by calls, tokens and spend, by model, workload and month, what is in the modes, what explains them, the advice.

    Shares of spend are null when no call has a price. ``prices_as_of``: the instant whose prices the calls were given.
    """
    priced = result.spend.n > 0
    groups = {name: getattr(result, name) for name in ("by_model", "by_workload", "by_month", "by_feature")}
    return {
        "schema_version": SCHEMA_VERSION,
        "weightings": {name: _verdict(getattr(result, name), priced=priced) for name in ("calls", "tokens", "spend")},
        "lead": result.lead,
        **{name: [_group(group, priced=priced) for group in shapes] for name, shapes in groups.items()},
        "explanation": plain(result.explanation),
        "polarisation": result.polarisation,
        "modes": [_detail(detail, priced=priced) for detail in result.modes],
        "changes": plain(result.changes),
        "repeats": plain(result.repeats),
        "advice": plain(result.advice),
        "advise_tiers": result.advice is not None,
        "excluded": {
            "no_output": result.no_output,
            "no_input": result.no_input,
            "not_request_level": result.not_request_level,
        },
        "excluded_spend": plain(result.excluded_spend),
        "histogram": [_bin(cell) for cell in result.histogram],
        "notes": list(result.notes),
        "prices_as_of": instant(prices_as_of),
    }


def _verdict(verdict: Verdict, *, priced: bool) -> dict[str, object]:
    return {
        "verdict": verdict.verdict,
        "n": verdict.n,
        "modes": [_mode(mode, priced=priced) for mode in verdict.modes],
        "depth": verdict.depth,
        "separation_octaves": verdict.separation_octaves,
        "bandwidth_octaves": verdict.bandwidth_octaves,
        "indicative": verdict.indicative,
        "effective_n": verdict.effective_n,
        "with_repeats": verdict.with_repeats,
    }


def _mode(mode: Mode, *, priced: bool) -> dict[str, object]:
    return {
        "peak_ratio": mode.peak_ratio,
        "low_ratio": _rounded(mode.low_ratio),
        "high_ratio": _rounded(mode.high_ratio),
        "calls_share": mode.calls_share,
        "tokens_share": mode.tokens_share,
        "spend_share": mode.spend_share if priced else None,
    }


def _rounded(ratio: float) -> float:
    """Six digits; exactly it is ``traffic.ratio_at`` of the bin."""
    return float(f"{ratio:.6g}")


def _group(group: GroupShape, *, priced: bool) -> dict[str, object]:
    return {
        **group.group,
        **_verdict(group.verdict, priced=priced),
        "by_tokens": _verdict(group.by_tokens, priced=priced),
        "by_spend": _verdict(group.by_spend, priced=priced),
        "calls": group.calls,
        "priced_calls": group.priced_calls,
        "spend": money.exact_text(group.spend),
        "input_cost": money.exact_text(group.input_cost),
        "median_ratio": group.median_ratio,
        "calls_share": group.calls_share,
        "spend_share": group.spend_share if priced else None,
    }


def _detail(detail: ModeDetail, *, priced: bool) -> dict[str, object]:
    sums: dict[str, object] = plain(detail)
    members = [{**member.group, **_member} for member, _member in zip(detail.members, plain(detail.members), strict=True)]
    for member in members:
        del member["group"]
        member["spend_share"] = member["spend_share"] if priced else None
    return {**_mode(detail.mode, priced=priced), **{name: sums[name] for name in sums if name != "mode"}, "members": members}


def _bin(cell: HistogramBin) -> dict[str, object]:
    written: dict[str, object] = plain(cell)
    return {"k": cell.k, "ratio": _rounded(ratio_at(cell.k)), **written}
