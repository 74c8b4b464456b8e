"""Literal totals of the coding agents' samples, and what must hold between several of their files."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from tests.ingest.golden import HERE, Sums, read, samples, sums
from tests.ingest.sqlite_samples import SOURCES, build, content, sample_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ingest.golden import Read


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("codex.rollout/sample_session.jsonl", Sums(7, 3828, 22912, 0, 408, 128)),
        ("codex.rollout/sample_two_models.jsonl", Sums(2, 2750, 750, 0, 425, 275)),
        ("codex.rollout/sample_050_legacy.jsonl", Sums(1, 1420, 0, 0, 910)),
        ("codex.rollout/sample_051_usage.jsonl", Sums(2, 1420, 1420, 0, 1520)),
        ("codex.rollout/sample_052_raw.jsonl", Sums(2, 1620, 980, 0, 880)),
        ("codex.rollout/sample_053_rate_limit.jsonl", Sums(1, 1211, 10880, 0, 182, 128)),
        ("codex.rollout/sample_traps.jsonl", Sums(5, 3700, 2600, 300, 290, 50)),
        ("codex.rollout/sample_no_usage.jsonl", Sums(0, 0, 0, 0, 0)),
        ("codex.exec/sample_run.jsonl", Sums(0, 6797, 4480, 0, 17, 10)),
        ("codex.exec/sample_traps.jsonl", Sums(0, 240, 90, 0, 35)),
        ("gemini_cli.session/sample_lines.jsonl", Sums(2, 12422, 11502, 0, 228)),
        ("gemini_cli.session/sample_document.json", Sums(1, 10, 0, 0, 5)),
        ("gemini_cli.session/sample_without_model.json", Sums(2, 3350, 150, 0, 650, 150)),
        ("gemini_cli.session/sample_traps.jsonl", Sums(5, 587, 340, 0, 148, 41)),
        ("gemini_cli.result/sample_run.json", Sums(4, 13930, 11000, 0, 460, 120)),
        ("gemini_cli.result/sample_stream.jsonl", Sums(0, 900, 100, 0, 240)),
        ("opencode.message/sample_older_message.json", Sums(1, 120, 0, 0, 16)),
        ("opencode.message/sample_traps.jsonl", Sums(8, 6017, 14000, 3000, 1963, 600)),
        ("copilot_cli.events/sample_record_kinds.jsonl", Sums(2, 0, 0, 0, 15)),
        ("copilot_cli.events/sample_running.jsonl", Sums(2, 0, 0, 0, 26)),
        ("copilot_cli.events/sample_traps.jsonl", Sums(8, 2650, 3700, 50, 204, 14)),
        ("opencode.database/sample.db", Sums(8, 6017, 14000, 3000, 1963, 600)),
        ("opencode.database/sample_empty.db", Sums(0, 0, 0, 0, 0)),
        ("copilot_cli.session_store/sample.db", Sums(4, 961, 15802, 16052, 210, 34)),
        ("copilot_cli.session_store/sample_older.db", Sums(1, 200, 100, 0, 20, 5)),
        ("llm.responses/sample.db", Sums(7, 1190, 1544, 3000, 214, 96)),
        ("llm.responses/sample_first.db", Sums(0, 0, 0, 0, 0)),
        ("llm.turns/sample.db", Sums(8, 1220, 1752, 3000, 211, 16)),
        ("llm.turns/sample_empty.db", Sums(0, 0, 0, 0, 0)),
        ("pi.session/sample_session.jsonl", Sums(2, 910, 12000, 3000, 260)),
        ("pi.session/sample_branch.jsonl", Sums(3, 915, 12000, 3000, 267)),
        ("qwen_code.session/sample_traps.jsonl", Sums(5, 4000, 1000, 0, 1660, 600)),
        ("claude_code.result/sample_result.json", Sums(0, 10, 12000, 3000, 200)),
        ("claude_code.result/sample_stream.jsonl", Sums(0, 615, 9400, 3500, 390)),
        ("claude_code.result/sample_killed.jsonl", Sums(1, 4, 0, 3000, 9)),
    ],
)
def test_totals_are_those_of_the_origin_page(sample: str, expected: Sums) -> None:
    (found,) = read(HERE / sample)
    assert sums(found.rows) == expected


def _rows(*found: Read) -> list[dict[str, str]]:
    return [row for one in found for row in one.rows]


def _money(*found: Read) -> Decimal:
    return sum((Decimal(row["reported_cost"]) for row in _rows(*found) if "reported_cost" in row), Decimal(0))


RELATED = ("traps", "fork", "fork_of_fork", "subagent_inherits", "subagent_fresh", "fork_of_subagent")


@pytest.mark.parametrize("order", [RELATED, RELATED[::-1], (*RELATED[2:], *RELATED[:2])])
def test_forks_and_sub_agents_count_their_own_calls_only(order: tuple[str, ...]) -> None:
    found = read(*(HERE / "codex.rollout" / f"sample_{name}.jsonl" for name in order))
    assert sums(_rows(*found)) == Sums(10, 5500, 5300, 300, 510, 70)
    # What the parent's file holds is dated and named by it, whoever repeats it.
    first = [row for row in _rows(*found) if row["dedup_key"] == "codex|root-1|0|1000|200|50|10"]
    assert [(row["session_id"], row["started_at"]) for row in first] == [("root-1", "2026-09-01T08:02:00.000000Z")]


def test_an_unknown_model_stays_unknown() -> None:
    (found,) = read(HERE / "codex.rollout" / "sample_no_model.jsonl")
    assert [row.get("response_model") for row in found.rows] == [None, None, None]
    assert sums(found.rows) == Sums(3, 50, 10, 0, 17)


def test_a_resumed_run_takes_the_place_of_its_first_part() -> None:
    names = ("sample_run.jsonl", "sample_resumed.jsonl")
    for order in permutations(names):
        found = read(*(HERE / "codex.exec" / name for name in order))
        assert sums(_rows(*found)) == Sums(0, 7897, 15104, 0, 60, 22)


def test_both_layouts_of_a_gemini_session_count_once() -> None:
    folder = HERE / "gemini_cli.session"
    for order in permutations(("sample_traps.jsonl", "sample_older_copy.json")):
        assert sums(_rows(*read(*(folder / name for name in order)))) == Sums(5, 587, 340, 0, 148, 41)


def test_an_opencode_folder_is_read_whole() -> None:
    found = read(*samples(HERE / "opencode.message"))
    assert [one.report.error for one in found] == [None] * len(found)
    # sample_message.json is the first line of the traps: the same call.
    assert sums(_rows(*found)) == Sums(9, 6137, 14000, 3000, 1979, 600)
    assert _money(*found) == Decimal("0.0264")


def test_messages_of_opencode_in_files_and_in_the_database_count_once() -> None:
    found = read(HERE / "opencode.database" / "sample.db", HERE / "opencode.message" / "sample_message.json")
    assert sums(_rows(*found)) == Sums(8, 6017, 14000, 3000, 1963, 600)
    both = read(HERE / "opencode.message" / "sample_traps.jsonl", HERE / "opencode.database" / "sample.db")
    assert sums(_rows(*both)) == Sums(8, 6017, 14000, 3000, 1963, 600)
    assert _money(*both) == Decimal("0.0264")


def test_hashes_of_prompts_share_their_beginnings() -> None:
    (found,) = read(HERE / "llm.turns" / "sample.db")
    chains = [json.loads(row["prefix_hashes"]) for row in found.rows if "prefix_hashes" in row]
    tokens = [json.loads(row["prefix_block_tokens"]) for row in found.rows if "prefix_block_tokens" in row]
    assert ["".join(digest[0] for digest in chain) for chain in chains] == ["ab", "abcd", "abe"]
    assert tokens == [[117, 13], [125, 13, 32, 20], [105, 11, 4]]


def test_an_answer_of_llm_in_both_tables_and_both_databases_counts_once() -> None:
    found = read(HERE / "llm.turns" / "sample.db", HERE / "llm.responses" / "sample.db")
    keys = [row["dedup_key"] for row in _rows(*found)]
    assert len(keys) == len(set(keys)) == 12
    assert {"llm|01jx1", "chatcmpl-AbCdEfGh12345678", "msg_01XYZ"} <= set(keys)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: f"{source.parent.name}-{source.stem}")
def test_databases_are_what_their_scripts_make(source: Path, tmp_path: Path) -> None:
    build(source, tmp_path / "made.db")
    assert content(tmp_path / "made.db") == content(sample_of(source))


def test_reading_a_database_leaves_nothing_beside_it(tmp_path: Path) -> None:
    copy = tmp_path / "opencode.db"
    copy.write_bytes((HERE / "opencode.database" / "sample.db").read_bytes())
    before = copy.read_bytes()
    read(copy)
    assert [path.name for path in tmp_path.iterdir()] == ["opencode.db"]
    assert copy.read_bytes() == before


def test_a_branch_of_a_session_repeats_nothing() -> None:
    folder = HERE / "pi.session"
    for order in permutations(("sample_session.jsonl", "sample_branch.jsonl")):
        found = read(*(folder / name for name in order))
        assert sums(_rows(*found)) == Sums(3, 915, 12000, 3000, 267)
        assert sorted(row["session_id"] for row in _rows(*found)) == ["s-1", "s-1", "s-2"]
        assert _money(*found) == Decimal("0.02208")


def test_what_a_shutdown_does_not_cover_has_an_unknown_input() -> None:
    (found,) = read(HERE / "copilot_cli.events" / "sample_traps.jsonl")
    answers = [row for row in found.rows if row["grain"] == "request"]
    assert [(row["source_line"], row["output_tokens"], row.get("input_tokens")) for row in answers] == [
        ("8", "11", None),
        ("14", "70", None),
    ]


def test_results_of_claude_code_add_up_to_the_cost_they_state() -> None:
    folder = HERE / "claude_code.result"
    assert _money(*read(folder / "sample_stream.jsonl")) == Decimal("0.0412")
    assert _money(*read(folder / "sample_result.json")) == Decimal("0.0435")
    assert _money(*read(folder / "sample_traps.jsonl")) == Decimal("0.010032")
