"""The macros for API bodies: what they take from addresses, headers, lists and amounts, and what they must not take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logcost.store import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    with Ledger() as opened:
        opened.define_macros()
        yield opened


def value(ledger: Ledger, expression: str, **given: object) -> object:
    ((found,),) = ledger.sql(f"SELECT {expression}", given)
    return found


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/model/us.amazon.nova-micro-v1%3A0/converse", "us.amazon.nova-micro-v1:0"),
        ("https://bedrock-runtime.us-east-1.amazonaws.com/model/qwen.qwen3-32b-v1:0/invoke?x=1", "qwen.qwen3-32b-v1:0"),
        (
            "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Ainference-profile%2Fabc/converse",
            "arn:aws:bedrock:eu-west-1:1:inference-profile/abc",
        ),
        ("/models/gemini:generateContent", None),
        (None, None),
    ],
)
def test_a_model_of_bedrock_is_read_from_its_address(path: str | None, expected: str | None, ledger: Ledger) -> None:
    assert value(ledger, "bedrock_model($x::VARCHAR)", x=path) == expected


@pytest.mark.parametrize(
    ("model", "host", "expected"),
    [
        ("global.anthropic.claude-sonnet-4-5", "bedrock-runtime.eu-central-1.amazonaws.com", "global"),
        ("us.anthropic.claude-sonnet-4-5", "bedrock-runtime.us-west-2.amazonaws.com", "us-west-2"),
        ("arn:aws:bedrock:eu-west-1:1:application-inference-profile/a", "bedrock-runtime.us-east-1.amazonaws.com", "eu-west-1"),
        ("arn:aws-us-gov:bedrock:us-gov-west-1:1:inference-profile/a", None, "us-gov-west-1"),
        ("x", "https://bedrock-runtime-fips.us-gov-east-1.amazonaws.com/model/x/converse", "us-gov-east-1"),
        ("us.anthropic.claude-sonnet-4-5", "proxy.example.org", None),
        (None, None, None),
    ],
)
def test_the_region_is_the_one_that_bills(model: str | None, host: str | None, expected: str | None, ledger: Ledger) -> None:
    assert value(ledger, "bedrock_region($model::VARCHAR, $host::VARCHAR)", model=model, host=host) == expected


@pytest.mark.parametrize(
    ("host", "model", "expected"),
    [
        ("api.openai.com", None, "openai"),
        ("https://me.openai.azure.com/openai/v1", "gpt-5", "azure.ai.openai"),
        ("bedrock-runtime.us-west-2.amazonaws.com", "openai.gpt-oss-120b", "aws.bedrock"),
        ("api.groq.com", "gpt-oss", "groq"),
        ("proxy.example.org", "gpt-5", None),
        ("", "gpt-5-2025-08-07", "openai"),
        ("", "o3-mini", "openai"),
        ("", "whisper-1", "openai"),
        ("", "openai/gpt-5", None),
        ("", "llama-3.3-70b", None),
        ("", None, None),
    ],
)
def test_the_host_says_who_bills_and_a_name_only_without_one(
    host: str, model: str | None, expected: str | None, ledger: Ledger
) -> None:
    assert value(ledger, "provider_of_body($host, $model::VARCHAR)", host=host, model=model) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.00007159", "0.000071590000000"),
        ("7.1590000000000003e-05", "0.000071590000000"),
        ('"0.25"', "0.250000000000000"),
        ('{"total_cost": 5.006e-3, "request_cost": 0.005}', "0.005006000000000"),
        ('"cheap"', None),
        ("true", None),
        ("{}", None),
        (None, None),
    ],
)
def test_an_amount_of_json_is_exact(text: str | None, expected: str | None, ledger: Ledger) -> None:
    found = value(ledger, "strict_decimal(json_amount($x::VARCHAR, '$.total_cost'))::VARCHAR", x=text)
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fri, 01 May 2026 08:00:04 GMT", 1777622404.0),
        ("Fri, 01 May 2026 08:00:04 CET", None),
        ("2026-05-01T08:00:04Z", None),
        (None, None),
    ],
)
def test_the_date_header_is_gmt(text: str | None, expected: float | None, ledger: Ledger) -> None:
    assert value(ledger, "epoch(http_time($x::VARCHAR))", x=text) == expected


def test_modalities_are_found_under_all_their_names(ledger: Ledger) -> None:
    listed = """[
        {'modality': 'AUDIO', 'tokens': 5}, {'modality': 'audio', 'tokens': 7}, {'modality': 'MediaModality.AUDIO', 'tokens': 11},
        {'modality': '4', 'tokens': 13}, {'modality': 'TEXT', 'tokens': 100}, {'modality': 'AUDIO', 'tokens': NULL}
    ]"""
    assert value(ledger, f"modality_tokens({listed}, ['AUDIO', '4'])") == 36
    assert value(ledger, f"modality_tokens({listed}, ['VIDEO', '3'])") == 0
    assert value(ledger, "modality_tokens(NULL::STRUCT(modality VARCHAR, tokens BIGINT)[], ['AUDIO'])") is None


@pytest.mark.parametrize(
    ("text", "weak"),
    [
        ("chatcmpl-417", True),
        ("cmpl-7", True),
        ("chatcmpl-A1", True),
        ("placeholder", True),
        ("1795309326368", True),
        ("chatcmpl-E1mBQt42vYTsKNd5wnyJlT0db7v9S", False),
        ("chatcmpl-a1", False),
        ("gen-17", False),
        ("b258c96bda0c4897a502f7f1c32900f9", False),
        ("20261101153000b0c4897a502f7f1c", False),
        ("", False),
        (None, None),
    ],
)
def test_an_id_that_servers_repeat_says_nothing_of_itself(text: str | None, weak: bool | None, ledger: Ledger) -> None:
    assert value(ledger, "weak_id($x::VARCHAR)", x=text) == weak
