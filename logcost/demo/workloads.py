"""What Northwind runs: one entry a feature, with the numbers that make its traffic look as it does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Size:
    """A token count: log-normal around ``median``; ``spread`` is the standard deviation of its logarithm."""

    median: int
    spread: float


@dataclass(frozen=True, slots=True)
class Single:
    """Calls that share nothing with each other."""

    prompt: Size


@dataclass(frozen=True, slots=True)
class Conversation:
    """Calls that repeat and extend the prompt of the call before, cached for five minutes when ``cached``.

    ``pause_share`` of the gaps between two turns are longer than five minutes, so the cache has expired by then.
    """

    opening: Size
    growth: Size
    turns: int
    pause_share: float
    cached: bool = True


@dataclass(frozen=True, slots=True)
class SharedPrefix:
    """Calls that start with the same block of ``prefix`` tokens, then ``passages`` blocks that vary, then a rest.

    ``volatile``: a clock at the top of the prompt makes every prefix a new one. ``billing``: what the provider's cache
    did. "none": the calls do not ask for caching; "written": every call writes the prefix and reads nothing;
    "per project": the cache works, but each project has its own.
    """

    prefix: int
    passages: int
    passage: Size
    rest: Size
    volatile: bool = False
    billing: str = "none"


@dataclass(frozen=True, slots=True)
class Workload:
    """One feature. ``calls`` is its part of the 200,000 of October; ``models`` pairs a day with the model used from it on."""

    name: str | None
    provider: str
    models: tuple[tuple[int, str], ...]
    calls: int
    prompts: Single | Conversation | SharedPrefix
    output: Size
    rhythm: str = "office"
    projects: tuple[str, ...] = ("product",)
    reasoning_share: float = 0.0
    first_day: int = 1
    surges: dict[int, float] = field(default_factory=dict)
    september_model: str | None = None
    failures: float = 0.0
    asks: str = "Please answer."

    def model(self, day: int) -> str:
        """Model in use on a day of October."""
        return next(model for first, model in reversed(self.models) if first <= day)


# Calls that go through the company's own gateway, which logs prefix hashes.
GATEWAY: Final = (
    Workload(
        name="support-rag",
        provider="anthropic",
        models=((1, "claude-sonnet-5"),),
        calls=30_000,
        prompts=SharedPrefix(prefix=6_144, passages=5, passage=Size(2_100, 0.25), rest=Size(210, 0.5)),
        output=Size(430, 0.45),
        rhythm="consumer",
        projects=("support",),
    ),
    Workload(
        name="chat-assistant",
        provider="anthropic",
        models=((1, "claude-haiku-4-5"),),
        calls=34_000,
        prompts=SharedPrefix(prefix=2_310, passages=0, passage=Size(1, 0.1), rest=Size(1_150, 0.4)),
        output=Size(250, 0.5),
        rhythm="consumer",
        projects=("product",),
    ),
    Workload(
        name="ticket-classifier",
        provider="anthropic",
        models=((1, "claude-sonnet-5"),),
        calls=26_000,
        prompts=SharedPrefix(prefix=9_728, passages=0, passage=Size(1, 0.1), rest=Size(420, 0.5), billing="per project"),
        output=Size(160, 0.35),
        rhythm="consumer",
        projects=tuple(f"tenant-{number:02d}" for number in range(1, 41)),
    ),
    Workload(
        name="ingest-extract",
        provider="anthropic",
        models=((1, "claude-sonnet-5"),),
        calls=10_000,
        prompts=SharedPrefix(
            prefix=3_072, passages=3, passage=Size(6_800, 0.3), rest=Size(90, 0.3), volatile=True, billing="written"
        ),
        output=Size(720, 0.4),
        rhythm="night",
        projects=("data",),
    ),
)

# Anthropic Messages, logged by the applications as request and response pairs.
MESSAGES: Final = (
    Workload(
        name="code-review-agent",
        provider="anthropic",
        models=((1, "claude-opus-5"), (12, "claude-opus-5-5")),
        calls=15_000,
        prompts=Conversation(opening=Size(26_000, 0.4), growth=Size(4_200, 0.7), turns=15, pause_share=0.34),
        output=Size(1_250, 0.5),
        projects=("platform",),
        surges={21: 4.5},
        failures=0.012,
        asks="Review this change.",
    ),
    Workload(
        name="contract-qa",
        provider="anthropic",
        models=((1, "claude-sonnet-5-5"),),
        calls=9_000,
        prompts=Conversation(opening=Size(52_000, 0.35), growth=Size(900, 0.5), turns=9, pause_share=0.06),
        output=Size(980, 0.45),
        projects=("legal",),
        september_model="claude-sonnet-5",
        asks="Which clause covers this?",
    ),
    Workload(
        name="sales-email-draft",
        provider="anthropic",
        models=((1, "claude-sonnet-5"),),
        calls=30_000,
        prompts=Single(Size(640, 0.4)),
        output=Size(1_650, 0.4),
        projects=("sales",),
        failures=0.006,
        asks="Draft a short note to the customer.",
    ),
)

RESPONSES: Final = (
    Workload(
        name="report-writer",
        provider="openai",
        models=((1, "gpt-5.6-sol"),),
        calls=11_000,
        prompts=Single(Size(1_350, 0.45)),
        output=Size(5_600, 0.4),
        projects=("finance",),
        reasoning_share=0.3,
        failures=0.008,
        asks="Write this week's report.",
    ),
)

CHAT: Final = (
    Workload(
        name="doc-summarise",
        provider="openai",
        models=((1, "gpt-5.6-terra"),),
        calls=11_000,
        prompts=Single(Size(24_000, 0.45)),
        output=Size(690, 0.35),
        rhythm="job",
        projects=("data",),
        failures=0.01,
        asks="Summarise the document.",
    ),
)

# One service's log holds two kinds of calls: some without a label, and some of a fine-tuned model that has no list price.
PLATFORM: Final = (
    Workload(
        name=None,
        provider="openai",
        models=((1, "gpt-5-mini-2025-08-07"),),
        calls=3_000,
        prompts=Single(Size(2_600, 0.8)),
        output=Size(420, 0.7),
        projects=("platform",),
        asks="Suggest a name.",
    ),
    Workload(
        name="request-router",
        provider="openai",
        models=((1, "ft:gpt-5.6-luna-2026-07-09:northwind:router-v3:CxA81kQ2"),),
        calls=1_900,
        prompts=Single(Size(880, 0.4)),
        output=Size(60, 0.4),
        projects=("platform",),
        asks="Choose a queue.",
    ),
)

PRODUCT_COPY: Final = Workload(
    name="product-copy",
    provider="gcp.gemini",
    models=((1, "gemini-3.8-flash"),),
    calls=12_000,
    prompts=Single(Size(340, 0.4)),
    output=Size(980, 0.4),
    projects=("catalogue",),
    rhythm="night",
)

SEARCH_REWRITE: Final = Workload(
    name="search-rewrite",
    provider="gcp.gemini",
    models=((1, "gemini-3.5-flash-lite"),),
    calls=6_500,
    prompts=Single(Size(760, 0.4)),
    output=Size(48, 0.35),
    rhythm="consumer",
    projects=("search",),
    first_day=12,
)

ALL: Final = (*GATEWAY, *MESSAGES, *RESPONSES, *CHAT, *PLATFORM, PRODUCT_COPY, SEARCH_REWRITE)
