"""``logcost shape`` for people: the finding, the picture, what is in the groups, what makes them, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.report import money, shape_words, words
from logcost.report.terminal import output, shape_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from decimal import Decimal

    from rich.console import Console

    from logcost.traffic import GroupShape, ModeDetail, TrafficShape, Verdict, Weighting

_GROUPS_SHOWN = 40
_WIDE = 100
_VERDICTS = (
    output.Column("Weighted by"),
    output.Column("Verdict"),
    output.Column("Peaks", wide=60),
    output.Column("Depth", number=True),
    output.Column("Apart", number=True),
    output.Column("Calls", number=True, wide=60),
)
_MODES = (
    output.Column("Group"),
    output.Column("Input:output", wide=_WIDE),
    output.Column("Calls", number=True),
    output.Column("Mean call", wide=60),
    output.Column("Paid for", wide=80),
    output.Column("USD", number=True),
    output.Column("of all", number=True),
    output.Column("Largest", wrap=True, wide=_WIDE),
)


def shape(result: TrafficShape, weight: Weighting | None = None) -> None:
    """Everything there is to say. ``weight``: of what the picture shows the distribution (the leading weighting)."""
    console = output.console()
    dollars = _dollars(result)
    if not result.histogram:
        console.print(shape_words.empty_reason(result))
        _lines(console, [*shape_words.excluded(result), *result.notes])
        return
    console.print(_sentence(shape_words.heading(result)), style="bold")
    _lines(console, shape_words.repeats(result, dollars))
    console.print()
    weightings = (("calls", result.calls), ("tokens", result.tokens), ("spend", result.spend))
    rows = [[name, *_verdict(verdict)] for name, verdict in weightings]
    console.print(output.table(_VERDICTS, rows, width=console.width))
    console.print()
    console.print(shape_picture.picture(result, weight or result.lead, console))
    if result.modes:
        console.print()
        console.print(_modes(result, dollars, console.width))
    for title, groups in _grouped(result):
        console.print()
        console.print(_groups(title, groups, dollars, console.width))
    console.print()
    _lines(console, _remarks(result, dollars))


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _lines(console: Console, lines: Sequence[str]) -> None:
    for line in lines:
        console.print(line)


def _dollars(result: TrafficShape) -> Callable[[Decimal], str]:
    whole = sum((cell.spend for cell in result.histogram), money.ZERO)
    places = max(2, money.scale_of(whole).places)
    return lambda amount: money.dollars(amount, places)


def _verdict(verdict: Verdict) -> list[str]:
    word = verdict.verdict + (" (indicative)" if verdict.indicative else "")
    if verdict.verdict == "insufficient":
        word = f"too few calls to tell ({words.count(verdict.effective_n or verdict.n)})"
    return [
        word,
        ", ".join(words.ratio(mode.peak_ratio) for mode in verdict.modes) or "-",
        "-" if verdict.depth is None else f"{verdict.depth:.2f}",
        "-" if verdict.separation_octaves is None else f"{verdict.separation_octaves:.1f} oct",
        words.count(verdict.n),
    ]


def _modes(result: TrafficShape, dollars: Callable[[Decimal], str], width: int) -> object:
    details = result.modes
    whole = sum((detail.spend for detail in details), money.ZERO)
    places = max(2, money.scale_of(whole).places)
    amounts = money.allocate([detail.spend for detail in details], places)
    named = zip(shape_words.mode_names(details), details, amounts, strict=True)
    rows = [_mode(name, detail, amount, whole, places) for name, detail, amount in named]
    calls = sum(detail.calls for detail in details)
    total = ("Total", "", words.count(calls), "", "", dollars(whole) if whole else "no price", "100%" if whole else "", "")
    return output.table(_MODES, rows, total if len(rows) > 1 else (), width=width)


def _mode(name: str, detail: ModeDetail, amount: Decimal, whole: Decimal, places: int) -> tuple[str, ...]:
    low, high = (2 ** ((k + half) / 8) for k, half in ((detail.mode.low_bin, -0.5), (detail.mode.high_bin, 0.5)))
    paid = shape_words.paid_for(detail)
    return (
        name,
        f"{words.ratio(low)} to {words.ratio(high)}",
        words.count(detail.calls),
        shape_words.mean_call(detail),
        f"{paid[1]} {paid[0]}" if paid else "",
        money.dollars(amount, places) if detail.priced_calls else "no price",
        words.percent(float(detail.spend / whole)) if whole else "",
        ", ".join(shape_words.group_name(member.group, limit=28) for member in detail.members[:2]),
    )


def _grouped(result: TrafficShape) -> Iterator[tuple[str, Sequence[GroupShape]]]:
    """Tables of features: those asked for, workloads, models, and months if there are several."""
    told = [("Workload", result.by_workload), ("Model", result.by_model)]
    if len(result.by_month) > 1:
        told.append(("Month", result.by_month))
    if result.by_feature:
        told.insert(0, (words.sentence(shape_words.features(result.explanation.features, "/")), result.by_feature))
    yield from ((title, groups) for title, groups in told if groups)


def _groups(title: str, groups: Sequence[GroupShape], dollars: Callable[[Decimal], str], width: int) -> object:
    rows = [
        (
            shape_words.group_name(group.group, limit=44),
            words.ratio(group.median_ratio),
            group.verdict.verdict,
            group.by_spend.verdict if group.priced_calls else "-",
            words.count(group.calls),
            dollars(group.spend) if group.priced_calls else "no price",
        )
        for group in groups[:_GROUPS_SHOWN]
    ]
    if len(groups) > _GROUPS_SHOWN:
        rows.append((f"and {words.count(len(groups) - _GROUPS_SHOWN)} more (--json lists them)", "", "", "", "", ""))
    columns = (
        output.Column(title, wrap=True),
        output.Column("Median", number=True),
        output.Column("By calls", wide=60),
        output.Column("By spend", wide=80),
        output.Column("Calls", number=True, wide=60),
        output.Column("USD", number=True),
    )
    return output.table(columns, rows, width=width)


def _remarks(result: TrafficShape, dollars: Callable[[Decimal], str]) -> list[str]:
    explained = shape_words.explanation(result)
    return [
        *shape_words.changes(result),
        *([explained] if explained else []),
        *shape_words.polarisation(result),
        *shape_words.advice(result, dollars),
        *shape_words.excluded(result),
        *result.notes,
    ]
