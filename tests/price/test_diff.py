"""``logcost.price.diff``: the book beside the tables of other packages, which are read as data."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from logcost.errors import UnreadableFileError, UsageError
from logcost.price import PriceBook
from logcost.price.diff import Diff, diff
from logcost.price.packages import read

if TYPE_CHECKING:
    from pathlib import Path

BOOK = PriceBook.load()
AT = datetime(2026, 11, 1, tzinfo=UTC)
LITELLM: dict[str, Any] = {
    "sample_spec": {"litellm_provider": "one of the providers", "input_cost_per_token": 1},
    "gpt-4o": {"litellm_provider": "openai", "input_cost_per_token": 2.5e-06, "output_cost_per_token": 1.1e-05},
    "gpt-4o-2024-05-13": {"litellm_provider": "openai", "input_cost_per_token": 5e-06},
    "claude-3-5-haiku-20241022": {"litellm_provider": "anthropic", "input_cost_per_token": 1e-06},
    "gpt-99": {"litellm_provider": "openai", "input_cost_per_token": 1e-06},
    "text-davinci-003": {"litellm_provider": "openai", "input_cost_per_token": 2e-05},
    "azure/gpt-4o-2024-08-06": {"litellm_provider": "azure", "input_cost_per_token": 2.5e-06},
    "1024-x-1024/dall-e-3": {"litellm_provider": "openai", "input_cost_per_pixel": 1e-09, "input_cost_per_token": 1},
    "ollama/llama3": {"litellm_provider": "ollama", "input_cost_per_token": 0.0},
}
GENAI = """\
import datetime
from decimal import Decimal
from .types import *

providers: list[Provider] = [
    Provider(
        id='openai',
        models=[
            ModelInfo(
                id='gpt-4o',
                match=ClauseOr(or_=[ClauseEquals(equals='gpt-4o'), ClauseEquals(equals='gpt-4o-2024-08-06')]),
                prices=[
                    ConditionalPrice(prices=ModelPrice(input_mtok=Decimal('5'))),
                    ConditionalPrice(
                        constraint=StartDateConstraint(start_date=datetime.date(2024, 10, 2)),
                        prices=ModelPrice(input_mtok=TieredPrices(base=Decimal('2.4'), tiers=[]), output_mtok=Decimal('10')),
                    ),
                ],
            ),
        ],
    ),
]
"""


def litellm(folder: Path) -> Path:
    path = folder / "litellm" / "model_prices_and_context_window_backup.json"
    path.parent.mkdir()
    path.write_text(json.dumps(LITELLM))
    return path


def told(found: Diff) -> set[tuple[str, str, str, str]]:
    return {(one.name, one.meter, f"{one.ours:f}", f"{one.theirs:f}") for one in found.differences}


def test_litellm_from_its_file(tmp_path: Path) -> None:
    found = diff(BOOK, read(None, litellm(tmp_path), AT), AT)
    assert (found.package, found.version, found.compared) == ("litellm", "", 5)
    assert told(found) == {("gpt-4o", "output", "10", "11"), ("claude-3-5-haiku-20241022", "input", "0.8", "1")}
    (haiku,) = (one for one in found.differences if one.provider == "anthropic")
    assert haiku.theirs_before  # it fell on 2024-12-03, and their table has not seen it
    assert haiku.since == datetime(2024, 12, 3, tzinfo=UTC)
    assert found.only_theirs == (("openai", "gpt-99"),)
    assert found.without_price == (("openai", "text-davinci-003"),)
    assert ("openai", "gpt-5") in found.only_ours
    assert not any(provider == "groq" for provider, _ in found.only_ours)


def test_one_provider_only(tmp_path: Path) -> None:
    litellm(tmp_path)
    found = diff(BOOK, read("litellm", tmp_path, AT), AT, provider="anthropic")
    assert told(found) == {("claude-3-5-haiku-20241022", "input", "0.8", "1")}
    assert {provider for provider, _ in found.only_ours} == {"anthropic"}


def genai(folder: Path, text: str = GENAI) -> Path:
    (folder / "genai_prices").mkdir()
    (folder / "genai_prices" / "data.py").write_text(text)
    info = folder / "genai_prices-9.9.9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: genai-prices\nVersion: 9.9.9\n")
    return folder


def test_genai_prices_from_a_folder_with_its_version(tmp_path: Path) -> None:
    found = diff(BOOK, read(None, genai(tmp_path), AT), AT)
    assert (found.package, found.version) == ("genai-prices", "9.9.9")
    assert told(found) == {("gpt-4o", "input", "2.5", "2.4"), ("gpt-4o-2024-08-06", "input", "2.5", "2.4")}


def test_the_prices_are_those_of_the_day(tmp_path: Path) -> None:
    then = datetime(2024, 9, 1, tzinfo=UTC)
    (own,) = (one for one in read(None, genai(tmp_path), then).models if one.model == "gpt-4o")
    assert own.rates == {"input": Decimal(5)}


def test_no_code_of_a_package_is_run(tmp_path: Path) -> None:
    evil = GENAI.replace("Decimal('2.4')", f"open({str(tmp_path / 'made')!r}, 'w').write('x')")
    with pytest.raises(UnreadableFileError):
        read("genai-prices", genai(tmp_path, evil), AT)
    assert not (tmp_path / "made").exists()


def test_what_is_not_there_or_no_table(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="genai-prices or litellm is not in"):
        read(None, tmp_path, AT)
    path = tmp_path / "prices.json"
    path.write_text("[1]")
    with pytest.raises(UnreadableFileError, match="no table of litellm"):
        read(None, path, AT)
