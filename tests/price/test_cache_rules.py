"""Cache rules: every model name meets at most one rule at any instant, and names that are not stated meet none."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import combinations

import pytest

from logcost.price.cache_rules import cache_rule, families, rules

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("provider", "model", "minimum", "read"),
    [
        ("anthropic", "claude-sonnet-4-5-20250929", 1024, "0.1"),
        ("anthropic", "claude-opus-4-5", 4096, "0.1"),
        ("anthropic", "claude-opus-4-20250514", 1024, "0.1"),
        ("anthropic", "claude-opus-5-5", 1024, "0.05"),
        ("anthropic", "claude-3-haiku-20240307", 2048, "0.12"),
        ("anthropic", "claude-opus-4-5[1m]", 4096, "0.1"),
        ("aws.bedrock", "us.anthropic.claude-haiku-4-5-20251001-v1:0", 4096, "0.1"),
        ("openai", "gpt-4o-2024-08-06", 1024, "0.5"),
        ("openai", "gpt-4.1-mini", 1024, "0.25"),
        ("openai", "gpt-5-mini", 1024, "0.1"),
        ("openai", "gpt-6.1-sol", 1024, "0.05"),
        ("gcp.gemini", "models/gemini-2.5-flash", 2048, "0.1"),
        (None, "claude-sonnet-4-5", 1024, "0.1"),
    ],
)
def test_names_find_their_rule(provider: str | None, model: str, minimum: int, read: str) -> None:
    rule = cache_rule(provider, model, NOW)
    assert rule is not None
    assert (rule.min_tokens, rule.read_multiplier) == (minimum, Decimal(read))


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-5.7"),
        ("openai", "gpt-4"),
        ("openai", "claude-opus-4-5"),
        ("nobody", "gpt-5"),
        ("openai", None),
        (None, "x"),
    ],
)
def test_names_that_are_not_stated_get_no_rule(provider: str | None, model: str | None) -> None:
    assert cache_rule(provider, model, NOW) is None


def test_the_scope_changed_on_a_day() -> None:
    before = cache_rule("anthropic", "claude-sonnet-4-5", datetime(2026, 2, 4, 23, 59, 59, tzinfo=UTC))
    after = cache_rule("anthropic", "claude-sonnet-4-5", datetime(2026, 2, 5, tzinfo=UTC))
    assert before is not None
    assert after is not None
    assert (before.scope, after.scope) == ("organization", "workspace")


def test_no_rule_before_the_first_one() -> None:
    assert cache_rule("openai", "gpt-4o", datetime(2024, 9, 30, tzinfo=UTC)) is None


def test_every_family_meets_exactly_one_rule_today() -> None:
    assert all(cache_rule(provider, family, None) is not None for provider, family in families() if not ended(provider, family))


def ended(provider: str, family: str) -> bool:
    return all(dated.valid_to for dated in rules() if provider in dated.providers and family in dated.families)


def test_rules_of_one_family_never_overlap() -> None:
    early, late = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    for one, other in combinations(rules(), 2):
        if set(one.providers) & set(other.providers) and set(one.families) & set(other.families):
            apart = (one.valid_to or late) <= (other.valid_from or early) or (other.valid_to or late) <= (one.valid_from or early)
            assert apart, (one.families, one.valid_from, other.valid_from)


def test_every_rule_is_complete_and_sane() -> None:
    for dated in rules():
        rule = dated.rule
        assert rule.source.startswith("https://")
        assert rule.checked
        assert rule.step_tokens >= 1
        assert 0 < rule.read_multiplier < 1
        assert rule.lifetimes[0].ttl_seconds == rule.ttl_seconds
        assert all(lifetime.write_multiplier >= 1 for lifetime in rule.lifetimes)
