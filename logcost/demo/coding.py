"""Transcripts of a coding assistant: one answer is several rows, and only the last one has its final output count."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from random import Random
from typing import TYPE_CHECKING, Any, Final

from logcost.demo import calls, clock, files, records
from logcost.demo.workloads import Conversation, Size, Workload

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_VERSION: Final = "2.1.63"
_FOLDERS: Final = ("/home/dev/northwind-api", "/home/dev/northwind-web")
_WORKLOAD: Final = Workload(
    name=None,
    provider="anthropic",
    models=((1, "claude-opus-5"), (12, "claude-opus-5-5")),
    calls=2_500,
    prompts=Conversation(opening=Size(21_000, 0.2), growth=Size(2_600, 0.8), turns=40, pause_share=0.04),
    output=Size(520, 0.8),
    projects=_FOLDERS[:1],
)


def write(folder: Path, *, seed: int, scale: float) -> list[Path]:
    """Write one transcript a session into one folder a project, and one session resumed in a second file."""
    found = calls.of(_WORKLOAD, clock.OCTOBER, seed=seed, count=max(1, round(_WORKLOAD.calls * scale)))
    by_session = sorted(found, key=lambda call: (call.session or "", call.at))
    sessions = [(name or "", list(turns)) for name, turns in groupby(by_session, key=lambda call: call.session)]
    sessions.sort(key=lambda session: session[1][0].at)
    for stale in sorted(path for directory in _FOLDERS for path in _folder(folder, directory).glob("*.jsonl")):
        stale.unlink()  # Names depend on the sample's size: what another size left here would be read too.
    paths = []
    for number, (name, turns) in enumerate(sessions):
        directory = _FOLDERS[number % len(_FOLDERS)]
        paths.append(_transcript(folder, directory, name, turns, turns))
    return [*paths, _resumed(folder, sessions[-1][1])]


def _resumed(folder: Path, turns: list[calls.Call]) -> Path:
    """A session that was taken up again: its file begins with a copy of the rows before, which must not count twice."""
    rng = Random(turns[0].ident)  # noqa: S311 -- sample data
    last = turns[-1]
    later = [
        replace(last, at=last.at + 90_000 * (n + 1), ident=rng.getrandbits(96), cache_read=last.input_tokens, cache_write=0)
        for n in range(3)
    ]
    added = [replace(call, input_tokens=call.input_tokens + 7, output=180 + 40 * n) for n, call in enumerate(later)]
    name = calls.identifier(rng)
    return _transcript(folder, _FOLDERS[0], name, turns, [*turns, *added])


def _transcript(folder: Path, directory: str, name: str, first: list[calls.Call], turns: list[calls.Call]) -> Path:
    path = _folder(folder, directory) / f"{name}.jsonl"
    rng = Random(first[0].ident)  # noqa: S311 -- sample data
    rows = (row for call in turns for row in _rows(rng, directory, name, call))
    return files.json_lines(path, rows)


def _folder(folder: Path, directory: str) -> Path:
    return folder / "projects" / directory.replace("/", "-")


def _rows(rng: Random, directory: str, session: str, call: calls.Call) -> Iterator[dict[str, Any]]:
    head = {"isSidechain": False, "userType": "external", "cwd": directory, "sessionId": session, "version": _VERSION}
    asked = calls.identifier(rng)
    yield {
        "parentUuid": None,
        **head,
        "type": "user",
        "message": {"role": "user", "content": "Continue."},
        "uuid": asked,
        "timestamp": clock.iso(call.at - 400),
    }
    blocks = rng.randint(1, 3)
    for block in range(1, blocks + 1):
        yield {
            "parentUuid": asked,
            **head,
            "type": "assistant",
            "message": records.message_body(call, call.output if block == blocks else min(block * 3, call.output)),
            "requestId": f"req_{call.ident:024x}",
            "uuid": calls.identifier(rng),
            "timestamp": clock.iso(call.at + 700 * block),
        }
