"""Counts of recorded usage objects beside those that genai-prices (pydantic) takes from them: equal, or the difference explained.

``parity/usages.jsonl``: 142 recorded usage objects of many services, each with the counts that the other program found, one entry
for each of its extractors that took the object. The objects lack what tells the APIs apart; ``dressed`` puts it back.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from logcost.ingest import ingest
from logcost.store import Ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE: Final = Path(__file__).parent / "parity" / "usages.jsonl"
QUERY: Final = """
    SELECT source_line, input_tokens, coalesce(cache_read_input_tokens, 0), coalesce(cache_creation_5m_input_tokens, 0)
        + coalesce(cache_creation_1h_input_tokens, 0) + coalesce(cache_creation_30m_input_tokens, 0)
        + coalesce(cache_creation_12h_input_tokens, 0) + coalesce(cache_creation_unsplit_input_tokens, 0),
        coalesce(output_tokens, 0),
        coalesce(reasoning_output_tokens, 0)
    FROM usage_record
    WHERE dedup_key IS NULL OR dedup_key NOT LIKE '%#%'
    ORDER BY source_line
"""
"""Hidden calls (an advisor) are rows of their own; the other program does not see them."""


class Counts(NamedTuple):
    """What both programs state, cache reads and writes inside the input."""

    input: int
    read: int
    write: int
    output: int
    reasoning: int


def recorded() -> list[dict[str, Any]]:
    return [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


def dressed(body: dict[str, Any], number: int) -> dict[str, Any]:
    """A usage object as the body of its API, with an id of its own."""
    usage = body.get("usage", {})
    marks: dict[str, Any] = {"id": f"call-{number}"}
    if "usageMetadata" in body:
        marks = {"responseId": f"call-{number}"}
    elif "inputTokens" in usage:
        marks = {"stopReason": "end_turn"}
    elif "input_tokens_details" in usage:
        marks |= {"object": "response", "output": []}
    elif "input_tokens" in usage:
        marks |= {"type": "message", "role": "assistant"}
    elif "completion_tokens" in usage:
        marks |= {"object": "chat.completion", "choices": []}
    elif "prompt_tokens" in usage:
        marks |= {"object": "list", "data": []}
    return body | marks


def counted(path: Path, bodies: Sequence[dict[str, Any]]) -> dict[int, Counts]:
    """Our counts by line, all bodies read as one log that mixes the APIs."""
    path.write_text("".join(f"{json.dumps(body)}\n" for body in bodies), encoding="utf-8")
    with Ledger() as ledger:
        (report,) = ingest(ledger, [path]).sources
        assert (report.rejects, report.duplicates, report.error) == (0, 0, None)
        return {line: Counts(*counts) for line, *counts in ledger.sql(QUERY)}


def peers(entries: Sequence[dict[str, int]]) -> list[Counts]:
    names = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "output_reasoning_tokens")
    return [Counts(*(one.get(name, 0) for name in names)) for one in entries]


EXPLAINED: Final = {
    # Mistral's older name for cached tokens, num_cached_tokens, is not read by the other program.
    56: Counts(70, 69, 0, 12, 0),
    # Gemini behind an API of OpenAI's shape hides its thinking: the total of 109 is above 35 + 12, and all of it is billed.
    82: Counts(35, 0, 0, 74, 0),
}
"""Lines where we say something else, and why."""


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Counts]:
    path = tmp_path_factory.mktemp("parity") / "log.jsonl"
    return counted(path, [dressed(one["body"], number) for number, one in enumerate(recorded(), 1)])


def test_every_object_is_read(ours: dict[int, Counts]) -> None:
    assert sorted(ours) == list(range(1, 143))


@pytest.mark.parametrize("number", range(1, 143))
def test_the_counts_are_those_of_the_other_program(number: int, ours: dict[int, Counts]) -> None:
    found = ours[number]
    if number in EXPLAINED:
        assert found == EXPLAINED[number]
        return
    entries = peers(recorded()[number - 1]["peer"])
    # Not every extractor knows every count: what one of them finds, we find.
    most = Counts(*map(max, zip(*entries, strict=True)))
    # Its extractor for one service adds reasoning to the output; for all others it is inside.
    doubled = most._replace(output=most.output - found.reasoning)
    assert found in {most, doubled}
    assert found[:4] in {entry[:4] for entry in entries}


def test_the_explained_differences_are_differences() -> None:
    for number, counts in EXPLAINED.items():
        assert counts[:4] not in {entry[:4] for entry in peers(recorded()[number - 1]["peer"])}
