"""What must hold for every prompt: no text is kept, tokens add up, equal prefixes have equal hashes, nothing crashes."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from logcost.ingest import ingest
from logcost.store import Ledger
from tests.ingest.prompts import anthropic, chat, responses, rows_in

SECRET = st.text(alphabet="abcdefghijklmnopqrstuvwxyzäöüß0123456789 -:", min_size=14, max_size=60).filter(
    lambda text: len(set(text)) > 4 and text.strip() == text
)
CONTENT = st.one_of(SECRET, st.lists(SECRET.map(lambda text: {"type": "text", "text": text}), min_size=1, max_size=3))
ROLES = st.sampled_from(["system", "user", "assistant", "tool", "developer"])
MESSAGES = st.lists(st.fixed_dictionaries({"role": ROLES, "content": CONTENT}), min_size=1, max_size=6)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["role", "content", "parts", "text", "type", "cache_control", "cachePoint"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


def _texts(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {text for one in inner for text in _texts(one) if len(text) >= 14}


def _rows(records: list[dict[str, object]]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "pairs.jsonl"
        log.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        return rows_in(log)


@settings(max_examples=8, deadline=None)
@given(messages=MESSAGES, tool=SECRET, system=SECRET)
def test_no_text_of_a_prompt_is_anywhere_in_the_ledger(messages: list[dict[str, Any]], tool: str, system: str) -> None:
    request = {"tools": [{"name": tool, "description": tool}], "system": system, "messages": messages}
    with tempfile.TemporaryDirectory() as folder:
        log, file = Path(folder) / "pairs.jsonl", Path(folder) / "ledger.duckdb"
        labelled = anthropic(request) | {"workload": "a-label-that-is-kept"}
        log.write_text(json.dumps(labelled) + "\n" + json.dumps(anthropic(request, number=2))[:-2] + "\n", encoding="utf-8")
        with Ledger(file) as ledger:
            # Compressed, a text could be there and not be found.
            ledger.connection.execute("SET force_compression = 'uncompressed'")
            (report,) = ingest(ledger, [log]).sources
            assert (report.rows_loaded, report.rejects) == (1, 1)
        kept = b"".join(path.read_bytes() for path in Path(folder).iterdir() if path != log)
    assert b"a-label-that-is-kept" in kept
    assert [text for text in _texts(request) if text.encode() in kept] == []


@settings(max_examples=10, deadline=None)
@given(prompts=st.lists(MESSAGES, min_size=1, max_size=8), data=st.data())
def test_tokens_add_up_and_places_lie_in_the_prompt(prompts: list[list[dict[str, Any]]], data: st.DataObject) -> None:
    sizes = [len(json.dumps(messages, ensure_ascii=False).encode()) // 4 for messages in prompts]
    tokens = [data.draw(st.integers(1, size)) for size in sizes]
    records = [
        chat({"messages": messages}, tokens=n, number=i) for i, (messages, n) in enumerate(zip(prompts, tokens, strict=True))
    ]
    for row in _rows(records):
        blocks = row["prefix_block_tokens"]
        if blocks is None:
            continue
        assert sum(blocks) == row["input_tokens"]
        assert min(blocks) > 0
        assert len(blocks) == len(row["prefix_hashes"]) == len(row["prefix_masked_hashes"]) == len(row["prefix_block_parts"])
        assert row["volatile_positions"] == sorted(row["volatile_positions"])
        assert all(0 <= place < row["input_tokens"] for place in row["volatile_positions"])
        assert len(row["volatile_positions"]) == len(row["volatile_classes"])


@settings(max_examples=10, deadline=None)
@given(shared=MESSAGES, tails=st.lists(MESSAGES, min_size=2, max_size=4))
def test_hashes_are_equal_exactly_as_far_as_prompts_are(shared: list[dict[str, Any]], tails: list[list[dict[str, Any]]]) -> None:
    def plain(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
        return [
            (message["role"], text if isinstance(text, str) else text["text"])
            for message in messages
            for text in ([message["content"]] if isinstance(message["content"], str) else message["content"])
        ]

    prompts = [shared + tail for tail in tails]
    rows = _rows([chat({"messages": messages}, tokens=60, number=n) for n, messages in enumerate(prompts)])
    for a, one in zip(prompts, rows, strict=True):
        for b, two in zip(prompts, rows, strict=True):
            equal = [x == y for x, y in zip(one["prefix_hashes"], two["prefix_hashes"], strict=False)]
            same = [plain(a)[: n + 1] == plain(b)[: n + 1] for n in range(len(equal))]
            assert equal == same
            masked = [x == y for x, y in zip(one["prefix_masked_hashes"], two["prefix_masked_hashes"], strict=False)]
            assert all(m or not p for p, m in zip(equal, masked, strict=True))


@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(JSON, JSON, JSON, JSON), min_size=6, max_size=12))
def test_no_request_loses_its_call(drawn: list[tuple[Any, Any, Any, Any]]) -> None:
    requests: list[Any] = []
    for request, messages, system, tools in drawn:
        parts = {"messages": messages, "system": system, "tools": tools, "input": messages, "instructions": system}
        requests += [request, parts, {"body": parts}, json.dumps(parts)]
    for pair in (chat, anthropic, responses):
        rows = _rows([pair(request, number=n) for n, request in enumerate(requests)])
        assert [row["input_tokens"] for row in rows] == [100] * len(requests)
        assert all(row["prefix_hashes"] is None or sum(row["prefix_block_tokens"]) == 100 for row in rows)
