"""TOML with exact numbers: floats are refused with their place, and a place of the document has a line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from logcost import toml

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """top = 1
inline = { a = "1" }

[table] # with a remark
"quoted key" = 2
key.of.dots = 3

[[list]]
a = 1

[[ list ]]
b = 2
many = [
  { c = "3" },
]

[[list.deeper]]
d = 4
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("$.top", 1),
        ("$.inline.a", 2),
        ("$.table", 4),
        ("$.table.quoted key", 5),
        ("$.table.key.of.dots", 6),
        ("$.table.absent", 4),
        ("$.list[0].a", 9),
        ("$.list[1]", 11),
        ("$.list[1].b", 12),
        ("$.list[1].many[0].c", 13),
        ("$.list[0].b", 8),
        ("$.absent", None),
        ("$", None),
    ],
)
def test_the_line_of_a_place(place: str, line: int | None) -> None:
    assert toml.line_of(TEXT, place) == line


@pytest.mark.parametrize(
    ("text", "place"),
    [("a = 0.1", "$.a"), ("[[b]]\nc = 1\n[[b]]\nc = [1, { d = 1e3 }]", "$.b[1].c[1].d"), ("x = inf", "$.x"), ("x = nan", "$.x")],
)
def test_a_float_is_refused_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(toml.UnquotedNumberError, match="is written without quotes") as raised:
        toml.read(path)
    assert raised.value.place == place


def test_what_is_exact_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text('a = 1\nb = "0.1"\nc = true\nd = 2026-10-01\n', encoding="utf-8")
    assert toml.read(path) == {"a": 1, "b": "0.1", "c": True, "d": date(2026, 10, 1)}


def test_days_and_times_become_instants() -> None:
    east = timezone(timedelta(hours=2))
    given = {"a": [date(2026, 10, 1)], "b": {"c": datetime(2026, 10, 1, 12), "day": date(2026, 1, 2)}}  # noqa: DTZ001 -- as TOML has it
    assert toml.instants(given, days=frozenset({"day"})) == {
        "a": [datetime(2026, 10, 1, tzinfo=UTC)],
        "b": {"c": datetime(2026, 10, 1, 12, tzinfo=UTC), "day": date(2026, 1, 2)},
    }
    assert toml.instants(datetime(2026, 10, 1, 2, tzinfo=east)) == datetime(2026, 10, 1, tzinfo=UTC)
