from __future__ import annotations

import re

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logcost import meters, schema

COUNTS = sorted({name for one in meters.partitions() for name in (one.whole, *one.parts)})
records = st.fixed_dictionaries({name: st.none() | st.integers(0, 2**61) for name in COUNTS})


def test_every_count_is_a_column_of_the_ledger_and_no_part_is_listed_twice() -> None:
    columns = set(schema.column_names("usage_record"))
    for one in meters.partitions():
        assert {one.whole, *one.parts} <= columns
        assert len(set(one.parts)) == len(one.parts)
        assert one.rest not in columns
    for total in meters.totals():
        assert set(total.parts) <= columns


def test_every_input_and_output_count_of_the_ledger_has_its_place() -> None:
    token_columns = {name for name in schema.column_names("usage_record") if name.endswith(("_input_tokens", "_output_tokens"))}
    placed = {part for one in meters.partitions() for part in one.parts}
    assert token_columns <= placed | {"input_audio_tokens", "output_audio_tokens"}


def test_known_answer() -> None:
    found = meters.disjoint(
        {"input_tokens": 100, "cache_read_input_tokens": 60, "cache_creation_5m_input_tokens": 10, "output_tokens": 5}
    )
    assert (found["uncached_input_tokens"], found["cache_creation_input_tokens"], found["visible_output_tokens"]) == (30, 10, 5)


def test_unknown_stays_unknown() -> None:
    found = meters.disjoint({"cache_read_input_tokens": 60})
    assert (found["uncached_input_tokens"], found["cache_creation_input_tokens"]) == (None, None)


def test_impossible_counts_name_both_fields_and_both_numbers() -> None:
    with pytest.raises(ValueError, match=r"reasoning_output_tokens \(9\) is more than output_tokens \(5\)"):
        meters.disjoint({"output_tokens": 5, "reasoning_output_tokens": 9})


@given(counts=records)
def test_the_three_forms_agree(counts: dict[str, int | None]) -> None:
    query = f"SELECT {meters.impossible_sql(COUNTS)} FROM (SELECT {', '.join(f'${n}::BIGINT AS {n}' for n in COUNTS)})"
    with duckdb.connect() as connection:
        ((refusal,),) = connection.execute(query, counts).fetchall()
    if refusal is not None:
        with pytest.raises(ValueError, match=f"^{re.escape(refusal)}$"):
            meters.disjoint(counts)
        return
    frame = pl.DataFrame([counts], schema=dict.fromkeys(COUNTS, pl.Int64))
    assert frame.select(**meters.expressions(frame.columns)).row(0, named=True) == meters.disjoint(counts)
