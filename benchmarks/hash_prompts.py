"""What it costs to hash the prompts of a log: CPU seconds a GB of request and response pairs, beside reading the same JSON.

    python benchmarks/hash_prompts.py [MEGABYTES]

Two seeded logs of about 9 KB a line: *conversations* (system prompt, tools and history come again in the next call, one tenth
of the text is new) and *documents* (nothing comes again: the worst case). The reference is ``json.loads`` of the same lines,
which hashes nothing. All in one process, interleaved, the least of five: what else runs on the machine only adds. The garbage
collector is as seldom called as during an ingest.
"""

from __future__ import annotations

import gc
import json
import random
import sys
import time
from typing import TYPE_CHECKING, Final

from logcost.ingest.prompt import Places, PromptReader
from logcost.ingest.prompt_columns import column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PLACES: Final = Places(
    at=(("request", "body"),),
    parts=(("tools", ("tools",)), ("messages", ("messages",))),
    unless=(),
    mark=(),
)
ROUNDS: Final = 5


def text(dice: random.Random, size: int) -> str:
    """Words with a number, a time or an id here and there, as in real prompts (six such tokens a KB)."""
    words: list[str] = []
    while size > 0:
        kind = dice.random()
        word = "".join(dice.choices("etaoinshrdlu", k=dice.randrange(2, 9)))
        if kind > 0.97:  # noqa: PLR2004 -- the share of numbers
            word = str(dice.randrange(10_000))
        elif kind > 0.965:  # noqa: PLR2004 -- the share of ids
            word = f"req_{dice.getrandbits(48):x}"
        words.append(word)
        size -= len(word) + 1
    return " ".join(words)


def conversations(dice: random.Random, size: int) -> Iterator[bytes]:
    """Lines of calls that each repeat the history of their conversation."""
    tools = [{"type": "function", "function": {"name": f"t{n}", "description": text(dice, 300)}} for n in range(4)]
    rules = text(dice, 3000)
    history: list[dict[str, str]] = []
    while size > 0:
        history = history[-12:] if len(history) < 12 else []  # noqa: PLR2004 -- six turns
        history = [*history, {"role": "user", "content": text(dice, 600)}]
        line = pair([{"role": "system", "content": rules}, *history], tools)
        history.append({"role": "assistant", "content": text(dice, 400)})
        size -= len(line)
        yield line


def documents(dice: random.Random, size: int) -> Iterator[bytes]:
    """Lines of calls that have nothing in common."""
    while size > 0:
        line = pair([{"role": "system", "content": text(dice, 4000)}, {"role": "user", "content": text(dice, 4500)}], [])
        size -= len(line)
        yield line


def pair(messages: Sequence[object], tools: Sequence[object]) -> bytes:
    """One line of a log of Chat Completions."""
    body = {"model": "gpt-5", "messages": messages, "tools": tools}
    answer = {"id": "x", "object": "chat.completion", "usage": {"prompt_tokens": 2000, "completion_tokens": 50}}
    return json.dumps({"request": {"body": body}, "response": {"body": answer}}).encode()


def hashed(lines: list[bytes]) -> None:
    """Hash every prompt and build the columns, as an ingest does."""
    reader = PromptReader(PLACES)
    for start in range(0, len(lines), 5000):
        column("prompt", [reader.read(line) for line in lines[start : start + 5000]])


def loaded(lines: list[bytes]) -> None:
    """Decode every line."""
    for line in lines:
        json.loads(line)


def cpu(work: Callable[[list[bytes]], None], lines: list[bytes]) -> float:
    """CPU seconds a GB."""
    start = time.process_time()
    work(lines)
    return (time.process_time() - start) / sum(map(len, lines)) * 1e9


def main() -> None:
    """Print one line a log."""
    gc.set_threshold(200_000, 50, 1000)
    size = int(sys.argv[1] if len(sys.argv) > 1 else 100) * 1_000_000
    for make in (conversations, documents):
        lines = list(make(random.Random(42), size))  # noqa: S311 -- test data
        times = [(cpu(hashed, lines), cpu(loaded, lines)) for _ in range(ROUNDS)]
        ours, theirs = map(min, zip(*times, strict=True))
        print(f"{make.__name__:14} hashing {ours:5.2f} CPU s/GB   json.loads {theirs:5.2f} CPU s/GB   ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
