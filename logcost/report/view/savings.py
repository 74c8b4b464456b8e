"""Section "Savings found": one row a change, grouped by what may get worse, with evidence, confidence, range and amount."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from logcost.report import money, savings_words, words
from logcost.report.charts import scale, small
from logcost.report.view import caching
from logcost.report.view.context import Amount
from logcost.savings import RISKS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from markupsafe import Markup

    from logcost.report.savings_sums import Shown
    from logcost.report.view.caching import Chip
    from logcost.report.view.context import Context, Swatch
    from logcost.savings import Risk, Saving, SavingsLedger, Unpriced

ROWS_SHOWN: Final = 30
"""Rows of one group, and of the findings without an amount."""
_FILTER_FROM = 8
_TITLE = 140
_NAME = 28
_UNKNOWN = "Not known what could be saved"


@dataclass(frozen=True, slots=True)
class Place:
    """What a finding is about: workload and model, as far as it is about one."""

    workload: words.Label | None
    model: Swatch | None
    provider: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """One change. ``between`` is empty where the amount is no range; ``rests`` is the assumption it rests on."""

    anchor: str
    title: words.Label
    evidence: str
    fix: str
    rests: str
    place: Place
    calls: str
    chip: Chip
    level: int
    code: str
    picture: Markup
    amount: Amount
    between: str


@dataclass(frozen=True, slots=True)
class Group:
    """The changes of one risk with their sum; ``folded`` stands for the smaller ones that have no row."""

    name: str
    count: str
    amount: Amount
    rows: tuple[StepRow, ...]
    folded: tuple[str, Amount] | None


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A finding whose amount cannot be stated, and why."""

    title: words.Label
    evidence: str
    fix: str
    place: Place
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class SavingsView:
    """The section. ``empty`` replaces the table, with the ``checks`` that ran."""

    heading: str
    empty: str = ""
    checks: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    total: Amount | None = None
    together: str = ""
    overlap: str = ""
    domain: str = ""
    saves: str = ""
    count: int = 0
    filterable: bool = False
    chips: tuple[tuple[Chip, str], ...] = ()
    open: tuple[OpenRow, ...] = ()
    open_more: str = ""
    notes: tuple[str, ...] = ()


def view(context: Context) -> SavingsView:
    """Build the section."""
    shown = looked(context)
    if shown is None:
        return SavingsView(_UNKNOWN, not_run(context))
    found = _table(context, shown) if shown.ledger.steps else _nothing(context, shown.ledger)
    return _with_open(context, shown.ledger, found)


def looked(context: Context) -> Shown | None:
    """The savings, if the checks could look at the calls; in daily totals there is little to find, and nothing to rule out."""
    shown = context.shown
    if shown is None or shown.ledger.steps or shown.ledger.unpriced:
        return shown
    return shown if shown.ledger.checks and not _daily(context) else None


def _daily(context: Context) -> bool:
    return bool(context.model.shape.not_request_level and not context.model.shape.histogram)


def not_run(context: Context) -> str:
    """Why it is not known what could be saved."""
    if _daily(context):
        return "Needs request-level logs; this month has daily totals only."
    return savings_words.NOT_RUN if context.model.savings is None else savings_words.NO_CHECK


def _nothing(context: Context, ledger: SavingsLedger) -> SavingsView:
    if context.nothing_priced:
        return SavingsView(_UNKNOWN, savings_words.NO_PRICE, notes=_notes(ledger))
    told = savings_words.nothing(ledger, context.scale.places, context.monthly)
    known = savings_words.checks(ledger)
    return SavingsView(told, "Checked:" if known else savings_words.NO_CHECK, tuple(known), notes=_notes(ledger))


def _heading(context: Context, shown: Shown) -> str:
    """The finding: what comes without a quality risk, then the rest."""
    safe = [step for step in shown.ledger.steps if step.risk == "none"]
    others = [step for step in shown.ledger.steps if step.risk != "none"]
    rest = context.dollars(shown.saved() - shown.saved("none"))
    if not safe:
        return f"{_changes(others)} worth {rest} {context.monthly}, but {may_get_worse(others)}"
    what = f"{_changes(safe, ' with no quality risk')} worth {context.dollars(shown.saved('none'))} {context.monthly}"
    more = words.spelled(len(others))
    return f"{what}; {more} more, worth {rest}, {may_get_worse(others)}" if others else what


def _changes(steps: Sequence[Saving], kind: str = "") -> str:
    number = len(steps)
    return (
        f"{words.sentence(words.spelled(number))} {'change' if number == 1 else 'changes'}{kind} {'is' if number == 1 else 'are'}"
    )


def may_get_worse(steps: Sequence[Saving]) -> str:
    """What the changes with a risk do: ``may delay or change answers``."""
    found = {step.risk for step in steps}
    if len(found) > 1:
        return "may delay or change answers"
    return "may change answers" if "answers" in found else "delays answers" if len(steps) == 1 else "delay answers"


def _table(context: Context, shown: Shown) -> SavingsView:
    ledger = shown.ledger
    low, high = _domain(ledger.steps)
    used = [risk for risk in RISKS if any(step.risk == risk for step in ledger.steps)]
    groups = tuple(_group(context, shown, risk, (low, high)) for risk in used)
    rows = [row for group in groups for row in group.rows]
    total = Amount(context.dollars(shown.saved()), money.exact_text(ledger.saved()))
    ends = (money.dollars(end, max(0, -_exponent(end))) for end in (low, high))
    return SavingsView(
        heading=_heading(context, shown),
        groups=groups,
        total=total,
        together=_together(used),
        overlap=savings_words.overlap(ledger, context.scale.places),
        domain=" to ".join(ends),
        saves="Saves a month" if context.monthly == "a month" else "Saves",
        count=len(rows),
        filterable=len(rows) > _FILTER_FROM,
        chips=caching.legend(row.chip for row in rows),
        notes=_notes(ledger),
    )


def _together(used: Sequence[Risk]) -> str:
    """Name of the total, which says what is in it."""
    return "All changes" + (", with those that may change answers" if "answers" in used and len(used) > 1 else "")


def _exponent(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _domain(steps: Sequence[Saving]) -> tuple[Decimal, Decimal]:
    """Ends of the range bars: from zero, or from what is lost at worst, to a round number."""
    lowest, highest = min(step.low for step in steps), max(step.high for step in steps)
    return (-scale.ceiling(-lowest) if lowest < 0 else money.ZERO), scale.ceiling(highest)


def anchors(ledger: SavingsLedger) -> dict[int, str]:
    """Anchor of each step that has a row, by its position in the ledger."""
    return {i: f"sv{i + 1}" for risk in RISKS for i in _ranked(ledger, risk)[:ROWS_SHOWN]}


def _ranked(ledger: SavingsLedger, risk: Risk) -> list[int]:
    """Positions of the steps of a risk, largest saving first."""
    chosen = [i for i, step in enumerate(ledger.steps) if step.risk == risk]
    return sorted(chosen, key=lambda i: (-ledger.steps[i].saving, i))


def _group(context: Context, shown: Shown, risk: Risk, domain: tuple[Decimal, Decimal]) -> Group:
    ledger = shown.ledger
    ranked = _ranked(ledger, risk)
    rest = ranked[ROWS_SHOWN:]
    folded = None
    if rest:
        exact = sum((ledger.steps[i].saving for i in rest), money.ZERO)
        amount = context.dollars(sum((shown.steps[i] for i in rest), money.ZERO))
        folded = (f"All others ({len(rest)})", Amount(amount, money.exact_text(exact)))
    return Group(
        name=savings_words.RISK[risk],
        count=words.plural(len(ranked), "change"),
        amount=Amount(context.dollars(shown.saved(risk)), money.exact_text(ledger.saved(risk))),
        rows=tuple(_row(context, ledger.steps[i], shown.steps[i], f"sv{i + 1}", domain) for i in ranked[:ROWS_SHOWN]),
        folded=folded,
    )


def _row(context: Context, step: Saving, amount: Decimal, anchor: str, domain: tuple[Decimal, Decimal]) -> StepRow:
    places, width = context.scale.places, domain[1] - domain[0]
    low, value, high = (float((end - domain[0]) / width) for end in (step.low, step.saving, step.high))
    mark = caching.chip(step.confidence)
    return StepRow(
        anchor=anchor,
        title=title(step.title),
        evidence=words.visible(step.evidence),
        fix=_fix(step),
        rests=words.visible(step.assumption),
        place=_place(context, step),
        calls="" if step.calls is None else words.plural(step.calls, "call"),
        chip=mark,
        level=caching.CONFIDENCE.get(step.confidence.lower(), 1),
        code=words.visible(step.code),
        picture=small.interval(low, value, high, mark.colour),
        amount=Amount(money.dollars(amount, places, exact=step.saving), money.exact_text(step.saving)),
        between=" to ".join(money.ends(step.low, step.high, places)) if step.low < step.high else "",
    )


def title(text: str) -> words.Label:
    """What to do: a sentence with a name of the reader's data in it."""
    return words.label(text, limit=_TITLE)


def _fix(finding: Saving | Unpriced) -> str:
    return "" if finding.fix == finding.title else words.visible(finding.fix)


def _place(context: Context, finding: Saving | Unpriced) -> Place:
    name = savings_words.place(finding.provider, finding.model, finding.workload)
    return Place(
        words.label(finding.workload, missing=name, limit=_NAME) if name else None,
        context.swatch(finding.model, limit=_NAME) if finding.model is not None else None,
        words.provider(finding.provider) if finding.model is None and finding.provider is not None else "",
    )


def _with_open(context: Context, ledger: SavingsLedger, found: SavingsView) -> SavingsView:
    """The section with the findings without an amount below the table."""
    rows = tuple(
        OpenRow(
            title(one.title),
            words.visible(one.evidence),
            _fix(one),
            _place(context, one),
            words.visible(one.code),
            words.visible(one.reason),
        )
        for one in ledger.unpriced[:ROWS_SHOWN]
    )
    more = len(ledger.unpriced) - len(rows)
    told = f"And {words.plural(more, 'finding')} more without an amount; the JSON has all." if more else ""
    return replace(found, open=rows, open_more=told)


def _notes(ledger: SavingsLedger) -> tuple[str, ...]:
    left_out = ledger.unpriced_records
    verb = "has" if left_out == 1 else "have"
    first = f"{words.plural(left_out, 'record')} {verb} no exact price and {'is' if left_out == 1 else 'are'} in no saving."
    return (*([first] if left_out else []), *map(words.visible, ledger.notes))


def links(context: Context) -> dict[tuple[str | None, ...], tuple[str, str]]:
    """Anchor and amount of the saving of each code, provider, model and workload, for the rows of other sections."""
    shown = context.shown
    if shown is None:
        return {}
    ledger = shown.ledger
    found: dict[tuple[str | None, ...], tuple[str, str]] = {}
    for i, anchor in sorted(anchors(ledger).items()):
        step = ledger.steps[i]
        amount = money.dollars(shown.steps[i], context.scale.places, exact=step.saving)
        found.setdefault((step.code, step.provider, step.model, step.workload), (anchor, amount))
    return found


def by_confidence(context: Context, shown: Shown, risk: Risk) -> str:
    """``$957 replayed, $1,623 modelled``: what of the savings of a risk rests on what."""
    used = {step.confidence for step in shown.ledger.steps if step.risk == risk}
    ranked = sorted(used, key=lambda word: (-caching.CONFIDENCE.get(word.lower(), 0), word))
    if len(ranked) == 1:
        return f"all {ranked[0].lower()}"
    return ", ".join(f"{context.dollars(shown.saved(risk, word))} {word.lower()}" for word in ranked)
