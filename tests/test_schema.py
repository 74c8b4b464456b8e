from __future__ import annotations

import duckdb
import polars as pl
import pytest

from logcost import schema


@pytest.mark.parametrize("table", schema.TABLES)
def test_the_statement_makes_exactly_the_declared_columns(table: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(schema.create_table_sql(table))
        described = connection.execute(f"DESCRIBE {table}").fetchall()
    assert [row[0] for row in described] == list(schema.column_names(table))
    stored = [
        row[1].replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ").replace("DECIMAL(38,15)", "DECIMAL(38, 15)")
        for row in described
    ]
    assert stored == [column.sql_type for column in schema.TABLES[table]]
    assert [row[2] == "NO" for row in described] == [column.required for column in schema.TABLES[table]]


@pytest.mark.parametrize("table", schema.TABLES)
def test_every_column_is_explained_once_and_has_a_polars_type(table: str) -> None:
    columns = schema.TABLES[table]
    assert len({column.name for column in columns}) == len(columns)
    assert all(column.doc.strip() and "\n" not in column.doc for column in columns)
    assert list(schema.polars_schema(table)) == [column.name for column in columns]


def test_types_keep_what_matters() -> None:
    usage = schema.polars_schema("usage_record")
    assert usage["started_at"] == pl.Datetime("us", "UTC")
    assert usage["reported_cost"] == pl.Decimal(38, 15)
    assert usage["tags"] == pl.Map(pl.String, pl.String)
    assert usage["prefix_hashes"] == pl.List(pl.String)
    assert usage["streamed"] == pl.Boolean
