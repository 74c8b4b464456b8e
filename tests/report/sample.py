"""A consistent report model made from a small cube of invented calls: every summary is a sum over the same cells.

No random numbers: the same arguments give the same model. ``month`` is the realistic case (eleven workloads, seven
models of three providers, 31 days, one bad day, two kinds of traffic); arguments bend it into the other states.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from logcost.report.model import Provenance, ReportModel
from logcost.spending import Anomaly, SpendReview, SpendRow, SpendSummary, Totals
from logcost.types import (
    CacheRule,
    CachingReview,
    CachingRow,
    DataQuality,
    Period,
    QualityCheck,
    SourceReport,
    UnpricedModel,
)
from tests.report import sample_savings
from tests.report.sample_traffic import traffic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Sums = tuple[int, int, Decimal]
SPLIT_BIN = 11
BAD_DAY = 21


@dataclass(frozen=True)
class Work:
    """One workload: daily calls on a weekday, tokens of a mean call, share read from the cache, rates in USD per MTok."""

    name: str | None
    provider: str
    model: str
    calls: int
    tokens: tuple[int, int]
    cached: float
    rates: tuple[str, str, str]
    steady: bool = False


SONNET = ("anthropic", "claude-sonnet-4-5")
WORKS = (
    Work("support-rag", *SONNET, 11_500, (11_320, 421), 0.02, ("3", "0.3", "15")),
    Work("code-review-agent", "anthropic", "claude-opus-4-5", 3_300, (42_300, 1_115), 0.7, ("5", "0.5", "25")),
    Work("sales-email-draft", *SONNET, 20_700, (520, 768), 0.0, ("3", "0.3", "15")),
    Work("report-writer", "openai", "gpt-5", 5_730, (912, 3_105), 0.0, ("1.25", "0.125", "10")),
    Work("doc-summarise", "openai", "gpt-5", 7_800, (8_215, 604), 0.0, ("1.25", "0.125", "10"), steady=True),
    Work("chat-assistant", "anthropic", "claude-haiku-4-5", 26_800, (3_105, 281), 0.0, ("1", "0.1", "5")),
    Work("ticket-classifier", "openai", "gpt-4.1", 34_800, (1_452, 18), 0.37, ("2", "0.5", "8")),
    Work("ingest-extract", "openai", "gpt-5-mini", 26_000, (5_204, 349), 0.1, ("0.25", "0.025", "2"), steady=True),
    Work("product-copy", "openai", "gpt-5-mini", 26_500, (311, 898), 0.0, ("0.25", "0.025", "2")),
    Work(None, "openai", "gpt-5", 1_470, (2_310, 731), 0.0, ("1.25", "0.125", "10")),
    Work("search-rewrite", "gcp.gemini", "gemini-2.5-flash", 19_000, (642, 61), 0.0, ("0.3", "0.03", "2.5"), steady=True),
)


@dataclass(frozen=True)
class Cell:
    """Sums of one workload on one day."""

    day: date
    work: Work
    calls: int

    def totals(self) -> Totals:
        """The cell as totals; cost is exact."""
        calls = self.calls
        tokens_in, tokens_out = self.work.tokens[0] * calls, self.work.tokens[1] * calls
        cached = int(tokens_in * self.work.cached)
        rate_in, rate_cached, rate_out = (Decimal(rate) for rate in self.work.rates)
        cost = ((tokens_in - cached) * rate_in + cached * rate_cached + tokens_out * rate_out) / 10**6
        return Totals(calls, tokens_in, tokens_in - cached, cached, 0, tokens_out, 0, cost, cost, None, 0, 0, calls, 0, 0)


def cells(works: Sequence[Work], first: date, last: date, *, bad_day: bool = True) -> list[Cell]:
    """Weekends are quieter, the weeks wobble a little, and one day has an agent in a loop."""
    found = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        for index, work in enumerate(works):
            quiet = 55 if day.weekday() >= 5 and not work.steady else 100
            wobble = 96 + (offset * 7 + index * 5) % 9
            calls = work.calls * quiet * wobble // 10_000
            if bad_day and day.day == BAD_DAY and work.name == "code-review-agent":
                calls *= 4
            found.append(Cell(day, work, max(1, calls)))
    return found


def add(parts: Iterable[Totals]) -> Totals:
    """Field-wise sum."""
    rows = list(parts)
    added = [name for name in Totals.__dataclass_fields__ if not name.endswith("_cost") and name != "converted"]
    sums = {name: sum(getattr(row, name) for row in rows) for name in added}
    cost = sum((row.list_cost for row in rows), Decimal(0))
    return Totals(**sums, list_cost=cost, contracted_cost=cost, reported_cost=None)


def without_price(totals: Totals, *, part: int = 1) -> Totals:
    """The totals when one in ``part`` of the calls has no price; of them all, nothing is spent."""
    found = replace(totals, unpriced_requests=totals.records // part, unpriced_records=totals.records // part)
    return replace(found, list_cost=Decimal(0)) if part == 1 else found


def summary(found: Sequence[Cell], by: tuple[str, ...], period: Period) -> SpendSummary:
    """Group the cells, largest cost first."""
    groups: dict[tuple[str | None, ...], list[Totals]] = defaultdict(list)
    for cell in found:
        columns = {
            "day": cell.day.isoformat(),
            "provider": cell.work.provider,
            "model": cell.work.model,
            "workload": cell.work.name,
            "project": "default",
        }
        groups[tuple(columns[name] for name in by)].append(cell.totals())
    rows = [SpendRow(dict(zip(by, key, strict=True)), add(parts)) for key, parts in groups.items()]
    rows.sort(key=lambda row: (-row.totals.list_cost, [value or "" for value in row.group.values()]))
    if by == ("day",):
        rows.sort(key=lambda row: row.group["day"] or "")
    return SpendSummary(period, "USD", by, add(row.totals for row in rows), tuple(rows))


def spend_review(found: Sequence[Cell], period: Period, anomalies: tuple[Anomaly, ...] = ()) -> SpendReview:
    """All summaries of one cube."""
    by = {
        "by_day": ("day",),
        "by_day_model": ("day", "provider", "model"),
        "by_model": ("provider", "model"),
        "by_provider": ("provider",),
        "by_workload": ("workload",),
        "by_workload_model": ("workload", "provider", "model"),
        "by_workload_day": ("workload", "day"),
        "by_project": ("project",),
    }
    made = {name: summary(found, keys, period) for name, keys in by.items()}
    return SpendReview(
        totals=made["by_day"].totals,
        by_day=made["by_day"],
        by_day_model=made["by_day_model"],
        by_model=made["by_model"],
        by_provider=made["by_provider"],
        by_workload=made["by_workload"],
        by_workload_model=made["by_workload_model"],
        by_workload_day=made["by_workload_day"],
        by_project=made["by_project"],
        anomalies=anomalies,
    )


def cache_rule() -> CacheRule:
    """A rule as providers publish them."""
    return CacheRule(1024, 1, 300, Decimal("0.1"), Decimal("1.25"), "workspace", "explicit", "https://example.com", "2026-11-01")


def caching_row(work: Work, requests: int, saving: str | None, **changes: Any) -> CachingRow:
    """A row at evidence level B that found something."""
    read = int(work.tokens[0] * requests * work.cached)
    row = CachingRow(
        provider=work.provider,
        model=work.model,
        workload=work.name,
        evidence="B",
        confidence="Replayed",
        requests=requests,
        input_tokens=work.tokens[0] * requests,
        billed_read_tokens=read,
        billed_write_tokens=0,
        achievable_read_tokens=read + 10**9,
        upper_bound_read_tokens=None,
        missed_tokens=10**9,
        wasted_write_tokens=0,
        below_minimum_tokens=0,
        billed_hit_share=work.cached,
        achievable_hit_share=min(0.97, work.cached + 0.4),
        break_even_hit_share=0.217,
        always_on_relative_cost=0.6,
        foresight_relative_cost=0.5,
        net_saving=None if saving is None else Decimal(saving),
        rule=None,
        cause="No cache markers",
        finding="LC101",
    )
    return replace(row, **changes)


def caching_review() -> CachingReview:
    """Findings at levels B, C and E, one row below the minimum, one that cannot be told."""
    by_name = {work.name: work for work in WORKS}
    rows = (*_caching_findings(by_name), *_caching_silence(by_name))
    found = sum((row.net_saving or Decimal(0) for row in rows), Decimal(0))
    return CachingReview(10**10, 10**9, 4 * 10**9, 3 * 10**9, found, rows, 1)


def _caching_findings(by_name: Mapping[str | None, Work]) -> tuple[CachingRow, ...]:
    return (
        caching_row(
            by_name["support-rag"],
            301_977,
            "2741.518233",
            evidence_text="The first 3,800 tokens repeat in 301,977 calls.",
            fix="Set a cache marker after the system prompt",
        ),
        caching_row(
            by_name["code-review-agent"],
            89_512,
            "1011.703",
            cause="Gap longer than the cache lifetime",
            finding="LC102",
            evidence="C",
            confidence="Modelled",
            evidence_text="46% of turns come 5 to 60 minutes after the last one.",
            fix="Set the 1-hour lifetime on the tool block",
        ),
        caching_row(
            by_name["ticket-classifier"],
            912_508,
            "625.4499",
            cause="Traffic spread over keys",
            finding="LC104",
            evidence_text="4 API keys in rotation, each with its own cache.",
            fix="Pin the key, or set a cache key",
        ),
        caching_row(
            by_name["ingest-extract"],
            806_240,
            "19.81",
            cause="Cache writes cost more than reads save",
            finding="LC107",
            evidence="E",
            missed_tokens=None,
            achievable_hit_share=None,
            fix="Turn cache writing off",
        ),
    )


def _caching_silence(by_name: Mapping[str | None, Work]) -> tuple[CachingRow, ...]:
    nothing = {"finding": None, "missed_tokens": 0, "achievable_hit_share": 0.0}
    return (
        caching_row(by_name["chat-assistant"], 702_114, "0", cause="Prefix under the model minimum", fix="", **nothing),
        caching_row(
            by_name["product-copy"],
            694_310,
            None,
            cause="Not enough data",
            evidence="D",
            confidence="Not enough data",
            fix="",
            finding=None,
            missed_tokens=None,
            achievable_hit_share=None,
            billed_hit_share=None,
        ),
    )


def quality(found: Sequence[Cell], *, unpriced: int = 1_902, rejects: int = 212) -> DataQuality:
    """Checks, one model without a price, three sources."""
    calls = sum(cell.calls for cell in found)
    tuned = UnpricedModel("openai", "ft:gpt-4.1-mini:northwind:router-v3", "unknown-model", unpriced, 2_400_000, unpriced)
    models = (tuned,) if unpriced else ()
    untagged = sum(cell.calls for cell in found if cell.work.name is None)
    checks = (
        QualityCheck("ok", "Priced calls", calls, "In the total", "Nothing"),
        *([QualityCheck("action", "No price for the model", unpriced, "Not in the total", "See below")] if unpriced else []),
        QualityCheck("action", "No workload label", untagged, "In the total as (untagged)", "Map the API keys to a workload"),
        QualityCheck("info", "Skipped records", 829, "Failed calls are not billed", "Nothing", "Failed calls without usage"),
        QualityCheck(
            "action", "Records rejected", 212, "Not in the total", "See 'logcost rejects'", "logs/gateway.jsonl.gz: 212"
        ),
        QualityCheck("info", "Duplicates removed", 14_377, "Would have been counted twice", "Nothing"),
    )
    sources = (
        SourceReport("exports/anthropic-october.json", "anthropic.usage_report", calls // 2, calls // 2, 0, 0, 0),
        SourceReport(
            "logs/gateway.jsonl.gz", "openai.chat", calls - calls // 2 + 15_418, calls - calls // 2, 829, 14_377, rejects
        ),
        SourceReport("logs/prompts.txt", None, 0, 0, 0, 0, 0, error="No format claims this file."),
    )
    return DataQuality(calls, unpriced, 0.0004 if unpriced else 0.0, 0, models, checks, sources, calls, unpriced, 0)


def whole(first: date, last: date) -> Period:
    """Half-open period of whole days, UTC."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    return Period(start, start + timedelta(days=(last - first).days + 1))


def month(  # noqa: PLR0913 -- every argument bends the sample in one way
    works: Sequence[Work] = WORKS,
    *,
    first: date = date(2026, 10, 1),
    last: date = date(2026, 10, 31),
    period: Period | None = None,
    bad_day: bool = True,
    split: int | None = SPLIT_BIN,
    title: str = "Northwind (sample data)",
) -> ReportModel:
    """The sample report."""
    found = cells(works, first, last, bad_day=bad_day)
    bad = date(2026, 10, BAD_DAY)
    anomalies: tuple[Anomaly, ...] = ()
    if bad_day and works and first <= bad <= last:
        on_day = [cell.totals().list_cost for cell in found if cell.day == bad]
        total = sum(on_day, Decimal(0))
        agent = sum((c.totals().list_cost for c in found if c.day == bad and c.work.name == "code-review-agent"), Decimal(0))
        anomalies = (Anomaly(bad, total, total - agent * 3 / 4, 11.2, "claude-opus-4-5", "code-review-agent"),)
    covered = period or whole(first, last)
    spend = spend_review(found, covered, anomalies)
    return ReportModel(
        title=title,
        period=covered,
        tz="UTC",
        currency="USD",
        spend=spend,
        shape=traffic(
            summary(found, ("workload",), Period()).rows, {cell.work.name: cell.work.tokens for cell in found}, split=split
        ),
        caching=caching_review(),
        quality=quality(found),
        provenance=Provenance(
            version="0.1.0",
            generated_at=None,
            latest_call=datetime(last.year, last.month, last.day, 23, 58, 12, tzinfo=UTC),
            command="logcost report --month 2026-10",
            price_models=412,
            price_checked="2026-11-20",
        ),
        savings=sample_savings.ledger(spend.totals.list_cost),
    )
