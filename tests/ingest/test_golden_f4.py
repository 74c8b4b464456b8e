"""Literal totals of gateway logs and traces, as their ORIGIN.md pages state them; one call seen in several counts once."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.ingest.golden import HERE, Sums, read, sums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.ingest.golden import Read

_REAL_CALLS = Sums(4, 1146, 17_211, 418, 719, 618)
"""The four recorded calls of the traces: 18775 tokens of input with the cache."""


def _money(rows: Sequence[dict[str, str]]) -> Decimal:
    return sum((Decimal(row["reported_cost"]) for row in rows if "reported_cost" in row), Decimal(0))


def _rows(*names: str) -> list[dict[str, str]]:
    return [row for one in read(*(HERE / name for name in names)) for row in one.rows]


def _one(name: str) -> Read:
    (found,) = read(HERE / name)
    return found


@pytest.mark.parametrize(
    ("sample", "expected", "cost"),
    [
        ("litellm.spend_logs/sample_spend_logs.csv", Sums(2, 11, 5123, 418, 37), "0.0041216"),
        ("litellm.spend_logs/sample_spend_logs.jsonl", Sums(2, 11, 5123, 418, 37), "0.0041216"),
        ("litellm.spend_logs/sample_traps.jsonl", Sums(15, 5628, 364, 200, 738, 4), "0.047855"),
        ("litellm.spend_logs/sample_traps.csv", Sums(2, 10, 1111, 418, 34), "0.0024048"),
        ("litellm.standard_logging/sample_payload.jsonl", Sums(2, 11, 5123, 418, 37), "0.0041216"),
        ("litellm.standard_logging/sample_traps.jsonl", Sums(5, 247, 60, 0, 31, 3), "0.015601"),
        ("litellm.daily_spend/sample_user.csv", Sums(52, 70_000, 70_000, 10_000, 7000), "0.3185"),
        ("litellm.daily_spend/sample_traps.csv", Sums(42, 60_200, 40_000, 0, 5010), "0.043015"),
        ("langfuse.trace/sample_openai_agents.json", Sums(2, 140, 0, 0, 44), "0.000632"),
        ("langfuse.trace/sample_pydantic_ai.json", Sums(1, 40, 0, 0, 159), "0.0004095"),
        ("langfuse.trace/sample_traps.json", Sums(10, 477, 1186, 468, 374, 69), "0.00129"),
        ("langfuse.observations/sample_blob.jsonl", Sums(3, 1011, 600, 0, 77, 20), "0.0021"),
        ("langfuse.observations/sample_blob.csv", Sums(1, 1000, 600, 0, 70, 20), "0.0021"),
        ("langfuse.observations/sample_blob.parquet", Sums(1, 77, 0, 0, 7), "0"),
        ("langfuse.observations_page/sample_page.json", Sums(1, 57, 0, 0, 147), "0"),
        ("helicone.requests/sample_traps.jsonl", Sums(7, 393, 2314, 836, 133, 43), "0.0026448"),
        ("helicone.requests/sample_export.csv", Sums(1, 100, 0, 0, 10), "0.00028"),
        ("portkey.logs/sample_traps.jsonl", Sums(4, 239, 1175, 418, 63), "12.348643701234567"),
        ("cloudflare.ai_gateway/sample_traps.jsonl", Sums(3, 300, 0, 0, 20), "0.00135"),
        ("cloudflare.ai_gateway_page/sample_traps.json", Sums(3, 300, 0, 0, 20), "0.00135"),
        ("vercel.ai_gateway_report/sample_beside.json", Sums(8, 1100, 950, 0, 400, 64), "2.5"),
        ("langsmith.batch/sample_default.json", Sums(1, 9, 0, 0, 9), "0"),
        ("langsmith.batch/sample_reasoning.json", Sums(1, 43, 0, 0, 1901, 960), "0"),
        ("langsmith.batch/sample_stream.json", Sums(1, 9, 0, 0, 9), "0"),
        ("langsmith.batch/sample_traps.jsonl", Sums(1, 36, 64, 0, 10, 4), "0"),
        ("langsmith.runs/sample_traps.jsonl", Sums(5, 62, 1177, 418, 51, 4), "0.0002"),
        ("langsmith.runs/sample_bulk.parquet", Sums(1, 21, 0, 0, 2), "0.000058"),
        ("weave.calls/sample_calls.jsonl", Sums(2, 39, 1175, 418, 40), "0"),
        ("weave.calls/sample_traps.jsonl", Sums(5, 310, 40, 0, 35, 6), "0"),
        ("otel.otlp_traces/sample_openllmetry.jsonl", Sums(3, 1138, 13_699, 418, 675, 576), "0"),
        ("otel.otlp_traces/sample_openinference.jsonl", _REAL_CALLS, "0"),
        ("otel.otlp_traces/sample_vs_copilot_1.jsonl", Sums(0, 0, 0, 0, 0), "0"),
        ("otel.otlp_traces/sample_vs_copilot_3.jsonl", Sums(0, 0, 0, 0, 0), "0"),
        ("otel.otlp_traces/sample_traps.jsonl", Sums(12, 877, 1111, 478, 268), "0.25"),
        ("otel.otlp_logs/sample_events.jsonl", Sums(2, 9706, 1111, 418, 671), "0.0024048"),
        ("otel.otlp_logs/sample_traps.jsonl", Sums(2, 103, 1111, 418, 43), "0.0024048"),
        ("otel.spans/sample_exporters.jsonl", Sums(2, 20, 0, 0, 4), "0"),
        ("otel.spans/sample_traps.jsonl", Sums(3, 451, 1111, 0, 36), "0"),
        ("otel.attributes/sample_openinference.json", Sums(1, 97, 0, 0, 52), "0"),
        ("otel.attributes/sample_genai.json", Sums(1, 97, 0, 0, 52), "0"),
        ("otel.attributes/sample_genai_deprecated.json", Sums(1, 97, 0, 0, 52), "0"),
        ("openinference.spans_table/sample_spans.parquet", Sums(2, 46, 84, 0, 12), "0"),
    ],
)
def test_totals_are_those_of_the_origin_page(sample: str, expected: Sums, cost: str) -> None:
    rows = _one(sample).rows
    assert (sums(rows), _money(rows)) == (expected, Decimal(cost))


@pytest.mark.parametrize(
    ("names", "calls"),
    [
        (["otel.otlp_traces/sample_openllmetry.jsonl", "otel.otlp_traces/sample_openinference.jsonl"], 4),
        (["otel.otlp_traces/sample_openllmetry.jsonl", "otel.otlp_logs/sample_events.jsonl"], 4),
        (["otel.otlp_traces/sample_traps.jsonl", "otel.otlp_logs/sample_traps.jsonl"], 13),
        (["otel.attributes/sample_genai.json", "otel.attributes/sample_genai_deprecated.json"], 1),
        (["litellm.spend_logs/sample_spend_logs.csv", "litellm.standard_logging/sample_payload.jsonl"], 2),
        (["litellm.spend_logs/sample_spend_logs.csv", "litellm.spend_logs/sample_spend_logs.jsonl"], 2),
        (["cloudflare.ai_gateway/sample_traps.jsonl", "cloudflare.ai_gateway_page/sample_traps.json"], 3),
    ],
)
def test_one_call_in_two_sources_counts_once(names: list[str], calls: int) -> None:
    for order in (names, names[::-1]):
        assert sum(int(row.get("requests", "0")) for row in _rows(*order)) == calls


def test_a_call_in_the_application_log_the_gateway_and_the_traces_counts_once() -> None:
    names = [
        "openai.chat/sample_responses.jsonl",
        "litellm.spend_logs/sample_spend_logs.jsonl",
        "litellm.standard_logging/sample_payload.jsonl",
        "otel.otlp_traces/sample_openllmetry.jsonl",
        "otel.otlp_traces/sample_openinference.jsonl",
    ]
    rows = _rows(*names)
    same = [row for row in rows if row.get("dedup_key") == "chatcmpl-E1mBQt42vYTsKNd5wnyJlT0db7v9S"]
    assert sums(same) == Sums(1, 8, 4012, 0, 4)
    # The body's 11 calls; of the gateway's two and the traces' four one is among them; the gateway's Anthropic id is its own.
    assert len(rows) == 11 + 1 + 3


def test_spans_without_counts_say_so() -> None:
    (note,) = _one("otel.otlp_traces/sample_vs_copilot_1.jsonl").report.notes
    assert note.startswith("Not one span carries token counts")
    assert not any("Not one span" in note for note in _one("otel.otlp_traces/sample_traps.jsonl").report.notes)


def test_a_sum_of_an_agent_alone_does_not_say_how_many_calls_it_holds() -> None:
    (row,) = [row for row in _one("otel.otlp_traces/sample_traps.jsonl").rows if "requests" not in row]
    assert (row["input_tokens"], row["provider_name"]) == ("70", "azure.ai.openai")


def test_an_unknown_count_is_never_a_zero() -> None:
    (image,) = [row for row in _one("litellm.spend_logs/sample_traps.jsonl").rows if row["response_model"] == "gpt-image-1"]
    assert "input_tokens" not in image
    assert image["reported_cost"] == "0.042000000000000"
    (unknown,) = [row for row in _one("vercel.ai_gateway_report/sample_traps.json").rows if "input_tokens" not in row]
    assert (unknown["cache_read_input_tokens"], unknown["reported_cost"]) == ("400", "1.250000000000000")
    without_cache = [row for row in _one("cloudflare.ai_gateway/sample_traps.jsonl").rows if "cache_read_input_tokens" in row]
    assert without_cache == []


@pytest.mark.parametrize("name", ["litellm.spend_logs/sample_traps.jsonl", "litellm.standard_logging/sample_traps.jsonl"])
def test_a_key_that_a_log_holds_is_never_kept(name: str) -> None:
    found = _one(name)
    assert "sk-" in (HERE / name).read_text(encoding="utf-8")
    assert "sk-" not in repr((found.report, found.rows, found.rejects))


def test_no_text_of_a_prompt_or_answer_is_kept() -> None:
    texts = {
        "otel.otlp_traces/sample_openinference.jsonl": "Reference catalogue for the prompt cache",
        "otel.otlp_traces/sample_openllmetry.jsonl": "What is the weather in San Francisco",
        "litellm.standard_logging/sample_payload.jsonl": "Summarise the attached policy",
        "langfuse.trace/sample_openai_agents.json": "You are a helpful agent",
        "langsmith.batch/sample_default.json": "How can I assist you today",
    }
    for name, text in texts.items():
        found = _one(name)
        assert text in (HERE / name).read_text(encoding="utf-8")
        assert text not in repr((found.report, found.rows, found.rejects))
