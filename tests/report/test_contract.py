"""The report with a contract, with amounts that are only known as a range, and with the prices of another day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from logcost.report import html
from logcost.spending import Adjustment, Bill, Converted, NotApplied
from logcost.types import BoundedModel
from tests.report import sample
from tests.report.page import Page, amount

if TYPE_CHECKING:
    from logcost.report.model import ReportModel
    from logcost.spending import SpendSummary


def text(model: ReportModel) -> str:
    return Page(html.render(model)).text


def ranged() -> ReportModel:
    """The sample month when three records of one workload cost between 1,000 and 2,500 USD."""
    model = sample.month()
    low, high = Decimal(1000), Decimal(2500)
    more: dict[str, Any] = {
        "bounded_records": 3,
        "bounded_requests": 90,
        "bounded_list_low": low,
        "bounded_list_high": high,
        "bounded_contracted_low": low,
        "bounded_contracted_high": high,
    }

    def with_range(summary: SpendSummary, **group: str) -> SpendSummary:
        rows = tuple(
            replace(row, totals=replace(row.totals, **more)) if group.items() <= row.group.items() else row
            for row in summary.rows
        )
        return replace(summary, totals=replace(summary.totals, **more), rows=rows)

    spend = replace(
        model.spend,
        totals=replace(model.spend.totals, **more),
        by_workload=with_range(model.spend.by_workload, workload="report-writer"),
        by_workload_model=with_range(model.spend.by_workload_model, workload="report-writer"),
        by_day_model=with_range(model.spend.by_day_model, day="2026-10-05", model="gpt-5"),
    )
    bounded = (BoundedModel("openai", "gpt-5", "bucket-straddles-hours", 90, 10**7, 3, 0, (), low, high),)
    return replace(model, spend=spend, quality=replace(model.quality, bounded=bounded, bounded_records=3, bounded_requests=90))


def test_a_range_stands_in_the_headline_and_in_data_quality() -> None:
    found = text(ranged())
    assert "between $ 48,780 .72 and $50,280.72" in found
    assert "Between $48,780.72 and $50,280.72: of 3 records (90 calls) only a range of cost is known" in found
    assert "; of 3 records (90 calls) only a range of cost is known" in found
    assert "A total of many calls: some may lie in hours with another rate" in found
    assert "90 10.0 M $1,000 $2,500" in found


def test_amounts_of_a_range_add_up_and_name_the_upper_end() -> None:
    page = Page(html.render(ranged()))
    cells, total = page.column("t-dr", 1)
    assert sum(map(amount, cells)) == amount(total) == 48_781
    assert "to $50,281" in page.text
    assert page.source.count('class="sub">to $') == 2  # of the workload, and of the total
    assert "Calls whose cost is only known as a range are in none of it." in page.text
    days, all_days = page.column("t-days", -1)
    assert sum(map(amount, days)) == amount(all_days)
    assert abs(amount(all_days) - 48_781) < 50  # rounded cell by cell


def test_a_contract_in_the_report() -> None:
    model = sample.month()
    line = Adjustment("2026-10", "openai", "Credit", "credit of 1000 USD", Decimal(-1000), 2)
    gap = NotApplied("2026-11", None, "Purchase", "two units", "partial month: the calls end on 2026-11-02")
    cost = model.spend.totals.list_cost - 1000
    euros = Decimal("40000.5")
    totals = replace(model.spend.totals, converted=Converted("EUR", euros, euros, euros, euros, euros, euros))
    bill = Bill("logcost.toml", cost, cost, cost, (line,), (gap,), Decimal("39000.25"))
    found = text(replace(model, spend=replace(model.spend, totals=totals, bill=bill)))
    assert "List cost $47,781 Before any discount" in found
    assert "Contracted cost $47,781 EUR 40,000 After the discounts of logcost.toml" in found
    assert "Effective cost $46,781 EUR 39,000 ! With 1 line by month; 1 line not applied" in found
    assert "2026-10 openai, credit of 1000 USD: \u2212$1,000. 2 records without a price taken as free." in found
    assert "Not applied: 2026-11, two units: partial month: the calls end on 2026-11-02." in found
    assert "Contract logcost.toml; months are those of UTC" in found


def test_prices_of_another_day_are_named() -> None:
    found = text(replace(sample.month(), prices_as_of=datetime(2025, 1, 1, tzinfo=UTC)))
    assert "All calls are priced at the prices of 2025-01-01, whenever they were made." in found
    assert "List prices of 2025-01-01; no invoice was compared" in found
    assert "List price of 2025-01-01 for every call" in found
