"""A SELECT over rows that lie on the disk, its result part by part: memory stays bounded whatever a file holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import duckdb
import polars as pl

from logcost import schema
from logcost.ingest.aside import GROUPS
from logcost.ingest.options import text_sql
from logcost.ingest.prompt_columns import COLUMN as PROMPT
from logcost.ingest.prompt_columns import redeemed
from logcost.ingest.transform import Outcome, all_rejected, divided

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logcost.ingest.aside import Aside
    from logcost.ingest.transform import Transform

PART_ROWS: Final = 16_384
"""Canonical rows that are handed to the ledger at a time: a row group of the files that hold the result."""

PART_PROMPT_BYTES: Final = 16 * 1024 * 1024
"""Prompts of a part: of long conversations fewer rows are handed over."""

SELECT_ROWS: Final = 50_000
"""Source rows that a SELECT sees at a time when its format says which never concern each other (``apart``). To plan that of
OpenTelemetry takes as long as to run it over 20,000 rows."""

_SOURCE: Final = "CREATE OR REPLACE TEMP VIEW source_aside AS {rows}"
# Not a table: that would fill the memory up to the limit before any of it went to the disk.
_WRITE: Final = "COPY ({query}) TO {file} (FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE {rows})"
_RESULT: Final = "CREATE OR REPLACE TEMP VIEW result_aside AS SELECT * FROM read_parquet([{files}])"
_PART: Final = """
CREATE OR REPLACE TEMP VIEW part_aside AS
SELECT * EXCLUDE file_row_number
FROM read_parquet({file}, file_row_number = true)
WHERE file_row_number >= {start} AND file_row_number < {end}
"""

# Lines that gave more rows than they hold records, lines that gave fewer, and what became of their rows: as for a frame.
_TALLY: Final = """
WITH given AS (
    SELECT file_id AS source_id, line AS source_line, count(*) AS given
    FROM source_aside
    GROUP BY ALL
),
made AS (
    SELECT
        source_id,
        source_line,
        count(*) AS made,
        count(*) FILTER (slug IS NOT NULL) AS rejected,
        count(*) FILTER (slug IS NULL AND {undated}) AS undated
    FROM result_aside
    GROUP BY ALL
),
line AS (
    SELECT source_id, given, coalesce(made, 0) AS made, coalesce(rejected, 0) AS rejected, coalesce(undated, 0) AS undated
    FROM given
    LEFT JOIN made USING (source_id, source_line)
)
SELECT
    source_id,
    sum(greatest(made - given, 0))::BIGINT AS extra,
    sum(greatest(given - made, 0))::BIGINT AS skipped,
    sum(made - rejected)::BIGINT AS loaded,
    sum(rejected)::BIGINT AS rejected,
    sum(undated)::BIGINT AS undated
FROM line
GROUP BY source_id
ORDER BY source_id
"""
_PLACES: Final = """
SELECT DISTINCT file_id, line, byte_offset
FROM source_aside
WHERE file_id IN (SELECT source_id FROM part_aside WHERE slug IS NOT NULL)
    AND line IN (SELECT source_line FROM part_aside WHERE slug IS NOT NULL)
"""


def run_aside(transform: Transform, aside: Aside) -> Iterator[Outcome]:
    """What becomes of the rows that were set aside: rows and rejects in parts, the tally of each file once.

    Nothing is given out of files whose SELECT fails but that each of their records is rejected.
    """
    yield from _run(transform, aside, list(aside.file_ids))


def _run(transform: Transform, aside: Aside, file_ids: Sequence[int]) -> Iterator[Outcome]:
    bench = transform.workbench
    try:
        files = _select(transform, aside, file_ids)
    except duckdb.OutOfMemoryException:
        raise  # No fault of a record.
    except duckdb.Error:
        yield from _run_halves(transform, aside, file_ids)
        return
    bench.execute(_SOURCE.format(rows=aside.query(file_ids, range(GROUPS))))
    bench.execute(_RESULT.format(files=", ".join(files)))
    for file in files:
        yield from _parts(transform, aside, file)
    undated = "started_at IS NULL" if transform.yields("started_at") else "false"
    nothing = pl.DataFrame(schema=schema.polars_schema("reject"))
    yield Outcome(pl.DataFrame(), nothing, bench.select(_TALLY.format(undated=undated)))


def _select(transform: Transform, aside: Aside, file_ids: Sequence[int]) -> list[str]:
    """Write the result to the disk: of one SELECT, or of one for each of several ranges of groups. Gives the files, as SQL."""
    bench, query = transform.workbench, transform.query_of("source_aside")
    times = 1 + aside.rows // SELECT_ROWS if transform.group is not None else 1
    step = -(-GROUPS // times)
    files: list[str] = []
    for start in range(0, GROUPS, step):
        groups = range(start, min(start + step, GROUPS))
        if not aside.holds(groups):
            continue
        files.append(text_sql(str(aside.result(len(files)))))
        bench.execute(_SOURCE.format(rows=aside.query(file_ids, groups)))
        bench.execute(_WRITE.format(query=query, file=files[-1], rows=PART_ROWS))
        bench.release()
    bench.release(shrink=True)
    return files


def _run_halves(transform: Transform, aside: Aside, file_ids: Sequence[int]) -> Iterator[Outcome]:
    middle = len(file_ids) // 2
    if middle:
        yield from _run(transform, aside, file_ids[:middle])
        yield from _run(transform, aside, file_ids[middle:])
        return
    for places in aside.places(file_ids):
        if places.height:
            yield all_rejected(places)


def _parts(transform: Transform, aside: Aside, file: str) -> Iterator[Outcome]:
    """Rows and rejects of one file of the result."""
    bench = transform.workbench
    ((rows,),) = bench.select(f"SELECT count(*) AS rows FROM read_parquet({file})").iter_rows()
    step = min(PART_ROWS, aside.rows_within(PART_PROMPT_BYTES))
    for start in range(0, rows, step):
        bench.execute(_PART.format(file=file, start=start, end=start + step))
        selected = bench.select("SELECT * FROM part_aside")
        places = pl.DataFrame(schema={"file_id": pl.Int64, "line": pl.Int64, "byte_offset": pl.Int64})
        if selected["slug"].null_count() < selected.height:
            places = bench.select(_PLACES)
        if PROMPT in selected.columns:
            tickets, prompts = aside.redeem(selected[PROMPT])
            selected = redeemed(selected.with_columns(tickets), prompts)
        yield Outcome(*divided(places, selected), pl.DataFrame(schema={"source_id": pl.Int64}))
