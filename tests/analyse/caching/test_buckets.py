"""Daily totals: a hard claim where writes cost more than reads saved, and no word about missed tokens."""

from __future__ import annotations

from decimal import Decimal

import pytest

from logcost.analyse.caching import review
from tests.analyse.caching.made import RATE, call, calls


def day(read: int, written: int, **fields: object) -> dict[str, object]:
    known = {"grain": "bucket", "requests": 50, "input_tokens": 1_000_000, "workload": None}
    return call(0) | known | {"cache_read_input_tokens": read, "cache_creation_5m_input_tokens": written} | fields


def test_writes_that_cost_more_than_reads_saved_are_a_finding_with_the_exact_loss() -> None:
    (row,) = review(calls([day(100_000, 600_000)])).rows
    assert (row.evidence, row.finding, row.confidence) == ("E", "LC107", "Replayed")
    assert row.net_saving == Decimal(600_000 * RATE // 4 - 100_000 * RATE * 9 // 10) / 10**15
    assert (row.billed_hit_share, row.missed_tokens, row.achievable_read_tokens) == (0.1, None, None)
    assert row.break_even_hit_share == pytest.approx(0.217, abs=0.001)


def test_reads_that_pay_for_the_writes_are_silent() -> None:
    (row,) = review(calls([day(500_000, 300_000)])).rows
    assert (row.finding, row.net_saving) == (None, None)
    assert row.cause == "Needs request-level logs; daily totals only say that 50% of the input was read from the cache."


def test_the_loss_is_seen_in_tokens_where_there_is_no_price() -> None:
    (row,) = review(calls([day(100_000, 600_000)], priced=False)).rows
    assert (row.finding, row.net_saving) == ("LC107", None)


def test_one_hour_writes_lose_sooner() -> None:
    reads = {"cache_creation_5m_input_tokens": 0, "cache_creation_1h_input_tokens": 400_000}
    (row,) = review(calls([day(300_000, 0, **reads)])).rows
    assert row.finding == "LC107"
    assert row.break_even_hit_share == pytest.approx(0.526, abs=0.001)


def test_buckets_and_calls_of_one_workload_stay_apart() -> None:
    rows = [day(0, 0), call(0, ["a", "b"], workload=None)]
    assert sorted(row.evidence for row in review(calls(rows)).rows) == ["B", "E"]
