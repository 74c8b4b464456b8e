"""Zip archives: what is in them is read like files, and hostile ones do no harm."""

from __future__ import annotations

import gzip
import io
import warnings
import zipfile
from time import process_time
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest

from logcost.errors import NothingReadableError
from logcost.ingest import archive as archives
from logcost.store import Ledger
from tests.ingest.engine import line, load, totals, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger() as opened:
        yield opened


def _archive(path: Path, **members: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def _said(folder: Path, path: Any) -> str:
    with Ledger() as ledger, pytest.raises(NothingReadableError) as error:
        load(ledger, folder, path)
    return f"{error.value} {' '.join(message for _, message in error.value.failed)}"


def test_each_member_is_a_source_also_compressed_tables_and_in_folders(ledger: Ledger, tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {
        "b/calls.jsonl": line(1) + line(2),
        "a.jsonl.gz": gzip.compress(line(3).encode()),
        "t.csv": "probe,model,in\nx,m,7\n",
        "pretty.json": "[\n" + line(4) + "]",
        "__MACOSX/b/._calls.jsonl": b"\x00\x05\x16\x07",
        "empty/": "",
    }
    folder = tmp_path / "logs"
    folder.mkdir()
    path = _archive(folder / "export.zip", **members)
    reports = load(ledger, tmp_path, folder).sources
    assert [report.path.removeprefix(str(path)) for report in reports] == [
        "!a.jsonl.gz",
        "!b/calls.jsonl",
        "!pretty.json",
        "!t.csv",
    ]
    assert totals(ledger) == (5, 101 + 102 + 103 + 104 + 7, 1 + 2 + 3 + 4, 11 + 12 + 13 + 14)
    assert all(report.unchanged for report in load(ledger, tmp_path, path).sources)


def test_the_same_bytes_inside_and_outside_are_the_same_content(ledger: Ledger, tmp_path: Path) -> None:
    plain = write(tmp_path, "calls.jsonl", line(1))
    load(ledger, tmp_path, plain)
    (report,) = load(ledger, tmp_path, _archive(tmp_path / "e.zip", inner=plain.read_bytes())).sources
    assert report.unchanged
    assert report.notes == (f"Already in the ledger, as {plain}.",)


def test_one_member_by_name_and_a_file_with_the_sign_in_its_name(ledger: Ledger, tmp_path: Path) -> None:
    path = _archive(tmp_path / "wow!.zip", **{"one!.jsonl": line(1), "two.jsonl": line(2)})
    load(ledger, tmp_path, f"{path}!one!.jsonl", write(tmp_path, "a!b.jsonl", line(3)))
    assert totals(ledger)[1] == 101 + 103
    assert "no such file" in _said(tmp_path, f"{path}!three.jsonl")


def test_names_are_printed_safely_and_twins_are_both_read(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "e.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../\x1b[2Jevil\n.jsonl", line(1))
        archive.writestr("twin.jsonl", line(2))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("twin.jsonl", line(3))
    paths = [report.path for report in load(ledger, tmp_path, path).sources]
    assert paths == [f"{path}!../../\\x1b[2Jevil\\n.jsonl", f"{path}!twin.jsonl", f"{path}!twin.jsonl (2)"]
    assert totals(ledger)[:2] == (3, 101 + 102 + 103)


def test_a_great_many_members_even_of_one_name_are_listed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "e.zip"
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(10_000):
            archive.writestr("twin", b"")
        archive.writestr("twin (2)", b"")
    counted = Mock(side_effect=archives._shown)  # noqa: SLF001 -- how often a name is made is what is asked
    monkeypatch.setattr(archives, "_shown", counted)
    began = process_time()
    names = list(archives.members(str(path)))
    assert len(set(names)) == len(names) == 10_001
    assert all(archives.member(path, f"twin ({number})") for number in range(2, 200))
    # For each of the files a pass over all of them: a minute.
    assert (counted.call_count, process_time() - began < 10) == (10_001, True)


def test_a_bad_member_does_not_stop_the_others(ledger: Ledger, tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("deep.jsonl", line(9))
    path = _archive(tmp_path / "e.zip", inner=inner.getvalue(), good=line(1), note="hello")
    by_name = {report.path.split("!")[1]: str(report.error) for report in load(ledger, tmp_path, path).sources}
    assert "zip archive" in by_name["inner"]
    assert "No format claims" in by_name["note"]
    assert by_name["good"] == "None"
    assert totals(ledger)[1] == 101


def test_encrypted_strange_and_exploding_members_are_refused(tmp_path: Path) -> None:
    data = bytearray(_archive(tmp_path / "e.zip", calls=line(1)).read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    assert "encrypted" in _said(tmp_path, write(tmp_path, "locked.zip", bytes(data)))
    with zipfile.ZipFile(tmp_path / "l.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("calls", line(1))
    assert "compressed in a way" in _said(tmp_path, tmp_path / "l.zip")
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("calls", "w") as member:
        for _ in range(150):
            member.write(b" " * 2**20)
    assert "would unpack to" in _said(tmp_path, tmp_path / "bomb.zip")


def test_documents_of_an_office_are_named_and_empty_archives_too(tmp_path: Path) -> None:
    sheet = _archive(tmp_path / "bill.csv", **{"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"})
    assert "Save each sheet as CSV" in _said(tmp_path, sheet)
    assert "holds no file" in _said(tmp_path, _archive(tmp_path / "empty.zip"))


@pytest.mark.parametrize("keep", [4, 30, 80, -30, -5])
def test_truncated_archives_load_nothing(keep: int, tmp_path: Path) -> None:
    data = _archive(tmp_path / "e.zip", calls="".join(line(n) for n in range(50))).read_bytes()
    assert "damaged" in _said(tmp_path, write(tmp_path, "cut.zip", data[:keep]))


def test_a_damaged_member_takes_back_what_was_read_of_it(ledger: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "e.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("bad.jsonl", "".join(line(n) for n in range(5000)))
        archive.writestr("good.jsonl", line(7000))
    data = bytearray(path.read_bytes())
    data[300_000] ^= 1
    bad, good = load(ledger, tmp_path, write(tmp_path, "broken.zip", bytes(data))).sources
    assert "damaged" in str(bad.error)
    assert (good.rows_loaded, totals(ledger)[0]) == (1, 1)
