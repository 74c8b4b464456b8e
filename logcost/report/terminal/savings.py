"""``logcost savings`` and ``logcost whatif`` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding

from logcost.report import money, savings_sums, savings_words, words
from logcost.report.terminal import output
from logcost.savings import RISKS
from logcost.spending import exactly

if TYPE_CHECKING:
    from decimal import Decimal

    from logcost.report.savings_sums import Shown
    from logcost.savings import Saving, SavingsLedger, Unpriced, WhatIf, WhatIfStep

ROWS_SHOWN = 60
_INDENT = 6
_COLUMNS = (
    output.Column("Finding"),
    output.Column("Workload", wrap=True, wide=80),
    output.Column("Model", wrap=True, wide=100),
    output.Column("Confidence"),
    output.Column("Risk", wrap=True, wide=120),
    output.Column("Calls", number=True, wide=160),
    output.Column("From", number=True, wide=140),
    output.Column("To", number=True, wide=140),
    output.Column("Saving", number=True),
    output.Column("Bill after it", number=True, wide=70),
)
_STEP_COLUMNS = (
    output.Column("Step"),
    output.Column("Change", wrap=True),
    output.Column("Calls", number=True, wide=70),
    output.Column("Read from cache", number=True, wide=110),
    output.Column("Bill", number=True),
    output.Column("Change of bill", number=True),
    output.Column("From actual", number=True, wide=90),
)


def savings(ledger: SavingsLedger) -> None:
    """One line a change with its range and the bill after it, the sums, then each finding with evidence and fix."""
    places = _places(ledger.billed)
    shown = savings_sums.shown(ledger, places)
    if not ledger.steps:
        _nothing(ledger, places)
    else:
        _ledger(shown)
        _sums(shown)
    doubled = savings_words.doubled(ledger)
    for number, step in enumerate(ledger.steps[:ROWS_SHOWN], 1):
        model = f" ({words.label(step.model, limit=64).text})" if step.model and step.title in doubled else ""
        _finding(f"{number}. {words.visible(step.title)}{model}", _told(step))
    for one in ledger.unpriced[:ROWS_SHOWN]:
        _finding(f"No amount: {words.visible(one.title)}", _told(one))
    _notes(ledger, places)


def _nothing(ledger: SavingsLedger, places: int) -> None:
    console = output.console()
    if not ledger.billed and ledger.unpriced_records:
        console.print(savings_words.NO_PRICE)
    elif not ledger.checks:
        console.print(savings_words.NO_CHECK)
    else:
        console.print(savings_words.nothing(ledger, places, ""))
        console.print(f"Checked: {'; '.join(savings_words.checks(ledger))}.")


def _ledger(shown: Shown) -> None:
    console, ledger, places = output.console(), shown.ledger, shown.places
    rows, left = [], shown.billed
    for number, (step, amount) in enumerate(zip(ledger.steps, shown.steps, strict=True), 1):
        left -= amount
        if number <= ROWS_SHOWN:
            rows.append(_cells(number, step, (amount, left), places))
    if rest := shown.steps[ROWS_SHOWN:]:
        folded = money.dollars(sum(rest, money.ZERO), places)
        rows.append([f"All others ({len(rest)})", *([""] * 7), folded, money.dollars(left, places, exact=ledger.left)])
    total = ["Total", *([""] * 7), money.dollars(shown.saved(), places), money.dollars(shown.left, places, exact=ledger.left)]
    calls = "" if ledger.calls is None else f", {words.plural(ledger.calls, 'call')}"
    console.print(f"Savings on a bill of {money.dollars(shown.billed, places)}, list prices{calls}")
    console.print(output.table(_COLUMNS, rows, total, width=console.width))


def _cells(number: int, step: Saving, amounts: tuple[Decimal, Decimal], places: int) -> list[str]:
    amount, left = amounts
    name = savings_words.place(step.provider, step.model, step.workload)
    low, high = money.ends(step.low, step.high, places) if step.low < step.high else ("", "")
    return [
        f"{number}. {words.visible(step.code)}",
        words.label(step.workload, missing=name or "(all calls)", limit=32).text,
        words.label(step.model, missing=words.provider(step.provider) if step.provider else "", limit=32).text,
        words.visible(step.confidence),
        savings_words.RISK[step.risk],
        words.count(step.calls),
        low,
        high,
        money.dollars(amount, places, exact=step.saving),
        money.dollars(left, places, exact=step.left),
    ]


def _sums(shown: Shown) -> None:
    """What of the total comes with which risk, and the overlap."""
    ledger, places = shown.ledger, shown.places
    used = [risk for risk in RISKS if any(step.risk == risk for step in ledger.steps)]
    parts = [f"{savings_words.RISK[risk].lower()} {money.dollars(shown.saved(risk), places)}" for risk in used]
    console = output.console()
    console.print(f"{words.sentence(', '.join(parts))}.")
    if overlap := savings_words.overlap(ledger, places):
        console.print(f"{overlap.removesuffix('.')}.")


def _told(finding: Saving | Unpriced) -> list[str]:
    """Evidence, fix, and what the amount rests on or why there is none."""
    last = getattr(finding, "assumption", "")
    why = getattr(finding, "reason", "")
    found = [finding.evidence, "" if finding.fix == finding.title else finding.fix]
    return [*found, f"Assumed: {last}" if last else "", f"Why there is no amount: {why}" if why else ""]


def _finding(name: str, told: list[str]) -> None:
    console = output.console()
    console.print()
    console.print(name)
    for text in filter(None, told):
        console.print(Padding(words.visible(text), (0, 0, 0, _INDENT), expand=False))


def _notes(ledger: SavingsLedger, places: int) -> None:
    console = output.console()
    if own := ledger.self_hosting:
        console.print()
        console.print(savings_words.self_hosting(own, places))
        for name, text in savings_words.self_hosting_facts(own, places):
            console.print(Padding(f"{name}: {text}", (0, 0, 0, _INDENT), expand=False))
    hidden = sum(max(0, len(found) - ROWS_SHOWN) for found in (ledger.steps, ledger.unpriced))
    if hidden or ledger.unpriced_records or ledger.notes:
        console.print()
    if hidden:
        console.print(f"And {words.plural(hidden, 'finding')} more; --json lists them.")
    if ledger.unpriced_records:
        verb = "has" if ledger.unpriced_records == 1 else "have"
        what = words.plural(ledger.unpriced_records, "record")
        console.print(output.warning(f"{what} {verb} no exact price: in no saving and not in the bill."))
    for note in ledger.notes:
        console.print(words.visible(note))


def whatif(result: WhatIf) -> None:
    """One line a change with the bill after it; the changes add up to the difference of the first and the last bill."""
    console = output.console()
    places = _places(result.before)
    changes = [exactly(after, -before) for before, after in zip(_bills(result), _bills(result)[1:], strict=False)]
    first, *shown = money.allocate([result.before, *changes], places)
    bill, rows = first, [["", "As it was", words.count(result.calls), "", money.dollars(first, places), "", ""]]
    for number, (step, exact, amount) in enumerate(zip(result.steps, changes, shown, strict=True), 1):
        bill += amount
        rows.append(_step_cells(result, number, step, (bill, money.dollars(amount, places, exact=exact, sign=True))))
    whole = exactly(result.after, -result.before)
    change = money.dollars(bill - first, places, exact=whole, sign=True)
    total = [
        "",
        "After all changes",
        "",
        "",
        money.dollars(bill, places, exact=result.after),
        change,
        _percent(result, result.after),
    ]
    console.print(output.table(_STEP_COLUMNS, rows, total, width=console.width))
    for number, step in enumerate(result.steps, 1):
        for text in _remarks(step):
            console.print(f"{number}. {text}")
    if result.left_out:
        verb = "has" if result.left_out == 1 else "have"
        console.print(output.warning(f"{words.plural(result.left_out, 'record')} {verb} no exact price: not in the bill."))


def _bills(result: WhatIf) -> list[Decimal]:
    return [result.before, *(step.cost for step in result.steps)]


def _step_cells(result: WhatIf, number: int, step: WhatIfStep, shown: tuple[Decimal, str]) -> list[str]:
    bill, change = shown
    places = _places(result.before)
    share = "" if step.hit_share is None else words.percent(step.hit_share, 1)
    return [
        f"{number}.",
        words.visible(f"{step.option} {step.setting}".strip()),
        words.count(step.calls),
        share,
        money.dollars(bill, places, exact=step.cost),
        change,
        _percent(result, step.cost),
    ]


def _percent(result: WhatIf, cost: Decimal) -> str:
    return words.change_percent(float(cost), float(result.before))


def _remarks(step: WhatIfStep) -> list[str]:
    kept = [f"{words.plural(step.kept, 'call')} without a price for it stay as they were."] if step.kept else []
    return [*kept, *map(words.visible, step.notes)]


def _places(amount: Decimal) -> int:
    return max(2, money.scale_of(amount).places)
