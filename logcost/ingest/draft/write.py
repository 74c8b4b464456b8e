"""The text of a declaration: head and SELECT, each column beside the key it was taken from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import duckdb

from logcost.errors import UnknownFormatError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logcost.ingest.draft.guess import Guess
    from logcost.ingest.draft.sample import Leaf, Looked
    from logcost.ingest.header import Key

_BARE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BARE_TOML: Final = re.compile(r"[A-Za-z0-9_-]+")
_TEXT: Final = ("response_model", "provider_name", "dedup_key", "user_id", "session_id", "project", "workload", "api_key_id")
_LABELS: Final = ("service_tier", "user_id", "session_id", "project", "workload", "api_key_id", "dedup_key")
_CHECKED: Final = {"started_at": "bad_time", "reported_cost": "bad_decimal"}
_WANTED: Final = {
    "response_model": "model: without one a call has no price",
    "started_at": "time: calls stay undated",
    "input_tokens": "number of input tokens: they stay unknown",
    "output_tokens": "number of output tokens: they stay unknown",
}
_WHOLE_WRITE: Final = "cache_creation_unsplit_input_tokens"
_SPLIT_WRITES: Final = ("cache_creation_5m_input_tokens", "cache_creation_1h_input_tokens")


@dataclass(frozen=True, slots=True)
class Draft:
    """A declaration: its text, ``found`` (column, key) for every guess, and what the author must check."""

    text: str
    found: tuple[tuple[str, str], ...]
    checks: tuple[str, ...]


def declaration(looked: Looked, guess: Guess, *, name: str, path: str) -> Draft:
    """A format file for what was looked at. Raises ``UnknownFormatError`` when no key looks like a token count."""
    roles = guess.roles
    if "input_tokens" not in roles and "output_tokens" not in roles:
        raise UnknownFormatError(
            "No key of this sample looks like a token count.",
            path=path,
            remedy="Give a sample with calls, or write the declaration by hand: docs/formats-grammar.md.",
        )
    checks = tuple(_checks(guess))
    text = "\n".join([*_head(looked, guess, name), *_comment(checks), "SELECT", *_columns(looked, guess), "FROM source", ""])
    found = tuple((role, dotted(leaf.key)) for role, leaf in roles.items())
    return Draft(text, found, checks)


def dotted(key: Key) -> str:
    """A key as the grammar writes it."""
    return ".".join(step if _BARE_TOML.fullmatch(step) else f'"{_escaped(step)}"' for step in key)


def _escaped(text: str) -> str:
    """Text inside quotes of TOML. A comment of SQL must not end in it."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("*/", "*\\u002F")
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04X}" for sign in plain)


def _head(looked: Looked, guess: Guess, name: str) -> Iterator[str]:
    roles = guess.roles
    counted = [roles[role] for role in ("input_tokens", "output_tokens") if role in roles]
    telling = [*counted, *([roles["response_model"]] if "response_model" in roles else [])]
    yield "/* logcost"
    yield f'format   = "{name}"'
    yield f'title    = "{name}: calls of our own application"'
    yield f'reader   = "{looked.reader}"'
    yield f"identify = {_list((*looked.records, *leaf.key) for leaf in telling)}"
    if looked.records:
        yield f'records  = "{_escaped(dotted(looked.records))}[]"'
    elif looked.reader != "csv":
        yield f"keep     = {_list(leaf.key for leaf in counted)}"
    yield ""
    if looked.records:
        yield f"[[fields.{dotted(looked.records)}]]"
    else:
        yield "[fields]"
    yield from _fields(guess)
    yield "*/"


def _list(keys: Any) -> str:
    written = map(dotted, keys)
    # The quotes that TOML takes literally keep a quoted step readable.
    return "[" + ", ".join(f"'{key}'" if '"' in key and "'" not in key else f'"{_escaped(key)}"' for key in written) + "]"


def _fields(guess: Guess) -> Iterator[str]:
    declared = {leaf.key: _type(role, leaf) for role, leaf in guess.roles.items() if role != "total"}
    for key, kind in declared.items():
        yield f'{dotted(key)} = "{kind}"'


def _type(role: str, leaf: Leaf) -> str:
    if role == "started_at":
        return "time"
    if role == "reported_cost":
        return "decimal"
    if role == "latency_ms":
        return "float"
    return "id" if role in _TEXT else leaf.kind


def _comment(checks: Sequence[str]) -> Iterator[str]:
    yield "-- Written by looking at a sample. Read every line; the grammar is in docs/formats-grammar.md."
    yield from (f"-- CHECK: {text}" for text in checks)


def _checks(guess: Guess) -> Iterator[str]:
    roles = guess.roles
    cached = any(role.startswith("cache_") for role in roles)
    if cached and not guess.decided:
        how = "includes" if guess.input_includes_cache else "excludes"
        yield f"the sample has no total that shows it, so it is assumed that the input count {how} cached tokens."
    if not cached:
        yield "no count of cached tokens was found: what was served from the provider's cache stays unknown."
    yield from (f"no key looks like the {what}." for role, what in _WANTED.items() if role not in roles)
    if "dedup_key" in roles:
        yield f"calls with the same {dotted(roles['dedup_key'].key)} count once: it must be another one for each call."
    else:
        yield "no id of the answer was found: a call that is logged twice counts twice."
    if "reported_cost" in roles:
        yield "the currency of the logged cost is assumed to be USD."


def _columns(looked: Looked, guess: Guess) -> Iterator[str]:
    columns = list(_selected(looked, guess))
    yield "    file_id,"
    yield "    line,"
    for number, (name, expression) in enumerate(columns):
        yield f"    {expression} AS {name}{',' if number + 1 < len(columns) else ''}"


def _selected(looked: Looked, guess: Guess) -> Iterator[tuple[str, str]]:
    columns = {role: _sql((*looked.records, *leaf.key)) for role, leaf in guess.roles.items()}
    model = columns.get("response_model")
    if "started_at" in columns:
        yield "started_at", f"any_time({columns['started_at']})"
    if model:
        yield "response_model", model
    if "provider_name" in columns:
        yield "provider_name", f"provider_called({columns['provider_name']})"
    elif model:
        yield "provider_name", f"maker_of({model})"
    yield from _counts(columns, guess)
    yield from ((role, columns[role]) for role in _LABELS if role in columns)
    if "latency_ms" in columns:
        yield "latency_ms", f"round({columns['latency_ms']})::BIGINT"
    if "reported_cost" in columns:
        yield "reported_cost", f"strict_decimal({columns['reported_cost']})"
        yield "reported_currency", f"CASE WHEN {columns['reported_cost']} IS NOT NULL THEN 'USD' END"
    reasons = [
        f"{check}('{_quoted(guess.roles[role].key)}', {columns[role]})" for role, check in _CHECKED.items() if role in columns
    ]
    if reasons:
        yield "reject_reason", reasons[0] if len(reasons) == 1 else f"coalesce({', '.join(reasons)})"


def _counts(columns: dict[str, str], guess: Guess) -> Iterator[tuple[str, str]]:
    split = [columns[role] for role in _SPLIT_WRITES if role in columns]
    whole = columns.get(_WHOLE_WRITE)
    apart = [columns["cache_read_input_tokens"]] if "cache_read_input_tokens" in columns else []
    apart += [whole] if whole else split
    if "input_tokens" in columns:
        added = "" if guess.input_includes_cache else "".join(f" + coalesce({one}, 0)" for one in apart)
        yield "input_tokens", columns["input_tokens"] + added
    for role in ("cache_read_input_tokens", *_SPLIT_WRITES):
        if role in columns:
            yield role, columns[role]
    if whole:
        yield _WHOLE_WRITE, whole + "".join(f" - coalesce({one}, 0)" for one in split)
    if "output_tokens" in columns:
        thought = columns.get("reasoning_output_tokens")
        added = f" + coalesce({thought}, 0)" if thought and not guess.output_includes_reasoning else ""
        yield "output_tokens", columns["output_tokens"] + added
    if "reasoning_output_tokens" in columns:
        yield "reasoning_output_tokens", columns["reasoning_output_tokens"]


@cache
def _keywords() -> frozenset[str]:
    """Words that cannot name a column of DuckDB without quotes."""
    with duckdb.connect(":memory:") as database:
        found = database.execute("SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'")
        return frozenset(word for (word,) in found.fetchall())


def _sql(key: Key) -> str:
    return ".".join(
        step if _BARE.fullmatch(step) and step.lower() not in _keywords() else '"' + step.replace('"', '""') + '"' for step in key
    )


def _quoted(key: Key) -> str:
    """A key inside a text of SQL."""
    return ".".join(key).replace("'", "''")
