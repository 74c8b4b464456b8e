"""What a sample of an unknown log holds: its leaves with types, and the values of its first records."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

import msgspec

from logcost.errors import UnknownFormatError
from logcost.ingest.content import Counted, chunks, plain_file
from logcost.ingest.fields import UNDECODABLE
from logcost.ingest.sampling import pruned, take_sample
from logcost.ingest.tables import CsvRecords

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from logcost.ingest.content import Content
    from logcost.ingest.header import Key, Reader

_ROWS: Final = 200
_LINES: Final = 2_000
_WHOLE: Final = re.compile(r"\d{1,18}(\.0*)?")
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")
_LONGEST: Final = 8
"""Steps of a path that are looked at; deeper keys are content, not fields."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A key that holds single values: its path, its type in the grammar, and one value a record (``None``: missing).

    ``array``: the array of a document whose elements have the key, as steps from the outermost; else empty.
    """

    key: Key
    kind: str
    values: tuple[Any, ...]
    array: Key = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """A sample: how it is read, the arrays from a document to its records (else none), and its leaves in order."""

    reader: Reader
    records: Key
    leaves: tuple[Leaf, ...]


def look(content: Content, scratch: Path) -> Looked:
    """Look at the first records of a file.

    Raises ``UnknownFormatError`` for what has none, and ``UnreadableFileError`` as reading does.
    """
    sample = take_sample(content, scratch)
    if not sample.readers:
        remedy = "Give JSON Lines, JSON, CSV or logfmt with some calls."
        raise UnknownFormatError("There is no record in this sample.", path=content.path, remedy=remedy)
    reader = sample.readers[0]
    if reader == "sqlite":
        remedy = "Export its table of calls as CSV, or write the declaration by hand, with a 'query': docs/formats-grammar.md."
        raise UnknownFormatError("A draft does not look into databases.", path=content.path, remedy=remedy)
    if reader == "csv":
        return Looked(reader, (), tuple(_leaves(_csv_rows(content))))
    if reader == "parquet":
        return Looked(reader, (), tuple(_leaves(_parquet_rows(content, scratch) or [dict.fromkeys(sample.columns)])))
    if reader == "json_document" and (arrays := _arrays(sample.records)):
        leaves = [leaf for depth in range(len(arrays)) for leaf in _leaves_of(sample.records, arrays, depth + 1)]
        return Looked(reader, arrays, tuple(leaves))
    # A log of an application holds much besides calls, so more of its lines are looked at than tell a known format.
    records = tuple(_objects(content)) if reader == "json_lines" else sample.records
    found: Sequence[Mapping[str, Any]] = [one for one in records if isinstance(one, dict)] or (dict.fromkeys(sample.columns),)
    return Looked(reader, (), tuple(_leaves(found)))


def _objects(content: Content) -> Iterator[Any]:
    with content.open() as stream:
        lines = chain.from_iterable(chunk.lines for chunk in chunks(Counted(stream)))
        for line in islice(lines, _LINES):
            with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                yield pruned(line.removeprefix(b"\xef\xbb\xbf").strip())


def _csv_rows(content: Content) -> list[dict[str, str | None]]:
    with content.open() as stream:
        rows = CsvRecords(Counted(stream))
        cells = (cells for cells, _, _ in islice(iter(rows), _ROWS) if isinstance(cells, list))
        return [{name: cell or None for name, cell in zip(rows.header, one, strict=True)} for one in cells] or [
            dict.fromkeys(rows.header)
        ]


def _parquet_rows(content: Content, scratch: Path) -> list[dict[str, Any]]:
    """The first rows; of nested columns nothing, as the grammar reads them as JSON."""
    import polars as pl

    with plain_file(content, scratch) as file:
        rows = pl.read_parquet(file, n_rows=_ROWS)
    return [
        {name: value if isinstance(value, str | int | float | None) else str(value) for name, value in row.items()}
        for row in rows.select(column for column in rows if not column.dtype.is_nested()).iter_rows(named=True)
    ]


def _arrays(records: Sequence[Any]) -> Key:
    """The arrays that lead from one document to its records: at each step the only array of objects there is."""
    objects = [record for record in records if isinstance(record, dict)]
    found: list[str] = []
    while objects and (found or len(objects) == 1):
        names = {name for one in objects for name, value in one.items() if _is_array(value)}
        if len(names) != 1 or names <= set(found):
            break
        found += names
        objects = _elements(objects, found[-1])
    return tuple(found)


def _is_array(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _elements(objects: Iterable[Mapping[str, Any]], name: str) -> list[dict[str, Any]]:
    inner = (value for one in objects if isinstance(value := one.get(name), list))
    return [element for value in inner for element in value if isinstance(element, dict)]


def _leaves_of(records: Sequence[Any], arrays: Key, depth: int) -> Iterator[Leaf]:
    """The leaves of the elements of the array at ``depth``, with a value for each of the innermost records."""
    outer = [record for record in records if isinstance(record, dict)]
    for name in arrays[:depth]:
        outer = _elements(outer, name)
    rows = []
    for one in outer:
        inner = [one]
        for name in arrays[depth:]:
            inner = _elements(inner, name)
        rows += [one] * len(inner)
    for leaf in _leaves(rows):
        yield replace(leaf, array=arrays[:depth])


def _leaves(records: Sequence[Mapping[str, Any]]) -> Iterator[Leaf]:
    paths = dict.fromkeys(path for record in records for path in _paths(record, ()))
    for path in paths:
        values = tuple(_at(record, path) for record in records)
        yield Leaf(path, _kind(values), values)


def _paths(value: Mapping[str, Any], above: Key) -> Iterator[Key]:
    for name, inner in value.items():
        path = (*above, name)
        if UNDECODABLE.search(name):
            continue
        if isinstance(inner, dict):
            if inner and len(path) < _LONGEST:
                yield from _paths(inner, path)
        elif not isinstance(inner, list):
            yield path


def _at(record: Any, path: Iterable[str]) -> Any:
    for step in path:
        record = record.get(step) if isinstance(record, dict) else None
    return None if isinstance(record, (dict, list)) else record


def _kind(values: Sequence[Any]) -> str:
    """The narrowest type of the grammar that takes all values."""
    stated = [value for value in values if value is not None]
    if stated and all(isinstance(value, bool) for value in stated):
        return "bool"
    texts = [str(value) for value in stated if not isinstance(value, bool)]
    if len(texts) < len(stated) or not texts:
        return "str"
    if all(map(_WHOLE.fullmatch, texts)):
        return "int"
    if all(map(_NUMBER.fullmatch, texts)):
        return "decimal"
    return "id" if any(isinstance(value, int) for value in stated) else "str"
