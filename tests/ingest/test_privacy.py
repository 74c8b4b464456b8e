"""What people wrote and what models answered is nowhere in the ledger: signs planted in the text of every sample."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from logcost.ingest import ingest
from logcost.store import Ledger
from tests.ingest.engine import NOW
from tests.ingest.golden import HERE

if TYPE_CHECKING:
    from pathlib import Path

SIGN: Final = "Zq7Canary"
TEXTS: Final = {
    "arguments",
    "completion",
    "content",
    "encrypted_content",
    "error_message",
    "input",
    "inputs",
    "instructions",
    "lastPrompt",
    "message",
    "messages",
    "output",
    "outputs",
    "partial_json",
    "prompt",
    "reasoning",
    "stdout",
    "stringValue",
    "summary",
    "system",
    "text",
    "thinking",
    "thoughts",
    "Authorization",
    "authorization",
    "x-api-key",
}
"""Keys whose text is somebody's words or a secret. Labels (models, projects, line items) are stored by design."""

ATTRIBUTE: Final = "stringValue"
"""Holds labels too: only what has a space is taken for somebody's words."""


def _planted(value: Any, key: str = "") -> Any:
    """The value with the sign put before every text below a key of ``TEXTS``."""
    if isinstance(value, dict):
        return {name: _planted(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_planted(inner, key) for inner in value]
    if not isinstance(value, str) or key not in TEXTS or (key == ATTRIBUTE and " " not in value):
        return value
    if value[:1] in {"{", "["}:
        try:
            return json.dumps(_planted(json.loads(value)))
        except ValueError:
            pass
    return value if value.startswith("data:") else f"{SIGN} {value}"


def _samples(folder: Path) -> tuple[list[Path], int]:
    """Copies of all samples of JSON with signs in their text, and the number of signs."""
    made: list[Path] = []
    signs = 0
    for sample in sorted(HERE.glob("*/sample*.json*")):
        records = []
        for line in sample.read_text("utf-8-sig", errors="replace").splitlines() if sample.suffix == ".jsonl" else ():
            try:
                records.append(json.loads(line))
            except ValueError:
                continue
        if sample.suffix == ".json":
            records = [json.loads(sample.read_text("utf-8-sig"))]
        text = "".join(json.dumps(_planted(record)) + "\n" for record in records)
        signs += text.count(SIGN)
        made.append(folder / f"{sample.parent.name}-{sample.name}")
        made[-1].write_text(text, encoding="utf-8")
    return made, signs


def test_no_text_of_any_sample_is_in_the_file_of_the_ledger(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    made, signs = _samples(logs)
    path = tmp_path / "ledger.duckdb"
    with Ledger(path) as ledger:
        result = ingest(ledger, made, now=NOW)
        assert ledger.sql("SELECT count(*) > 300, count(prefix_hashes) > 0 FROM usage_record") == [(True, True)]
    told = [text for source in result.sources for text in (*source.notes, source.error or "")]
    assert signs > 400
    assert not [text for text in told if SIGN in text]
    assert not [file.name for file in tmp_path.glob("ledger*") if SIGN.encode() in file.read_bytes()]
