"""What session ids alone may claim."""

from __future__ import annotations

from typing import Any

import pytest

from logcost.analyse.caching import measure, review
from logcost.analyse.caching.sessions import confidence_class
from tests.analyse.caching.made import call, calls


def talk(session: str, inputs: list[int], *, gap: int = 60, **fields: Any) -> list[dict[str, Any]]:
    return [
        call(gap * i, session_id=session, input_tokens=tokens, output_tokens=200, **fields) for i, tokens in enumerate(inputs)
    ]


def test_growing_sessions_are_estimated_from_the_previous_prompt() -> None:
    (row,) = review(calls(talk("s", [2000, 3000, 4000]))).rows
    assert (row.evidence, row.confidence, row.confidence_class, row.growth_share) == ("C", "Modelled", "medium", 1.0)
    assert row.achievable_read_tokens == 2000 + 3000
    assert row.upper_bound_read_tokens == 2200 + 3200


def test_nothing_is_estimated_across_the_lifetime() -> None:
    (row,) = review(calls(talk("s", [2000, 3000], gap=301))).rows
    assert (row.achievable_read_tokens, row.finding) == (0, None)


def test_the_longer_lifetime_is_advised_where_it_pays() -> None:
    (row,) = review(calls(talk("s", [20_000, 20_500, 21_000, 21_500], gap=301))).rows
    assert (row.achievable_read_tokens, row.finding) == (20_000 + 20_500 + 21_000, "LC102")


def test_prompts_below_the_minimum_count_for_nothing() -> None:
    (row,) = review(calls(talk("s", [500, 900, 1000]))).rows
    assert (row.achievable_read_tokens, row.upper_bound_read_tokens) == (0, 0)


def test_shrinking_sessions_give_only_an_upper_bound() -> None:
    (row,) = review(calls(talk("s", [4000, 2000, 4000, 2000]))).rows
    assert (row.achievable_read_tokens, row.missed_tokens, row.net_saving) == (None, None, None)
    assert row.upper_bound_read_tokens == 1999 + 3999 + 1999
    assert row.confidence_class == "upper bound only"
    assert row.cause == "Not enough data: only 33% of consecutive calls grow, so sessions alone give an upper bound."


def test_sessions_of_one_call_are_not_enough_data() -> None:
    (row,) = review(calls([*talk("a", [4000]), *talk("b", [4000])])).rows
    assert row.cause.startswith("Not enough data: no session has two calls")


@pytest.mark.parametrize(
    ("growth", "overlap", "expected"),
    [
        (1.0, 0.0, "medium"),
        (0.95, 0.05, "medium"),
        (0.95, 0.06, "low"),
        (0.94, 0.0, "low"),
        (0.80, None, "low"),
        (0.79, 0.0, "upper bound only"),
        (None, None, "upper bound only"),
    ],
)
def test_confidence_classes(growth: float | None, overlap: float | None, expected: str) -> None:
    assert confidence_class(growth, overlap) == expected


def test_calls_that_overlap_are_no_single_thread() -> None:
    (row,) = review(calls(talk("s", [2000, 3000, 4000], latency_ms=90_000))).rows
    assert row.confidence_class == "low"


def test_chunks_do_not_cut_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row for number in range(12) for row in talk(f"s{number}", [2000, 3000, 3500])]
    whole = review(calls(rows))
    monkeypatch.setattr(measure, "CHUNK_CALLS", 5)
    assert review(calls(rows)) == whole


def test_a_session_of_two_models_is_two_prefixes() -> None:
    rows = talk("s", [2000, 3000])
    rows[1]["model"] = "claude-opus-4-1"
    assert [row.achievable_read_tokens for row in review(calls(rows)).rows] == [None, None]


def test_lone_calls_get_a_remark_and_no_estimate() -> None:
    (row,) = review(calls([call(t, input_tokens=5000) for t in (0, 10)])).rows
    assert (row.evidence, row.achievable_read_tokens, row.upper_bound_read_tokens) == ("D", None, 9998)
    assert row.confidence == "Not enough data"
    assert "from 0 to 9,998 tokens" in row.cause


def test_a_sum_of_which_nothing_is_known_is_not_zero() -> None:
    unknown = review(calls([call(t, input_tokens=5000, cache_read_input_tokens=None) for t in (0, 10)]))
    sums = (unknown.billed_read_tokens, unknown.achievable_read_tokens, unknown.missed_tokens, unknown.net_saving)
    assert sums == (None, None, None, None)
    assert review(calls([call(0, input_tokens=5000, cache_read_input_tokens=0)])).billed_read_tokens == 0


def test_a_prompt_as_long_as_the_one_before_counts_as_grown() -> None:
    (row,) = review(calls(talk("s", [2000, 2000, 2000]))).rows
    assert (row.growth_share, row.achievable_read_tokens) == (1.0, 2 * 1999)


def test_a_call_that_starts_as_the_last_one_ends_is_the_same_thread() -> None:
    (row,) = review(calls(talk("s", [2000, 3000, 4000], latency_ms=60_000))).rows
    assert row.confidence_class == "medium"
