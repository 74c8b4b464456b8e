"""``logcost shape`` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logcost.report import money, words
from logcost.report.terminal import output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logcost.types import GroupShape, TrafficShape, Verdict

_GROUPS_SHOWN = 40
_BAR = 44
_OCTAVE = 8
_VERDICTS = (
    output.Column("Weighted by"),
    output.Column("Verdict"),
    output.Column("Peaks"),
    output.Column("Depth", number=True),
    output.Column("Separation", number=True),
    output.Column("Calls", number=True),
)
_OCTAVES = (
    output.Column("Ratio", number=True),
    output.Column("Calls", number=True),
    output.Column("Share", number=True),
    output.Column(""),
)


def shape(result: TrafficShape) -> None:
    """Verdicts of the three weightings, the histogram by octave, workloads, and what explains the modes."""
    console = output.console()
    console.print("Input to output tokens per call")
    weightings = (("calls", result.calls), ("tokens", result.tokens), ("spend", result.spend))
    console.print(output.table(_VERDICTS, ([name, *_verdict(verdict)] for name, verdict in weightings)))
    if result.histogram:
        console.print()
        console.print(_histogram(result))
    for title, key, groups in (("Workload", "workload", result.by_workload), ("Model", "model", result.by_model)):
        if groups:
            console.print()
            console.print(_groups(title, key, groups))
    console.print()
    for line in _remarks(result):
        console.print(line)


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


def _histogram(result: TrafficShape) -> object:
    octaves: dict[int, int] = {}
    for b in result.histogram:
        octave = (b.k + _OCTAVE // 2) // _OCTAVE
        octaves[octave] = octaves.get(octave, 0) + b.calls
    total, highest = sum(octaves.values()), max(octaves.values())
    rows = []
    for octave in range(min(octaves), max(octaves) + 1):
        calls = octaves.get(octave, 0)
        bar = "█" * round(_BAR * calls / highest) or ("▏" if calls else "")
        rows.append((words.ratio(2.0**octave), words.count(calls), words.percent(calls / total, 1) if total else "", bar))
    return output.table(_OCTAVES, rows)


def _groups(title: str, key: str, groups: Sequence[GroupShape]) -> object:
    ordered = sorted(groups, key=lambda g: (-g.spend, -g.calls, g.group.get(key) or ""))
    places = max(2, money.scale_of(sum((group.spend for group in ordered), money.ZERO)).places)
    rows = [
        (
            words.label(group.group.get(key), missing="(not stated)", limit=44).text,
            words.ratio(group.median_ratio),
            group.verdict.verdict,
            words.count(group.calls),
            money.dollars(group.spend, places) if group.spend else "no price",
        )
        for group in ordered[:_GROUPS_SHOWN]
    ]
    if len(ordered) > _GROUPS_SHOWN:
        rows.append((f"and {words.count(len(ordered) - _GROUPS_SHOWN)} more (--json lists them)", "", "", "", ""))
    columns = (
        output.Column(title, wrap=True),
        output.Column("Median", number=True),
        output.Column("Verdict"),
        output.Column("Calls", number=True),
        output.Column("USD", number=True),
    )
    return output.table(columns, rows)


def _remarks(result: TrafficShape) -> list[str]:
    lines = [f"What explains it: {result.explanation.verdict}."]
    if result.polarisation:
        p = result.polarisation
        lines.append(
            f"Input dominates the price of {words.percent(p['input_dominated'])} of spend, output of "
            f"{words.percent(p['output_dominated'])}; {words.percent(p['mixed'])} is mixed."
        )
    lines.append("Different tiers are worth a look." if result.advise_tiers else "No split is indicated.")
    for number, what in (
        (result.no_output, "without output"),
        (result.no_input, "without input"),
        (result.not_request_level, "of daily totals (needs request-level logs)"),
    ):
        if number:
            lines.append(f"Not counted: {words.plural(number, 'record')} {what}.")
    return [*lines, *result.notes]
