"""Literal totals of the samples of Azure, Anthropic events, HAR files and agents; what must hold between their files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.ingest.golden import HERE, Sums, read, sums

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("azure.apim_gateway_table/sample_portal.csv", Sums(2, 41, 114, 0, 26, 8)),
        ("azure.apim_gateway_table/sample_query.json", Sums(2, 41, 114, 0, 26, 8)),
        ("azure.apim_llm_table/sample_portal.csv", Sums(2, 1300, 0, 0, 90)),
        ("azure.apim_llm_table/sample_query.json", Sums(3, 1259, 0, 0, 96)),
        ("azure.diagnostic_records/sample_document.json", Sums(1, 172, 128, 0, 40, 16)),
        ("azure.diagnostic_records/sample_event_hub.jsonl", Sums(2, 184, 1128, 0, 70, 16)),
        ("azure.diagnostic_records/sample_without_usage.jsonl", Sums(0, 0, 0, 0, 0)),
        ("azure.monitor_metrics/sample_foundry.json", Sums(17, 1127, 5311, 1046, 162)),
        ("amp.thread/sample_thread.json", Sums(2, 15, 23372, 986, 198)),
        ("amp.thread/sample_ledger.json", Sums(4, 158, 232, 521, 70)),
        ("amp.thread/sample_lines.jsonl", Sums(3, 18, 23372, 986, 202)),
        ("cline.task/sample_task.json", Sums(3, 849, 5270, 3100, 464)),
        ("cline.task/sample_roo.json", Sums(3, 298, 9512, 900, 97)),
        ("goose.sessions/sample.db", Sums(0, 25170, 0, 0, 380)),
        ("kong.ai_gateway/sample_log.jsonl", Sums(5, 216, 4064, 0, 118, 8)),
        ("llm.logs/sample_logs.json", Sums(7, 1190, 1544, 3000, 214, 96)),
        ("llm.logs/sample_lines.jsonl", Sums(5, 1078, 1544, 3000, 169, 56)),
        ("llm.logs/sample_first.json", Sums(0, 0, 0, 0, 0)),
    ],
)
def test_tokens_are_those_of_the_origin_page(sample: str, expected: Sums) -> None:
    (found,) = read(HERE / sample)
    assert sums([{"requests": "0", **row} for row in found.rows]) == expected


@pytest.mark.parametrize(
    "sample",
    [
        "cline.task/sample_task.json",
        "amp.thread/sample_thread.json",
        "goose.sessions/sample.db",
        "kong.ai_gateway/sample_log.jsonl",
        "azure.apim_gateway_table/sample_query.json",
    ],
)
def test_no_text_of_a_prompt_or_answer_is_kept(sample: str) -> None:
    path = HERE / sample
    secrets = ("must never be stored", "Some question of the user", "Some name", "Some title")
    assert any(secret.encode() in path.read_bytes() for secret in secrets)
    kept = repr(read(path))
    assert [secret for secret in secrets if secret in kept] == []


def test_a_call_in_both_logs_of_a_gateway_counts_once_with_the_whole_usage() -> None:
    names = ("azure.apim_llm_log/sample_traps.jsonl", "azure.diagnostic_records/sample_event_hub.jsonl")
    (row,) = [row for one in read(*(HERE / name for name in names)) for row in one.rows if row["dedup_key"] == "chatcmpl-Rec1"]
    assert (row["cache_read_input_tokens"], row["reasoning_output_tokens"]) == ("128", "16")


def test_rows_of_one_call_from_the_query_and_the_portal_count_once() -> None:
    folder = HERE / "azure.apim_llm_table"
    found = read(folder / "sample_portal.csv", folder / "sample_query.json")
    assert sum(one.report.duplicates for one in found) == 1


def test_a_call_of_the_gateways_log_and_of_its_table_counts_once() -> None:
    names = ("azure.apim_gateway_log/sample_traps.jsonl", "azure.apim_gateway_table/sample_query.json")
    found = read(*(HERE / name for name in names))
    keys = [row.get("dedup_key") for one in found for row in one.rows]
    assert keys.count("chatcmpl-apim1") == 1


def test_records_without_tokens_are_told_not_counted_as_calls_of_zero() -> None:
    (found,) = read(HERE / "azure.diagnostic_records" / "sample_without_usage.jsonl")
    assert (found.report.skipped, found.report.rows_loaded) == (2, 0)
    assert "No record here carries token counts" in found.report.notes[0]


def test_answers_of_the_database_and_of_what_the_tool_prints_are_the_same_and_count_once() -> None:
    printed, stored = HERE / "llm.logs" / "sample_logs.json", HERE / "llm.responses" / "sample.db"
    rows = [
        sorted(({**row, "source_line": ""} for row in read(path)[0].rows), key=lambda row: row["dedup_key"])
        for path in (printed, stored)
    ]
    assert rows[0] == rows[1]
    assert sum(one.report.duplicates for one in read(printed, stored)) == len(rows[0]) == 7


def test_a_cost_that_is_written_as_text_is_the_same_cost(tmp_path: Path) -> None:
    message = json.loads((HERE / "opencode.message" / "sample_message.json").read_text(encoding="utf-8"))
    as_text = tmp_path / "message.json"
    as_text.write_text(json.dumps({**message, "cost": str(message["cost"])}), encoding="utf-8")
    (plain,), (texts,) = read(HERE / "opencode.message" / "sample_message.json"), read(as_text)
    assert plain.rows[0]["reported_cost"] == texts.rows[0]["reported_cost"]
