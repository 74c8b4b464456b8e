"""House rules for format files."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from logcost import macros, schema
from logcost.ingest import declarations, ingest
from logcost.store import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from logcost.ingest.fields import Field
    from logcost.ingest.header import Format

FORMATS: Final = declarations()

# A bare cast to a time or number fails a whole batch for one bad text, or is too lax: the macros are neither. NULL can be cast.
_LAX: Final = re.compile(
    r"(?<!NULL)::\s*(TIMESTAMPTZ|TIMESTAMP|DATE|DOUBLE|DECIMAL)|(?<!try_)cast\(|to_timestamp\(|strptime\(", re.IGNORECASE
)
_WINDOW: Final = re.compile(r"\bOVER\s*\(([^()]*)", re.IGNORECASE)
_SOURCES: Final = re.compile(r"\b(read_[a-z_]+|[a-z_]+_scan)\s*\(|(?<!DISTINCT )\bFROM\s+'", re.IGNORECASE)


def _sql(declared: Format) -> str:
    """The SELECT and the queries of ``sql/schema`` that it calls, without comments."""
    shared = [statement for statement in macros.needed(declared.select) if ") AS TABLE\n" in statement]
    return re.sub(r"--[^\n]*", "", "\n".join([declared.select, *shared]))


@pytest.mark.parametrize("declared", FORMATS, ids=lambda declared: declared.name)
def test_a_format_file_keeps_the_rules(declared: Format) -> None:
    sql = _sql(declared)
    assert _LAX.findall(sql) == []
    assert _SOURCES.findall(sql) == []
    assert all(window.lstrip().startswith("PARTITION BY file_id") for window in _WINDOW.findall(sql))
    assert declared.scope == "file" or not _WINDOW.findall(sql)
    assert declared.docs.startswith(("https://", "docs/"))
    assert len(declared.title) > 15
    assert "\t" not in declared.select


@pytest.mark.parametrize("declared", FORMATS, ids=lambda declared: declared.name)
def test_every_time_and_amount_that_is_read_is_also_checked(declared: Format) -> None:
    sql = _sql(declared)
    for macro, check in (("any_time(", "bad_time("), ("strict_decimal(", "bad_decimal(")):
        assert (macro in sql) == (check in sql), macro


@pytest.mark.parametrize("declared", FORMATS, ids=lambda declared: declared.name)
def test_the_file_says_what_it_does_above_the_select(declared: Format) -> None:
    assert declared.select.startswith("-- ")


def test_no_two_formats_share_a_way_to_be_recognised() -> None:
    ways = [(d.readers, d.identify, d.identify_any, d.where) for d in FORMATS]
    assert len(ways) == len(set(ways))


@pytest.mark.parametrize(
    ("header", "claimed"),
    [
        ("input_tokens,output_tokens", True),
        ("started_at,output_tokens", True),
        ("started_at,provider_name,response_model,input_tokens,output_tokens", True),
        ("started_at,web_search_requests", True),
        ("started_at,other_units,workload", True),
        ("started_at,provider_name", False),
        ("started_at,model,input_tokens,output_tokens", False),
        ("input_tokens,cache_creation_input_tokens,output_tokens", False),
        ("start_time,end_time,num_model_requests,model,input_tokens,output_tokens", False),
    ],
)
def test_our_own_format_takes_any_part_of_its_columns_and_no_other_counts(tmp_path: Path, header: str, claimed: bool) -> None:
    file, good = tmp_path / "calls.csv", tmp_path / "good.csv"
    values = {"other_units": '"{""images"": 1}"', "started_at": "2026-09-01T08:00:00Z"}
    file.write_text(f"{header}\n{','.join(values.get(name, '3') for name in header.split(','))}\n", encoding="utf-8")
    good.write_text("input_tokens\n1\n", encoding="utf-8")
    with Ledger() as ledger:
        report = ingest(ledger, [file, good]).sources[0]
    assert (report.format == "logcost.usage", report.rows_loaded) == (claimed, int(claimed))


def test_undated_calls_take_the_day_that_is_given(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text("input_tokens,started_at\n1,\n2,2026-09-03T00:00:00Z\n", encoding="utf-8")
    with Ledger() as ledger:
        ingest(ledger, [file], assume_date=date(2026, 9, 1))
        days = ledger.sql("SELECT strftime(started_at, '%Y-%m-%d') FROM usage_record ORDER BY input_tokens")
    assert days == [("2026-09-01",), ("2026-09-03",)]


def _leaves(fields: Mapping[str, Field]) -> Iterator[str]:
    for name, field in fields.items():
        yield from _leaves(field.children) if field.children else (name,)


@pytest.mark.parametrize(
    "declared", [declared for declared in FORMATS if not declared.bodies], ids=lambda declared: declared.name
)
def test_every_field_that_is_decoded_is_used(declared: Format) -> None:
    """Bodies are left out: there a field may only tell one API from another."""
    sql = "\n".join([_sql(declared), *macros.needed(declared.select)])
    named = {key[-1] for key in (*declared.keep, declared.complete or ("",))} | set(declared.records)
    unnamed = [name for name in _leaves(declared.fields) if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sql)]
    assert [name for name in unnamed if name not in named] == []


def test_the_format_of_our_own_has_every_column_of_the_ledger() -> None:
    (own,) = [declared for declared in FORMATS if declared.name == "logcost.usage"]
    names = schema.column_names("usage_record")
    assert set(names[: names.index("dedup_key") + 1]) <= set(own.fields)
