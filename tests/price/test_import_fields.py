"""How the importer reads one entry of a table: rates, tiers, modes, hours, fees and names in the terms of the book."""

from __future__ import annotations

import importlib
import sys
from decimal import Decimal
from typing import Any

import pytest

from logcost import resources

sys.path.insert(0, str(resources.path("pricing", "tools", "import_tables.py").parent))
fields: Any = importlib.import_module("import_fields")
names: Any = importlib.import_module("import_names")
offers: Any = importlib.import_module("import_offer")

ONE = {"input_cost_per_token": "1e-6", "output_cost_per_token": "2e-6"}


def searches(low: str, medium: str, high: str) -> dict[str, str]:
    return {f"search_context_size_{size}": usd for size, usd in {"low": low, "medium": medium, "high": high}.items()}


def test_the_tier_of_grok_begins_at_the_threshold_itself() -> None:
    tiered = {"base": "1", "tiers": [{"start": "199999", "price": "2"}]}
    offer = fields.of_genai("grok-4.3", {"input_mtok": tiered})
    assert offer.tiers == (offers.Tier(200_000, {"input": Decimal(2)}, inclusive=True),)
    litellm = fields.of_litellm(
        "xai/grok-4.3", {"input_cost_per_token": "1e-6", "input_cost_per_token_above_200k_tokens": "2e-6"}
    )
    assert litellm.tiers == offer.tiers
    other = fields.of_litellm("one", {"input_cost_per_token": "1e-6", "input_cost_per_token_above_200k_tokens": "2e-6"})
    assert not other.tiers[0].inclusive


def test_ranges_of_prompt_size_are_tiers() -> None:
    steps = [("0", "32000", "1e-6"), ("32000", "128000", "2e-6"), ("128000", "256000", "3e-6")]
    ranges = [{"range": [low, high], "input_cost_per_token": usd} for low, high, usd in steps]
    offer = fields.of_litellm("qwen-one", {"tiered_pricing": ranges})
    assert offer.rates == {"input": 1}
    assert [(tier.above, tier.rates["input"]) for tier in offer.tiers] == [(32_000, 2), (128_000, 3)]


def test_off_peak_hours_become_peak_hours() -> None:
    low = {"input_cost_per_token": "1e-6", "output_cost_per_token": "2e-6"}
    week = {"hours_utc": ["00:00-01:00", "04:00-06:00", "10:00-00:00"], "weekdays": [1, 2, 3, 4, 5]}
    hours = {"off_peak_pricing": low | {"windows": [week, {"hours_utc": "00:00-00:00", "weekdays": [6, 7]}]}}
    offer = fields.of_litellm("one", {"input_cost_per_token": "2e-6", "output_cost_per_token": "4e-6"} | hours)
    assert offer.rates == {"input": 1, "output": 2}
    assert offer.window == offers.Window(
        ("01:00-04:00", "06:00-10:00"), (1, 2, 3, 4, 5), {"input": Decimal(2), "output": Decimal(4)}
    )


@pytest.mark.parametrize(
    ("entry", "fees"),
    [
        ({"mode": "rerank", "input_cost_per_query": "0.002", "input_cost_per_token": "0"}, {"search_units": "0.002"}),
        ({"mode": "audio_transcription", "input_cost_per_second": "0.0001"}, {"seconds": "0.0001"}),
        ({"mode": "audio_speech", "input_cost_per_character": "0.000015"}, {"characters": "0.000015"}),
        ({"mode": "ocr", "ocr_cost_per_page": "0.001"}, {"pages": "0.001"}),
        ({"mode": "image_generation", "output_cost_per_image": "0.04"}, {"images": "0.04"}),
        (
            {"mode": "video_generation", "output_cost_per_second": "0.1", "output_cost_per_second_1080p": "0.3"},
            {"video_seconds": "0.1", "video_seconds_1080p": "0.3"},
        ),
        ({"mode": "search", "input_cost_per_query": "0.005"}, {"requests": "0.005"}),
        ({"search_context_cost_per_query": searches("0.01", "0.01", "0.01")}, {"web_search_requests": "0.01"}),
        ({"search_context_cost_per_query": searches("0.03", "0.035", "0.05")}, {}),
        (
            {"litellm_provider": "perplexity", "search_context_cost_per_query": searches("0.005", "0.008", "0.012")},
            {"requests_low_context": "0.005", "requests_medium_context": "0.008", "requests_high_context": "0.012"},
        ),
        ({"mode": "chat", "input_cost_per_token": "1e-6", "input_cost_per_character": "2.5e-7"}, {}),
    ],
)
def test_units_other_than_tokens_are_fees(entry: dict[str, Any], fees: dict[str, str]) -> None:
    offer = fields.of_litellm("one", entry)
    assert {unit: f"{usd:f}" for unit, usd in offer.fees.items()} == fees
    assert "input" not in offer.rates or offer.rates["input"]


def test_an_hours_price_is_one_of_seconds_only_where_it_comes_out_even() -> None:
    assert fields.of_genai("one", {"audio_hours": "0.36"}).fees == {"seconds": Decimal("0.0001")}
    odd = fields.of_genai("one", {"audio_hours": "0.111"})
    assert odd.fees == {}
    assert odd.left_out == ("seconds: an hour's or a minute's price that is no whole number of femto-USD for one",)


def test_a_cached_token_is_not_dearer_than_a_fresh_one_and_a_write_not_cheaper() -> None:
    odd = {"cache_read_input_token_cost": "2e-6", "cache_creation_input_token_cost": "5e-7"}
    assert fields.of_litellm("one", ONE | odd).rates == {"input": 1, "output": 2}
    right = {"cache_read_input_token_cost": "1e-6", "cache_creation_input_token_cost": "1e-6"}
    assert set(fields.of_litellm("one", ONE | right).rates) == {"input", "output", "cache_read", "cache_write_5m"}
    assert fields.of_litellm("one", {"output_cost_per_token": "1e-6"} | right).rates == {"output": 1}


def test_a_rate_in_a_wrong_unit_is_none() -> None:
    offer = fields.of_litellm("one", {"input_cost_per_token": "0.135", "output_cost_per_token": "0.54"})
    assert not offer.priced
    assert offer.left_out == ("a rate above 600 USD per million tokens: an error of the table's unit",)


@pytest.mark.parametrize(
    ("provider", "key", "place"),
    [
        ("azure", "azure/eu/gpt-4o-2024-08-06", ("azure", "eu/gpt-4o-2024-08-06")),
        ("azure_ai", "azure_ai/grok-3", ("azure", "grok-3")),
        ("bedrock", "bedrock/us-gov-west-1/anthropic.claude-x", ("aws.bedrock", "us-gov-west-1/anthropic.claude-x")),
        ("bedrock_converse", "us.anthropic.claude-x-v1:0", ("aws.bedrock", "us.anthropic.claude-x-v1:0")),
        ("bedrock", "bedrock/*/1-month-commitment/cohere.x", "provisioned throughput by the second, no price per token"),
        ("vertex_ai-anthropic_models", "vertex_ai/claude-x@20250514", ("gcp.vertex_ai", "claude-x@20250514")),
        ("fireworks_ai", "fireworks_ai/accounts/fireworks/models/x", ("fireworks", "accounts/fireworks/models/x")),
        ("fireworks_ai", "fireworks-ai-up-to-4b", "a price class by size, no model"),
        ("openrouter", "openrouter/anthropic/claude-x", ("openrouter", "anthropic/claude-x")),
        ("together_ai", "together_ai/meta-llama/X", ("together", "meta-llama/X")),
        ("github_copilot", "github_copilot/gpt-4o", "a subscription in litellm, no price per token"),
        ("openai", "high/1024-x-1024/gpt-image-1", "an image's price by its size and steps, in the name"),
    ],
)
def test_names_are_those_of_the_provider(provider: str, key: str, place: object) -> None:
    assert names.of_litellm(provider, key) == place
