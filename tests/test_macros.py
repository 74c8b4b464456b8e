"""Which macros a query needs, and that each has what it calls before it."""

from __future__ import annotations

import duckdb
import pytest

from logcost import macros


def _names(query: str) -> list[str]:
    by_statement = {statement: name for name, statement in macros.definitions().items()}
    return [by_statement[statement] for statement in macros.needed(query)]


@pytest.mark.parametrize("name", sorted(macros.definitions()))
def test_a_macro_is_defined_with_what_it_calls_and_nothing_else_before(name: str) -> None:
    with duckdb.connect(":memory:") as database:
        for statement in macros.needed(f"SELECT {name}(x)"):
            database.execute(statement)
        found = database.execute("SELECT DISTINCT function_name FROM duckdb_functions() WHERE NOT internal").fetchall()
    assert name in {function for (function,) in found}


@pytest.mark.parametrize(
    ("query", "needed"),
    [
        ("SELECT 1", []),
        ("SELECT strict_int(x)", ["strict_int"]),
        ("SELECT Bad_Int ('x', x), x.STRICT_INT()", ["strict_int", "bad_int"]),
        ("SELECT upper(x), bad_time('x', x)", ["strict_time", "any_time", "bad_time"]),
    ],
)
def test_only_what_a_query_calls_is_needed(query: str, needed: list[str]) -> None:
    assert _names(query) == needed


def test_all_statements_define_a_macro_of_their_own() -> None:
    with duckdb.connect(":memory:") as database:
        for statement in macros.definitions().values():
            assert len(duckdb.extract_statements(statement)) == 1
            database.execute(statement)
        found = database.execute("SELECT DISTINCT function_name FROM duckdb_functions() WHERE NOT internal").fetchall()
    assert sorted(function for (function,) in found) == sorted(macros.definitions())
