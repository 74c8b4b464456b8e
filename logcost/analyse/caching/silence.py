"""Why a row has no finding, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from logcost.analyse.findings.case import share

if TYPE_CHECKING:
    from logcost.analyse.findings.case import Case

    Row = dict[str, Any]


def cause(case: Case, base: Row, foresight: float | None, growth: float | None) -> str:
    """The first reason that holds: what is missing, or why nothing is to be done."""
    return (
        _not_enough(case, base, growth)
        or _unknown(case)
        or _served(case)
        or _does_not_pay(case, foresight)
        or "Nothing that a change of caching would save."
    )


def _not_enough(case: Case, base: Row, growth: float | None) -> str:
    if case.evidence == "E":
        billed = f"{share(case.reads, case.tokens)} of the input was read from the cache" if case.reads is not None else ""
        return f"Needs request-level logs; daily totals only say that {billed}." if billed else "Needs request-level logs."
    if case.rule is None:
        return "No cache rule is known for this provider and model; give one with --rule."
    if base["records"] < 2 and not case.hits:  # noqa: PLR2004 -- nothing can repeat in one call
        return "Not enough data: one call."
    if case.evidence == "D":
        most = base["bound"] - base["cold_tokens"]
        alone = f"; {share(base['cold'], base['dated'])} of the calls come too late after any other" if base["cold"] > 1 else ""
        return f"Not enough data: no prefix hashes and no session ids{alone}; from 0 to {most:,} tokens may repeat."
    if case.confidence_class == "upper bound only":
        grown = "no session has two calls" if growth is None else f"only {share(growth, 1)} of consecutive calls grow"
        return f"Not enough data: {grown}, so sessions alone give an upper bound."
    return ""


def _unknown(case: Case) -> str:
    if case.reads is None:
        return f"The log does not say what was read from the cache; {case.hits or 0:,} tokens repeat within the lifetime."
    return ""


def _served(case: Case) -> str:
    hits, reads = case.hits or 0, case.reads or 0
    if reads > hits:
        return f"The cache served {reads - hits:,} tokens more than the calls show as repeated; nothing is missed."
    if not hits and case.early:
        return f"Calls are sent together: {case.early:,} tokens come again, but before an entry of them could be read."
    if not hits:
        return "No prompt of the workload repeats within the cache's lifetime."
    if reads and hits - reads < case.tokens * 0.05:
        return "The cache serves what the calls allow."
    return ""


def _does_not_pay(case: Case, foresight: float | None) -> str:
    if case.used is None or case.used.write_multiplier <= 1:
        return ""
    most = f"; markers placed with foresight would save at most {share(1 - foresight, 1)} of the input cost" if foresight else ""
    return f"Prompts repeat, but writing every prompt costs about as much as its hits save, or more{most}."
