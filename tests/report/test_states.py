"""What the page says when something is missing, small, or not to be told (docs/report.md, "Empty and broken states")."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from logcost.report import html
from logcost.report.view import quality
from logcost.traffic import Explanation, TrafficShape, Verdict
from logcost.types import CachingReview, Period
from tests.report import sample, sample_savings
from tests.report.page import Page

if TYPE_CHECKING:
    from logcost.report.model import ReportModel
    from logcost.spending import Totals


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


def test_no_data_for_the_same_days() -> None:
    october = sample.whole(date(2026, 10, 1), date(2026, 10, 31))
    model = sample.month(last=date(2026, 10, 17), period=october)
    spend = replace(model.spend, previous_period=sample.whole(date(2026, 9, 1), date(2026, 9, 17)))
    assert "No data for 1 to 17 September 2026, so no change is shown." in text(replace(model, spend=spend))


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


@pytest.mark.parametrize(
    ("grade", "told"), [("low", "Level C, low confidence"), ("upper bound only", "Level C"), ("", "Level C")]
)
def test_an_estimate_from_sessions_says_how_good_it_is(grade: str, told: str) -> None:
    model = sample.month()
    row = replace(model.caching.rows[0], evidence="C", confidence="Modelled", confidence_class=grade)
    page = html.render(replace(model, caching=replace(model.caching, rows=(row,), net_saving=row.net_saving)))
    assert f">{told}</span>" in page


def test_nothing_to_save() -> None:
    model = sample.month()
    rows = tuple(replace(row, finding=None, net_saving=Decimal(0)) for row in model.caching.rows)
    found = text(replace(model, caching=replace(model.caching, rows=rows, net_saving=Decimal(0))))
    assert found.count("Nothing above $5 a month was found in 5,172,821 calls.") == 1


def test_daily_totals_only() -> None:
    model = replace(sample.month(), shape=replace(NO_SHAPE, not_request_level=31), caching=NO_CACHING)
    assert text(model).count("Needs request-level logs; this month has daily totals only.") == 3


def test_one_kind_of_traffic() -> None:
    found = text(sample.month(split=None))
    assert "One kind of traffic. No tiering advice." in found
    assert "Levers" not in found


def test_too_few_calls() -> None:
    found = text(with_shape(calls=NOTHING, tokens=NOTHING, spend=NOTHING, modes=(), advice=None))
    assert "Too few calls to tell (41)." in found
    assert "Two groups" not in found


def test_indicative() -> None:
    verdict = replace(sample.month().shape.spend, indicative=True, n=240)
    assert "Bimodal by spend (indicative)" in text(with_shape(spend=verdict))


def test_unpriced_tokens_make_a_lower_bound() -> None:
    model = sample.month()
    found = text(replace(model, quality=replace(model.quality, unpriced_tokens_share=0.04)))
    assert "At least $47,780.72: 1,902 calls of one model have no price." in found
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


FREE = tuple(replace(work, rates=("0", "0", "0")) for work in sample.WORKS)


def nothing_priced() -> ReportModel:
    model = sample.month(FREE, bad_day=False)
    calls = model.spend.totals.records
    quality = replace(
        model.quality,
        priced_requests=0,
        unpriced_requests=calls,
        priced_records=0,
        unpriced_records=calls,
        unpriced_tokens_share=1.0,
    )
    bins = tuple(replace(b, priced_calls=0) for b in model.shape.histogram)
    modes = tuple(replace(detail, priced_calls=0) for detail in model.shape.modes)
    shape = replace(model.shape, histogram=bins, modes=modes, lead="calls")
    rows = tuple(replace(row, net_saving=None, finding=None) for row in model.caching.rows)
    rows_by_workload = tuple(replace(row, totals=sample.without_price(row.totals)) for row in model.spend.by_workload.rows)
    totals = sample.without_price(model.spend.totals)
    spend = replace(model.spend, totals=totals, by_workload=replace(model.spend.by_workload, rows=rows_by_workload))
    caching = replace(model.caching, rows=rows, net_saving=Decimal(0))
    savings = replace(sample_savings.nothing(Decimal(0)), unpriced_records=calls)
    return replace(model, spend=spend, quality=quality, shape=shape, caching=caching, savings=savings)


def test_nothing_priced_is_not_nothing_spent() -> None:
    page = Page(html.render(nothing_priced()))
    assert "LLM spend, October 2026 Not known" in page.text
    assert "calls of one model have no price, so no amount can be shown." in page.text
    assert "No call has a price, so there is no picture by day." in page.text
    assert "Savings found Not known No call has a price" in page.text
    assert "$0" not in page.text
    assert "at least" not in page.text.lower()
    assert page.tables["t-dr"][-1][1].strip() == "no price"


def test_calls_that_cost_nothing_have_a_price() -> None:
    model = sample.month(FREE, bad_day=False)
    model = replace(model, quality=sample.quality(sample.cells(FREE, date(2026, 10, 1), date(2026, 10, 31)), unpriced=0))
    found = text(replace(model, caching=NO_CACHING, shape=NO_SHAPE))
    assert "$ 0 .00" in found
    assert "calls cost nothing at list price." in found
    assert "has a price" not in found
    assert "There is no spend to draw." in found


def test_what_could_not_be_checked_is_not_called_no_saving() -> None:
    model = sample.month()
    rows = tuple(replace(row, finding=None, net_saving=None) for row in model.caching.rows)
    found = text(replace(model, caching=replace(model.caching, rows=rows, net_saving=Decimal(0))))
    assert "What the cache could have served cannot be told from these logs" in found
    assert "Nothing above" not in found
    half = tuple(replace(row, finding=None, net_saving=Decimal(0) if i < 4 else None) for i, row in enumerate(rows))
    found = text(replace(model, caching=replace(model.caching, rows=half, net_saving=Decimal(0))))
    known, unknown = 301_977 + 89_512 + 912_508 + 806_240, 702_114 + 694_310
    assert f"Nothing above $5 a month was found in {known:,} calls; for {unknown:,} it cannot be told." in found


def test_fixes_fit_what_is_missing() -> None:
    model = sample.month()
    row = model.caching.rows[-1]
    ruled = sample.cache_rule()
    cases = (
        (replace(row, rule=ruled), "Log session ids or prefix hashes"),
        (replace(row, rule=ruled, requests=1), "Nothing"),
        (replace(row, rule=ruled, evidence="E"), "Load logs of single calls"),
        (replace(row, rule=None), "Give the provider's rule: 'logcost caching --rule'"),
    )
    for case, wanted in cases:
        page = Page(html.render(replace(model, caching=replace(model.caching, rows=(case,), net_saving=Decimal(0)))))
        assert page.tables["t-ca"][1][-1].strip() == wanted


def test_unpriced_calls_do_not_make_a_group_cheaper() -> None:
    model = sample.month(split=None)
    whole = Page(html.render(model)).text
    half = tuple(replace(detail, priced_calls=detail.calls // 2) for detail in model.shape.modes)
    found = Page(html.render(replace(model, shape=replace(model.shape, modes=half)))).text
    assert "Per 1,000 calls $9.24" in whole
    assert "Per 1,000 calls $18.47" in found


def test_shares_of_the_chart_are_not_called_shares_of_spend() -> None:
    found = text(with_shape(excluded_spend={"no_output": Decimal(5000)}))
    assert "of charted spend" in found
    assert "Not in the chart: 1,204 calls without output and 3 calls without input, 9% of spend." in found
    assert "charted" not in text(with_shape(excluded_spend={"no_output": Decimal(5)}))


def test_the_average_of_a_partial_month_is_over_its_days() -> None:
    october = sample.whole(date(2026, 10, 1), date(2026, 10, 31))
    model = sample.month(last=date(2026, 10, 17), period=october, bad_day=False)
    a_day = model.spend.totals.list_cost / 17
    assert f"Average: ${a_day:,.0f} a day." in Page(html.render(model)).source


def test_spend_that_has_a_price_is_not_all_spend() -> None:
    model = sample.month(sample.WORKS[:2], bad_day=False)
    rows = list(model.spend.by_workload.rows)
    rows[0] = replace(rows[0], totals=replace(rows[0].totals, list_cost=model.spend.totals.list_cost))
    rows[1] = replace(rows[1], totals=sample.without_price(rows[1].totals))
    found = text(replace(model, spend=replace(model.spend, by_workload=replace(model.spend.by_workload, rows=tuple(rows)))))
    assert "is all of the spend that has a price." in found
    assert "All spend that has a price, $" in found


def test_one_call_is_not_all_calls() -> None:
    model = sample.month()
    one = replace(
        model.quality, priced_requests=1, unpriced_requests=0, priced_records=1, unpriced_records=0, unpriced=(), sources=()
    )
    assert "The one call that was read has a price" in text(replace(model, quality=one))


def test_calls_without_a_time() -> None:
    model = sample.month(bad_day=False)
    undated = tuple(replace(row, group={**row.group, "day": None}) for row in model.spend.by_day.rows[:1])
    rest = replace(model.spend.by_day, rows=(*model.spend.by_day.rows[1:], *undated))
    by_model = tuple(
        replace(row, group={**row.group, "day": None if row.group["day"] == "2026-10-01" else row.group["day"]})
        for row in model.spend.by_day_model.rows
    )
    spend = replace(model.spend, by_day=rest, by_day_model=replace(model.spend.by_day_model, rows=by_model))
    quality = replace(model.quality, undated_requests=undated[0].totals.requests or 0)
    told = f"{quality.undated_requests:,} calls without a time are in the totals but on no day."
    assert told in text(replace(model, spend=spend, quality=quality))
    nowhere = replace(spend, by_day=replace(rest, rows=undated), by_day_model=replace(spend.by_day_model, rows=()))
    open_period = replace(model.period, start=None, end=None)
    assert "No call has a time, so there is no picture by day." in text(replace(model, spend=nowhere, period=open_period))


def test_a_report_of_a_cent() -> None:
    one = replace(sample.WORKS[0], calls=1, tokens=(300, 10), cached=0.0, rates=("3", "0.3", "15"))
    model = sample.month([one], first=date(2026, 10, 1), last=date(2026, 10, 12), bad_day=False)
    page = Page(html.render(model))
    assert "0 .01260" in page.text
    assert page.column("t-dr", 1)[1] == "$0.01260"
    assert "$0 " not in page.text.replace("$0 $", "").replace("Range, $0 to", "")


def test_totals_are_python_integers_of_any_size() -> None:
    huge = replace(sample.WORKS[0], calls=10**9, tokens=(10**9, 10**9))
    totals: Totals = sample.month([huge], bad_day=False).spend.totals
    assert (totals.input_tokens or 0) > 2**63
    assert "T in" in text(sample.month([huge], bad_day=False))


def test_a_workload_without_any_price_is_not_free() -> None:
    model = sample.month(bad_day=False)
    rows = list(model.spend.by_workload.rows)
    last, partly = rows[-1].totals, rows[0].totals
    rows[-1] = replace(rows[-1], totals=sample.without_price(last))
    rows[0] = replace(rows[0], totals=sample.without_price(partly, part=2))
    spend = replace(model.spend, by_workload=replace(model.spend.by_workload, rows=tuple(rows)))
    groups = tuple(
        replace(g, spend=Decimal(0)) if g.group["workload"] == rows[-1].group["workload"] else g for g in model.shape.by_workload
    )
    page = Page(html.render(replace(model, spend=spend, shape=replace(model.shape, by_workload=groups))))
    assert page.tables["t-shapes"][-1][-1].strip() == "no price"
    table = page.tables["t-dr"]
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
        return Page(html.render(replace(model, caching=review))).headings[4]

    assert heading((0, 1, 2)) == "$4,379 was paid for text the cache could have served"
    assert heading((3,)) == "$20 was paid for cache writes that were hardly read"
    assert heading((0, 3)) == "$2,761 was lost to cache misses and to cache writes that were hardly read"


def test_refusals_are_told_in_words_with_their_code() -> None:
    model = sample.month()
    found = text(model)
    assert "The price book does not know this model unknown-model" in found
    sized = replace(model.quality.unpriced[0], reason="long-context-not-priced: above 200000 prompt tokens")
    odd = replace(model.quality.unpriced[0], reason="something-new")
    found = text(replace(model, quality=replace(model.quality, unpriced=(sized, odd))))
    assert "No price is stated for prompts of this size: above 200000 prompt tokens" in found
    assert "OpenAI something-new 1,902" in found


def test_every_refusal_of_the_price_book_has_words() -> None:
    page = (Path(__file__).parents[2] / "docs" / "prices.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`[^|]+) \|", page.partition("### What is refused")[2], re.MULTILINE)
    codes = {code for cell in cells for code in re.findall(r"`([a-z-]+)", cell)}
    assert codes == set(quality.REASONS)


def test_a_period_inside_a_day_is_told_by_its_instants() -> None:
    start, end = datetime(2026, 10, 1, 6, tzinfo=UTC), datetime(2026, 10, 31, 20, 30, tzinfo=UTC)
    model = sample.month(period=Period(start, end))
    earlier = replace(model.spend.totals, list_cost=model.spend.totals.list_cost / 2)
    spend = replace(model.spend, previous=earlier, previous_period=Period(start - (end - start), start))
    found = text(replace(model, spend=spend))
    assert "LLM spend, 1 October 2026, 06:00 to 31 October 2026, 20:30" in found
    assert "(+100.0%) on the same length of time before." in found
    assert "Per day:" not in found
    assert "a month" not in found
    assert "Dashed line" not in found


def test_days_without_a_price_are_not_days_without_spend() -> None:
    model = sample.month(sample.WORKS[:1], bad_day=False)
    first, *rest = sorted(model.spend.by_day_model.rows, key=lambda row: row.group["day"] or "")
    unpriced = replace(first, totals=sample.without_price(first.totals))
    by_day_model = replace(model.spend.by_day_model, rows=(unpriced, *rest))
    totals = replace(model.spend.totals, unpriced_requests=first.totals.records, unpriced_records=first.totals.records)
    page = Page(html.render(replace(model, spend=replace(model.spend, totals=totals, by_day_model=by_day_model))))
    assert [cell.strip() for cell in page.tables["t-days"][1]] == ["Thu 1 Oct", "no price", "no price"]
    assert "no price" not in "".join(page.tables["t-days"][2])
    assert "Calls without a price are not drawn." in page.text
