"""What the times of calls rule out when nothing else is known of them."""

from __future__ import annotations

from logcost.analyse.caching import review
from tests.analyse.caching.made import call, calls


def test_calls_beyond_every_lifetime_cannot_have_been_served() -> None:
    """The longest lifetime of the rule is an hour. The first call may follow one that is not in the log."""
    times = ((0, 2000), (3600, 3000), (7201, 5000), (10802, 5000))
    (row,) = review(calls([call(at, input_tokens=tokens) for at, tokens in times])).rows
    assert row.evidence == "D"
    assert row.upper_bound_read_tokens == 1999 + 2999
    assert "50% of the calls come too late after any other; from 0 to 4,998 tokens may repeat" in row.cause


def test_another_workload_of_the_model_keeps_its_cache_warm() -> None:
    rows = [call(at, input_tokens=2000, workload=name) for at, name in ((0, "a"), (3000, "b"), (6000, "a"), (9000, "b"))]
    found = {row.workload: row for row in review(calls(rows)).rows}
    assert found["a"].upper_bound_read_tokens == 2 * 1999
    assert found["b"].upper_bound_read_tokens == 2 * 1999


def test_another_model_does_not() -> None:
    models = ((0, "claude-sonnet-4-5"), (3000, "claude-opus-4-1"), (6000, "claude-sonnet-4-5"))
    rows = [call(at, input_tokens=2000, model=model) for at, model in models]
    found = {row.model: row.upper_bound_read_tokens for row in review(calls(rows)).rows}
    assert found == {"claude-sonnet-4-5": 1999, "claude-opus-4-1": 1999}


def test_calls_without_a_time_may_have_come_at_any() -> None:
    rows = [call(0, input_tokens=2000), call(0, input_tokens=3000) | {"started_at": None}]
    (row,) = review(calls(rows)).rows
    assert row.upper_bound_read_tokens == 1999 + 2999
