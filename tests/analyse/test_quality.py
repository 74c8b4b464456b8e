"""Data quality: every check when it fires, and when it must stay silent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from logcost.analyse import quality
from logcost.price import PriceBook
from logcost.types import SourceReport, UnpricedModel
from tests.analyse.build import calls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logcost.types import QualityCheck

DAY = datetime(2026, 10, 5, tzinfo=UTC)
GOOD = {
    "started_at": DAY + timedelta(hours=3),
    "provider": "openai",
    "model": "m",
    "workload": "chat",
    "input_tokens": 100,
    "cache_read_input_tokens": 0,
    "output_tokens": 10,
}
BUCKET = {**GOOD, "grain": "bucket", "started_at": DAY, "ended_at": DAY + timedelta(days=1)}
NO_TOKENS = {"input_tokens": None, "cache_read_input_tokens": None, "output_tokens": None}


def check(name: str, rows: Sequence[dict[str, Any]], sources: Sequence[SourceReport] = ()) -> QualityCheck:
    return next(found for found in quality.review(calls(rows), sources).checks if found.name == name)


def source(path: str = "a.jsonl", **counts: Any) -> SourceReport:
    known = {"rows_read": 10, "rows_loaded": 10, "skipped": 0, "duplicates": 0, "rejects": 0, **counts}
    return SourceReport(path=path, format="logcost.usage", **known)


def test_good_data_needs_nothing() -> None:
    found = quality.review(calls([GOOD, GOOD]), [source()])
    assert {line.state for line in found.checks} == {"ok"}
    assert found.priced_requests == 2
    assert (found.unpriced_requests, found.unpriced_tokens_share, found.undated_requests) == (0, 0.0, 0)
    assert (found.unpriced, found.reasons) == ((), {})
    assert all(not line.remedy and line.effect.endswith(".") for line in found.checks)


def test_no_calls_at_all() -> None:
    found = quality.review(calls([]), [])
    assert {line.state for line in found.checks} == {"ok"}
    assert found.unpriced_tokens_share == 0.0


def test_the_same_checks_in_the_same_order_whatever_is_wrong() -> None:
    good, bad = (quality.review(calls(rows), []) for rows in ([GOOD], [{"input_tokens": 1}]))
    assert [line.name for line in good.checks] == [line.name for line in bad.checks]


def test_an_unknown_model_comes_with_the_nearest_names() -> None:
    rows = [
        {**GOOD, "model": "gpt-4o-mni", "unpriced_reason": "unknown-model"},
        {**GOOD, "model": "gpt-4o", "unpriced_reason": "meter-not-priced: input_audio_tokens"},
    ]
    found = {one.model: one.near for one in quality.review(calls(rows), [], PriceBook.load()).unpriced}
    assert found["gpt-4o-mni"][0] == "gpt-4o-mini"
    assert len(found["gpt-4o-mni"]) <= 3
    assert found["gpt-4o"] == ()


def test_unpriced_calls_are_told_by_model_and_reason_most_tokens_first() -> None:
    rows = [
        GOOD,
        {**GOOD, "model": "x", "unpriced_reason": "unknown-model"},
        {**GOOD, "model": "y", "input_tokens": 990, "requests": 3, "unpriced_reason": "meter-not-priced: input_audio_tokens"},
        {**GOOD, "model": "z", "unpriced_reason": "impossible-counts: cache_read_input_tokens (9) is more than input_tokens (1)"},
        {**GOOD, "model": "z", "unpriced_reason": "impossible-counts: cache_read_input_tokens (7) is more than input_tokens (1)"},
    ]
    found = quality.review(calls(rows), [])
    assert found.unpriced == (
        UnpricedModel("openai", "y", "meter-not-priced: input_audio_tokens", 3, 1_000, 1),
        UnpricedModel("openai", "z", "impossible-counts", 2, 220, 2),
        UnpricedModel("openai", "x", "unknown-model", 1, 110, 1),
    )
    assert found.reasons == {"meter-not-priced": 1, "impossible-counts": 2, "unknown-model": 1}
    assert (found.priced_requests, found.unpriced_requests) == (1, 6)
    assert found.unpriced_tokens_share == pytest.approx(1_330 / 1_440)
    line = check("Calls without a price", rows)
    assert (line.state, line.count) == ("action", 6)
    assert line.effect == "The totals are at least what is shown: 92.4% of all tokens and 85.7% of all calls have no price."
    assert line.detail == "y: meter-not-priced: input_audio_tokens; z: impossible-counts; x: unknown-model"


def test_records_that_do_not_count_their_calls_are_records() -> None:
    vague = {**BUCKET, "requests": None, "workload": None, "started_at": None, "unpriced_reason": "unknown-model"}
    found = quality.review(calls([GOOD, {**vague, "model": "x"}, {**vague, "model": "y", **NO_TOKENS}]), [])
    assert (found.priced_records, found.unpriced_records, found.uncounted_records) == (1, 2, 2)
    assert (found.priced_requests, found.unpriced_requests) == (1, 0)
    assert found.unpriced == (
        UnpricedModel("openai", "x", "unknown-model", None, 110, 1, 1),
        UnpricedModel("openai", "y", "unknown-model", None, None, 1, 1),
    )
    lines = {line.name: line for line in found.checks}
    for name in ("Calls without a price", "Calls without a time", "Calls without a workload label"):
        assert (name, lines[name].count) == (name, 2)


def test_units_without_tokens_and_price() -> None:
    line = check("Calls without a price", [GOOD, {**GOOD, **NO_TOKENS, "unpriced_reason": "unknown-model"}])
    assert line.effect == "They state no tokens; what they cost is not in the totals (50.0% of all calls)."


def test_unpriced_totals_that_do_not_count_calls_are_not_silent() -> None:
    line = check("Calls without a price", [{**BUCKET, "requests": None, "unpriced_reason": "unknown-model"}])
    assert (line.state, line.count) == ("action", 1)
    assert line.effect == "No token has a price, so the spend is not known."


@pytest.mark.parametrize(
    ("change", "name", "state"),
    [
        ({"started_at": None}, "Calls without a time", "action"),
        ({"workload": None}, "Calls without a workload label", "info"),
        ({"cache_read_input_tokens": None}, "Calls without cache counts", "info"),
        ({"output_tokens": None}, "Calls without output counts", "action"),
    ],
)
def test_missing_fields_are_counted(change: dict[str, Any], name: str, state: str) -> None:
    line = check(name, [GOOD, {**GOOD, **change, "requests": 4}])
    assert (line.state, line.count) == (state, 4)
    assert line.remedy


def test_a_call_without_input_needs_no_cache_counts() -> None:
    assert check("Calls without cache counts", [{**GOOD, "input_tokens": 0, "cache_read_input_tokens": None}]).count == 0


def test_embeddings_have_no_output_to_state() -> None:
    embedding = {**GOOD, "operation_name": "embeddings", "output_tokens": None}
    assert check("Calls without output counts", [embedding]).state == "ok"


def test_totals_without_a_number_of_calls() -> None:
    assert check("Totals without a number of calls", [GOOD, {**BUCKET, "requests": None}]).count == 1


def test_calls_and_totals_of_one_provider_and_day_are_probably_counted_twice() -> None:
    name = "Calls and totals of the same days"
    line = check(name, [BUCKET, {**GOOD, "requests": 7}, {**GOOD, "started_at": DAY + timedelta(days=1)}])
    assert (line.state, line.count, line.detail) == ("action", 7, "openai: 1 day")
    week = {**BUCKET, "ended_at": DAY + timedelta(days=7)}
    late = [{**GOOD, "started_at": DAY + timedelta(days=i)} for i in (-1, 6, 7)]
    assert check(name, [week, *late]).count == 1


@pytest.mark.parametrize(
    ("total", "call"),
    [
        ({"provider": "openai"}, {"provider": "OpenAI"}),
        ({"provider": "google", "price_provider": "google"}, {"provider": "gcp.gemini", "price_provider": "google"}),
    ],
)
def test_one_provider_under_two_names_is_counted_twice_all_the_same(total: dict[str, str], call: dict[str, str]) -> None:
    assert check("Calls and totals of the same days", [BUCKET | total, GOOD | call]).state == "action"


@pytest.mark.parametrize(
    "rows",
    [
        [BUCKET, {**GOOD, "provider": "anthropic"}],
        [BUCKET, {**GOOD, "started_at": DAY + timedelta(days=1)}],
        [BUCKET, {**GOOD, "started_at": None}],
        [BUCKET, BUCKET],
        [GOOD, GOOD],
    ],
)
def test_no_double_counting_is_claimed_without_an_overlap(rows: Sequence[dict[str, Any]]) -> None:
    assert check("Calls and totals of the same days", rows).state == "ok"


def test_what_the_logs_claim_is_compared_over_calls_that_have_both() -> None:
    name = "Calls whose log states a cost"
    both = {**GOOD, "list_cost_fusd": 2 * 10**15, "reported_cost": Decimal("1.99"), "reported_currency": "USD"}
    others = [{**both, "reported_currency": "EUR"}, {**both, "unpriced_reason": "unknown-model", "list_cost_fusd": None}, GOOD]
    near = check(name, [both, *others])
    assert (near.state, near.count) == ("ok", 1)
    assert near.effect == "The logs claim $1.99 for them, our list cost is $2.00 (+0.5%)."
    far = check(name, [{**both, "reported_cost": Decimal("0.001")}])
    assert (far.state, far.effect) == ("action", "The logs claim $0.001000 for them, our list cost is $2.00 (+199900.0%).")


def test_files_are_reported() -> None:
    broken = SourceReport("c.bin", None, 0, 0, 0, 0, 0, error="c.bin: no format claims it.")
    files = [source(rejects=2, duplicates=3, skipped=4), source("b.json", rejects=1, notes=("more pages exist",)), broken]
    found = {line.name: line for line in quality.review(calls([GOOD]), files).checks}
    assert found["Records rejected"].count == 3
    assert found["Records rejected"].detail == "a.jsonl: 2; b.json: 1"
    assert found["Notes on files"].detail == "b.json: more pages exist"
    assert found["Files not read"].detail == "c.bin: no format claims it."
    assert {found[name].state for name in ("Records rejected", "Notes on files", "Files not read")} == {"action"}
    assert (found["Duplicates removed"].count, found["Records without usage"].count) == (3, 4)


def test_details_name_three_and_count_the_rest() -> None:
    line = check("Records rejected", [GOOD], [source(f"{i}.jsonl", rejects=1) for i in range(1_234)])
    assert line.detail == "0.jsonl: 1; 1.jsonl: 1; 2.jsonl: 1; and 1,231 more"


HOUR = {**BUCKET, "ended_at": DAY + timedelta(hours=1)}


@pytest.mark.parametrize(
    ("first", "second", "twice"),
    [
        # All keys together and key by key; a model that is not stated; a day and one of its hours.
        ({}, {"api_key_id": "a"}, True),
        ({"model": None}, {}, True),
        ({}, HOUR, True),
        # Pages of one export, another operation, another provider, the next day.
        ({"api_key_id": "a"}, {"api_key_id": "b"}, False),
        ({}, {"api_key_id": "a", "operation_name": "embeddings"}, False),
        ({}, {"api_key_id": "a", "provider": "anthropic"}, False),
        ({}, {"api_key_id": "a", "started_at": DAY + timedelta(days=1), "ended_at": DAY + timedelta(days=2)}, False),
    ],
)
def test_totals_of_one_day_that_are_grouped_in_two_ways(first: dict[str, Any], second: dict[str, Any], twice: bool) -> None:
    rows = [
        {
            **BUCKET,
            "response_model": "m",
            "source_id": number,
            **row,
            **({"response_model": row["model"]} if "model" in row else {}),
        }
        for number, row in ((1, first), (2, second))
    ]
    found = check("Totals of the same days", rows)
    assert (found.state, found.count) == (("action", 2) if twice else ("ok", 0))


def test_totals_that_one_file_groups_are_no_second_export() -> None:
    rows = [{**BUCKET, "source_id": 1, "project": name} for name in ("a", None, "b")]
    assert check("Totals of the same days", rows).state == "ok"
