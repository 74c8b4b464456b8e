"""``logcost prices show`` for people: the prices of one instant, what changed when, and where the numbers come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logcost.report import money, words
from logcost.report.terminal import output
from logcost.report.terminal.price_grid import GLOBAL, REVOKED, day, lines, regions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rich.console import Console

    from logcost.price import PriceFact
    from logcost.price.history import Change
    from logcost.report.terminal.price_grid import Line

PER_MTOK: Final = "USD per 1M tokens"
NONE: Final = "-"
_CONFIDENCE: Final = {
    "published": "the page says so",
    "two-tables": "two independent tables say so",
    "table": "one public table says so",
    "inferred": "follows from other prices, no table states it",
}
_BASIS: Final = {
    "stated": "a source states the day",
    "snapshot": "the day in the model's name",
    "noticed": "a table showed it then; it may be older",
    "reported": "commonly reported, stated by no table",
}


def prices(
    facts: Sequence[PriceFact], at: datetime, *, name: str = "", sellers: Sequence[str] = (), history: bool = True
) -> None:
    """The prices of a model at an instant, else the last (or first) there were; with ``history`` all changes as well.

    ``name``: as it was asked for; ``sellers``: who sells the model besides.
    """
    console = output.console()
    standing = [fact for fact in facts if fact.confidence != REVOKED]
    if not standing:
        console.print(f"No price of {words.visible(name) or 'the model'} is valid at {day(at)} UTC.")
        _revoked(console, facts)
        return
    now = _standing(console, standing, at)
    sources = _sources(now)
    _heading(console, now, standing, name)
    sentences, others = regions(now)
    for region in (GLOBAL, *others):
        own = [fact for fact in now if fact.region == region]
        if own:
            _grid(console, own, sources, "" if region == GLOBAL else f" in {region}")
    for sentence in sentences:
        console.print(sentence)
    _provenance(console, sources, now)
    if history:
        _history(console, standing, at)
    _revoked(console, facts)
    if sellers:
        console.print(f"Also sold by {', '.join(sellers)}: see --provider.")


def _standing(console: Console, facts: Sequence[PriceFact], at: datetime) -> list[PriceFact]:
    """The facts to show: those of the instant, else those of the time that is nearest to it, which is said."""
    now = [fact for fact in facts if fact.holds(at)]
    if now:
        return now
    first = min(fact.valid_from for fact in facts)
    if at < first:
        console.print(output.warning(f"No price yet: the first one holds from {day(first)} UTC."))
        return [fact for fact in facts if fact.holds(first)]
    ends = [fact.valid_to for fact in facts if fact.valid_to and fact.valid_to <= at]
    end = max(ends)
    console.print(output.warning(f"No price since {day(end)} UTC: later calls are not priced. These were the last."))
    return [fact for fact in facts if fact.valid_to == end]


def _heading(console: Console, now: Sequence[PriceFact], facts: Sequence[PriceFact], name: str) -> None:
    models = list(dict.fromkeys(fact.model for fact in facts))
    unit = PER_MTOK if any(fact.unit == PER_MTOK for fact in now) else "USD each"
    console.print(f"{now[0].provider} {words.visible(now[0].model)}, {unit}{_validity(now)}", soft_wrap=True)
    if len(models) < 2:  # noqa: PLR2004 -- one name, one model
        return
    told = []
    for model in models:
        own = [fact for fact in facts if fact.model == model]
        start, ends = min(fact.valid_from for fact in own), [fact.valid_to for fact in own]
        until = max((end for end in ends if end), default=None) if None not in ends else None
        told.append(f"{words.visible(model)} from {day(start)}" + (f" until {day(until)}" if until else " on"))
    console.print(f"{words.visible(name) or 'The name'} stands for {words.joined(told)}.")


def _validity(now: Sequence[PriceFact]) -> str:
    """From when until when, where that is the same for all; else the columns of the table say it."""
    starts, ends = {fact.valid_from for fact in now}, {fact.valid_to for fact in now}
    start, end = min(starts), next(iter(ends))
    told = f", from {day(start)}" if len(starts) == 1 else ""
    return told + (f"{'' if told else ','} until {day(end)}" if len(ends) == 1 and end else "")


def _sources(facts: Sequence[PriceFact]) -> dict[tuple[str, str, str, str], int]:
    """(source, day checked, confidence, note) -> its number."""
    return {key: number for number, key in enumerate(dict.fromkeys(_source(fact) for fact in facts), start=1)}


def _source(fact: PriceFact) -> tuple[str, str, str, str]:
    return fact.source, fact.checked.isoformat() if fact.checked else "", fact.confidence, fact.note


def _grid(console: Console, facts: Sequence[PriceFact], sources: dict[tuple[str, str, str, str], int], where: str) -> None:
    """One row a meter; a line of its own says above which threshold or in which hours the rows below it hold."""
    modes = list(dict.fromkeys(fact.mode for fact in facts))
    found = lines(facts)
    if where:
        console.print(f"\n{words.sentence(where.strip())}")
    columns = (
        output.Column("", wrap=True),
        *(output.Column(words.sentence(mode), number=True) for mode in modes),
        *((output.Column("From"),) if len({line.start for line in found}) > 1 else ()),
        *((output.Column("To"),) if len({line.end for line in found}) > 1 else ()),
        *((output.Column("Source"),) if len(sources) > 1 else ()),
    )
    rows: list[list[str]] = []
    section = ""
    for line in found:
        heading = line.first.tier if line.first.unit == PER_MTOK else "fees, USD each"
        if heading and heading != section:
            rows.append([words.sentence(heading), *[""] * (len(columns) - 1)])
        section = heading
        rows.append(_cells(line, modes, sources, columns, indent=bool(heading)))
    console.print(output.table(columns, rows, width=console.width))
    rates = [line for line in found if line.first.unit == PER_MTOK]
    if any(mode not in line.usd for line in rates for mode in modes):
        console.print(f"{NONE} is not stated: such a call is not priced.")


def _cells(
    line: Line,
    modes: Sequence[str],
    sources: dict[tuple[str, str, str, str], int],
    columns: Sequence[output.Column],
    *,
    indent: bool,
) -> list[str]:
    shown = {column.name for column in columns}
    numbers = dict.fromkeys(sources[_source(fact)] for fact in line.facts)
    return [
        ("  " if indent else "") + line.first.meter,
        *(money.exact_text(line.usd[mode]) if mode in line.usd else NONE for mode in modes),
        *((day(line.start),) if "From" in shown else ()),
        *((day(line.end) if line.end else "",) if "To" in shown else ()),
        *((" ".join(f"[{number}]" for number in numbers),) if "Source" in shown else ()),
    ]


def _provenance(console: Console, sources: dict[tuple[str, str, str, str], int], facts: Sequence[PriceFact]) -> None:
    """Where the prices are from, how sure they are, and what their first day rests on; one paragraph a source."""
    console.print()
    for key, number in sources.items():
        source, checked, confidence, note = key
        mark = f"[{number}] " if len(sources) > 1 else "Source: "
        console.print(f"{mark}{source}" + (f", checked {checked}" if checked else ""), soft_wrap=True)
        console.print(f"  Confidence {confidence}: {_CONFIDENCE.get(confidence, '')}.")
        own = [fact for fact in facts if _source(fact) == key and fact.from_basis]
        for start, basis in sorted({(day(fact.valid_from), fact.from_basis) for fact in own}):
            console.print(f"  First day {start} {basis}: {_BASIS[basis]}.")
        if note:
            console.print(f"  {words.visible(note)}")


def _history(console: Console, facts: Sequence[PriceFact], at: datetime) -> None:
    from logcost.price.history import changes

    found = changes(facts)
    days = list(dict.fromkeys(change.at for change in found))
    console.print()
    if len(days) < 2:  # noqa: PLR2004 -- the first price is no change
        console.print(f"No change since the first price of {day(days[0])}." if days else "No price.")
        return
    console.print("History (UTC): what changed, USD per 1M tokens, fees each")
    columns = (
        output.Column("From"),
        output.Column("What", wrap=True),
        output.Column("Before", number=True),
        output.Column("Then", number=True),
        output.Column("First day"),
        output.Column("Confidence", wide=100),
    )
    rows = []
    last: datetime | None = None
    for change in found:
        coming = " (coming)" if change.at > at else ""
        rows.append([f"{day(change.at)}{coming}" if change.at != last else "", *_change(change)])
        last = change.at
    console.print(output.table(columns, rows, width=console.width))


def _change(change: Change) -> list[str]:
    fact = change.fact
    starts = change.after is not None and fact.valid_from == change.at
    basis = [fact.from_basis, fact.confidence] if starts else ["", ""]
    if not change.meter:
        return [f"{change.mode} mode", "", "ends" if change.after is None else "begins", *basis]
    mode = "" if change.mode == "standard" else change.mode
    what = ", ".join(part for part in (change.meter, change.tier, mode) if part)
    return [what, *(NONE if usd is None else money.exact_text(usd) for usd in (change.before, change.after)), *basis]


def _revoked(console: Console, facts: Sequence[PriceFact]) -> None:
    gone = [fact for fact in facts if fact.confidence == REVOKED]
    for start in dict.fromkeys(fact.valid_from for fact in gone):
        rates = ", ".join(f"{fact.meter} {money.exact_text(fact.usd)}" for fact in gone if fact.valid_from == start)
        console.print(f"Announced from {day(start)} on and taken back before: {rates}.")
    for note in dict.fromkeys(fact.note for fact in gone if fact.note):
        console.print(words.visible(note))
