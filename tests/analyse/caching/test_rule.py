"""``--rule``: exactly what was typed, or an error that says which part is wrong."""

from __future__ import annotations

from decimal import Decimal

import pytest

from logcost.analyse.caching import parse_rule
from logcost.errors import UsageError


def test_the_example_of_the_help() -> None:
    rule = parse_rule("min=1024, step=1,ttl=300,read=0.1,write=1.25")
    assert (rule.min_tokens, rule.step_tokens, rule.ttl_seconds) == (1024, 1, 300)
    assert rule.ready_seconds == 0
    assert (rule.read_multiplier, rule.write_multiplier, rule.scope) == (Decimal("0.1"), Decimal("1.25"), "key")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "''"),
        ("min=1", "lacks step, ttl, read, write"),
        ("min=1,step=1,ttl=1,read=0,write=1,min=2", "'min=2'"),
        ("min=1,step=1,ttl=1,read=0,write=1,size=2", "'size=2'"),
        ("min=-1,step=1,ttl=1,read=0,write=1", "min=-1"),
        ("min=1,step=0,ttl=1,read=0,write=1", "step=0"),
        ("min=1,step=1,ttl=1.5,read=0,write=1", "ttl=1.5"),
        ("min=1,step=1,ttl=1,read=x,write=1", "read=x"),
        ("min=1,step=1,ttl=1,read=NaN,write=1", "read=NaN"),
        ("min=1,step=1,ttl=1,read=0.1,write=1.2500001", "write=1.2500001"),
        ("min=1,step=1,ttl=1,read=0,write=1,scope=moon", "scope=moon"),
        ("min=1,step=1,ttl=1,read=0,write=1,ready=1.5", "ready=1.5"),
        ("min=²,step=1,ttl=1,read=0,write=1", "min=²"),
    ],
)
def test_wrong_rules_name_the_part_and_an_example(text: str, part: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_rule(text)
    assert part in caught.value.message
    assert "min=1024" in caught.value.remedy
    assert caught.value.exit_code == 2
