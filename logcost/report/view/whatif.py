"""Section "What if": the bill after each change of the ledger, one below the other, down to what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logcost.report import money, savings_words, words
from logcost.report.charts import small
from logcost.report.view import savings
from logcost.report.view.context import NO_MODEL
from logcost.savings import RISKS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from markupsafe import Markup

    from logcost.report.savings_sums import Shown
    from logcost.report.view.context import Context
    from logcost.savings import Risk, Saving, SavingsLedger

STEPS_SHOWN: Final = 12
"""With more changes than this, the smaller ones of each risk are one step."""


@dataclass(frozen=True, slots=True)
class LadderRow:
    """One step; ``total`` rows are the bill and what is left of it."""

    name: words.Label
    model: words.Label | None
    bill: str
    saves: str
    change: str
    picture: Markup
    risk: str
    condition: str
    total: bool = False


@dataclass(frozen=True, slots=True)
class WhatIfView:
    """The section. ``empty`` replaces the ladder; ``servers`` compares with the reader's own."""

    heading: str
    empty: str = ""
    rows: tuple[LadderRow, ...] = ()
    note: str = ""
    servers: str = ""
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    """Neighbouring changes of one risk that are drawn as one step."""

    risk: Risk
    steps: tuple[Saving, ...]
    amount: Decimal


def view(context: Context) -> WhatIfView:
    """Build the section."""
    shown = savings.looked(context)
    if shown is None or not shown.ledger.billed:
        return WhatIfView("Not known what the bill would have been", "No saving with an amount is known.")
    ledger, places = shown.ledger, context.scale.places
    own = ledger.self_hosting
    servers = savings_words.self_hosting(own, places) if own else ""
    facts = savings_words.self_hosting_facts(own, places) if own else ()
    if not ledger.steps:
        stays = f"It stays at {context.dollars(ledger.billed)}."
        return WhatIfView("No change was found that lowers the bill", stays, servers=servers, facts=facts)
    rows = tuple(_rows(context, shown))
    return WhatIfView(_heading(context, shown), "", rows, _note(context, ledger), servers, facts)


def _heading(context: Context, shown: Shown) -> str:
    """The bill without the changes that have a risk, then with all of them."""
    steps = shown.ledger.steps
    others = [step for step in steps if step.risk != "none"]
    safe, number = len(steps) - len(others), len(steps)
    cost = f"{_period(context)} would have cost"
    least = context.dollars(shown.left)
    every = "this one change" if number == 1 else "both changes" if number == 2 else f"all {words.spelled(number)} changes"  # noqa: PLR2004 -- two are called both
    if not others:
        return f"{cost} {least} with {every}"
    if not safe:
        return f"{cost} {least} with {every}, which {savings.may_get_worse(others)}"
    first = f"the {words.spelled(safe)} changes" if safe > 1 else "the one change"
    carry = "carry" if safe > 1 else "carries"
    bill = context.dollars(shown.billed - shown.saved("none"))
    return f"{cost} {bill} with {first} that {carry} no quality risk, {least} with {every.removesuffix(' changes')}"


def _period(context: Context) -> str:
    """``October`` for a whole month, else the calls."""
    if context.is_month and context.days is not None and not context.partial:
        return words.MONTHS[context.days[0].month - 1]
    return "The same calls"


def _rows(context: Context, shown: Shown) -> Iterator[LadderRow]:
    ledger, places = shown.ledger, context.scale.places
    left, true = shown.billed, ledger.billed
    bill = money.dollars(left, places, exact=true)
    yield LadderRow(
        words.Label("As it was"), None, bill, "", "", small.part(0, 1, "tot"), "", "List prices of the calls", total=True
    )
    doubled = savings_words.doubled(ledger)
    for number, step in enumerate(_folded(shown), 1):
        exact = sum((one.saving for one in step.steps), money.ZERO)
        left, true = left - step.amount, true - exact
        yield LadderRow(
            name=_name(step, number),
            model=_model(step, doubled),
            bill=money.dollars(left, places, exact=true),
            saves=money.dollars(-step.amount, places, exact=-exact),
            change=words.change_percent(float(true), float(ledger.billed)),
            picture=small.part(float(exact / ledger.billed), float(true / ledger.billed)),
            risk=savings_words.RISK[step.risk],
            condition=_condition(step),
        )
    saved = ledger.saved()
    yield LadderRow(
        name=words.Label(f"With all {words.spelled(len(ledger.steps))}" if len(ledger.steps) > 1 else "With this change"),
        model=None,
        bill=money.dollars(shown.left, places, exact=ledger.left),
        saves=money.dollars(-shown.saved(), places, exact=-saved),
        change=words.change_percent(float(ledger.left), float(ledger.billed)),
        picture=small.part(float(saved / ledger.billed), float(ledger.left / ledger.billed)),
        risk="",
        condition="",
        total=True,
    )


def _folded(shown: Shown) -> list[_Step]:
    """The steps in the order of the ledger; of many only the first of each risk, the rest as one."""
    ledger, found = shown.ledger, []
    few = len(ledger.steps) <= STEPS_SHOWN
    for risk in RISKS:
        chosen = [i for i, step in enumerate(ledger.steps) if step.risk == risk]
        alone = len(chosen) if few or len(chosen) <= STEPS_SHOWN // len(RISKS) else STEPS_SHOWN // len(RISKS) - 1
        found += [_Step(risk, (ledger.steps[i],), shown.steps[i]) for i in chosen[:alone]]
        if rest := chosen[alone:]:
            found.append(_Step(risk, tuple(ledger.steps[i] for i in rest), sum((shown.steps[i] for i in rest), money.ZERO)))
    return found


def _name(step: _Step, number: int) -> words.Label:
    if len(step.steps) > 1:
        return words.Label(f"{number}. {len(step.steps)} more changes")
    label = savings.title(step.steps[0].title)
    return words.Label(f"{number}. {label.text}", label.full)


def _model(step: _Step, doubled: frozenset[str]) -> words.Label | None:
    """Told only where another step has the same words."""
    one = step.steps[0]
    return words.label(one.model, missing=NO_MODEL, limit=34) if len(step.steps) == 1 and one.title in doubled else None


def _condition(step: _Step) -> str:
    if len(step.steps) > 1:
        return "Listed under savings found"
    one = step.steps[0]
    return f"{one.confidence}: {words.visible(one.assumption)}" if one.assumption else one.confidence


def _note(context: Context, ledger: SavingsLedger) -> str:
    overlap = savings_words.overlap(ledger, context.scale.places)
    note = "Each step is priced on the bill that the steps above it left, so nothing is counted twice."
    note += f" {overlap.removesuffix('.')}." if overlap else ""
    return f"{note} Calls whose cost is only known as a range are in none of it." if context.totals.bounded_records else note
