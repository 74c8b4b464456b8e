"""Keys as the grammar and as SQL write them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

import duckdb

if TYPE_CHECKING:
    from logcost.ingest.draft.sample import Leaf
    from logcost.ingest.header import Key

_BARE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BARE_TOML: Final = re.compile(r"[A-Za-z0-9_-]+")


def dotted(key: Key) -> str:
    """A key as the grammar writes it."""
    return ".".join(step if _BARE_TOML.fullmatch(step) else f'"{escaped(step)}"' for step in key)


def escaped(text: str) -> str:
    """Text inside quotes of TOML. A comment of SQL must not end in it."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("*/", "*\\u002F")
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04X}" for sign in plain)


@cache
def _keywords() -> frozenset[str]:
    """Words that cannot name a column of DuckDB without quotes."""
    with duckdb.connect(":memory:") as database:
        found = database.execute("SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'")
        return frozenset(word for (word,) in found.fetchall())


def sql(leaf: Leaf) -> str:
    """The column of a leaf; of an element of an array it is inside the struct named like the array."""
    key = (*leaf.array[-1:], *leaf.key)
    return ".".join(
        step if _BARE.fullmatch(step) and step.lower() not in _keywords() else '"' + step.replace('"', '""') + '"' for step in key
    )


def quoted(key: Key) -> str:
    """A key inside a text of SQL."""
    return ".".join(key).replace("'", "''")
