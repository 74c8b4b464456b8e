"""Read a format file: the TOML head in its first comment, and the SELECT below. The grammar: docs/formats-grammar.md."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import msgspec

from logcost import schema
from logcost.errors import FormatDeclarationError
from logcost.ingest.fields import Field, field_tree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Key: TypeAlias = tuple[str, ...]
"""A path of object keys, written like a TOML key (``a.b`` or ``a."b.c"``); arrays on the way are looked into."""

Reader: TypeAlias = Literal["json_lines", "json_document", "csv", "parquet"]

_HEAD: Final = re.compile(r"\s*/\*\s*logcost\s*\n(?P<toml>.*?)\*/(?P<select>.*)\Z", re.DOTALL)
_REMEDY: Final = "See docs/formats-grammar.md."


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
    scope: Literal["row", "file"]
    grain: Literal["request", "bucket"]
    on_duplicate: Literal["largest", "first", "last"]
    complete: Key | None
    table: Literal["usage_record", "invoice_line"]
    wrapper: Mapping[str, Field]
    fields: Mapping[str, Field]
    select: str
    own: bool = False
    """Declared by the reader of the logs: it goes before a format of ours that claims the same file."""


class _Head(msgspec.Struct, forbid_unknown_fields=True):
    format: str
    title: str
    reader: Reader | list[Reader]
    identify: list[str]
    fields: dict[str, Any]
    docs: str = ""
    about: str = ""
    note: str = ""
    seen: Any = None
    identify_any: list[str | list[str]] = []
    identify_none: list[str] = []
    hints: dict[str, str] = {}
    where: dict[str, Any] = {}
    keep: str | list[str] = []
    required: list[str] = []
    records: str = ""
    scope: Literal["row", "file"] = "row"
    grain: Literal["request", "bucket"] = "request"
    on_duplicate: Literal["largest", "first", "last"] = "largest"
    complete: str = ""
    bodies: list[str] = []
    wrapper: dict[str, Any] = {}
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
    select = select.strip().removesuffix(";").strip()
    if not select:
        raise ValueError("the SELECT below the head is missing")
    unknown = sorted(set(head.required) - set(schema.column_names(head.table)))
    if unknown:
        raise ValueError(f"required: {head.table} has no column {', '.join(unknown)}")
    if idle := sorted(set(head.hints) - set(head.identify_none)):
        raise ValueError(f"hints: identify_none does not name {', '.join(idle)}")
    records = _key(head.records) if head.records else ()
    _check_records(fields, records)
    if head.bodies and (records or not head.keep or "wrapper" in fields):
        raise ValueError("bodies: needs 'keep', no 'records', and no field named 'wrapper'")
    return Format(
        name=head.format,
        title=head.title,
        docs=head.docs,
        about=head.about.strip(),
        note=" ".join(head.note.split()),
        path=str(path),
        readers=tuple(head.reader) if isinstance(head.reader, list) else (head.reader,),
        identify=_keys(head.identify),
        identify_any=tuple(_keys(one if isinstance(one, list) else [one]) for one in head.identify_any),
        identify_none=_keys(head.identify_none),
        hints={_key(key): text for key, text in head.hints.items()},
        where=tuple((_key(k), tuple(v) if isinstance(v, list) else (v,)) for k, v in head.where.items()),
        keep=_keys([head.keep] if isinstance(head.keep, str) else head.keep),
        required=tuple(head.required),
        records=records,
        scope=head.scope,
        grain=head.grain,
        on_duplicate=head.on_duplicate,
        complete=_key(head.complete) if head.complete else None,
        table=head.table,
        bodies=_keys(head.bodies),
        wrapper=field_tree(head.wrapper),
        fields=fields,
        select=select,
    )


def _key(declared: str) -> Key:
    """The steps of a dotted key. Raises ``ValueError`` when it is none."""
    try:
        level: Any = tomllib.loads(f"{declared.replace('[]', '')} = 0")
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
