"""``logcost.toml``: what it says is what is read, and a mistake is named with its line and the nearest key."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from logcost.contract import load
from logcost.contract.grammar import Tier
from logcost.errors import ContractError
from tests.contract.gallery import GALLERY

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """
prices = ["own.toml", "more/own.toml"]

[[discount]]
percent = "12.5"
provider = "openai"
from = 2026-01-01
until = 2026-12-31

[[discount]]
percent = 20
models = ["gpt-5*", "o3"]

[[volume]]
provider = "openai"
applies = "marginal"
tiers = [{ above = "0", percent = "0" }, { above = "10000", percent = "5" }]

[[credit]]
amount = "1000"
from = 2026-10-01
until = 2027-09-30

[[commitment]]
amount = "5000"
per = "month"
provider = "anthropic"
from = 2026-01-01

[[purchase]]
amount = "3120.50"
what = "provisioned throughput, 2 units"

[models]
"my-gpt4o" = "azure/gpt-4o-2024-08-06"

[currency]
code = "EUR"
[[currency.rate]]
from = 2026-10-01
usd = "1.1640"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "logcost.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_everything_a_contract_can_say(tmp_path: Path) -> None:
    contract = load(write(tmp_path, WHOLE))
    terms = contract.terms
    assert [one.percent for one in terms.discount] == [Decimal("12.5"), Decimal(20)]
    assert (terms.discount[0].start, terms.discount[0].until) == (date(2026, 1, 1), date(2026, 12, 31))
    assert terms.discount[1].models == ("gpt-5*", "o3")
    assert terms.volume[0].tiers == (Tier(Decimal(0), Decimal(0)), Tier(Decimal(10_000), Decimal(5)))
    assert (terms.credit[0].amount, terms.credit[0].start) == (Decimal(1000), date(2026, 10, 1))
    assert (terms.commitment[0].provider, terms.commitment[0].amount) == ("anthropic", Decimal(5000))
    assert terms.purchase[0].amount == Decimal("3120.50")
    assert contract.price_files == (tmp_path / "own.toml", tmp_path / "more" / "own.toml")
    assert contract.models == {"my-gpt4o": "azure/gpt-4o-2024-08-06"}
    assert contract.rates is not None
    assert contract.adjusts
    assert contract.edges() == [date(2026, 1, 1), date(2027, 1, 1)]


def test_an_empty_contract_changes_nothing(tmp_path: Path) -> None:
    contract = load(write(tmp_path, ""))
    assert (contract.rates, contract.adjusts, contract.edges(), contract.price_files) == (None, False, [], ())


@pytest.mark.parametrize("name", GALLERY)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    text, message = GALLERY[name]
    monkeypatch.chdir(tmp_path)
    path = write(tmp_path, text).relative_to(tmp_path)
    with pytest.raises(ContractError) as raised:
        load(path)
    place = f"{raised.value.path}:{raised.value.line}: " if raised.value.line else f"{raised.value.path}: "
    assert f"{place}{raised.value.message}" == message
    assert raised.value.remedy
    assert (raised.value.exit_code, raised.value.slug) == (2, "contract")


def test_terms_of_one_kind_may_follow_each_other(tmp_path: Path) -> None:
    text = """
    [[discount]]
    percent = "5"
    until = 2026-09-30
    [[discount]]
    percent = "6"
    from = 2026-10-01
    [[commitment]]
    amount = "5"
    [[commitment]]
    amount = "6"
    provider = "openai"
    """
    assert load(write(tmp_path, text)).edges() == [date(2026, 10, 1)]


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"The contract cannot be read: No such file or directory\."):
        load(tmp_path / "logcost.toml")
    (tmp_path / "logcost.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ContractError, match=r"The contract is no UTF-8 text\."):
        load(tmp_path / "logcost.toml")


def test_the_currency_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path, WHOLE)
    assert load(path, code="USD").rates is None
    assert load(path, code="EUR").rates == load(path).rates
    with pytest.raises(ContractError, match=r"--currency CHF: the contract has rates of EUR only\."):
        load(path, code="CHF")
    with pytest.raises(ContractError, match=r"--currency CHF: the contract has no \[currency\]\."):
        load(write(tmp_path, ""), code="CHF")
