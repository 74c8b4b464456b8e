"""The ledger: one DuckDB file, or a private temporary one. The only border between SQL and Polars.

``scan`` hands a table to Polars as a LazyFrame that can be collected any number of times and streams; ``append`` takes
a frame. Both are checked against ``schema``. No other module but ``ingest`` imports DuckDB.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from logcost import macros, schema
from logcost.errors import LedgerError, UsageError
from logcost.scratch import ScratchFolder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    import duckdb
    import polars as pl

QUERY_LIMIT = "256MB"
"""DuckDB's own limit for queries of the user's. Resident memory is about 150 MB more; beyond it DuckDB spills to disk."""

MEMORY_LIMIT = "48MB"
"""The same for all else: an analysis passes over the rows and keeps none of them, and what DuckDB would keep of them is of no use
to it. (``spend`` over 5.6 M stored calls: 279 MB with it and 336 with 256 MB, in 7.9 and 7.6 CPU s. All columns at
once, of rows that fill them, need more than 24.)
"""

_SCAN_ROWS = 7_680
"""Rows per batch of a scan: what a pipeline keeps in flight is proportional to it."""

_WINDOW_ROWS = 30_720
"""Rows read by one query of a scan: a quarter of a row group of DuckDB, whose columns are held as a whole until all its batches
are used up. (Of 690,000 calls ``spend`` takes 0.15 s more than with whole groups, and 130 MB less.) One query over all rows
buffers many batches ahead of its reader.
"""

_SPOOL_ROWS = 245_760
"""Rows per batch of a spool's table."""

_IO_ERRORS_REMEDY = "Give another --ledger, or close the program that has it open."


class ArrowSource:
    """A frame shown to DuckDB through the Arrow C stream alone (registering a frame itself would need pyarrow).

    Registered once and refilled: registering anew for each batch would keep every batch alive until commit.
    """

    def __init__(self) -> None:
        self.frame: pl.DataFrame | None = None

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Arrow C stream of the present frame; DuckDB asks several times for one query."""
        if self.frame is None:
            message = "no frame to hand over"
            raise RuntimeError(message)
        return self.frame.__arrow_c_stream__(requested_schema)


class Ledger:
    """An open ledger. Use as a context manager; a temporary one is deleted on exit."""

    def __init__(self, path: Path | None = None, *, read_only: bool = False) -> None:
        """Open or create the ledger at ``path``; with no path, make a private temporary one.

        Raises ``LedgerError`` when the file is no ledger, has another version, or is locked.
        """
        self._scratch = ScratchFolder("logcost-")
        self.path = path
        self.read_only = read_only
        self._connection: duckdb.DuckDBPyConnection | None = None
        try:
            self._connection = self._connect()
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _connect(self) -> duckdb.DuckDBPyConnection:
        import duckdb

        file = self.path or self._scratch.path / "ledger.duckdb"
        if self.read_only and not file.exists():
            raise LedgerError("There is no ledger here.", path=str(file), remedy="Make one with 'logcost ingest PATH...'.")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"The ledger's folder cannot be made: {error.strerror}."
            raise LedgerError(message, path=str(file), remedy="Give another --ledger.") from None
        options: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY_LIMIT,
            "threads": "2",
            "temp_directory": str(self._scratch.path / "spill"),
        }
        try:
            # A temporary ledger needs no file: what exceeds the limit is spilled, and nothing is compressed or made durable.
            name = str(file) if self.path else ":memory:"
            connection = duckdb.connect(name, read_only=self.read_only, config=options)
        except (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException) as error:
            why = f"The ledger cannot be opened: {str(error).splitlines()[0].rstrip('.')}."
            raise LedgerError(why, path=str(file), remedy=_IO_ERRORS_REMEDY) from None
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SET enable_external_access = false")
        return connection

    def _prepare(self) -> None:
        # Someone else's database is left as it is: only an empty one becomes a ledger. (A temporary one is not asked: 8 ms.)
        if not self.read_only and (self.path is None or self.sql("SELECT count(*) FROM duckdb_tables()") == [(0,)]):
            self._create()
        self._check_version()

    def define_macros(self) -> None:
        """Define the macros of ``sql/schema`` for queries over this ledger. Not at once: it takes as long as all the rest."""
        for statement in macros.definitions().values():
            self.connection.execute(statement)

    def _create(self) -> None:
        self.sql("BEGIN")
        self.sql("CREATE TABLE ledger_version (version BIGINT NOT NULL)")
        for table in schema.TABLES:
            self.sql(schema.create_table_sql(table))
        self.sql("INSERT INTO ledger_version VALUES ($version)", {"version": schema.VERSION})
        self.sql("COMMIT")

    def _check_version(self) -> None:
        import duckdb

        try:
            versions = self.sql("SELECT version FROM ledger_version")
        except duckdb.CatalogException:
            versions = []
        if versions != [(schema.VERSION,)]:
            found = versions[0][0] if versions else "none"
            raise LedgerError(
                f"This file is no ledger of version {schema.VERSION} (found: {found}).",
                path=str(self.path),
                remedy="Ingest the sources into a new ledger.",
            )

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The DuckDB connection, for ``ingest``; raises ``LedgerError`` after ``close``."""
        if self._connection is None:
            raise LedgerError("The ledger is closed.")
        return self._connection

    def sql(self, query: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows. For results with times use ``query`` (DuckDB would ask for pytz)."""
        return self.connection.execute(query, parameters).fetchall()

    def query(self, query: str, parameters: dict[str, Any] | None = None) -> pl.DataFrame:
        """Run one SELECT and return its result as a frame."""
        import polars as pl

        return pl.DataFrame(self.connection.sql(query, params=parameters))

    def read_only_query(self, query: str) -> pl.DataFrame:
        """Run one SELECT of the user's; raises ``UsageError`` for anything else and for a wrong query.

        A temporary ledger is writable, so the statement's kind is checked, not only the way the file is open.
        """
        import duckdb

        self.define_macros()
        self.sql(f"SET memory_limit = '{QUERY_LIMIT}'")
        try:
            kinds = [statement.type for statement in self.connection.extract_statements(query)]
            if kinds not in ([duckdb.StatementType.SELECT], [duckdb.StatementType.EXPLAIN]):
                raise UsageError("Only one SELECT is allowed.", remedy="See docs/schema.md for the tables.")
            return self.query(query)
        except duckdb.Error as error:
            raise UsageError(f"The query fails: {str(error).splitlines()[0]}", remedy="See docs/schema.md.") from None

    def scan(self, table: str, where: str = "") -> pl.LazyFrame:
        """A ledger table as a LazyFrame in the types of ``schema.polars_schema``.

        Only the columns a query uses are read, batch by batch. ``where`` is an SQL condition over the table's columns.
        Rows come in no stated order.
        """
        from polars.io.plugins import register_io_source

        condition = f" AND ({where})" if where else ""

        def batches(
            with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, _batch_size: int | None
        ) -> Iterator[pl.DataFrame]:
            columns = with_columns if with_columns is not None else list(schema.column_names(table))
            left = n_rows
            for batch in self._batches(table, columns, condition):
                wanted = batch if left is None else batch.head(left)
                yield wanted if predicate is None else wanted.filter(predicate)
                left = None if left is None else left - wanted.height
                if left == 0:
                    return

        return register_io_source(batches, schema=schema.polars_schema(table))

    def _batches(self, table: str, columns: list[str], condition: str) -> Iterator[pl.DataFrame]:
        """Batches of the rows as they are at the first one, window by window of row numbers."""
        import polars as pl

        types = schema.polars_schema(table)
        selection = ", ".join(columns) if columns else "1 AS _count_only"
        # A cursor: two scans of one query plan (a self-join) must not end each other's result.
        cursor = self.connection.cursor()
        try:
            cursor.execute("SET TimeZone = 'UTC'")
            cursor.begin()
            ((rows,),) = cursor.execute(f"SELECT coalesce(max(rowid) + 1, 0) FROM {table}").fetchall()
            for start in range(0, rows, _WINDOW_ROWS):
                window = f"WHERE rowid >= {start} AND rowid < {start + _WINDOW_ROWS}{condition}"
                found = pl.DataFrame(cursor.sql(f"SELECT {selection} FROM {table} {window}"))
                typed = found.select(pl.col(name).cast(types[name]) for name in columns) if columns else found.select()
                yield from typed.iter_slices(_SCAN_ROWS)
        finally:
            cursor.close()

    def append(self, table: str, frame: pl.DataFrame) -> None:
        """Append rows; columns the frame lacks become NULL. Raises ``LedgerError`` for a column the table lacks."""
        unknown = sorted(set(frame.columns) - set(schema.column_names(table)))
        if unknown:
            raise LedgerError(f"{table} has no column {', '.join(unknown)}.")
        types = schema.polars_schema(table)
        source = ArrowSource()
        source.frame = frame.cast({name: types[name] for name in frame.columns})
        self.connection.register("appended_frame", source)
        try:
            self.connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM appended_frame")
        finally:
            self.connection.unregister("appended_frame")

    def close(self) -> None:
        """Close the connection and delete the temporary files; calling it again does nothing."""
        connection, self._connection = self._connection, None
        try:
            if connection is not None:
                _close(connection)
        finally:
            self._scratch.remove()

    def __enter__(self) -> Self:
        """The ledger itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close."""
        self.close()


def _close(connection: duckdb.DuckDBPyConnection) -> None:
    """After an error another thread may still read for a query that was given up: that error is what is to be told."""
    import duckdb

    with suppress(duckdb.ResourceInUseException):
        connection.close()


class Spool:
    """A table of any size for one group-by: filled frame by frame, grouped by SQL, and spilled to disk beyond a limit."""

    def __init__(self) -> None:
        """Nothing is opened before the first frame with rows."""
        self._scratch = ScratchFolder("logcost-")
        self._connection: duckdb.DuckDBPyConnection | None = None

    @property
    def empty(self) -> bool:
        """Whether no row was added."""
        return self._connection is None

    def add(self, frame: pl.DataFrame) -> None:
        """Append rows to the table ``spool``; the first frame decides its columns."""
        if not frame.height:
            return
        source = ArrowSource()
        source.frame = frame
        opened = self._connection or self._open()
        opened.register("added_frame", source)
        try:
            opened.execute("INSERT INTO spool FROM added_frame" if self._connection else "CREATE TABLE spool AS FROM added_frame")
        finally:
            opened.unregister("added_frame")
        self._connection = opened

    def _open(self) -> duckdb.DuckDBPyConnection:
        import duckdb

        folder = str(self._scratch.path / "spill")
        connection = duckdb.connect(config={"memory_limit": QUERY_LIMIT, "threads": "2", "temp_directory": folder})
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET preserve_insertion_order = false")
        return connection

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The DuckDB connection; raises ``LedgerError`` before the first row."""
        if self._connection is None:
            raise LedgerError("Nothing was spooled.")
        return self._connection

    def sql(self, statement: str) -> None:
        """Run one statement."""
        self.connection.execute(statement)

    def query(self, query: str) -> pl.DataFrame:
        """Run one SELECT with a small result."""
        import polars as pl

        return pl.DataFrame(self.connection.sql(query))

    def batches(self, table: str) -> Iterator[pl.DataFrame]:
        """The rows of a table, a window of row numbers at a time."""
        ((rows,),) = self.connection.execute(f"SELECT coalesce(max(rowid) + 1, 0) FROM {table}").fetchall()
        for start in range(0, rows, _SPOOL_ROWS):
            yield self.query(f"SELECT * FROM {table} WHERE rowid >= {start} AND rowid < {start + _SPOOL_ROWS}")

    def __enter__(self) -> Self:
        """The spool itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close, and delete what was spilled."""
        if self._connection is not None:
            self._connection.close()
        self._scratch.remove()
