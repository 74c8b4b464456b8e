"""The macros that bills and cost exports share: each rule with the spellings it must understand and those it must not."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

import pytest

from logcost.store import Ledger


@cache
def _ledger() -> Ledger:
    ledger = Ledger()
    ledger.define_macros()
    return ledger


def value(expression: str, text: str | None) -> object:
    """The result of an expression over ``$x``; a time as the number of seconds that it is after 1970."""
    ((found,),) = _ledger().sql(f"SELECT {expression}", {"x": text})
    return found


def seconds(year: int, month: int, day: int, hour: int = 0) -> float:
    return datetime(year, month, day, hour, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-01", seconds(2026, 10, 1)),
        ("2026-10-01T00:00:00+02:00", seconds(2026, 9, 30, 22)),
        ("2026-10-01 07:00:00 UTC", seconds(2026, 10, 1, 7)),
        ("10/01/2026", seconds(2026, 10, 1)),
        ("4/1/25", seconds(2025, 4, 1)),
        ("20261001", seconds(2026, 10, 1)),
        ("31/12/2026", None),
        ("20261301", None),
        ("1/2/026", None),
        ("today", None),
        (None, None),
    ],
)
def test_a_day_is_read_as_spreadsheets_write_it(text: str | None, expected: float | None) -> None:
    assert value("epoch(any_day($x::VARCHAR))", text) == expected
    assert (value("bad_day('day', $x::VARCHAR)", text) is None) == (text is None or expected is not None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1234567890123456", "0.123456789012346"),
        ("0.0000000000000005", "0"),
        ("0.0000000000000015", "0.000000000000002"),
        ("0.0000000000000025", "0.000000000000002"),
        ("-0.0000000000000025000", "-0.000000000000002"),
        ("0.00000000000000250001", "0.000000000000003"),
        ("1.5E-3", "0.0015"),
        # As .NET, Java and Python write a DOUBLE: 17 digits and an exponent.
        ("4.1666666666666669E-05", "0.000041666666667"),
        ("1.2345678901234567e+03", "1234.5678901234567"),
        ("2.5E-15", "0.000000000000002"),
        ("-3.5E-15", "-0.000000000000004"),
        ("9E-99", "0"),
        (".5", "0.5"),
        ("-.5e1", "-5"),
        ("1e30", None),
        ("1.5E", None),
        (".", None),
        ("12", "12"),
        ("NaN", None),
        ("1,5", None),
    ],
)
def test_an_amount_is_exact_and_a_long_one_is_rounded_half_to_even(text: str, expected: str | None) -> None:
    assert value("strict_decimal($x)", text) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$1,234.50", "1234.5"),
        ("-$0.03", "-0.03"),
        ("$-1,234,567", "-1234567"),
        (" 7e-3 ", "0.007"),
        # The comma may be a decimal one: no amount that is a hundred times too large.
        ("1,23", None),
        ("1.234,56", None),
        ("12,34,567", None),
        ("1,2345", None),
        ("Included", None),
        ("-", None),
    ],
)
def test_commas_of_an_amount_part_thousands_or_it_is_none(text: str, expected: str | None) -> None:
    assert value("money($x)", text) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("quantity", "price", "expected"),
    [
        ("120.5", "0.0025", "0.30125"),
        ("0.000000000001", "0.0000000001", "0"),
        ("0.0000000000001", "1", None),
        ("1", "0.00000000001", None),
        ("1000000000", "1", None),
    ],
)
def test_a_product_that_would_lose_digits_of_its_factors_is_not_given(quantity: str, price: str, expected: str | None) -> None:
    found = value(f"exact_product($x, '{price}')", quantity)
    assert found == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("label", "meter", "tier"),
    [
        ("USE1-Nova2.0Lite-input-tokens", "input", None),
        ("USE1-Nova2.0Lite-output-tokens-batch", "output", "batch"),
        ("USW2-Claude4.5Sonnet-cache-read-input-token-count-cross-region-global", "cache_read", None),
        ("USW2-Claude4.5Sonnet-cache-write-input-token-count", "cache_write", None),
        ("USE1-MP:USE1_CacheWrite1hInputTokenCount-Units", "cache_write_1h", None),
        ("USE1-MP:USE1_OutputTokenCount_Global_Batch-Units", "output", "batch"),
        ("USE1_input_tokens_global_standard-Units", "input", "standard"),
        ("gpt-4o-0806-Inp-glbl Tokens", "input", None),
        ("gpt-4o-0806-Outp-glbl Tokens", "output", None),
        ("gpt 4o 1120 cached Inp glbl Tokens", "cache_read", None),
        ("gpt5 cd inp glbl", "cache_read", None),
        ("GPT 5 Inpt Glbl", "input", None),
        ("Generate content input token count gemini 3.1 flash lite preview text", "input", None),
        ("Generate_content cached image input token count for gemini 3 flash", "cache_read", None),
        ("Generate content flex caching gemini 3 flash", "cache_read", "flex"),
        ("Gemini 3.8 Flash Cyber Global Text Input Caching Offpeak", "cache_read", None),
        ("Gemini 2.5 Pro Thinking Text Output - Predictions", "output", None),
        ("Gemini 3 cache storage text", "cache_storage", None),
        ("LLM input tokens (cached)", "cache_read", None),
        ("LLM input tokens (uncached)", "input", None),
        ("PROMPT_CACHE_HIT_TOKEN", "cache_read", None),
        ("PROMPT_CACHE_MISS_TOKEN", "input", None),
        ("Grounding with Google Search", "web_search", None),
        ("BoxUsage:t3.micro", None, None),
        ("Standard Data Transfer", None, "standard"),
    ],
)
def test_a_label_says_what_is_charged(label: str, meter: str | None, tier: str | None) -> None:
    assert value("token_meter($x)", label) == meter
    assert value("label_tier($x)", label) == tier


@pytest.mark.parametrize(
    ("label", "model"),
    [
        ("Generate content input token count gemini 3.1 flash lite preview text", "gemini-3.1-flash-lite-preview"),
        ("Generate content output token count gemini 2.5 flash short input text", "gemini-2.5-flash"),
        ("Generate_content cached image input token count for gemini 3 flash", "gemini-3-flash"),
        ("Gemini 2.5 Pro Thinking Text Output - Predictions", "gemini-2.5-pro"),
        ("Gemini 3.8 Flash Cyber Global Text Input Caching Offpeak", "gemini-3.8-flash-cyber"),
        ("Cloud Vertex AI Model Garden Model as a Service GLM-5.2 Input", "glm-5.2"),
        ("Claude Sonnet 4.5 Output Tokens", "claude-sonnet-4.5"),
        ("Generate content output token count gemini 2.5 flash image", None),
        ("N1 Predefined Instance Core running in Americas", None),
    ],
)
def test_a_sku_names_its_model_or_none(label: str, model: str | None) -> None:
    assert value("sku_model($x)", label) == model


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Azure OpenAI", True),
        ("gpt5 cchd Inp Glbl", True),
        ("USW2-Claude4.5Sonnet-output-tokens", True),
        ("Amazon Bedrock", True),
        ("Gemini API", True),
        ("Virtual Machines BS Series - B1s", False),
        ("Egypt North bandwidth", False),
        ("Vertex AI: Online/Batch Prediction N1 Core", False),
    ],
)
def test_a_line_of_a_cloud_bill_names_a_language_model_or_not(label: str, expected: bool) -> None:
    assert value("names_llm($x)", label) is expected
