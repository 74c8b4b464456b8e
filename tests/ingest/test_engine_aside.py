"""Rows of large files are set aside on the disk: what is loaded, rejected and counted is the same as from memory."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import pytest

from logcost.errors import FormatDeclarationError, LedgerError
from logcost.ingest import aside, ingest, pending, whole_files
from logcost.store import Ledger
from tests.ingest.engine import NOW, write
from tests.ingest.test_engine_scope import CUMULATIVE, log

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

HERE: Final = Path(__file__).parent
FORMATS: Final = (
    "codex.rollout",
    "copilot_cli.events",
    "cursor.usage_events",
    "deepseek.amount",
    "deepseek.platform_amount",
    "gemini_cli.session",
    "langfuse.observations",
    "langfuse.observations_page",
    "langfuse.trace",
    "langsmith.runs",
    "openai.usage_api",
    "otel.otlp_traces",
    "otel.spans",
    "weave.calls",
)
"""Formats that look at whole files, of every reader."""

FAILING: Final = CUMULATIVE.replace("test.cumulative", "test.failing").replace(
    "total - coalesce(lag(total) OVER same, 0)", "CASE WHEN total = 13 THEN error('13') ELSE total END::BIGINT"
)
PROMPTS: Final = """/* logcost
format   = "test.prompts"
title    = "Requests with prompts, of which whole files are seen"
reader   = "json_lines"
identify = ["probe"]
scope    = "file"
[prompt]
messages = ["messages"]
[fields]
probe = "id"
in = "int"
*/
SELECT file_id, line, prompt, "in" AS input_tokens, probe AS dedup_key,
    count(*) OVER (PARTITION BY file_id)::BIGINT AS output_tokens
FROM source ORDER BY line DESC
"""


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Everything is set aside, in frames of 3 rows and parts of 2, groups are selected apart; lists the heights of the frames."""
    heights: list[int] = []
    add = aside.Aside.add

    def in_threes(self: aside.Aside, frame: pl.DataFrame) -> None:
        for part in frame.iter_slices(3):
            heights.append(part.height)
            add(self, part)

    monkeypatch.setattr(aside.Aside, "add", in_threes)
    monkeypatch.setattr(pending, "ASIDE_BYTES", 0)
    monkeypatch.setattr(whole_files, "PART_ROWS", 2)
    monkeypatch.setattr(whole_files, "SELECT_ROWS", 4)
    return heights


def loaded(paths: Sequence[Path], formats: Sequence[Path] = (), since: datetime | None = None) -> dict[str, list[Any]]:
    """All that an ingest leaves in a ledger, and its report."""
    with Ledger() as ledger:
        reports = list(ingest(ledger, paths, formats=formats, now=NOW, since=since).sources)
        tables = ("usage_record", "invoice_line", "reject", "source_file")
        found = {table: ledger.sql(f"SELECT {table}::VARCHAR FROM {table} ORDER BY ALL") for table in tables}
        return found | {"reports": reports, "places": ledger.sql("SELECT line, byte_offset, slug FROM reject ORDER BY ALL")}


@pytest.mark.parametrize("name", FORMATS)
def test_samples_give_the_same_from_the_disk(name: str, request: pytest.FixtureRequest) -> None:
    samples = sorted(path for path in (HERE / name).iterdir() if path.name.startswith("sample"))
    at_once = loaded(samples)
    moved: list[int] = request.getfixturevalue("moved")
    assert loaded(samples) == at_once
    assert moved
    assert at_once["usage_record"]


def test_several_files_of_one_select_stay_apart_and_only_the_failing_one_is_rejected(tmp_path: Path, moved: list[int]) -> None:
    declared = write(tmp_path, "failing.sql", FAILING)
    logs = [write(tmp_path, f"{number}.jsonl", log(*totals)) for number, totals in enumerate([(1, 2, 3, 4), (12, 13, 14), (5,)])]
    found = loaded(logs, [declared])
    assert [(one.rows_read, one.rows_loaded, one.rejects) for one in found["reports"]] == [(4, 4, 0), (3, 0, 3), (1, 1, 0)]
    assert found["places"] == [(1, 0, "bad-value"), (2, 28, "bad-value"), (3, 42, "bad-value")]
    assert sum(moved) == 8


def test_the_place_of_a_reject_is_found_among_the_rows_set_aside(tmp_path: Path, moved: list[int]) -> None:
    declared = write(tmp_path, "cumulative.sql", CUMULATIVE)
    text = log(10, 20, 30, 4, 40, 50, 6)
    starts = [0, *(place + 1 for place, sign in enumerate(text) if sign == "\n")]
    found = loaded([write(tmp_path, "a.jsonl", text)], [declared])
    assert found["places"] == [(4, starts[3], "negative-count"), (7, starts[6], "negative-count")]
    assert sum(moved) == 7


def test_prompts_find_their_rows_again(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    declared = write(tmp_path, "prompts.sql", PROMPTS)
    records = []
    for number in range(10):
        messages = [{"role": "user", "content": f"Question {part} of {number}"} for part in range(number % 4)]
        records.append({"probe": f"p{number}", "in": 40, **({"messages": messages} if messages else {})})
    logs = [write(tmp_path, "a.jsonl", "".join(json.dumps(record) + "\n" for record in records))]
    at_once = loaded(logs, [declared])
    moved: list[int] = request.getfixturevalue("moved")
    assert loaded(logs, [declared]) == at_once
    assert sum(moved) == 10
    assert len({str(row) for row in at_once["usage_record"]}) == 10


def test_records_before_the_start_date_are_skipped(request: pytest.FixtureRequest) -> None:
    samples = sorted((HERE / "codex.rollout").glob("sample*"))
    at_once = loaded(samples, since=NOW.replace(month=9, day=1, hour=10))
    assert 0 < len(at_once["usage_record"]) < len(loaded(samples)["usage_record"])
    request.getfixturevalue("moved")
    assert loaded(samples, since=NOW.replace(month=9, day=1, hour=10)) == at_once


def test_rows_set_aside_are_deleted_also_after_a_failure(
    tmp_path: Path, moved: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    folders: list[Path] = []
    remove = aside.Aside.remove

    def noted(self: aside.Aside) -> None:
        folders.append(self._folder)
        assert self._folder.exists()
        remove(self)

    monkeypatch.setattr(aside.Aside, "remove", noted)
    declared = write(tmp_path, "cumulative.sql", CUMULATIVE)
    found = loaded([write(tmp_path, "a.jsonl", log(1, 2, 3, 4)), write(tmp_path, "b.csv", "total\n1")], [declared])
    assert found["reports"][0].rows_loaded == 4
    assert moved
    assert [folder.exists() for folder in folders] == [False]


def test_memory_that_runs_out_is_told_and_no_record_is_blamed(
    tmp_path: Path, moved: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("logcost.ingest.transform._MORE_MEMORY", ())
    much = "(SELECT len(list(n)) FROM range(20_000_000) AS numbers(n)) > 0"
    declared = write(tmp_path, "greedy.sql", CUMULATIVE.replace("input_tokens <> 0", f"input_tokens <> 0 AND {much}"))
    with pytest.raises(LedgerError, match="Out of Memory"):
        loaded([write(tmp_path, "a.jsonl", log(1, 2))], [declared])
    assert moved == [2]


def test_what_keeps_rows_apart_must_be_a_declared_text(tmp_path: Path) -> None:
    for key in ("nothing", "total", "model.name"):
        declared = write(tmp_path, "wrong.sql", CUMULATIVE.replace('scope    = "file"', f'scope    = "file"\napart = ["{key}"]'))
        with pytest.raises(FormatDeclarationError, match=f"apart: {key} is no declared text"):
            loaded([write(tmp_path, "a.jsonl", log(1, 2))], [declared])


def test_groups_are_selected_one_after_the_other(tmp_path: Path, moved: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    apart = CUMULATIVE.replace('scope    = "file"', 'scope    = "file"\napart = ["model"]').replace(
        "BY file_id", "BY file_id, model"
    )
    declared = write(tmp_path, "apart.sql", apart)
    chosen: list[range] = []
    query = aside.Aside.query

    def noted(self: aside.Aside, file_ids: Sequence[int], groups: range) -> str:
        chosen.append(groups)
        return query(self, file_ids, groups)

    monkeypatch.setattr(aside.Aside, "query", noted)
    lines = [{"total": number + 1, "model": f"m{number % 5}"} for number in range(20)]
    log_file = write(tmp_path, "a.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    found = loaded([log_file], [declared])
    assert [(one.rows_read, one.rows_loaded) for one in found["reports"]] == [(20, 20)]
    *apart_from_others, everything = chosen
    assert everything == range(4096)
    assert len(apart_from_others) > 1
    assert all(before[-1] < after[0] for before, after in pairwise(apart_from_others))
    assert sum(moved) == 20


def test_a_select_of_some_groups_reads_the_files_alone_that_hold_them(tmp_path: Path) -> None:
    found = aside.Aside(tmp_path, prompts=False, group=pl.col("number") // 8)
    found.add(
        pl.DataFrame(
            {"file_id": 1, "number": list(range(8 * 4096 - 1, -1, -1))}, schema={"file_id": pl.Int64, "number": pl.Int64}
        )
    )
    files = [found.query([1], groups).count(".parquet'") for groups in (range(4096), range(1024, 1025), range(3072, 4096))]
    assert files == [16, 1, 4]
    assert not found.holds(range(5000, 6000))
