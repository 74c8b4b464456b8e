"""Source rows to canonical rows: the format's SELECT and the checks on its result, in a private in-memory DuckDB.

Nothing here touches the ledger, so a SELECT that fails on a row aborts no transaction: the batch is halved until the row
is found and rejected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import duckdb
import polars as pl

from logcost import macros, schema
from logcost.errors import FormatDeclarationError
from logcost.ingest.aside import grouping
from logcost.ingest.checks import EARLY, CheckedSelect, selected, wrong_columns
from logcost.ingest.lean import Plans
from logcost.ingest.options import text_sql
from logcost.ingest.prompt_columns import COLUMN as PROMPT
from logcost.ingest.prompt_columns import redeemed, with_tickets
from logcost.store import ArrowSource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from logcost.ingest.header import Format
    from logcost.ingest.options import Options

_Given = TypeVar("_Given")

FRAME_PLACE: Final = {"file_id": pl.Int64(), "line": pl.Int64(), "byte_offset": pl.Int64(), "file_path": pl.String()}
"""Columns of a source frame besides the declared fields."""

_MEMORY_LIMIT: Final = "96MB"
"""Enough for the frames of row by row formats. A Codex session of 100 MB peaks at 258 MB (with 128MB: 310 MB, no faster)."""

_MORE_MEMORY: Final = ("512MB", "2GB", "8GB")
_FAILED: Final = "The SELECT of the format cannot convert a value of this record. Correct the record, or the format."


@dataclass(frozen=True, slots=True)
class Outcome:
    """Canonical rows (also ``source_id``, ``source_line``), rejects, and a tally for each file.

    ``rejects``: source_id, line, byte_offset, slug, reason. ``tally``: source_id, extra (records that the SELECT made of
    one source row), skipped, loaded, rejected, undated.
    """

    rows: pl.DataFrame
    rejects: pl.DataFrame
    tally: pl.DataFrame


class Workbench:
    """The in-memory database in which the SELECTs run. Close it, or use it as a context manager."""

    def __init__(self, scratch: Path, given: Options) -> None:
        self.given = given
        self.source = ArrowSource()
        self.aside = scratch / "aside"
        self._limit = _MEMORY_LIMIT
        self._prepared = 0
        self._defined: set[str] = set()
        options: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": _MEMORY_LIMIT,
            "threads": "1",
            "temp_directory": str(scratch / "workbench"),
        }
        self.connection = duckdb.connect(":memory:", config=options)
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("SET preserve_insertion_order = true")
        # Rows that are set aside are the only files a SELECT may read.
        self.connection.execute(f"SET allowed_directories = [{text_sql(str(self.aside))}]")
        self.connection.execute("SET enable_external_access = false")
        self.source.frame = pl.DataFrame(schema=FRAME_PLACE)
        self.connection.register("source_frame", self.source)

    def close(self) -> None:
        """Close the database."""
        self.connection.close()
        self.source.frame = None

    def select(self, query: str) -> pl.DataFrame:
        """The result of one SELECT, of the present source frame for example. Raises as ``execute``."""
        return self._with_memory(lambda: pl.DataFrame(self.connection.sql(query)))

    def execute(self, statement: str) -> None:
        """Run a statement that gives nothing.

        A format that looks at whole files may need more memory for a large one: the limit grows step by step. Raises
        ``duckdb.OutOfMemoryException`` when the last step is too small.
        """
        self._with_memory(lambda: self.connection.execute(statement))

    def release(self, *, shrink: bool = False) -> None:
        """Give back to the system what DuckDB keeps of freed memory (60 MB), as it does when a limit is set.

        ``shrink``: also set back a limit that has grown.
        """
        self._limit = _MEMORY_LIMIT if shrink else self._limit
        self.connection.execute(f"SET memory_limit = '{self._limit}'")

    def _with_memory(self, action: Callable[[], _Given]) -> _Given:
        for limit in _MORE_MEMORY:
            try:
                return action()
            except duckdb.OutOfMemoryException:
                self._limit = limit
                self.release()
        return action()

    def define_macros(self, query: str) -> None:
        """Define the macros of ``sql/schema`` that a query calls and that are not there yet."""
        for statement in macros.needed(query):
            if statement not in self._defined:
                self._defined.add(statement)
                self.connection.execute(statement)

    def described(self, query: str) -> dict[str, str]:
        """Columns of a SELECT and their SQL types, without running it."""
        return {name: sql_type for name, sql_type, *_ in self.connection.execute(f"DESCRIBE {query}").fetchall()}

    def prepare(self, query: str) -> str:
        """Plan a SELECT once for all frames of the present schema; gives the statement that runs it."""
        self.define_macros(query)
        self._prepared += 1
        self.connection.execute(f"PREPARE transform_{self._prepared} AS {query}")
        return f"EXECUTE transform_{self._prepared}"


class Transform:
    """One format's SELECT with its checks, prepared once. Raises ``FormatDeclarationError`` for a SELECT that cannot be."""

    def __init__(self, declared: Format, fields: dict[str, Any], workbench: Workbench) -> None:
        self._format = declared
        self.table = declared.table
        self.workbench = workbench
        self.schema = pl.Schema({**FRAME_PLACE, **fields})
        self.group = grouping(declared, self.schema)
        workbench.source.frame = self._shown(pl.DataFrame(schema=self.schema))
        self._checked = CheckedSelect(declared, workbench.given, self._described())
        self._plans = Plans(self._checked, workbench)

    def run(self, frame: pl.DataFrame) -> Outcome:
        """Canonical rows of one source frame (columns as ``schema``)."""
        frame = self.typed(frame)
        try:
            shown = self.workbench.source.frame = self._shown(frame)
            found = self._plans.select(shown)
        except duckdb.OutOfMemoryException:
            raise  # No fault of a record.
        except duckdb.Error:
            return self._run_halves(frame)
        finally:
            self.workbench.source.frame = None
        if PROMPT in found.columns:
            found = redeemed(found, frame.get_column(PROMPT) if PROMPT in frame.columns else None)
        if EARLY in found.columns:
            # Not in the SQL of the checks: what is wrong with a record must be told also when its wrong time lies before.
            early = pl.col(EARLY) if "slug" not in found.columns else pl.col(EARLY) & pl.col("slug").is_null()
            found = found.filter(~early).drop(EARLY)
        return Outcome(*divided(frame, found), _tally(frame, found))

    def typed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame in exactly the types of ``schema``: a planned statement takes no other, not even a smaller integer."""
        return frame if frame.schema == self.schema else frame.cast(self.schema)

    @property
    def whole_files(self) -> bool:
        """The SELECT looks at all rows of a file."""
        return self._format.scope == "file"

    @property
    def prompts(self) -> bool:
        """The SELECT sees tickets in place of prompts."""
        return bool(self._format.prompt)

    def yields(self, column: str) -> bool:
        """The result has this column."""
        return self._checked.yields(column)

    def query_of(self, source: str) -> str:
        """The SELECT with its checks over a table or view with the columns of ``schema``; for ``Workbench.execute``."""
        query, since = self._checked.query(source), self._checked.early
        return f"SELECT * EXCLUDE {EARLY} FROM ({query}) WHERE slug IS NOT NULL OR NOT {EARLY}" if since else query

    def _shown(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame as the SELECT sees it: prompts stay behind, and are put in their rows afterwards."""
        return with_tickets(frame) if self._format.prompt else frame

    def _run_halves(self, frame: pl.DataFrame) -> Outcome:
        halves = self._halves(frame)
        if len(halves) == 1:
            return all_rejected(frame)
        outcomes = [self.run(half) for half in halves]
        return Outcome(
            pl.concat([outcome.rows for outcome in outcomes if outcome.rows.width], how="diagonal_relaxed")
            if any(outcome.rows.width for outcome in outcomes)
            else pl.DataFrame(),
            pl.concat([outcome.rejects for outcome in outcomes]),
            pl.concat([outcome.tally for outcome in outcomes]).group_by("source_id", maintain_order=True).sum(),
        )

    def _halves(self, frame: pl.DataFrame) -> list[pl.DataFrame]:
        """Two parts that the SELECT may see apart: any rows, or whole files when it has window functions."""
        if self._format.scope == "row":
            middle = frame.height // 2
            return [frame[:middle], frame[middle:]] if middle else [frame]
        files = frame["file_id"].unique(maintain_order=True)
        first = files.head(len(files) // 2).implode()
        halves = [frame.filter(pl.col("file_id").is_in(first)), frame.filter(~pl.col("file_id").is_in(first))]
        return [half for half in halves if half.height]

    def _described(self) -> dict[str, str]:
        """Columns and types of the SELECT; checks both."""
        try:
            # Those that come with logcost are one SELECT, see tests: to parse it costs 2 ms.
            if self._format.own and len(duckdb.extract_statements(self._format.select)) != 1:
                raise self._wrong("Below the head stands exactly one SELECT")
            self.workbench.define_macros(self._format.select)
            columns = selected(self._format, self.workbench.given, "source_frame", {})
            found = self.workbench.described(f"{columns} FROM selected")
        except duckdb.Error as error:
            raise self._wrong(f"The SELECT does not work: {str(error).splitlines()[0]}") from None
        if wrong := wrong_columns(self._format, found):
            raise self._wrong(wrong)
        return found

    def _wrong(self, what: str) -> FormatDeclarationError:
        return FormatDeclarationError(f"{what}.", path=self._format.path, remedy="See docs/formats-grammar.md.")


def divided(places: pl.DataFrame, found: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows and rejects of a result. ``places`` (file_id, line, byte_offset): at least those of the rows that are rejected."""
    if not _has_rejects(found):
        return found.drop("slug", "reason", strict=False), pl.DataFrame(schema=schema.polars_schema("reject"))
    rejected = found.filter(pl.col("slug").is_not_null())
    rows = found.filter(pl.col("slug").is_null())
    offsets = places.select("file_id", "line", "byte_offset").unique(["file_id", "line"])
    rejects = rejected.select("source_id", pl.col("source_line").alias("line"), "slug", "reason").join(
        offsets, left_on=["source_id", "line"], right_on=["file_id", "line"], how="left", maintain_order="left"
    )
    return rows.drop("slug", "reason"), rejects.select("source_id", "line", "byte_offset", "slug", "reason")


def _has_rejects(found: pl.DataFrame) -> bool:
    return "slug" in found.columns and found["slug"].null_count() < found.height


def _tally(frame: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    undated = pl.col("started_at").is_null() if "started_at" in found.columns else pl.lit(value=False)
    places = {"source_id": "file_id", "source_line": "line"}
    if not _has_rejects(found):
        found = found.with_columns(pl.lit(None, pl.String).alias("slug"))
        if found.height == frame.height and all(found[a].equals(frame[b]) for a, b in places.items()):
            # One good row for each, in their order: no need to group them by line.
            none = pl.lit(0, dtype=pl.Int64)
            loaded = pl.len().cast(pl.Int64).alias("loaded")
            counts = (none.alias("extra"), none.alias("skipped"), loaded, none.alias("rejected"))
            return found.group_by("source_id").agg(*counts, undated.sum().cast(pl.Int64).alias("undated"))
    rejected = pl.col("slug").is_not_null()
    given = frame.group_by(pl.col("file_id").alias("source_id"), pl.col("line").alias("source_line")).len("given")
    made = found.group_by("source_id", "source_line").agg(
        pl.len().alias("made"), rejected.sum().alias("rejected"), (undated & ~rejected).sum().alias("undated")
    )
    both = given.join(made, on=["source_id", "source_line"], how="left").with_columns(
        pl.col("made", "rejected", "undated", "given").fill_null(0).cast(pl.Int64)
    )
    more = pl.col("made") - pl.col("given")
    return both.group_by("source_id").agg(
        more.clip(lower_bound=0).sum().alias("extra"),
        (-more).clip(lower_bound=0).sum().alias("skipped"),
        (pl.col("made") - pl.col("rejected")).sum().alias("loaded"),
        pl.col("rejected").sum(),
        pl.col("undated").sum(),
    )


def all_rejected(frame: pl.DataFrame) -> Outcome:
    """Each row of a frame (file_id, line, byte_offset) is a reject: the SELECT fails on its file."""
    rejects = frame.select(
        pl.col("file_id").alias("source_id"),
        "line",
        "byte_offset",
        pl.lit("bad-value").alias("slug"),
        pl.lit(_FAILED).alias("reason"),
    )
    nothing = pl.lit(0, dtype=pl.Int64)
    tally = rejects.group_by("source_id").agg(
        nothing.first().alias("extra"),
        nothing.first().alias("skipped"),
        nothing.first().alias("loaded"),
        pl.len().cast(pl.Int64).alias("rejected"),
        nothing.first().alias("undated"),
    )
    return Outcome(pl.DataFrame(), rejects, tally)
