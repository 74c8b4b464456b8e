"""LC114: the provider itself says why its cache missed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from logcost.analyse.findings.contract import Finding

if TYPE_CHECKING:
    from logcost.analyse.findings.case import Case

LEAST_CALLS: Final = 2
LEAST_SHARE: Final = 0.05
"""Share of the calls that must state one reason."""


class _Remedy(NamedTuple):
    title: str
    cause: str
    fix: str


REMEDIES: Final = {
    "model_changed": _Remedy(
        "Keep {name} on one model between calls that go on from each other",
        "Provider's diagnosis: the model changed",
        "Choose the model once a session: models share no cache.",
    ),
    "system_changed": _Remedy(
        "Keep the system prompt of {name} the same in every call",
        "Provider's diagnosis: the system prompt changed",
        "Move times, ids and data of users out of the system prompt, behind the stable text.",
    ),
    "tools_changed": _Remedy(
        "Keep the tools of {name} the same in every call",
        "Provider's diagnosis: the tools changed",
        "Send the same tools in the same order in every call; switch tools off by tool_choice, not by leaving them out.",
    ),
    "messages_changed": _Remedy(
        "Leave earlier messages of {name} as they were sent",
        "Provider's diagnosis: earlier messages changed",
        "Append to the conversation only: no edits, no trimming at its start, no reminders inside earlier messages.",
    ),
    "previous_message_not_found": _Remedy(
        "Send the next call of {name} before its cache expires",
        "Provider's diagnosis: the earlier prompt was no longer in the cache",
        "Set the longer lifetime where calls come late, and keep the marker within reach of the one before.",
    ),
}
"""By the provider's word. ``unavailable`` says nothing, and unknown words are shown as they are."""


class ProviderDiagnosis(Finding):
    """The log holds the provider's own diagnosis of cache misses. It goes before any cause that is inferred from hashes.

    Needs `cache_miss_reason` (Anthropic: `diagnostics.cache_miss_reason`; Claude Code keeps it in its transcripts). The amount is
    that of the advised steps, where hashes or sessions allow a replay.

    Fires when one reason other than "unavailable" is stated in at least 5% of the calls, and in two at least. Findings that
    are no inferred cause of a miss (lifetime, scope, wasted writes) stay in front if they save more.

    Bad:
        "diagnostics": {"cache_miss_reason": {"type": "tools_changed"}} in every second response

    Good:
        the same list of tools, in the same order, in every call of a session
    """

    code = "LC114"
    summary = "The provider says why its cache missed"

    def fires(self, case: Case) -> bool:
        """Often enough to matter."""
        found = _main(case)
        return found is not None and found[1] >= max(LEAST_CALLS, LEAST_SHARE * (case.requests or 0))

    def title(self, case: Case) -> str:
        """By the most frequent reason."""
        return _remedy(case).title.format(name=case.name)

    def cause(self, case: Case) -> str:
        """By the most frequent reason."""
        return _remedy(case).cause

    def evidence(self, case: Case) -> str:
        """All reasons with their counts, and what a replay says."""
        counts = ", ".join(f"{_word(reason)} {count:,}" for reason, count in case.diagnosis)
        missed = f"; a replay shows {case.missed:,} tokens missed" if case.missed else ""
        return f"Reasons the provider states in {case.calls}: {counts}{missed}."

    def fix(self, case: Case) -> str:
        """By the most frequent reason."""
        return _remedy(case).fix


def _main(case: Case) -> tuple[str, int] | None:
    return next((stated for stated in case.diagnosis if stated[0] != "unavailable"), None)


def _remedy(case: Case) -> _Remedy:
    reason = (_main(case) or ("unknown", 0))[0]
    other = f"Provider's diagnosis: {_word(reason)}"
    unknown = _Remedy("Look at what changes between calls of {name}", other, "See the provider's page on cache diagnostics.")
    return REMEDIES.get(reason, unknown)


def _word(reason: str) -> str:
    """The provider's word for a sentence."""
    return reason.replace("_", " ")
