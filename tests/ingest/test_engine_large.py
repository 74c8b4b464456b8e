"""What a SELECT over a large file holds in memory, and the rows that wait for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from logcost.ingest import ingest, pending
from logcost.ingest.aside import Aside
from logcost.ingest.options import Options
from logcost.ingest.transform import Transform, Workbench
from logcost.store import Ledger
from tests.ingest.engine import NOW, write

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

HERE: Final = Path(__file__).parent
NARROW: Final = {"CTE_SCAN", "REC_CTE_SCAN", "COLUMN_DATA_SCAN"}


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Everything is set aside; lists the plans of the SELECTs over it."""
    found: list[dict[str, Any]] = []
    execute = Workbench.execute

    def noted(self: Workbench, statement: str) -> None:
        if statement.startswith("COPY"):
            ((_, plan),) = self.select(f"EXPLAIN (FORMAT json) {statement}").iter_rows()
            found.extend(json.loads(plan))
        execute(self, statement)

    monkeypatch.setattr(Workbench, "execute", noted)
    monkeypatch.setattr(pending, "ASIDE_BYTES", 0)
    return found


@pytest.mark.parametrize("name", ["otel.otlp_traces", "otel.spans", "langfuse.observations", "langfuse.trace"])
def test_what_records_say_is_not_held_while_they_are_linked(name: str, plans: list[dict[str, Any]]) -> None:
    """A join holds its right side in memory: ids alone, which stand in a CTE, never the records."""
    samples = sorted(path for path in (HERE / name).iterdir() if path.name.startswith("sample"))
    with Ledger() as ledger:
        ingest(ledger, samples, now=NOW)
    held = {leaf for plan in plans for join in _joins(plan) for leaf in _leaves(join["children"][1])}
    assert held
    assert held <= NARROW


def _joins(plan: dict[str, Any]) -> list[dict[str, Any]]:
    below = [join for child in plan["children"] for join in _joins(child)]
    return [plan, *below] if "JOIN" in plan["name"] else below


def _leaves(plan: dict[str, Any]) -> list[str]:
    return [leaf for child in plan["children"] for leaf in _leaves(child)] or [plan["name"].strip()]


def test_memory_that_a_large_select_got_is_given_back(tmp_path: Path) -> None:
    bench = Workbench(tmp_path, Options(now=datetime(2026, 11, 1, tzinfo=UTC)))
    limit = "SELECT current_setting('memory_limit') AS memory"
    before = bench.select(limit)
    # One list of 160 MB, which cannot be moved to the disk.
    bench.select("SELECT len(list(n)) AS n FROM range(20_000_000) AS numbers(n)")
    grown = bench.select(limit)
    bench.release()
    assert not bench.select(limit).equals(before)
    assert bench.select(limit).equals(grown)
    bench.release(shrink=True)
    assert bench.select(limit).equals(before)
    bench.close()


@pytest.mark.parametrize("name", ["langsmith.runs", "openai.chat"])
def test_of_long_texts_fewer_rows_wait(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """15,000 rows of 20 KB would be 300 MB: whole files' go to the disk, others are handed over."""
    sizes: list[int] = []
    for owner, method in ((Aside, "add"), (Transform, "run")):
        monkeypatch.setattr(owner, method, _noting(getattr(owner, method), sizes))
    text = "x" * 20_000
    records = {
        "langsmith.runs": [_run(number, text) for number in range(2_000)],
        "openai.chat": [_chat(number, text) for number in range(2_000)],
    }[name]
    log = write(tmp_path, "log.jsonl", "".join(json.dumps(record) + "\n" for record in records))
    with Ledger() as ledger:
        (report,) = ingest(ledger, [log], now=NOW).sources
    assert (report.format, report.rows_loaded) == (name, 2_000)
    assert max(sizes) < 2.5 * pending.ASIDE_BYTES


def _noting(method: Callable[[Any, pl.DataFrame], Any], sizes: list[int]) -> Callable[[Any, pl.DataFrame], Any]:
    def noted(self: Any, frame: pl.DataFrame) -> Any:
        sizes.append(int(frame.estimated_size()))
        return method(self, frame)

    return noted


def _run(number: int, text: str) -> dict[str, Any]:
    usage = {"input_tokens": number + 1, "output_tokens": 1, "total_tokens": number + 2}
    outputs = {"id": f"chatcmpl-{number}", "usage_metadata": usage, "content": text}
    ids = {"id": f"r{number}", "trace_id": "t", "dotted_order": f"20260901T080000000000Zr{number}", "run_type": "llm"}
    return {**ids, "start_time": "2026-09-01T08:00:00", "outputs": outputs}


def _chat(number: int, text: str) -> dict[str, Any]:
    usage = {"prompt_tokens": number + 1, "completion_tokens": 1, "total_tokens": number + 2}
    head = {"id": f"chatcmpl-{number}", "object": "chat.completion", "created": 1_790_000_000, "model": text}
    return {**head, "choices": [], "usage": usage}
