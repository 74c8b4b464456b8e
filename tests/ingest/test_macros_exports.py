"""The macros that the makers' own exports share: exact money, buckets and meter words."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pytest

from logcost.store import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

EXPECTED: Final[dict[str, object]] = {
    "cents('123.78912')": "1.2378912",
    "strict_decimal(cents('123.78912'))": Decimal("1.237891200000000"),
    "strict_decimal(cents('1025'))": Decimal("10.25"),
    "strict_decimal(cents('-5'))": Decimal("-0.05"),
    "strict_decimal(cents('0'))": Decimal(0),
    "strict_decimal(cents('1234567890123456789'))": Decimal("12345678901234567.89"),
    "cents('many')": "many",
    "cents('NaN')": "NaN",
    "strict_decimal(cents('1e3'))": Decimal(10),
    "strict_decimal(cents('7.1590000000000003e-05'))": Decimal("0.000000715900000"),
    "strict_decimal(cents('.5'))": Decimal("0.005"),
    "cents(NULL)": None,
    # Halves of the last decimal go to the even neighbour, everything else to the nearer one.
    "strict_decimal('0.0000000000000005')": Decimal(0),
    "strict_decimal('0.0000000000000015')": Decimal("0.000000000000002"),
    "strict_decimal('0.00000000000000250')": Decimal("0.000000000000002"),
    "strict_decimal('-0.0000000000000025')": Decimal("-0.000000000000002"),
    "strict_decimal('0.00000000000000250000001')": Decimal("0.000000000000003"),
    "strict_decimal('0.00000000000000249999999')": Decimal("0.000000000000002"),
    "strict_decimal('0.123456789012345678901234567890')": Decimal("0.123456789012346"),
    "strict_decimal('7')": Decimal(7),
    "strict_decimal('0.5')": Decimal("0.5"),
    "thousandths('0.33')": 330,
    "thousandths('2.0')": 2000,
    "thousandths('0.3330')": 333,
    "thousandths('0.3333')": None,
    "thousandths('-1')": None,
    "thousandths('some')": None,
    "filled(' a ')": "a",
    "filled('NULL')": None,
    "filled('')": None,
    "stated([{'key': 'a', 'value': 1}, {'key': 'b', 'value': NULL}])": {"a": 1},
    "stated([{'key': 'a', 'value': NULL::BIGINT}])": None,
    "day_end('2026-03-31')": datetime(2026, 4, 1, tzinfo=UTC),
    "day_end('2026-03-31T10:00:00Z')": None,
    "openai_bucket('images', '1759622400', '1759708800', ['a', NULL])": "openai.usage_api|images|1759622400000|1759708800000|a|",
    "openai_bucket('images', 1759622400, '2025-10-06T00:00:00', ['a'])": "openai.usage_api|images|1759622400000|1759708800000|a",
    "openai_tier(true, 'default')": "batch",
    "openai_tier(false, 'default')": "standard",
    "openai_tier(NULL, 'auto')": None,
    "openai_tier(NULL, 'flex')": "flex",
    "openai_operation('audio_speeches')": "speech",
    "openai_operation('embeddings')": "embeddings",
    "openai_meter('gpt-5, cached input')": "cache_read",
    "openai_meter('ft-gpt-4o, large, output_tokens')": "output",
    "openai_meter('gpt-5, something new')": "something new",
    "openai_meter('web search tool calls')": None,
    "openai_line_model('evals | gpt-5, input')": "gpt-5",
    "openai_line_model('web search tool calls')": None,
    "anthropic_meter('cache_creation.ephemeral_1h_input_tokens', 'tokens')": "cache_write_1h",
    "anthropic_meter('input_cache_read', 'token')": "cache_read",
    "anthropic_meter(NULL, 'tokens')": None,
    "anthropic_meter(NULL, 'session_usage')": "session_usage",
    "anthropic_long_context('0-200k')": False,
    "anthropic_long_context('≤ 200k')": False,
    "anthropic_long_context('200k-1M')": True,
    "anthropic_long_context('> 200k')": True,
    "anthropic_long_context('unknown')": None,
}


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    """One ledger for all: the macros change nothing in it."""
    with Ledger() as opened:
        opened.define_macros()
        yield opened


@pytest.mark.parametrize("expression", EXPECTED)
def test_macros_of_exports(expression: str, ledger: Ledger) -> None:
    assert ledger.query(f"SELECT {expression} AS value")["value"].to_list() == [EXPECTED[expression]]
