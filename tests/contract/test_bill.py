"""What a contract counts by the month, worked out by hand; and that neither the order of entries nor of days matters."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logcost.contract import DaySpend, Names
from logcost.contract.bill import PARTLY, RANGE, bill
from logcost.contract.grammar import Commitment, ContractFile, Credit, Purchase, Tier, Volume
from logcost.spending import EXACT, Adjustment, exactly
from logcost.types import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

OPENAI = Names("openai", "openai", None, None)
ANTHROPIC = Names("anthropic", "Anthropic", None, None)
ALL = Period()
TIERS = (Tier(Decimal(0), Decimal(0)), Tier(Decimal(100), Decimal(5)), Tier(Decimal(1000), Decimal("12.5")))


def usd(text: str | int) -> Decimal:
    return Decimal(text)


def spend(day: str, amount: str | int, names: Names = OPENAI, **more: int) -> DaySpend:
    return DaySpend(date.fromisoformat(day), names, usd(amount), **more)


def lines(
    terms: ContractFile, days: Sequence[DaySpend], period: Period = ALL, last: str = "2026-12-31"
) -> list[tuple[str, str, str]]:
    """Month, category and amount of each line."""
    found, _ = bill(terms, days, period, date.fromisoformat(last))
    return [(line.month, line.category, f"{line.amount.normalize():f}") for line in found]


def volume(applies: Any = "whole", **more: Any) -> ContractFile:
    return ContractFile(volume=(Volume(provider="openai", tiers=TIERS, applies=applies, **more),))


@pytest.mark.parametrize(
    ("amount", "whole", "marginal"),
    [
        ("100", None, None),  # a tier holds for more than its threshold
        ("100.000000000000001", "-5.00000000000000005", "-0.00000000000000005"),
        ("1000", "-50", "-45"),  # 900 at 5 %
        ("1000.01", "-125.00125", "-45.00125"),  # all at 12.5 %, or the last cent
        ("5000", "-625", "-545"),  # 900 at 5 % and 4,000 at 12.5 %
    ],
)
def test_a_volume_discount(amount: str, whole: str | None, marginal: str | None) -> None:
    days = [spend("2026-10-03", amount), spend("2026-10-04", 700, ANTHROPIC), spend("2026-12-31", 0)]
    assert lines(volume(), days) == ([("2026-10", "Adjustment", whole)] if whole else [])
    assert lines(volume("marginal"), days) == ([("2026-10", "Adjustment", marginal)] if marginal else [])


def test_months_are_counted_apart_and_only_while_the_terms_hold() -> None:
    days = [spend("2026-10-31", 600), spend("2026-11-01", 600), spend("2026-12-31", 600)]
    assert lines(volume(), days) == [(f"2026-{month}", "Adjustment", "-30") for month in (10, 11, 12)]
    dated = volume(start=date(2026, 11, 1), until=date(2026, 11, 30))
    assert lines(dated, days) == [("2026-11", "Adjustment", "-30")]


def test_a_shortfall_is_what_spend_after_discounts_lacks() -> None:
    terms = ContractFile(volume=volume().volume, commitment=(Commitment(amount=usd(500), provider="openai"),))
    days = [spend("2026-10-03", 400), spend("2026-11-03", 900), spend("2026-10-04", 999, ANTHROPIC)]
    # October: 400 - 20 = 380, 120 are missing. November: 900 - 45. December has no call at all and is over.
    assert lines(terms, days) == [
        ("2026-10", "Adjustment", "-20"),
        ("2026-10", "Adjustment", "120"),
        ("2026-11", "Adjustment", "-45"),
        ("2026-12", "Adjustment", "500"),
    ]


def test_purchases_are_paid_every_month() -> None:
    one = Purchase(amount=usd("3120.50"), what="two units", start=date(2026, 11, 1), provider="azure")
    found, _ = bill(ContractFile(purchase=(one,)), [spend("2026-10-01", 5)], ALL, date(2026, 12, 31))
    assert found == tuple(Adjustment(f"2026-{month}", "azure", "Purchase", "two units", usd("3120.50")) for month in (11, 12))


def test_credits_are_used_in_the_order_of_their_ends() -> None:
    late = Credit(amount=usd(1000), start=date(2026, 10, 1))
    early = Credit(amount=usd(150), start=date(2026, 10, 1), until=date(2026, 11, 30))
    days = [spend("2026-10-10", 100), spend("2026-11-10", 100), spend("2026-12-10", 5000)]
    found, _ = bill(ContractFile(credit=(late, early)), days, ALL, date(2026, 12, 31))
    told = [(line.month, line.what, line.amount) for line in found]
    assert told == [
        ("2026-10", "credit of 150 USD from 2026-10-01 until 2026-11-30", usd(-100)),
        ("2026-11", "credit of 150 USD from 2026-10-01 until 2026-11-30", usd(-50)),
        ("2026-11", "credit of 1000 USD from 2026-10-01", usd(-50)),
        ("2026-12", "credit of 1000 USD from 2026-10-01", usd(-950)),  # what is left of it; never below zero
    ]


def test_a_credit_pays_for_its_days_and_its_provider_after_the_discount() -> None:
    credit = Credit(amount=usd(1000), start=date(2026, 10, 10), until=date(2026, 10, 20), provider="OPENAI")
    days = [
        spend("2026-10-09", 1),
        spend("2026-10-10", 200),
        spend("2026-10-20", 200),
        spend("2026-10-15", 7, ANTHROPIC),
        spend("2026-10-21", 10),
    ]
    assert lines(ContractFile(credit=(credit,)), days) == [("2026-10", "Credit", "-400")]
    # 5 % of 411 are 20.55, off the last days first: 10 of the 21st, 10.55 of the 20th.
    terms = ContractFile(credit=(credit,), volume=volume().volume)
    assert lines(terms, days) == [("2026-10", "Adjustment", "-20.55"), ("2026-10", "Credit", "-389.45")]


def test_a_credit_that_was_used_before_the_period_is_used() -> None:
    credit = Credit(amount=usd(150), start=date(2026, 10, 1))
    days = [spend("2026-10-10", 100), spend("2026-11-10", 100), spend("2026-12-01", 0)]
    november = Period(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
    assert lines(ContractFile(credit=(credit,)), days, november) == [("2026-11", "Credit", "-50")]


def test_a_credit_from_before_the_first_call_is_not_guessed() -> None:
    credit = Credit(amount=usd(150), start=date(2026, 8, 15))
    _, gaps = bill(ContractFile(credit=(credit,)), [spend("2026-10-10", 100)], ALL, date(2026, 10, 31))
    assert [gap.reason for gap in gaps] == ["what was used of it before 2026-10 is not known: load the calls from 2026-08-15 on"]


@pytest.mark.parametrize(
    ("period", "last", "reason"),
    [
        (Period(datetime(2026, 10, 2, tzinfo=UTC), None), "2026-10-31", PARTLY),
        (Period(None, datetime(2026, 10, 31, 23, tzinfo=UTC)), "2026-10-31", PARTLY),  # a month of Berlin
        (ALL, "2026-10-30", "partial month: the calls end on 2026-10-30"),
    ],
)
def test_a_month_in_part_is_not_applied_and_said_so(period: Period, last: str, reason: str) -> None:
    terms = ContractFile(
        volume=volume().volume,
        commitment=(Commitment(amount=usd(9)),),
        credit=(Credit(amount=usd(9), start=date(2026, 10, 1)),),
    )
    found, gaps = bill(terms, [spend("2026-10-05", 200)], period, date.fromisoformat(last))
    assert {gap.category for gap in gaps} == {"Adjustment", "Credit"}
    assert {gap.reason for gap in gaps} == {reason}
    assert found == ()


def test_months_outside_of_the_period_are_not_told() -> None:
    october = Period(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
    days = [spend(f"2026-{month}-05", 600) for month in ("09", "10", "11", "12")]
    assert lines(volume(), days, october) == [("2026-10", "Adjustment", "-30")]


def test_a_month_that_is_a_range_is_not_guessed_and_neither_is_what_follows_of_a_credit() -> None:
    terms = ContractFile(volume=volume().volume, credit=(Credit(amount=usd(500), start=date(2026, 10, 1)),))
    days = [spend("2026-10-05", 200), spend("2026-11-05", 200, bounded_records=2), spend("2026-12-05", 200)]
    found, gaps = bill(terms, days, ALL, date(2026, 12, 31))
    assert [(line.month, line.category, line.amount) for line in found] == [
        ("2026-10", "Adjustment", usd(-10)),
        ("2026-10", "Credit", usd(-190)),
        ("2026-12", "Adjustment", usd(-10)),
    ]
    assert [(gap.month, gap.category, gap.reason) for gap in gaps] == [
        ("2026-11", "Adjustment", RANGE),
        ("2026-11", "Credit", RANGE),
        ("2026-12", "Credit", "some of an earlier month's spend, which used it, is only known as a range"),
    ]


def test_records_without_a_price_are_taken_as_free_and_counted() -> None:
    found, _ = bill(volume(), [spend("2026-10-05", 200, unpriced_records=3)], ALL, date(2026, 10, 31))
    assert [line.unpriced_records for line in found] == [3]


def test_no_calls_no_lines() -> None:
    assert bill(volume(), [], ALL, None) == ((), ())


amounts = st.decimals(0, 10**6, places=18, allow_nan=False)
some_days = st.lists(
    st.builds(
        DaySpend,
        st.dates(date(2026, 8, 1), date(2026, 12, 31)),
        st.sampled_from([OPENAI, ANTHROPIC]),
        amounts,
        st.integers(0, 2),
        st.sampled_from([0, 0, 0, 0, 0, 1]),
    ),
    max_size=12,
    unique_by=lambda one: (one.day, one.names),
)
providers = st.sampled_from([None, "openai", "anthropic"])
credits_ = st.lists(
    st.builds(
        Credit,
        amount=st.decimals(1, 10**6, places=6, allow_nan=False),
        start=st.dates(date(2026, 7, 1), date(2026, 10, 1)),
        until=st.one_of(st.none(), st.dates(date(2026, 10, 1), date(2027, 1, 1))),
        provider=providers,
    ),
    max_size=4,
)
contracts = st.builds(
    ContractFile,
    volume=st.sampled_from([(), volume().volume, volume("marginal").volume]),
    credit=credits_.map(tuple),
    commitment=st.lists(
        st.builds(Commitment, amount=st.decimals(1, 10**6, places=6), provider=providers),
        max_size=3,
        unique_by=lambda one: one.provider,
    ).map(tuple),
)


@given(contracts, some_days, st.randoms(use_true_random=False))
def test_the_order_of_entries_and_days_changes_nothing(terms: ContractFile, days: list[DaySpend], shuffle: Any) -> None:
    last = max((one.day for one in days), default=None)
    mixed_days = list(days)
    shuffle.shuffle(mixed_days)

    def mix(entries: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(shuffle.sample(entries, len(entries)))

    mixed = ContractFile(volume=mix(terms.volume), credit=mix(terms.credit), commitment=mix(terms.commitment))
    assert bill(terms, days, ALL, last) == bill(mixed, mixed_days, ALL, last)


@given(contracts, some_days)
def test_credits_never_pay_more_than_there_is(terms: ContractFile, days: list[DaySpend]) -> None:
    last = max((one.day for one in days), default=None)
    found, gaps = bill(terms, days, ALL, last)
    for month in {line.month for line in found}:
        mine = [line.amount for line in found if line.month == month and line.amount < 0]
        contracted = [one.contracted for one in days if f"{one.day:%Y-%m}" == month]
        assert EXACT.add(exactly(*mine), exactly(*contracted)) >= 0
    for one in terms.credit:
        used = exactly(*(line.amount for line in found if line.what == one.what() and line.category == "Credit"))
        alike = sum(other.what() == one.what() for other in terms.credit)
        assert -used <= one.amount * alike
    assert all(gap.reason for gap in gaps)
