"""Read a format file: the TOML head in its first comment, and the SELECT below. The grammar: docs/formats-grammar.md."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import msgspec

from logcost import schema
from logcost.errors import FormatDeclarationError
from logcost.ingest import messages, prompt
from logcost.ingest.fields import Field, field_tree, with_pairs
from logcost.ingest.prompt_columns import COLUMN as PROMPT
from logcost.ingest.streams import Folding

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Key: TypeAlias = tuple[str, ...]
"""A path of object keys, written like a TOML key (``a.b`` or ``a."b.c"``); arrays on the way are looked into."""

Reader: TypeAlias = Literal["json_lines", "json_document", "sse", "csv", "parquet", "sqlite", "logfmt"]

_HEAD: Final = re.compile(r"\s*/\*\s*logcost\s*\n(?P<toml>.*?)\*/(?P<select>.*)\Z", re.DOTALL)
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_ORDER: Final = re.compile(r"\bORDER\s+BY\b", re.IGNORECASE)
_REMEDY: Final = "See docs/formats-grammar.md."


@dataclass(frozen=True, slots=True)
class Stream:
    """The ``[stream]`` of a head: how recorded events become one body, and how such a stream is recognised."""

    folding: Folding
    identify: tuple[Key, ...]
    where: tuple[tuple[Key, tuple[Any, ...]], ...]
    lines: tuple[tuple[Key, tuple[Any, ...]], ...]
    """Pinned values of an event: JSON Lines that have them are events, one a line."""


@dataclass(frozen=True, eq=False)
class Format:
    """One declared format, as in its head. ``where`` pins keys to lists of allowed values.

    Compared by identity: what is built for a format (types, decoders) is kept by the format itself.
    """

    name: str
    title: str
    docs: str
    about: str
    note: str
    note_without_usage: str
    note_incomplete: str
    path: str
    readers: tuple[Reader, ...]
    identify: tuple[Key, ...]
    identify_any: tuple[tuple[Key, ...], ...]
    identify_none: tuple[Key, ...]
    hints: Mapping[Key, str]
    where: tuple[tuple[Key, tuple[Any, ...]], ...]
    keep: tuple[Key, ...]
    bodies: tuple[Key, ...]
    required: tuple[str, ...]
    records: tuple[str, ...]
    pairs: tuple[Key, ...]
    scope: Literal["row", "file"]
    apart: tuple[Key, ...]
    grain: Literal["request", "bucket"]
    on_duplicate: Literal["largest", "first", "last"]
    complete: Key | None
    table: Literal["usage_record", "invoice_line"]
    wrapper: Mapping[str, Field]
    stream: Stream | None
    query: str
    prompt: prompt.Places | None
    fields: Mapping[str, Field]
    select: str
    own: bool = False
    """Declared by the reader of the logs: it goes before a format of ours that claims the same file."""


class _Stream(msgspec.Struct, forbid_unknown_fields=True):
    take: str | list[str] = []
    merge: str | list[str] = []
    id: str = "id"
    identify: list[str] = []
    where: dict[str, Any] = {}
    end: dict[str, str | list[str]] = {}
    lines: dict[str, Any] = {}


class _Head(msgspec.Struct, forbid_unknown_fields=True):
    format: str
    title: str
    reader: Reader | list[Reader]
    identify: list[str]
    fields: dict[str, Any]
    docs: str = ""
    about: str = ""
    note: str = ""
    note_without_usage: str = ""
    note_incomplete: str = ""
    seen: Any = None
    identify_any: list[str | list[str]] = []
    identify_none: list[str] = []
    hints: dict[str, str] = {}
    where: dict[str, Any] = {}
    keep: str | list[str] = []
    required: list[str] = []
    records: str = ""
    pairs: list[str] = []
    scope: Literal["row", "file"] = "row"
    apart: list[str] = []
    grain: Literal["request", "bucket"] = "request"
    on_duplicate: Literal["largest", "first", "last"] = "largest"
    complete: str = ""
    bodies: list[str] = []
    wrapper: dict[str, Any] = {}
    prompt: dict[str, list[str]] = {}
    stream: _Stream | None = None
    query: str = ""
    table: Literal["usage_record", "invoice_line"] = "usage_record"


def read_format(path: Path, *, own: bool = False) -> Format:
    """Read one ``.sql`` file. Raises ``FormatDeclarationError`` that names the file and the offending key."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FormatDeclarationError(f"The format file cannot be read: {error}.", path=str(path)) from None
    parts = _HEAD.match(text)
    if parts is None:
        raise FormatDeclarationError("A format file opens with '/* logcost', TOML and '*/'.", path=str(path), remedy=_REMEDY)
    try:
        head = msgspec.convert(tomllib.loads(parts["toml"]), _Head)
        return replace(_format(head, path, parts["select"]), own=own)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as error:
        raise FormatDeclarationError(f"The head is wrong: {error}.", path=str(path), remedy=_REMEDY) from None


def _format(head: _Head, path: Path, select: str) -> Format:
    fields = field_tree(head.fields)
    for place in _keys(head.pairs):
        fields = with_pairs(fields, place)
    select = select.strip().removesuffix(";").strip()
    if not select:
        raise ValueError("the SELECT below the head is missing")
    records = _key(head.records) if head.records else ()
    _check_head(head, fields)
    _check_records(fields, records)
    return Format(
        name=head.format,
        title=head.title,
        docs=head.docs,
        about=head.about.strip(),
        note=" ".join(head.note.split()),
        note_without_usage=" ".join(head.note_without_usage.split()),
        note_incomplete=" ".join(head.note_incomplete.split()) or messages.MORE_PAGES,
        path=str(path),
        readers=tuple(head.reader) if isinstance(head.reader, list) else (head.reader,),
        identify=_keys(head.identify),
        identify_any=tuple(_keys(one if isinstance(one, list) else [one]) for one in head.identify_any),
        identify_none=_keys(head.identify_none),
        hints={_key(key): text for key, text in head.hints.items()},
        where=_pins(head.where),
        keep=_keys([head.keep] if isinstance(head.keep, str) else head.keep),
        required=tuple(head.required),
        records=records,
        pairs=_keys(head.pairs),
        scope=head.scope,
        apart=_keys(head.apart),
        grain=head.grain,
        on_duplicate=head.on_duplicate,
        complete=_key(head.complete) if head.complete else None,
        table=head.table,
        bodies=_keys(head.bodies),
        wrapper=field_tree(head.wrapper),
        stream=_stream(head),
        query=head.query.strip().removesuffix(";").strip(),
        prompt=prompt.places(head.prompt, _key) if head.prompt else None,
        fields=fields,
        select=select,
    )


def _check_head(head: _Head, fields: Mapping[str, Field]) -> None:
    if unknown := sorted(set(head.required) - set(schema.column_names(head.table))):
        raise ValueError(f"required: {head.table} has no column {', '.join(unknown)}")
    if idle := sorted(set(head.hints) - set(head.identify_none)):
        raise ValueError(f"hints: identify_none does not name {', '.join(idle)}")
    if head.bodies and (head.records or not head.keep or "wrapper" in fields):
        raise ValueError("bodies: needs 'keep', no 'records', and no field named 'wrapper'")
    if head.apart and head.scope != "file":
        raise ValueError('apart: only a SELECT with scope = "file" needs it')
    if head.prompt and PROMPT in fields:
        raise ValueError("prompt: no field may have this name; the engine fills the column 'prompt'")
    _check_query(head)


def _check_query(head: _Head) -> None:
    if ("sqlite" in ([head.reader] if isinstance(head.reader, str) else head.reader)) != bool(head.query):
        raise ValueError("query: the reader 'sqlite' needs it, and no other reader takes it")
    if head.query and not _ORDER.search(head.query):
        raise ValueError("query: without ORDER BY its rows have no fixed numbers")


def _pins(declared: Mapping[str, Any]) -> tuple[tuple[Key, tuple[Any, ...]], ...]:
    return tuple((_key(key), tuple(value) if isinstance(value, list) else (value,)) for key, value in declared.items())


def _stream(head: _Head) -> Stream | None:
    readers = [head.reader] if isinstance(head.reader, str) else head.reader
    if head.stream is None:
        if "sse" in readers:
            raise ValueError("reader: 'sse' needs a table [stream]")
        return None
    if not head.keep or ("sse" not in readers and not head.bodies):
        raise ValueError("stream: needs 'keep', and the reader 'sse' or 'bodies'")
    take, merge = ((one,) if isinstance(one, str) else tuple(one) for one in (head.stream.take, head.stream.merge))
    if merge and not take:
        raise ValueError("stream: 'merge' needs 'take'; without it all of a payload is merged")
    ends = tuple((key, tuple([one] if isinstance(one, str) else one)) for key, one in head.stream.end.items())
    if ends and not merge:
        raise ValueError("stream: 'end' needs 'merge'; else nothing is laid into a call that could be another's")
    folding = Folding(take, merge, head.stream.id, ends)
    return Stream(folding, _keys(head.stream.identify), _pins(head.stream.where), _pins(head.stream.lines))


def _key(declared: str) -> Key:
    """The steps of a dotted key. Raises ``ValueError`` when it is none."""
    declared = declared.replace("[]", "")
    if _BARE.fullmatch(declared):
        return tuple(declared.split("."))  # The heads name a thousand keys: TOML is asked only for those with quotes.
    try:
        level: Any = tomllib.loads(f"{declared} = 0")
    except tomllib.TOMLDecodeError:
        raise ValueError(f"'{declared}' is no dotted key; quote a name that holds other signs") from None
    steps = []
    while isinstance(level, dict):
        (step, level), *_ = level.items()
        steps.append(step)
    return tuple(steps)


def _keys(declared: list[str]) -> tuple[Key, ...]:
    return tuple(_key(one) for one in declared)


def _check_records(fields: Mapping[str, Field], records: tuple[str, ...]) -> None:
    level = fields
    for step in records:
        field = level.get(step)
        if field is None or not field.repeated:
            raise ValueError(f"records: '{step}' is no declared array; declare it with [[fields...{step}]]")
        clash = (set(field.children) & set(records)) - {step} - {records[-1]}
        if clash and records.index(step) == len(records) - 1:
            raise ValueError(f"records: a field of '{step}' is named like an array of the path: {', '.join(sorted(clash))}")
        level = field.children
    if len(set(records)) != len(records):
        raise ValueError("records: two arrays of the path have one name")
