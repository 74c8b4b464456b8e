"""Net dollars, worked out by hand at 1 USD per million tokens, reads at 0.1, writes at 1.25 and 2."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from logcost.analyse.caching import parse_rule, review
from tests.analyse.caching.made import RATE, call, calls, counts

S = ["s1", "s2", "s3", "s4"]


def test_net_of_write_premiums_to_the_last_femto_usd() -> None:
    rows = [call(t, S) for t in (0, 250, 500)]
    (row,) = review(calls(rows)).rows
    hits, written = 2 * 2048, 2148 + 2 * 100
    assert row.net_saving == Decimal(hits * RATE * 9 // 10 - written * RATE // 4) / 10**15
    assert (row.finding, row.missed_tokens, row.confidence) == ("LC101", hits, "Replayed")
    assert [(step.name, step.read_tokens, step.advised) for step in row.steps if step.advised] == [("rules", hits, True)]


def test_steps_add_up_to_the_net_saving() -> None:
    rows = [call(1800 * i, [f"b{n}" for n in range(40)], project=f"p{i % 4}") for i in range(40)]
    (row,) = review(calls(rows)).rows
    advised = [step for step in row.steps if step.advised]
    assert [step.name for step in advised] == ["rules", "lifetime", "scope"]
    assert sum((step.net_saving or Decimal(0)) for step in advised) == row.net_saving
    assert sum(step.read_tokens for step in advised) == row.achievable_read_tokens == 39 * 20480
    assert row.finding == "LC104"


def test_an_hour_that_does_not_pay_is_a_step_not_to_take() -> None:
    rows = [call(60 * i, [*S, f"doc {i}"]) for i in range(30)]
    (row,) = review(calls(rows)).rows
    (refused,) = [step for step in row.steps if step.name == "lifetime"]
    assert not refused.advised
    assert refused.net_saving is not None
    assert refused.net_saving < 0


def test_billed_reads_are_not_missed_again() -> None:
    rows = [call(0, S, cache_creation_5m_input_tokens=2048)]
    rows += [call(60 * i, S, cache_read_input_tokens=2048) for i in range(1, 10)]
    (row,) = review(calls(rows)).rows
    assert (row.missed_tokens, row.net_saving, row.finding) == (0, Decimal(0), None)
    assert row.billed_hit_share == pytest.approx(9 * 2048 / (10 * 2148))


def test_more_billed_than_the_replay_expects_is_said_not_turned_negative() -> None:
    rows = [call(600 * i, S, cache_read_input_tokens=2048 if i else 0) for i in range(5)]
    (row,) = review(calls(rows)).rows
    assert (row.achievable_read_tokens, row.missed_tokens) == (0, 0)
    assert "8,192 tokens more" in row.cause


def test_without_a_price_there_are_tokens_and_no_dollars() -> None:
    rows = [call(t, S) for t in (0, 10, 20)]
    (row,) = review(calls(rows, priced=False)).rows
    assert (row.missed_tokens, row.net_saving, row.finding) == (4096, None, "LC101")


def test_one_unpriced_call_leaves_the_row_without_dollars() -> None:
    rows = [call(t, S) for t in (0, 10)] + [call(20, S, input_rate_fusd=None)]
    (row,) = review(calls(rows)).rows
    assert row.net_saving is None


def test_unknown_reads_stay_unknown_and_apart_from_known_ones() -> None:
    rows = [call(0, S), call(10, S, cache_read_input_tokens=None)]
    result = review(calls(rows))
    found = {row.billed_read_tokens: row for row in result.rows}
    assert found[None].missed_tokens is None
    assert found[None].net_saving is None
    assert found[None].achievable_read_tokens == 2048
    assert "does not say" in found[None].cause
    assert result.unknown_rows == 1


def test_unstated_writes_are_unknown_where_writes_cost_money() -> None:
    silent = review(calls([call(0, S)])).rows[0]
    stated = review(calls([call(0, S, cache_creation_5m_input_tokens=0)])).rows[0]
    free = review(calls([call(0, S, provider="openai", model="gpt-5")])).rows[0]
    assert [(row.billed_write_tokens, row.wasted_write_tokens) for row in (silent, stated, free)] == [
        (None, None),
        (0, 0),
        (0, 0),
    ]


def test_a_rule_by_hand_prices_with_its_own_multipliers() -> None:
    rows = [call(t, S) for t in (0, 10)]
    (row,) = review(calls(rows), rule=parse_rule("min=0,step=1,ttl=60,read=0.5,write=1")).rows
    assert row.net_saving == Decimal(2048 * RATE // 2) / 10**15


def test_a_rule_by_hand_without_a_price_gives_no_dollars() -> None:
    rows = [call(t, S) for t in (0, 10)]
    (row,) = review(calls(rows, priced=False), rule=parse_rule("min=0,step=1,ttl=60,read=0.5,write=1")).rows
    assert row.net_saving is None


def test_amounts_beyond_64_bits_are_exact() -> None:
    rows = [call(10 * i, S, input_rate_fusd=10**14, cache_read_rate_fusd=0, cache_write_rate_fusd=10**14) for i in range(101)]
    (row,) = review(calls(rows)).rows
    assert row.net_saving == Decimal(100 * 2048) / 10


def test_embeddings_and_empty_prompts_are_left_out_and_counted() -> None:
    rows = [call(0, S), call(1, S, operation_name="embeddings"), call(2, input_tokens=0), call(3, input_tokens=None)]
    result = review(calls(rows))
    assert result.input_tokens == 2148
    assert result.notes[0].startswith("2 usage records without input tokens")
    assert result.notes[1].startswith("1 usage records of operations")


def test_the_review_adds_up_and_is_sorted_by_saving() -> None:
    rows = [call(t, S, workload="small") for t in (0, 10)] + [call(t, S, workload="large", project="p") for t in range(0, 90, 10)]
    result = review(calls(rows))
    assert [row.workload for row in result.rows] == ["large", "small"]
    assert result.net_saving == sum((row.net_saving or Decimal(0)) for row in result.rows)
    assert result.missed_tokens == sum(row.missed_tokens or 0 for row in result.rows)


def test_no_calls_at_all() -> None:
    result = review(calls([]))
    assert result.rows == ()
    assert (result.net_saving, result.input_tokens) == (Decimal(0), 0)


def test_a_first_step_that_loses_money_is_told_as_one_with_the_marker_that_makes_it_pay() -> None:
    """Two shared blocks in front of twelve that never come again: writing all of them costs more than the hits save."""
    rows = [call(60 * i, ["s", "t", *(f"{i} {n}" for n in range(12))]) for i in range(10)]
    (row,) = review(calls(rows)).rows
    assert row.way == "marker"
    advised = [step for step in row.steps if step.advised]
    assert [step.name for step in advised] == ["marker"]
    assert advised[0].net_saving == row.net_saving
    assert [step.name for step in row.steps if not step.advised and step.name == "rules" and (step.net_saving or 0) < 0]


def beside(tail: int) -> list[dict[str, Any]]:
    """The short workload asks every two hours, 200 seconds behind one with so many blocks that never come again."""
    return [
        call(7200 * i + 200 * n, ["s", "t", "u", *own], workload=name)
        for i in range(10)
        for n, (name, own) in enumerate((("long", [f"{i} {k}" for k in range(tail)]), ("short", [])))
    ]


def test_nobody_reads_what_a_workload_that_is_not_worth_caching_would_have_to_write() -> None:
    found = {row.workload: row for row in review(calls(beside(40))).rows}
    assert [(row.finding, row.net_saving, row.achievable_read_tokens) for row in found.values()] == [(None, Decimal(0), 0)] * 2
    assert found["short"].without == ("long",)


def test_the_ledger_of_savings_leaves_the_same_calls_out() -> None:
    later = [call(7200 * i + 300, ["s", "t", "u"], workload="short") for i in range(10)]
    frame = calls([*beside(40), *later])
    found = review(frame)
    row = next(row for row in found.rows if row.workload == "short")
    assert (row.finding, row.achievable_read_tokens, row.without) == ("LC101", 10 * 1536, ("long",))
    told = counts(frame, row)
    assert (told["read"].sum(), told["written"].sum()) == (10 * 1536, 20 * 1636 - 10 * 1536)
    assert "claude-sonnet-4-5: best without a cache: long." in found.notes[-1]


def test_hits_that_only_other_workloads_make_possible_are_named() -> None:
    """Five features with one beginning, each too seldom for a lifetime: cached together they pay, alone none does."""
    rows = [call(100 * i, ["s", "t", "u"], workload=f"feature {i % 5}", input_tokens=1540) for i in range(50)]
    found = review(calls(rows)).rows
    assert {(row.finding, row.without) for row in found} == {("LC101", ())}
    assert "15,360 of these tokens are read only if the other workloads that begin alike are cached, too." in found[0].fix
    hits, written = 49 * 1536, 1540 + 49 * 4
    assert sum(row.net_saving or 0 for row in found) == Decimal(hits * RATE * 9 // 10 - written * RATE // 4) / 10**15


def test_a_repeat_of_just_the_minimum_is_served_and_not_below_it() -> None:
    (row,) = review(calls([call(0, ["s", "t", "a"]), call(10, ["s", "t", "b"])])).rows
    assert (row.achievable_read_tokens, row.below_minimum_tokens) == (1024, 0)


def test_a_prompt_of_just_the_minimum_is_written() -> None:
    rows = [call(at, [f"{at} s", f"{at} t"], input_tokens=1024) for at in (0, 10)]
    (row,) = review(calls(rows)).rows
    assert row.always_on_relative_cost == pytest.approx(1.25)


def test_what_a_call_read_is_no_use_of_what_it_wrote() -> None:
    """The second call reads four blocks and writes two more, which the third, that shares the four, does not read."""
    front = ["s", "t", "u", "v"]
    rows = [
        call(0, front, cache_creation_5m_input_tokens=2048),
        call(60, [*front, "a", "b"], cache_read_input_tokens=2048, cache_creation_5m_input_tokens=1024),
        call(120, front, cache_read_input_tokens=2048),
    ]
    (row,) = review(calls(rows)).rows
    assert row.wasted_write_tokens == 1024


def test_writes_without_a_stated_lifetime_count_for_the_default_one() -> None:
    rows = [
        call(60 * i, ["s", "t"], cache_creation_unsplit_input_tokens=900, cache_creation_1h_input_tokens=100) for i in range(2)
    ]
    (row,) = review(calls(rows)).rows
    assert row.steps[0].setting == "every prompt, 5 minutes"


def test_less_than_one_in_a_hundred_of_the_input_is_no_reason_to_turn_caching_off() -> None:
    """One useless write among thirty calls: it can be left out, but the cache is not what costs."""
    rows = [call(60 * i, [f"{i} {n}" for n in range(20)]) for i in range(30)]
    rows[0] |= {"cache_creation_5m_input_tokens": 1024}
    (row,) = review(calls(rows)).rows
    assert (row.finding, row.way, row.net_saving) == ("LC105", "trimmed", Decimal(1024 * RATE // 4) / 10**15)


def test_a_few_repeats_that_nobody_reads_are_not_called_served() -> None:
    rows = [call(60 * i, ["s", "t", "u", "v"] if i > 28 else [f"{i} {n}" for n in range(20)]) for i in range(31)]
    (row,) = review(calls(rows)).rows
    assert row.cause.startswith("Prompts repeat, but writing every prompt costs about as much as its hits save")
