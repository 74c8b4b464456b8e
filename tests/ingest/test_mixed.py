"""Logs that mix the bodies of several APIs: every record is read by the one format that claims it, and none is lost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logcost.ingest import ingest, rejects, sources
from logcost.store import Ledger
from tests.ingest.engine import NOW, write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

START: Final = 1_790_000_000
TOTALS: Final = """
    SELECT provider_name, operation_name, count(*), sum(input_tokens)::BIGINT, sum(cache_read_input_tokens)::BIGINT
    FROM usage_record
    GROUP BY ALL
    ORDER BY ALL
"""


def chat(number: int) -> dict[str, Any]:
    usage = {"prompt_tokens": 100, "completion_tokens": 5, "total_tokens": 105, "prompt_tokens_details": {"cached_tokens": 40}}
    identity = {"id": f"chatcmpl-x{number}", "object": "chat.completion", "created": START + number, "model": "gpt-5"}
    return {**identity, "choices": [{"index": 0}], "usage": usage}


def response(number: int) -> dict[str, Any]:
    usage = {"input_tokens": 200, "output_tokens": 5, "input_tokens_details": {"cached_tokens": 50}}
    identity = {"id": f"resp_{number}", "object": "response", "created_at": START + number, "model": "gpt-5"}
    return {**identity, "output": [{"type": "message"}], "usage": usage}


def message(number: int) -> dict[str, Any]:
    usage = {"input_tokens": 300, "output_tokens": 5, "cache_read_input_tokens": 60}
    identity = {"id": f"msg_{number}", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5"}
    return {**identity, "content": [], "usage": usage}


def embedding(_number: int) -> dict[str, Any]:
    usage = {"prompt_tokens": 7, "total_tokens": 7}
    return {"object": "list", "model": "text-embedding-3-small", "data": [], "usage": usage}


def failure(_number: int) -> dict[str, Any]:
    return {"error": {"message": "usage limit", "type": "insufficient_quota"}}


MAKERS: Final = (chat, response, message, embedding, failure)
EACH: Final[dict[Callable[[int], dict[str, Any]], tuple[Any, ...] | None]] = {
    chat: ("openai", "chat", 100, 40),
    response: ("openai", "chat", 200, 50),
    message: ("anthropic", "chat", 360, 60),
    embedding: ("openai", "embeddings", 7, 0),
    failure: None,
}


def text_of(records: Sequence[dict[str, Any]], *, document: bool) -> str:
    return json.dumps(records) if document else "".join(json.dumps(record) + "\n" for record in records)


def due(makers: Sequence[Callable[[int], dict[str, Any]]]) -> dict[tuple[str, str], tuple[int, int, int]]:
    found: dict[tuple[str, str], tuple[int, int, int]] = {}
    for maker in makers:
        if (each := EACH[maker]) is not None:
            rows, tokens, cached = found.get(each[:2], (0, 0, 0))
            found[each[:2]] = (rows + 1, tokens + each[2], cached + each[3])
    return found


def stored(ledger: Ledger) -> dict[tuple[str, str], tuple[int, int, int]]:
    return {row[:2]: (row[2], row[3], row[4] or 0) for row in ledger.sql(TOTALS)}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(
    opening=st.sampled_from([chat, response, message]),
    makers=st.lists(st.sampled_from(MAKERS), max_size=60),
    layout=st.sampled_from(["lines", "wrapped lines", "document", "wrapped document"]),
    cut=st.integers(1, 60),
)
def test_each_record_is_read_by_its_own_format(opening: Any, makers: list[Any], layout: str, cut: int, tmp_path: Path) -> None:
    document = layout.endswith("document")
    chosen = [opening, *makers]
    records = [maker(number) for number, maker in enumerate(chosen)]
    if layout.startswith("wrapped"):
        records = [{"ts": "2026-10-01T00:00:00Z", "request": {"model": "m"}, "response": record} for record in records]
    with Ledger() as ledger:
        if not document:
            # A log that grows gives the same as the whole.
            ingest(ledger, [write(tmp_path, "log", text_of(records[:cut], document=False))], now=NOW)
        ingest(ledger, [write(tmp_path, "log", text_of(records, document=document))], now=NOW)
        (source,) = sources(ledger)
        assert stored(ledger) == due(chosen)
        assert source.rows_read == len(records)
        assert (source.skipped, source.rejects) == (chosen.count(failure), 0)


def test_another_api_after_the_sampled_records_is_not_passed_over(tmp_path: Path) -> None:
    log = write(tmp_path, "log.jsonl", text_of([chat(1)] * 30 + [message(n) for n in range(3)], document=False))
    with Ledger() as ledger:
        (report,) = ingest(ledger, [log], now=NOW).sources
        assert (report.format, report.rows_loaded, report.duplicates, report.skipped) == ("openai.chat", 4, 29, 0)
        assert "A mixed log: some of its records are anthropic.messages, and were read as such." in report.notes
        assert [row[0] for row in ledger.sql("SELECT source_line FROM usage_record ORDER BY 1")][1:] == [31, 32, 33]


def test_bad_records_of_a_mixed_log_name_their_lines(tmp_path: Path) -> None:
    wrong = message(5) | {"usage": {"input_tokens": 1.5, "output_tokens": 1}}
    log = write(tmp_path, "log.jsonl", text_of([chat(1), message(1), wrong], document=False) + "not json\n")
    with Ledger() as ledger:
        ingest(ledger, [log], now=NOW)
        assert [(row.line, row.slug) for row in rejects(ledger)] == [(3, "bad-type"), (4, "bad-json")]
        assert stored(ledger) == {("openai", "chat"): (1, 100, 40), ("anthropic", "chat"): (1, 360, 60)}


@pytest.mark.parametrize("document", [False, True])
def test_two_formats_for_one_record_are_no_mix(document: bool, tmp_path: Path) -> None:
    twin = """/* logcost
format = "my.chat"
title = "The same bodies once more"
reader = ["json_lines", "json_document"]
bodies = ["response"]
identify = ["choices", "usage.prompt_tokens"]
keep = ["usage.prompt_tokens"]
[fields]
usage.prompt_tokens = "int"
*/
SELECT file_id, line, usage.prompt_tokens AS input_tokens FROM source
"""
    declared = write(tmp_path, "twin.sql", twin)
    late = write(tmp_path, "late", text_of([message(n) for n in range(25)] + [chat(1)], document=document))
    with Ledger() as ledger:
        ingest(ledger, [late], formats=[declared], now=NOW)
        (reject,) = rejects(ledger)
        assert reject.reason.startswith("my.chat and openai.chat both claim this record.")
        assert stored(ledger) == {("anthropic", "chat"): (25, 25 * 360, 25 * 60)}
