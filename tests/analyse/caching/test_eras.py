"""A call follows the rule that was valid when it started: a pool is cut where its rule changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from logcost.analyse.caching import review
from logcost.analyse.caching.rule import parse_rule
from tests.analyse.caching.made import call, calls, counts

CHANGE = datetime(2026, 2, 5, tzinfo=UTC)
"""From here on Anthropic's caches belong to workspaces, before to the organization (pricing/cache_rules.toml)."""
BLOCKS = ["s1", "s2", "s3", "s4"]


def around(before: int, after: int, **fields: Any) -> list[dict[str, Any]]:
    """One call a minute, ``before`` of them in front of the change, on two workspaces in turn."""
    starts = [CHANGE + timedelta(minutes=i) for i in range(-before, after)]
    fields = {"cache_creation_5m_input_tokens": 2148} | fields
    return [call(0, BLOCKS, project=f"p{i % 2}", **fields) | {"started_at": at} for i, at in enumerate(starts)]


def test_no_row_mixes_two_rules() -> None:
    found = review(calls(around(4, 6)))
    rows = sorted(found.rows, key=lambda row: row.since is not None)
    assert [(row.since, row.until, row.requests) for row in rows] == [(None, CHANGE, 4), (CHANGE, None, 6)]
    assert [row.rule.scope if row.rule else "" for row in rows] == ["organization", "workspace"]
    # One cache for both workspaces before, one each after, which could be one again.
    assert [row.achievable_read_tokens for row in rows] == [3 * 2048, 5 * 2048]
    assert [[step.name for step in row.steps if step.advised] for row in rows] == [["rules"], ["rules", "scope"]]
    assert (
        "claude-sonnet-4-5: the cache's rule changed on 2026-02-05; calls before and after have rows of their own." in found.notes
    )


def test_the_instant_of_the_change_follows_the_new_rule() -> None:
    (row,) = review(calls(around(0, 4))).rows
    assert (row.since, row.rule.scope if row.rule else "") == (None, "workspace")
    (row,) = review(calls(around(4, 0))).rows
    assert (row.until, row.rule.scope if row.rule else "") == (None, "organization")


@pytest.mark.parametrize("model", ["claude-opus-4-8", "gpt-unknown"])
def test_a_model_whose_rule_does_not_change_is_not_cut(model: str) -> None:
    (row,) = review(calls(around(4, 6, model=model))).rows
    assert (row.requests, row.since, row.until) == (10, None, None)


def test_a_rule_by_hand_holds_always() -> None:
    (row,) = review(calls(around(4, 6)), rule=parse_rule("min=1024,step=1,ttl=300,read=0.1,write=1.25,scope=none")).rows
    assert row.achievable_read_tokens == 9 * 2048


def test_calls_without_a_time_follow_the_rule_of_today() -> None:
    undated = call(0, BLOCKS, cache_creation_5m_input_tokens=2148) | {"started_at": None}
    rows = review(calls([*around(4, 0), undated])).rows
    assert {(row.evidence, row.rule.scope if row.rule else "") for row in rows} == {("B", "organization"), ("D", "workspace")}


def test_sessions_are_cut_as_well() -> None:
    starts = [CHANGE + timedelta(minutes=i) for i in range(-3, 3)]
    talk = [call(0, session_id="s", input_tokens=3000 + 400 * i) | {"started_at": at} for i, at in enumerate(starts)]
    rows = review(calls(talk)).rows
    assert sorted((row.requests or 0, row.achievable_read_tokens or 0) for row in rows) == [(3, 6400), (3, 8800)]


def test_a_row_is_applied_to_its_own_calls_only() -> None:
    frame = calls(around(4, 6, cache_read_input_tokens=0))
    for row in review(frame).rows:
        if row.way not in {"", "off"}:
            assert counts(frame, row).height == row.requests


def test_a_host_without_a_rule_of_its_own_follows_the_maker() -> None:
    frame = calls([call(60 * i, ["a", "b", "c"], provider="gcp.vertex_ai") for i in range(10)])
    found = review(frame)
    assert [row.finding for row in found.rows] == ["LC101"]
    assert any(note.endswith("No rule is stated for who bills it: its maker's is taken.") for note in found.notes)


def test_batches_that_use_no_cache_are_left_out_and_counted() -> None:
    rows = [call(60 * i, ["a", "b", "c"], service_tier="batch", cache_read_input_tokens=1536 * (i == 0)) for i in range(10)]
    found = review(calls(rows))
    assert [row.requests for row in found.rows] == [1]
    assert "9 usage records sent in batches, where hits are a matter of chance, are not in this review." in found.notes
