"""The ingest claims that are measured against DuckDB's ``read_json``: same log, same SELECT, same table, one thread each.

    python benchmarks/ingest_vs_read_json.py [ROW ...] [--megabytes 1000] [--runs 5]

Rows: ``long`` (9 KB lines), ``short`` (560-byte lines), ``transcripts`` (a folder of coding-agent transcripts), ``gzip`` (the
long lines compressed), ``bad`` (3 % of the long lines damaged, against our own clean run).

What the reference does: ``read_json`` with explicit types for exactly the declared fields, the format's whole SELECT over it, an
insert of all columns into ``usage_record`` of a new ledger file, and the removal of duplicates that an SQL user would write
(``row_number`` by key, largest output first). What it does not do: number lines, set bad lines aside, check counts, hash the
content, keep sources. Ours does all of it, into the same kind of file. Both sums must agree; both sides run in turn, each in a
process of its own, and CPU is that of the whole process: start and imports included, of which the reference has only DuckDB's.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.measure import alternate, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from logcost.ingest.fields import Field
    from logcost.ingest.header import Format

_SUMS: Final = """
SELECT count(*), sum(input_tokens)::BIGINT, sum(output_tokens)::BIGINT, sum(cache_read_input_tokens)::BIGINT FROM usage_record
"""
_TYPES: Final = {"int": "BIGINT", "int64": "BIGINT", "float": "DOUBLE", "bool": "BOOLEAN", "json": "JSON"}
_DUPLICATES: Final = """
DELETE FROM usage_record
WHERE rowid IN (
    SELECT rowid FROM usage_record
    WHERE dedup_key IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY dedup_key ORDER BY output_tokens DESC NULLS LAST, input_tokens DESC NULLS LAST, duplicate_rank, started_at
    ) > 1
)
"""


def write_log(path: Path, megabytes: int, text: int) -> None:
    """A seeded log of Anthropic message bodies whose answers have about ``text`` characters; every fifth input is cached."""
    dice = random.Random(42)  # noqa: S311 -- test data
    words = ["".join(dice.choices('abcdefghijklmnopqrstuvwxyz \\"', k=text)) for _ in range(50)]
    written = number = 0
    with path.open("w", encoding="utf-8") as log:
        while written < megabytes * 1_000_000:
            written += log.write(json.dumps(_body(dice, number, dice.choice(words))) + "\n")
            number += 1


def _body(dice: random.Random, number: int, text: str) -> dict[str, Any]:
    written = dice.choice((0, 0, 0, 1024, 4096))
    usage = {
        "input_tokens": dice.randrange(5, 4000),
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": dice.choice((0, 2048, 30_000)),
        "cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0},
        "output_tokens": dice.randrange(1, 2000),
        "service_tier": "standard",
    }
    body = {"id": f"msg_{number:024d}", "type": "message", "role": "assistant", "model": "claude-opus-5-20260401"}
    return body | {"content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "usage": usage}


def damage(clean: Path, path: Path) -> list[tuple[int, int]]:
    """A copy in which about 3 % of the lines are cut, of a wrong type or no JSON; lines and offsets of these."""
    dice = random.Random(3)  # noqa: S311 -- test data
    wrong, offset = [], 0
    with clean.open("rb") as source, path.open("wb") as target:
        for number, line in enumerate(source, start=1):
            kept = line
            if dice.random() < 0.03:  # noqa: PLR2004 -- the claim
                negative = line.replace(b'"output_tokens": ', b'"output_tokens": -')
                kept = dice.choice((line[: len(line) // 2] + b"\n", b"not json\n", negative))
                wrong.append((number, offset))
            offset += target.write(kept)
    return wrong


def run_ingest(path: Path) -> list[int]:
    """The job with our engine."""
    from logcost.ingest import ingest
    from logcost.store import Ledger

    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder) / "ledger.duckdb") as ledger:
        ledger.connection.execute("SET threads = 1")
        ingest(ledger, [path])
        return [*ledger.sql(_SUMS)[0]]


def run_rejects(path: Path) -> list[Any]:
    """The job with our engine on a damaged log: the places of the bad lines."""
    from logcost.ingest import ingest, rejects
    from logcost.store import Ledger

    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder) / "ledger.duckdb") as ledger:
        ledger.connection.execute("SET threads = 1")
        ingest(ledger, [path])
        return [[one.line, one.byte_offset] for one in rejects(ledger)]


def run_read_json(path: Path) -> list[int]:
    """The job with DuckDB alone: the statements stand beside the log, so that nothing of ours is imported."""
    import duckdb

    script = json.loads(_script_of(path).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        options: dict[str, Any] = {"threads": 1, "memory_limit": "256MB", "temp_directory": f"{folder}/spill"}
        with duckdb.connect(f"{folder}/ledger.duckdb", config=options) as connection:
            for statement in script:
                connection.execute(statement)
            return [*(connection.execute(_SUMS).fetchone() or ())]


def _script_of(path: Path) -> Path:
    return path.with_name("read_json.script")


def write_script(path: Path) -> None:
    """The statements of the reference for a log: settings, table, the macros that the SELECT calls, insert, duplicates."""
    from logcost import macros, schema
    from logcost.ingest.declared import declarations

    name = "claude_code.transcript" if path.is_dir() else "anthropic.messages"
    (declared,) = [one for one in declarations() if one.name == name and "json_lines" in one.readers]
    insert = _insert(declared, f"{path}/**/*.jsonl" if path.is_dir() else str(path))
    settings = ["SET preserve_insertion_order = false", "SET TimeZone = 'UTC'"]
    script = [*settings, schema.create_table_sql("usage_record"), *macros.needed(declared.select), insert, _DUPLICATES]
    _script_of(path).write_text(json.dumps(script), encoding="utf-8")


def _insert(declared: Format, path: str) -> str:
    """The format's own SELECT over ``read_json``; the engine's places are constants."""
    columns = ", ".join(f"{key}: '{_type(one)}'" for key, one in declared.fields.items())
    kept = " OR ".join(f"{'.'.join(key)} IS NOT NULL" for key in declared.keep)
    wrapper = f", NULL::{_struct(declared.wrapper)} AS wrapper" if declared.bodies else ""
    selected = f"""
        WITH source AS (
            SELECT *, 1::BIGINT AS file_id, 1::BIGINT AS line, NULL::TIMESTAMPTZ AS assumed_at, NULL::BIGINT AS prompt{wrapper}
            FROM read_json('{path}', format = 'newline_delimited', maximum_object_size = 67108864, columns = {{{columns}}})
            WHERE {kept}
        ),
        selected AS ({declared.select})
    """
    extra = "EXCLUDE (file_id, line, reject_reason)" if not declared.bodies else "EXCLUDE (file_id, line, reject_reason, prompt)"
    rows = f"SELECT * {extra}, 1 AS source_id, 1 AS source_line, 'request' AS grain, 1 AS requests FROM selected"
    return f"INSERT INTO usage_record BY NAME {selected} {rows} WHERE reject_reason IS NULL"


def _struct(fields: Mapping[str, Field]) -> str:
    return f"STRUCT({', '.join(f'{chr(34)}{name}{chr(34)} {_type(one)}' for name, one in fields.items())})"


def _type(declared: Field) -> str:
    if declared.kind:
        return _TYPES.get(declared.kind, "VARCHAR")
    return _struct(declared.children) + ("[]" if declared.repeated else "")


_JOBS: Final[dict[str, Callable[[Path], list[Any]]]] = {
    "ingest": run_ingest,
    "read_json": run_read_json,
    "rejects": run_rejects,
}


def _inputs(folder: Path, rows: list[str], megabytes: int) -> Iterator[tuple[str, Path, float]]:
    """Name, path and bar of the rows that are compared with ``read_json``."""
    from benchmarks.transcripts import write_transcripts

    if "short" in rows:
        write_log(folder / "short.jsonl", megabytes, 150)
        yield "short", folder / "short.jsonl", 1.25
        (folder / "short.jsonl").unlink()
    if "transcripts" in rows:
        write_transcripts(folder / "transcripts", megabytes)
        yield "transcripts", folder / "transcripts", 1.0
        shutil.rmtree(folder / "transcripts")
    if {"long", "gzip", "bad"} & set(rows):
        write_log(folder / "long.jsonl", megabytes, 8600)
    if "long" in rows:
        yield "long", folder / "long.jsonl", 0.85
    if "gzip" in rows:
        with (folder / "long.jsonl").open("rb") as source, gzip.open(folder / "long.jsonl.gz", "wb", compresslevel=6) as target:
            shutil.copyfileobj(source, target, 1 << 20)
        yield "gzip", folder / "long.jsonl.gz", 0.7


def _compare_bad(folder: Path, runs: int) -> None:
    wrong = damage(folder / "long.jsonl", folder / "bad.jsonl")
    command = [sys.executable, __file__, "--job", "rejects"]
    clean, bad = alternate([*command, str(folder / "long.jsonl")], [*command, str(folder / "bad.jsonl")], runs)
    if bad.result != [list(one) for one in wrong] or clean.result:
        sys.exit("bad: not every bad line was found at its place")
    show(f"bad: {len(wrong)} bad lines, each at its line and offset; against the clean log", bad, clean, 1.2)


def main() -> None:
    """Compare, and fail when the results differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*")
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--job", choices=_JOBS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        print(json.dumps(_JOBS[given.job](Path(given.rows[0]))))
        return
    rows = given.rows or ["long", "short", "transcripts", "gzip", "bad"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for row, path, bar in _inputs(folder, rows, given.megabytes):
            write_script(path)
            command = [sys.executable, __file__, "--job"]
            ours, theirs = alternate([*command, "ingest", str(path)], [*command, "read_json", str(path)], given.runs)
            if ours.result != theirs.result:
                sys.exit(f"{row}: the results differ: {ours.result} and {theirs.result}")
            show(f"{row}: {ours.result}", ours, theirs, bar)
        if "bad" in rows:
            _compare_bad(folder, given.runs)


if __name__ == "__main__":
    main()
