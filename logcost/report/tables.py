"""The tables behind the report's pictures, in full and exact: what the CSV buttons save.

Each is ``[header, row, row, ...]`` of strings and numbers; money is exact decimal text, unknown is empty.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from logcost.report import money, words
from logcost.spending import exactly
from logcost.traffic import ratio_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logcost.report.model import ReportModel
    from logcost.spending import SpendSummary, Totals
    from logcost.traffic import HistogramBin

Cell = str | int | None
Table = list[list[Cell]]

MOST_ROWS: Final = 2000
"""Rows of one table in the file; the rest is one line ``All others``, complete in ``logcost spend --json``."""


MOST_STEPS: Final = 400
"""The same of savings, which carry sentences."""


def all_tables(model: ReportModel) -> dict[str, Table]:
    """Workloads, models, days, savings, caching and ratios."""
    spend = model.spend
    return {
        "workloads": groups(spend.by_workload, ("workload",)),
        "models": groups(spend.by_model, ("provider", "model")),
        "days": days(spend.by_day_model),
        "savings": _savings(model),
        "caching": _caching(model),
        "ratios": _ratios(model),
    }


_COUNTS: Final = (
    "requests",
    "input_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
    "unpriced_requests",
    "records",
    "unpriced_records",
    "uncounted_records",
    "bounded_records",
)
_COSTS: Final = ("list_cost_low", "list_cost_high", "contracted_cost_low", "contracted_cost_high")
"""Costs beside ``list_cost``, which is that of the records with an exact price."""


def groups(summary: SpendSummary, keys: Sequence[str]) -> Table:
    """One row a group with counts and exact costs; more than ``MOST_ROWS`` end in one row of the rest."""
    header: list[Cell] = [*keys, "list_cost_usd", *_COUNTS, *(f"{cost}_usd" for cost in _COSTS)]
    rows = [_group([row.group.get(key) for key in keys], [row.totals]) for row in summary.rows[:MOST_ROWS]]
    rest = summary.rows[MOST_ROWS:]
    if rest:
        rows.append(_group([f"All others ({len(rest)})", *([None] * (len(keys) - 1))], [row.totals for row in rest]))
    return [header, *rows]


def _group(names: Sequence[Cell], parts: Sequence[Totals]) -> list[Cell]:
    listed, *others = (exactly(*(getattr(part, cost) for part in parts)) for cost in ("list_cost", *_COSTS))
    counts = [words.total(getattr(part, count) for part in parts) for count in _COUNTS]
    return [*names, money.exact_text(listed), *counts, *map(money.exact_text, others)]


def days(summary: SpendSummary) -> Table:
    """One row a day, one column a model, exact; calls without a time are on the last row with an empty day."""
    cells: dict[str | None, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in summary.rows:
        cells[row.group.get("day")][row.group.get("model") or "(model not stated)"] += row.totals.list_cost_low
    models = sorted({model for by_model in cells.values() for model in by_model})
    ordered = sorted(cells, key=lambda day: (day is None, day or ""))
    rows: Table = [
        [
            day,
            *(money.exact_text(cells[day].get(model, money.ZERO)) for model in models),
            money.exact_text(sum(cells[day].values(), money.ZERO)),
        ]
        for day in ordered
    ]
    return [["day", *models, "total_usd"], *rows]


_STEP: Final = (
    "code", "provider", "model", "workload", "risk", "confidence", "title", "evidence", "fix", "assumption", "calls",
)  # fmt: skip
_STEP_COSTS: Final = ("saving", "low", "high", "alone", "left")


def _savings(model: ReportModel) -> Table:
    """The steps in the order of the ledger; of more than ``MOST_STEPS`` the rest is one row."""
    steps = model.savings.steps if model.savings else ()
    rows: Table = [
        [*(getattr(step, name) for name in _STEP), *(money.exact_text(getattr(step, cost)) for cost in _STEP_COSTS)]
        for step in steps[:MOST_STEPS]
    ]
    if rest := steps[MOST_STEPS:]:
        sums = [money.exact_text(exactly(*(getattr(step, cost) for step in rest))) for cost in _STEP_COSTS[:-1]]
        others: list[Cell] = [f"All others ({len(rest)})", *([None] * (len(_STEP) - 1))]
        rows.append([*others, *sums, money.exact_text(rest[-1].left)])
    return [[*_STEP, *(f"{cost}_usd" for cost in _STEP_COSTS)], *rows]


_CACHING: Final = (
    "provider", "model", "workload", "evidence", "confidence", "requests", "input_tokens", "billed_read_tokens",
    "billed_write_tokens", "achievable_read_tokens", "missed_tokens", "wasted_write_tokens", "finding", "cause", "fix",
)  # fmt: skip


def _caching(model: ReportModel) -> Table:
    rows: Table = [
        [*(getattr(row, name) for name in _CACHING), None if row.net_saving is None else money.exact_text(row.net_saving)]
        for row in model.caching.rows[:MOST_ROWS]
    ]
    rest = model.caching.rows[MOST_ROWS:]
    if rest:
        saving = sum((row.net_saving or money.ZERO for row in rest), money.ZERO)
        rows.append([f"All others ({len(rest)})", *([None] * (len(_CACHING) - 1)), money.exact_text(saving)])
    return [[*_CACHING, "net_saving_usd"], *rows]


def _ratios(model: ReportModel) -> Table:
    """Every bin of the ratio histogram; ratios are those of bin centres."""
    rows: Table = [
        [cell.k, f"{ratio_at(cell.k):.6g}", *(getattr(cell, name) for name in _BIN_COUNTS), *_money(cell)]
        for cell in model.shape.histogram
    ]
    return [["bin", "ratio_centre", *_BIN_COUNTS, *(f"{name}_usd" for name in _BIN_COSTS)], *rows]


_BIN_COUNTS: Final = ("calls", "input_tokens", "output_tokens", "priced_calls")
_BIN_COSTS: Final = ("input_cost", "spend")


def _money(cell: HistogramBin) -> list[str]:
    return [money.exact_text(getattr(cell, name)) for name in _BIN_COSTS]
