"""The whole pipeline over the sample: every file read, every fault seen, and the bill right to the last femto-dollar."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from logcost.analyse.calls import priced_calls
from logcost.analyse.spend import summarise
from logcost.demo import generate
from logcost.ingest import ingest, rejects
from logcost.price import PriceBook
from logcost.spending import SpendSummary
from logcost.store import Ledger
from logcost.types import IngestResult, Period
from tests.demo import truth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OCTOBER = Period(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
SEPTEMBER = Period(datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs")
    generate(folder, calls=8_000)
    return folder


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    with Ledger() as opened:
        yield opened


@pytest.fixture(scope="module")
def result(logs: Path, ledger: Ledger) -> IngestResult:
    return ingest(ledger, [logs])


@pytest.fixture(scope="module")
def billed(logs: Path) -> list[truth.Billed]:
    return truth.october(logs)


def _summary(ledger: Ledger, by: str, period: Period = OCTOBER) -> SpendSummary:
    return summarise(priced_calls(ledger, PriceBook.load(), period), [by], period=period)


def test_every_file_is_read_by_one_format(result: IngestResult, logs: Path) -> None:
    assert [source.path for source in result.sources if source.error or source.format is None] == []
    assert len(result.sources) == sum(path.is_file() for path in logs.rglob("*"))
    assert {source.format for source in result.sources} >= {
        "anthropic.messages",
        "anthropic.usage_report",
        "claude_code.transcript",
        "logcost.usage",
        "openai.chat",
        "openai.responses",
    }


def test_exactly_the_damaged_lines_are_rejected(result: IngestResult, ledger: Ledger) -> None:
    assert sum(source.rejects for source in result.sources) == 4
    found = rejects(ledger)
    assert {row.path.rsplit("/", 1)[-1] for row in found} == {"platform.jsonl"}
    assert "many" not in " ".join(row.reason for row in found)


def test_repeated_calls_count_once(result: IngestResult, logs: Path) -> None:
    halves = [{row["dedup_key"] for row in truth.records(path)} for path in sorted((logs / "gateway").iterdir())]
    overlap = len(halves[0] & halves[1])
    duplicates = sum(source.duplicates for source in result.sources if "gateway" in source.path)
    assert duplicates == overlap > 50


@pytest.mark.usefixtures("result")
def test_the_total_is_the_true_cost_exactly(ledger: Ledger, billed: list[truth.Billed]) -> None:
    totals = _summary(ledger, "model").totals
    priced = [call.cost for call in billed if call.cost is not None]
    assert totals.list_cost == sum(priced, Decimal(0))
    assert totals.requests == len(billed)
    assert totals.unpriced_requests == len(billed) - len(priced) > 0
    assert totals.input_tokens == sum(call.uncached + call.read + call.written for call in billed)
    assert totals.cache_read_input_tokens == sum(call.read for call in billed)
    assert totals.cache_creation_input_tokens == sum(call.written for call in billed)
    assert totals.output_tokens == sum(call.output for call in billed)


@pytest.mark.usefixtures("result")
@pytest.mark.parametrize("by", ["day", "model", "workload"])
def test_each_group_is_the_true_cost_exactly(ledger: Ledger, billed: list[truth.Billed], by: str) -> None:
    expected: defaultdict[str | None, Decimal] = defaultdict(Decimal)
    for call in billed:
        expected[getattr(call, by)] += call.cost or Decimal(0)
    summary = _summary(ledger, by)
    assert {row.group[by]: row.totals.list_cost for row in summary.rows} == dict(expected)


@pytest.mark.usefixtures("result")
def test_september_is_priced_whole_from_sums(ledger: Ledger) -> None:
    totals = _summary(ledger, "model", SEPTEMBER).totals
    october = _summary(ledger, "model").totals
    assert totals.unpriced_requests * 50 < (october.requests or 0)
    assert Decimal("0.5") < totals.list_cost / october.list_cost < Decimal("1.2")


@pytest.mark.usefixtures("result")
def test_reading_the_sample_again_changes_nothing(ledger: Ledger, logs: Path) -> None:
    before = ledger.scan("usage_record").select(pl.len(), pl.col("input_tokens").sum()).collect()
    again = ingest(ledger, [logs])
    assert all(source.unchanged for source in again.sources)
    assert ledger.scan("usage_record").select(pl.len(), pl.col("input_tokens").sum()).collect().equals(before)
