"""Tables of ``logcost shape``: verdicts, groups of traffic, features. Narrow consoles get the same as lines."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from logcost.report import money, shape_words, words
from logcost.report.shape_words import total
from logcost.report.terminal import output, shape_names
from logcost.report.terminal.shape_chart import NARROW
from logcost.report.terminal.shape_names import sides
from logcost.traffic import position_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logcost.traffic import GroupShape, ModeDetail, TrafficShape, Verdict

    _Row = tuple[list[str], list[str], str, str]

GROUPS_SHOWN: Final = 40
_MEMBERS: Final = 5
_SHOWN_FROM: Final = 0.01
"""Share of a group from which a member is named."""
_RATIO_FROM: Final = 100
_PROVIDER_FROM: Final = 100
"""Width from which a model's provider is shown."""
_NEVER: Final = 10**6
"""Width from which a column is shown that is not to be shown."""
_MISSING: Final = {"workload": shape_words.UNTAGGED, "model": "(no model)", "day": "(no date)", "month": "(no date)"}
_VERDICTS: Final = (
    output.Column("Weighted by"),
    output.Column("Verdict", wrap=True),
    output.Column("Peaks", wrap=True),
    output.Column("Depth", number=True),
    output.Column("Separation", number=True),
    output.Column("Calls", number=True),
    output.Column("Effective", number=True, wide=100),
)
_MODES: Final = (
    output.Column("Group", wrap=True),
    output.Column("Input:output", wide=_RATIO_FROM),
    output.Column("Calls", number=True, wide=120),
    output.Column("Of calls", number=True),
    output.Column("Mean call", wide=72),
    output.Column("Input paid", number=True, wide=80),
    output.Column("USD", number=True),
    output.Column("Of spend", number=True),
)


def verdicts(result: TrafficShape, width: int) -> Iterator[object]:
    """Calls, tokens and spend. ``Effective``: so many equal calls would tell as much."""
    weightings = (("calls", result.calls), ("tokens", result.tokens), ("spend", result.spend))
    if width >= NARROW:
        yield output.table(_VERDICTS, ([name, *_verdict(found)] for name, found in weightings), width=width)
        return
    for name, found in weightings:
        peaks = words.joined([words.ratio(mode.peak_ratio) for mode in found.modes]) if found.modes else ""
        at = f", {'peaks' if found.several else 'peak'} {peaks}" if peaks else ""
        yield f"By {name}: {_word(found)}{_valley(found)}{at}, {words.plural(found.n, 'call')}"


def _verdict(found: Verdict) -> list[str]:
    return [
        _word(found),
        ", ".join(words.ratio(mode.peak_ratio) for mode in found.modes) or "-",
        "-" if found.depth is None else f"{found.depth:.2f}",
        "-" if found.separation_octaves is None else f"{found.separation_octaves:.1f} oct",
        words.count(found.n),
        words.count(found.effective_n),
    ]


def _word(found: Verdict) -> str:
    if found.verdict == "insufficient":
        return f"too few calls to tell ({words.count(found.effective_n or found.n)})"
    return found.verdict + (" (indicative)" if found.indicative else "")


def _valley(found: Verdict) -> str:
    """Depth and separation, without which the word bimodal is never said."""
    if found.depth is None or found.separation_octaves is None:
        return ""
    return f" (depth {found.depth:.2f}, {found.separation_octaves:.1f} oct)"


def modes(result: TrafficShape, width: int) -> Iterator[object]:
    """The groups of the leading weighting, their sum, and what is largest in each."""
    details, whole = result.modes, total(result)
    places = max(2, money.scale_of(whole).places)
    amounts = money.allocate([detail.spend for detail in details], places)
    calls = sum(detail.calls for detail in details)
    of_calls = _percents([Decimal(detail.calls) for detail in details])
    of_spend = _percents([detail.spend for detail in details])
    rows = []
    for detail, name, amount, call_share, spend_share in zip(
        details, shape_words.mode_names(details), amounts, of_calls, of_spend, strict=True
    ):
        cost = money.dollars(amount, places, exact=detail.spend) if detail.priced_calls else "no price"
        facts = (_range(detail), words.count(detail.calls), call_share, shape_words.mean_call(detail), _paid(detail))
        rows.append([name, *facts, cost, spend_share])
    spent = money.dollars(sum(amounts, money.ZERO), places, exact=whole) if whole else "no price"
    last = ["Total", "", words.count(calls), "100.0%", "", "", spent, "100.0%" if whole else ""]
    if width >= NARROW:
        priced = {"Input paid", "Of spend"} if not whole else set()
        columns = [replace(column, wide=_NEVER) if column.name in priced else column for column in _MODES]
        yield output.table(columns, rows, last if len(rows) > 1 else (), width=width)
    else:
        yield "Groups of traffic"
    yield from filter(None, (_about(detail, row, width) for detail, row in zip(details, rows, strict=True)))
    if width < NARROW and len(rows) > 1:
        yield f"Total: {words.plural(calls, 'call')}, {spent}"


def _range(detail: ModeDetail) -> str:
    return f"{words.ratio(detail.mode.low_ratio)} to {words.ratio(detail.mode.high_ratio)}"


def _paid(detail: ModeDetail) -> str:
    return words.percent(float(detail.input_cost / detail.spend)) if detail.spend else ""


def _percents(parts: Sequence[Decimal]) -> list[str]:
    """Shares with one decimal that add up to 100; nothing when there is nothing to share."""
    whole = sum(parts, money.ZERO)
    if not whole:
        return [""] * len(parts)
    shown = money.allocate([part * 100 / whole for part in parts], 1)
    return ["" if not part else f"{share}%" if share else "<0.1%" for share, part in zip(shown, parts, strict=True)]


def _about(detail: ModeDetail, row: Sequence[str], width: int) -> str:
    """The largest members; on narrow consoles what the table had no room for as well."""
    by_spend = bool(detail.spend)
    shares = [(one, one.spend_share if by_spend else one.calls_share) for one in detail.members[:_MEMBERS]]
    members = [
        f"{shape_words.group_name(one.group)} {words.percent(share)}"
        for place, (one, share) in enumerate(shares)
        if share >= _SHOWN_FROM or place == 0
    ]
    more = len(detail.members) + detail.other_members - len(members)
    members += [f"{words.count(more)} more"] if more > 0 else []
    hidden = [] if width >= NARROW else [f"{row[3]} of calls, {row[6]}{f' ({row[7]})' if row[7] else ''}"]
    hidden += [] if width >= _RATIO_FROM else [f"{row[1]} input to output"]
    hidden += [] if width >= _MODES[4].wide else [f"mean call {row[4]}"]
    hidden += [] if width >= _MODES[5].wide or not row[5] else [f"{row[5]} paid for input"]
    by = "spend" if by_spend else "calls"
    if not hidden:
        return f"Largest in {row[0][:1].lower() + row[0][1:]} by {by}: {words.joined(members)}." if members else ""
    return f"{', '.join([row[0], *hidden])}." + (f" Largest by {by}: {words.joined(members)}." if members else "")


def features(result: TrafficShape) -> list[tuple[tuple[str, ...], Sequence[GroupShape]]]:
    """Which tables of groups to show: the features, models and months if there are several of them."""
    chosen = result.explanation.features
    found = [(chosen, shape_names.features(result))]
    for columns, groups in ((("provider", "model"), result.by_model), (("month",), result.by_month)):
        if columns != chosen and len(groups) > 1:
            found.append((columns, groups))
    return [(columns, groups) for columns, groups in found if groups]


def groups(result: TrafficShape, columns: Sequence[str], shapes: Sequence[GroupShape], width: int) -> Iterator[object]:
    """A row a group: median, own verdict, calls and spend; what is too small to judge, or too much to show, in the last."""
    columns = [name for name in columns if width >= _PROVIDER_FROM or name != "provider" or "model" not in columns]
    cells = _cells(result, columns, shapes)
    if width < NARROW:
        yield words.sentence(shape_words.features(columns, " / "))
        yield from _as_lines(cells)
        return
    whole = total(result)
    spent = money.dollars(whole, max(2, money.scale_of(whole).places)) if whole else "no price"
    calls = words.count(sum(cell.calls for cell in result.histogram))
    last = ["Total", *[""] * (len(columns) + 2), calls, spent, "100.0%" if whole else ""]
    heads = (
        *(output.Column(words.sentence(name), wrap=True) for name in columns),
        output.Column("Group", wrap=True, wide=80 if len(result.leading.modes) > 1 else _NEVER),
        output.Column("Median", number=True),
        output.Column("Own verdict", wrap=True),
        output.Column("Calls", number=True),
        output.Column("USD", number=True),
        output.Column("Of spend", number=True, wide=100),
    )
    yield output.table(heads, ([*name, *facts, cost, share] for name, facts, cost, share in cells), last, width=width)


def _cells(result: TrafficShape, columns: Sequence[str], shapes: Sequence[GroupShape]) -> list[_Row]:
    """Names; group, median, own verdict and calls; dollars; share of spend. Dollars and shares add up."""
    shown, whole = shapes[:GROUPS_SHOWN], total(result)
    places = max(2, money.scale_of(whole).places)
    rest_calls = sum(cell.calls for cell in result.histogram) - sum(one.calls for one in shown)
    rest = whole - sum((one.spend for one in shown), money.ZERO)
    spends = [*(one.spend for one in shown), rest]
    amounts, shares = money.allocate(spends, places), _percents(spends)
    cells = [
        (
            [_label(name, one.group.get(name)) for name in columns],
            [_where(result, one), words.ratio(one.median_ratio), _own(result, one), words.count(one.calls)],
            money.dollars(amount, places, exact=one.spend) if one.priced_calls else "no price",
            share,
        )
        for one, amount, share in zip(shown, amounts, shares, strict=False)
    ]
    if rest_calls > 0:
        more = len(shapes) - len(shown)
        who = f"{words.count(more)} more and small ones; --json" if more else "too small to judge"
        name = [f"All others ({who})", *[""] * (len(columns) - 1)]
        cost = money.dollars(amounts[-1], places, exact=rest) if rest else "-"
        cells.append((name, ["", "", "", words.count(rest_calls)], cost, shares[-1]))
    return cells


def _as_lines(cells: Sequence[_Row]) -> Iterator[str]:
    for name, (where, median, own, calls), cost, share in cells:
        facts = [fact for fact in (where, median, own, f"{calls} calls", cost + (f" ({share})" if share else "")) if fact]
        yield f"{' / '.join(part for part in name if part)}: {', '.join(facts)}"


def _label(column: str, value: str | None) -> str:
    return words.label(value, missing=_MISSING.get(column, "(not stated)"), limit=44).text


def _leading(result: TrafficShape, one: GroupShape) -> Verdict:
    lead = "calls" if result.lead == "spend" and not one.priced_calls else result.lead
    return {"calls": one.verdict, "tokens": one.by_tokens, "spend": one.by_spend}[lead]


def _own(result: TrafficShape, one: GroupShape) -> str:
    """Its verdict in the leading weighting, and the other one where only that finds several modes."""
    own = _leading(result, one)
    said = "too few calls" if own.verdict == "insufficient" else own.verdict + (" (indicative)" if own.indicative else "")
    said += _valley(own)
    others = (("calls", one.verdict), ("spend", one.by_spend))
    other = next(((name, found) for name, found in others if found.several and not own.several), None)
    return said if other is None else f"{said}; by {other[0]} {other[1].verdict}{_valley(other[1])}"


def _where(result: TrafficShape, one: GroupShape) -> str:
    """The mode of the leading verdict that it is in: by its median, or several if its own peaks are in several."""
    modes_of, labels = result.leading.modes, sides(result)
    if len(modes_of) < 2:  # noqa: PLR2004 -- one mode holds everything
        return ""
    if len(set(labels)) < len(labels) and len(result.modes) == len(labels):
        labels = shape_words.mode_names(result.modes)
    own = _leading(result, one) if _leading(result, one).several else one.verdict
    ratios = [mode.peak_ratio for mode in own.modes] if own.several else [one.median_ratio]
    bins = [round(position_of(ratio)) for ratio in ratios]
    found = {next((i for i, mode in enumerate(modes_of) if k <= mode.high_bin), len(modes_of) - 1) for k in bins}
    return labels[found.pop()] if len(found) == 1 else "both" if len(modes_of) == 2 else "several"  # noqa: PLR2004 -- of two, both
