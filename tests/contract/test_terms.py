"""Which discount a call has: the most specific, by the call's day in UTC."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from logcost.contract import Contract, Names, load
from logcost.errors import ContractError

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 10, 1)
TERMS = """
[[discount]]
percent = "1"
[[discount]]
percent = "2"
provider = "OpenAI"
[[discount]]
percent = "3"
models = ["gpt-*"]
[[discount]]
percent = "4"
provider = "azure.ai.openai"
models = ["gpt-*"]
[[discount]]
percent = "5.125"
models = ["gpt-4o"]
from = 2026-10-01
until = 2026-10-31
[[discount]]
percent = "6"
models = ["gpt-4o-2024-08-06"]
provider = "openai"
"""


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    path = tmp_path / "logcost.toml"
    path.write_text(TERMS, encoding="utf-8")
    return load(path)


@pytest.mark.parametrize(
    ("names", "day", "percent"),
    [
        (Names("anthropic", "anthropic", "claude-x", "claude-x"), DAY, "1"),
        (Names(None, None, None, None), None, "1"),
        (Names("openai", "openai", "o3", "o3"), DAY, "2"),
        (Names("openai", "OPENAI", "gpt-5", "gpt-5"), DAY, "3"),  # a model before a provider
        (Names("azure", "azure.ai.openai", "gpt-5", "GPT-5"), DAY, "4"),  # with a provider before without; case is nothing
        (Names("azure", "azure.ai.openai", "gpt-4o", "gpt-4o"), DAY, "5.125"),  # a name before a glob
        (Names("azure", "azure.ai.openai", "gpt-4o", "gpt-4o"), date(2026, 10, 31), "5.125"),  # until is included
        (Names("azure", "azure.ai.openai", "gpt-4o", "gpt-4o"), date(2026, 11, 1), "4"),
        (Names("azure", "azure.ai.openai", "gpt-4o", "gpt-4o"), date(2026, 9, 30), "4"),
        (Names("azure", "azure.ai.openai", "gpt-4o", "gpt-4o"), None, "4"),  # no time: only discounts without days
        (Names("openai", "openai", "gpt-4o-2024-08-06", "gpt-4o"), DAY, "6"),  # the book's name of the model counts as well
    ],
)
def test_the_most_specific_discount_holds(contract: Contract, names: Names, day: date | None, percent: str) -> None:
    assert contract.kept(names, day) == 1 - Decimal(percent) / 100


def test_two_globs_that_meet_in_a_model_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "logcost.toml"
    path.write_text('[[discount]]\npercent = "5"\nmodels = ["gpt-*"]\n\n[[discount]]\npercent = "6"\nmodels = ["*-mini"]\n')
    contract = load(path)
    assert contract.kept(Names(None, None, None, "gpt-5"), DAY) == Decimal("0.95")
    with pytest.raises(ContractError) as raised:
        contract.kept(Names("openai", "openai", "gpt-5-mini", "gpt-5-mini"), DAY)
    said = "discount 1 and discount 2 both hold for gpt-5-mini, and neither is more specific. Name the model in one of them."
    assert str(raised.value) == f"{path}:5: {said} [contract]"


def test_without_discounts_all_of_it_is_paid(tmp_path: Path) -> None:
    path = tmp_path / "logcost.toml"
    path.touch()
    assert load(path).kept(Names(None, None, None, None), None) == 1
