"""A ledger of savings by hand: seven changes of three risks that overlap, in shares of the bill, and a what-if."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from logcost.savings import (
    MODELLED,
    NEEDS_A_TEST,
    REPLAYED,
    Risk,
    Saving,
    SavingsLedger,
    SelfHosting,
    Unpriced,
    WhatIf,
    WhatIfStep,
)

ZERO = Decimal(0)


@dataclass(frozen=True)
class Step:
    """A saving in millionths of the bill: after those before it, and as the only change; the range in percent of it."""

    code: str
    place: tuple[str | None, str | None, str | None]
    risk: Risk
    confidence: str
    title: str
    evidence: str
    fix: str
    share: tuple[int, int]
    span: tuple[int, int] = (100, 100)
    assumption: str = ""
    calls: int | None = None


SONNET = ("anthropic", "claude-sonnet-4-5")
STEPS: Final = (
    Step(
        "LC101", (*SONNET, "support-rag"), "none", REPLAYED,
        "Move the timestamp out of the support-rag system prompt",
        "A 3,800-token prefix repeats in 301,977 calls; 2% of input is read from cache today, 91% of prefix tokens on replay.",
        "Set a cache marker after the system prompt",
        (57_377, 57_377), calls=301_977,
    ),
    Step(
        "LC102", ("anthropic", "claude-opus-4-5", "code-review-agent"), "none", MODELLED,
        "Use the 1-hour cache for code-review-agent",
        "46% of gaps between turns fall between 5 and 60 minutes, after the cache has expired.",
        "Set the 1-hour lifetime on the tool block",
        (21_174, 21_174), (93, 106), "Calls of a session share their prefix as far as input grows.", 89_512,
    ),
    Step(
        "LC104", ("openai", "gpt-4.1", "ticket-classifier"), "none", REPLAYED,
        "Keep ticket-classifier traffic on one API key",
        "The same 1,210-token prefix is sent on 4 keys in turn; hit share 37%, 78% on one key.",
        "Pin the key, or set a cache key",
        (13_090, 13_090), calls=912_508,
    ),
    Step(
        "LC201", (None, None, None), "latency", MODELLED,
        "Send overnight jobs through the Batch API",
        "Timer-driven bursts between 01:00 and 05:00 UTC; nothing waits for the answer.",
        "Use the batch endpoint for ingest-extract and report-writer",
        (34_742, 39_766), (81, 103), "Nobody waits for calls that a timer starts.", 1_204_300,
    ),
    Step(
        "LC204", (*SONNET, "doc-summarise"), "latency", MODELLED,
        "Queue doc-summarise for off-peak hours",
        "1,900 calls a day are made in the dear hours.",
        "Start the job at 17:00 UTC",
        (2_101, 2_101), (60, 130), "Its callers can wait.", None,
    ),
    Step(
        "LC202", (*SONNET, "sales-email-draft"), "answers", NEEDS_A_TEST,
        "Run short sales drafts on claude-haiku-4-5",
        "58% of drafts are under 600 output tokens and use no tools.",
        "Route drafts without tools to claude-haiku-4-5 after a blind review of 200",
        (57_367, 57_367), (61, 109), "The cheaper model writes as many tokens.", 541_860,
    ),
    Step(
        "LC202", ("openai", "gpt-4.1", "ticket-classifier"), "answers", NEEDS_A_TEST,
        "Route ticket-classifier to gpt-5-mini",
        "Median answer 18 tokens from a closed list of 41 labels.",
        "Compare 2,000 labelled tickets first",
        (24_697, 35_999), (87, 100), "One call in twenty is asked again.", 912_508,
    ),
)  # fmt: skip
CHECKS: Final = ("LC101", "LC102", "LC103", "LC104", "LC105", "LC106", "LC107", "LC108", "LC201", "LC202")
OPEN: Final = (
    Unpriced(
        "LC203", "openai", "gpt-5-mini", "product-copy",
        "Shorten the answers of product-copy",
        "The median answer has 898 tokens; three in four are cut by the caller.",
        "Set a limit of output tokens",
        "The log does not say which part of an answer is used.",
    ),
)  # fmt: skip


def ledger(billed: Decimal, steps: tuple[Step, ...] = STEPS, *, calls: int | None = 5_172_821) -> SavingsLedger:
    """The ledger of a bill; a bill of nothing has no step."""
    made, left = [], billed
    for step in steps if billed else ():
        saving, alone = (billed * part / 10**6 for part in step.share)
        left -= saving
        told = (step.title, step.evidence, step.fix, step.assumption)
        amounts = (saving, saving * step.span[0] / 100, saving * step.span[1] / 100, alone, left)
        made.append(Saving(step.code, *step.place, step.risk, step.confidence, *told, step.calls, *amounts))
    notes = ("Calls of aliases are priced as the models they stand for.",)
    return SavingsLedger(billed, left, tuple(made), calls, min(Decimal(5), billed / 100), CHECKS, OPEN, 1_902, notes)


def nothing(billed: Decimal) -> SavingsLedger:
    """Every check ran and found nothing."""
    return replace(ledger(billed, ()), unpriced=())


def servers(billed: Decimal) -> SelfHosting:
    """The reader's own servers, dearer than the API."""
    return SelfHosting(
        Decimal(12_000), Decimal("1800.5"), Decimal("2.5"), Decimal("0.6"), 1, Decimal(8_000), 744,
        90_000_000, 4_000_000, 22_000_000, 1_500_000, 24, Decimal(52_640), billed,
    )  # fmt: skip


def what_if(before: Decimal = Decimal("47780.7190195")) -> WhatIf:
    """Three changes of which one makes the bill dearer."""
    return WhatIf(
        5_172_821,
        before,
        (
            WhatIfStep("--cache", "1h", 301_977, before - Decimal("2741.518233"), 0.914),
            WhatIfStep("--model", "gpt-4.1=gpt-5-mini", 912_508, before - Decimal("4461.1"), None, 12, ("12 have no price.",)),
            WhatIfStep("--no-cache", "search-rewrite", 500, before - Decimal("4400.1"), 0.0),
        ),
        1_902,
    )
