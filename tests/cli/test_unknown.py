"""What is not known is said in words or as null, never as 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.command import calls, run

if TYPE_CHECKING:
    from pathlib import Path


def test_caching_of_which_nothing_is_known(tmp_path: Path) -> None:
    log = calls(tmp_path / "calls.jsonl", {"response_model": "house-model"})
    totals = run("caching", log, "--json").json["totals"]
    assert totals == {
        "input_tokens": 1_000,
        "billed_read_tokens": None,
        "achievable_read_tokens": None,
        "missed_tokens": None,
        "net_saving": None,
    }
    text = run("caching", log).out
    assert "$" not in text
    assert "Needs a test" not in text
    assert text.splitlines()[2].split() == ["Total", "1.00", "k", "not", "known", "not", "known"]
