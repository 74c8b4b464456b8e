"""Which format a file is: decided by content, never by name. Exactly one format must claim it.

Keys are looked up in the first records. Documents are sampled without building them: undecoded parts are entered only
along their first elements.
"""

from __future__ import annotations

import csv
import io
import mmap
import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec

from logcost.errors import AmbiguousFormatError, UnknownFormatError, UnreadableFileError
from logcost.ingest import logfmt
from logcost.ingest.archive import ZIP
from logcost.ingest.content import BLOCK, Counted, chunks, plain_file
from logcost.ingest.database import SQLITE, tables
from logcost.ingest.pairs import as_object
from logcost.ingest.streams import calls, events, is_stream, placed_lines
from logcost.ingest.unwrap import unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from logcost.ingest.content import Content
    from logcost.ingest.header import Format, Key, Reader
    from logcost.ingest.streams import Event

RECORDS: Final = 20
_LINES: Final = 200
_EVENTS: Final = 200
DELIMITERS: Final = ",;\t|"
_BOM: Final = b"\xef\xbb\xbf"
_SPACE: Final = b" \t\r\n"
_NEAR: Final = 3
_PAIRS: Final = 1000
_PAIR: Final = re.compile(rb'\{\s*"key"')
_ABSENT: Final = object()
_JSON: Final = {"json_lines", "json_document"}


@dataclass(frozen=True, slots=True)
class Sample:
    """What a file looks like: how it can be read, and its first records (JSON) or its column names."""

    readers: tuple[Reader, ...]
    records: tuple[Any, ...] = ()
    columns: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """One format's view of a file: nothing missing = it claims it. ``marks``: the keys and values of its own that are there."""

    format: Format
    reader: Reader
    missing: tuple[str, ...]
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identification:
    """Formats that claim a file (one, if all is well), and the nearest others with what they miss."""

    claims: tuple[Claim, ...]
    near: tuple[Claim, ...]
    mixed: Claim | None = None
    """Several claim, but no record is claimed by two: the log mixes the bodies of several APIs. The claim of the first record."""


def identification(sample: Sample, formats: Iterable[Format]) -> Identification:
    """Ask every format whose reader fits. Claims and near misses come sorted by name."""
    able = [declared for declared in formats if set(declared.readers) & set(sample.readers)]
    asked = [claim_of(sample, declared) for declared in able]
    if sample.columns and all(claim.missing for claim in asked):
        # Spreadsheets and databases change the case of names; an exact match goes before.
        loosely = [claim_of(replace(sample, columns=tuple(map(loose, sample.columns))), _loosely(one)) for one in able]
        asked = [replace(claim, format=one) for claim, one in zip(loosely, able, strict=True)]
    near = sorted((claim for claim in asked if claim.missing and claim.marks), key=_nearness)
    claims = tuple(sorted((claim for claim in asked if not claim.missing), key=_nearness))
    # Whoever declares a format knows the log better than we do.
    claims = tuple(claim for claim in claims if claim.format.own) or claims
    return Identification(claims, tuple(near[:_NEAR]), _mixed(sample, claims) if len(claims) > 1 else None)


def claim(sample: Sample, formats: Sequence[Format], path: str) -> Claim:
    """The one claim. Asks only formats that can have it, unless none has: a folder may hold thousands of files.

    Raises ``UnknownFormatError`` or ``AmbiguousFormatError`` that name the candidates.
    """
    found = identification(sample, [declared for declared in formats if _may_claim(sample, declared)])
    return only_claim(found if found.claims else identification(sample, formats), path)


def _may_claim(sample: Sample, declared: Format) -> bool:
    """False when the outermost keys of JSON records rule the format out."""
    if not set(sample.readers) <= _JSON or not all(isinstance(record, dict) for record in sample.records):
        return True
    outermost = {key for record in sample.records for key in record}
    if any(path[0] in outermost for path in declared.bodies):
        return True
    alternatives = declared.identify_any or ((),)
    return any(all(key[0] in outermost for key in (*declared.identify, *keys)) for keys in alternatives)


def only_claim(found: Identification, path: str) -> Claim:
    """The one claim, of a mixed log that of its first record.

    Raises ``UnknownFormatError`` or ``AmbiguousFormatError`` that name the candidates.
    """
    if len(found.claims) == 1:
        return found.claims[0]
    if found.mixed:
        return found.mixed
    if found.claims:
        names = " and ".join(claim.format.name for claim in found.claims)
        raise AmbiguousFormatError(
            f"{names} all claim this file.", path=path, remedy="Make the 'identify' of one of them stricter."
        )
    near = "; ".join(f"{claim.format.name}: {', '.join(claim.missing)}" for claim in found.near)
    raise UnknownFormatError(
        f"No format claims this file.{f' Nearest: {near}.' if near else ''}",
        path=path,
        remedy="'logcost formats' lists what can be read; docs/formats-grammar.md shows how to declare your own.",
    )


def take_sample(content: Content, scratch: Path) -> Sample:
    """Look at the start of a source. Raises ``UnreadableFileError`` for damaged data, UTF-16 text and broken JSON."""
    with content.open() as stream:
        head = stream.read(BLOCK)
    if head.startswith(b"PAR1"):
        return _parquet_sample(content, scratch)
    if head.startswith(SQLITE):
        with plain_file(content, scratch) as file:
            return Sample(("sqlite",), (tables(file, content.path),))
    _refuse_foreign(head, content.path)
    text = head.removeprefix(_BOM).lstrip(_SPACE)
    if not text:
        return Sample(readers=(), empty=True)
    lines = _first_lines(content)
    records = tuple(islice((record for record in lines if record is not None), RECORDS))
    if records and text[:1] != b"[":
        return Sample(("json_lines", "json_document") if len(lines) == 1 else ("json_lines",), records)
    return _document_sample(content, scratch, records) if text[:1] in {b"{", b"["} else _text_sample(content, head)


def _refuse_foreign(head: bytes, path: str) -> None:
    if head.startswith(ZIP):
        raise UnreadableFileError(
            "This is a zip archive.", path=path, remedy="Unpack it first; of a file, name 'archive.zip!file'."
        )
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
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


def _text_sample(content: Content, head: bytes) -> Sample:
    if is_stream(head):
        with content.open() as stream:
            return Sample(("sse",), events=tuple(islice(events(placed_lines(Counted(stream))), _EVENTS)))
    whole = head[: head.rfind(b"\n") + 1] or head
    records = logfmt.looks_like(whole.removeprefix(_BOM).splitlines()[:_LINES])
    return Sample(("logfmt",), tuple(records)) if records else _csv_sample(head)


def _nearness(claim: Claim) -> tuple[int, str, str]:
    return len(claim.missing), claim.format.name, claim.format.path


def _mixed(sample: Sample, claims: Sequence[Claim]) -> Claim | None:
    """The first claim of a log whose records are each claimed by one format of bodies at most; else ``None``."""
    if not all(claim.format.bodies for claim in claims):
        return None
    by_record = [
        [claim for claim in claims if not claim_of(Sample(sample.readers, (record,)), claim.format).missing]
        for record in sample.records
    ]
    first = next((one[0] for one in by_record if one), None)
    return first if all(len(one) <= 1 for one in by_record) else None


def claim_of(sample: Sample, declared: Format) -> Claim:
    """One format's view of a sample that it has a reader for."""
    reader = next(reader for reader in sample.readers if reader in declared.readers)
    around, records = _looked_at(sample, declared, reader)
    asked = _asked(declared, reader)
    missing = _missing(asked, around, records)
    pinned = {
        f"{_shown(key)} = {' or '.join(map(str, allowed)) or 'null'}": _pinned(records, key, allowed)
        for key, allowed in asked.where
    }
    missing += [text for text, found in pinned.items() if not found]
    keys = (*asked.identify, *(key for keys in asked.identify_any for key in keys))
    marks = dict.fromkeys(_shown(key) for key in keys if _present(records, key))
    # A pinned value alone is no kinship: many logs have type = message.
    return Claim(declared, reader, tuple(missing), (*marks, *(text for text, found in pinned.items() if found and marks)))


def loose(name: str) -> str:
    """The name of a column without regard to case and surrounding spaces."""
    return name.strip().casefold()


def _loosely(declared: Format) -> Format:
    def keys(of: Sequence[Key]) -> tuple[Key, ...]:
        return tuple(tuple(map(loose, key)) for key in of)

    return replace(
        declared,
        identify=keys(declared.identify),
        identify_any=tuple(map(keys, declared.identify_any)),
        identify_none=keys(declared.identify_none),
        hints={tuple(map(loose, key)): text for key, text in declared.hints.items()},
    )


def _asked(declared: Format, reader: Reader) -> Format:
    """The format with the marks that a file for this reader must have: a recorded stream may have its own."""
    stream = declared.stream
    if reader != "sse" or stream is None or not (stream.identify or stream.where):
        return declared
    return replace(declared, identify=stream.identify, identify_any=(), where=stream.where)


def _looked_at(sample: Sample, declared: Format, reader: Reader) -> tuple[Sequence[Any], Sequence[Any]]:
    """The sampled records as they are, and as the format reads them: bodies out of wrappers, pairs as objects."""
    around: Sequence[Any] = sample.records or (dict.fromkeys(sample.columns),)
    if reader == "sse" and declared.stream is not None:
        found = calls(sample.events, declared.stream.folding, unfinished=True)
        around = [pruned(call.body) for call in found if isinstance(call.body, bytes)]
    records = [unwrapped(record, declared) for record in around] if declared.bodies else around
    for place in declared.pairs:
        records = [_with_object(record, place) for record in records]
    return around, records


def _missing(declared: Format, around: Sequence[Any], records: Sequence[Any]) -> list[str]:
    missing = [_shown(key) for key in declared.identify if not _present(records, key)]
    if declared.identify_any and not any(all(_present(records, key) for key in keys) for keys in declared.identify_any):
        missing.append(f"one of {', '.join(' with '.join(map(_shown, keys)) for keys in declared.identify_any)}")
    unwanted = [key for key in declared.identify_none if _present((*around, *records), key)]
    missing += [f"must not have {_shown(key)}{_hint(declared, key)}" for key in unwanted]
    return missing


def _pinned(records: Sequence[Any], key: Key, allowed: Sequence[Any]) -> bool:
    """A record has one of the values; when none is allowed, a record in which the key is missing or null."""
    if not allowed:
        return any(all(value is None for value in _values(record, key)) for record in records)
    return any(value in allowed for record in records for value in _values(record, key))


def _hint(declared: Format, key: Key) -> str:
    return f" ({declared.hints[key]})" if key in declared.hints else ""


def _shown(key: Key) -> str:
    return ".".join(key)


def _present(records: Sequence[Any], key: Key) -> bool:
    return any(True for record in records for _ in _values(record, key))


def _values(value: Any, key: Key) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _values(item, key)
    elif not key:
        yield value
    elif isinstance(value, dict) and (inner := value.get(key[0], _ABSENT)) is not _ABSENT:
        # An empty array counts as present; its elements cannot be asked.
        if len(key) == 1 and isinstance(inner, list):
            yield inner
        yield from _values(inner, key[1:])


def _with_object(value: Any, place: Sequence[str]) -> Any:
    """A sampled record in which pairs are an object; the sample itself stays as it is, for other formats to look at."""
    if not place:
        return as_object(value)
    if isinstance(value, list):
        return [_with_object(item, place) for item in value]
    if isinstance(value, dict) and place[0] in value:
        return {**value, place[0]: _with_object(value[place[0]], place[1:])}
    return value


def _first_lines(content: Content) -> list[Any]:
    """The first lines as sampled records (``None``: no JSON object). Some are enough: a log may open with other lines."""
    found: list[Any] = []
    with content.open() as stream:
        for record in islice(_line_records(Counted(stream)), _LINES):
            found.append(record)
            if len(found) - found.count(None) == RECORDS:
                break
    return found


def _document(content: Content, scratch: Path) -> Any:
    try:
        with plain_file(content, scratch) as file:
            return pruned(mapped(file))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnreadableFileError(
            "This is neither whole JSON nor JSON Lines.", path=content.path, remedy="Export or copy the file again."
        ) from None


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
        for line in chunk.lines:
            text = line.removeprefix(_BOM).rstrip(_SPACE)
            if text.strip(_SPACE):
                yield _record(text)


def _record(text: bytes) -> Any:
    """A line that is one JSON object and starts at its first column (in a document laid out for reading none does)."""
    if not text.startswith(b"{"):
        return None
    try:
        return pruned(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _csv_sample(head: bytes) -> Sample:
    try:
        header = csv_header(head)
    except (UnicodeDecodeError, csv.Error):
        return Sample(readers=())
    return Sample(("csv",), columns=header[1])


def csv_header(head: bytes) -> tuple[str, tuple[str, ...]]:
    """Delimiter and column names of a CSV file. Raises ``csv.Error`` or ``UnicodeDecodeError`` for what is none."""
    first = head.removeprefix(_BOM).lstrip(b"\r\n").split(b"\n", 1)[0]
    if b"\x00" in first:
        raise csv.Error("binary")
    line = first.decode()
    delimiter = max(DELIMITERS, key=line.count)
    text = head.removeprefix(_BOM).lstrip(b"\r\n").decode(errors="replace")
    names = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    return delimiter, tuple(name.strip(" ") for name in names)


def _parquet_sample(content: Content, scratch: Path) -> Sample:
    import polars as pl

    try:
        with plain_file(content, scratch) as file:
            return Sample(("parquet",), columns=tuple(pl.read_parquet_schema(file)))
    except (pl.exceptions.PolarsError, OSError):
        raise UnreadableFileError(
            "The Parquet file is damaged.", path=content.path, remedy="Export or copy the file again."
        ) from None
