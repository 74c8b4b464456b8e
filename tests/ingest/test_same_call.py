"""One call in the logs of an application, of gateways and of tracers is one row, whatever stands in which file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from logcost.ingest import ingest
from logcost.store import Ledger
from tests.ingest.engine import NOW, write

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

START, END = "2026-09-21T14:13:20Z", "2026-09-21T14:13:22Z"
NANOSECONDS = 1_790_000_000 * 10**9
FLEX: Final[dict[str, Any]] = {
    "id": "chatcmpl-E1mBQt42vYTsKNd5wnyJlT0db7v9S",
    "object": "chat.completion",
    "created": 1_790_000_000,
    "model": "gpt-5.6-sol",
    "service_tier": "flex",
    "choices": [],
    "usage": {"prompt_tokens": 4020, "completion_tokens": 104, "prompt_tokens_details": {"cached_tokens": 4012}},
}
CACHED: Final[dict[str, Any]] = {
    "id": "msg_01CvSoHkVMTyrxt8TpvGMh9v",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5-20250929",
    "content": [],
    "usage": {
        "input_tokens": 3,
        "cache_read_input_tokens": 1111,
        "cache_creation_input_tokens": 2906,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 2906},
        "output_tokens": 104,
    },
}
INPUT, OUTPUT = 4020, 104


def traces(body: dict[str, Any], biller: str, read: int, written: int) -> dict[str, Any]:
    """The call as the application and its traces log it; what only the body says (tier, lifetime) the others leave out."""
    model = body["model"]
    attributes: dict[str, Any] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": biller,
        "gen_ai.request.model": model,
        "gen_ai.response.id": body["id"],
        "gen_ai.usage.input_tokens": INPUT,
        "gen_ai.usage.output_tokens": OUTPUT,
        "gen_ai.usage.cache_read.input_tokens": read,
        "gen_ai.usage.cache_creation.input_tokens": written,
        "session.id": "s-1",
        "user.id": "u-1",
        "metadata": json.dumps({"team": "claims", "release": "7"}),
    }
    pairs = [
        {"key": key, "value": {"intValue" if isinstance(one, int) else "stringValue": one}} for key, one in attributes.items()
    ]
    place = {"traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331"}
    span = place | {"startTimeUnixNano": str(NANOSECONDS), "endTimeUnixNano": str(NANOSECONDS + 10**9), "attributes": pairs}
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "claims"}}]}
    parts = {"input": INPUT - read - written, "input_cached_tokens": read, "input_cache_creation": written, "output": OUTPUT}
    return {
        "body": body,
        "pair": {"ts": START, "workload": "summary", "request": {"body": {"model": model}}, "response": body},
        "otlp": {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]},
        "span": {
            "name": "chat",
            "context": {"trace_id": "0x1", "span_id": "0x2"},
            "start_time": START,
            "end_time": END,
            "attributes": attributes,
        },
        "langfuse": {
            "id": "o-1",
            "trace_id": "t-1",
            "type": "GENERATION",
            "start_time": START,
            "end_time": END,
            "provided_model_name": model,
            "usage_details": parts | {"total": INPUT + OUTPUT},
            "metadata": {"attributes": {"gen_ai.response.id": body["id"]}},
        },
    }


def gateways(body: dict[str, Any], biller: str, read: int, written: int) -> dict[str, Any]:
    """The call as the gateways it went through log it."""
    model = body["model"]
    return {
        "helicone": {
            "request_id": "h-1",
            "request_created_at": START,
            "response_created_at": END,
            "response_status": 200,
            "model": model,
            "provider": biller.upper(),
            "prompt_tokens": INPUT - read - written,
            "completion_tokens": OUTPUT,
            "response_body": json.dumps(body),
        },
        "portkey": {
            "id": "p-1",
            "created_at": START,
            "ai_org": biller,
            "ai_model": model,
            "req_units": INPUT,
            "res_units": OUTPUT,
            "cost": 1,
            "response.body": body,
        },
        "litellm": {
            "request_id": body["id"],
            "call_type": "acompletion",
            "spend": 0.01,
            "prompt_tokens": INPUT,
            "completion_tokens": OUTPUT,
            "startTime": START,
            "endTime": END,
            "model": model,
            "model_group": "fast",
            "custom_llm_provider": biller,
            "end_user": "u-1",
            "session_id": "s-1",
            "team_id": "claims",
            "request_tags": '["release:7"]',
            "metadata": {
                "usage_object": {"prompt_tokens_details": {"cached_tokens": read, "cache_creation_tokens": written}},
            },
        },
    }


def logs(body: dict[str, Any], biller: str, read: int, written: int) -> dict[str, Any]:
    """The call as each of them logs it."""
    return traces(body, biller, read, written) | gateways(body, biller, read, written)


CALLS: Final = {"flex": logs(FLEX, "openai", 4012, 0), "cached": logs(CACHED, "anthropic", 1111, 2906)}
ROW: Final = """
    SELECT started_at::VARCHAR, provider_name, service_tier, input_tokens, cache_read_input_tokens,
        cache_creation_1h_input_tokens, output_tokens, dedup_key
    FROM usage_record
"""
EXPECTED: Final = {
    "flex": ("2026-09-21 14:13:20+00", "openai", "flex", 4020, 4012, None, 104, FLEX["id"]),
    "cached": ("2026-09-21 14:13:20+00", "anthropic", None, 4020, 1111, 2906, 104, CACHED["id"]),
}


def rows(folder: Path, call: str, names: Iterable[str]) -> list[tuple[Any, ...]]:
    paths = [write(folder, f"{name}.jsonl", json.dumps(CALLS[call][name]) + "\n") for name in names]
    with Ledger() as ledger:
        assert not [one.error for one in ingest(ledger, paths, now=NOW).sources if one.error]
        return ledger.sql(ROW)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("other", [name for name in CALLS["flex"] if name not in {"body", "pair"}])
def test_what_chooses_the_price_stays_whoever_logs_the_call_too(call: str, other: str, tmp_path: Path) -> None:
    for names in (("pair", other), (other, "pair")):
        assert rows(tmp_path, call, names) == [EXPECTED[call]]


@pytest.mark.parametrize("call", CALLS)
def test_all_logs_of_a_call_make_one_row(call: str, tmp_path: Path) -> None:
    assert rows(tmp_path, call, CALLS[call]) == [EXPECTED[call]]
    assert rows(tmp_path, call, reversed(CALLS[call])) == [EXPECTED[call]]


@pytest.mark.parametrize("log", ["otlp", "span", "helicone", "portkey", "litellm"])
def test_calls_whose_answers_all_have_one_id_are_not_one_call(log: str, tmp_path: Path) -> None:
    first = json.dumps(logs(FLEX | {"id": "stub"}, "groq", 4012, 0)[log])
    second = first
    for one, other in (
        ("b7ad6b7169203331", "b7ad6b7169203332"),
        ("0x2", "0x3"),
        ("h-1", "h-2"),
        ("p-1", "p-2"),
        ("14:13:20", "14:13:21"),
    ):
        second = second.replace(one, other)
    with Ledger() as ledger:
        ingest(ledger, [write(tmp_path, "a.jsonl", first + "\n"), write(tmp_path, "b.jsonl", second + "\n")], now=NOW)
        assert ledger.sql("SELECT count(*) FROM usage_record") == [(2,)]
