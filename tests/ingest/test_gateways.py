"""Records of gateways: each call once, however often it is delivered, and whatever stands before its answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from logcost.ingest import explain, ingest
from logcost.store import Ledger
from tests.ingest.engine import NOW, write

if TYPE_CHECKING:
    from pathlib import Path

_CHAT: Final[dict[str, Any]] = {
    "id": "chatcmpl-Gateway1",
    "object": "chat.completion",
    "model": "gpt-5",
    "choices": [],
    "usage": {"prompt_tokens": 5, "completion_tokens": 2},
}
_VECTORS: Final[dict[str, Any]] = {"object": "list", "data": [], "model": "text-embedding-3-small", "usage": {"prompt_tokens": 9}}


def _record(correlation: str, body: str) -> dict[str, Any]:
    return {
        "time": "2026-10-01T09:00:00Z",
        "resourceId": "/x",
        "category": "GatewayLogs",
        "operationName": "Microsoft.ApiManagement/GatewayLogs",
        "correlationId": correlation,
        "properties": {"responseBody": body},
    }


def _read(folder: Path, *lines: object) -> list[tuple[Any, ...]]:
    with Ledger() as ledger:
        ingest(ledger, [write(folder, "log.jsonl", "".join(json.dumps(one) + "\n" for one in lines))], now=NOW)
        return ledger.sql("SELECT dedup_key, input_tokens, streamed FROM usage_record ORDER BY ALL")


@pytest.mark.parametrize("in_lists", [False, True])
def test_an_answer_without_an_id_that_is_delivered_twice_counts_once(in_lists: bool, tmp_path: Path) -> None:
    records = [_record(name, json.dumps(_VECTORS)) for name in ("c1", "c2", "c1")]
    found = _read(tmp_path, *([{"records": [one]} for one in records] if in_lists else records))
    assert found == [("azure.apim|c1", 9, False), ("azure.apim|c2", 9, False)]


@pytest.mark.parametrize(
    ("body", "streamed"),
    [
        ("\r\n\n " + json.dumps(_CHAT, indent=2), False),
        (f": at work\n\ndata: {json.dumps(_CHAT)}\n\ndata: [DONE]\n\n", True),
    ],
)
def test_what_a_service_sends_while_it_works_hides_no_answer(body: str, streamed: bool, tmp_path: Path) -> None:
    assert _read(tmp_path, _record("c1", body)) == [("chatcmpl-Gateway1", 5, streamed)]


def test_an_answer_in_an_entry_of_kong_is_not_claimed_twice(tmp_path: Path) -> None:
    entry = {
        "started_at": 1787113202719,
        "latencies": {},
        "request": {"id": "r1"},
        "ai": {"proxy": {"usage": _CHAT["usage"]}},
        "response": {"status": 200, "body": json.dumps(_CHAT)},
    }
    claims = explain(write(tmp_path, "kong.jsonl", json.dumps(entry))).claims
    assert [claim.format.name for claim in claims] == ["kong.ai_gateway"]
