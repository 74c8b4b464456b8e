"""The columns of a usage frame as expressions: which counts it has and needs, its names, and when its calls were made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from logcost import meters
from logcost.errors import MissingColumnError, UsageError
from logcost.price.plan import KEYS, Seen
from logcost.schema import CHARGE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

INPUT: Final = "input_tokens"
OUTPUT: Final = "output_tokens"
READ: Final = "cache_read_input_tokens"
WRITES: Final = {
    "cache_creation_5m_input_tokens": "cache_write_5m",
    "cache_creation_30m_input_tokens": "cache_write_30m",
    "cache_creation_1h_input_tokens": "cache_write_1h",
    "cache_creation_12h_input_tokens": "cache_write_12h",
    "cache_creation_unsplit_input_tokens": "cache_write_unsplit",
}
INPUT_PARTS: Final = {
    "input_audio_tokens": "input_audio",
    "input_image_tokens": "input_image",
    "input_video_tokens": "input_video",
}
READ_PARTS: Final = {"cache_read_audio_tokens": "cache_read_audio", "cache_read_image_tokens": "cache_read_image"}
"""Parts of what was read from a cache, which are parts of the input of that kind as well (``READ_OF``)."""

READ_OF: Final = {"input_audio_tokens": "cache_read_audio_tokens", "input_image_tokens": "cache_read_image_tokens"}
OUTPUT_PARTS: Final = {"output_audio_tokens": "output_audio", "output_image_tokens": "output_image"}
REASONING: Final = "reasoning_output_tokens"
SEARCHES: Final = "web_search_requests"
UNITS: Final = "other_units"
COUNTS: Final = (INPUT, READ, *READ_PARTS, *WRITES, *INPUT_PARTS, OUTPUT, REASONING, *OUTPUT_PARTS, SEARCHES)

LARGEST: Final = 2**53
"""A count above this is no count: JSON and spreadsheets lose digits there, and no provider has sold as many tokens in a row."""

MODELS: Final = ("response_model", "request_model", "model")
"""Who names the model: the first that says anything."""

_TIME: Final = pl.Datetime("us", "UTC")
_TICK: Final = timedelta(microseconds=1)
_FIRST, _LAST = (pl.lit(edge, dtype=_TIME) for edge in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)))
"""Python knows no instants outside of these; a mistaken unit makes some, which are before or after all prices anyhow."""


WIDE: Final = (pl.UInt64, pl.Int128, pl.UInt128)
"""Types of counts that may be beyond 64 bits."""


def set_aside(schema: Mapping[str, pl.DataType]) -> dict[str, str]:
    """Columns of a frame that are to have another name while it is priced: name -> that name.

    They are those that may be called like one of our own, which all begin with ``_``, and counts too wide to count with.
    """
    wide = {name for name, dtype in schema.items() if name in COUNTS and dtype in WIDE}
    return {name: f"own {name}" for name in schema if name.startswith("_") or name in wide}


def narrow(name: str) -> pl.Expr:
    """A wide count that was set aside as one of 64 bits; one beyond them is as impossible as the largest that has them."""
    count = pl.col(f"own {name}")
    kept = pl.when(count < 0).then(-1).otherwise(count.cast(pl.Int64, strict=False))
    return pl.when(count > LARGEST).then(2**63 - 1).otherwise(kept).cast(pl.Int64).alias(name)


class Columns:
    """Expressions over a frame with this schema. ``at``: the instant whose prices hold for all rows."""

    def __init__(self, schema: Mapping[str, pl.DataType | type[pl.DataType]], at: datetime | None) -> None:
        self.schema = schema
        self.at = at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at
        self.given = {name for name in COUNTS if name in schema}
        self.units: list[str] = []
        self.some_wrong = True
        self.some_undated = True
        self._check_added()
        self._check_counts()
        self._check_times()
        self._check_words()

    def _check_added(self) -> None:
        """A column that is added cannot be there already: it may be of an earlier pricing."""
        if added := sorted(set(self.schema) & set(CHARGE_COLUMNS)):
            remedy = "Drop or rename it; cache writes whose lifetime is not known are cache_creation_unsplit_input_tokens."
            raise UsageError(f"{', '.join(added)} would be added by pricing and is in the frame already.", remedy=remedy)

    def _check_counts(self) -> None:
        """Counts are whole: a float would be cut off silently. A column of NULLs alone has no type yet."""
        wrong = sorted(name for name in self.given if not (self.schema[name].is_integer() or self.schema[name] == pl.Null))
        if wrong:
            raise UsageError(f"{', '.join(wrong)} must be of an integer type.", remedy="Cast it first.")

    def _check_times(self) -> None:
        """A number would be taken for microseconds whatever it counts, and a text is not read here.

        ``at`` without a zone is UTC, as are times in the frame.
        """
        times = [name for name in ("started_at", "ended_at") if name in self.schema]
        wrong = [name for name in times if self.schema[name].base_type() not in {pl.Datetime, pl.Date, pl.Null}]
        if wrong:
            raise UsageError(f"{', '.join(wrong)} must be a Datetime or a Date.", remedy="Cast it first.")

    def _check_words(self) -> None:
        """What a text or a number would mean here nobody says."""
        if self.schema.get("long_context", pl.Null) not in {pl.Boolean, pl.Null}:
            raise UsageError("long_context must be a Boolean.", remedy="Cast it first.")
        requests = self.schema.get("requests", pl.Null)
        if not (requests.is_numeric() or requests == pl.Null):
            raise UsageError("requests must be a number.", remedy="Cast it first.")

    # --- names -----------------------------------------------------------------------------------------------------

    def keys(self) -> dict[str, pl.Expr]:
        """The columns that name what is priced, as text, under names of their own: those of ``KEYS`` that the frame has.

        Raises ``MissingColumnError`` where no column names the model.
        """
        if not any(name in self.schema for name in MODELS):
            raise MissingColumnError("No column names the model.", remedy="Give response_model or request_model.")
        return {f"_{name}": pl.col(name).cast(pl.String) for name in KEYS if name in self.schema}

    # --- what the frame holds ----------------------------------------------------------------------------------------

    def seen(self) -> dict[str, pl.Expr]:
        """Aggregates of the first pass: the times of ``plan.Seen``, and what ``learn`` wants to know."""
        start, sums = self._start(), self.sums()
        last = start.max()
        if "ended_at" in self.schema:
            last = pl.max_horizontal(last, self._end().max() - _TICK)
        units = pl.col(UNITS).is_not_null().any() if UNITS in self.schema else pl.lit(value=False)
        return {
            "start": start.min().clip(_FIRST, _LAST),
            "last": last.clip(_FIRST, _LAST),
            "endless": (sums & start.is_not_null() & self._end().is_null()).any() if self._can_sum() else pl.lit(value=False),
            "undated": start.null_count() > 0,
            "sums": sums.any() if self._can_sum() else pl.lit(value=False),
            "units": units,
            "wrong": (~self.possible() | self.nothing()).any(),
            **{f"max {name}": pl.col(name).max() for name in sorted(self.given - {INPUT, OUTPUT})},
        }

    def learn(self, seen: pl.DataFrame, units: pl.LazyFrame) -> list[Seen]:
        """What the first pass found. Counts that are 0 or unknown in every row need no further thought.

        ``units`` gives the names of other units, and is read only where there are any.
        """
        self.some_wrong = bool(seen["wrong"].any()) or bool(seen["units"].any())
        self.some_undated = self.at is None and bool(seen["undated"].any())
        nothing = {name for name in self.given - {INPUT, OUTPUT} if not seen[f"max {name}"].max()}
        if not self.some_wrong:
            self.given -= nothing
        if seen["units"].any():
            keys = self.unit_list().list.eval(pl.element().struct.field("key")).explode()
            self.units = units.select(keys.unique().drop_nulls().sort()).collect(engine="streaming").to_series().to_list()
        return [self._seen(row) for row in seen.iter_rows(named=True)]

    def _seen(self, row: Mapping[str, Any]) -> Seen:
        key = tuple(row.get(f"_{name}") for name in KEYS)
        model = next((said for name in MODELS if (said := row.get(f"_{name}"))), None)
        provider, tier, region = (row.get(f"_{name}") or None for name in ("provider_name", "service_tier", "region"))
        if self.at is not None:
            return Seen(key, provider, model, tier, region, self.at, self.at, undated=False)
        last = None if row["endless"] else row["last"]
        return Seen(key, provider, model, tier, region, row["start"], last, undated=row["undated"])

    # --- when --------------------------------------------------------------------------------------------------------

    def column(self, name: str, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
        """An optional column, NULL where the frame does not have it."""
        return pl.col(name) if name in self.schema else pl.lit(None, dtype=dtype)

    def _start(self) -> pl.Expr:
        return self.column("started_at", _TIME).cast(_TIME)

    def _end(self) -> pl.Expr:
        return self.column("ended_at", _TIME).cast(_TIME)

    def instant(self) -> pl.Expr:
        """When the row starts, or ``at``."""
        return self._start() if self.at is None else pl.lit(self.at).cast(_TIME)

    def last(self) -> pl.Expr:
        """The last instant of an aggregated row; of any other, and of one without an end, its start; or ``at``."""
        if self.at is not None:
            return self.instant()
        last = self._end() - _TICK
        return pl.when(self.sums() & (last > self._start())).then(last).otherwise(self._start())

    def hour(self) -> pl.Expr:
        """When the row starts, for the hours of the day: its own time even under ``at``, if it has one."""
        return self._start() if self.at is None else self._start().fill_null(pl.lit(self.at).cast(_TIME))

    def last_hour(self) -> pl.Expr:
        """The last instant for the hours of the day."""
        last = self._end() - _TICK
        return pl.when(self.sums() & (last > self._start())).then(last).otherwise(self.hour())

    def sums(self) -> pl.Expr:
        """Whether the row sums calls over a time: a bucket, or a row with an end or several calls of which nothing is said."""
        several = (self.column("requests", pl.Int64) > 1).fill_null(value=False)
        return ((self._grain() == "bucket") | (self._grain().is_null() & (self._end().is_not_null() | several))).fill_null(
            value=False
        )

    def one_call(self) -> pl.Expr:
        """Whether the counts are those of one prompt."""
        said = self._grain() != "bucket"
        return (self.column("requests", pl.Int64) == 1).fill_null(said.fill_null(self._end().is_null()))

    def _grain(self) -> pl.Expr:
        return self.column("grain", pl.String).cast(pl.String)

    def _can_sum(self) -> bool:
        return not {"grain", "ended_at", "requests"}.isdisjoint(self.schema)

    def endless(self) -> pl.Expr:
        """A bucket that starts and states no end."""
        return self.unbounded() & self._start().is_not_null() if self.at is None else pl.lit(value=False)

    def unbounded(self) -> pl.Expr:
        """A bucket whose calls may have been made at any hour of the day, as it states no start or no end."""
        return self.sums() & (self._start().is_null() | self._end().is_null())

    # --- counts ------------------------------------------------------------------------------------------------------

    def count(self, name: str) -> pl.Expr:
        """A count; 0 where it is unknown or the frame does not have it."""
        return pl.col(name).cast(pl.Int64).fill_null(0) if name in self.given else pl.lit(0, dtype=pl.Int64)

    def total(self, names: list[str]) -> pl.Expr:
        """Sum of counts: with each at most ``LARGEST`` it does not wrap, and a row with a larger one is refused."""
        return pl.sum_horizontal([self.count(name) for name in names]) if names else pl.lit(0, dtype=pl.Int64)

    def unit(self, name: str) -> pl.Expr:
        """How many of one of the other units; 0 when the row has none of it."""
        if name not in self.units:
            return pl.lit(0, dtype=pl.Int64)
        mine = self.unit_list().list.filter(pl.element().struct.field("key") == name)
        return mine.list.eval(pl.element().struct.field("value")).list.sum().fill_null(0)

    def any_unit(self, wrong: pl.Expr) -> pl.Expr:
        """Whether the count of any of the other units is so."""
        return self.unit_list().list.eval(pl.element().struct.field("value")).list.eval(wrong).list.any()

    def unit_list(self) -> pl.Expr:
        """The other units as a list of key and value."""
        return pl.col(UNITS).cast(_UNIT_LIST)

    def partitions(self) -> list[tuple[str, list[str]]]:
        """The wholes with the parts that the frame has."""
        found = [(one.whole, [name for name in one.parts if name in self.given]) for one in meters.partitions()]
        return [(whole, parts) for whole, parts in found if parts]

    def input_parts(self) -> list[str]:
        """The kinds of input that the frame tells apart."""
        return [name for name in INPUT_PARTS if name in self.given]

    def unread(self) -> list[str]:
        """Columns that matter although they count nothing in this frame: whether they are stated."""
        return [name for name in READ_OF.values() if name in self.schema]

    def possible(self) -> pl.Expr:
        """Whether no count is negative or beyond counting, and no part is larger than its whole."""
        if not self.some_wrong:
            return pl.lit(value=True)
        wrong = [self.wrong(name) for name in sorted(self.given)]
        for whole, parts in self.partitions():
            stated = pl.col(whole).cast(pl.Int64).fill_null(0) if whole in self.schema else pl.lit(0, dtype=pl.Int64)
            wrong.append(self.total(parts) > stated)
        if self.units:
            wrong += [self.any_unit(pl.element() < 0), self.any_unit(pl.element() > LARGEST)]
        return ~pl.any_horizontal([pl.lit(value=False), *(one.fill_null(value=False) for one in wrong)])

    def wrong(self, name: str) -> pl.Expr:
        """Whether a count is negative or beyond counting."""
        return (pl.col(name) < 0) | (pl.col(name) > LARGEST)

    def nothing(self) -> pl.Expr:
        """Whether the row states nothing that could be billed: 0 searches beside unknown tokens are no usage."""
        unknown = [pl.col(name).is_null() for name in (INPUT, OUTPUT) if name in self.schema]
        unknown += [~self.any_unit(pl.element() > 0).fill_null(value=False)] if self.units else []
        return pl.all_horizontal([*unknown, self.count(SEARCHES) == 0])


_UNIT_LIST: Final = pl.List(pl.Struct({"key": pl.String, "value": pl.Int64}))
