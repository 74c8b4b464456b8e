"""What the page says when something is missing, small, or not to be told (docs/report.md, "Empty and broken states")."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from logcost.report import html
from logcost.types import CachingReview, Explanation, Totals, TrafficShape, Verdict
from tests.report import sample
from tests.report.page import Page

if TYPE_CHECKING:
    from logcost.report.model import ReportModel


def text(model: ReportModel) -> str:
    return Page(html.render(model)).text


def with_shape(**changes: object) -> ReportModel:
    model = sample.month()
    return replace(model, shape=replace(model.shape, **changes))  # type: ignore[arg-type]  # any field


NOTHING = Verdict("insufficient", 41, effective_n=41)
NO_SHAPE = TrafficShape(NOTHING, NOTHING, NOTHING, (), (), Explanation("none", None, None, None), None, (), 0, 0, 0)
NO_CACHING = CachingReview(0, 0, 0, 0, Decimal(0), ())


def empty_month() -> ReportModel:
    model = sample.month(())
    return replace(model, shape=NO_SHAPE, caching=NO_CACHING, quality=replace(sample.quality([], unpriced=0), sources=()))


def test_no_previous_month() -> None:
    assert "No September data, so no change is shown. Add it with logcost ingest" in text(sample.month())


def test_change_on_the_previous_month() -> None:
    model = sample.month()
    before = sample.whole(date(2026, 9, 1), date(2026, 9, 30))
    earlier = replace(model.spend.totals, list_cost=model.spend.totals.list_cost - Decimal("5723.14"))
    model = replace(model, spend=replace(model.spend, previous=earlier, previous_period=before))
    found = text(model)
    assert "▲ +$5,723.14 (+13.6%) on September. Per day: +9.9%, from $1,402 to $1,541." in found
    assert "Dashed line: daily average of the period before, $1,402." in found
    assert "no change is shown" not in found


@pytest.mark.parametrize(
    ("before", "words"),
    [("0", "(new)"), ("1000", "(\u00d748)"), ("47780.7190195", "$0.00 (0.0%)"), ("90000", "▼ \u2212$42,219.28")],
)
def test_changes_of_every_kind(before: str, words: str) -> None:
    model = sample.month()
    previous = replace(model.spend.totals, list_cost=Decimal(before))
    period = sample.whole(date(2026, 9, 1), date(2026, 9, 30))
    if before.startswith("47780"):
        previous = model.spend.totals
    assert words in text(replace(model, spend=replace(model.spend, previous=previous, previous_period=period)))


def test_partial_month() -> None:
    october = sample.whole(date(2026, 10, 1), date(2026, 10, 31))
    found = text(sample.month(last=date(2026, 10, 17), period=october))
    assert "to 17 Oct (17 of 31 days)" in found
    assert "LLM spend, October 2026" in found
    assert "a month" not in found


def test_open_period_is_named_by_its_days() -> None:
    model = sample.month(first=date(2026, 10, 5), last=date(2026, 10, 9))
    found = text(replace(model, period=replace(model.period, start=None, end=None)))
    assert "LLM spend, 5 to 9 October 2026" in found
    assert "No earlier data, so no change is shown." in found


def test_invoice_is_not_checked() -> None:
    assert "Invoice match Not checked" in text(sample.month())


def test_nothing_to_save() -> None:
    model = sample.month()
    rows = tuple(replace(row, finding=None, net_saving=Decimal(0)) for row in model.caching.rows)
    found = text(replace(model, caching=replace(model.caching, rows=rows, net_saving=Decimal(0))))
    assert "Nothing above $5 a month was found in 5,172,821 calls." in found
    assert "None above $5" in found


def test_daily_totals_only() -> None:
    model = replace(sample.month(), shape=replace(NO_SHAPE, not_request_level=31), caching=NO_CACHING)
    assert text(model).count("Needs request-level logs; this month has daily totals only.") == 3


def test_one_kind_of_traffic() -> None:
    found = text(sample.month(split=None))
    assert "One kind of traffic. No tiering advice." in found
    assert "Levers" not in found


def test_too_few_calls() -> None:
    found = text(with_shape(calls=NOTHING, tokens=NOTHING, spend=NOTHING))
    assert "Too few calls to tell (41)." in found
    assert "Two groups" not in found


def test_indicative() -> None:
    verdict = replace(sample.month().shape.spend, indicative=True, n=240)
    assert "Bimodal by spend (indicative)" in text(with_shape(spend=verdict))


def test_unpriced_tokens_make_a_lower_bound() -> None:
    model = sample.month()
    found = text(replace(model, quality=replace(model.quality, unpriced_tokens_share=0.04)))
    assert "At least $47,780.72: 1 model has no price." in found
    assert "at least $ 47,780" in found
    assert "at least" not in text(model)


def test_no_workload_labels() -> None:
    works = [replace(work, name=None) for work in sample.WORKS]
    page = Page(html.render(sample.month(works, bad_day=False)))
    assert "Models" in page.text
    assert [row[0].strip() for row in page.tables["t-dr"][1:3]] == ["claude-sonnet-4-5", "claude-opus-4-5"]


def test_zero_calls() -> None:
    page = Page(html.render(empty_month()))
    assert "There is not one call in this period." in page.text
    assert "Northwind (sample data)" in page.text
    assert {"spend", "shape", "caching"} & set(page.ids) == set()


def test_nothing_priced() -> None:
    free = [replace(work, rates=("0", "0", "0")) for work in sample.WORKS]
    model = sample.month(free, bad_day=False)
    found = text(replace(model, caching=NO_CACHING, shape=NO_SHAPE))
    assert "No call of this period has a price, so no amount can be shown" in found


def test_calls_without_a_time() -> None:
    model = sample.month(bad_day=False)
    undated = tuple(replace(row, group={**row.group, "day": None}) for row in model.spend.by_day.rows[:1])
    rest = replace(model.spend.by_day, rows=(*model.spend.by_day.rows[1:], *undated))
    by_model = tuple(
        replace(row, group={**row.group, "day": None if row.group["day"] == "2026-10-01" else row.group["day"]})
        for row in model.spend.by_day_model.rows
    )
    spend = replace(model.spend, by_day=rest, by_day_model=replace(model.spend.by_day_model, rows=by_model))
    assert "calls without a time are in the totals but on no day." in text(replace(model, spend=spend))
    nowhere = replace(spend, by_day=replace(rest, rows=undated), by_day_model=replace(spend.by_day_model, rows=()))
    open_period = replace(model.period, start=None, end=None)
    assert "No call has a time, so there is no picture by day." in text(replace(model, spend=nowhere, period=open_period))


def test_a_report_of_a_cent() -> None:
    one = replace(sample.WORKS[0], calls=1, tokens=(300, 10), cached=0.0, rates=("3", "0.3", "15"))
    model = sample.month([one], first=date(2026, 10, 1), last=date(2026, 10, 12), bad_day=False)
    page = Page(html.render(model))
    assert "0 .01260" in page.text
    assert page.column("t-dr", 1)[1] == "$0.01260"
    assert "$0 " not in page.text.replace("$0 $", "")


def test_totals_are_python_integers_of_any_size() -> None:
    huge = replace(sample.WORKS[0], calls=10**9, tokens=(10**9, 10**9))
    totals: Totals = sample.month([huge], bad_day=False).spend.totals
    assert totals.input_tokens > 2**63
    assert "T in" in text(sample.month([huge], bad_day=False))


def test_a_workload_without_any_price_is_not_free() -> None:
    model = sample.month(bad_day=False)
    rows = list(model.spend.by_workload.rows)
    last, partly = rows[-1].totals, rows[0].totals
    rows[-1] = replace(rows[-1], totals=replace(last, list_cost=Decimal(0), unpriced_requests=last.requests))
    rows[0] = replace(rows[0], totals=replace(partly, unpriced_requests=partly.requests // 2))
    spend = replace(model.spend, by_workload=replace(model.spend.by_workload, rows=tuple(rows)))
    table = Page(html.render(replace(model, spend=spend))).tables["t-dr"]
    assert [cell.strip() for cell in table[11][1:5]] == ["no price", "", "589,190", "no price"]
    assert table[1][4].strip() == "$79.33"
    assert Page(html.render(model)).tables["t-dr"][1][4].strip() == "$39.66"


def test_the_caching_heading_says_what_was_lost() -> None:
    model = sample.month()
    rows = model.caching.rows

    def heading(kept: tuple[int, ...]) -> str:
        chosen = tuple(rows[i] for i in kept)
        total = sum((row.net_saving or Decimal(0) for row in chosen), Decimal(0))
        review = replace(model.caching, rows=chosen, net_saving=total)
        return Page(html.render(replace(model, caching=review))).headings[3]

    assert heading((0, 1, 2)) == "$4,379 was paid for text the cache could have served"
    assert heading((3,)) == "$20 was paid for cache writes that were hardly read"
    assert heading((0, 3)) == "$2,761 was lost to cache misses and to cache writes that were hardly read"
