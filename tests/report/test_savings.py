"""Savings and what-if on the page: all columns add up, one set of amounts everywhere, risks are never mixed unsaid."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logcost.report import html, savings_sums
from logcost.savings import MODELLED, NEEDS_A_TEST, REPLAYED, RISKS
from tests.report import sample, sample_savings
from tests.report.page import Page, amount
from tests.report.test_html import HOSTILE
from tests.report.test_states import NO_CACHING, NO_SHAPE, nothing_priced

if TYPE_CHECKING:
    from logcost.report.model import ReportModel
    from logcost.savings import SavingsLedger

MINUS = "\u2212"


def with_savings(ledger: SavingsLedger | None, model: ReportModel | None = None) -> ReportModel:
    return replace(model or sample.month(), savings=ledger)


def page(ledger: SavingsLedger | None) -> Page:
    return Page(html.render(with_savings(ledger)))


def chosen(*positions: int) -> SavingsLedger:
    steps = tuple(sample_savings.STEPS[i] for i in positions)
    return sample_savings.ledger(sample.month().spend.totals.list_cost, steps)


def many(number: int) -> SavingsLedger:
    """So many steps of every risk, each of an amount that is no whole dollar."""
    step = sample_savings.STEPS[0]
    steps = tuple(
        replace(step, risk=risk, code=f"LC9{i:02}", title=f"Change {risk} {i}", share=(137 + 7 * i, 137 + 7 * i))
        for risk in RISKS
        for i in range(number)
    )
    return sample_savings.ledger(sample.month().spend.totals.list_cost, steps)


def groups(found: Page) -> list[tuple[str, Decimal, list[Decimal]]]:
    """Name, subtotal and rows of each group of the table."""
    made: list[tuple[str, Decimal, list[Decimal]]] = []
    for row in found.tables["t-sv"][1:-1]:
        if len(row) == 2:
            made.append((row[0].strip(), amount(row[1].strip()), []))
        else:
            made[-1][2].append(amount(row[-1].strip()))
    return made


def paragraphs(found: Page) -> list[str]:
    inside = re.search(r'class="verdict">(.*?)</div>', found.source, re.DOTALL)
    assert inside is not None
    return [re.sub("<[^>]+>", "", text) for text in re.findall(r"<p>(.*?)</p>", inside.group(1))]


@pytest.mark.parametrize("ledger", [chosen(*range(7)), chosen(0, 2), chosen(5, 6), many(3), many(45)])
def test_rows_add_up_to_their_group_and_groups_to_the_total(ledger: SavingsLedger) -> None:
    found = page(ledger)
    total = amount(found.tables["t-sv"][-1][-1].strip())
    assert all(sum(rows) == subtotal for _, subtotal, rows in groups(found))
    assert sum(subtotal for _, subtotal, _ in groups(found)) == total
    assert abs(total - ledger.saved()) < 1


@pytest.mark.parametrize("ledger", [chosen(*range(7)), chosen(3), many(3), many(45)])
def test_the_ladder_goes_down_to_what_is_left(ledger: SavingsLedger) -> None:
    rows = page(ledger).tables["t-wi"][1:]
    bills = [amount(row[1].strip()) for row in rows]
    cuts = [amount(row[2].strip()) for row in rows[1:]]
    assert all(before + cut == after for before, cut, after in zip(bills, cuts[:-1], bills[1:-1], strict=False))
    assert bills[-2] == bills[-1] == bills[0] + cuts[-1]
    assert sum(cuts[:-1]) == cuts[-1]
    assert cuts[-1] == -amount(page(ledger).tables["t-sv"][-1][-1].strip())
    assert abs(bills[-1] - ledger.left) < 1
    assert len(rows) <= 14


def test_lede_table_and_ladder_show_the_same_amounts() -> None:
    found = page(chosen(*range(7)))
    (_, safe, _), (_, later, _), (_, risky, _) = groups(found)
    assert paragraphs(found)[1] == (
        f"${safe:,} a month (9.2%) can come off the bill with no quality risk. "
        f"A further ${later:,} means later answers and ${risky:,} needs a quality test first."
    )
    assert all(len(text.split()) <= 35 for text in paragraphs(found))
    assert found.headings[1] == (
        f"Three changes with no quality risk are worth ${safe:,} a month; four more, worth ${later + risky:,}, "
        "may delay or change answers"
    )
    kpi = f"Savings found ${safe:,} a month, 9.2% No quality risk: $3,367 replayed, $1,012 modelled. Further ${later:,}"
    assert f"{kpi} with later answers, ${risky:,} after a test" in found.text
    left = found.tables["t-wi"][-1][1].strip()
    first = found.tables["t-wi"][4][1].strip()
    assert found.headings[5] == (
        f"October would have cost {first} with the three changes that carry no quality risk, {left} with all seven"
    )


@pytest.mark.parametrize(
    ("positions", "heading", "verdict", "figure"),
    [
        ((0,), "One change with no quality risk is worth $2,742 a month", "with no quality risk.", "$2,742 a month, 5.7%"),
        ((3,), "One change is worth $1,660 a month, but delays answers", "with later answers.", "None with no quality risk"),
        ((5, 6), "Two changes are worth $3,921 a month, but may change answers", "if a quality test allows it.", "None with"),
        (
            (0, 3),
            "One change with no quality risk is worth $2,742 a month; one more, worth $1,660, delays answers",
            "later",
            "$2,7",
        ),
    ],
)
def test_what_has_a_risk_is_never_told_as_if_it_had_none(
    positions: tuple[int, ...], heading: str, verdict: str, figure: str
) -> None:
    found = page(chosen(*positions))
    assert found.headings[1] == heading
    assert verdict in paragraphs(found)[1]
    assert f"Savings found {figure}" in found.text


@pytest.mark.parametrize(
    ("positions", "heading"),
    [
        ((0,), "October would have cost $45,039 with this one change"),
        ((0, 1), "October would have cost $44,028 with both changes"),
        ((3, 5), "October would have cost $43,380 with both changes, which may delay or change answers"),
        ((0, 3), "October would have cost $45,039 with the one change that carries no quality risk, $43,379 with both"),
    ],
)
def test_the_bill_with_a_risk_is_not_told_as_if_it_had_none(positions: tuple[int, ...], heading: str) -> None:
    assert page(chosen(*positions)).headings[5] == heading


def test_a_saving_that_needs_a_test_is_named_in_the_figure_and_the_total() -> None:
    ledger = chosen(0, 1)
    untested = replace(ledger, steps=(ledger.steps[0], replace(ledger.steps[1], confidence=NEEDS_A_TEST)))
    assert "No quality risk: $2,741 replayed, $1,012 needs a test" in page(untested).text
    assert page(ledger).tables["t-sv"][-1][0] == "All changes"
    assert page(chosen(0, 5)).tables["t-sv"][-1][0] == "All changes, with those that may change answers"


def test_rows_say_what_to_do_why_and_how_sure_it_is() -> None:
    found = page(chosen(1, 3))
    text = found.text
    assert "Use the 1-hour cache for code-review-agent 46% of gaps between turns" in text
    assert "Set the 1-hour lifetime on the tool block Assumed: Calls of a session share their prefix" in text
    row = found.tables["t-sv"][2]
    assert [cell.strip() for cell in row[1:]] == ["code-review-agent", "Modelled", "", "$1,012"]
    assert "$940 to $1,073" in text
    assert "All calls 1,204,300 calls" in text
    assert "Range, $0 to $2,000" in text
    legend = re.search(r'<ul class="key">(.*?)</ul>', found.source)
    assert legend is not None
    assert [mark for mark in (REPLAYED, MODELLED, NEEDS_A_TEST) if mark in legend.group(1)] == [MODELLED]


def test_overlaps_are_counted_once_and_said() -> None:
    assert page(chosen(*range(7))).text.count("Overlaps counted once: $780") == 2
    assert "Overlaps" not in page(chosen(3)).text
    assert page(chosen(0, 1)).text.count("No change overlaps with another.") == 2
    both = chosen(0, 1)
    more = replace(both, steps=tuple(replace(step, alone=step.saving - 10) for step in both.steps))
    assert "Together the changes save $20 more than one by one." in page(more).text


def test_a_range_may_begin_below_zero() -> None:
    ledger = chosen(0, 3)
    step = replace(ledger.steps[1], low=Decimal("-412.5"))
    found = page(replace(ledger, steps=(ledger.steps[0], step)))
    assert f"Range, {MINUS}$500 to $3,000" in found.text
    assert f"{MINUS}$413 to $1,710" in found.text


def test_many_changes_fold_into_one_row_a_group_and_one_step_a_risk() -> None:
    found = page(many(45))
    rows = found.tables["t-sv"][1:-1]
    assert len(rows) == 3 * (1 + 30 + 1)
    assert [row[0].strip() for row in rows if "others" in row[0]] == ["All others (15)"] * 3
    steps = [row[0].strip() for row in found.tables["t-wi"][1:]]
    assert steps[4] == "4. 42 more changes"
    assert steps[-1] == "With all 135"
    assert "No change matches. Clear the filter to see all 90." in found.source
    assert len(html.render(with_savings(many(900))).encode()) < 1_000_000


def test_one_change_on_two_models_is_told_apart() -> None:
    ledger = chosen(0, 1)
    twin = replace(ledger, steps=(ledger.steps[0], replace(ledger.steps[1], title=ledger.steps[0].title)))
    steps = Page(html.render(with_savings(twin))).source.partition('id="t-wi"')[2]
    assert steps.count('<span class="sub"><bdi>claude-') == 2
    assert '<span class="sub"><bdi>claude-' not in page(ledger).source.partition('id="t-wi"')[2]


def test_each_row_of_caching_leads_to_its_saving() -> None:
    found = page(chosen(*range(7)))
    links = re.findall(r'<a class="sub" href="#(\w+)">([^<]+)</a>', found.source)
    assert links == [("sv1", "$2,742 in savings"), ("sv2", "$1,012 in savings"), ("sv3", "$625 in savings")]
    assert "in savings" not in page(chosen(3)).text


def test_findings_without_an_amount_say_why() -> None:
    found = page(chosen(0))
    assert [cell.strip() for cell in found.tables["t-su"][1][1:]] == [
        "product-copy", "LC203", "The log does not say which part of an answer is used.",
    ]  # fmt: skip
    assert "1,902 records have no exact price and are in no saving." in found.text
    lots = replace(chosen(0), unpriced=sample_savings.OPEN * 40, unpriced_records=0, notes=())
    assert "And 10 findings more without an amount; the JSON has all." in page(lots).text
    assert "What is left out and assumed" not in page(lots).text


def test_nothing_found_names_what_was_checked() -> None:
    found = page(sample_savings.nothing(Decimal("47780.7190195")))
    assert found.headings[1] == "Nothing above $5 a month was found in 5,172,821 calls."
    assert "Checked: LC101 no cache use; LC102 cache lifetime shorter than" in found.text
    assert "; LC201 " in found.text
    assert "Savings found None above $5 a month 10 checks ran" in found.text
    assert paragraphs(found)[1] == found.headings[1]
    assert "It stays at $47,781." in found.text
    uncounted = replace(sample_savings.nothing(Decimal("47780.7190195")), calls=None, floor=Decimal("0.001"))
    assert page(uncounted).headings[1] == "Nothing worth a cent a month was found in these records."
    open_ones = replace(sample_savings.nothing(Decimal(100)), unpriced=sample_savings.OPEN)
    assert "10 checks ran; 1 finding without an amount" in page(open_ones).text


def test_savings_that_nobody_looked_for() -> None:
    found = page(None)
    assert found.headings[1] == "Not known what could be saved"
    assert paragraphs(found)[1] == "What could be saved is not known. Savings were not looked for."
    assert "Savings found Not known Savings were not looked for" in found.text
    idle = replace(sample_savings.nothing(Decimal(100)), checks=())
    assert page(idle).text.count("None of the checks could run on these calls.") == 2
    daily = replace(sample.month(), shape=replace(NO_SHAPE, not_request_level=31), caching=NO_CACHING)
    assert "Not known what could be saved" not in Page(html.render(daily)).text
    nothing = Page(html.render(replace(daily, savings=sample_savings.nothing(Decimal(100)))))
    assert nothing.text.count("Needs request-level logs; this month has daily totals only.") == 5
    assert "Nothing above" not in nothing.text


def test_without_a_price_there_is_no_saving() -> None:
    found = Page(html.render(nothing_priced()))
    assert "No call has a price, so no saving can be stated." in found.text
    assert "Not known what the bill would have been" in found.headings
    assert "Nothing above" not in found.text


def test_part_of_a_month_is_no_month() -> None:
    model = sample.month()
    found = Page(html.render(replace(model, period=replace(model.period, start=None, end=None), tz="Europe/Berlin")))
    assert "a month" not in Page(html.render(sample.month(last=date(2026, 10, 17)))).text
    assert found.headings[5].startswith("October would have cost")
    half = Page(html.render(sample.month(last=date(2026, 10, 17))))
    assert half.headings[5].startswith("The same calls would have cost")
    assert "of this period could have been saved with no quality risk. A further" in half.text


def test_servers_of_ones_own_are_compared_with_what_is_left() -> None:
    ledger = chosen(0)
    own = replace(ledger, self_hosting=sample_savings.servers(ledger.left))
    told = "24 servers of your own for 744 hours would have cost $52,640, $7,601 more than the $45,039"
    assert told in page(own).text
    same = replace(own, self_hosting=replace(sample_savings.servers(Decimal(52_640)), servers=1))
    assert "1 server of your own for 744 hours would have cost $52,640, as much as the $52,640" in page(same).text
    assert "Servers of your own" in page(replace(own, steps=())).text


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_findings_stay_text(name: str) -> None:
    ledger = chosen(*range(7))
    step = replace(
        ledger.steps[0], code=name, provider=name, model=name, workload=name, title=name, evidence=name, fix=name + ".",
        assumption=name,
    )  # fmt: skip
    finding = replace(ledger.unpriced[0], code=name, workload=name, title=name, evidence=name, fix=name, reason=name)
    spoilt = replace(ledger, steps=(step, *ledger.steps[1:]), unpriced=(finding,), notes=(name,), checks=(name,))
    for one in (spoilt, replace(spoilt, steps=())):
        found, clean = page(one), page(replace(ledger, steps=ledger.steps if one.steps else ()))
        assert {tag for tag, _, _ in found.attributes} <= {tag for tag, _, _ in clean.attributes}
        assert {attribute for _, attribute, _ in found.attributes} <= {a for _, a, _ in clean.attributes} | {"title"}
        assert not set(found.text) & set("\u202e\u2066")
        assert found.source.count("<script") == 2


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(RISKS), st.decimals(0, 5000, places=6)), max_size=24),
    st.decimals(0, 10**6, places=6),
    st.integers(0, 4),
)
def test_what_is_shown_adds_up_and_is_near_the_truth(steps: list[tuple[str, Decimal]], left: Decimal, places: int) -> None:
    model = chosen(0).steps[0]
    made = tuple(replace(model, risk=risk, saving=saving) for risk, saving in steps)  # type: ignore[arg-type]  # one of RISKS
    ledger = replace(chosen(0), billed=left + sum((s for _, s in steps), Decimal(0)), left=left, steps=made)
    shown = savings_sums.shown(ledger, places)
    unit = Decimal(1).scaleb(-places)
    assert shown.billed - sum(shown.steps, Decimal(0)) == shown.left
    assert abs(shown.billed - ledger.billed) <= unit / 2
    assert sum((shown.saved(risk) for risk in RISKS), Decimal(0)) == shown.saved()
    assert all(abs(shown.saved(risk) - ledger.saved(risk)) < unit for risk in RISKS)
    assert all(abs(amount - step.saving) < unit for amount, step in zip(shown.steps, made, strict=True))
