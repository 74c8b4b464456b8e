"""The text of a declaration: head and SELECT, each column beside the key it was taken from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from logcost.errors import UnknownFormatError
from logcost.ingest.draft.checks import checks_of, periods_include_their_end
from logcost.ingest.draft.guess import NUMERIC, WHOLE
from logcost.ingest.draft.names import dotted, escaped, quoted, sql
from logcost.ingest.draft.numbers import PLAIN, Notation, amount_sql, currency, notations
from logcost.ingest.draft.times import Form, form

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logcost.ingest.draft.guess import Guess
    from logcost.ingest.draft.sample import Leaf, Looked
    from logcost.ingest.header import Key

_NAMED: Final = 6
"""So many of the keys that hold whole numbers are named where none looks like a count of tokens."""
_LABELS: Final = ("service_tier", "user_id", "session_id", "project", "workload", "api_key_id", "dedup_key")
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
            f"No key of this sample looks like a token count.{_numbers_of(looked)}",
            path=path,
            remedy="Give a sample with calls, or write the declaration by hand: docs/formats-grammar.md.",
        )
    checks = tuple(checks_of(guess))
    text = "\n".join([*_head(looked, guess, name), *_comment(checks), "SELECT", *_columns(guess), "FROM source", ""])
    found = tuple((role, dotted(leaf.key)) for role, leaf in roles.items())
    return Draft(text, found, checks)


def _numbers_of(looked: Looked) -> str:
    """The keys that hold whole numbers, by which a reader may tell which are meant."""
    keys = [
        dotted(leaf.key)
        for leaf in looked.leaves
        if any(value is not None for value in leaf.values) and notations(leaf.values, whole=True)
    ]
    more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    return f" Whole numbers stand at {', '.join(keys[:_NAMED])}{more}." if keys else " It has no key with whole numbers."


def _head(looked: Looked, guess: Guess, name: str) -> Iterator[str]:
    roles = guess.roles
    counted = [roles[role] for role in ("input_tokens", "output_tokens") if role in roles]
    telling = [*counted, *(roles[role] for role in ("response_model", "requests") if role in roles)]
    yield "/* logcost"
    yield f'format   = "{name}"'
    yield f'title    = "{name}: calls of our own application"'
    yield f'reader   = "{looked.reader}"'
    yield f"identify = {_list((*leaf.array, *leaf.key) for leaf in telling)}"
    if guess.sums:
        yield 'grain    = "bucket"'
    if looked.records:
        yield f'records  = "{escaped(".".join(f"{dotted((step,))}[]" for step in looked.records))}"'
    elif looked.reader != "csv":
        yield f"keep     = {_list(leaf.key for leaf in counted)}"
    yield ""
    if not looked.records:
        yield "[fields]"
        yield from _fields(guess, ())
    for depth in range(len(looked.records)):
        array = looked.records[: depth + 1]
        yield f"[[fields.{dotted(array)}]]"
        yield from _fields(guess, array)
    yield "*/"


def _list(keys: Any) -> str:
    written = map(dotted, keys)
    # The quotes that TOML takes literally keep a quoted step readable.
    return "[" + ", ".join(f"'{key}'" if '"' in key and "'" not in key else f'"{escaped(key)}"' for key in written) + "]"


def _fields(guess: Guess, array: Key) -> Iterator[str]:
    declared = {leaf.key: _type(role, leaf) for role, leaf in guess.roles.items() if role != "total" and leaf.array == array}
    for key, kind in declared.items():
        yield f'{dotted(key)} = "{kind}"'


def _type(role: str, leaf: Leaf) -> str:
    if role in {"started_at", "ended_at"}:
        return "time"
    if role in NUMERIC and _notation(role, leaf) != PLAIN:
        return "str"
    if role == "reported_cost":
        return "decimal"
    if role == "latency_ms":
        return "float"
    return "int" if role in WHOLE else "id"


def _notation(role: str, leaf: Leaf) -> Notation:
    """How the values of a number are written; where that can be two things, the likelier."""
    return next(iter(notations(leaf.values, whole=role in WHOLE)), PLAIN)


def _comment(checks: Sequence[str]) -> Iterator[str]:
    yield "-- Written by looking at a sample. Read every line; the grammar is in docs/formats-grammar.md."
    yield from (f"-- CHECK: {text}" for text in checks)


def _columns(guess: Guess) -> Iterator[str]:
    columns = list(_selected(guess))
    yield "    file_id,"
    yield "    line,"
    for number, (name, expression) in enumerate(columns):
        yield f"    {expression} AS {name}{',' if number + 1 < len(columns) else ''}"


def _selected(guess: Guess) -> Iterator[tuple[str, str]]:
    keys = {role: sql(leaf) for role, leaf in guess.roles.items()}
    model = keys.get("response_model")
    yield from _times(guess, keys)
    if model:
        yield "response_model", model
    if "provider_name" in keys:
        yield "provider_name", f"provider_called({keys['provider_name']})"
    elif model:
        yield "provider_name", f"maker_of({model})"
    if "requests" in keys:
        yield "requests", _whole(guess, keys, "requests")
    yield from _counts({role: _whole(guess, keys, role) for role in keys if role in WHOLE}, guess)
    yield from ((role, keys[role]) for role in _LABELS if role in keys)
    if "latency_ms" in keys:
        yield "latency_ms", f"round({_number(guess, keys, 'latency_ms')})::BIGINT"
    if "reported_cost" in keys:
        yield "reported_cost", _number(guess, keys, "reported_cost")
        cost = guess.roles["reported_cost"]
        said = currency(cost.key[-1], cost.values) or "USD"
        yield "reported_currency", f"CASE WHEN {keys['reported_cost']} IS NOT NULL THEN '{said}' END"
    reasons = list(_reasons(guess, keys))
    if reasons:
        yield "reject_reason", reasons[0] if len(reasons) == 1 else f"coalesce({', '.join(reasons)})"


def _times(guess: Guess, keys: dict[str, str]) -> Iterator[tuple[str, str]]:
    if "started_at" not in keys:
        return
    starts = _form(guess.roles["started_at"])
    yield "started_at", starts.sql(keys["started_at"])
    if not guess.sums:
        return
    if "ended_at" in keys:
        end = guess.roles["ended_at"]
        included = " + INTERVAL 1 DAY" if periods_include_their_end(guess) else ""
        yield "ended_at", _form(end).sql(keys["ended_at"]) + included
    elif starts.span:
        yield "ended_at", f"{starts.sql(keys['started_at'])} + INTERVAL 1 {starts.span}"


def _form(leaf: Leaf) -> Form:
    return form(leaf.values) or Form()


def _whole(guess: Guess, keys: dict[str, str], role: str) -> str:
    """SQL of a count; one that is written with signs between its thousands is text until here."""
    notation = _notation(role, guess.roles[role])
    return keys[role] if notation == PLAIN else f"strict_int({amount_sql(notation, keys[role], guess.roles[role].values)})"


def _number(guess: Guess, keys: dict[str, str], role: str) -> str:
    notation = _notation(role, guess.roles[role])
    if notation != PLAIN:
        return amount_sql(notation, keys[role], guess.roles[role].values)
    return keys[role] if role == "latency_ms" else f"strict_decimal({keys[role]})"


def _reasons(guess: Guess, keys: dict[str, str]) -> Iterator[str]:
    """Why a record is rejected: what is stated and cannot be read must not look as if it were not stated."""
    for role in ("started_at", "ended_at"):
        if role in keys:
            yield _form(guess.roles[role]).reason(quoted(guess.roles[role].key), keys[role])
    for role, leaf in guess.roles.items():
        notation = _notation(role, leaf) if role in NUMERIC else PLAIN
        if notation != PLAIN and role != "total":
            number = "bad_int" if role in WHOLE else "bad_decimal"
            amount = amount_sql(notation, keys[role], guess.roles[role].values)
            yield f"CASE WHEN {keys[role]} IS NOT NULL THEN {number}('{quoted(leaf.key)}', coalesce({amount}::VARCHAR, '?')) END"
        elif role == "reported_cost":
            yield f"bad_decimal('{quoted(leaf.key)}', {keys[role]})"


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
