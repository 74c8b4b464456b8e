"""The ledger of savings: what it adds up to, in which order, and that every step is priced on what is left."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logcost.analyse.caching import review as review_caching
from logcost.analyse.savings import ledger, selfhost
from logcost.savings import RISKS, SavingsLedger
from tests.analyse.savings.made import BOOK, priced, record, repeated

PREFIX = [f"s{i}" for i in range(12)]
"""6,144 tokens that every call repeats."""


def reviewed(rows: list[dict[str, Any]]) -> SavingsLedger:
    calls = priced(rows)
    return ledger.review(calls, BOOK, review_caching(calls))


def nightly(**fields: Any) -> list[dict[str, Any]]:
    """A job every night, with a prefix that nobody caches."""
    return repeated([{"repeat": 200, "every": 10, "at": 7200, "days": 5, "blocks": PREFIX, **fields}])


def test_a_step_is_priced_on_what_those_before_it_left() -> None:
    found = reviewed(nightly(output_tokens=2000))
    caching, batch = found.steps
    assert (caching.code, batch.code) == ("LC101", "LC201")
    # 1,000 calls of 6,244 tokens: the first of each night writes 6,144 (the others read them), each writes its last 100.
    plain = Decimal(1000 * (6244 * 3 + 2000 * 15)) / 10**6
    cached = Decimal(1000 * 2000 * 15) / 10**6 + Decimal((5 * 6144 + 1000 * 100) * 3) * Decimal("1.25") / 10**6
    cached += Decimal(995 * 6144 * 3) / 10 / 10**6
    assert found.billed == plain
    assert caching.saving == caching.alone == plain - cached
    # A batch has no cache: beside caching it saves only what half of the uncached price is below the cached price.
    assert batch.alone == plain / 2
    assert batch.saving == cached - plain / 2
    assert found.left == plain / 2
    assert found.overlap == caching.alone + batch.alone - (plain - plain / 2)


def test_a_batch_that_loses_more_hits_than_it_saves_is_left_out() -> None:
    found = reviewed(nightly(output_tokens=500))
    assert [step.code for step in found.steps] == ["LC101"]


@pytest.mark.parametrize("share", [0.2, 0.9])
def test_steps_come_in_order_of_risk_and_then_of_saving(share: float) -> None:
    rows = nightly(output_tokens=2000) + repeated(
        [
            {"repeat": 400, "every": 900, "workload": "labels", "input_tokens": int(90_000 * share), "output_tokens": 3},
            {"workload": "small", "response_model": "claude-haiku-4-5", "input_tokens": 100},
            {"repeat": 200, "every": 900, "workload": "broken", "input_tokens": 20_000, "status": "error"},
        ]
    )
    found = reviewed(rows)
    assert {step.code for step in found.steps} == {"LC101", "LC201", "LC202", "LC205"}
    assert [RISKS.index(step.risk) for step in found.steps] == sorted(RISKS.index(step.risk) for step in found.steps)
    for risk in RISKS:
        amounts = [step.alone for step in found.steps if step.risk == risk]
        assert amounts == sorted(amounts, reverse=True)


def test_nothing_is_found_in_nothing() -> None:
    found = reviewed([])
    assert found.steps == ()
    assert found.billed == found.left == found.overlap == 0


def test_records_without_a_price_are_counted_and_in_no_amount() -> None:
    found = reviewed([*nightly(), record(0, input_tokens=10**6, response_model="nobody-knows-me")])
    assert found.unpriced_records == 1
    assert found.billed == reviewed(nightly()).billed


def test_small_savings_are_not_listed() -> None:
    few = repeated(
        [{"repeat": 20, "every": 10, "blocks": PREFIX}, {"repeat": 900, "every": 10, "workload": "big", "input_tokens": 190_000}]
    )
    found = reviewed(few)
    assert found.floor == 5
    assert not [step for step in found.steps if step.workload == "bot"]


CALLS = st.lists(
    st.fixed_dictionaries(
        {
            "at": st.integers(0, 400_000),
            "workload": st.sampled_from(["one", "two", None]),
            "response_model": st.sampled_from(["claude-sonnet-4-5", "claude-haiku-4-5"]),
            "blocks": st.sampled_from([PREFIX, PREFIX[:5], [*PREFIX[:8], "x"], ["y"]]),
            "tail": st.sampled_from([0, 100, 60_000]),
            "output_tokens": st.sampled_from([1, 3, 400]),
            "status": st.sampled_from(["ok", "error", None]),
            "session_id": st.sampled_from([None, "s1", "s2"]),
            "cache_creation_5m_input_tokens": st.sampled_from([0, 512]),
        }
    ),
    max_size=40,
)


@settings(max_examples=25, deadline=None)
@given(CALLS, st.integers(1, 6))
def test_money_never_appears_or_vanishes(calls: list[dict[str, Any]], times: int) -> None:
    """Whatever the calls, the savings are the difference between the bill and the last step, and each lies in its range."""
    rows = [record(**{**call, "at": call["at"] + 7 * n}) for call in calls for n in range(times)]
    rows = [{**row, "source_line": number} for number, row in enumerate(rows, start=1)]
    found = reviewed(rows)
    left = found.billed
    for step in found.steps:
        left -= step.saving
        assert step.left == left
        assert step.saving > 0
        assert step.low <= step.saving <= step.high <= found.billed
    assert found.left == left == found.billed - found.saved()
    assert found.saved() == sum(found.saved(risk) for risk in RISKS)
    assert found.billed == sum(cost for cost in _costs(rows))
    assert reviewed(list(reversed(rows))).left == found.left


def _costs(rows: list[dict[str, Any]]) -> list[Decimal]:
    return [Decimal(cost) / 10**15 for cost in priced(rows).collect()["list_cost_fusd"].to_list()]


def test_the_amount_of_a_caching_finding_is_that_of_the_caching_review() -> None:
    """Both replay the same calls; one adds up rates, the other prices the changed calls anew."""
    rows = nightly(output_tokens=500) + repeated(
        [
            {"repeat": 60, "every": 200, "workload": "spread", "blocks": ["t1", "t2", "t3"], "project": "p{i7}"},
            {
                "repeat": 60,
                "every": 1500,
                "workload": "slow",
                "blocks": ["u1", "u2", "u3"],
                "cache_creation_5m_input_tokens": 1536,
            },
            {
                "repeat": 60,
                "every": 20,
                "workload": "waste",
                "blocks": ["v{i}", "w", "x"],
                "cache_creation_5m_input_tokens": 1536,
            },
        ]
    )
    calls = priced(rows)
    review = review_caching(calls)
    found = ledger.review(calls, BOOK, review)
    amounts = {(row.workload, row.finding): row.net_saving for row in review.rows if row.way}
    assert {finding for _, finding in amounts} == {"LC101", "LC102", "LC104", "LC105"}
    told = {(step.workload, step.code): step.alone for step in found.steps if step.code.startswith("LC1")}
    assert told
    assert all(amounts[key] == amount for key, amount in told.items())


def test_calls_without_hashes_are_no_repeats() -> None:
    """Nothing is known of their prompts, so they stay in the bill beside calls that do repeat."""
    hashed = repeated([{"repeat": 20, "every": 3600, "blocks": ["same"], "tail": 0, "output_tokens": 1000}])
    plain = repeated([{"repeat": 20, "every": 3600, "at": 60, "input_tokens": 5000, "output_tokens": 3000}])
    (step,) = reviewed(hashed + plain).steps
    assert (step.code, step.calls) == ("LC206", 19)
    assert step.saving == step.alone == 19 * Decimal(512 * 3 + 1000 * 15) / 10**6


def test_what_follows_a_failed_call_is_no_repeat() -> None:
    """A call that failed has no answer to keep: with it gone, the one that asks again must still be made."""
    first = repeated([{"repeat": 50, "every": 3600, "blocks": ["p{i}"], "tail": 0, "output_tokens": 500, "status": "timeout"}])
    again = repeated([{"repeat": 50, "every": 3600, "at": 30, "blocks": ["p{i}"], "tail": 0, "output_tokens": 500}])
    found = reviewed(first + again)
    assert [step.code for step in found.steps] == ["LC205"]
    assert found.left == found.billed / 2


def test_a_sum_over_a_day_is_no_long_prompt() -> None:
    """The percentiles are those of single calls; a day's ten million tokens are not cut to one prompt's."""
    calls = repeated([{"repeat": 100, "every": 3600, "input_tokens": {"many": {1000: 94, 20_000: 6}}}])
    day = record(grain="bucket", requests=1000, input_tokens=10_000_000, output_tokens=100_000)
    haiku = [{**row, "response_model": "claude-haiku-4-5"} for row in (*calls, day)]
    found = reviewed(haiku)
    # The 95th percentile is that of the long calls themselves.
    assert not found.steps
    assert found.left == found.billed == Decimal("10.5") + Decimal(94 * 1000 + 6 * 20_000 + 100 * 100 * 5) / 10**6


def test_what_is_sent_in_batches_already_keeps_its_price() -> None:
    plain = repeated([{"repeat": 50, "every": 10, "days": 4, "input_tokens": 30_000}])
    batches = [record(d * 86400, input_tokens=100_000, cache_read_input_tokens=99_000, service_tier="batch") for d in range(5)]
    (step,) = reviewed(plain + batches).steps
    assert (step.code, step.calls) == ("LC201", 200)
    assert step.saving == step.high == 200 * Decimal(30_000 * 3 + 100 * 15) / 10**6 / 2


def test_reasoning_that_is_not_stated_is_not_called_none() -> None:
    small = {"workload": "small", "response_model": "claude-haiku-4-5", "input_tokens": 100}
    rows = repeated([{"repeat": 400, "every": 900, "input_tokens": 9000, "output_tokens": 3}, small])
    (step,) = reviewed(rows).steps
    assert "not all of them say how much of it is reasoning" in step.evidence
    (step,) = reviewed([{**row, "reasoning_output_tokens": 0} for row in rows]).steps
    assert "0% of the output is reasoning" in step.evidence


def test_what_the_log_does_not_say_of_streams_and_sessions_is_not_called_none() -> None:
    rows = repeated([{"repeat": 50, "every": 10, "days": 4, "input_tokens": 30_000}])
    (step,) = reviewed(rows).steps
    assert "none is known to be streamed, and none is known to go on in a session" in step.evidence
    told = [{**row, "streamed": False, "session_id": f"s{i}"} for i, row in enumerate(rows)]
    (step,) = reviewed(told).steps
    assert "none is streamed, and none goes on in a session" in step.evidence


def test_servers_compute_no_less_than_nothing() -> None:
    servers = selfhost.parse("prefill=8000,decode=1500,hourly=2.50")
    rows = [record(0, input_tokens=1000), record(1, cache_read_input_tokens=5000)]
    found = selfhost.compared(priced(rows), servers, Decimal(0))
    assert found is not None
    assert found.p99_hour_input_tokens == 1000


def test_a_cached_prompt_is_cut_in_the_shares_in_which_it_was_cached() -> None:
    """Nine tenths of the long prompts are read: what is cut saves a tenth of the price there, and all of it elsewhere."""
    short = repeated([{"repeat": 97, "every": 3600, "input_tokens": 1000, "cache_read_input_tokens": 900}])
    long = repeated([{"repeat": 3, "every": 3600, "at": 60, "input_tokens": 100_000, "cache_read_input_tokens": 90_000}])
    middle = repeated([{"repeat": 4, "every": 3600, "at": 90, "input_tokens": 4096, "cache_read_input_tokens": 0}])
    haiku = [{**row, "response_model": "claude-haiku-4-5"} for row in (*short, *long, *middle)]
    (step,) = [step for step in reviewed(haiku).steps if step.code == "LC203"]
    # The 95th percentile of the input is 4,096: the long ones keep 90 % of it as reads, and the others all of theirs.
    kept = 4096 * 9 // 10
    cut = Decimal(100_000 - 90_000) + Decimal(90_000) / 10 - Decimal(4096 - kept) - Decimal(kept) / 10
    assert step.saving == 3 * cut / 10**6
