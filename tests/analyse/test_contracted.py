"""Contracted cost, other currencies and ranges: exact in any split and grouping, worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, Inexact
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logcost.analyse import quality, spend
from logcost.contract import Contract, currency
from logcost.contract.grammar import Commitment, ContractFile, Credit, Discount, Rate, Tier, Volume
from logcost.errors import ContractError
from logcost.spending import EXACT, Adjustment, exactly
from logcost.types import BoundedModel, Period
from tests.analyse.build import calls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logcost.spending import SpendSummary, Totals

OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
USD = 10**15
RATES = currency.by_hand(
    "EUR", [Rate(date(2026, 10, 1), Decimal("1.25")), Rate(date(2026, 10, 3), Decimal("1.1640"))], "logcost.toml"
)


def contract(*discounts: Discount, rates: currency.Rates | None = None, **terms: Any) -> Contract:
    return Contract(Path("folder/logcost.toml"), ContractFile(discount=discounts, **terms), lambda _: None, rates)


def off(percent: str, **what: Any) -> Discount:
    return Discount(percent=Decimal(percent), **what)


def summed(rows: Sequence[dict[str, Any]], agreed: Contract, by: Sequence[str] = (), **options: Any) -> SpendSummary:
    return spend.summarise(calls(rows), by, deal=spend.Deal(agreed), **options)


def test_each_call_has_its_own_discount() -> None:
    agreed = contract(off("10"), off("12.5", models=("opus",)), off("33.333", provider="openai", start=date(2026, 10, 2)))
    rows = [
        {"model": "opus", "provider": "anthropic", "started_at": OCTOBER, "list_cost_fusd": 1},
        {"model": "sonnet", "provider": "anthropic", "started_at": OCTOBER, "list_cost_fusd": 100 * USD},
        {"model": "o3", "provider": "OpenAI", "started_at": OCTOBER, "list_cost_fusd": 10 * USD},
        {"model": "o3", "provider": "OpenAI", "started_at": OCTOBER + timedelta(days=1), "list_cost_fusd": 10 * USD},
        {"model": "o3", "provider": "OpenAI", "list_cost_fusd": 1 * USD},
    ]
    found = summed(rows, agreed, ["model"])
    paid = {row.group["model"]: row.totals.contracted_cost for row in found.rows}
    assert paid == {
        "opus": Decimal("0.000000000000000875"),
        "sonnet": Decimal(90),
        "o3": Decimal("16.5667"),  # 9 + 6.6667 + 0.9
    }
    assert found.totals.contracted_cost == Decimal("106.566700000000000875")
    assert found.totals.list_cost == Decimal("121.000000000000001")
    assert found.bill is not None
    assert (found.bill.file, found.bill.effective_cost) == ("logcost.toml", found.totals.contracted_cost)


def test_the_book_names_the_provider_and_the_model_too() -> None:
    agreed = contract(off("50", provider="azure", models=("gpt-4o-2024-08-06",)))
    named = {"provider": "az.ai.openai", "model": "mine", "price_provider": "azure", "price_model": "gpt-4o-2024-08-06"}
    assert summed([{**named, "list_cost_fusd": USD}], agreed).totals.contracted_cost == Decimal("0.5")


def test_without_a_contract_contracted_is_list_cost() -> None:
    found = spend.summarise(calls([{"list_cost_fusd": 7}]), [])
    assert (found.totals.contracted_cost, found.totals.converted, found.bill) == (found.totals.list_cost, None, None)


def test_another_currency_at_the_rate_of_each_day() -> None:
    rows: list[dict[str, Any]] = [
        {"started_at": OCTOBER, "list_cost_fusd": 1},  # 0.8
        {"started_at": datetime(2026, 10, 2, 23, 59, tzinfo=UTC), "list_cost_fusd": 5 * USD},
        {"started_at": datetime(2026, 10, 3, tzinfo=UTC), "list_cost_fusd": 100 * USD},  # 0.859106529210
        {"list_cost_fusd": 9 * USD},
    ]
    found = summed(rows, contract(off("10"), rates=RATES), ["day"], tz="Asia/Tokyo")
    whole = found.totals.converted
    assert whole is not None
    assert whole.currency == "EUR"
    assert whole.list_cost == Decimal("89.9106529210000008")
    assert whole.contracted_cost == Decimal("80.91958762890000072")
    assert whole.unconverted_records == 1
    assert found.totals.list_cost == Decimal("114.000000000000001")
    assert {row.group["day"] for row in found.rows} == {"2026-10-01", "2026-10-03", None}


def test_a_day_before_the_first_rate_is_refused() -> None:
    with pytest.raises(ContractError, match=r"There is no rate of EUR for 2026-09-30"):
        summed([{"started_at": OCTOBER - timedelta(seconds=1), "list_cost_fusd": 1}], contract(rates=RATES))


def test_a_bill_of_a_month() -> None:
    agreed = contract(
        off("10", provider="openai"),
        rates=RATES,
        volume=(Volume(provider="openai", tiers=(Tier(Decimal(0), Decimal(5)),)),),
        commitment=(Commitment(amount=Decimal(100), provider="openai"),),
        credit=(Credit(amount=Decimal(20), start=date(2026, 10, 1)),),
    )
    days = (OCTOBER, OCTOBER + timedelta(days=30))
    rows = [{"provider": "openai", "started_at": day, "list_cost_fusd": 50 * USD} for day in days]
    bill = summed(rows, agreed).bill
    assert bill is not None
    # 100 list, 90 contracted, 4.50 by volume, 14.50 short of 100, 20 of credit.
    assert bill.adjustments == (
        Adjustment("2026-10", "openai", "Adjustment", "volume discount", Decimal("-4.5")),
        Adjustment("2026-10", "openai", "Adjustment", "shortfall of the commitment of 100 USD a month", Decimal("14.5")),
        Adjustment("2026-10", None, "Credit", "credit of 20 USD from 2026-10-01", Decimal(-20)),
    )
    assert bill.effective_cost == 80
    # 45 at 0.8 and 45 - 10 at the rate of the 31st.
    assert bill.converted_effective_cost == Decimal(36) + 35 * Decimal("0.859106529210")


def test_history_before_the_period_uses_up_a_credit() -> None:
    # September has no rate of exchange, and needs none.
    agreed = contract(credit=(Credit(amount=Decimal(15), start=date(2026, 9, 1)),), rates=RATES)
    september = {"started_at": OCTOBER - timedelta(days=5), "list_cost_fusd": 10 * USD}
    october = {"started_at": OCTOBER + timedelta(days=30), "list_cost_fusd": 10 * USD}
    period = Period(OCTOBER, datetime(2026, 11, 1, tzinfo=UTC))
    deal = spend.Deal(agreed, calls([september, october]))
    bill = spend.summarise(calls([october]), [], period=period, deal=deal).bill
    assert bill is not None
    assert bill.effective_cost == 5
    assert [line.amount for line in bill.adjustments] == [Decimal(-5)]
    assert spend.review(calls([october]), period=period, deal=deal).bill == bill


RANGE = {
    "model": "m",
    "provider": "openai",
    "grain": "bucket",
    "requests": 40,
    "input_tokens": 300_000,
    "output_tokens": 10,
    "list_cost_fusd": None,
    "list_cost_low_fusd": 2 * USD,
    "list_cost_high_fusd": 5 * USD,
    "unpriced_reason": "bucket-straddles-tier",
    "started_at": OCTOBER,
}


def test_a_range_counts_as_priced_and_keeps_its_ends() -> None:
    exact = {"model": "m", "provider": "openai", "started_at": OCTOBER, "list_cost_fusd": USD}
    unknown = {**RANGE, "list_cost_low_fusd": None, "list_cost_high_fusd": None, "requests": 3}
    totals = summed([exact, RANGE, RANGE, unknown], contract(off("10"), rates=RATES)).totals
    assert [totals.list_cost, totals.list_cost_low, totals.list_cost_high] == [Decimal(n) for n in (1, 5, 11)]
    assert (totals.contracted_cost_low, totals.contracted_cost_high) == (Decimal("4.5"), Decimal("9.9"))
    assert (totals.bounded_records, totals.bounded_requests) == (2, 80)
    assert (totals.unpriced_records, totals.unpriced_requests) == (1, 3)
    assert totals.converted is not None
    assert (totals.converted.list_cost, totals.converted.list_cost_low, totals.converted.list_cost_high) == (
        Decimal("0.8"), Decimal(4), Decimal("8.8"),
    )  # fmt: skip


def test_data_quality_counts_ranges_and_says_what_helps() -> None:
    exact = {"model": "m", "provider": "openai", "started_at": OCTOBER, "input_tokens": 1}
    found = quality.review(calls([exact, RANGE, {**RANGE, "unpriced_reason": "bucket-straddles-price-change"}]), [])
    reasons = ("bucket-straddles-price-change", "bucket-straddles-tier")
    low, high = Decimal(2), Decimal(5)
    assert found.bounded == tuple(BoundedModel("openai", "m", why, 40, 300_010, 1, 0, (), low, high) for why in reasons)
    assert (found.bounded_records, found.bounded_requests, found.priced_records, found.unpriced) == (2, 80, 3, ())
    (line,) = (one for one in found.checks if one.name == "Totals whose cost is a range")
    assert (line.state, line.count) == ("action", 2)
    assert line.effect.startswith("Together they cost between $4.00 and $10.00: ")
    assert line.remedy == (
        "Export by the minute (OpenAI) or grouped by context window (Anthropic), export by the hour or the minute, "
        "or use request-level logs."
    )


names = st.sampled_from([None, "a", "b", "ab"])
records = st.lists(
    st.fixed_dictionaries(
        {
            "started_at": st.one_of(st.none(), st.integers(0, 90 * 24).map(lambda hours: OCTOBER + timedelta(hours=hours))),
            "provider": names,
            "model": names,
            "price_provider": names,
            "price_model": names,
            "workload": names,
            "requests": st.integers(0, 5),
        }
    ).flatmap(
        lambda row: st.one_of(
            st.integers(0, 10**30).map(lambda cost: {**row, "list_cost_fusd": cost}),
            st.tuples(st.integers(0, 10**30), st.integers(0, 10**30)).map(
                lambda ends: {
                    **row,
                    "list_cost_fusd": None,
                    "list_cost_low_fusd": min(ends),
                    "list_cost_high_fusd": max(ends),
                    "unpriced_reason": "bucket-straddles-tier",
                }
            ),
        )
    ),
    max_size=20,
)
percents = st.decimals(0, 100, places=6, allow_nan=False)
agreements = st.builds(
    lambda everywhere, provider, model, rates: contract(
        Discount(percent=everywhere),
        Discount(percent=provider, provider="a", start=date(2026, 10, 20)),
        Discount(percent=model, models=("a*",), until=date(2026, 11, 20)),
        rates=rates,
    ),
    percents,
    percents,
    percents,
    st.sampled_from([None, RATES]),
)
MONEY = ("list_cost", "contracted_cost", "list_cost_low", "list_cost_high", "contracted_cost_low", "contracted_cost_high")


def money(parts: Sequence[Totals]) -> dict[str, Decimal]:
    """Every amount of some totals, added up."""
    sums = {name: exactly(*(getattr(part, name) for part in parts)) for name in MONEY}
    converted = [part.converted for part in parts if part.converted is not None]
    return sums | {f"converted_{name}": exactly(*(getattr(one, name) for one in converted)) for name in MONEY}


@given(records, agreements, st.lists(st.sampled_from(spend.GROUPS), min_size=1, max_size=3, unique=True))
def test_contracted_cost_is_additive_over_any_grouping(rows: list[dict[str, Any]], agreed: Contract, by: list[str]) -> None:
    found = summed(rows, agreed, by, tz="Asia/Kolkata")
    assert money([row.totals for row in found.rows]) == money([found.totals])
    assert found.totals.bounded_records == sum(row.totals.bounded_records for row in found.rows)


@given(records, agreements, st.integers(0, 20))
def test_contracted_cost_is_additive_over_any_split(rows: list[dict[str, Any]], agreed: Contract, at: int) -> None:
    parts = [summed(part, agreed).totals for part in (rows[:at], rows[at:])]
    assert money(parts) == money([summed(rows, agreed).totals])
    single = [summed([row], agreed).totals for row in rows]
    assert money(single) == money(parts)


@given(records, agreements)
def test_ranges_bracket(rows: list[dict[str, Any]], agreed: Contract) -> None:
    totals = summed(rows, agreed).totals
    for name in ("list_cost", "contracted_cost"):
        exact, low, high = (getattr(totals, f"{name}{end}") for end in ("", "_low", "_high"))
        assert exact <= low <= high
        assert totals.bounded_records or exact == low == high
    assert totals.contracted_cost_high <= totals.list_cost_high
    assert totals.unpriced_records == 0
    middle = [
        {**row, "unpriced_reason": None, "list_cost_fusd": (row["list_cost_low_fusd"] + row["list_cost_high_fusd"]) // 2}
        if row["list_cost_fusd"] is None
        else row
        for row in rows
    ]
    settled = summed([{**row, "list_cost_low_fusd": None, "list_cost_high_fusd": None} for row in middle], agreed).totals
    assert totals.contracted_cost_low <= settled.contracted_cost <= totals.contracted_cost_high


@given(records, agreements)
def test_the_review_equals_the_summaries(rows: list[dict[str, Any]], agreed: Contract) -> None:
    found = spend.review(calls(rows), deal=spend.Deal(agreed))
    by_model = summed(rows, agreed, ["provider", "model"])
    assert found.by_model.rows == by_model.rows
    assert (found.totals, found.bill) == (by_model.totals, by_model.bill)


def test_no_digit_is_ever_dropped() -> None:
    with pytest.raises(Inexact):
        EXACT.add(Decimal(1), Decimal("1e-500"))
