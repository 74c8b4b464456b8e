"""What a file looks like: its first records or the names of its columns, found by content.

Documents are sampled without building them: undecoded parts are entered only along their first elements.
"""

from __future__ import annotations

import csv
import io
import mmap
import re
from dataclasses import dataclass
from io import BytesIO
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any, Final

import msgspec

from logcost.errors import UnreadableFileError
from logcost.ingest import foreign, har, logfmt
from logcost.ingest.archive import ZIP
from logcost.ingest.content import BLOCK, Counted, chunks, plain_file
from logcost.ingest.database import SQLITE, tables
from logcost.ingest.streams import events, is_stream, placed_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from logcost.ingest.content import Content
    from logcost.ingest.header import Reader
    from logcost.ingest.streams import Event

RECORDS: Final = 20
DELIMITERS: Final = ",;\t|"
_LINES: Final = 200
_EVENTS: Final = 200
_BOM: Final = b"\xef\xbb\xbf"
_SPACE: Final = b" \t\r\n"
_PAIRS: Final = 1000
_PAIR: Final = re.compile(rb'\{\s*"key"')
_SHORT: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """What a file looks like: how it can be read, and its first records (JSON) or its column names."""

    readers: tuple[Reader, ...]
    records: tuple[Any, ...] = ()
    columns: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    empty: bool = False
    told: foreign.Told | None = None
    """What it is, if that is known and no format should claim it."""


@dataclass(frozen=True, slots=True)
class Head:
    """The first bytes of a source, read once for all who look at its start. ``whole``: there are no others."""

    data: bytes
    whole: bool

    @staticmethod
    def of(content: Content) -> Head:
        """Read them. Raises ``UnreadableFileError`` for what cannot be opened or is damaged."""
        with content.open() as stream:
            data = stream.read(BLOCK)
            return Head(data, not stream.read(1))


def take_sample(content: Content, scratch: Path, start: Head | None = None) -> Sample:
    """Look at the start of a source, unless it has been read already.

    Raises ``UnreadableFileError`` for damaged data, UTF-16 text and broken JSON.
    """
    start = start or Head.of(content)
    head = start.data
    if head.startswith(b"PAR1"):
        return _parquet_sample(content, scratch)
    if head.startswith(SQLITE):
        with plain_file(content, scratch) as file:
            found = tables(file, content.path)
            return Sample(("sqlite",), (found,), told=foreign.of_table("a SQLite database", "tables", tuple(found)))
    if (told := foreign.of_bytes(head)) is not None:
        return Sample((), told=told)
    _refuse_foreign(head, content.path)
    text = head.removeprefix(_BOM).lstrip(_SPACE)
    if not text:
        return Sample(readers=(), empty=True, told=foreign.EMPTY)
    return _plain_sample(content, scratch, start, text)


def _plain_sample(content: Content, scratch: Path, start: Head, text: bytes) -> Sample:
    """Of JSON and other text; ``text``: its start without a byte-order mark and spaces."""
    if har.looks_like(text[:64]) and (recorded := _har_sample(content, scratch)) is not None:
        return recorded
    lines = _first_lines(content, start)
    records = tuple(islice((record for record in lines if record is not None), RECORDS))
    if records and text[:1] != b"[":
        return Sample(("json_lines", "json_document") if len(lines) == 1 else ("json_lines",), records)
    return _document_sample(content, scratch, records) if text[:1] in {b"{", b"["} else _text_sample(content, start.data)


def _refuse_foreign(head: bytes, path: str) -> None:
    if head.startswith(ZIP):
        raise UnreadableFileError(
            "This is a zip archive.", path=path, remedy="Unpack it first; of a file, name 'archive.zip!file'."
        )
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or foreign.is_utf16(head):
        raise UnreadableFileError("The text is UTF-16.", path=path, remedy="Save it as UTF-8.")
    text = head.removeprefix(_BOM).lstrip(_SPACE)
    if b"\r" in text and b"\n" not in text and text[:1] not in {b"{", b"["}:
        raise UnreadableFileError("The lines end with CR alone.", path=path, remedy="Save it with LF or CR LF.")


def _document_sample(content: Content, scratch: Path, lines: tuple[Any, ...]) -> Sample:
    try:
        document = _document(content, scratch)
    except UnreadableFileError:
        if lines:
            return Sample(("json_lines",), lines)
        raise
    return Sample(("json_document",), tuple(document) if isinstance(document, list) else (document,))


def _har_sample(content: Content, scratch: Path) -> Sample | None:
    with plain_file(content, scratch) as file:
        found = har.pairs(file)
        try:
            records = None if found is None else tuple(map(record_of, har.sampled(found, RECORDS)))
        except ValueError:
            raise _no_json(content.path) from None
    return None if records is None else Sample(("json_document",), records, told=foreign.HAR)


def _text_sample(content: Content, head: bytes) -> Sample:
    if is_stream(head):
        with content.open() as stream:
            return Sample(("sse",), events=tuple(islice(events(placed_lines(Counted(stream))), _EVENTS)))
    whole = head[: head.rfind(b"\n") + 1] or head
    records = logfmt.looks_like(whole.removeprefix(_BOM).splitlines()[:_LINES])
    return Sample(("logfmt",), tuple(records)) if records else _csv_sample(head)


def _first_lines(content: Content, start: Head) -> list[Any]:
    """The first lines as sampled records (``None``: no JSON object). Some are enough: a log may open with other lines."""
    # Line by line, not cut at the last line end: that would copy a quarter of a megabyte for each of thousands of files.
    lines = BytesIO(start.data)
    found, enough = _some(_records(lines if start.whole else takewhile(_ends, lines)))
    if not (start.whole or enough):
        with content.open() as stream:
            found, _ = _some(_line_records(Counted(stream)))
    return found


def _ends(line: bytes) -> bool:
    return line.endswith(b"\n")


def _some(records: Iterator[Any]) -> tuple[list[Any], bool]:
    """As many of the first records as are looked at, and whether there were so many."""
    found: list[Any] = []
    for record in islice(records, _LINES):
        found.append(record)
        if len(found) - found.count(None) == RECORDS:
            return found, True
    return found, len(found) == _LINES


def _document(content: Content, scratch: Path) -> Any:
    try:
        with plain_file(content, scratch) as file:
            return pruned(mapped(file))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _no_json(content.path) from None


def _no_json(path: str) -> UnreadableFileError:
    return UnreadableFileError("This is neither whole JSON nor JSON Lines.", path=path, remedy="Export or copy the file again.")


def mapped(file: Path) -> memoryview:
    """A file's bytes without a byte-order mark, mapped, not read: only the parts that are used take memory."""
    with file.open("rb") as stream:
        data = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    return data[len(_BOM) :] if bytes(data[: len(_BOM)]) == _BOM else data


def pruned(data: memoryview | msgspec.Raw | bytes) -> Any:
    """JSON as Python values, of every array only the first elements; the rest is passed over, not built."""
    opening = bytes(memoryview(data)[:64]).lstrip(_SPACE)[:1]
    if opening == b"{":
        return {key: pruned(value) for key, value in msgspec.json.decode(data, type=dict[str, msgspec.Raw]).items()}
    if opening == b"[":
        items = msgspec.json.decode(data, type=list[msgspec.Raw])
        # The key that is looked for may be the last of many attributes.
        most = _PAIRS if items and _PAIR.match(bytes(memoryview(items[0])[:64])) else RECORDS
        return [pruned(value) for value in items[:most]]
    return msgspec.json.decode(data)


def _line_records(stream: Counted) -> Iterator[Any]:
    """The lines of a stream as sampled records; ``None`` for a line that is no JSON object. Blank lines are left out."""
    for chunk in chunks(stream):
        if chunk.too_long:
            yield None
        yield from _records(chunk.lines)


def _records(lines: Iterable[bytes]) -> Iterator[Any]:
    for line in lines:
        text = line.removeprefix(_BOM).rstrip(_SPACE)
        if text.strip(_SPACE):
            yield record_of(text)


def record_of(text: bytes) -> Any:
    """A line that is one JSON object and starts at its first column (in a document laid out for reading none does)."""
    if not text.startswith(b"{"):
        return None
    try:
        # Of a short line nothing is worth passing over.
        return msgspec.json.decode(text) if len(text) < _SHORT else pruned(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _csv_sample(head: bytes) -> Sample:
    try:
        header = csv_header(head)
    except (UnicodeDecodeError, csv.Error):
        return Sample(readers=(), told=foreign.of_unreadable_text(head))
    return Sample(("csv",), columns=header[1], told=_told(header[1], head))


def _told(columns: Sequence[str], head: bytes) -> foreign.Told | None:
    if len(columns) == 1:
        return foreign.TEXT
    return None if head.strip(b"\r\n").count(b"\n") else foreign.HEADER


def csv_header(head: bytes) -> tuple[str, tuple[str, ...]]:
    """Delimiter and column names of a CSV file. Raises ``csv.Error`` or ``UnicodeDecodeError`` for what is none."""
    first = head.removeprefix(_BOM).lstrip(b"\r\n").split(b"\n", 1)[0]
    if b"\x00" in first:
        raise csv.Error("binary")
    line = first.decode()
    delimiter = max(DELIMITERS, key=line.count)
    text = head.removeprefix(_BOM).lstrip(b"\r\n").decode(errors="replace")
    names = unwrapped(next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), []), delimiter)
    return delimiter, tuple(name.strip(" ") for name in names)


def unwrapped(cells: list[str], delimiter: str) -> list[str]:
    """The cells of a row; of one that was put in quotes as a whole, as some programs save exports, the cells inside."""
    return next(csv.reader(cells, delimiter=delimiter), cells) if len(cells) == 1 and delimiter in cells[0] else cells


def _parquet_sample(content: Content, scratch: Path) -> Sample:
    import polars as pl

    try:
        with plain_file(content, scratch) as file:
            columns = tuple(pl.read_parquet_schema(file))
            return Sample(("parquet",), columns=columns, told=foreign.of_table("a Parquet table", "columns", columns))
    except (pl.exceptions.PolarsError, OSError):
        raise UnreadableFileError(
            "The Parquet file is damaged.", path=content.path, remedy="Export or copy the file again."
        ) from None


def loose(name: str) -> str:
    """The name of a column without regard to case and surrounding spaces."""
    return name.strip().casefold()
