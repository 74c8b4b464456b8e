"""Names as logs write them: resolved and right, or unknown on purpose."""

from __future__ import annotations

import pytest

from logcost.price import PriceBook
from logcost.price.names import resolve

BOOK = PriceBook.load()


def now(provider: str | None, name: str) -> str:
    found = resolve(BOOK, provider, name)
    return found.reason or f"{found.provider}/{found.stands[-1].model}"


@pytest.mark.parametrize(
    ("provider", "name", "expected"),
    [
        ("openai", "GPT-4o", "openai/gpt-4o-2024-08-06"),
        ("OpenAI", "openai/gpt-4o", "openai/gpt-4o-2024-08-06"),
        (None, "openai:gpt-4o", "openai/gpt-4o-2024-08-06"),
        ("openai", "gpt-4o-2024-05-13", "openai/gpt-4o-2024-05-13"),
        ("openai", "gpt-4o-20241120", "openai/gpt-4o-2024-11-20"),
        ("openai", "gpt-5.2-20251211", "openai/gpt-5.2-2025-12-11"),
        ("openai", "gpt-5.6-sol-2026-07-09", "openai/gpt-5.6-sol"),
        ("openai", "gpt-5.4-mini-2026-03-17", "openai/gpt-5.4-mini"),
        ("openai", "o3-mini-high", "openai/o3-mini"),
        ("openai", "gpt-5-codex-high", "openai/gpt-5-codex"),
        ("openai", "ft:gpt-4o-mini-2024-07-18:acme:support:Ab12", "openai/ft:gpt-4o-mini-2024-07-18"),
        ("openai", "gpt-4o-2030-01-01", "unknown-model"),
        ("openai", "gpt-4o-minimal-edition", "unknown-model"),
        ("openai", "my-deployment", "unknown-model"),
        ("anthropic", "claude-3-5-sonnet-20240620", "anthropic/claude-3-5-sonnet-20240620"),
        ("anthropic", "claude-3.5-sonnet", "anthropic/claude-3-5-sonnet-20241022"),
        ("anthropic", "claude-sonnet-3.7", "anthropic/claude-3-7-sonnet-20250219"),
        ("anthropic", "claude-4.5-sonnet", "anthropic/claude-sonnet-4-5"),
        ("anthropic", "claude-sonnet-4.5", "anthropic/claude-sonnet-4-5"),
        ("anthropic", "Claude-Sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5"),
        ("anthropic", "claude-opus-4-5-2025-11-01", "anthropic/claude-opus-4-5"),
        ("anthropic", "claude-opus-4-6[1m]", "anthropic/claude-opus-4-6"),
        ("anthropic", "claude-4-opus-20250514", "anthropic/claude-opus-4-20250514"),
        ("anthropic", "claude-sonnet-4@20250514", "anthropic/claude-sonnet-4-20250514"),
        ("anthropic", "claude-3-5-sonnet-v2@20241022", "anthropic/claude-3-5-sonnet-20241022"),
        ("anthropic", "claude-opus-4-7-latest", "anthropic/claude-opus-4-7"),
        (None, "anthropic/claude-haiku-4.5", "anthropic/claude-haiku-4-5"),
        ("anthropic", "claude-opus-9", "unknown-model"),
        ("anthropic", "gpt-4o", "unknown-model"),
        ("gcp.gemini", "models/gemini-2.5-pro", "google/gemini-2.5-pro"),
        ("gcp.gen_ai", "publishers/google/models/gemini-2.5-flash", "google/gemini-2.5-flash"),
        ("google_ai_studio", "gemini/gemini-2.0-flash", "google/gemini-2.0-flash"),
        (None, "google-gla:gemini-2.5-flash-lite", "google/gemini-2.5-flash-lite"),
        ("google", "gemini-1.5-flash-8b-001", "google/gemini-1.5-flash-8b-001"),
        ("google", "gemini-flash-latest", "unknown-model"),
        (None, "gemini-4-argon", "google/gemini-4-argon"),
        ("gcp.vertex_ai", "gemini-2.5-pro", "unknown-provider: gcp.vertex_ai"),
        ("azure.ai.openai", "gpt-4o", "unknown-provider: azure.ai.openai"),
        (None, "projects/p/locations/l/publishers/google/models/gemini-2.5-pro", "unknown-provider: gcp.vertex_ai"),
        (None, "publishers/google/models/gemini-2.5-pro", "unknown-provider: gcp.vertex_ai"),
        (None, "vertex_ai/claude-opus-4-6", "unknown-provider: gcp.vertex_ai"),
        (None, "anthropic.claude-3-haiku-20240307-v1:0", "unknown-provider: aws.bedrock"),
        ("anthropic", "bedrock/anthropic.claude-3-haiku-20240307-v1:0", "unknown-provider: aws.bedrock"),
        (None, "arn:aws:bedrock:us-east-1:123:inference-profile/us.anthropic.claude-x", "unknown-provider: aws.bedrock"),
        (None, "azure/eu/gpt-4o", "unknown-provider: azure"),
        (None, "gpt-35-turbo", "unknown-provider: azure"),
        (None, "openrouter/anthropic/claude-opus-4-6", "unknown-provider: openrouter"),
        (None, "google/gemini-2.5-pro:free", "unknown-provider: openrouter"),
        (None, "llama-3.1-8b", "unknown-model"),
        (None, "   ", "no-model"),
    ],
)
def test_name(provider: str | None, name: str, expected: str) -> None:
    assert now(provider, name) == expected


def test_every_name_of_the_book_is_itself_in_any_case_and_with_its_prefix() -> None:
    prefixes = {"openai": "openai/", "anthropic": "anthropic/", "google": "models/"}
    for provider, model in BOOK.models():
        plain = resolve(BOOK, provider, model)
        assert plain.reason is None, model
        assert plain == resolve(BOOK, provider, model.upper())
        assert plain == resolve(BOOK, provider, prefixes[provider] + model)
        if model in BOOK.providers[provider].blocks:
            assert [stand.model for stand in plain.stands] == [model]


def test_a_name_that_two_providers_sell_needs_its_provider() -> None:
    twins = PriceBook({"openai": BOOK.providers["openai"], "twin": BOOK.providers["openai"]}, BOOK.aliases)
    assert resolve(twins, None, "gpt-5").reason == "unknown-provider: gpt-5 is sold by openai, twin"
    assert resolve(twins, "openai", "gpt-5").provider == "openai"
