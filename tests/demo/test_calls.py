"""The simulated calls obey the rules of the caches they imitate."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logcost.demo import calls, clock
from logcost.demo.workloads import ALL, MESSAGES, Conversation

if TYPE_CHECKING:
    from logcost.demo.calls import Call
    from logcost.demo.workloads import Workload

MONTHS = (clock.SEPTEMBER, clock.OCTOBER)


@given(workload=st.sampled_from(ALL), month=st.sampled_from(MONTHS), seed=st.integers(0, 99), count=st.integers(1, 120))
def test_calls_are_ordered_whole_and_within_the_month(workload: Workload, month: clock.Month, seed: int, count: int) -> None:
    found = calls.of(workload, month, seed=seed, count=count)
    assert found == calls.of(workload, month, seed=seed, count=count)
    assert all(before.at <= after.at for before, after in pairwise(found))
    for call in found:
        assert month.start_of(1) <= call.at < month.start_of(month.days + 1)
        assert call.uncached >= 1
        assert min(call.cache_read, call.cache_write) >= 0
        assert 0 <= call.reasoning <= call.output
        assert call.input_tokens > sum(tokens for _, tokens in call.blocks)


def _sessions(found: list[Call]) -> dict[str, list[Call]]:
    by_session: dict[str, list[Call]] = {}
    for call in found:
        by_session.setdefault(call.session or "", []).append(call)
    return by_session


@pytest.mark.parametrize("workload", [w for w in MESSAGES if isinstance(w.prompts, Conversation)], ids=lambda w: str(w.name))
def test_a_conversation_reads_what_it_wrote_within_five_minutes_and_nothing_later(workload: Workload) -> None:
    late = 0
    for turns in _sessions(calls.of(workload, clock.OCTOBER, seed=1, count=2_000)).values():
        assert turns[0].cache_read == 0
        for before, after in pairwise(turns):
            expired = after.at - before.at >= calls.CACHE_LIFETIME_MS
            late += expired
            shrunk = after.input_tokens < before.input_tokens
            assert after.cache_read == (0 if expired or shrunk else before.cache_read + before.cache_write)
    assert late > 20


def test_traffic_is_of_two_kinds() -> None:
    ratio = {}
    for workload in ALL:
        found = calls.of(workload, clock.OCTOBER, seed=42, count=400)
        ratio[workload.name] = sum(call.input_tokens for call in found) / sum(call.output for call in found)
    writers = {"sales-email-draft", "report-writer", "product-copy"}
    assert {name for name, value in ratio.items() if value < 1} == writers
    assert min(value for name, value in ratio.items() if name not in writers) > 5


def test_offices_rest_on_weekends() -> None:
    days = [0] * clock.OCTOBER.days
    for call in calls.of(MESSAGES[2], clock.OCTOBER, seed=42, count=10_000):
        days[(call.at - clock.OCTOBER.start_of(1)) // clock.MILLISECONDS_A_DAY] += 1
    weekend = (3, 4, 10, 11, 17, 18, 24, 25, 31)
    assert max(days[day - 1] for day in weekend) * 3 < min(days[day - 1] for day in range(1, 32) if day not in weekend)
