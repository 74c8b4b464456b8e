"""``logcost caching`` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding

from logcost.report import money, words
from logcost.report.terminal import output

if TYPE_CHECKING:
    from decimal import Decimal

    from logcost.types import CachingReview, CachingRow

ROWS_SHOWN = 60


def caching(review: CachingReview) -> None:
    """One line a provider, model and workload with its net saving, then the findings with evidence and fix."""
    console = output.console()
    if not review.rows:
        console.print("No calls to review for prompt caching.")
        return
    places = max(2, money.scale_of(review.net_saving).places)
    chosen = [row for row in review.rows if row.net_saving is not None]
    amounts = dict(zip(map(id, chosen), money.allocate([r.net_saving or money.ZERO for r in chosen], places), strict=True))
    table = output.table(
        ("Workload", "Model", "Evidence", "Calls", "Input", "Read", "Possible", "Missed", "Net saving", "Cause"),
        numbers=(3, 4, 5, 6, 7, 8), wrap=(9,),
    )  # fmt: skip
    for row in review.rows[:ROWS_SHOWN]:
        table.add_row(*_cells(row, amounts.get(id(row)), places))
    rest = review.rows[ROWS_SHOWN:]
    if rest:
        folded = sum((amounts.get(id(row), money.ZERO) for row in rest), money.ZERO)
        table.add_row(f"All others ({len(rest)})", *([""] * 7), money.dollars(folded, places), "--json lists them")
    total = money.dollars(sum(amounts.values(), money.ZERO), places, exact=review.net_saving)
    table.add_row(
        *output.bold(
            ["Total", "", "", "", words.tokens(review.input_tokens), "", "", words.tokens(review.missed_tokens), total, ""]
        )
    )
    console.print(table)
    _findings(review)


def _cells(row: CachingRow, amount: Decimal | None, places: int) -> list[str]:
    unknown = "not known"
    return [
        words.label(row.workload, missing="(untagged)", limit=32).text,
        words.label(row.model, missing="(model not stated)", limit=32).text,
        f"{row.evidence} {row.confidence}",
        words.count(row.requests),
        words.tokens(row.input_tokens),
        unknown if row.billed_hit_share is None else words.percent(row.billed_hit_share, 1),
        unknown if row.achievable_hit_share is None else words.percent(row.achievable_hit_share, 1),
        unknown if row.missed_tokens is None else words.tokens(row.missed_tokens),
        unknown if amount is None else money.dollars(amount, places, exact=row.net_saving),
        words.visible(row.cause),
    ]


def _findings(review: CachingReview) -> None:
    console = output.console()
    for row in review.rows[:ROWS_SHOWN]:
        if row.finding is None:
            continue
        console.print()
        console.print(f"{row.finding} {words.visible(row.title or row.cause)}")
        for text in (row.evidence_text, row.fix):
            if text:
                console.print(Padding(words.visible(text), (0, 0, 0, 6)))
    if review.unknown_rows:
        console.print()
        console.print(f"{words.plural(review.unknown_rows, 'row')} cannot be told: not enough data.")
    for note in review.notes:
        console.print(note)
