"""Rows of a large file, set aside on the disk until a SELECT that looks at whole files runs over them.

They lie there as Parquet: columns that are NULL throughout take no room, and DuckDB reads only those that the SELECT asks for.
"""

from __future__ import annotations

import shutil
import tempfile
from bisect import bisect_right
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import polars as pl

from logcost.errors import FormatDeclarationError
from logcost.ingest.options import text_sql
from logcost.ingest.prompt_columns import COLUMN as PROMPT
from logcost.ingest.prompt_columns import with_tickets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from logcost.ingest.header import Format


GROUPS: Final = 4096
"""Into so many the rows of a large file are divided, where its format says what keeps them apart."""

_GROUP: Final = "group_aside"
_SORTED_ROWS: Final = 8192
_GROUPED_ROWS: Final = 2048
"""Rows that are brought into the order of their groups together, and rows of a file of them: a SELECT of some groups reads the
files alone that hold any."""


_FEWEST_AT_ONCE: Final = 64
_BYTES_AT_ONCE: Final = 1024 * 1024
"""A SELECT sees no more of a file at a time: of long texts it holds a copy for each step that it takes with them."""


class Aside:
    """Frames of one format in the order in which they came; ``remove`` deletes them. ``file_ids``: whose rows they hold."""

    def __init__(self, folder: Path, *, prompts: bool, group: pl.Expr | None = None) -> None:
        """Below ``folder``. ``prompts``: the SELECT sees tickets in place of them. ``group``: number of a row's group."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(dir=folder))
        self._prompts = prompts
        self._group = group
        # With the first and the last group in each.
        self._files: dict[Path, tuple[int, int]] = {}
        self._starts: list[int] = []
        self._prompt_bytes = 0
        self.rows = 0
        self.file_ids: dict[int, None] = {}

    def add(self, frame: pl.DataFrame) -> None:
        """More rows, with the columns of the transform's schema."""
        shown = frame
        if self._prompts:
            shown = with_tickets(frame).with_columns(pl.col(PROMPT) + self.rows)
            if PROMPT in frame.columns:
                self._prompt_bytes += int(frame[PROMPT].estimated_size())
                frame.select(PROMPT).write_parquet(self._prompts_of(len(self._starts)), compression="lz4")
        for piece in (shown,) if self._group is None else _grouped(shown, self._group):
            file = self._folder / f"rows-{len(self._files):06d}.parquet"
            piece.write_parquet(file, compression="lz4", row_group_size=_rows_at_once(piece))
            self._files[file] = (piece[0, _GROUP], piece[-1, _GROUP]) if self._group is not None else (0, GROUPS - 1)
        self.file_ids.update(dict.fromkeys(frame["file_id"].unique(maintain_order=True)))
        self._starts.append(self.rows)
        self.rows += frame.height

    def rows_within(self, size: int) -> int:
        """About how many rows have prompts of so many bytes together."""
        return max(1, size * self.rows // max(1, self._prompt_bytes))

    def holds(self, groups: range) -> bool:
        """A file may hold rows of some of the groups."""
        return bool(self._files_of(groups))

    def query(self, file_ids: Iterable[int], groups: range) -> str:
        """SELECT of all columns of the rows of some files and groups, of which there must be a file."""
        files = ", ".join(text_sql(str(file)) for file in self._files_of(groups))
        rows = f"read_parquet([{files}]) WHERE file_id IN ({_listed(file_ids)})"
        if self._group is None:
            return f"SELECT * FROM {rows}"
        return f"SELECT * EXCLUDE {_GROUP} FROM {rows} AND {_GROUP} BETWEEN {groups[0]} AND {groups[-1]}"

    def _files_of(self, groups: range) -> list[Path]:
        return [file for file, (first, last) in self._files.items() if first <= groups[-1] and last >= groups[0]]

    def places(self, file_ids: Iterable[int]) -> Iterator[pl.DataFrame]:
        """``file_id``, ``line`` and ``byte_offset`` of the rows of some files, part by part."""
        wanted = list(file_ids)
        for part in self._files:
            frame = pl.read_parquet(part, columns=["file_id", "line", "byte_offset"])
            yield frame.filter(pl.col("file_id").is_in(wanted))

    def redeem(self, tickets: pl.Series) -> tuple[pl.Series, pl.Series | None]:
        """New tickets into a column of prompts, and that column: only the prompts that some rows ask for are read."""
        wanted = tickets.drop_nulls().unique().sort()
        if not wanted.len() or not self._prompts_of(0).exists():
            return tickets, None
        first, last = (bisect_right(self._starts, ticket) - 1 for ticket in (wanted[0], wanted[-1]))
        found = [self._gathered(part, wanted) for part in range(first, last + 1)]
        numbers = pl.DataFrame({PROMPT: wanted}).with_row_index("number").with_columns(pl.col("number").cast(pl.Int64))
        redone = tickets.to_frame(PROMPT).join(numbers, on=PROMPT, how="left", maintain_order="left")["number"]
        return redone.alias(PROMPT), pl.concat(found)

    def _gathered(self, part: int, tickets: pl.Series) -> pl.Series:
        start, end = self._starts[part], (*self._starts, self.rows)[part + 1]
        here = tickets.filter((tickets >= start) & (tickets < end)) - start
        prompts = pl.read_parquet(self._prompts_of(part)).get_column(PROMPT) if here.len() else None
        return prompts.gather(here) if prompts is not None else pl.read_parquet(self._prompts_of(part), n_rows=0)[PROMPT]

    def _prompts_of(self, part: int) -> Path:
        return self._folder / f"prompts-{part:06d}.parquet"

    def result(self, number: int) -> Path:
        """Where a part of what the SELECT makes of the rows may lie, until they are removed."""
        return self._folder / f"result-{number:06d}.parquet"

    def remove(self) -> None:
        """Delete the rows."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _rows_at_once(frame: pl.DataFrame) -> int:
    """Rows of a row group: of long texts a SELECT then sees fewer than the 2,048 that DuckDB takes together."""
    return max(_FEWEST_AT_ONCE, _BYTES_AT_ONCE * frame.height // max(1, int(frame.estimated_size())))


def _grouped(frame: pl.DataFrame, group: pl.Expr) -> Iterator[pl.DataFrame]:
    """The rows in the order of their groups, a few at a time: to sort wide rows takes several times their memory."""
    for part in frame.iter_slices(_SORTED_ROWS):
        groups = part.select(group.alias(_GROUP)).to_series()
        order = groups.arg_sort()
        for start in range(0, part.height, _GROUPED_ROWS):
            rows = order[start : start + _GROUPED_ROWS]
            yield part[rows].with_columns(groups[rows])


def _listed(file_ids: Iterable[int]) -> str:
    return ", ".join(map(str, file_ids))


def grouping(declared: Format, schema: pl.Schema) -> pl.Expr | None:
    """Number of a row's group: rows of two groups never concern each other (``apart``). ``None``: nothing is said of that.

    Raises ``FormatDeclarationError`` for a key that is no text of the source.
    """
    values = []
    for first, *steps in declared.apart:
        value, dtype = pl.col(first), schema.get(first)
        for step in steps:
            inner = dtype.to_schema() if isinstance(dtype, pl.Struct) else {}
            value, dtype = value.struct.field(step), cast("pl.DataType | None", inner.get(step))
        if dtype != pl.String:
            told = f"apart: {'.'.join((first, *steps))} is no declared text of the source."
            raise FormatDeclarationError(told, path=declared.path, remedy="See docs/formats-grammar.md.")
        values.append(value)
    return pl.coalesce(values).hash(seed=0).mod(GROUPS).cast(pl.Int64).fill_null(0) if values else None
