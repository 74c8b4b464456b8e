"""A log of one's own that has some keys of a program's log is not taken for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from logcost.ingest import explain

if TYPE_CHECKING:
    from pathlib import Path

_TIME: Final = "2026-10-01T00:00:00Z"
_CHAT: Final[dict[str, Any]] = {
    "id": "chatcmpl-Generic1",
    "object": "chat.completion",
    "created": 1788249600,
    "model": "gpt-5",
    "choices": [],
    "usage": {"prompt_tokens": 5, "completion_tokens": 2},
}
_OWN: Final[dict[str, dict[str, Any]]] = {
    "names as .NET programs write them": {
        "Timestamp": _TIME, "CorrelationId": "c", "ModelName": "gpt-5", "PromptTokens": 5, "CompletionTokens": 2,
    },
    "records with a time and a category": {"records": [{"time": _TIME, "category": "llm", "input_tokens": 5}]},
    "something called ai": {"ai": {"tokens": 5}, "started_at": _TIME, "request": {"id": "r"}},
}  # fmt: skip


def _claims(folder: Path, text: str, name: str) -> list[str]:
    path = folder / name
    path.write_text(text)
    return [claim.format.name for claim in explain(path).claims]


@pytest.mark.parametrize("what", _OWN)
def test_no_format_claims_an_own_log(what: str, tmp_path: Path) -> None:
    assert _claims(tmp_path, json.dumps(_OWN[what]), "own.jsonl") == []


def test_a_pair_beside_something_called_ai_is_a_pair(tmp_path: Path) -> None:
    record = {"ai": {"team": "x"}, "started_at": _TIME, "request": {"model": "gpt-5"}, "response": _CHAT}
    assert _claims(tmp_path, json.dumps(record), "own.jsonl") == ["openai.chat"]


@pytest.mark.parametrize("header", ["ORCID,n", "animals,DUCK", "a," * 128 + ",ustar"])
def test_a_word_in_a_table_does_not_make_it_binary(header: str, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(f"{header}\n1,2\n")
    assert explain(path).told is None
