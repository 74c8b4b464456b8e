"""``docs/findings.md`` says what the docstrings say."""

from __future__ import annotations

import inspect
from pathlib import Path

from logcost.analyse.findings import page
from logcost.analyse.findings.levers import EVERY

ROOT = Path(__file__).parents[2]


def test_the_page_is_not_stale() -> None:
    written = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    assert written == page.page(), "run: python -m logcost.analyse.findings.page > docs/findings.md"


def test_every_finding_shows_the_problem_a_bad_and_a_good_example() -> None:
    for finding in EVERY:
        text = inspect.getdoc(type(finding)) or ""
        assert "Fires when" in text
        assert text.index("Bad:") < text.index("Good:")
