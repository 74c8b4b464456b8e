"""A seeded folder of coding-agent transcripts with the proportions of real ones.

Session files hold user turns, answers in several rows (one a content block: same id, same input, growing output), tool results
of some tens of KB that stand twice (``content`` and ``toolUseResult``), attachments, snapshots, titles and system records; some
sessions are resumed copies of others, and sub-agents write files of their own. About 3 % of the bytes carry usage.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

_TEXT: Final = (
    "def return import class self value token price ledger error None for in if else assert test path file line count total "
    "schema column record usage cache read write model call input output batch session project month report table"
)
_WORDS: Final = _TEXT.split()
_MODELS: Final = ("claude-opus-4-5-20251101", "claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001")
_START: Final = datetime(2026, 9, 1, 8, tzinfo=UTC)
_VERSION: Final = "2.1.161"


@dataclass
class Session:
    """One transcript that is being written."""

    dice: random.Random
    name: str
    folder: str
    at: datetime
    rows: list[str] = field(default_factory=list)
    size: int = 0
    context: int = 18_000
    last: str | None = None

    def write(self, kind: str, **more: Any) -> None:
        """Add a record with what nearly all kinds have."""
        self.at += timedelta(milliseconds=self.dice.randrange(40, 4000))
        uuid = f"{self.dice.getrandbits(128):032x}"
        record = {
            "parentUuid": self.last,
            "isSidechain": "agentId" in more,
            "userType": "external",
            "cwd": self.folder,
            "sessionId": self.name,
            "version": _VERSION,
            "gitBranch": "main",
            "type": kind,
            **more,
            "uuid": uuid,
            "timestamp": f"{self.at:%Y-%m-%dT%H:%M:%S}.{self.at.microsecond // 1000:03d}Z",
        }
        self.last = uuid
        self.add(record)

    def add(self, record: dict[str, Any]) -> None:
        """Add a record as it is."""
        self.rows.append(json.dumps(record, separators=(",", ":")) + "\n")
        self.size += len(self.rows[-1])


def write_transcripts(folder: Path, megabytes: int, seed: int = 7) -> int:
    """Fill a new folder with about so many megabytes, laid out as below ``~/.claude``; gives the number of files."""
    dice = random.Random(seed)  # noqa: S311 -- test data
    texts = [_text(dice, size) for size in (300, 900, 2500, 6000, 12_000, 20_000, 36_000, 60_000) for _ in range(6)]
    written = files = 0
    former: Session | None = None
    while written < megabytes * 1_000_000:
        project = f"/home/dev/{dice.choice(_WORDS)}-{dice.randrange(12)}"
        place = folder / "projects" / project.replace("/", "-")
        session = Session(dice, f"{dice.getrandbits(128):032x}", project, _START + timedelta(minutes=dice.randrange(40_000)))
        if former is not None and dice.random() < 0.04:  # noqa: PLR2004 -- resumed: a copy of the rows so far, under a new name
            for row in former.rows[: len(former.rows) // 2]:
                session.add(json.loads(row) | {"sessionId": session.name})
        agent = f"agent-{dice.getrandbits(28):07x}" if dice.random() < 0.2 else None  # noqa: PLR2004 -- a sub-agent's file
        _fill(session, texts, turns=int(dice.lognormvariate(3.2, 0.8)), agent=agent)
        file = place / session.name / "subagents" / f"{agent}.jsonl" if agent else place / f"{session.name}.jsonl"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(session.rows), encoding="utf-8")
        written, files, former = written + session.size, files + 1, session
    return files


def _fill(session: Session, texts: list[str], turns: int, agent: str | None) -> None:
    dice = session.dice
    label = {"agentId": agent} if agent else {}
    session.add({"type": "permission-mode", "permissionMode": "default", "sessionId": session.name})
    session.add({"type": "file-history-snapshot", "messageId": session.name, "snapshot": {"trackedFileBackups": {}}})
    for turn in range(turns):
        if turn % 6 == 0:
            session.write("user", message={"role": "user", "content": dice.choice(texts[:12])}, **label)
            session.write("attachment", attachment={"type": "hook_success", "content": dice.choice(texts[:6])}, **label)
        _answer(session, texts, label)
        result = dice.choices(texts[12:], weights=range(36, 0, -1))[0]
        content = [{"type": "tool_result", "tool_use_id": f"toolu_{dice.getrandbits(64):016x}", "content": result}]
        session.write(
            "user", message={"role": "user", "content": content}, toolUseResult={"stdout": result, "stderr": ""}, **label
        )
    session.add({"type": "summary", "summary": " ".join(dice.choices(_WORDS, k=9)), "leafUuid": session.last})
    session.write("system", subtype="turn_duration", durationMs=dice.randrange(90_000), **label)


def _answer(session: Session, texts: list[str], label: dict[str, Any]) -> None:
    """One response: a row for each block of content, of which only the last states the final output."""
    dice = session.dice
    model = dice.choices(_MODELS, weights=(5, 4, 1))[0]
    call = f"msg_{dice.getrandbits(96):024x}"
    written, fresh, output = dice.randrange(200, 9000), dice.randrange(1, 40), dice.randrange(60, 2500)
    blocks: list[dict[str, Any]] = [
        {"type": "thinking", "thinking": dice.choice(texts[:12]), "signature": f"{dice.getrandbits(1600):0400x}"},
        {"type": "text", "text": dice.choice(texts[:12])},
        {"type": "tool_use", "id": f"toolu_{dice.getrandbits(64):016x}", "name": "Bash", "input": {"command": texts[0][:120]}},
    ]
    blocks = blocks[dice.randrange(3) :]
    for number, block in enumerate(blocks, start=1):
        last = number == len(blocks)
        usage = {
            "input_tokens": fresh,
            "cache_creation_input_tokens": written,
            "cache_read_input_tokens": session.context,
            "cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0},
            "output_tokens": output if last else dice.randrange(1, 9),
            "service_tier": "standard",
        }
        message = {
            "model": model,
            "id": call,
            "type": "message",
            "role": "assistant",
            "content": [block],
            "stop_reason": "tool_use" if last else None,
            "usage": usage,
        }
        session.write("assistant", message=message, requestId=f"req_{call[4:]}", **label)
    session.context = session.context + written if session.context < 150_000 else 20_000  # noqa: PLR2004 -- compacted


def _text(dice: random.Random, size: int) -> str:
    words = (dice.choice(_WORDS) + dice.choice((" ", " ", " ", "\n", '"', "\t", ".")) for _ in range(size // 5))
    return "".join(words)[:size]


def main() -> None:
    """Write a folder by hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--megabytes", type=int, default=100)
    given = parser.parse_args()
    print(write_transcripts(given.folder, given.megabytes), "files")


if __name__ == "__main__":
    main()
