"""The entries of a HAR file are cut out block by block: wherever a block ends, however large the recording."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest

from logcost.errors import UnreadableFileError
from logcost.ingest import har, har_entries
from logcost.ingest.har_entries import entries
from logcost.ingest.json_document import objects
from logcost.ingest.messages import Why

if TYPE_CHECKING:
    from pathlib import Path

_ENTRIES: Final[list[dict[str, Any]]] = [
    {"request": {"url": "https://x.test/[{"}, "note": 'a "quoted" \\ {brace'},
    {"entries": [{"entries": []}], "text": "é😀\u2028", "end": "\\"},
    {},
]
_LOG: Final[dict[str, Any]] = {
    "version": '"entries": [',
    "pages": [{"entries": [{"no": "entry"}]}],
    "creator": {"entries": [{"no": "entry"}]},
    "entries": _ENTRIES,
    "comment": ["entries"],
}
_MEASURED: Final = """
import resource, sys
from pathlib import Path
from logcost.ingest import har
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = sum(len(pair) > 1000 for pair in har.pairs(Path(sys.argv[1])))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def _entry(text: str) -> dict[str, Any]:
    return {"startedDateTime": "2026-09-01T10:00:00Z", "request": {"url": "u"}, "response": {"content": {"text": text}}}


def _written(folder: Path, *found: dict[str, Any]) -> Path:
    file = folder / "traffic.har"
    file.write_text(json.dumps({"log": {"entries": found}}))
    return file


@pytest.mark.parametrize("block", [1, 2, 3, 17, 1000])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("escaped", [True, False])
def test_entries_are_whole_wherever_blocks_end(
    block: int, indent: int | None, escaped: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(har_entries, "BLOCK", block)
    file = tmp_path / "traffic.har"
    file.write_text("\ufeff" + json.dumps({"log": _LOG}, ensure_ascii=escaped, indent=indent) + "\n", encoding="utf-8")
    assert [json.loads(one or b"") for one in entries(file)] == _ENTRIES


@pytest.mark.parametrize(
    "text", ['{"log": {"entries": [{"a": 1}, {"b"', '{"log": {"entries": [{}]}}\n{"log": {}}', '{"log": {}}}']
)
def test_what_is_no_single_document_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "traffic.har"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"document|bracket"):
        list(entries(file))


def test_an_entry_that_is_too_long_is_passed_over(tmp_path: Path) -> None:
    file = _written(tmp_path, {"a": "x" * 100}, {"b": 1})
    assert list(entries(file, limit=100)) == [None, b'{"b": 1}']


def test_an_entry_that_is_too_long_is_a_reject_and_those_around_it_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(har, "entries", lambda file: entries(file, limit=1000))
    found = list(objects(_written(tmp_path, _entry("{}"), _entry("x" * 2000), _entry("{}")), "traffic.har"))
    assert [isinstance(one, Why) for one in found] == [False, True, False]


def test_a_recording_that_was_cut_off_is_unreadable(tmp_path: Path) -> None:
    file = _written(tmp_path, _entry("{}"), _entry("{}"))
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(UnreadableFileError, match="no whole JSON"):
        list(objects(file, "traffic.har"))


def test_bodies_that_no_api_answers_are_not_carried_along(tmp_path: Path) -> None:
    script, answer = _entry('var usage = {"usage":"usage"}'), _entry('\ufeff {"usage": 1}')
    pairs = har.pairs(_written(tmp_path, *[script] * 30, answer))
    assert pairs is not None
    (kept,) = har.sampled(pairs, 20)
    assert json.loads(kept)["response"]["body"] == '\ufeff {"usage": 1}'


def test_a_large_recording_takes_little_memory(tmp_path: Path) -> None:
    file = _written(tmp_path, *[_entry('{"text": "' + "x" * 1_000_000 + '"}')] * 100)
    done = subprocess.run([sys.executable, "-c", _MEASURED, str(file)], capture_output=True, text=True, check=True)
    count, grown = map(int, done.stdout.split())
    assert count == 100
    assert grown < 30_000  # kB; the file has 100 MB.


def test_the_first_entry_may_be_damaged(tmp_path: Path) -> None:
    file = _written(tmp_path, {"request": "cut off"}, _entry("\ud83d"), _entry("{}"))
    pairs = har.pairs(file)
    assert pairs is not None
    shown = [one if isinstance(one, Why) else one.decode() for one in pairs]
    assert shown[0] == "{}"
    assert '"body":"{}"' in shown[2]


@pytest.mark.parametrize("encoded", [b"eyJhIjogMX0=", b"eyJh\r\nIjogMX0=\r\n"])
def test_bodies_in_base64_may_be_broken_into_lines(encoded: bytes, tmp_path: Path) -> None:
    entry = _entry(encoded.decode())
    entry["response"]["content"]["encoding"] = "base64"
    pair = next(har.pairs(_written(tmp_path, entry)) or iter(()))
    assert not isinstance(pair, Why)
    assert json.loads(pair)["response"]["body"] == '{"a": 1}'
