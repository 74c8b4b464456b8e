"""What the author of a draft must check: what was assumed, and what the sample does not say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logcost.ingest.draft.guess import NUMERIC, WHOLE
from logcost.ingest.draft.names import dotted
from logcost.ingest.draft.numbers import PLAIN, currency, notations
from logcost.ingest.draft.times import form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logcost.ingest.draft.guess import Guess

_WANTED: Final = {
    "response_model": "model: without one a call has no price",
    "started_at": "time: calls stay undated",
    "input_tokens": "number of input tokens: they stay unknown",
    "output_tokens": "number of output tokens: they stay unknown",
}


def checks_of(guess: Guess) -> Iterator[str]:
    """One sentence each."""
    roles = guess.roles
    yield from _of_rows(guess)
    yield from _of_times(guess)
    cached = any(role.startswith("cache_") for role in roles)
    if cached and not guess.decided:
        how = "includes" if guess.input_includes_cache else "excludes"
        yield f"the sample has no total that shows it, so it is assumed that the input count {how} cached tokens."
    if not cached:
        yield "no count of cached tokens was found: what was served from the provider's cache stays unknown."
    yield from (f"no key looks like the {what}." for role, what in _WANTED.items() if role not in roles)
    yield from _of_numbers(guess)
    if "reported_cost" in roles and currency(roles["reported_cost"].key[-1], roles["reported_cost"].values) is None:
        yield "the currency of the logged cost is assumed to be USD."


def periods_include_their_end(guess: Guess) -> bool:
    """Each sum ends on the day it starts: its end is the last day, not the one after."""
    starts, ends = guess.roles["started_at"], guess.roles["ended_at"]
    times = form(ends.values)
    return times is not None and times.span == "DAY" and starts.values == ends.values


def _of_rows(guess: Guess) -> Iterator[str]:
    roles = guess.roles
    if guess.sums:
        why = f"{_name(guess, 'requests')} counts them" if "requests" in roles else "its time is a whole month"
        yield f"a row is taken for the sum of several calls, because {why}; for one call a row, leave out grain and ended_at."
        if "requests" not in roles:
            yield "no key counts the calls of a sum: their number stays unknown."
        yield "a sum has no id: the same days given in two files count twice."
    elif "dedup_key" in roles:
        yield f"calls with the same {_name(guess, 'dedup_key')} count once: it must be another one for each call."
    else:
        yield "no id of the answer was found: a call that is logged twice counts twice."


def _of_times(guess: Guess) -> Iterator[str]:
    for role in ("started_at", "ended_at"):
        if role not in guess.roles:
            continue
        leaf, times = guess.roles[role], form(guess.roles[role].values)
        if times is not None and times.check:
            yield f"{_name(guess, role)}: {times.check}"
        elif times is None and any(value is not None for value in leaf.values):
            yield f"{_name(guess, role)} is in no form that is known, so its records are rejected: convert it with strptime()."
    times = form(guess.roles["started_at"].values) if "started_at" in guess.roles else None
    if guess.sums and "ended_at" not in guess.roles:
        if times is None or times.span is None:
            yield "no key tells how long a sum lasts: yield ended_at."
        else:
            yield f"no key is the end of a sum: it is assumed to last one {times.span.lower()}."
    elif times is not None and times.span == "DAY" and not guess.sums:
        yield (
            f"{_name(guess, 'started_at')} is a day without a time: if a row is the sum of several calls, add "
            'grain = "bucket" above and yield ended_at.'
        )


def _of_numbers(guess: Guess) -> Iterator[str]:
    for role, leaf in guess.roles.items():
        found = notations(leaf.values, whole=role in WHOLE) if role in NUMERIC else (PLAIN,)
        if found[:1] != (PLAIN,) or len(found) > 1:
            unsure = f"; it could also be {found[1].told}" if len(found) > 1 else ""
            yield f"{_name(guess, role)} is read with {found[0].told}{unsure}."


def _name(guess: Guess, role: str) -> str:
    return dotted(guess.roles[role].key)
