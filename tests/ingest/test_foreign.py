"""Files that hold no calls are named for what they are, with the remedy; of the others the nearest formats are told."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import sqlite3
import tarfile
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from logcost.errors import NothingReadableError, UnreadableFileError
from logcost.ingest import declarations, explain, ingest
from logcost.ingest.identify import claim_of
from logcost.ingest.near import lack, nearest
from logcost.ingest.sampling import Sample
from logcost.store import Ledger
from tests.cli.command import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def tarred() -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        entry = tarfile.TarInfo("calls.jsonl")
        entry.size = 3
        archive.addfile(entry, io.BytesIO(b"{}\n"))
    return held.getvalue()


def arrow() -> bytes:
    held = io.BytesIO()
    pl.DataFrame({"x": [1]}).write_ipc(held)
    return held.getvalue()


BINARY: dict[str, bytes | Callable[[], bytes]] = {
    "a PNG image": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)),
    "a JPEG image": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "a PDF document": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\n",
    "a tar archive": tarred,
    "a 7z archive": b"7z\xbc\xaf\x27\x1c\x00\x04",
    "data compressed by bzip2": b"BZh91AY&SY",
    "data compressed by xz": b"\xfd7zXZ\x00\x00\x04",
    "an old office document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100),
    "a pickle of Python": lambda: pickle.dumps({"usage": 1}),
    "an Arrow IPC file": arrow,
    "an ORC file": b"ORC\x0a\x00\x12" + bytes(99),
    "a DuckDB database": bytes(8) + b"DUCK" + bytes(99),
    "a file that begins with NUL bytes": bytes(1000),
    "binary data of an unknown kind": b"\x01\x02\xfe\xff\x80" * 100,
    "text in another encoding than UTF-8": "date,mod\xe8le\n1,2\n".encode("latin-1"),
    "a web page": b"\r\n<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head></html>\n",
    "an XML document": b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>\n',
    "an empty list": b"[]\n",
    "an empty JSON object": b"{}\n",
    "JSON without an object": b"[1, 2]",
    "an empty file": b"\n\n",
}


@pytest.mark.parametrize("what", BINARY)
def test_what_a_file_is(what: str, tmp_path: Path) -> None:
    content = BINARY[what]
    path = tmp_path / "usage.json"
    path.write_bytes(content if isinstance(content, bytes) else content())
    found = explain(path)
    assert found.told is not None
    assert (found.claims, found.near, found.told.what) == ((), (), what)
    assert found.told.remedy
    assert run("formats", path).out == f"This is {what}. {found.told.remedy}\n"
    assert run("formats", path, "--json").json["told"] == {"what": what, "remedy": found.told.remedy}


def test_also_inside_gzip_and_in_the_error_of_an_ingest(tmp_path: Path) -> None:
    path = tmp_path / "export.csv.gz"
    path.write_bytes(gzip.compress(b"<html><body>Log in</body></html>"))
    with Ledger() as ledger, pytest.raises(NothingReadableError, match=r"This is a web page\. .* download it again\."):
        ingest(ledger, [path])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_with_and_without_a_mark(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_bytes('{"model": "gpt-5"}\n'.encode(encoding))
    with pytest.raises(UnreadableFileError, match="UTF-16"):
        explain(path)


ERRORS: dict[str, dict[str, Any]] = {
    "openai": {"error": {"message": "Incorrect API key", "type": "invalid_request_error", "code": "invalid_api_key"}},
    "anthropic": {"type": "error", "error": {"type": "authentication_error", "message": "invalid key"}, "request_id": "req_1"},
    "gemini": {"error": {"code": 403, "message": "Permission denied", "status": "PERMISSION_DENIED"}},
    "azure": {"error": {"code": "401", "message": "Access denied"}},
    "aws": {"__type": "ExpiredTokenException", "message": "expired"},
    "aws_gateway": {"message": "Forbidden"},
    "mistral": {"detail": "Unauthorized"},
    "deepseek": {"detail": [{"loc": ["query"], "msg": "field required", "type": "value_error.missing"}]},
    "cohere": {"id": "x", "message": "invalid api token"},
    "github": {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"},
}  # fmt: skip


@pytest.mark.parametrize("provider", ERRORS)
def test_the_error_answer_of_a_provider(provider: str, tmp_path: Path) -> None:
    path = tmp_path / "usage.json"
    path.write_text(json.dumps(ERRORS[provider], indent=1), encoding="utf-8")
    told = explain(path).told
    assert told is not None
    assert told.what == "the error answer of an API, not data"
    assert "Ask again" in told.remedy
    assert explain(path).near == ()


@pytest.mark.parametrize(
    "record",
    [
        {"message": "started", "level": "info"},
        {"message": {"role": "user"}},
        {"error": None, "id": "x"},
        {"error": "boom", "model": "gpt-5"},
        {"error": {"message": "boom"}, "usage": {"prompt_tokens": 1}},
    ],
    ids=repr,
)
def test_what_is_no_error_answer(record: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text(json.dumps(record, indent=1), encoding="utf-8")
    assert explain(path).told is None


def test_lines_with_a_message_are_a_log_and_lines_with_errors_are_not(tmp_path: Path) -> None:
    log, errors = tmp_path / "log.jsonl", tmp_path / "errors.jsonl"
    log.write_text('{"message": "one"}\n{"message": "two"}\n', encoding="utf-8")
    errors.write_text(f"{json.dumps(ERRORS['openai'])}\n" * 2, encoding="utf-8")
    assert explain(log).told is None
    assert explain(errors).told is not None


def test_tables_that_may_be_the_readers_own(tmp_path: Path) -> None:
    database, table, header = tmp_path / "notes.db", tmp_path / "a.parquet", tmp_path / "a.csv"
    with sqlite3.connect(database) as made:
        made.execute("CREATE TABLE notes (body)")
    made.close()
    pl.DataFrame({f"c{number}": [1] for number in range(7)}).write_parquet(table)
    header.write_text("colour,size\n", encoding="utf-8")
    for path, what in (
        (database, "a SQLite database with the tables notes"),
        (table, "a Parquet table with the columns c0, c1, c2, c3, c4 and 2 more"),
        (header, "a line of column names without a row"),
    ):
        said = run("formats", path).out
        assert said.startswith(
            f"No format claims this file, {what}. If it is a log of your own calls, 'logcost formats new FILE'"
        )


def test_only_formats_of_which_half_is_there_are_near_and_the_nearest_first(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    bucket = {"object": "bucket", "start_time": 1, "end_time": 2, "results": []}
    path.write_text(json.dumps({"object": "page", "data": [bucket], "next_page": None}), encoding="utf-8")
    near = explain(path).near
    assert near[0].format.name == "openai.usage_api"
    for one in near:
        told = len(one.format.identify) + bool(one.format.identify_any) + len(one.format.where)
        assert sum(not missing.startswith("must not") for missing in one.missing) * 2 <= told


def test_a_format_that_misses_most_is_not_near() -> None:
    declared = next(one for one in declarations() if one.name == "openai.usage_api")
    sample = Sample(("json_document",), ({"data": [], "colour": "red"},))
    claim = claim_of(sample, declared)
    assert claim.marks
    assert len(claim.missing) * 2 > len(declared.identify) + len(declared.where)
    assert nearest([claim]) == ()


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("usage.input", "misses usage.input"),
        ("type = a or b or c or d or e", "misses type = a or b or c or 2 other values"),
        ("one of a, b with c, d, e", "misses one of a, b with c, d or 1 other key"),
        ("must not have model (name it response_model)", "must not have model (name it response_model)"),
    ],
)
def test_what_is_missing_in_words(missing: str, words: str) -> None:
    assert lack(missing) == words
