"""Spans of model calls: one span in three exports, the names under which tracers write the biller, and the AI SDK's counts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from logcost.ingest import ingest
from logcost.store import Ledger
from tests.ingest.engine import NOW, write

if TYPE_CHECKING:
    from pathlib import Path

TRACE, SPAN = "a" * 32, "00000000000000b2"
START, END = "2026-09-21T14:13:20Z", "2026-09-21T14:13:22Z"
COUNTS: Final[dict[str, Any]] = {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 5}


def otlp(attributes: dict[str, Any]) -> str:
    pairs = [
        {"key": key, "value": {"intValue" if isinstance(one, int) else "stringValue": one}} for key, one in attributes.items()
    ]
    span = {"traceId": TRACE, "spanId": SPAN, "startTimeUnixNano": "1790000000000000000", "attributes": pairs}
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}) + "\n"


def loaded(folder: Path, columns: str, *texts: str) -> list[tuple[Any, ...]]:
    paths = [write(folder, f"{number}.jsonl", text) for number, text in enumerate(texts)]
    with Ledger() as ledger:
        assert not [one.error for one in ingest(ledger, paths, now=NOW).sources if one.error]
        return ledger.sql(f"SELECT {columns} FROM usage_record ORDER BY ALL")


def test_a_span_without_a_response_id_is_one_call_in_every_export_of_it(tmp_path: Path) -> None:
    attributes = COUNTS | {"gen_ai.request.model": "gpt-5"}
    console = {"name": "chat", "context": {"trace_id": f"0x{TRACE}", "span_id": f"0x{SPAN}"}, "start_time": START}
    langfuse = {"id": SPAN, "trace_id": TRACE, "type": "GENERATION", "start_time": START, "provided_model_name": "gpt-5"}
    usage = {"usage_details": {"input": 10, "output": 5, "total": 15}}
    texts = (otlp(attributes), json.dumps(console | {"attributes": attributes}) + "\n", json.dumps(langfuse | usage) + "\n")
    assert loaded(tmp_path, "input_tokens, dedup_key", *texts) == [(10, f"otel|{TRACE}|{SPAN}")]


def test_an_id_of_ones_own_in_two_projects_of_langfuse_is_two_calls(tmp_path: Path) -> None:
    observation = {"id": "answer", "type": "GENERATION", "start_time": START, "usage_details": {"input": 10, "output": 5}}
    texts = (json.dumps(observation | {"trace_id": trace}) + "\n" for trace in ("one", "two"))
    assert loaded(tmp_path, "dedup_key", *texts) == [("langfuse|one|answer",), ("langfuse|two|answer",)]


@pytest.mark.parametrize("missing", [("traceId",), ("updatedAt",), ("traceId", "updatedAt")])
def test_the_latest_version_of_an_observation_is_found_without_a_trace_or_a_time(
    missing: tuple[str, ...], tmp_path: Path
) -> None:
    observation = {"id": "o", "traceId": "t", "type": "GENERATION", "startTime": START, "updatedAt": END}
    usage = {"usageDetails": {"input": 10, "output": 5}}
    assert loaded(tmp_path, "input_tokens", json.dumps(observation | dict.fromkeys(missing) | usage) + "\n") == [(10,)]


@pytest.mark.parametrize(
    ("written", "model", "biller"),
    [
        ("openai.responses", "gpt-5", "openai"),
        ("azure-openai.responses", "gpt-5", "azure.ai.openai"),
        ("azure.responses", "gpt-5", "azure.ai.openai"),
        ("vertex.anthropic.messages", "claude-sonnet-4-5", "gcp.vertex_ai"),
        ("google.vertex.chat", "gemini-2.5-pro", "gcp.vertex_ai"),
        ("google.generative-ai", "gemini-2.5-pro", "gcp.gemini"),
        ("xai.responses", "grok-4", "x_ai"),
        ("gateway", "openai/gpt-5", "vercel"),
        ("cohere_chat", "command-r", "cohere"),
        # Libraries that name themselves: the model's name says it, or nothing does.
        ("Langchain", "gpt-5", "openai"),
        ("litellm", "llama-3", None),
    ],
)
def test_the_biller_is_found_behind_the_names_that_tracers_write(
    written: str, model: str, biller: str | None, tmp_path: Path
) -> None:
    attributes = COUNTS | {"gen_ai.system": written, "gen_ai.request.model": model}
    assert loaded(tmp_path, "provider_name", otlp(attributes)) == [(biller,)]


@pytest.mark.parametrize(("asked", "expected"), [(300, (550, 200, 50, 20)), (550, (550, 200, 50, 20))])
def test_the_ai_sdk_counts_claude_apart_before_version_6_and_inside_since(
    asked: int, expected: tuple[int, ...], tmp_path: Path
) -> None:
    usage = {"input_tokens": 300, "cache_read_input_tokens": 200, "cache_creation_input_tokens": 50, "output_tokens": 20}
    attributes = {
        "ai.model.provider": "anthropic.messages",
        "ai.usage.inputTokens": asked,
        "ai.usage.cachedInputTokens": 200,
        "ai.usage.outputTokens": 20,
        "ai.response.providerMetadata": json.dumps({"anthropic": {"usage": usage}}),
    }
    columns = "input_tokens, cache_read_input_tokens, cache_creation_unsplit_input_tokens, output_tokens"
    assert loaded(tmp_path, columns, otlp(attributes)) == [expected]
