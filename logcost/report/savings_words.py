"""Words of the ledger of savings that the report and the terminal share."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from logcost.report import money, words

if TYPE_CHECKING:
    from logcost.savings import Risk, SavingsLedger, SelfHosting

RISK: Final[dict[Risk, str]] = {"none": "No quality risk", "latency": "Later answers", "answers": "Answers may change"}

NOT_RUN: Final = "Savings were not looked for."
NO_PRICE: Final = "No call has a price, so no saving can be stated."
NO_CHECK: Final = "None of the checks could run on these calls."

_CENT: Final = Decimal("0.01")


def floor(ledger: SavingsLedger, places: int) -> str:
    """The floor in words; empty where it is below a cent and says nothing to anybody."""
    return money.dollars(ledger.floor, places, exact=ledger.floor) if ledger.floor >= _CENT else ""


def nothing(ledger: SavingsLedger, places: int, monthly: str) -> str:
    """The sentence that stands where the savings would be."""
    least = floor(ledger, places)
    what = f"Nothing above {least}" if least else "Nothing worth a cent"
    where = "these records" if ledger.calls is None else words.plural(ledger.calls, "call")
    return f"{what}{' ' if monthly else ''}{monthly} was found in {where}."


def checks(ledger: SavingsLedger) -> list[str]:
    """The checks that ran, each with its name where it has a page: ``LC101 no cache use``."""
    from logcost.analyse.findings import CACHING
    from logcost.analyse.findings.levers import LEVERS

    names = {finding.code: finding.summary for finding in CACHING} | {lever.code: lever.summary for lever in LEVERS}
    return [f"{code} {_lower(names[code])}" if code in names else words.visible(code) for code in ledger.checks]


def _lower(summary: str) -> str:
    return summary[:1].lower() + summary[1:].removesuffix(".")


def overlap(ledger: SavingsLedger, places: int) -> str:
    """What the steps would save one by one beyond what they save together; empty for one step."""
    if len(ledger.steps) < 2:  # noqa: PLR2004 -- one cannot overlap
        return ""
    amount = ledger.overlap
    if amount < 0:
        return f"Together the changes save {money.dollars(-amount, places)} more than one by one."
    if not amount:
        return "No change overlaps with another."
    return f"Overlaps counted once: {money.dollars(amount, places)}"


def doubled(ledger: SavingsLedger) -> frozenset[str]:
    """Titles that several steps have: of one workload on several models."""
    seen = Counter(step.title for step in ledger.steps)
    return frozenset(title for title, times in seen.items() if times > 1)


def place(provider: str | None, model: str | None, workload: str | None) -> str:
    """Name of the workload; what concerns no workload in particular is named so."""
    if workload is not None:
        return workload
    return "" if model is None and provider is None else "(untagged)"


def self_hosting(found: SelfHosting, places: int) -> str:
    """The reader's own servers against the API, in one sentence with its condition."""
    cost, api = money.dollars(found.cost, places), money.dollars(found.api_cost, places)
    difference = found.cost - found.api_cost
    verdict = (
        "as much as"
        if not difference
        else f"{money.dollars(abs(difference), places, exact=abs(difference))} {'more' if difference > 0 else 'less'} than"
    )
    return (
        f"{words.sentence(words.plural(found.servers, 'server'))} of your own for {words.plural(found.hours, 'hour')} would have "
        f"cost {cost}, {verdict} the {api} that the calls cost at list price after all changes."
    )


def self_hosting_facts(found: SelfHosting, places: int) -> tuple[tuple[str, str], ...]:
    """What that rests on."""
    hourly = money.dollars(found.hourly_price, 2)
    return (
        ("Server", f"{hourly} an hour, {_rate(found.prefill_rate)} of input and {_rate(found.decode_rate)} of output a second"),
        ("Used", f"{words.percent(float(found.utilisation))} of its time, {words.plural(found.spare, 'spare server')}"),
        ("Staff", money.dollars(found.staff, places)),
        ("Busiest hours (p99)", _hour(found.p99_hour_input_tokens, found.p99_hour_output_tokens)),
        ("Mean hour", _hour(found.mean_hour_input_tokens, found.mean_hour_output_tokens)),
    )


def _rate(rate: Decimal) -> str:
    return f"{rate:,f} tokens"


def _hour(tokens_in: int, tokens_out: int) -> str:
    return f"{words.tokens(tokens_in)} in, {words.tokens(tokens_out)} out"
