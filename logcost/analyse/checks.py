"""The lines of the data-quality table: state, count, what it does to the totals, and the remedy."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from logcost.analyse.frames import usd
from logcost.spending import exactly
from logcost.types import QualityCheck

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from logcost.types import BoundedModel, SourceReport, UnpricedModel

TOLERATED_PERCENT: Final = 1
"""Percent by which our list cost may differ from what the logs claim before somebody should look."""
_NAMED: Final = 3
"""Examples a detail gives."""


@dataclass(frozen=True, slots=True)
class CallSums:
    """Sums over all calls of the period; money in femto-USD.

    ``*_calls`` are calls, where a record that does not say how many it stands for counts as one; ``*_rows`` are records.
    """

    calls: int
    tokens: int
    rows: int
    uncounted_rows: int
    undated_calls: int
    unlabelled_calls: int
    cache_unknown_calls: int
    output_unknown_calls: int
    reported_calls: int
    reported_fusd: int
    comparable_fusd: int
    unpriced_calls: int

    @classmethod
    def measured(cls) -> tuple[str, ...]:
        """Names that are plain sums of the cube's columns."""
        return tuple(field.name for field in fields(cls) if field.name != "unpriced_calls")


def call_checks(sums: CallSums, unpriced_tokens: int, unpriced: Sequence[UnpricedModel]) -> Iterator[QualityCheck]:
    """Checks of the calls themselves."""
    yield QualityCheck("ok", "Calls with a price", sums.calls - sums.unpriced_calls, "Priced at the day of each call.", "")
    yield _unpriced(sums, unpriced_tokens, unpriced)
    yield _count(
        "Calls without a time",
        sums.undated_calls,
        "They are in the totals only when no period is chosen, and have a price only if their model never changed it.",
        "Supply the day with --date when loading, or log the time.",
        good="Every call has a time.",
    )
    yield _count(
        "Calls without a workload label",
        sums.unlabelled_calls,
        "Spend and traffic shape cannot be split by workload for them.",
        "Log a 'workload' with each call, or use one key or project per workload.",
        good="Every call names its workload.",
        state="info",
    )
    yield _count(
        "Calls without cache counts",
        sums.cache_unknown_calls,
        "Their whole input is priced as neither read from nor written to a cache.",
        "Log the provider's whole usage object.",
        good="Every call with input states its cache reads.",
        state="info",
    )
    yield _count(
        "Calls without output counts",
        sums.output_unknown_calls,
        "Their cost is at least what is shown: only their input has a price.",
        "Log the provider's whole usage object, also of streamed and failed calls.",
        good="Every call that can answer states its output.",
    )
    yield _count(
        "Totals without a number of calls",
        sums.uncounted_rows,
        "Their tokens and cost count. Numbers of calls are the least there can be; the checks here take each for one call.",
        "",
        good="Every record says how many calls it stands for.",
        state="info",
    )
    yield _reported(sums)


def bounds_check(bounded: Sequence[BoundedModel]) -> QualityCheck:
    """Sums of many calls of which some may cost another rate: how many, by how much, why and what helps."""
    low, high = (exactly(*(getattr(one, end) for one in bounded)) for end in ("low", "high"))
    return _count(
        "Totals whose cost is a range",
        sum(one.records for one in bounded),
        f"Together they cost between ${_amount(low)} and ${_amount(high)}: some of their calls may cost another rate.",
        remedies(bounded),
        good="Every record with a price has exactly one.",
        detail=_first(f"{model.model or 'no model'}: {model.reason}" for model in bounded),
    )


_SIZES: Final = "export by the minute (OpenAI) or grouped by context window (Anthropic)"
_HOURS: Final = "export by the hour or the minute"


def remedies(bounded: Iterable[BoundedModel]) -> str:
    """What would make exact costs of ranges, by their reasons."""
    reasons = {one.reason for one in bounded}
    ways = [_SIZES] if any("tier" in reason for reason in reasons) else []
    ways += [_HOURS] if any("tier" not in reason for reason in reasons) else []
    ways.append("or use request-level logs")
    sentence = ", ".join(ways)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def source_checks(sources: Sequence[SourceReport]) -> Iterator[QualityCheck]:
    """Checks of all loaded files, whatever their period."""
    failed = [source for source in sources if source.error]
    yield _count(
        "Files not read",
        len(failed),
        "Nothing of them is in the totals.",
        "Each has its own message.",
        good="Every file was read.",
        detail=_first(source.error or "" for source in failed),
    )
    rejecting = [source for source in sources if source.rejects]
    yield _count(
        "Records rejected",
        sum(source.rejects for source in sources),
        "They could not be read and are not in the totals.",
        "'logcost rejects' lists each with file, line and reason.",
        good="Every record could be read.",
        detail=_first(f"{source.path}: {source.rejects:,}" for source in rejecting),
    )
    noted = [f"{source.path}: {note}" for source in sources for note in source.notes]
    yield _count(
        "Notes on files",
        len(noted),
        "What a note says may change the totals.",
        "Follow the note, then load the file again: nothing is counted twice.",
        good="No file has a note.",
        detail=_first(noted),
    )
    yield QualityCheck(
        "ok", "Duplicates removed", sum(s.duplicates for s in sources), "The same call in several records counts once.", ""
    )
    yield QualityCheck(
        "ok", "Records without usage", sum(s.skipped for s in sources), "Skipped by design: they carry no token counts.", ""
    )


def _count(  # noqa: PLR0913 -- one parameter for each part of the sentence
    name: str, count: int, effect: str, remedy: str, *, good: str, state: str = "action", detail: str = ""
) -> QualityCheck:
    if not count:
        return QualityCheck("ok", name, 0, good, "")
    return QualityCheck(state, name, count, effect, remedy, detail)


def _unpriced(sums: CallSums, tokens: int, models: Sequence[UnpricedModel]) -> QualityCheck:
    return _count(
        "Calls without a price",
        sums.unpriced_calls,
        _share_without_price(tokens, sums),
        "'logcost prices show MODEL' tells what the price book knows.",
        good="Nothing is missing from the totals.",
        detail=_first(f"{model.model or 'no model'}: {model.reason}" for model in models),
    )


def _share_without_price(tokens: int, sums: CallSums) -> str:
    calls = f"{sums.unpriced_calls / max(1, sums.calls):.1%} of all calls"
    if not tokens:
        return f"They state no tokens; what they cost is not in the totals ({calls})."
    if tokens == sums.tokens:
        return "No token has a price, so the spend is not known."
    return f"The totals are at least what is shown: {tokens / sums.tokens:.1%} of all tokens and {calls} have no price."


def _reported(sums: CallSums) -> QualityCheck:
    """What the logs claim against what we compute, over the calls that have both."""
    name = "Calls whose log states a cost"
    if not sums.reported_calls and not sums.reported_fusd:
        return QualityCheck("ok", name, 0, "Nothing to compare our prices with.", "")
    difference = sums.comparable_fusd - sums.reported_fusd
    near = 100 * abs(difference) <= TOLERATED_PERCENT * abs(sums.reported_fusd)
    claimed, ours = usd(sums.reported_fusd), usd(sums.comparable_fusd)
    return QualityCheck(
        state="ok" if near else "action",
        name=name,
        count=sums.reported_calls,
        effect=f"The logs claim ${_amount(claimed)} for them, our list cost is ${_amount(ours)}{_percent(difference, sums)}.",
        remedy="" if near else "The log's own prices may be old, or a discount may apply; compare with the invoice.",
    )


def _percent(difference: int, sums: CallSums) -> str:
    return f" ({difference / sums.reported_fusd:+.1%})" if sums.reported_fusd else ""


def _amount(amount: Decimal) -> str:
    return f"{amount:,.2f}" if abs(amount) >= 1 else f"{amount:.6f}"


def _first(examples: Iterable[str]) -> str:
    """The first few examples, and how many more there are."""
    every = list(examples)
    more = f"; and {len(every) - _NAMED:,} more" if len(every) > _NAMED else ""
    return "; ".join(every[:_NAMED]) + more
