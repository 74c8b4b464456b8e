"""Steps that were replayed and lose money are printed as such, in the terminal and in the report."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from logcost.analyse.caching import review
from logcost.report import caching_words
from logcost.report.terminal.caching import caching
from tests.analyse.caching.made import RATE, call, calls

if TYPE_CHECKING:
    import pytest

MILLIONS = {"input_rate_fusd": RATE * 1000, "cache_read_rate_fusd": RATE * 100, "cache_write_rate_fusd": RATE * 1250}


def test_a_step_that_loses_money_is_printed_as_do_not(capsys: pytest.CaptureFixture[str]) -> None:
    """Blocks that never come again at 1,000 USD per million tokens: to write them costs a quarter more, for an hour twice."""
    found = review(calls([call(60 * i, [f"{i}a", f"{i}b"], **MILLIONS) for i in range(10)]))
    (row,) = found.rows
    losses = [step for step in row.steps if (step.net_saving or 0) < 0]
    assert losses[0].net_saving == -Decimal("2.81")
    refused = caching_words.refused(row, 2)
    assert refused[0] == "Do not: every prompt, 5 minutes (costs $2.81 more)."
    assert len(refused) == len(losses)
    assert caching_words.refused(row, -3) == ()
    caching(found)
    printed = " ".join(capsys.readouterr().out.split())
    assert all(" ".join(text.split()) in printed for text in refused)
