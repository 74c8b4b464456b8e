"""Section "Missed prompt caching": one row a provider, model and workload, with cause, hit shares, fix and net dollars."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

from logcost.report import caching_words, money, words
from logcost.report.charts import small
from logcost.report.view.context import UNTAGGED, Amount, Swatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from markupsafe import Markup

    from logcost.report.view.context import Context
    from logcost.types import CachingRow

ROWS_SHOWN: Final = 60
_FILTER_FROM = 8
_FLOOR = Decimal(5)
_FLOOR_SHARE = Decimal("0.01")
_CENT = Decimal("0.01")

CONFIDENCE: Final = {"replayed": 3, "modelled": 2, "needs a test": 1}
"""Bars of the fixed confidence words; any other word shows one bar."""

EVIDENCE: Final = {
    "A": "prompt text",
    "B": "prefix hashes of each call",
    "C": "token counts of calls in sessions",
    "D": "token counts of calls",
    "E": "totals of billed reads and writes",
}
"""What each evidence level rests on (docs/caching.md)."""

_CLASSES: Final = {"low", "medium"}
"""Confidence classes of an estimate from sessions that claims something (methods: docs/caching.md)."""

CONFIDENCE_NOTES: Final = {
    "Replayed": "Recomputed from your own calls, timestamps and prices. No assumption about behaviour.",
    "Modelled": "Rests on one stated assumption.",
    "Needs a test": "Changes the model or what it reads, so answers may change.",
}


Links: TypeAlias = "Mapping[tuple[str | None, ...], tuple[str, str]]"
"""Anchor and amount of a saving."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A confidence word with its mark and colour class."""

    word: str
    colour: str
    mark: Markup


@dataclass(frozen=True, slots=True)
class RowView:
    """One row; ``saving`` is empty when it cannot be told, ``counted`` says whether it is part of the total.

    ``link``: anchor and amount of the saving that the ledger makes of it, after the overlap with others.
    """

    label: words.Label
    model: Swatch
    cause: str
    evidence_text: str
    evidence: str
    level: str
    chip: Chip | None
    missed: str
    missed_value: str
    calls: str
    hit_text: str
    hit_value: str
    dumbbell: Markup | None
    saving: Amount
    counted: bool
    fix: str
    link: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class CachingView:
    """The section. ``empty`` replaces the table; ``levels`` and ``chips`` explain the marks that occur."""

    heading: str
    empty: str
    rows: tuple[RowView, ...] = ()
    total: Amount | None = None
    folded: str = ""
    filterable: bool = False
    levels: tuple[tuple[str, str], ...] = ()
    chips: tuple[tuple[Chip, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Savings:
    """What the caching findings are worth together, and the largest one. ``floor``: less than this is not called a saving.

    ``checked`` and ``unknown`` count the calls whose saving could and could not be told; ``floor_text`` is the floor in
    words, empty where it is below a cent and says nothing to anybody.
    """

    total: Decimal
    largest: CachingRow | None
    floor: Decimal
    floor_text: str
    checked: int
    unknown: int


def counted(row: CachingRow) -> bool:
    """The row states an amount: it belongs to the total."""
    return row.net_saving is not None and row.net_saving != 0


def savings(context: Context) -> Savings:
    """What the engine adds up, and the largest finding; the floor is $5, in small reports 1 % of spend."""
    review = context.model.caching
    findings = [row for row in review.rows if row.finding is not None and (row.net_saving or 0) > 0]
    largest = max(findings, key=lambda row: row.net_saving or money.ZERO, default=None)
    floor = min(_FLOOR, context.totals.list_cost_low * _FLOOR_SHARE)
    return Savings(
        review.net_saving or money.ZERO,
        largest,
        floor,
        money.dollars(floor, context.scale.places, exact=floor) if floor >= _CENT else "",
        sum(row.requests or 0 for row in review.rows if row.net_saving is not None),
        sum(row.requests or 0 for row in review.rows if row.net_saving is None),
    )


def view(context: Context, links: Links) -> CachingView:
    """Build the section; ``links``: the savings of the ledger by code, provider, model and workload."""
    review = context.model.caching
    if not review.rows:
        return CachingView("Not enough data about prompt caching", _no_rows(context))
    shown = review.rows[:ROWS_SHOWN]
    rounded = _rounded(context, review.rows)
    rows = tuple(_row(context, row, rounded.get(id(row)), links) for row in shown)
    total = savings(context).total
    return CachingView(
        heading=_heading(context),
        empty="",
        rows=rows,
        total=Amount(context.dollars(total), money.exact_text(total)),
        folded=_folded(context, review.rows[ROWS_SHOWN:], rounded),
        filterable=len(rows) > _FILTER_FROM,
        levels=tuple((level, EVIDENCE[level]) for level in sorted({row.evidence for row in shown}) if level in EVIDENCE),
        chips=legend(row.chip for row in rows),
        notes=review.notes,
    )


def _rounded(context: Context, rows: Sequence[CachingRow]) -> dict[int, Decimal]:
    """Savings of the rows that count, by identity of the row, rounded together so that they add up to the total."""
    chosen = [row for row in rows if counted(row)]
    amounts = money.allocate([row.net_saving or money.ZERO for row in chosen], context.scale.places)
    return {id(row): amount for row, amount in zip(chosen, amounts, strict=True)}


def _no_rows(context: Context) -> str:
    if context.model.shape.not_request_level and not context.model.shape.histogram:
        return "Needs request-level logs; this month has daily totals only."
    return "No call says how many of its tokens were read from a cache, and none carries prefix hashes or a session."


def _heading(context: Context) -> str:
    found = savings(context)
    if not found.checked:
        return "What the cache could have served cannot be told from these logs"
    if found.largest is None or found.total <= found.floor:
        what = f"Nothing above {found.floor_text}" if found.floor_text else "Nothing worth a cent"
        calls = found.checked if found.unknown else context.totals.requests or 0
        rest = f"; for {words.count(found.unknown)} it cannot be told" if found.unknown else ""
        return f"{what} {context.monthly} was found in {words.plural(calls, 'call')}{rest}."
    missed = [bool(row.missed_tokens) for row in context.model.caching.rows if counted(row)]
    amount = context.dollars(found.total)
    if all(missed):
        return f"{amount} was paid for text the cache could have served"
    if not any(missed):
        return f"{amount} was paid for cache writes that were hardly read"
    return f"{amount} was lost to cache misses and to cache writes that were hardly read"


def _row(context: Context, row: CachingRow, amount: Decimal | None, links: Links) -> RowView:
    now, possible = row.billed_hit_share, row.achievable_hit_share
    missed = row.missed_tokens
    return RowView(
        label=words.label(row.workload, missing=UNTAGGED, limit=26),
        model=context.swatch(row.model, limit=24),
        cause=row.cause,
        evidence_text=row.evidence_text,
        evidence=row.evidence,
        level=f"Level {row.evidence}" + (f", {row.confidence_class} confidence" if row.confidence_class in _CLASSES else ""),
        chip=None if row.finding is None and row.net_saving is None else chip(row.confidence),
        missed="not known" if missed is None else words.tokens(missed),
        missed_value="" if missed is None else str(missed),
        calls="calls not stated" if row.requests is None else words.plural(row.requests, "call"),
        hit_text=_hit_text(now, possible),
        hit_value="" if now is None else f"{now:.6f}",
        dumbbell=None if now is None and possible is None else small.dumbbell(now, possible),
        saving=_saving(context, row, amount),
        counted=amount is not None,
        fix=_to_do(row, context.scale.places),
        link=links.get((row.finding, row.provider, row.model, row.workload)) if row.finding else None,
    )


def _to_do(row: CachingRow, places: int) -> str:
    """The fix, and what was replayed and loses money."""
    refused = caching_words.refused(row, places)
    fix = row.fix or _no_fix(row)
    return " ".join(refused if refused and not row.fix else (fix, *refused))


def _no_fix(row: CachingRow) -> str:
    if row.finding is not None or row.net_saving:
        return ""
    if row.evidence == "E" and row.net_saving is None:
        return "Load logs of single calls"
    if row.net_saving is None and row.rule is None:
        return "Give the provider's rule: 'logcost caching --rule'"
    return "Log session ids or prefix hashes" if row.evidence == "D" and row.requests != 1 else "Nothing"


def _saving(context: Context, row: CachingRow, amount: Decimal | None) -> Amount:
    if row.net_saving is None:
        return Amount("not known", "")
    shown = row.net_saving if amount is None else amount
    return Amount(money.dollars(shown, context.scale.places, exact=row.net_saving), money.exact_text(row.net_saving))


def _hit_text(now: float | None, possible: float | None) -> str:
    if now is None and possible is None:
        return "not known"
    first = "not known" if now is None else words.percent(now)
    return first if possible is None else f"{first} → {words.percent(possible)}"


def chip(word: str) -> Chip:
    """Mark of a confidence word."""
    level = CONFIDENCE.get(word.lower(), 1)
    return Chip(word, f"c{4 - level}", small.confidence(level))


def legend(chips: Iterable[Chip | None]) -> tuple[tuple[Chip, str], ...]:
    """The confidence words that occur, with what they mean."""
    used = {mark.word.lower() for mark in chips if mark}
    return tuple((chip(word), text) for word, text in CONFIDENCE_NOTES.items() if word.lower() in used)


def _folded(context: Context, rows: Sequence[CachingRow], rounded: Mapping[int, Decimal]) -> str:
    if not rows:
        return ""
    total = money.dollars(sum((rounded.get(id(row), money.ZERO) for row in rows), money.ZERO), context.scale.places)
    return f"{words.plural(len(rows), 'smaller row')} with {total} in all are in the CSV; the total counts them."
