"""Literal totals of the API bodies, so that the expected files are not the only witness; and logs that mix all of them."""

from __future__ import annotations

import json
from dataclasses import astuple
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest

from logcost.ingest import ingest, rejects
from logcost.store import Ledger
from tests.ingest.engine import NOW, write
from tests.ingest.golden import HERE, Sums, read, sums

if TYPE_CHECKING:
    from pathlib import Path

NAMES: Final = (
    "ai_sdk.result",
    "anthropic.messages",
    "bedrock.converse",
    "bedrock.invoke_model",
    "cohere.api",
    "gemini.generate_content",
    "openai.chat",
    "openai.embeddings",
    "openai.images",
    "openai.moderations",
    "openai.responses",
    "openai.transcriptions",
)


def rows(sample: str) -> tuple[dict[str, str], ...]:
    (found,) = read(HERE / sample)
    return found.rows


# Of the recorded calls: the totals of the ORIGIN.md pages. Of our own: added up by hand from the lines.
@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("gemini.generate_content/sample_responses.jsonl", Sums(13, 3338, 17379, 0, 1660, 1478)),
        ("gemini.generate_content/sample_pairs.jsonl", Sums(13, 3338, 17379, 0, 1660, 1478)),
        ("gemini.generate_content/sample_stream_1.sse", Sums(1, 5, 0, 0, 18, 17)),
        ("gemini.generate_content/sample_stream_2.sse", Sums(1, 52, 0, 0, 5)),
        ("gemini.generate_content/sample_traps.jsonl", Sums(12, 1125, 5400, 0, 1680, 34)),
        ("bedrock.converse/sample_responses.jsonl", Sums(7, 472, 1712, 236, 281)),
        ("bedrock.converse/sample_pairs.jsonl", Sums(7, 472, 1712, 236, 281)),
        ("bedrock.converse/sample_traps.jsonl", Sums(6, 77, 1500, 1000, 130)),
        ("bedrock.invoke_model/sample_pairs.jsonl", Sums(1, 18, 0, 0, 0)),
        ("bedrock.invoke_model/sample_traps.jsonl", Sums(6, 99, 8, 3, 32)),
        ("anthropic.messages/sample_bedrock_invoke.jsonl", Sums(2, 68 + 18, 0, 0, 508)),
        ("anthropic.messages/sample_batch_traps.jsonl", Sums(2, 30, 30, 100, 11)),
        ("anthropic.messages/sample_stream.sse", Sums(1, 12, 0, 0, 3)),
        ("anthropic.messages/sample_stream_traps.sse", Sums(2, 19, 400, 50, 81)),
        ("cohere.api/sample_responses.jsonl", Sums(7, 187, 0, 0, 176)),
        ("cohere.api/sample_pairs.jsonl", Sums(7, 187, 0, 0, 176)),
        ("cohere.api/sample_stream.sse", Sums(2, 30, 0, 0, 8)),
        ("openai.embeddings/sample_responses.jsonl", Sums(2, 6, 0, 0, 0)),
        ("openai.embeddings/sample_pairs.jsonl", Sums(2, 6, 0, 0, 0)),
        ("openai.chat/sample_mistral.jsonl", Sums(8, 877, 32, 0, 817)),
        ("openai.chat/sample_deepseek.jsonl", Sums(4, 1018, 1408, 0, 1045, 526)),
        ("openai.chat/sample_groq.jsonl", Sums(8, 6932, 256, 0, 2155, 195)),
        ("openai.chat/sample_batch_recorded.jsonl", Sums(2, 42, 0, 0, 20)),
        ("openai.chat/sample_stream_no_usage.sse", Sums(0, 0, 0, 0, 0)),
        ("openai.chat/sample_stream_openrouter.sse", Sums(1, 57, 0, 0, 17)),
        ("openai.chat/sample_stream_groq.sse", Sums(1, 304, 0, 0, 49, 23)),
        ("openai.chat/sample_stream_traps.sse", Sums(2, 183, 1024, 0, 11)),
        ("openai.responses/sample_stream_1.sse", Sums(1, 11, 0, 0, 5)),
        ("openai.responses/sample_stream_2.sse", Sums(1, 13, 0, 0, 128, 64)),
        ("openai.images/sample_traps.jsonl", Sums(4, 63, 16, 0, 5332)),
        ("openai.transcriptions/sample_traps.jsonl", Sums(4, 34, 0, 0, 48)),
        ("ai_sdk.result/sample_traps.jsonl", Sums(12, 196, 2128, 405, 426, 285)),
    ],
)
def test_totals(sample: str, expected: Sums) -> None:
    assert sums(rows(sample)) == expected


def test_units_money_and_tiers() -> None:
    units = [row.get("other_units") for row in rows("cohere.api/sample_traps.jsonl")]
    assert units[1:3] == ['{"search_units":1}', '{"images":2}']
    assert [row.get("other_units") for row in rows("openai.transcriptions/sample_traps.jsonl")][1] == '{"seconds":9}'
    costs = [row.get("reported_cost") for row in rows("openai.chat/sample_services.jsonl")]
    assert costs[:2] == ["0.005006000000000", "0.000071590000000"]
    assert {row["service_tier"] for row in rows("anthropic.messages/sample_batch_traps.jsonl")} == {"batch"}
    tiers = [row.get("service_tier") for row in rows("gemini.generate_content/sample_traps.jsonl")]
    assert tiers == ["standard", None, None, None, None, None, "batch", "batch", "provisioned", "priority", None, None]


def test_who_is_billed_follows_the_host() -> None:
    assert {row["provider_name"] for row in rows("openai.chat/sample_groq.jsonl")} == {"groq"}
    assert {row["provider_name"] for row in rows("openai.chat/sample_mistral.jsonl")} == {"mistral_ai"}
    assert {row["provider_name"] for row in rows("anthropic.messages/sample_bedrock_invoke.jsonl")} == {"aws.bedrock"}
    vertex = [row["provider_name"] for row in rows("gemini.generate_content/sample_pairs.jsonl")].count("gcp.vertex_ai")
    assert vertex == 3


def test_a_stream_without_usage_is_told_and_not_counted() -> None:
    (found,) = read(HERE / "openai.chat/sample_stream_no_usage.sse")
    assert (found.report.rows_loaded, found.report.skipped) == (0, 1)
    assert "include_usage" in " ".join(found.report.notes)


# Where a file or a hidden prompt makes the input larger than what the log holds, there is no chain; `most` are plain.
@pytest.mark.parametrize(("name", "most"), [("bedrock.converse", True), ("cohere.api", False), ("gemini.generate_content", True)])
def test_whole_prompts_are_hashed_and_no_text_is_kept(name: str, most: bool) -> None:
    pairs = read(HERE / name / "sample_pairs.jsonl")[0]
    hashed = [row["prefix_block_parts"] for row in pairs.rows if "prefix_hashes" in row]
    assert (2 * len(hashed) > len(pairs.rows)) is most
    assert ('["system","user"]' in hashed) is most
    texts = _texts([json.loads(line) for line in (HERE / name / "sample_pairs.jsonl").read_text(encoding="utf-8").splitlines()])
    kept = repr((pairs.report, pairs.rows, pairs.rejects))
    assert len(texts) > 5
    assert [text for text in texts if text in kept] == []


def _texts(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {inner for key, inner in value.items() if key in {"text", "content"} and isinstance(inner, str) and len(inner) > 12}
        return own.union(*map(_texts, value.values()))
    return set[str]().union(*map(_texts, value)) if isinstance(value, list) else set()


@cache
def everything() -> tuple[tuple[str, str], ...]:
    """The good records of one sample of each format."""
    return tuple((name, line) for name in NAMES for line in _calls(HERE / name / SAMPLES.get(name, "sample_responses.jsonl")))


SAMPLES: Final = dict.fromkeys(
    (
        "ai_sdk.result",
        "bedrock.converse",
        "bedrock.invoke_model",
        "gemini.generate_content",
        "openai.images",
        "openai.moderations",
        "openai.transcriptions",
    ),
    "sample_traps.jsonl",
)


def _calls(file: Path) -> list[str]:
    loaded = {int(row["source_line"]) for row in read(file)[0].rows}
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line for number, line in enumerate(lines, 1) if number in loaded]


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Sums:
    """What the records of each format give alone, added up."""
    folder = tmp_path_factory.mktemp("apart")
    each = [_loaded(folder, [line for other, line in everything() if other == name]) for name in NAMES]
    return Sums(*(sum(column) for column in zip(*map(astuple, each), strict=True)))


@pytest.mark.parametrize(
    "first", ["ai_sdk.result", "bedrock.converse", "gemini.generate_content", "openai.chat", "openai.images"]
)
def test_a_log_of_all_apis_gives_what_each_gives_alone(first: str, apart: Sums, tmp_path: Path) -> None:
    lines = [line for _, line in sorted(everything(), key=lambda one: one[0] != first)]
    assert apart.calls > len(NAMES)
    assert _loaded(tmp_path, lines) == apart


def test_a_document_of_all_apis_gives_the_same(apart: Sums, tmp_path: Path) -> None:
    assert _loaded(tmp_path, [line for _, line in everything()], document=True) == apart


def _loaded(folder: Path, lines: list[str], *, document: bool = False) -> Sums:
    text = f"[{','.join(lines)}]" if document else "".join(f"{line}\n" for line in lines)
    writes = "+".join(f"coalesce(sum(cache_creation_{name}_input_tokens), 0)" for name in ("5m", "30m", "1h", "12h", "unsplit"))
    read_tokens = "coalesce(sum(cache_read_input_tokens), 0)"
    query = f"""
        SELECT count(*), sum(input_tokens) - {read_tokens} - ({writes}), {read_tokens}, {writes},
            coalesce(sum(output_tokens), 0), coalesce(sum(reasoning_output_tokens), 0)
        FROM usage_record
    """
    with Ledger() as ledger:
        ingest(ledger, [write(folder, "log", text)], now=NOW)
        assert list(rejects(ledger)) == []
        return Sums(*(int(value or 0) for value in ledger.sql(query)[0]))


@pytest.mark.parametrize(("object_name", "claimed"), [(None, True), ("list", False)])
def test_a_key_pinned_to_nothing_must_be_missing_or_null(object_name: str | None, claimed: bool, tmp_path: Path) -> None:
    body = {"created": 1777622401, "data": [{"b64_json": "aaaa"}], "object": object_name}
    usage = {"input_tokens": 1, "input_tokens_details": {"image_tokens": 0}, "output_tokens": 2}
    log = write(tmp_path, "log.jsonl", json.dumps({**body, "usage": usage}) + "\n")
    good = write(tmp_path, "good.csv", "input_tokens\n1\n")
    with Ledger() as ledger:
        report = ingest(ledger, [log, good], now=NOW).sources[0]
    assert (report.format == "openai.images") is claimed
    assert ("object = null" in (report.error or "")) is not claimed
