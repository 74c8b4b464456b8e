"""Every sample gives exactly the rows beside it, and the totals that its ORIGIN.md states.

To write the expected files anew: ``LOGCOST_REGENERATE=1 pytest tests/ingest/test_golden.py``, then read the diff.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from logcost.ingest import declarations
from tests.ingest.golden import FOLDERS, HERE, Sums, expected_rows, expected_sources, read, samples, sums

if TYPE_CHECKING:
    from pathlib import Path

REGENERATE = "LOGCOST_REGENERATE" in os.environ


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
@pytest.mark.parametrize(("name", "rendered"), [("expected.csv", expected_rows), ("expected_sources.csv", expected_sources)])
def test_samples_give_the_expected_rows(folder: Path, name: str, rendered: type) -> None:
    found = rendered(folder)
    if REGENERATE:
        (folder / name).write_text(found, encoding="utf-8", newline="")
        pytest.fail("written anew: read the diff, then run without LOGCOST_REGENERATE")
    assert found == (folder / name).read_bytes().decode()


def test_every_declared_format_has_samples() -> None:
    assert [folder.name for folder in FOLDERS] == sorted({declared.name for declared in declarations()})


@pytest.mark.parametrize("sample", [path for folder in FOLDERS for path in samples(folder)], ids=lambda path: path.name)
def test_every_sample_is_claimed_by_its_own_format_alone(sample: Path) -> None:
    (found,) = read(sample)
    assert (found.report.format, found.report.error) == (sample.parent.name, None)


# Literal totals of the ORIGIN.md pages.
@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("openai.chat/sample_responses.jsonl", Sums(11, 156, 4012, 0, 664, 512)),
        ("openai.chat/sample_pairs.jsonl", Sums(11, 156, 4012, 0, 664, 512)),
        ("openai.responses/sample_responses.jsonl", Sums(12, 12797, 1280, 4418, 790, 322)),
        ("openai.responses/sample_pairs.jsonl", Sums(12, 12797, 1280, 4418, 790, 322)),
        ("claude_code.transcript/sample_session.jsonl", Sums(6, 74, 93553, 5158, 844)),
        ("claude_code.transcript/sample_subagent.jsonl", Sums(1, 487, 0, 0, 130)),
        ("claude_code.transcript/sample_record_kinds.jsonl", Sums(1, 10, 0, 0, 5)),
        ("claude_code.transcript/sample_old_alpha.jsonl", Sums(3, 600, 70, 75, 250)),
        ("claude_code.transcript/sample_old_beta.jsonl", Sums(2, 130, 40, 15, 60)),
        ("anthropic.usage_report/sample_ok.json", Sums(0, 300_000, 130_000, 35_000, 60_000)),
        ("anthropic.usage_report/sample_breakdown.json", Sums(0, 100_000, 50_000, 15_000, 20_000)),
        ("anthropic.usage_report/sample_empty.json", Sums(0, 0, 0, 0, 0)),
    ],
)
def test_totals_are_those_of_the_origin_page(sample: str, expected: Sums) -> None:
    (found,) = read(HERE / sample)
    assert sums(found.rows) == expected


@pytest.mark.parametrize("sample", ["sample_responses.jsonl", "sample_pairs.jsonl"])
def test_messages_match_their_origin_page_and_hidden_calls_come_on_top(sample: str) -> None:
    (found,) = read(HERE / "anthropic.messages" / sample)
    hidden = [row for row in found.rows if "#" in row["dedup_key"]]
    assert sums([row for row in found.rows if row not in hidden]) == Sums(12, 5273, 13637, 7049, 766, 61)
    assert [(row["response_model"], row["dedup_key"][-2:]) for row in hidden] == [("claude-opus-4-8", "#2")]
    assert sums(hidden) == Sums(1, 2518, 0, 0, 22)


@pytest.mark.parametrize("name", ["openai.chat", "openai.responses", "anthropic.messages"])
def test_bodies_and_pairs_of_the_same_calls_count_once(name: str) -> None:
    folder = HERE / name
    alone = read(folder / "sample_pairs.jsonl")
    together = read(folder / "sample_pairs.jsonl", folder / "sample_responses.jsonl")
    assert sums([row for one in together for row in one.rows]) == sums(alone[0].rows)
    assert sum(one.report.duplicates for one in together) == alone[0].report.rows_loaded


def test_pages_of_a_report_are_merged_and_an_incomplete_one_is_noted() -> None:
    folder = HERE / "anthropic.usage_report"
    pages = read(folder / "sample_page1.json", folder / "sample_page2.json")
    assert sums([row for page in pages for row in page.rows]) == Sums(0, 300_000, 0, 0, 30_000)
    assert ["Give the next page" in " ".join(page.report.notes) for page in pages] == [True, False]


def test_searches_of_a_report_are_counted() -> None:
    (found,) = read(HERE / "anthropic.usage_report" / "sample_ok.json")
    assert sum(int(row["web_search_requests"]) for row in found.rows) == 10


def test_a_bucket_downloaded_again_counts_once_with_its_later_numbers() -> None:
    folder = HERE / "openai.usage_api"
    early, late = read(folder / "sample_completions.json", folder / "sample_later_download.json")
    rows = [
        row for one in (early, late) for row in one.rows if row.get("project") == "proj_a" and row["service_tier"] == "standard"
    ]
    assert sums(rows) == Sums(13, 3100, 6400, 0, 760)
    assert (early.report.duplicates, late.report.duplicates) == (1, 0)


def test_copies_of_a_response_in_other_transcripts_count_once() -> None:
    folder = HERE / "claude_code.transcript"
    names = ("sample_traps.jsonl", "sample_traps_resumed.jsonl")
    found = read(*(folder / name for name in names))
    turned = read(*(folder / name for name in reversed(names)))
    rows = [row for one in found for row in one.rows if row.get("dedup_key") == "msg_c1"]
    assert [(row["output_tokens"], row["started_at"]) for row in rows] == [("240", "2026-09-01T08:00:01.000000Z")]
    assert sums([row for one in found for row in one.rows]) == sums([row for one in turned for row in one.rows])


def test_all_transcripts_together_are_the_sum_of_each() -> None:
    folder = HERE / "claude_code.transcript"
    real = ["session", "subagent", "record_kinds", "old_alpha", "old_beta"]
    found = read(*(folder / f"sample_{name}.jsonl" for name in real))
    assert sums([row for one in found for row in one.rows]) == Sums(13, 1301, 93663, 5248, 1289)
    assert sum(one.report.rejects for one in found) == 0


def _texts(value: object) -> set[str]:
    """All longer texts of prompts and answers inside a record."""
    if isinstance(value, dict):
        inner = [text for key, one in value.items() for text in ([one] if key in {"content", "text"} else []) + list(_texts(one))]
        return {text for text in inner if isinstance(text, str) and len(text) > 12}
    if isinstance(value, list):
        return {text for one in value for text in _texts(one)}
    return set()


@pytest.mark.parametrize("name", ["openai.chat", "openai.responses", "anthropic.messages", "claude_code.transcript"])
def test_no_text_of_a_prompt_or_answer_is_kept(name: str) -> None:
    files = sorted((HERE / name).glob("sample*.jsonl"))
    texts = {
        text for file in files for line in file.read_text(encoding="utf-8").splitlines() for text in _texts(json.loads(line))
    }
    kept = " ".join(repr((one.report, one.rows, one.rejects)) for file in files for one in read(file))
    assert len(texts) > 5
    assert [text for text in texts if text in kept] == []
