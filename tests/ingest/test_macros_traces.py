"""The macros that gateways, tracers and OpenTelemetry share: labels, freely named counts, stored bodies."""

from __future__ import annotations

import json
from functools import cache

import duckdb
import pytest

from logcost import macros


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for statement in macros.definitions().values():
        connection.execute(statement)
    return connection


def value(expression: str, text: str | None) -> object:
    """The result of an expression over ``x``."""
    ((found,),) = _connection().execute(f"SELECT {expression} FROM (SELECT $x::VARCHAR AS x)", {"x": text}).fetchall()
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('["feature:summary", "team:claims"]', {"feature": "summary", "team": "claims"}),
        (r'"[\"beta\"]"', {"beta": "true"}),
        ('["team:b", "team:a", "team:b"]', {"team": "b,a,b"}),
        ('["url:https://example.org"]', {"url": "https://example.org"}),
        ("[]", None),
        ('{"team": "claims"}', None),
        ("team:claims", None),
        (None, None),
    ],
)
def test_labels_in_a_list_become_names_and_values(text: str | None, expected: dict[str, str] | None) -> None:
    assert value("list_tags(json_list(x))", text) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("acompletion", "chat"),
        ("/v1/messages", "chat"),
        ("aembedding", "embeddings"),
        ("image_generation", "image"),
        ("atext_completion", "text_completion"),
        ("atranscription", "transcription"),
        ("aspeech", "speech"),
        ("arerank", "rerank"),
        ("amoderation", "moderation"),
        ("list_files", None),
        ("", None),
        (None, None),
    ],
)
def test_an_endpoint_tells_the_operation(name: str | None, expected: str | None) -> None:
    assert value("operation_called(x)", name) == expected


@pytest.mark.parametrize(
    ("name", "side", "kind"),
    [
        ("input", "input", "rest"),
        ("promptTokens", "input", "rest"),
        ("output", "output", "rest"),
        ("total", "total", "rest"),
        ("input_cached_tokens", "input part", "read"),
        ("input_cache_read", "input part", "read"),
        ("prompt_details.cache_read", "input part", "read"),
        ("cache_read_input_tokens", "input part", "read"),
        ("cache_creation_input_tokens", "input part", "write"),
        ("input_cache_write", "input part", "write"),
        ("input_cache_creation_5m", "input part", "write 5m"),
        ("input_cache_creation_1h", "input part", "write 1h"),
        ("ephemeral_1h_input_tokens", "other", "write 1h"),
        ("input_audio_tokens", "input part", "audio"),
        ("output_reasoning_tokens", "output part", "reasoning"),
        ("reasoning_tokens", "output part", "reasoning"),
        ("completion_details.reasoning", "output part", "reasoning"),
        ("web_pages", "other", "rest"),
    ],
)
def test_a_freely_named_count_tells_its_side_and_kind(name: str, side: str, kind: str) -> None:
    counts = json.dumps({name: 7})
    assert value("usage_parts(json_units(x))", counts) == [{"side": side, "kind": kind, "name": name, "count": 7}]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((100, 0, 0, 0, 100), "apart"),
        ((100, 0, 0, 0, None), "apart"),
        ((100, 0, 0, 0, 130), "apart"),
        ((100, 0, 0, 0, 90), None),
        ((100, 40, 5, 0, 145), "apart"),
        ((100, 40, 5, 0, 100), "inside"),
        ((100, 40, 5, 0, 140), "input apart"),
        ((100, 40, 5, 0, 105), "output apart"),
        ((100, 40, 40, 0, 140), None),
        ((100, 40, 5, 0, 101), None),
        ((100, 40, 5, 0, None), None),
        ((100, 40, 5, 3, 148), "apart"),
        ((100, 40, 5, 45, 145), None),
    ],
)
def test_the_total_alone_tells_where_parts_stand(numbers: tuple[int | None, ...], expected: str | None) -> None:
    arguments = ", ".join("NULL" if number is None else str(number) for number in numbers)
    assert value(f"parts_stand({arguments})", None) == expected


_COUNTS = "[body_input(b), body_cache_read(b), body_written_5m(b), body_written_unsplit(b), body_output(b), body_reasoning(b)]"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            {"type": "message", "usage": {"input_tokens": 3, "output_tokens": 33, "cache_read_input_tokens": 1111,
             "cache_creation_input_tokens": 418, "cache_creation": {"ephemeral_5m_input_tokens": 400}}},
            [1532, 1111, 400, 18, 33, None],
        ),
        ({"usage": {"prompt_tokens": 35, "completion_tokens": 12, "total_tokens": 109}}, [35, None, None, None, 74, None]),
        (
            {"object": "response", "usage": {"input_tokens": 20, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 8},
             "output_tokens_details": {"reasoning_tokens": 1}}},
            [20, 8, None, None, 2, 1],
        ),
        (
            {"usageMetadata": {"promptTokenCount": 10, "toolUsePromptTokenCount": 5, "thoughtsTokenCount": 42}},
            [15, None, None, None, 42, 42],
        ),
        ({"usage": {"input_tokens": 20, "output_tokens": 2}}, [None] * 6),
        ({"usage": {"prompt_tokens": 1.5, "completion_tokens": -1}}, [None] * 6),
        ({"error": {}}, [None] * 6),
        ([], [None] * 6),
    ],
)  # fmt: skip
def test_a_stored_body_gives_inclusive_counts(body: object, expected: list[int | None]) -> None:
    for text in (json.dumps(body), json.dumps(json.dumps(body))):
        assert value(f"(SELECT {_COUNTS} FROM (SELECT body_of(x) AS b))", text) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ('{"id":"chatcmpl-1","choices":[]}', "chatcmpl-1"),
        ('{ "id": "msg_1", "content": "cut o', "msg_1"),
        ('{"candidates": [], "response_id": "_VQYaqvRGbW6qtsPg4TDoAg"}', "_VQYaqvRGbW6qtsPg4TDoAg"),
        (r'{"text": "say \"response_id\": \"0123456789ab\""}', None),
        ('{"id":"my-own-id"}', None),
        (None, None),
    ],
)
def test_the_response_id_is_found_inside_an_answer(answer: str | None, expected: str | None) -> None:
    attributes = "{'gen_ai.response.id': NULL::VARCHAR, 'ai.response.id': NULL::VARCHAR, 'output.value': x}"
    assert value(f"span_response_id({attributes})", answer) == expected


CLAUDE: dict[str, object] = {
    "prompt_tokens": 3,
    "completion_tokens": 33,
    "cache_read_input_tokens": 1111,
    "cache_creation_input_tokens": 418,
}
READ_ONLY: dict[str, object] = {"cache_read_input_tokens": 600, "cache_creation_input_tokens": 0, "total_tokens": 1533}


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        # Portkey: Anthropic's input as it is, the total over everything.
        (CLAUDE | {"total_tokens": 1565, "prompt_tokens_details": {"cached_tokens": 1111}}, (1532, 1111, 418, 33)),
        (CLAUDE, (1532, 1111, 418, 33)),
        (
            CLAUDE
            | {"prompt_tokens": 900, "cache_read_input_tokens": 600, "cache_creation_input_tokens": 0, "total_tokens": 1533},
            (1500, 600, 0, 33),
        ),
        # LiteLLM: the same names, counted inside.
        (CLAUDE | {"prompt_tokens": 1532, "total_tokens": 1565}, (1532, 1111, 418, 33)),
        # Hidden reasoning: nothing cached fills the total.
        ({"prompt_tokens": 35, "completion_tokens": 12, "total_tokens": 109}, (35, None, None, 74)),
    ],
)
def test_the_total_tells_whether_a_prompt_holds_the_cached_tokens(
    usage: dict[str, object], expected: tuple[int | None, ...]
) -> None:
    body = json.dumps({"object": "chat.completion", "usage": usage})
    asked = ("body_input", "body_cache_read", "body_written_unsplit", "body_output")
    assert tuple(value(f"{macro}(body_of(x))", body) for macro in asked) == expected


def test_hidden_reasoning_of_a_gemini_body_is_output_and_a_constant_id_is_no_key() -> None:
    body = json.dumps(
        {"usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 2, "totalTokenCount": 30}, "responseId": "stub"}
    )
    assert (value("body_output(body_of(x))", body), value("body_id(body_of(x))", body)) == (25, None)
