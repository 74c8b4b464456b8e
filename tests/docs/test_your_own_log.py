"""The worked examples of docs/your-own-log.md work as they stand there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from logcost.ingest import ingest
from logcost.store import Ledger
from tests.packaging import tree

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (tree.ROOT / "docs" / "your-own-log.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```(json|text|csv)\n(.*?)```.*?```sql\n(.*?)```", PAGE, flags=re.DOTALL)
ROWS: dict[str, tuple[Any, ...]] = {
    "json": ("2026-10-01 12:00:00+00", "gpt-4o", "openai", 100, 40, 20, None, "chatcmpl-1"),
    "text": ("2026-10-01 12:00:00+00", "gpt-4o", "openai", 100, None, 20, None, None),
    "csv": ("2026-10-01 10:00:00+00", "gpt-4o", None, 100, None, 20, "0.250000000000000 EUR", None),
}
QUERY = """
    SELECT started_at::VARCHAR, response_model, provider_name, input_tokens, cache_read_input_tokens, output_tokens,
        reported_cost || ' ' || reported_currency, dedup_key
    FROM usage_record
"""


@pytest.mark.parametrize(("kind", "sample", "declaration"), EXAMPLES, ids=[kind for kind, _, _ in EXAMPLES])
def test_the_example_gives_one_call(kind: str, sample: str, declaration: str, tmp_path: Path) -> None:
    (tmp_path / "sample").write_text(sample, encoding="utf-8")
    (tmp_path / "own.sql").write_text(declaration, encoding="utf-8")
    with Ledger() as ledger:
        (report,) = ingest(ledger, [tmp_path / "sample"], formats=[tmp_path / "own.sql"]).sources
        assert (report.error, report.rejects) == (None, 0)
        assert ledger.sql(QUERY) == [ROWS[kind]]


def test_there_are_three_examples() -> None:
    assert [kind for kind, _, _ in EXAMPLES] == list(ROWS)
