"""``logcost ingest``: its options reach the ledger, and a terminal sees how far it is."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from logcost.cli.progress import Bars, display
from logcost.ingest import Progress
from tests.cli.command import calls, run

if TYPE_CHECKING:
    from pathlib import Path


def rows(ledger: Path, columns: str) -> list[dict[str, Any]]:
    """Rows of the ledger, by time."""
    found: list[dict[str, Any]] = run(
        "sql", f"SELECT {columns} FROM usage_record ORDER BY started_at", "--ledger", ledger, "--json"
    ).json["rows"]
    return found


def test_labels_and_provider_where_the_log_is_silent(tmp_path: Path) -> None:
    log = calls(tmp_path / "a.jsonl", {"provider_name": None, "tags": {"team": "own"}}, {"started_at": "2026-10-02T00:00:00Z"})
    ledger = tmp_path / "ledger.duckdb"
    done = run("ingest", log, "--ledger", ledger, "--tag", "team=search", "--tag", "env=prod", "--provider", "vertex", "--json")
    assert done.json["sources"][0]["requests"] == 2
    found = rows(ledger, "provider_name, tags")
    assert [row["provider_name"] for row in found] == ["gcp.vertex_ai", "anthropic"]
    assert [dict(sorted(row["tags"].items())) for row in found] == [
        {"env": "prod", "team": "own"},
        {"env": "prod", "team": "search"},
    ]


def test_since_passes_over_older_records_and_a_later_ingest_can_take_them(tmp_path: Path) -> None:
    log = calls(tmp_path / "a.jsonl", *({"started_at": f"2026-10-0{day}T00:00:00Z"} for day in (1, 2, 3)))
    ledger = tmp_path / "ledger.duckdb"
    assert run("ingest", log, "--ledger", ledger, "--since", "2026-10-02", "--json").json["sources"][0]["skipped"] == 1
    assert len(rows(ledger, "started_at")) == 2
    run("ingest", log, "--ledger", ledger)
    assert len(rows(ledger, "started_at")) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--tag", "team"), "--tag 'team' is no label"),
        (("--tag", "a=1", "--tag", "a=2"), "--tag a is given twice"),
        (("--since", "yesterday"), "--since 'yesterday' is no date"),
    ],
)
def test_wrong_options_are_named(options: tuple[str, ...], message: str, tmp_path: Path) -> None:
    log = calls(tmp_path / "a.jsonl", {})
    done = run("ingest", log, "--ledger", tmp_path / "ledger.duckdb", *options)
    assert (done.code, message in done.err) == (2, True)


def test_the_same_call_in_two_sources_counts_once_and_both_say_so(tmp_path: Path) -> None:
    body = {"id": "chatcmpl-1", "object": "chat.completion", "choices": [], "model": "gpt-4o"}
    usage = {"usage": {"prompt_tokens": 9, "completion_tokens": 1, "total_tokens": 10}}
    bare, pair = tmp_path / "bare.jsonl", tmp_path / "pair.jsonl"
    bare.write_text(json.dumps(body | usage) + "\n", encoding="utf-8")
    pair.write_text(json.dumps({"workload": "search", "response": body | usage}) + "\n", encoding="utf-8")
    done = run("ingest", bare, pair, "--ledger", tmp_path / "ledger.duckdb", "--json")
    lost, won = done.json["sources"]
    assert (lost["duplicates"], won["duplicates"], won["rows_loaded"]) == (1, 0, 1)
    assert any("pair.jsonl" in said for said in lost["counted_from"])


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        (
            Progress(0, 2, 500_000, 3_000_000, 500, "logs/first.jsonl", 500_000, 2_000_000),
            ["first.jsonl", "0/2 files, 500 records"],
        ),
        (
            Progress(1, 2, 2_000_000, 3_000_000, 900, "logs/\x1b[31mred.jsonl", 0, 1_000_000),
            ["red.jsonl", "1/2 files, 900 records"],
        ),
        (Progress(0, 1, 1_000_000, 3_000_000, 7_000, "only.jsonl", 1_000_000, 3_000_000), ["only.jsonl: 7,000 records"]),
        (Progress(2, 2, 3_000_000, 3_000_000, 1_200), ["2/2 files, 1,200 records", "3.0/3.0 MB"]),
    ],
)
def test_the_bars_name_the_file_and_the_bytes(progress: Progress, expected: list[str]) -> None:
    console = Console(file=io.StringIO(), record=True, width=140)
    shown = display(console)
    Bars(shown).step(progress)
    console.print(shown.get_renderable())
    text = console.export_text()
    assert [part for part in expected if part not in text] == []
    assert "\x1b" not in text


def test_each_file_of_an_archive_is_explained_and_one_alone_in_full(tmp_path: Path) -> None:
    log = calls(tmp_path / "a.jsonl", {})
    archive = tmp_path / "e.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(log, "calls.jsonl")
        packed.writestr("note.txt", "hello")
        packed.writestr("inner.zip", archive.read_bytes() + b"PK\x03\x04")
    done = run("formats", archive)
    assert done.code == 0
    assert [line.rstrip().split("!", 1)[1].split(None, 1) for line in done.out.splitlines() if "e.zip!" in line] == [
        ["calls.jsonl", "logcost.usage"],
        ["inner.zip", "unreadable: This is a zip archive. Unpack it first; of a file, name 'archive.zip!file'."],
        ["note.txt", "no format: text that is neither JSON, a table nor logfmt"],
    ]
    files = run("formats", archive, "--json").json["files"]
    assert [file["path"] for file in files] == [f"{archive}!{name}" for name in ("calls.jsonl", "inner.zip", "note.txt")]
    assert files[0]["claims"] == run("formats", log, "--json").json["claims"]
    assert "unreadable-file" in files[1]["error"]
    assert run("formats", f"{archive}!calls.jsonl").out == run("formats", log).out
    assert run("formats", tmp_path / "absent.zip").code == 4
