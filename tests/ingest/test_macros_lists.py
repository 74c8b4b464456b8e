"""The macros for lists in cells and JSON: what is a list of words or whole numbers, and what is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from logcost import macros

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as opened:
        for statement in macros.definitions().values():
            opened.execute(statement)
        yield opened


def value(database: duckdb.DuckDBPyConnection, expression: str, x: str | None) -> object:
    ((found,),) = database.execute(f"SELECT {expression}", {"x": x}).fetchall()
    return found


@pytest.mark.parametrize(
    ("text", "expected", "numbers"),
    [
        ('["a", null]', ["a", None], False),
        ("[1, 22]", ["1", "22"], True),
        ('"a b"', ["a", "b"], False),
        ("  7   8 ", ["7", "8"], True),
        ("[]", [], True),
        ("", None, True),
        (None, None, True),
    ],
)
def test_lists_are_json_or_words_between_spaces(
    text: str | None, expected: object, numbers: bool, database: duckdb.DuckDBPyConnection
) -> None:
    assert value(database, "word_list($x::VARCHAR)", text) == expected
    assert value(database, "bad_word_list('it', $x::VARCHAR)", text) is None
    assert (value(database, "bad_int_list('it', $x::VARCHAR)", text) is None) == numbers


@pytest.mark.parametrize("text", ["[1", "[1.5]", "[-1]", "[true]", "x"])
def test_what_is_no_list_of_whole_numbers_is_told_without_its_content(text: str, database: duckdb.DuckDBPyConnection) -> None:
    assert value(database, "bad_int_list('it', $x::VARCHAR)", text) == "it must be a list of whole numbers. Correct the line."
