"""Pairs of request and response, and the columns that their prompts give: what the tests of prompts share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from logcost.ingest import ingest
from logcost.store import Ledger

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COLUMNS: Final = (
    "prefix_hashes",
    "prefix_masked_hashes",
    "prefix_content_hashes",
    "prefix_block_tokens",
    "prefix_block_parts",
    "prefix_marked",
    "prefix_marked_ttls",
    "volatile_classes",
    "volatile_positions",
)

Row = dict[str, Any]


def chat(request: object, *, tokens: int | None = 100, number: int = 1, **around: object) -> dict[str, object]:
    """A Chat Completions pair; ``tokens``: of its prompt."""
    usage = {"prompt_tokens": tokens, "completion_tokens": 5}
    body = {"id": f"chatcmpl-n{number:08d}", "object": "chat.completion", "created": 1_780_000_000 + number, "model": "gpt-5"}
    return {"request": request, "response": body | {"choices": [], "usage": usage}, **around}


def anthropic(request: object, *, tokens: int = 100, number: int = 1) -> dict[str, object]:
    """A Messages pair; ``tokens``: of its prompt, of which none is cached."""
    usage = {"input_tokens": tokens, "output_tokens": 5}
    body = {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": "claude-opus-5",
        "content": [],
        "usage": usage,
    }
    return {"ts": 1_780_000_000 + number, "request": request, "response": body}


def responses(request: object, *, tokens: int = 100, number: int = 1) -> dict[str, object]:
    """A Responses pair; ``tokens``: of its prompt."""
    usage = {"input_tokens": tokens, "output_tokens": 5}
    body = {"id": f"resp_{number}", "object": "response", "created_at": 1_780_000_000 + number, "model": "gpt-5", "output": []}
    return {"request": request, "response": body | {"usage": usage}}


def rows_of(tmp_path: Path, records: Sequence[object], formats: Sequence[Path] = ()) -> list[Row]:
    """The prompt's columns (and the input) of each record, in order, read from one log."""
    log = tmp_path / "pairs.jsonl"
    log.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    rows = rows_in(log, formats)
    assert len(rows) == len(records)
    return rows


def rows_in(log: Path, formats: Sequence[Path] = ()) -> list[Row]:
    """The same of a log that is written already; the order within a line is by ``dedup_key``."""
    with Ledger() as ledger:
        ingest(ledger, [log], formats=formats)
        found = ledger.sql(f"SELECT input_tokens, {', '.join(COLUMNS)} FROM usage_record ORDER BY source_line, dedup_key")
        return [dict(zip(("input_tokens", *COLUMNS), row, strict=True)) for row in found]
