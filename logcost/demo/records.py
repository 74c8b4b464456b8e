"""One call as a log record, in the shape each provider and the gateway give it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from logcost.demo import clock

if TYPE_CHECKING:
    from logcost.demo.calls import Call


def usage(call: Call, provider: str) -> dict[str, Any]:
    """The gateway's own record: columns of ``logcost.usage``, with the hashes of the prompt's blocks and no text."""
    record: dict[str, Any] = {
        "started_at": clock.iso(call.at),
        "provider_name": provider,
        "request_model": call.model,
        "response_model": call.model,
        "operation_name": "chat",
        "service_tier": "standard",
        "input_tokens": call.input_tokens,
        "cache_read_input_tokens": call.cache_read,
        "cache_creation_5m_input_tokens": call.cache_write,
        "output_tokens": call.output,
        "reasoning_output_tokens": call.reasoning,
        "project": call.project,
        "user_id": call.user,
        "workload": call.workload,
        "status": "ok",
        "streamed": True,
        "latency_ms": call.latency_ms,
        "dedup_key": f"{'msg_' if provider == 'anthropic' else ''}{call.ident:024x}",
    }
    if call.blocks:
        record["prefix_hashes"] = [name for name, _ in call.blocks]
        record["prefix_block_tokens"] = [tokens for _, tokens in call.blocks]
    return record


def messages(call: Call) -> dict[str, Any]:
    """Request and response of Anthropic's Messages API, as an application logs them."""
    request = {"model": call.model, "max_tokens": 8192, "messages": [{"role": "user", "content": call.asks}]}
    if call.failed:
        failure = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
        return _pair(call, request, failure, status=529)
    return _pair(call, request, message_body(call, call.output), status=200)


def message_body(call: Call, output: int) -> dict[str, Any]:
    """Response body of Anthropic's Messages API; ``output`` is the count so far while an answer is being written."""
    return {
        "id": f"msg_{call.ident:024x}",
        "type": "message",
        "role": "assistant",
        "model": call.model,
        "content": [],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": call.uncached,
            "cache_creation_input_tokens": call.cache_write,
            "cache_read_input_tokens": call.cache_read,
            "cache_creation": {"ephemeral_5m_input_tokens": call.cache_write, "ephemeral_1h_input_tokens": 0},
            "output_tokens": output,
            "service_tier": "standard",
        },
    }


def responses(call: Call) -> dict[str, Any]:
    """Request and response of OpenAI's Responses API."""
    request = {"model": call.model, "input": call.asks}
    if call.failed:
        return _pair(call, request, _openai_failure(), status=429)
    body = {
        "id": f"resp_{call.ident:048x}",
        "object": "response",
        "created_at": call.at // 1000,
        "status": "completed",
        "model": call.model,
        "output": [],
        "service_tier": "default",
        "usage": {
            "input_tokens": call.input_tokens,
            "input_tokens_details": {"cached_tokens": call.cache_read, "cache_write_tokens": call.cache_write},
            "output_tokens": call.output,
            "output_tokens_details": {"reasoning_tokens": call.reasoning},
            "total_tokens": call.input_tokens + call.output,
        },
    }
    return _pair(call, request, body, status=200)


def chat(call: Call) -> dict[str, Any]:
    """Request and response of OpenAI's Chat Completions API."""
    request = {"model": call.model, "messages": [{"role": "user", "content": call.asks}]}
    if call.failed:
        return _pair(call, request, _openai_failure(), status=429)
    body = {
        "id": f"chatcmpl-{call.ident:024x}",
        "object": "chat.completion",
        "created": call.at // 1000,
        "model": call.model,
        "choices": [],
        "service_tier": "default",
        "usage": {
            "prompt_tokens": call.input_tokens,
            "completion_tokens": call.output,
            "total_tokens": call.input_tokens + call.output,
            "prompt_tokens_details": {"cached_tokens": call.cache_read, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": call.reasoning, "audio_tokens": 0},
        },
    }
    return _pair(call, request, body, status=200)


def _pair(call: Call, request: dict[str, Any], body: dict[str, Any], *, status: int) -> dict[str, Any]:
    labels = {"workload": call.workload, "project": call.project, "user_id": call.user, "session_id": call.session}
    return {
        "ts": clock.iso(call.at),
        **{name: value for name, value in labels.items() if value is not None},
        "latency_ms": call.latency_ms,
        "request": {"method": "POST", "body": request},
        "response": {"status": status, "body": body},
    }


def _openai_failure() -> dict[str, Any]:
    return {"error": {"message": "Rate limit reached.", "type": "requests", "param": None, "code": "rate_limit_exceeded"}}
