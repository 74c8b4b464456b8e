"""The sample month: the same for ever, with the traffic and the faults that it promises."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from logcost.demo import generate

if TYPE_CHECKING:
    from pathlib import Path

CALLS = 6_000


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    generate(folder, calls=CALLS)
    return folder


def _digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _records(path: Path) -> list[dict[str, Any]]:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in content.splitlines()]


def test_the_same_seed_gives_the_same_bytes_in_any_process(tmp_path: Path, sample: Path) -> None:
    program = f"from pathlib import Path; from logcost.demo import generate; generate(Path({str(tmp_path)!r}), calls={CALLS})"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
    assert _digest(tmp_path) == _digest(sample)


def test_another_seed_gives_other_calls(tmp_path: Path, sample: Path) -> None:
    generate(tmp_path, calls=CALLS, seed=43)
    mine, theirs = _digest(tmp_path), _digest(sample)
    shared = set(mine) & set(theirs)
    assert len(shared) >= 12
    assert not [name for name in shared if mine[name] == theirs[name]]


def test_paths_returned_are_the_files_written(tmp_path: Path) -> None:
    paths = generate(tmp_path, calls=200)
    assert sorted(paths) == sorted(path for path in tmp_path.rglob("*") if path.is_file())


def test_a_smaller_sample_leaves_nothing_of_a_larger_one(tmp_path: Path) -> None:
    generate(tmp_path, calls=8_000)
    paths = generate(tmp_path, calls=200)
    assert sorted(paths) == sorted(path for path in tmp_path.rglob("*") if path.is_file())


def test_the_two_gateway_exports_repeat_one_day_and_nothing_else(sample: Path) -> None:
    first, second = (_records(path) for path in sorted((sample / "gateway").iterdir()))
    both = {row["dedup_key"] for row in first} & {row["dedup_key"] for row in second}
    fifteenth = {row["dedup_key"] for row in [*first, *second] if row["started_at"].startswith("2026-10-15")}
    assert both == fifteenth
    assert len(both) > 50


def test_prefix_hashes_repeat_where_a_cache_could_help_and_never_where_a_clock_stands_on_top(sample: Path) -> None:
    rows = [row for path in (sample / "gateway").iterdir() for row in _records(path)]
    first_hashes = {
        name: Counter(row["prefix_hashes"][0] for row in {r["dedup_key"]: r for r in rows if r["workload"] == name}.values())
        for name in ("support-rag", "ticket-classifier", "ingest-extract")
    }
    assert len(first_hashes["support-rag"]) == 2
    assert len(first_hashes["ticket-classifier"]) == 2
    assert set(first_hashes["ingest-extract"].values()) == {1}


def test_prompt_blocks_never_exceed_the_prompt(sample: Path) -> None:
    for path in (sample / "gateway").iterdir():
        for row in _records(path):
            assert len(row["prefix_hashes"]) == len(row["prefix_block_tokens"])
            assert sum(row["prefix_block_tokens"]) < row["input_tokens"]
            assert row["cache_read_input_tokens"] + row["cache_creation_5m_input_tokens"] < row["input_tokens"]


def test_one_model_changes_on_the_twelfth(sample: Path) -> None:
    bodies = [
        (row["ts"][:10], row["request"]["body"]["model"]) for row in _records(sample / "anthropic" / "code-review-agent.jsonl.gz")
    ]
    assert {model for day, model in bodies if day < "2026-10-12"} == {"claude-opus-5"}
    assert {model for day, model in bodies if day >= "2026-10-12"} == {"claude-opus-5-5"}


def test_the_agent_had_a_bad_day(sample: Path) -> None:
    days = Counter(row["ts"][:10] for row in _records(sample / "anthropic" / "code-review-agent.jsonl.gz"))
    others = [days[f"2026-10-{day}"] for day in ("07", "14", "28")]
    assert days["2026-10-21"] > 2 * max(others)


def test_failed_calls_carry_no_usage(sample: Path) -> None:
    rows = _records(sample / "anthropic" / "code-review-agent.jsonl.gz")
    failed = [row for row in rows if row["response"]["status"] != 200]
    assert failed
    assert not [row for row in failed if "usage" in row["response"]["body"]]


def test_one_log_has_four_damaged_lines(sample: Path) -> None:
    damaged = 0
    for line in (sample / "openai" / "platform.jsonl").read_bytes().splitlines():
        try:
            usage = json.loads(line)["response"]["body"]["usage"]
        except (ValueError, KeyError):
            damaged += 1
        else:
            damaged += not (isinstance(usage["prompt_tokens"], int) and usage["prompt_tokens"] >= 0)
    assert damaged == 4


def test_transcripts_repeat_an_answer_and_only_its_last_row_is_final(sample: Path) -> None:
    answers: dict[str, list[int]] = {}
    for path in sorted((sample / "claude-code").rglob("*.jsonl")):
        own: dict[str, list[int]] = {}
        for row in _records(path):
            if row["type"] == "assistant":
                own.setdefault(row["message"]["id"], []).append(row["message"]["usage"]["output_tokens"])
        for ident, outputs in own.items():
            assert outputs == sorted(outputs)
            answers.setdefault(ident, []).append(outputs[-1])
    assert max(len(finals) for finals in answers.values()) == 2, "a resumed session repeats the one before"
    assert all(len(set(finals)) == 1 for finals in answers.values())


def test_the_new_workload_starts_on_the_twelfth(sample: Path) -> None:
    with (sample / "google" / "search-rewrite.csv").open(encoding="utf-8") as text:
        days = [row["started_at"][:10] for row in csv.DictReader(text)]
    assert min(days) == "2026-10-12"
    assert max(days) == "2026-10-31"


def test_september_is_whole_though_only_sums_are_left_of_it(sample: Path) -> None:
    report = json.loads((sample / "september" / "anthropic-usage-report.json").read_text(encoding="utf-8"))
    assert report["has_more"] is False
    assert [day["starting_at"][:10] for day in report["data"]] == [f"2026-09-{day:02d}" for day in range(1, 31)]
    assert report["data"][-1]["ending_at"] == "2026-10-01T00:00:00Z"
    models = {row["model"] for day in report["data"] for row in day["results"]}
    assert models == {"claude-haiku-4-5", "claude-opus-5", "claude-sonnet-5"}
