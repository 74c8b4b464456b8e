"""The checks on the result of a format's SELECT, as SQL: defaults, canonical types, slug and reason of a row that is rejected."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from logcost import meters, schema
from logcost.ingest.options import instant_sql, tags_sql, text_sql
from logcost.ingest.prompt_columns import COLUMN as PROMPT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from logcost.ingest.header import Format
    from logcost.ingest.options import Options

UNEXPECTED: Final = "unexpected"
"""Column of a result without some columns: the row has a value for one of them."""

EARLY: Final = "early"
"""Column of a result of which only records since an instant are wanted: the row started before."""

TOLD: Final = frozenset({"slug", "reason"})
"""Columns of a result that say what is wrong with a row."""

_ENGINE_COLUMNS: Final = frozenset({"source_id", "source_line"})
_OWN_COLUMNS: Final = frozenset({"file_id", "line", "reject_reason", PROMPT})
_INTEGERS: Final = frozenset(
    f"{sign}{size}" for sign in ("", "U") for size in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
)
_SMALL_INTEGERS: Final = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"})
"""Types whose values all fit into 64 bits with a sign."""

_LONG_NAMES: Final = {"TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE"}
"""Types that DuckDB writes in another way than the schema."""

_TIME_TOLERANCE: Final = "INTERVAL 2 DAY"
_EARLIEST_TIME: Final = "TIMESTAMPTZ '1970-01-01 00:00:00+00'"
"""Before it there is only the zero of a programming language (year 1 in Go) that stands for no time."""


@dataclass(frozen=True)
class Observed:
    """What is NULL in all rows: ``absent`` source columns with their SQL types, and ``empty`` columns of the result."""

    absent: Mapping[str, str] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()


NOTHING_OBSERVED: Final = Observed()


@dataclass(frozen=True)
class CheckedSelect:
    """A format's SELECT with its checks. ``types``: SQL types of the columns that the SELECT yields, by name."""

    declared: Format
    given: Options
    types: Mapping[str, str]

    def query(self, rows: str, observed: Observed = NOTHING_OBSERVED) -> str:
        """The whole query over the rows of a table or view.

        Columns: ``source_id``, ``source_line``, the canonical ones, ``slug`` and ``reason`` (NULL for a good row), ``EARLY``
        when only records since an instant are wanted. ``absent`` columns of the source are not read, and ``empty`` ones of the
        result not given: in their place stands ``UNEXPECTED``. ``slug`` and ``reason`` are empty together, or not.
        """
        values = self._values()
        chosen = ", ".join(f"{value} AS {name}" for name, value in values.items())
        reasons = self._reasons(frozenset(values), observed.empty)
        kept = [name for name in ("source_id", "source_line", *values) if name not in observed.empty]
        return (
            f"{selected(self.declared, self.given, rows, observed.absent)}, "
            f"completed AS (SELECT file_id AS source_id, line AS source_line, {self._own('reject_reason')} AS reject_reason, "
            f"{self._overflows()} AS too_large, {chosen} FROM selected) "
            f"SELECT {', '.join(kept)}{_told(reasons, observed.empty)}{self.early}{_unexpected(reasons, values, observed.empty)} "
            "FROM completed"
        )

    def yields(self, column: str) -> bool:
        """The result has this canonical column."""
        return column in self._values()

    def _values(self) -> dict[str, str]:
        """SQL of the canonical columns that are not left NULL; the ticket of a prompt is one of them."""
        found = {c.name: self._value(c.name, c.sql_type) for c in schema.TABLES[self.declared.table]}
        return {name: value for name, value in found.items() if value} | ({PROMPT: PROMPT} if PROMPT in self.types else {})

    def _own(self, column: str) -> str:
        return column if column in self.types else "NULL::VARCHAR"

    @property
    def early(self) -> str:
        """SQL of the column ``EARLY``, after a comma; nothing when all records are wanted."""
        since = self.given.since
        start = "started_at" if self.declared.table == "usage_record" else "period_start"
        return f", coalesce({start} < {instant_sql(since)}, false) AS {EARLY}" if since and self.yields(start) else ""

    def _value(self, name: str, sql_type: str) -> str | None:
        """SQL of one canonical column, or ``None`` when it is left NULL."""
        if name in _ENGINE_COLUMNS:
            return None
        cast = None
        if name in self.types:
            same = self.types[name] == _LONG_NAMES.get(sql_type, sql_type)
            cast = name if same else f"try_cast({name} AS {sql_type})"
        if filled := self._filled(name, cast or f"NULL::{sql_type}"):
            return filled
        if self.declared.table == "usage_record":
            if name == "grain" and cast is None:
                return f"'{self.declared.grain}'"
            if name == "requests" and cast is None and self.declared.grain == "request":
                return "1::BIGINT"
        return cast

    def _filled(self, name: str, stated: str) -> str | None:
        """SQL of a column that the caller fills where the record does not; ``stated``: what the record says."""
        given = self.given
        if name == "provider_name" and given.provider:
            # Under the name that the logs' own providers get: who says 'bedrock' means aws.bedrock.
            return f"coalesce({stated}, provider_called({text_sql(given.provider)}))"
        if name == "tags" and given.tags:
            return f"map_concat({tags_sql(given.tags)}, {stated})"
        return f"coalesce({stated}, {instant_sql(given.assumed)})" if name == "started_at" else None

    def _counts(self) -> list[str]:
        counts = [c.name for c in schema.TABLES[self.declared.table] if c.sql_type == "BIGINT"]
        return [name for name in counts if name in self.types and name not in _ENGINE_COLUMNS]

    def _overflows(self) -> str:
        """SQL: name of a count that is too large for its column; NULL for none."""
        cases = " ".join(
            f"WHEN {name} IS NOT NULL AND try_cast({name} AS BIGINT) IS NULL THEN '{name}'"
            for name in self._counts()
            if self.types[name] not in _SMALL_INTEGERS
        )
        return f"CASE {cases} END" if cases else "NULL::VARCHAR"

    def _reasons(self, yielded: frozenset[str], empty: frozenset[str]) -> list[tuple[str, str]]:
        """Slug and SQL of every check, in the order in which they are told; each SQL is NULL for a good row.

        Of ``empty`` columns the numbers are not checked: any number there is unexpected.
        """
        reasons = [("bad-value", "reject_reason"), ("bad-type", "too_large || ' is too large for a 64-bit whole number.'")]
        missing = " ".join(
            f"WHEN {name} IS NULL THEN '{name} is not stated, and this format needs it. Correct the line.'"
            if name in yielded
            else f"ELSE '{name} is not stated, and this format needs it. Correct the line.'"
            for name in self.declared.required
        )
        negative = " ".join(
            f"WHEN {name} < 0 THEN '{name} is ' || {name} || '; counts start at 0. Correct the line.'"
            for name in self._counts()
            if name not in empty
        )
        if missing:
            reasons.append(("missing-field", f"CASE {missing} END"))
        if negative:
            reasons.append(("negative-count", f"CASE {negative} END"))
        if self.declared.table == "usage_record":
            reasons.append(("impossible-count", f"{meters.impossible_sql(yielded - empty)} || ' Correct the line.'"))
            reasons += self._wrong_times()
        return reasons

    def _wrong_times(self) -> list[tuple[str, str]]:
        late = f"started_at > {instant_sql(self.given.now)} + {_TIME_TOLERANCE}"
        text = "strftime(started_at, '%Y-%m-%d %H:%M UTC')"
        told = f"'started_at is in the future (' || {text} || '). Correct the time, or the clock of this machine.'"
        early = f"'started_at is ' || {text} || ', before any such call. Correct the time, or leave it out if it is unknown.'"
        return [
            ("future-time", f"CASE WHEN {late} THEN {told} END"),
            ("bad-value", f"CASE WHEN started_at < {_EARLIEST_TIME} THEN {early} END"),
        ]


def selected(declared: Format, given: Options, rows: str, absent: Mapping[str, str]) -> str:
    """The WITH of a query over what the SELECT of a format yields (``selected``) for the rows of a table or view."""
    nulls = ", ".join(f'NULL::{sql_type} AS "{name}"' for name, sql_type in absent.items())
    columns = f"* REPLACE ({nulls})" if nulls else "*"
    source = f"SELECT {columns}, {instant_sql(given.assumed)} AS assumed_at FROM {rows}"
    return f"WITH source AS NOT MATERIALIZED ({source}), selected AS (\n{declared.select}\n)"


def wrong_columns(declared: Format, types: Mapping[str, str]) -> str | None:
    """What is wrong with the columns that a SELECT yields (their SQL types by name), or ``None``."""
    allowed = {*schema.column_names(declared.table)} - _ENGINE_COLUMNS | _OWN_COLUMNS
    if not {"file_id", "line"} <= set(types):
        return "The SELECT must yield file_id and line"
    if unknown := sorted(set(types) - allowed):
        return f"The SELECT yields {', '.join(unknown)}, which {declared.table} does not have"
    for column in schema.TABLES[declared.table]:
        if column.name in types and not _fits(types[column.name], column.sql_type):
            return f"{column.name} must be {column.sql_type}, the SELECT yields {types[column.name]}"
    return None


def _fits(found: str, wanted: str) -> bool:
    """A column of the SELECT may become the canonical one without loss (an untyped NULL always)."""
    if found in {wanted, '"NULL"', "NULL"}:
        return True
    if found == _LONG_NAMES.get(wanted):
        return True
    if wanted == "BIGINT":
        return found in _INTEGERS
    if wanted.startswith("DECIMAL"):
        return found.startswith("DECIMAL") or found in _INTEGERS
    return wanted == "VARCHAR" and found.startswith("ENUM")


def _told(reasons: list[tuple[str, str]], empty: frozenset[str]) -> str:
    """Columns ``slug`` and ``reason``. The words are put together for the rows that need them only."""
    if empty >= TOLD:
        return ""
    slugs = " ".join(f"WHEN ({why}) IS NOT NULL THEN '{slug}'" for slug, why in reasons)
    reason = f"coalesce({', '.join(why for _, why in reasons)})"
    return f", CASE {slugs} END AS slug, {reason} AS reason"


def _unexpected(reasons: list[tuple[str, str]], values: Mapping[str, str], empty: frozenset[str]) -> str:
    if not empty:
        return ""
    wanted = [name for name in values if name in empty] + ([why for _, why in reasons] if empty >= TOLD else [])
    return f", {' OR '.join(f'({one}) IS NOT NULL' for one in wanted)} AS {UNEXPECTED}"
