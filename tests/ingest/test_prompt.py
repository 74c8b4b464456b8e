"""Prompts of requests become hashes: known answers, places, markers, and shapes that nobody expects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import xxhash

from logcost.errors import FormatDeclarationError
from logcost.ingest import prompt_blocks, prompt_chain
from logcost.ingest.expand import expander
from logcost.ingest.header import read_format
from tests.ingest.prompts import COLUMNS, anthropic, chat, responses, rows_in, rows_of

if TYPE_CHECKING:
    from pathlib import Path

SEED = 0x6C6F_6763_6F73_7431
STABLE = "You are a careful assistant. " * 20


def user(content: object) -> dict[str, object]:
    return {"role": "user", "content": content}


def text(value: str, **more: object) -> dict[str, object]:
    return {"type": "text", "text": value, **more}


def chained(*blocks: bytes) -> list[str]:
    """The chain as the decision describes it, made anew."""
    found = [b""]
    for block in blocks:
        found.append(xxhash.xxh3_128_digest(found[-1] + xxhash.xxh3_128_digest(block, SEED), SEED))
    return [digest.hex() for digest in found[1:]]


def own(block: bytes) -> str:
    """The start of a block's hash by itself."""
    return xxhash.xxh3_128_digest(block, SEED)[:8].hex()


def test_a_known_prompt_has_known_hashes(tmp_path: Path) -> None:
    messages = [{"role": "system", "content": "Be brief."}, user("Hello at 10:30"), user([{"type": "file", "id": "f"}])]
    (row,) = rows_of(tmp_path, [chat({"messages": messages}, tokens=40)])
    file = b'j\0user\0{"type":"file","id":"f"}'
    # Weights: 9, 14 and 24 bytes, 16 around each block, 4,096 for a file.
    assert row == {
        "input_tokens": 40,
        "prefix_hashes": chained(b"t\0system\0Be brief.", b"t\0user\0Hello at 10:30", file),
        "prefix_masked_hashes": chained(b"t\0system\0Be brief.", b"t\0user\0Hello at \x02", file),
        # Five words of a user could be guessed from a hash of their own; a file of 4,096 bytes could not.
        "prefix_content_hashes": [own(b"t\0system\0Be brief."), None, own(file)],
        "prefix_block_tokens": [1, 1, 38],
        "prefix_block_parts": ["system", "user", "user"],
        "prefix_marked": [],
        "prefix_marked_ttls": [],
        "volatile_classes": ["time"],
        "volatile_positions": [1],
    }
    # Written down: who changes the hashing parts old rows from new ones, and must change the seed too.
    assert row["prefix_hashes"][0] == "aad88c44293b6855963299d55ef76dae"


def test_text_as_a_string_and_as_one_block_is_the_same(tmp_path: Path) -> None:
    requests = [
        {"messages": [user("Hello")]},
        {"messages": [user([text("Hello")])]},
        {"messages": [user([{"text": "Hello", "type": "text", "cache_control": {"type": "ephemeral"}}])]},
        {"messages": [user([{"type": "input_text", "text": "Hello"}])]},
        {"messages": [{"content": "Hello", "role": "user"}]},
    ]
    rows = rows_of(tmp_path, [chat(request, number=n, tokens=9) for n, request in enumerate(requests)])
    assert len({row["prefix_hashes"][0] for row in rows}) == 1
    (other,) = rows_of(tmp_path, [chat({"messages": [{"role": "assistant", "content": "Hello"}]}, tokens=9)])
    assert other["prefix_hashes"] != rows[0]["prefix_hashes"]


def test_the_input_of_responses_as_text_and_as_items_is_the_same(tmp_path: Path) -> None:
    inputs: list[Any] = [
        "Hello",
        [user("Hello")],
        [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello"}]}],
    ]
    rows = rows_of(tmp_path, [responses({"input": one}, number=n, tokens=9) for n, one in enumerate(inputs)])
    assert len({tuple(row["prefix_hashes"]) for row in rows}) == 1


def test_space_between_json_values_and_escapes_do_not_count_but_the_order_of_keys_does(tmp_path: Path) -> None:
    tool = {"name": "get", "description": "Gets é", "input_schema": {"type": "object", "properties": {}}}
    lines = [
        json.dumps(anthropic({"tools": [tool], "messages": [user("x")]}, tokens=40)),
        json.dumps(
            anthropic({"tools": [tool], "messages": [user("x")]}, number=2, tokens=40),
            ensure_ascii=False,
            separators=(" ,  ", " : "),
        ),
        json.dumps(anthropic({"tools": [dict(reversed(tool.items()))], "messages": [user("x")]}, number=3, tokens=40)),
    ]
    rows = rows_of(tmp_path, [json.loads(line) for line in lines[:1]])
    log = tmp_path / "raw.jsonl"
    log.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = rows_in(log)
    assert found[0]["prefix_hashes"] == found[1]["prefix_hashes"] == rows[0]["prefix_hashes"]
    assert found[2]["prefix_hashes"][0] != found[0]["prefix_hashes"][0]


def test_parts_stand_in_the_order_of_the_provider_not_of_the_log(tmp_path: Path) -> None:
    request = {
        "messages": [user("x"), {"role": "assistant", "content": "y"}],
        "system": [text("a"), text("b")],
        "tools": [{"name": "t"}],
    }
    turned = dict(reversed(request.items()))
    rows = rows_of(tmp_path, [anthropic(request, tokens=60), anthropic(turned, tokens=60, number=2)])
    assert rows[0]["prefix_block_parts"] == ["tools", "system", "system", "user", "assistant"]
    assert rows[0]["prefix_hashes"] == rows[1]["prefix_hashes"]


def test_a_conversation_that_grows_keeps_its_prefix(tmp_path: Path) -> None:
    turns = [user("first"), {"role": "assistant", "content": "answer"}, user("second")]
    short, long = rows_of(tmp_path, [chat({"messages": turns[:1]}, tokens=9), chat({"messages": turns}, number=2, tokens=30)])
    assert long["prefix_hashes"][:1] == short["prefix_hashes"]
    assert len(set(long["prefix_hashes"])) == 3


def test_equal_text_of_another_part_is_not_the_same_block(tmp_path: Path) -> None:
    requests: list[dict[str, object]] = [{"instructions": "Hello", "input": ["x"]}, {"input": ["Hello", "x"]}]
    rows = rows_of(tmp_path, [responses(request, number=n, tokens=9) for n, request in enumerate(requests)])
    assert [row["prefix_block_parts"] for row in rows] == [["system", "user"], ["user", "user"]]
    assert rows[0]["prefix_hashes"][0] != rows[1]["prefix_hashes"][0]


def test_what_is_forgotten_is_made_again_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = [user(f"{n} at 10:3{n}, {STABLE}") for n in range(6)]
    records = [chat({"messages": turns[: n % 6 + 1]}, number=n) for n in range(24)]
    whole = rows_of(tmp_path, records)
    monkeypatch.setattr(prompt_chain, "_MOST_LINKS", 4)
    monkeypatch.setattr(prompt_blocks, "_GENERATION", 3)
    monkeypatch.setattr(prompt_blocks, "_PENDING_CHARACTERS", 1000)
    expander.cache_clear()
    assert rows_of(tmp_path, records) == whole
    assert len(whole[5]["volatile_positions"]) == 12


def test_a_changed_time_parts_the_chains_from_there_on_but_not_the_masked_ones(tmp_path: Path) -> None:
    def request(now: str) -> dict[str, object]:
        return {
            "messages": [{"role": "system", "content": "Fixed."}, {"role": "system", "content": f"Now: {now}."}, user(STABLE)]
        }

    times = ("2026-08-01T10:00:00Z", "2026-08-01T10:00:07Z")
    one, two = rows_of(tmp_path, [chat(request(now), number=n, tokens=200) for n, now in enumerate(times)])
    assert [a == b for a, b in zip(one["prefix_hashes"], two["prefix_hashes"], strict=True)] == [True, False, False]
    assert one["prefix_masked_hashes"] == two["prefix_masked_hashes"]
    # Until the first volatile token both chains are one.
    assert [a == b for a, b in zip(one["prefix_hashes"], one["prefix_masked_hashes"], strict=True)] == [True, False, False]
    assert one["volatile_classes"] == ["time"]


def test_tokens_of_blocks_sum_to_the_input_and_a_uuid_stands_where_its_bytes_do(tmp_path: Path) -> None:
    request = {"system": "é" * 500, "messages": [user(f"{'word ' * 200}3f2b8c1e-0a1b-4c2d-8e3f-abcdefabcdef{' word' * 193}")]}
    (row,) = rows_of(tmp_path, [anthropic(request, tokens=402)])
    # 1,000 bytes of system, 2,001 of the message, 16 around each block; the id stands 1,000 bytes into the second.
    first, second = row["prefix_block_tokens"]
    assert first + second == row["input_tokens"] == 402
    assert first == 1 + 1016 * 400 // (1016 + 2017)
    assert row["volatile_classes"] == ["uuid"]
    assert row["volatile_positions"] == [1 + (1016 + 1000) * 400 // (1016 + 2017)]


@pytest.mark.parametrize("tokens", [1, 3000, None])
def test_no_hashes_where_the_tokens_do_not_fit_the_prompt(tmp_path: Path, tokens: int | None) -> None:
    # One token for two blocks; more tokens than bytes (a log that shortens its prompts); tokens unknown.
    records = [chat({"messages": [user("Hello"), user("again")]}, tokens=tokens)]
    assert [row[name] for row in rows_of(tmp_path, records) for name in COLUMNS] == [None] * len(COLUMNS)


def test_markers_are_no_content_but_their_places_are_told(tmp_path: Path) -> None:
    hour, short = {"type": "ephemeral", "ttl": "1h"}, {"type": "ephemeral"}
    marked = {
        "tools": [{"name": "a"}, {"name": "b", "cache_control": hour}],
        "system": [text(STABLE, cache_control=short)],
        "messages": [user([text("x"), {"type": "tool_result", "tool_use_id": "t", "content": [text("y", cache_control=hour)]}])],
    }
    plain = {
        "tools": [{"name": "a"}, {"name": "b"}],
        "system": STABLE,
        "messages": [user([text("x"), {"type": "tool_result", "tool_use_id": "t", "content": [text("y")]}])],
    }
    automatic = plain | {"cache_control": short}
    rows = rows_of(tmp_path, [anthropic(one, number=n) for n, one in enumerate((marked, plain, automatic))])
    assert len({tuple(row["prefix_hashes"]) for row in rows}) == 1
    assert [row["prefix_marked"] for row in rows] == [[2, 3, 5], [], [5]]
    assert [row["prefix_marked_ttls"] for row in rows] == [["1h", None, "1h"], [], [None]]


def test_a_tool_may_have_an_argument_named_like_a_marker(tmp_path: Path) -> None:
    def request(kind: str) -> dict[str, object]:
        schema = {"type": "object", "properties": {"cache_control": {"type": kind}}}
        return {"tools": [{"name": "http", "input_schema": schema}], "messages": [user("x")]}

    one, two = rows_of(tmp_path, [anthropic(request(kind), number=n) for n, kind in enumerate(("string", "integer"))])
    assert one["prefix_hashes"][0] != two["prefix_hashes"][0]
    assert one["prefix_marked"] == []


def test_breakpoints_of_openai_are_markers(tmp_path: Path) -> None:
    content = [text(STABLE, prompt_cache_breakpoint={"mode": "explicit", "ttl": "30m"}), text("x")]
    marked, plain = rows_of(
        tmp_path, [chat({"messages": [user(content)]}), chat({"messages": [user([text(STABLE), text("x")])]}, number=2)]
    )
    assert (marked["prefix_marked"], marked["prefix_marked_ttls"]) == ([1], ["30m"])
    assert marked["prefix_hashes"] == plain["prefix_hashes"]


@pytest.mark.parametrize("stored", ["previous_response_id", "conversation"])
def test_a_request_that_goes_on_from_a_stored_one_has_no_known_prefix(tmp_path: Path, stored: str) -> None:
    requests = [{"input": "Go on, please", stored: "resp_0"}, {"input": "Go on, please", stored: None}]
    rows = rows_of(tmp_path, [responses(request, number=n, tokens=9) for n, request in enumerate(requests)])
    assert [row["prefix_hashes"] is None for row in rows] == [True, False]


@pytest.mark.parametrize(
    "wrap", ["{body}", '{{"body": {body}}}', '{{"body": {text}}}', "{text}"], ids=["bare", "body", "text in body", "text"]
)
def test_a_request_is_found_in_its_wrappers_and_inside_strings(tmp_path: Path, wrap: str) -> None:
    body = json.dumps({"messages": [user("Hello, you")]})
    request = json.loads(wrap.format(body=body, text=json.dumps(body)))
    wrapped, plain = rows_of(tmp_path, [chat(request, tokens=9), chat(json.loads(body), number=2, tokens=9)])
    assert wrapped["prefix_hashes"] == plain["prefix_hashes"] != [None]


@pytest.mark.parametrize(
    "request_",
    [
        {"messages": [3]},
        {"messages": [None]},
        {"messages": [[]]},
        {"messages": 7},
        {"messages": []},
        {"messages": None},
        {"messages": {}},
        {},
        [],
        "no JSON at all {",
        None,
        {"messages": [{"role": {"a": 1}, "content": "\u0000\ufffe\U0001f600"}]},
        {"messages": [{"role": "user", "content": [None, 1, "x", {"text": 3}, {"type": 4}]}]},
        {"messages": [{"role": "user", "content": [{"cachePoint": {"type": "default"}}]}]},
        {"messages": [{"role": "user", "content": {"deep": [[[[{}]]]]}}], "tools": "none", "functions": {"a": 1}},
        {"messages": [{"role": "user", "content": 10**30}]},
        {"messages": "[{broken"},
    ],
)
def test_shapes_that_nobody_expects_lose_no_call(tmp_path: Path, request_: object) -> None:
    (row,) = rows_of(tmp_path, [chat(request_, tokens=20)])
    assert row["input_tokens"] == 20
    assert row["prefix_hashes"] is None or sum(row["prefix_block_tokens"]) == 20


def test_a_prompt_nested_too_deeply_loses_no_call(tmp_path: Path) -> None:
    deep = "[" * 5000 + "]" * 5000
    line = json.dumps(chat({"messages": [user("DEEP")]})).replace('"DEEP"', deep)
    good = json.dumps(chat({"messages": [user("Hello")]}, number=2, tokens=9))
    log = tmp_path / "deep.jsonl"
    log.write_text(f"{line}\n{good}\n", encoding="utf-8")
    assert [row["prefix_hashes"] is None for row in rows_in(log)][-1:] == [False]


def test_blocks_are_many_and_prompts_large(tmp_path: Path) -> None:
    turns = [user(f"{n} {'long text ' * 50}") for n in range(3000)]
    (row,) = rows_of(tmp_path, [chat({"messages": turns}, tokens=400_000)])
    assert len(row["prefix_block_tokens"]) == len(set(row["prefix_hashes"])) == 3000
    assert sum(row["prefix_block_tokens"]) == 400_000
    assert max(row["prefix_block_tokens"]) - min(row["prefix_block_tokens"]) <= 3


def test_pictures_weigh_like_some_text_and_are_told_apart(tmp_path: Path) -> None:
    def request(letter: str) -> dict[str, object]:
        picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": f"{letter}9Ab" * 100_000}}
        return {"messages": [user([text("x " * 2000), picture])]}

    one, two = rows_of(tmp_path, [anthropic(request(letter), number=n, tokens=2000) for n, letter in enumerate("pq")])
    assert 900 < one["prefix_block_tokens"][0] < 1100
    assert one["prefix_hashes"][0] == two["prefix_hashes"][0]
    assert one["prefix_masked_hashes"][1] != two["prefix_masked_hashes"][1]


def test_hidden_calls_of_a_message_have_no_prompt(tmp_path: Path) -> None:
    record: Any = anthropic({"messages": [user("Hello")]}, tokens=9)
    record["response"]["usage"]["iterations"] = [{"type": "compaction", "input_tokens": 50, "output_tokens": 5}]
    log = tmp_path / "hidden.jsonl"
    log.write_text(json.dumps(record) + "\n", encoding="utf-8")
    assert sorted(row["prefix_hashes"] is None for row in rows_in(log)) == [False, True]


OWN = """/* logcost
format   = "test.prompts"
title    = "A log of prompts for tests"
reader   = "json_lines"
identify = ["probe"]
{records}
[fields]
{fields}
[prompt]
{prompt}
*/
SELECT file_id, line, {tokens} AS input_tokens, prompt FROM source
"""


def own_format(tmp_path: Path, **parts: str) -> Path:
    path = tmp_path / "own.sql"
    path.write_text(OWN.format(**({"records": ""} | parts)), encoding="utf-8")
    return path


def test_a_format_without_bodies_and_one_with_records_have_prompts_too(tmp_path: Path) -> None:
    plain = own_format(tmp_path, fields='probe = "id"\nn = "int"', prompt='messages = ["q.messages"]', tokens="n")
    one = rows_of(tmp_path, [{"probe": 1, "n": 9, "q": {"messages": [user("Hello")]}}], [plain])
    inner = own_format(
        tmp_path,
        records='records = "calls[]"',
        fields='probe = "id"\n[[fields.calls]]\nn = "int"',
        prompt='messages = ["messages"]',
        tokens="calls.n",
    )
    calls = [{"n": 9, "messages": [user("Hello")]}, {"n": 9, "messages": [user("Other")]}, {"n": 9}]
    log = tmp_path / "records.jsonl"
    log.write_text(json.dumps({"probe": 1, "calls": calls}) + "\n", encoding="utf-8")
    two = rows_in(log, [inner])
    assert min(str(row["prefix_hashes"]) for row in two) == "None"
    assert one[0]["prefix_hashes"] in [row["prefix_hashes"] for row in two]


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ('system = ["system"]', "'messages' must name"),
        ('messages = ["m"]\nmodels = ["x"]', "unknown key models"),
        ('messages = ["a b"]', "no dotted key"),
        ('messages = "m"', "Expected `array`"),
    ],
)
def test_a_wrong_declaration_says_what_is_wrong(tmp_path: Path, prompt: str, said: str) -> None:
    path = own_format(tmp_path, fields='probe = "id"', prompt=prompt, tokens="1")
    with pytest.raises(FormatDeclarationError, match=said):
        read_format(path)


def test_with_a_secret_the_hashes_are_others_and_still_chained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [chat({"messages": [user("Hello"), user("again")][: n + 1]}, number=n, tokens=20) for n in range(2)]
    open_rows = rows_of(tmp_path, records)
    monkeypatch.setenv("LOGCOST_PROMPT_KEY", "a secret")
    expander.cache_clear()
    try:
        keyed = rows_of(tmp_path, records)
    finally:
        monkeypatch.undo()
        expander.cache_clear()
    assert keyed[0]["prefix_hashes"] == keyed[1]["prefix_hashes"][:1]
    assert not {hash_ for row in keyed for hash_ in row["prefix_hashes"]} & {
        hash_ for row in open_rows for hash_ in row["prefix_hashes"]
    }


@pytest.mark.parametrize("place", ["request", "input"])
def test_a_request_beside_the_keys_of_a_bare_body_is_found_wherever_the_record_stands(tmp_path: Path, place: str) -> None:
    pair = chat({"messages": [user("Hello, you")]}, tokens=9)
    bodies = [chat({}, number=number, tokens=9)["response"] for number in (2, 3)]
    beside = [{**body, place: pair["request"]} for body in bodies if isinstance(body, dict)]
    first, wrapped, last = rows_of(tmp_path, [beside[0], pair, beside[1]])
    assert first["prefix_hashes"] == wrapped["prefix_hashes"] == last["prefix_hashes"] != [None]
