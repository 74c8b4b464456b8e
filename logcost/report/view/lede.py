"""The top of the page: headline, change line, verdict in two paragraphs, and the four key figures."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from logcost.report import money, savings_words, shape_words, words
from logcost.report.charts import small
from logcost.report.view import contract, quality, savings
from logcost.report.view.context import zone_name
from logcost.report.view.contract import KeyFigure
from logcost.savings import RISKS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from logcost.report.view.context import Context
    from logcost.report.view.spend import GroupRow, GroupTable
    from logcost.savings import SavingsLedger

_CAUSES = 3
_LONGEST = 30


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a sentence; ``strong`` is emphasised."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """Difference to the period before: direction (up, down, same) and the words."""

    direction: str
    amount: str
    text: str


@dataclass(frozen=True, slots=True)
class LedeView:
    """Everything above the first section. ``upper``: the most the total can be, where only a range is known."""

    meta: tuple[str, ...]
    title: str
    known: bool
    at_least: bool
    whole: str
    fraction: str
    upper: str
    partial: str
    change: Change | None
    no_change: str
    verdict: tuple[tuple[Part, ...], ...]
    figures: tuple[KeyFigure, ...]
    empty: str


def view(context: Context, table: GroupTable) -> LedeView:
    """Build the lede; the verdict's amounts are those of the workload table."""
    totals = context.totals
    whole, fraction = money.headline(totals.list_cost_low, context.scale)
    nothing = not totals.records
    return LedeView(
        meta=_meta(context),
        title=title(context),
        known=not context.nothing_priced,
        at_least=context.at_least,
        whole=whole,
        fraction=fraction,
        upper=_upper(context),
        partial=_partial(context),
        change=_change(context),
        no_change=_no_change(context),
        verdict=() if nothing else _verdict(context, table),
        figures=() if nothing else _figures(context),
        empty="There is not one call in this period." if nothing else "",
    )


def title(context: Context) -> str:
    """``LLM spend, October 2026``."""
    return f"LLM spend, {context.period_name}" if context.period_name else "LLM spend"


def _meta(context: Context) -> tuple[str, ...]:
    names = []
    for row in context.spend.by_provider.rows:
        name = words.provider(row.group.get("provider"))
        names += [name] if name not in names else []
    covered = words.day_range(*context.days) if context.days and context.whole_days else context.period_name
    days = f"{covered} ({zone_name(context.model.tz)})" if covered else "no dates in the data"
    return tuple(
        part
        for part in (words.label(context.model.title).text if context.model.title else "", days, ", ".join(names[:6]))
        if part
    )


def _upper(context: Context) -> str:
    """The upper end of the headline, in its precision; empty when the total is exact."""
    totals = context.totals
    return money.dollars(totals.list_cost_high, context.scale.headline_places) if totals.bounded_records else ""


def _partial(context: Context) -> str:
    if context.partial is None or context.days is None:
        return ""
    return f"to {words.short_day(context.partial)} ({context.partial.day} of {words.month_days(context.days[0])} days)"


def _change(context: Context) -> Change | None:
    before, period = context.spend.previous, context.spend.previous_period
    if before is None or period is None or context.days is None:
        return None
    first, last = context.days_of(period)
    if first is None or last is None:
        return None
    change = context.totals.list_cost_low - before.list_cost_low
    now_days = ((context.partial or context.days[1]) - context.days[0]).days + 1
    then_days = (last - first).days + 1
    direction = "up" if change > 0 else "down" if change < 0 else "same"
    amount = money.dollars(change, context.scale.headline_places, sign=True)
    if not context.whole_days:
        percent = words.change_percent(float(context.totals.list_cost_low), float(before.list_cost_low))
        return Change(direction, amount, f"({percent}) on the same length of time before.")
    now, then = context.totals.list_cost_low / now_days, before.list_cost_low / then_days
    percent = words.change_percent(float(context.totals.list_cost_low), float(before.list_cost_low))
    places = context.scale.places
    per_day = (
        f"Per day: {words.change_percent(float(now), float(then))}, "
        f"from {money.dollars(then, places)} to {money.dollars(now, places)}."
    )
    return Change(direction, amount, f"({percent}) on {_before_name(first, last)}. {per_day}")


def _before_name(first: date, last: date) -> str:
    return words.MONTHS[first.month - 1] if words.is_month(first, last) else words.day_range(first, last)


def _no_change(context: Context) -> str:
    """The line that stands where the change would be."""
    if context.spend.previous is not None:
        return ""
    period = context.spend.previous_period
    first, last = context.days_of(period) if period else (None, None)
    if first and last and context.whole_days:
        if words.is_month(first, last):
            return f"No {_before_name(first, last)} data, so no change is shown."
        return f"No data for {_before_name(first, last)}, so no change is shown."
    if context.days is None:
        return ""
    if context.is_month:
        return f"No {words.MONTHS[(context.days[0].month - 2) % 12]} data, so no change is shown."
    return "No earlier data, so no change is shown."


def _verdict(context: Context, table: GroupTable) -> tuple[tuple[Part, ...], ...]:
    first = (*_lower_bound(context), *_range(context))
    if not context.totals.list_cost_low:
        return ((Part(nothing_spent(context)),),)
    causes = (*first, *_causes(context, table))
    return causes, _saving(context)


def nothing_spent(context: Context) -> str:
    """Why there is no amount: no price, or a price of nothing."""
    if context.nothing_priced:
        return f"{quality.without_price(context.model.quality)}, so no amount can be shown."
    priced, _, noun = quality.counted(context.model.quality)
    return f"{words.sentence(words.plural(priced, noun))} cost nothing at list price."


def _lower_bound(context: Context) -> tuple[Part, ...]:
    if not context.at_least:
        return ()
    amount = money.dollars(context.totals.list_cost_low, context.scale.headline_places)
    return (Part(f"At least {amount}: {quality.without_price(context.model.quality)}. "),)


def _range(context: Context) -> tuple[Part, ...]:
    totals, places = context.totals, context.scale.headline_places
    if not totals.bounded_records:
        return ()
    between = f"Between {money.dollars(totals.list_cost_low, places)} and {money.dollars(totals.list_cost_high, places)}"
    return (Part(f"{between}: of {quality.ranges(context.model.quality)}; amounts here are the least there can be. "),)


def _causes(context: Context, table: GroupTable) -> tuple[Part, ...]:
    """The largest three: ``support-rag ($11,959), ... and ... are 62% of spend.``."""
    rows = [row for row in table.rows if not row.others and row.amount.value not in {"", "0"}][:_CAUSES]
    share = sum((Decimal(row.amount.value) for row in rows), money.ZERO) / context.totals.list_cost_low
    parts = _listed(rows)
    if len(rows) == len(table.rows):
        tail = " is all of the spend." if len(rows) == 1 else " are all of the spend."
    elif share == 1:
        tail = f" {'is' if len(rows) == 1 else 'are'} all of the spend that has a price."
    else:
        tail = f" {'is' if len(rows) == 1 else 'are'} {words.percent(float(share))} of spend."
    return (*parts, Part(tail))


def _listed(rows: Sequence[GroupRow]) -> list[Part]:
    parts: list[Part] = []
    for index, row in enumerate(rows):
        if index:
            parts.append(Part(" and " if index == len(rows) - 1 else ", "))
        parts += [
            Part(words.label(row.label.full or row.label.text, limit=_LONGEST).text, strong=True),
            Part(f" ({row.amount.text})"),
        ]
    return parts


def _saving(context: Context) -> tuple[Part, ...]:
    """The savings with no quality risk, then the rest; the amounts are those of the table of savings."""
    shown, places = savings.looked(context), context.scale.places
    if shown is None:
        return (Part(f"What could be saved is not known. {savings.not_run(context)}"),)
    ledger = shown.ledger
    used = [risk for risk in RISKS if any(step.risk == risk for step in ledger.steps)]
    if not used:
        return (Part(savings_words.nothing(ledger, places, context.monthly)),)
    first, *others = used
    amount, share = context.dollars(shown.saved(first)), _share(context, ledger.saved(first))
    rest = " and ".join(_FURTHER[risk].format(context.dollars(shown.saved(risk))) for risk in others)
    tail = f" A further {rest}." if rest else ""
    if context.monthly != "a month":
        return Part(amount, strong=True), Part(f" ({share}) of this period could have been saved {_CONDITION[first]}.{tail}")
    return Part(f"{amount} a month", strong=True), Part(f" ({share}) can come off the bill {_CONDITION[first]}.{tail}")


_CONDITION: Final = {"none": "with no quality risk", "latency": "with later answers", "answers": "if a quality test allows it"}
_FURTHER: Final = {"latency": "{} means later answers", "answers": "{} needs a quality test first"}


def _share(context: Context, amount: Decimal) -> str:
    return words.percent(float(amount / context.totals.list_cost_low), 1) if context.totals.list_cost_low else ""


def _figures(context: Context) -> tuple[KeyFigure, ...]:
    figures = (_savings_figure(context), _invoice_figure(context), _shape_figure(context), _quality_figure(context))
    bill = context.spend.bill
    return figures if bill is None else (*figures, *contract.figures(context, bill))


def _savings_figure(context: Context) -> KeyFigure:
    """What comes with no quality risk; the rest is in the small print."""
    name, shown = "Savings found", savings.looked(context)
    if context.nothing_priced:
        return KeyFigure(name, "Not known", "", "No call has a price", "info")
    if shown is None:
        return KeyFigure(name, "Not known", "", savings.not_run(context).removesuffix("."), "info")
    ledger = shown.ledger
    if not ledger.steps:
        least = savings_words.floor(ledger, context.scale.places)
        note = f"{words.sentence(words.plural(len(ledger.checks), 'check'))} ran"
        return KeyFigure(name, f"None above {least}" if least else "None", context.monthly, f"{note}{_open(ledger)}")
    rest = [(risk, shown.saved(risk)) for risk in RISKS[1:] if any(step.risk == risk for step in ledger.steps)]
    more = ", ".join(f"{context.dollars(amount)} {_SMALL[risk]}" for risk, amount in rest)
    if not any(step.risk == "none" for step in ledger.steps):
        return KeyFigure(name, "None", "with no quality risk", f"{more}{_open(ledger)}")
    note = f"No quality risk: {savings.by_confidence(context, shown, 'none')}{f'. Further {more}' if more else ''}"
    taken = float(ledger.saved("none") / ledger.saved()) if rest and ledger.saved() else 0.0
    picture = small.share(taken) if taken else None
    small_print = f"{context.monthly}, {_share(context, ledger.saved('none'))}"
    return KeyFigure(name, context.dollars(shown.saved("none")), small_print, note, picture=picture)


_SMALL: Final = {"latency": "with later answers", "answers": "after a test"}


def _open(ledger: SavingsLedger) -> str:
    number = len(ledger.unpriced)
    return f"; {words.plural(number, 'finding')} without an amount" if number else ""


def _invoice_figure(context: Context) -> KeyFigure:
    at = context.model.prices_as_of
    prices = f"List prices of {words.as_of(at)}" if at else "List prices of each call's day"
    return KeyFigure("Invoice match", "Not checked", "", f"{prices}; no invoice was compared")


def _shape_figure(context: Context) -> KeyFigure:
    found = context.model.shape
    verdict = found.leading
    totals = context.totals
    overall = (
        f"{words.ratio(totals.input_tokens / totals.output_tokens)} overall"
        if totals.input_tokens and totals.output_tokens
        else ""
    )
    if not found.histogram:
        return KeyFigure("Traffic shape", "Not known", overall, shape_words.empty_reason(found), "info")
    if verdict.verdict == "insufficient":
        return KeyFigure("Traffic shape", "Not known", overall, f"Too few calls to tell ({words.count(verdict.n)})", "info")
    if len(verdict.modes) == 1:
        return KeyFigure("Traffic shape", "One kind", overall, "No tiering advice")
    names = shape_words.mode_names(found.modes)
    mode, name = verdict.modes[0], names[0]
    note = f"{words.percent(mode.calls_share)} of calls are {name.lower()}"
    if not context.nothing_priced:
        note += f" and carry {words.percent(mode.spend_share)} of {shape_words.spend_word(found)}"
    figure = words.sentence(f"{words.spelled(len(names))} groups")
    return KeyFigure("Traffic shape", figure, overall, note)


def _quality_figure(context: Context) -> KeyFigure:
    q = context.model.quality
    priced, without, noun = quality.counted(q)
    rejects = sum(source.rejects for source in q.sources)
    notes = []
    if without:
        number = quality.models_without_price(q)
        notes.append(f"{words.plural(without, noun)} of {words.plural(number, 'model')} without a price")
    if rejects:
        notes.append(f"{words.plural(rejects, 'record')} not readable")
    if q.bounded_records:
        notes.append(f"of {quality.ranges(q)}")
    if q.undated_requests:
        notes.append(f"{words.plural(q.undated_requests, 'call')} without a time")
    note = "; ".join(notes) or "Every record was read, dated and priced"
    return KeyFigure(
        "Data quality", words.percent_floor(priced, priced + without), f"of {noun}s priced", note, "warn" if notes else "ok"
    )
