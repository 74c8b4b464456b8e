"""A small format of our own and helpers, so that the engine is tested apart from the shipped formats."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from logcost.ingest import ingest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from logcost.store import Ledger
    from logcost.types import IngestResult

NOW: Final = datetime(2026, 11, 1, tzinfo=UTC)

APP_LOG: Final = """/* logcost
format   = "test.app"
title    = "A log for tests"
reader   = ["json_lines", "json_document"]
identify = ["probe", "use"]
keep     = ["use"]
required = ["response_model"]
[fields]
probe = "id"
ts = "time"
model = "str"
note = "json"
use.in = "int"
use.cached = "int"
use.out = "int"
*/
SELECT
    file_id,
    line,
    any_time(ts) AS started_at,
    bad_time('ts', ts) AS reject_reason,
    model AS response_model,
    use."in" AS input_tokens,
    use.cached AS cache_read_input_tokens,
    use.out AS output_tokens,
    probe AS dedup_key
FROM source
"""

TABLE: Final = """/* logcost
format   = "test.table"
title    = "A table for tests"
reader   = ["csv", "parquet"]
identify = ["probe", "in"]
[fields]
probe = "id"
ts = "time"
model = "str"
in = "int"
tags = "json"
*/
SELECT file_id, line, any_time(ts) AS started_at, model AS response_model, "in" AS input_tokens,
    json_tags(tags) AS tags, probe AS dedup_key
FROM source
"""


def record(number: int, **changes: Any) -> dict[str, Any]:
    """One good record; ``changes`` replace its keys."""
    usage = {"in": 100 + number, "cached": number, "out": 10 + number}
    return {"probe": f"call-{number}", "ts": "2026-10-01T12:00:00Z", "model": "m-1", "use": usage} | changes


def line(number: int, **changes: Any) -> str:
    """The same as a line of JSON."""
    return json.dumps(record(number, **changes)) + "\n"


def formats(folder: Path) -> list[Path]:
    """The format files of this module, written to a folder beside the logs."""
    place = folder / "formats"
    place.mkdir(exist_ok=True)
    for name, text in (("app.sql", APP_LOG), ("table.sql", TABLE)):
        (place / name).write_text(text, encoding="utf-8")
    return [place / "app.sql", place / "table.sql"]


def load(ledger: Ledger, folder: Path, *paths: str | Path, **options: Any) -> IngestResult:
    """Ingest with the formats of this module, as of ``NOW``."""
    return ingest(ledger, paths, formats=formats(folder), now=NOW, **options)


def write(folder: Path, name: str, content: str | bytes) -> Path:
    """A file of a test."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def totals(ledger: Ledger) -> tuple[int, ...]:
    """Rows, input tokens, cached tokens, output tokens of a ledger."""
    query = "SELECT count(*), sum(input_tokens), sum(cache_read_input_tokens), sum(output_tokens) FROM usage_record"
    return tuple(int(value or 0) for value in ledger.sql(query)[0])


def reasons(ledger: Ledger) -> Sequence[tuple[int, int, str, str]]:
    """Line, byte offset, slug and reason of all rejects."""
    found: Sequence[tuple[int, int, str, str]] = ledger.sql("SELECT line, byte_offset, slug, reason FROM reject ORDER BY ALL")
    return found
