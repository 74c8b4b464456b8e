"""Writes to the ledger: rows, rejects and sources inside one transaction, and the removal of duplicates."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from logcost import schema
from logcost.errors import LogcostError
from logcost.ingest.sources import as_frame
from logcost.store import MEMORY_LIMIT, ArrowSource

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from logcost.ingest.sources import KnownSources, Source
    from logcost.store import Ledger

_MEMORY_LIMIT: Final = "80MB"
"""For the ledger while rows are written: what exceeds it goes to disk, and the peak stays the same at any size."""

_MEMORY_TO_COMPARE: Final = "128MB"
"""For the ledger while duplicates are looked for: groups and windows cannot be spilled as far."""

_ROW_TABLES: Final = ("usage_record", "invoice_line")

_KEYS_AT_ONCE: Final = 1_000_000
"""Rows whose keys are compared at a time: a group for each of many millions of keys does not fit in the memory limit."""

_FEW: Final = 10
"""New rows are few when they are no more than one in so many: then only their keys are looked up among the others."""

# Of hashes, not of the keys themselves: half the time. What two keys share by chance is told apart among the candidates.
_REPEATED: Final = """
CREATE OR REPLACE TEMP TABLE repeated AS
SELECT key_hash
FROM (SELECT hash(dedup_key) AS key_hash, rowid AS row_id FROM usage_record WHERE dedup_key IS NOT NULL)
WHERE key_hash % {parts} = {part} {looked_up}
GROUP BY key_hash
HAVING count(*) > 1 AND max(row_id) > {before}
"""
_LOOKED_UP: Final = "AND key_hash IN (SELECT hash(dedup_key) FROM usage_record WHERE rowid > {before})"

_CONTENT: Final = tuple(
    name for name in schema.column_names("usage_record") if name not in {"started_at", "source_id", "source_line"}
)
_STATED: Final = " + ".join(f"({name} IS NOT NULL)::INTEGER" for name in _CONTENT)
"""How much a row tells: of the bare body and the pair of one call, the pair stays with its workload and project.

Not whether it states a time: that may be the time of a row that it won over before, and then the order of the files decided.
"""

_LIFETIMES: Final = ", ".join(f"cache_creation_{time}_input_tokens" for time in ("5m", "30m", "1h", "12h"))
_PRICED: Final = ", ".join(
    f"{stated} IS NOT NULL" for stated in ("provider_name", "service_tier", f"coalesce({_LIFETIMES})", "region")
)
"""What chooses the price goes before all else that a row tells: a log with many labels may not know that a call was flex."""

# The order is by content alone: it must not depend on which file was read first. All that it needs of a row is computed before
# the windows, which would carry every column along (three times the time). Rules that do not agree (one call in logs of two
# formats) give way to 'largest', whose row gets the earliest time of all.
_RANKED: Final = f"""
CREATE OR REPLACE TEMP TABLE ranked AS
    WITH member AS (
        SELECT
            rowid AS row_id,
            source_id,
            source_line,
            dedup_key,
            started_at,
            output_tokens,
            input_tokens,
            coalesce(duplicate_rank, 0) AS duplicate_rank,
            cache_read_input_tokens,
            [{_PRICED}] AS priced,
            {_STATED} AS stated,
            concat_ws('|', response_model, service_tier, project, workload, session_id, user_id, api_key_id) AS labels,
            hash({", ".join(_CONTENT)}) AS content
        FROM usage_record
        SEMI JOIN repeated ON hash(usage_record.dedup_key) = repeated.key_hash
        WHERE dedup_key IS NOT NULL
    ),
    ruled AS (
        SELECT
            *,
            CASE WHEN min(on_duplicate) OVER same = max(on_duplicate) OVER same THEN on_duplicate ELSE 'largest' END AS rule,
            CASE WHEN rule = 'largest' THEN min(started_at) OVER same ELSE started_at END AS starts_at
        FROM member
        JOIN (
            SELECT source_id, on_duplicate FROM ingested_rows
            UNION ALL
            SELECT source_id, on_duplicate FROM source_file ANTI JOIN ingested_rows USING (source_id)
        ) USING (source_id)
        WINDOW same AS (PARTITION BY dedup_key)
    )
    SELECT
        row_id,
        source_id,
        first_value(source_id) OVER best_first AS winner_id,
        row_number() OVER best_first AS place,
        starts_at,
        started_at IS DISTINCT FROM starts_at AS moves
    FROM ruled
    WINDOW best_first AS (
        PARTITION BY dedup_key
        ORDER BY
            CASE WHEN rule = 'first' THEN started_at END ASC NULLS LAST,
            CASE WHEN rule = 'last' THEN started_at END DESC NULLS LAST,
            output_tokens DESC NULLS LAST,
            input_tokens DESC NULLS LAST,
            duplicate_rank,
            cache_read_input_tokens DESC NULLS LAST,
            priced DESC,
            stated DESC,
            starts_at,
            labels,
            content,
            source_line,
            source_id
    )
"""
_RULES: Final = {"source_id": pl.Int64, "on_duplicate": pl.String}
_MOVE: Final = """
UPDATE usage_record SET started_at = ranked.starts_at FROM ranked WHERE usage_record.rowid = row_id AND place = 1 AND moves
"""
_LOST: Final = "SELECT source_id, winner_id, count(*) FROM ranked WHERE place > 1 GROUP BY ALL ORDER BY ALL"
_DELETE: Final = "DELETE FROM usage_record WHERE rowid IN (SELECT row_id FROM ranked WHERE place > 1)"


class Writer:
    """One ledger's connection while files are read. ``begin``, then rows, then ``commit`` or ``roll_back``."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._rows = ArrowSource()
        self._rows.frame = pl.DataFrame({"nothing": []}, schema={"nothing": pl.Int64})
        # Outside any transaction: to roll one back would take the name away with it.
        ledger.connection.register("ingested_rows", self._rows)
        self._limit(_MEMORY_LIMIT)
        # Two threads take 1.4 times the CPU for an insert, no less time, and that of the processes that read.
        ((self._threads,),) = ledger.sql("SELECT current_setting('threads')")
        ledger.sql("SET threads = 1")
        self.open = False
        self._last_row = -1

    def _limit(self, memory: str) -> None:
        self._ledger.connection.execute(f"SET memory_limit = '{memory}'")

    def begin(self) -> None:
        """Start a transaction, unless one is open."""
        if not self.open:
            self._ledger.connection.execute("BEGIN")
            ((self._last_row,),) = self._ledger.sql("SELECT coalesce(max(rowid), -1) FROM usage_record")
            self.open = True

    def roll_back(self) -> None:
        """Leave the ledger as it was before ``begin``."""
        if self.open:
            self._ledger.connection.execute("ROLLBACK")
            self.open = False

    def close(self) -> None:
        """Undo what is not committed, and leave the connection as it was."""
        self.roll_back()
        self._ledger.connection.unregister("ingested_rows")
        self._limit(MEMORY_LIMIT)
        self._ledger.sql(f"SET threads = {self._threads}")

    def insert(self, table: str, rows: pl.DataFrame) -> None:
        """Add rows; columns by name, those that are absent become NULL."""
        if not rows.height:
            return
        # Most columns are NULL in most logs: what is not given costs less than a column of NULLs.
        with self._showing(rows.select(column for column in rows if column.null_count() < rows.height)):
            self._ledger.sql(f"INSERT INTO {table} BY NAME SELECT * FROM ingested_rows")

    @contextlib.contextmanager
    def _showing(self, rows: pl.DataFrame) -> Iterator[None]:
        """Rows that a statement sees as ``ingested_rows``."""
        self._rows.frame = rows
        try:
            yield
        finally:
            self._rows.frame = None

    def remove(self, source_id: int) -> None:
        """Take out everything that came from a source."""
        for table in (*_ROW_TABLES, "reject", "source_file"):
            self._ledger.sql(f"DELETE FROM {table} WHERE source_id = $source_id", {"source_id": source_id})

    def commit(self, changed: Collection[Source], known: KnownSources) -> None:
        """Count out the duplicates, store the sources, and end the transaction.

        Raises ``LogcostError`` (a fault of ours) when a record is unaccounted for; the ledger is then left as it was.
        """
        ids = sorted(source.source_id for source in changed)
        lost = self._drop_duplicates(changed)
        for source_id, winner_id, rows in lost:
            source = known.by_id[source_id]
            source.rows_loaded -= rows
            source.duplicates += rows
            if winner_id != source_id:
                source.counted_in[winner_id] = source.counted_in.get(winner_id, 0) + rows
        touched = {source_id: known.by_id[source_id] for source_id in sorted({*ids, *(row[0] for row in lost)})}
        self._compare(touched)
        self._store(touched.values())
        self._ledger.connection.execute("COMMIT")
        self.open = False

    def _store(self, sources: Collection[Source]) -> None:
        ids = _listed([source.source_id for source in sources])
        self._ledger.sql(f"DELETE FROM source_file WHERE source_id IN {ids}")
        self.insert("source_file", as_frame(sources))

    def _drop_duplicates(self, changed: Collection[Source]) -> list[tuple[int, int, int]]:
        """Keep one row of each key that the transaction brought. Gives loser, winner and number of rows, by source."""
        # Not count_if: of an empty table it is NULL.
        counted = f"SELECT count(*), count(*) FILTER (rowid > {self._last_row}) FROM usage_record"
        ((rows, new),) = self._ledger.sql(counted)
        parts = 1 + rows // _KEYS_AT_ONCE
        looked_up = ""
        if new * _FEW <= rows:
            parts, looked_up = 1 + new // _KEYS_AT_ONCE, _LOOKED_UP.format(before=self._last_row)
        lost: dict[tuple[int, int], int] = {}
        self._limit(_MEMORY_TO_COMPARE)
        for part in range(parts if new else 0):
            query = _REPEATED.format(parts=parts, part=part, looked_up=looked_up, before=self._last_row)
            for source_id, winner_id, count in self._drop_repeated(query, changed):
                lost[source_id, winner_id] = lost.get((source_id, winner_id), 0) + count
        self._limit(_MEMORY_LIMIT)
        return [(*pair, count) for pair, count in sorted(lost.items())]

    def _drop_repeated(self, repeated: str, changed: Collection[Source]) -> list[tuple[Any, ...]]:
        """Keep one row of each key among those whose hashes a query finds."""
        self._ledger.sql(repeated)
        if self._ledger.sql("SELECT count(*) FROM repeated") == [(0,)]:
            return []
        with self._showing(pl.DataFrame([(one.source_id, one.on_duplicate) for one in changed], schema=_RULES, orient="row")):
            self._ledger.sql(_RANKED)
        self._ledger.sql(_MOVE)
        lost = self._ledger.sql(_LOST)
        self._ledger.sql(_DELETE)
        return lost

    def _compare(self, touched: dict[int, Source]) -> None:
        """Compare the tally of each source with the rows in the ledger; count its calls, and the rows that state no time."""
        counts: dict[int, tuple[int, int, int | None]] = dict.fromkeys(touched, (0, 0, None))
        for table, counted in _COUNTED.items():
            query = f"SELECT source_id, count(*), {counted} FROM {table} WHERE source_id IN {_listed(list(touched))} GROUP BY ALL"
            for source_id, rows, no_time, requests in self._ledger.sql(query):
                counts[source_id] = (rows, no_time, requests)
        for source_id, (rows, no_time, requests) in counts.items():
            source = touched[source_id]
            source.requests = requests
            if not source.accounted or rows != source.rows_loaded:
                raise LogcostError(
                    f"The records do not add up: {source.rows_read} read, {source.rows_loaded} loaded ({rows} in the ledger), "
                    f"{source.skipped} skipped, {source.duplicates} duplicates, {source.rejects} rejects.",
                    path=source.path,
                    remedy="This is a fault of logcost; nothing of it was loaded. Please report it.",
                )
            source.notes = [note for note in source.notes if _UNDATED not in note]
            if no_time:
                subject = "1 record states" if no_time == 1 else f"{no_time} records state"
                source.notes.append(f"{subject} {_UNDATED}; give --date to date {'it' if no_time == 1 else 'them'}.")


_COUNTED: Final = {
    "usage_record": "count_if(started_at IS NULL), CASE WHEN count(requests) = count(*) THEN sum(requests)::BIGINT END",
    "invoice_line": "0, NULL::BIGINT",
}
"""Rows without a time and calls of a source, by table."""

_UNDATED: Final = "no time: loaded as undated"


def _listed(ids: Sequence[int]) -> str:
    return f"({', '.join(map(str, ids)) or 'NULL'})"
