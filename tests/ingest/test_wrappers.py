"""Where the body of a call is found, and that odd surroundings lose no call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from logcost.ingest import ingest, rejects
from logcost.store import Ledger

if TYPE_CHECKING:
    from pathlib import Path

BODY: Final[dict[str, Any]] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1788249600,
    "model": "gpt-5-2025-08-07",
    "choices": [],
    "usage": {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14},
}


def _loaded(tmp_path: Path, *records: object) -> list[tuple[Any, ...]]:
    file = tmp_path / "calls.jsonl"
    file.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    columns = "input_tokens, output_tokens, request_model, workload, session_id, latency_ms, tags::VARCHAR"
    with Ledger() as ledger:
        ingest(ledger, [file])
        found = ledger.sql(f"SELECT {columns} FROM usage_record ORDER BY source_line")
        return found + [(row.line, row.slug, row.reason) for row in rejects(ledger)]


@pytest.mark.parametrize(
    "key", ["response", "resp", "response_body", "output", "result", "completion", "body", "data", "payload"]
)
@pytest.mark.parametrize("as_text", [False, True])
def test_a_body_is_found_under_every_usual_name(tmp_path: Path, key: str, as_text: bool) -> None:
    body = json.dumps(BODY) if as_text else BODY
    assert _loaded(tmp_path, {"workload": "a", key: body}) == [(11, 3, None, "a", None, None, None)]


@pytest.mark.parametrize("key", ["response", "resp"])
def test_a_body_is_found_inside_an_http_response(tmp_path: Path, key: str) -> None:
    assert _loaded(tmp_path, {key: {"status": 200, "body": BODY}}) == [(11, 3, None, None, None, None, None)]


def test_a_body_is_found_inside_the_answer_of_an_http_client(tmp_path: Path) -> None:
    answer = {"status": 200, "headers": {}, "config": {"url": "/v1/chat/completions", "data": "{}"}, "data": BODY}
    again = {"response": {**answer, "data": {**BODY, "id": "chatcmpl-2"}}}
    assert _loaded(tmp_path, answer, again) == [(11, 3, None, None, None, None, None)] * 2


def test_the_vectors_of_bare_embeddings_are_no_wrapped_body(tmp_path: Path) -> None:
    body: dict[str, Any] = {"object": "list", "data": [{"object": "embedding", "embedding": [0.5]}], "model": "e"}
    body |= {"usage": {"prompt_tokens": 7, "total_tokens": 7}}
    found = _loaded(tmp_path, body, {"data": body}, {"response": {"data": json.dumps(body)}})
    assert [row[0] for row in found] == [7, 7, 7]


@pytest.mark.parametrize("left_out", ["[1536 numbers]", ["[1536 numbers]"], [], {"omitted": 1536}, 1536, None])
def test_embeddings_whose_vectors_were_left_out_are_calls(tmp_path: Path, left_out: object) -> None:
    whole: dict[str, Any] = {"object": "list", "data": [{"object": "embedding", "embedding": [0.5]}], "model": "e"}
    whole |= {"usage": {"prompt_tokens": 7, "total_tokens": 7}}
    assert [row[0] for row in _loaded(tmp_path, whole, whole | {"data": left_out}, {"response": whole | {"data": left_out}})] == [
        7
    ] * 3


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        ({"request": "Tell me a story"}, (None, None, None, None, None)),
        ({"request": None, "session_id": 7}, (None, None, "7", None, None)),
        ({"request": '{"model": "gpt-5"}'}, ("gpt-5", None, None, None, None)),
        ({"request": {"model": ["a", "b"]}, "workload": "w"}, (None, "w", None, None, None)),
        ({"request": {"body": '{"model": "gpt-5"}'}}, ("gpt-5", None, None, None, None)),
        ({"req": {"model": "gpt-5"}}, ("gpt-5", None, None, None, None)),
        ({"tags": ["a", "b"], "workload": {"name": "x"}, "session_id": True}, (None, None, None, None, None)),
        ({"latency_ms": "fast", "feature": "f"}, (None, "f", None, None, None)),
        ({"latency_ms": 12.7, "tags": {"a": 1}}, (None, None, None, 13, "{a=1}")),
    ],
)
def test_odd_labels_lose_no_call(tmp_path: Path, around: dict[str, object], expected: tuple[object, ...]) -> None:
    assert _loaded(tmp_path, {**around, "response": BODY}) == [(11, 3, *expected)]


def test_a_wrong_count_inside_a_wrapper_is_a_reject_that_names_the_field(tmp_path: Path) -> None:
    wrong = {**BODY, "usage": {"prompt_tokens": "many", "completion_tokens": 3}}
    reason = "usage.prompt_tokens must be a whole number, found text. Correct the line."
    assert _loaded(tmp_path, {"response": wrong}, {"response": {**BODY, "id": "chatcmpl-2"}}) == [
        (11, 3, None, None, None, None, None),
        (1, "bad-type", reason),
    ]


@pytest.mark.parametrize("response", [None, "upstream error", {"error": {"code": 500}}, [], {"status": 500, "body": "no"}])
def test_a_call_without_usage_is_skipped_and_never_a_call_of_zero_tokens(tmp_path: Path, response: object) -> None:
    found = _loaded(tmp_path, {"request": {"model": "gpt-5"}, "response": response}, {"response": BODY})
    assert found == [(11, 3, None, None, None, None, None)]


def test_a_gateways_own_log_is_not_taken_for_plain_bodies(tmp_path: Path) -> None:
    file, good = tmp_path / "litellm.jsonl", tmp_path / "good.csv"
    file.write_text(json.dumps({"litellm_call_id": "x", "response_cost": 0.1, "response": BODY}) + "\n", encoding="utf-8")
    good.write_text("input_tokens\n1\n", encoding="utf-8")
    with Ledger() as ledger:
        report = ingest(ledger, [file, good]).sources[0]
    assert report.format is None
    assert "must not have litellm_call_id" in (report.error or "")


def test_embeddings_between_chats_are_known_as_such(tmp_path: Path) -> None:
    embedding = {
        "object": "list",
        "data": [],
        "model": "text-embedding-3-small",
        "usage": {"prompt_tokens": 4, "total_tokens": 4},
    }
    file = tmp_path / "calls.jsonl"
    file.write_text(f"{json.dumps(embedding)}\n{json.dumps(BODY)}\n", encoding="utf-8")
    with Ledger() as ledger:
        ingest(ledger, [file])
        found = ledger.sql(
            "SELECT operation_name, provider_name, input_tokens, output_tokens FROM usage_record ORDER BY source_line"
        )
    assert found == [("embeddings", "openai", 4, None), ("chat", "openai", 11, 3)]


def test_an_empty_id_is_no_key(tmp_path: Path) -> None:
    assert len(_loaded(tmp_path, {**BODY, "id": ""}, {**BODY, "id": ""}, {**BODY, "id": None}, BODY, BODY)) == 4
