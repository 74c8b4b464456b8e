"""Known answers of methods 2.7: text of requests through the real ingest, and the cause that ``logcost caching`` names.

70 lines of stable text (about 1,436 tokens at four characters each), 40 prompts a minute apart, nothing cached.
"""

from __future__ import annotations

import json
import random
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.command import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PROMPTS = 40
LINE = "answer as the house asks, with care and without any haste at all."
STABLE = "\n".join(f"Rule {chr(97 + n % 26)}{chr(97 + n // 26)}: {LINE}" for n in range(70))
WORDS = (
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "heath",
    "inlet",
    "knoll",
    "lagoon",
    "marsh",
    "oasis",
    "pine",
)
Request = dict[str, Any]


def prose(seed: int, words: int = 400) -> str:
    drawn = random.Random(seed)
    return " ".join(drawn.choice(WORDS) for _ in range(words))


def drawn_uuid(n: int) -> str:
    return str(uuid.UUID(int=random.Random(n).getrandbits(128), version=4))


def question(n: int) -> dict[str, Any]:
    return {"role": "user", "content": f"Please tell me about {prose(1000 + n, 20)}"}


def anthropic(requests: list[Request], *, every: int = 60, model: str = "claude-sonnet-4-5") -> Iterator[dict[str, Any]]:
    for n, request in enumerate(requests):
        usage = {"input_tokens": len(json.dumps(request)) // 4, "output_tokens": 5}
        usage |= {"cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}
        body = {"id": f"msg_{n}", "type": "message", "role": "assistant", "model": model, "content": [], "usage": usage}
        yield {"ts": 1_780_000_000 + every * n, "request": request, "response": body}


def openai(requests: list[Request], *, every: int = 60) -> Iterator[dict[str, Any]]:
    for n, request in enumerate(requests):
        details = {"cached_tokens": 0}
        usage = {"prompt_tokens": len(json.dumps(request)) // 4, "completion_tokens": 5, "prompt_tokens_details": details}
        created = 1_780_000_000 + every * n
        body = {"id": f"chatcmpl-{n:08d}", "object": "chat.completion", "created": created, "model": "gpt-5", "choices": []}
        yield {"request": request, "response": body | {"usage": usage}}


def rows(tmp_path: Path, records: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    log = tmp_path / "pairs.jsonl"
    log.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    done = run("caching", log, "--json", "--no-config")
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = done.json["rows"]
    return found


def on_top(token: Callable[[int], str]) -> list[Request]:
    return [{"system": f"{token(n)}\n{STABLE}", "messages": [question(n)]} for n in range(PROMPTS)]


@pytest.mark.parametrize(
    ("noun", "token"),
    [
        ("time", lambda n: f"Now: {datetime.fromtimestamp(1_780_000_000 + 60 * n, UTC):%Y-%m-%d %H:%M:%S}"),
        ("UUID", lambda n: f"Request {drawn_uuid(n)}"),
        ("drawn id", lambda n: f"Session sess_{random.Random(n).randrange(16**8):08x}a1b2c3"),
        ("time stamp", lambda n: f"Epoch {1_780_000_000 + 60 * n}"),
    ],
)
def test_a_volatile_token_on_top_is_named(tmp_path: Path, noun: str, token: Callable[[int], str]) -> None:
    (row,) = rows(tmp_path, anthropic(on_top(token)))
    assert row["finding"] == "LC109"
    assert row["title"].startswith(f"Move the {noun} out of the ")
    assert row["title"].endswith(tuple(f"(token {n})" for n in (1, 2, 4)))
    assert row["confidence"] == "Modelled"
    assert float(row["net_saving"]) > 0
    (step,) = [step for step in row["steps"] if step["name"] == "restructured"]
    assert step["advised"]
    # 39 calls are served the system prompt, less the tokens that are moved.
    assert 39 * 1290 < step["read_tokens"] < 39 * 1800
    assert sum(float(step["net_saving"]) for step in row["steps"] if step["advised"]) == pytest.approx(float(row["net_saving"]))


def test_a_random_document_in_front_of_the_system_prompt(tmp_path: Path) -> None:
    requests = [
        {"messages": [{"role": "user", "content": prose(n)}, {"role": "system", "content": STABLE}, question(n)]}
        for n in range(PROMPTS)
    ]
    (row,) = rows(tmp_path, openai(requests))
    assert row["finding"] == "LC110"
    assert "39 of 39 compared pairs" in row["evidence_text"]


@pytest.mark.parametrize("log", [anthropic, openai])
def test_shuffled_tools(tmp_path: Path, log: Callable[[list[Request]], Iterator[dict[str, Any]]]) -> None:
    tools = [{"name": f"tool_{chr(97 + n % 26)}{chr(97 + n // 26)}", "description": prose(n, 12)} for n in range(60)]
    requests = []
    for n in range(PROMPTS):
        random.Random(n).shuffle(tools)
        requests.append({"tools": list(tools), "messages": [question(n)]})
    (row,) = rows(tmp_path, log(requests))
    assert row["finding"] == "LC111"
    assert "have the same blocks in another order" in row["evidence_text"]


def test_stable_text_that_is_too_short(tmp_path: Path) -> None:
    requests = [{"system": f"{drawn_uuid(n)}\n{STABLE[:1500]}", "messages": [question(n)]} for n in range(PROMPTS)]
    (row,) = rows(tmp_path, anthropic(requests))
    assert row["finding"] is None
    requests = [{"system": STABLE[:1500], "messages": [question(n)]} for n in range(PROMPTS)]
    (row,) = rows(tmp_path, anthropic(requests))
    assert row["finding"] in {"LC103", None}


def test_a_volatile_token_at_the_end_is_fine(tmp_path: Path) -> None:
    ended = [{"role": "system", "content": f"{STABLE}\n{drawn_uuid(n)}"} for n in range(PROMPTS)]
    (row,) = rows(tmp_path, openai([{"messages": [system, question(n)]} for n, system in enumerate(ended)]))
    assert row["finding"] is None
    asked = [{"role": "user", "content": drawn_uuid(n)} for n in range(PROMPTS)]
    requests = [{"system": STABLE, "messages": [message]} for message in asked]
    (row,) = rows(tmp_path, anthropic(requests))
    assert row["finding"] == "LC101"


def test_a_token_at_the_end_of_a_marked_block_hides_the_whole_block(tmp_path: Path) -> None:
    # The provider matches whole blocks at markers only: in front of the token nothing is served either.
    requests = [{"system": f"{STABLE}\n{drawn_uuid(n)}", "messages": [question(n)]} for n in range(PROMPTS)]
    (row,) = rows(tmp_path, anthropic(requests))
    assert row["finding"] == "LC109"


def test_numbers_in_the_data_of_users_are_no_volatile_tokens(tmp_path: Path) -> None:
    # The masked chains agree in all, but these are tables of other numbers: nothing could be served.
    requests = [
        {"messages": [{"role": "user", "content": " ".join(str(random.Random(n).randrange(10**6)) for _ in range(1000))}]}
        for n in range(PROMPTS)
    ]
    (row,) = rows(tmp_path, anthropic(requests))
    assert row["finding"] is None
    assert all(step["name"] != "restructured" for step in row["steps"])


def test_restructuring_that_costs_more_than_it_saves_is_not_advised(tmp_path: Path) -> None:
    # Calls come too late even for an hour: the stable part would be written each time and never read.
    token = on_top(drawn_uuid)
    (row,) = rows(tmp_path, anthropic(token, every=7200))
    assert row["finding"] is None
    assert all(not step["advised"] for step in row["steps"])


def sessions(system: Callable[[int], str], tail: Callable[[int], str]) -> list[Request]:
    """Twelve conversations of ten turns; ``system`` and what ``tail`` adds to the last question depend on the call's number."""
    requests: list[Request] = []
    for talk in range(12):
        turns: list[dict[str, Any]] = []
        for turn in range(10):
            n = 10 * talk + turn
            question_of_turn = {"type": "text", "text": f"{prose(n, 60)}?"}
            extra = [{"type": "text", "text": tail(n)}] if tail(n) else []
            requests.append({"system": system(n), "messages": [*turns, {"role": "user", "content": [question_of_turn, *extra]}]})
            turns.append({"role": "user", "content": [question_of_turn]})
            turns.append({"role": "assistant", "content": prose(5000 + n, 80)})
    return requests


def test_what_restructuring_promises_is_what_the_restructured_log_gives(tmp_path: Path) -> None:
    # The same conversations with the time in front, and with the time at the end of the last message.
    time = "It is 2026-05-28 10:{:02d}:00.".format
    (bad,) = rows(tmp_path, anthropic(sessions(lambda n: f"{time(n % 60)}\n{STABLE}", lambda _: ""), every=20))
    (good,) = rows(tmp_path, anthropic(sessions(lambda _: STABLE, lambda n: time(n % 60)), every=20))
    assert (bad["finding"], good["finding"]) == ("LC109", "LC101")
    promised, truth = bad["achievable_read_tokens"], good["achievable_read_tokens"]
    assert 0.95 * truth < promised <= truth


def test_two_templates_by_turns_do_not_hide_each_other(tmp_path: Path) -> None:
    other = "\n".join(reversed(STABLE.split("\n")))
    systems = [
        [{"type": "text", "text": name}, {"type": "text", "text": text}] for name, text in (("One", STABLE), ("Two", other))
    ]
    requests = []
    for n in range(PROMPTS):
        name, text = systems[n % 2]
        stamped = {"type": "text", "text": f"{drawn_uuid(n)} {text['text']}"}
        requests.append({"system": [name, stamped], "messages": [question(n)]})
    (row,) = rows(tmp_path, anthropic(requests))
    assert row["finding"] == "LC109"
    assert "38 of 38 compared pairs" in row["evidence_text"]
