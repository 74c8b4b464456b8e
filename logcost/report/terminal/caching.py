"""``logcost caching`` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding

from logcost.report import caching_words, money, words
from logcost.report.terminal import output

if TYPE_CHECKING:
    from decimal import Decimal

    from logcost.types import CachingReview, CachingRow

ROWS_SHOWN = 60
_UNKNOWN = "not known"
_COLUMNS = (
    output.Column("Workload", wrap=True),
    output.Column("Model", wrap=True),
    output.Column("Evidence", wide=110),
    output.Column("Calls", number=True, wide=150),
    output.Column("Input", number=True, wide=160),
    output.Column("Read", number=True, wide=130),
    output.Column("Possible", number=True, wide=130),
    output.Column("Missed", number=True, wide=90),
    output.Column("Net saving", number=True),
    output.Column("Cause", wrap=True),
)


def caching(review: CachingReview) -> None:
    """One line a provider, model and workload with its net saving, then the findings with evidence and fix."""
    console = output.console()
    if not review.rows:
        console.print("No calls to review for prompt caching.")
        return
    places = max(2, money.scale_of(review.net_saving or money.ZERO).places)
    chosen = [row for row in review.rows if row.net_saving is not None]
    amounts = dict(zip(map(id, chosen), money.allocate([r.net_saving or money.ZERO for r in chosen], places), strict=True))
    rows = [_cells(row, amounts.get(id(row)), places) for row in review.rows[:ROWS_SHOWN]]
    rest = review.rows[ROWS_SHOWN:]
    if rest:
        folded = sum((amounts.get(id(row), money.ZERO) for row in rest), money.ZERO)
        rows.append([f"All others ({len(rest)})", *([""] * 7), money.dollars(folded, places), "--json lists them"])
    known = review.net_saving is not None
    saving = money.dollars(sum(amounts.values(), money.ZERO), places, exact=review.net_saving) if known else _UNKNOWN
    missed = _UNKNOWN if review.missed_tokens is None else words.tokens(review.missed_tokens)
    total = ["Total", "", "", "", words.tokens(review.input_tokens), "", "", missed, saving, ""]
    console.print(output.table(_COLUMNS, rows, total, width=console.width))
    _findings(review, places)


def _cells(row: CachingRow, amount: Decimal | None, places: int) -> list[str]:
    return [
        words.label(row.workload, missing="(untagged)", limit=32).text,
        words.label(row.model, missing="(model not stated)", limit=32).text,
        row.evidence if row.finding is None and amount is None else f"{row.evidence} {row.confidence}",
        words.count(row.requests),
        words.tokens(row.input_tokens),
        _UNKNOWN if row.billed_hit_share is None else words.percent(row.billed_hit_share, 1),
        _UNKNOWN if row.achievable_hit_share is None else words.percent(row.achievable_hit_share, 1),
        _UNKNOWN if row.missed_tokens is None else words.tokens(row.missed_tokens),
        _UNKNOWN if amount is None else money.dollars(amount, places, exact=row.net_saving),
        words.visible(row.cause),
    ]


def _findings(review: CachingReview, places: int) -> None:
    console = output.console()
    for row in review.rows[:ROWS_SHOWN]:
        refused = caching_words.refused(row, places)
        if row.finding is None and not refused:
            continue
        console.print()
        named = row.workload or row.model or "calls without a model"
        console.print(f"{row.finding} {words.visible(row.title or row.cause)}" if row.finding else words.visible(named))
        for text in (row.evidence_text, row.fix, *refused):
            if text:
                console.print(Padding(words.visible(text), (0, 0, 0, 6), expand=False))
    if review.unknown_rows:
        console.print()
        console.print(f"{words.plural(review.unknown_rows, 'row')} cannot be told: not enough data.")
    for note in review.notes:
        console.print(note)
