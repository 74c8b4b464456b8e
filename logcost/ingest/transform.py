"""Source rows to canonical rows: the format's SELECT and the checks on its result, in a private in-memory DuckDB.

Nothing here touches the ledger, so a SELECT that fails on a row aborts no transaction: the batch is halved until the row
is found and rejected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import duckdb
import polars as pl

from logcost import macros, meters, schema
from logcost.errors import FormatDeclarationError
from logcost.ingest.aside import grouping
from logcost.ingest.options import instant_sql, tags_sql, text_sql
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

_INTEGERS: Final = frozenset(
    f"{sign}{size}" for sign in ("", "U") for size in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
)
_OWN_COLUMNS: Final = ("file_id", "line", "reject_reason", PROMPT)
_ENGINE_COLUMNS: Final = frozenset({"source_id", "source_line"})
_MEMORY_LIMIT: Final = "96MB"
"""Enough for the frames of row by row formats. A Codex session of 100 MB peaks at 258 MB (with 128MB: 310 MB, no faster)."""

_MORE_MEMORY: Final = ("512MB", "2GB", "8GB")
_TIME_TOLERANCE: Final = "INTERVAL 2 DAY"
_EARLIEST_TIME: Final = "TIMESTAMPTZ '1970-01-01 00:00:00+00'"
"""Before it there is only the zero of a programming language (year 1 in Go) that stands for no time."""

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

    def _with_memory(self, action: Callable[[], _Given]) -> _Given:
        for limit in _MORE_MEMORY:
            try:
                return action()
            except duckdb.OutOfMemoryException:
                self.connection.execute(f"SET memory_limit = '{limit}'")
        return action()

    def define_macros(self, query: str) -> None:
        """Define the macros of ``sql/schema`` that a query calls and that are not there yet."""
        for statement in macros.needed(query):
            if statement not in self._defined:
                self._defined.add(statement)
                self.connection.execute(statement)

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
        self._columns = self._described()
        # To plan it takes as long as to run it over thousands of rows.
        self._query = workbench.prepare(self._build("source_frame"))

    def run(self, frame: pl.DataFrame) -> Outcome:
        """Canonical rows of one source frame (columns as ``schema``)."""
        frame = self.typed(frame)
        try:
            self.workbench.source.frame = self._shown(frame)
            selected = self.workbench.select(self._query)
        except duckdb.OutOfMemoryException:
            raise  # No fault of a record.
        except duckdb.Error:
            return self._run_halves(frame)
        finally:
            self.workbench.source.frame = None
        if PROMPT in self._columns:
            selected = redeemed(selected, frame.get_column(PROMPT) if PROMPT in frame.columns else None)
        if "early" in selected.columns:
            # Not in the SQL of the checks: what is wrong with a record must be told also when its wrong time lies before.
            selected = selected.filter(pl.col("slug").is_not_null() | ~pl.col("early")).drop("early")
        return Outcome(*divided(frame, selected), _tally(frame, selected))

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
        return any(column == c.name and self._value(c.name, c.sql_type) for c in schema.TABLES[self.table])

    def query_of(self, source: str) -> str:
        """The SELECT with its checks over a table or view with the columns of ``schema``; for ``Workbench.execute``."""
        query = self._build(source)
        return f"SELECT * EXCLUDE early FROM ({query}) WHERE slug IS NOT NULL OR NOT early" if self._early() else query

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
            if len(duckdb.extract_statements(self._format.select)) != 1:
                raise self._wrong("Below the head stands exactly one SELECT")
            self.workbench.define_macros(self._format.select)
            described = self.workbench.select(f"DESCRIBE {self._selected('source_frame')} FROM selected")
        except duckdb.Error as error:
            raise self._wrong(f"The SELECT does not work: {str(error).splitlines()[0]}") from None
        found = dict(zip(described["column_name"], described["column_type"], strict=True))
        allowed = set(schema.column_names(self._format.table)) - _ENGINE_COLUMNS | set(_OWN_COLUMNS)
        if not {"file_id", "line"} <= set(found):
            raise self._wrong("The SELECT must yield file_id and line")
        if unknown := sorted(set(found) - allowed):
            raise self._wrong(f"The SELECT yields {', '.join(unknown)}, which {self._format.table} does not have")
        for column in schema.TABLES[self._format.table]:
            if column.name in found and not _fits(found[column.name], column.sql_type):
                raise self._wrong(f"{column.name} must be {column.sql_type}, the SELECT yields {found[column.name]}")
        return found

    def _wrong(self, what: str) -> FormatDeclarationError:
        return FormatDeclarationError(f"{what}.", path=self._format.path, remedy="See docs/formats-grammar.md.")

    def _selected(self, rows: str) -> str:
        source = f"SELECT *, {instant_sql(self.workbench.given.assumed)} AS assumed_at FROM {rows}"
        return f"WITH source AS NOT MATERIALIZED ({source}), selected AS (\n{self._format.select}\n)"

    def _build(self, rows: str) -> str:
        """The whole query over some rows: defaults filled in, canonical types, slug and reason of a row that is rejected."""
        values = {c.name: self._value(c.name, c.sql_type) for c in schema.TABLES[self._format.table]}
        chosen = ", ".join(f"{value} AS {name}" for name, value in values.items() if value)
        given = {name for name, value in values.items() if value}
        reasons = self._reasons(given)
        slugs = " ".join(f"WHEN ({why}) IS NOT NULL THEN '{slug}'" for slug, why in reasons)
        reason = f"coalesce({', '.join(why for _, why in reasons)})"
        return (
            f"{self._selected(rows)}, completed AS (SELECT file_id AS source_id, line AS source_line, "
            f"{self._own('reject_reason')} AS reject_reason, {self._overflows()} AS too_large, {chosen}{self._ticket()} "
            "FROM selected) "
            f"SELECT * EXCLUDE (reject_reason, too_large), CASE {slugs} END AS slug, {reason} AS reason{self._early()} "
            "FROM completed"
        )

    def _own(self, column: str) -> str:
        return column if column in self._columns else "NULL::VARCHAR"

    def _ticket(self) -> str:
        return f", {PROMPT}" if PROMPT in self._columns else ""

    def _early(self) -> str:
        """A further column, when only records since an instant are wanted: the row started before."""
        since = self.workbench.given.since
        start = "started_at" if self.table == "usage_record" else "period_start"
        return f", coalesce({start} < {instant_sql(since)}, false) AS early" if since and self.yields(start) else ""

    def _value(self, name: str, sql_type: str) -> str | None:
        """SQL of one canonical column, or ``None`` when it is left NULL."""
        cast = f"try_cast({name} AS {sql_type})" if name in self._columns else None
        if name in _ENGINE_COLUMNS:
            return None
        stated = cast or f"NULL::{sql_type}"
        if filled := self._filled(name, stated):
            return filled
        if self._format.table == "usage_record":
            if name == "grain" and cast is None:
                return f"'{self._format.grain}'"
            if name == "requests" and cast is None and self._format.grain == "request":
                return "1::BIGINT"
        return cast

    def _filled(self, name: str, stated: str) -> str | None:
        """SQL of a column that the caller fills where the record does not; ``stated``: what the record says."""
        given = self.workbench.given
        if name == "provider_name" and given.provider:
            # Under the name that the logs' own providers get: who says 'bedrock' means aws.bedrock.
            return f"coalesce({stated}, provider_called({text_sql(given.provider)}))"
        if name == "tags" and given.tags:
            return f"map_concat({tags_sql(given.tags)}, {stated})"
        return f"coalesce({stated}, {instant_sql(given.assumed)})" if name == "started_at" else None

    def _counts(self) -> list[str]:
        counts = [c.name for c in schema.TABLES[self._format.table] if c.sql_type == "BIGINT"]
        return [name for name in counts if name in self._columns and name not in _ENGINE_COLUMNS]

    def _overflows(self) -> str:
        cases = " ".join(
            f"WHEN {name} IS NOT NULL AND try_cast({name} AS BIGINT) IS NULL THEN '{name}'" for name in self._counts()
        )
        return f"CASE {cases} END" if cases else "NULL::VARCHAR"

    def _reasons(self, given: set[str]) -> list[tuple[str, str]]:
        """Slug and SQL of every check, in the order in which they are told; each SQL is NULL for a good row."""
        negative = " ".join(
            f"WHEN {name} < 0 THEN '{name} is ' || {name} || '; counts start at 0. Correct the line.'" for name in self._counts()
        )
        missing = " ".join(
            f"WHEN {name} IS NULL THEN '{name} is not stated, and this format needs it. Correct the line.'"
            if name in given
            else f"ELSE '{name} is not stated, and this format needs it. Correct the line.'"
            for name in self._format.required
        )
        reasons = [("bad-value", "reject_reason"), ("bad-type", "too_large || ' is too large for a 64-bit whole number.'")]
        if missing:
            reasons.append(("missing-field", f"CASE {missing} END"))
        if negative:
            reasons.append(("negative-count", f"CASE {negative} END"))
        if self._format.table == "usage_record":
            reasons.append(("impossible-count", f"{meters.impossible_sql(given)} || ' Correct the line.'"))
            late = f"started_at > {instant_sql(self.workbench.given.now)} + {_TIME_TOLERANCE}"
            text = "strftime(started_at, '%Y-%m-%d %H:%M UTC')"
            told = f"'started_at is in the future (' || {text} || '). Correct the time, or the clock of this machine.'"
            reasons.append(("future-time", f"CASE WHEN {late} THEN {told} END"))
            early = f"'started_at is ' || {text} || ', before any such call. Correct the time, or leave it out if it is unknown.'"
            reasons.append(("bad-value", f"CASE WHEN started_at < {_EARLIEST_TIME} THEN {early} END"))
        return reasons


def _fits(found: str, wanted: str) -> bool:
    """A column of the SELECT may become the canonical one without loss (an untyped NULL always)."""
    if found in {wanted, '"NULL"', "NULL"}:
        return True
    if wanted == "TIMESTAMPTZ":
        return found == "TIMESTAMP WITH TIME ZONE"
    if wanted == "BIGINT":
        return found in _INTEGERS
    if wanted.startswith("DECIMAL"):
        return found.startswith("DECIMAL") or found in _INTEGERS
    return wanted == "VARCHAR" and found.startswith("ENUM")


def divided(places: pl.DataFrame, selected: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows and rejects of a result. ``places`` (file_id, line, byte_offset): at least those of the rows that are rejected."""
    if selected["slug"].null_count() == selected.height:
        return selected.drop("slug", "reason"), pl.DataFrame(schema=schema.polars_schema("reject"))
    rejected = selected.filter(pl.col("slug").is_not_null())
    rows = selected.filter(pl.col("slug").is_null())
    offsets = places.select("file_id", "line", "byte_offset").unique(["file_id", "line"])
    rejects = rejected.select("source_id", pl.col("source_line").alias("line"), "slug", "reason").join(
        offsets, left_on=["source_id", "line"], right_on=["file_id", "line"], how="left", maintain_order="left"
    )
    return rows.drop("slug", "reason"), rejects.select("source_id", "line", "byte_offset", "slug", "reason")


def _tally(frame: pl.DataFrame, selected: pl.DataFrame) -> pl.DataFrame:
    undated = pl.col("started_at").is_null() if "started_at" in selected.columns else pl.lit(value=False)
    rejected = pl.col("slug").is_not_null()
    places = {"source_id": "file_id", "source_line": "line"}
    if selected["slug"].null_count() == frame.height and all(selected[a].equals(frame[b]) for a, b in places.items()):
        # One good row for each, in their order: no need to group them by line.
        none = pl.lit(0, dtype=pl.Int64)
        counts = (none.alias("extra"), none.alias("skipped"), pl.len().cast(pl.Int64).alias("loaded"), none.alias("rejected"))
        return selected.group_by("source_id").agg(*counts, undated.sum().cast(pl.Int64).alias("undated"))
    given = frame.group_by(pl.col("file_id").alias("source_id"), pl.col("line").alias("source_line")).len("given")
    made = selected.group_by("source_id", "source_line").agg(
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
