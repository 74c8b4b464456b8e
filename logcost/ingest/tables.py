"""Readers of CSV and Parquet: columns by name, each value by the same rules as a JSON value of the declared type."""

from __future__ import annotations

import csv
from collections import deque
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import msgspec
import polars as pl

from logcost.errors import UnreadableFileError
from logcost.ingest import messages
from logcost.ingest.batches import ROWS, Collector, full_batches
from logcost.ingest.content import LINE_LIMIT, chunks
from logcost.ingest.fields import Shape
from logcost.ingest.messages import Why
from logcost.ingest.sampling import csv_header, loose, unwrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import Self

    from logcost.ingest.batches import Batch
    from logcost.ingest.content import Counted
    from logcost.ingest.header import Format

TABLES: Final = frozenset({"csv", "parquet", "sqlite", "logfmt"})
"""Readers that give cells."""

_CELL_LIMIT: Final = 16 * 1024 * 1024
_BOM: Final = b"\xef\xbb\xbf"
_TEXTS: Final = frozenset({"str", "str[]"})
_EMPTY: Final = frozenset({""})
_NOTHING: Final = frozenset({"", "NULL"})
"""Databases write NULL for nothing. In a column of texts it stays: there it can be somebody's name.

An id is no text: rows whose key or session is NULL would be one call, one session.
"""

_TOO_LONG: Final = b"\n\n"
"""Stands for a line whose bytes are not kept."""


@cache
def table_shape(declared: Format) -> Shape:
    """The declared fields for cells: JSON in a cell is text already."""
    return Shape({name: replace(one, kind="str") if one.kind == "json" else one for name, one in declared.fields.items()})


def read_csv(declared: Format, stream: Counted, path: str) -> Iterator[Batch]:
    """Batches of a CSV file: exact lines, ragged rows rejected, empty cells NULL, the word NULL too where no text is declared.

    Raises ``UnreadableFileError`` when a column that is read occurs twice in the header.
    """
    shape = table_shape(declared)
    collector = Collector(declared, shape)
    return full_batches(collector, _fill_from_csv(declared, collector, CsvRecords(stream), path))


def _fill_from_csv(declared: Format, collector: Collector, records: CsvRecords, path: str) -> Iterator[None]:
    shape = table_shape(declared)
    convert = cell_converter(shape)
    places = column_places(records.header, shape, path).items()
    wanted = [(name, at, _EMPTY if declared.fields[name].kind in _TEXTS else _NOTHING) for name, at in places]
    for cells, line, offset in records:
        record = (
            cells if isinstance(cells, Why) else convert({name: cells[at] for name, at, void in wanted if cells[at] not in void})
        )
        if isinstance(record, Why):
            collector.reject(line, offset, record)
        else:
            collector.add(record, line, offset)
        yield


def column_places(columns: Sequence[str], shape: Shape, path: str) -> dict[str, int]:
    """Where the columns of the fields stand: by the exact name, else without regard to case and surrounding spaces.

    Raises ``UnreadableFileError`` when two columns could be meant.
    """
    wanted = shape.schema
    places: dict[str, int] = {}
    for name in wanted:
        found = [at for at, column in enumerate(columns) if column == name] or [
            at for at, column in enumerate(columns) if loose(column) == loose(name) and column not in wanted
        ]
        if len(found) > 1:
            raise UnreadableFileError(f"The column {name} occurs twice in the header.", path=path, remedy="Rename one of them.")
        if found:
            places[name] = found[0]
    return places


class CsvRecords:
    """The records of a CSV file with the line and byte where each starts; a ``Why`` for one that cannot be split.

    A quote that is never closed would swallow the lines after it: of a bad record that spans lines only the first line is
    given up, the others are read again by themselves.
    """

    def __init__(self, stream: Counted) -> None:
        csv.field_size_limit(_CELL_LIMIT)
        lines = _placed_lines(stream)
        first = next((line for line in lines if line.data.strip(b"\r\n")), _Line(b"", 0, 0))
        self._delimiter, _ = csv_header(first.data)
        self._feed = _Feed(chain((replace(first, data=first.data.removeprefix(_BOM)),), lines))
        self._reader = csv.reader(self._feed, delimiter=self._delimiter)
        header = next(self._reader, [])
        self.header: tuple[str, ...] = tuple(name.strip(" ") for name in unwrapped(header, self._delimiter))
        self._wrapped = len(header) < len(self.header)

    def __iter__(self) -> Iterator[tuple[list[str] | Why, int, int]]:
        """Cells (or why not), line, byte offset."""
        while True:
            self._feed.taken.clear()
            cells = self._next()
            if cells is None:
                return
            if not cells:
                continue
            first, *others = self._feed.taken
            if isinstance(cells, Why):
                self._feed.give_back(others)
            yield cells, first.number, first.offset

    def _next(self) -> list[str] | Why | None:
        try:
            cells = next(self._reader)
            cells = unwrapped(cells, self._delimiter) if self._wrapped else cells
        except StopIteration:
            return None
        except csv.Error:
            return messages.ragged(0, len(self.header))
        if any(line.data is _TOO_LONG for line in self._feed.taken):
            return messages.long_line(LINE_LIMIT)
        if not any(cells[len(self.header) :]):
            # Spreadsheets fill a row up with empty cells beyond the last column: nothing stands in them.
            del cells[len(self.header) :]
        if cells and len(cells) != len(self.header):
            return messages.ragged(len(cells), len(self.header))
        return messages.not_utf8() if any(not line.is_text for line in self._feed.taken) else cells


class _Feed:
    """Lines as text for ``csv.reader``, which can be given back. No generator: that could not go on after its end."""

    def __init__(self, lines: Iterator[_Line]) -> None:
        self._lines = lines
        self._again: deque[_Line] = deque()
        self.taken: list[_Line] = []

    def give_back(self, lines: Sequence[_Line]) -> None:
        """Read these lines again before the rest."""
        self._again.extendleft(reversed(lines))

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        return line.data.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class _Line:
    data: bytes
    number: int
    offset: int

    @property
    def is_text(self) -> bool:
        """The column holds text."""
        try:
            self.data.decode()
        except UnicodeDecodeError:
            return False
        return b"\x00" not in self.data


def _placed_lines(stream: Counted) -> Iterator[_Line]:
    for chunk in chunks(stream):
        if chunk.too_long:
            yield _Line(_TOO_LONG, chunk.line, chunk.offset)
        offset = chunk.offset
        for number, data in enumerate(chunk.lines, start=chunk.line):
            yield _Line(data, number, offset)
            offset += len(data)


def read_parquet(declared: Format, file: Path, path: str) -> Iterator[Batch]:
    """Batches of a Parquet file; times as ISO 8601 text, lists, maps and structs as JSON text where ``json`` is declared.

    Raises ``UnreadableFileError`` when the file is damaged.
    """
    shape = table_shape(declared)
    collector = Collector(declared, shape)
    return full_batches(collector, _fill_from_parquet(declared, shape, collector, file, path))


def _fill_from_parquet(declared: Format, shape: Shape, collector: Collector, file: Path, path: str) -> Iterator[None]:
    convert = cell_converter(shape)
    number = 0
    try:
        present = pl.read_parquet_schema(file)
        places = {name: list(present)[at] for name, at in column_places(list(present), shape, path).items()}
        query = pl.scan_parquet(file).select(_plain(column, present[column]).alias(name) for name, column in places.items())
        documents = [name for name, one in declared.fields.items() if one.kind == "json"]
        for frame in query.collect_batches(chunk_size=ROWS, maintain_order=True):
            for row in frame.iter_rows(named=True):
                number += 1
                add_row(row, documents, convert, collector, number)
                yield
    except (pl.exceptions.PolarsError, OSError):
        raise UnreadableFileError("The Parquet file is damaged.", path=path, remedy="Export or copy it again.") from None


def add_row(
    row: dict[str, Any], documents: list[str], convert: Callable[[dict[str, Any]], Any], collector: Collector, number: int
) -> None:
    """One row as a record, or as a reject. Values of the columns ``documents`` that are no text become JSON."""
    for name in documents:
        if row.get(name) is not None and not isinstance(row[name], str):
            row[name] = msgspec.json.encode(row[name]).decode()
    record = convert(row)
    if isinstance(record, Why):
        collector.reject(number, None, record)
    else:
        collector.add(record, number, None)


def _plain(name: str, dtype: pl.DataType) -> pl.Expr:
    """A column in values that JSON has: times as ISO 8601 in UTC, decimals and categories as text."""
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        return (
            column.dt.convert_time_zone("UTC").dt.to_string("iso:strict")
            if dtype.time_zone
            else column.dt.to_string("iso:strict")
        )
    return column.cast(pl.String) if isinstance(dtype, (pl.Decimal, pl.Categorical, pl.Enum, pl.Date)) else column


def cell_converter(shape: Shape) -> Callable[[dict[str, Any]], Any | Why]:
    """A function that makes a record of a row's cells, or says why not."""

    def convert(cells: dict[str, Any]) -> Any | Why:
        try:
            return msgspec.convert(cells, shape.type, strict=False)
        except msgspec.ValidationError as error:
            return messages.wrong_type(str(error), cells)

    return convert
