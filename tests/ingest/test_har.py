"""HAR files: recorded traffic of a browser or proxy is read as request and response pairs of whatever API was called."""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from logcost.errors import NothingReadableError
from logcost.ingest import ingest
from logcost.store import Ledger
from tests.ingest.engine import NOW, reasons, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from logcost.types import SourceReport

CHAT: Final[dict[str, Any]] = {
    "id": "chatcmpl-Har1",
    "object": "chat.completion",
    "created": 1788249600,
    "model": "gpt-5-2025-08-07",
    "choices": [],
    "usage": {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14},
}
MESSAGE: Final[dict[str, Any]] = {
    "id": "msg_Har2",
    "type": "message",
    "role": "assistant",
    "model": "claude-haiku-4-5",
    "content": [],
    "usage": {"input_tokens": 5, "cache_read_input_tokens": 40, "output_tokens": 1},
}
STREAM: Final = "".join(
    f"event: {event['type']}\ndata: {json.dumps(event)}\n\n"
    for event in (
        {"type": "message_start", "message": MESSAGE},
        {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 9}},
        {"type": "message_stop"},
    )
)
GEMINI: Final = json.dumps(
    {"candidates": [], "modelVersion": "gemini-2.5-pro", "responseId": "g1", "usageMetadata": {"promptTokenCount": 7}}
)
ROWS: Final = """
SELECT source_line, provider_name, dedup_key, input_tokens, output_tokens, strftime(started_at, '%H:%M:%S'), latency_ms
FROM usage_record ORDER BY source_line
"""


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as opened:
        yield opened


def _entry(
    url: str, text: str | None, *, encoding: str | None = None, body: str | None = None, time: float = 12.4
) -> dict[str, Any]:
    content = {"size": 1, "mimeType": "application/json", "text": text, "encoding": encoding}
    request = {"method": "POST", "url": url, "headers": [], "queryString": [], "postData": {"mimeType": "x", "text": body}}
    return {
        "startedDateTime": "2026-09-01T10:00:00.250+02:00",
        "time": time,
        "request": request if body is not None else {**request, "postData": None},
        "response": {
            "status": 200,
            "statusText": "OK",
            "headers": [],
            "content": {k: v for k, v in content.items() if v is not None},
        },
    }


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


PAGES: Final = [_entry(f"https://chat.example.net/{n}.js", "let x = 1") for n in range(30)]
ENTRIES: Final = [
    *PAGES,
    _entry("https://api.openai.com/v1/chat/completions", json.dumps(CHAT), body=json.dumps({"messages": []})),
    _entry("https://api.anthropic.com/v1/messages", STREAM, time=-1),
    _entry("https://generativelanguage.googleapis.com/v1beta/models/g:generateContent", _base64(GEMINI), encoding="base64"),
    _entry("https://api.openai.com/v1/chat/completions", None),
    _entry("https://api.openai.com/v1/chat/completions", "no base64", encoding="base64"),
    {"request": "cut off"},
]
EXPECTED: Final = [
    (31, "openai", "chatcmpl-Har1", 11, 3, "08:00:00", 12),
    (32, "anthropic", "msg_Har2", 45, 9, "08:00:00", None),
    (33, "gcp.gemini", "g1", 7, 0, "08:00:00", 12),
]


def _har(entries: list[Any]) -> dict[str, Any]:
    return {"log": {"version": "1.2", "creator": {"name": "WebInspector", "version": "537"}, "pages": [], "entries": entries}}


def _read(ledger: Ledger, folder: Path, text: str | bytes, name: str = "traffic.har") -> SourceReport:
    (report,) = ingest(ledger, [write(folder, name, text)], now=NOW).sources
    return report


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_calls_of_several_apis_are_found_among_pages_and_pictures(
    start: str, indent: int | None, ledger: Ledger, tmp_path: Path
) -> None:
    report = _read(ledger, tmp_path, start + json.dumps(_har(ENTRIES), indent=indent))
    assert ledger.sql(ROWS) == EXPECTED
    assert (report.rows_read, report.skipped, report.rejects) == (36, 33, 0), reasons(ledger)


def test_a_compressed_file_is_read_too(ledger: Ledger, tmp_path: Path) -> None:
    _read(ledger, tmp_path, gzip.compress(json.dumps(_har(ENTRIES)).encode()), "traffic.har.gz")
    assert ledger.sql(ROWS) == EXPECTED


def test_a_wrong_count_is_a_reject_at_its_entry(ledger: Ledger, tmp_path: Path) -> None:
    wrong = {**CHAT, "usage": {"prompt_tokens": "many"}}
    report = _read(
        ledger, tmp_path, json.dumps(_har([_entry("https://api.openai.com/v1", json.dumps(one)) for one in (CHAT, wrong)]))
    )
    assert (report.rows_loaded, report.rejects) == (1, 1)
    assert reasons(ledger)[0][0] == 2


def test_the_prompt_of_a_recorded_request_is_hashed_and_not_kept(ledger: Ledger, tmp_path: Path) -> None:
    request = json.dumps({"model": "gpt-5", "messages": [{"role": "user", "content": "a secret question"}]})
    _read(ledger, tmp_path, json.dumps(_har([_entry("https://api.openai.com/v1", json.dumps(CHAT), body=request)])))
    ((hashes, shown),) = ledger.sql("SELECT len(prefix_hashes), usage_record::VARCHAR FROM usage_record")
    assert hashes == 1
    assert "secret" not in shown


@pytest.mark.parametrize(
    "document",
    [_har([]), {"log": {"entries": [{"a": 1}]}}, {"log": {"entries": "none"}}, {"log": {"level": "info"}}],
)
def test_what_is_no_recording_is_said_to_be_unknown(document: dict[str, Any], ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(NothingReadableError, match="No format claims"):
        _read(ledger, tmp_path, json.dumps(document))


def test_a_recording_without_a_call_is_told(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(NothingReadableError, match=r"This is a recording of web traffic .* without a call that is known\."):
        _read(ledger, tmp_path, json.dumps(_har(PAGES)))
