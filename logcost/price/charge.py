"""What each row of a usage frame costs: one row in, one row out, in exact integers, streaming.

Unpriced rows stay, with the reason; nothing is silently zero. A count that is NULL adds nothing. Rules and reasons are
explained in docs/prices.md.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

import polars as pl

from logcost import meters
from logcost.errors import MissingColumnError, UsageError
from logcost.price import plan as planning
from logcost.price.plan import KEYS, SHORTEST, UNSPLIT
from logcost.price.reasons import Case, any_of, case, reason_told, stated, which_case
from logcost.schema import CHARGE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from logcost.price.book import PriceBook
    from logcost.price.plan import Plan
    from logcost.price.reasons import Row

WRITES: Final = {
    "cache_creation_5m_input_tokens": "cache_write_5m",
    "cache_creation_30m_input_tokens": "cache_write_30m",
    "cache_creation_1h_input_tokens": "cache_write_1h",
    "cache_creation_12h_input_tokens": "cache_write_12h",
    "cache_creation_unsplit_input_tokens": UNSPLIT,
}
READ: Final = "cache_read_input_tokens"
INPUT_PARTS: Final = {"input_audio_tokens": "input_audio", "input_image_tokens": "input_image"}
OUTPUT_PARTS: Final = {"output_audio_tokens": "output_audio", "output_image_tokens": "output_image"}
REASONING: Final = "reasoning_output_tokens"
COUNTS: Final = ("input_tokens", READ, *WRITES, *INPUT_PARTS, "output_tokens", REASONING, *OUTPUT_PARTS, "web_search_requests")
_NO_TEXT: Final = pl.lit(None, dtype=pl.String)


def charges(usage: pl.LazyFrame, book: PriceBook, *, at: datetime | None = None) -> pl.LazyFrame:
    """Add ``schema.CHARGE_COLUMNS`` to a usage frame.

    ``usage`` has the columns of the ledger's ``usage_record``; every one is optional but a model and a token count are
    needed for a price. It is read once now, for its distinct names, and again when the result is collected. Rows keep
    their number and order. ``at``: price all rows with the rates of that instant instead of their own.
    Raises ``MissingColumnError`` when no column names the model, ``UsageError`` when a count is not of an integer type.
    """
    schema = usage.collect_schema()
    keys = _keys(schema.names())
    lasts = _lasts(schema.names()) if at is None else pl.lit(value=False)
    found = usage.select(**keys, _lasts=lasts).unique().collect(engine="streaming")
    prices = planning.plan(found.drop("_lasts").unique().iter_rows(), book)
    priced = _Pricing(schema, prices)
    reasons = priced.reasons()
    quoted = (
        usage.with_columns(**keys)
        .join(prices.targets.lazy(), on=list(KEYS), how="left", nulls_equal=True, maintain_order="left")
        .with_columns(_key=priced.key(at))
        .join(prices.quotes.lazy(), on="_key", how="left", maintain_order="left")
    )
    return (
        (_with_end_price(quoted, priced) if found["_lasts"].any() else quoted.with_columns(_straddles=_NO_TEXT))
        .with_columns(_is_long=priced.is_long(), _possible=priced.possible())
        .with_columns(_row=pl.when("_is_long").then("_long").otherwise("_base"))
        .join(
            prices.rates.lazy().rename({name: f"_r_{name}" for name in prices.rates.columns if name != "_row"}),
            on="_row",
            how="left",
            maintain_order="left",
        )
        .with_columns(_which=which_case(reasons))
        .with_columns(_unpriced=reason_told(reasons, pl.col("_which")))
        .with_columns(**priced.tokens(), **priced.costs())
        .select(*schema.names(), **priced.result())
    )


def _lasts(available: Collection[str]) -> pl.Expr:
    """Whether the row sums calls over a time: a bucket, or a row with an end of which nothing says that it is one call."""
    grain = pl.col("grain").cast(pl.String) if "grain" in available else _NO_TEXT
    ended = pl.col("ended_at").is_not_null() if "ended_at" in available else pl.lit(value=False)
    return (grain == "bucket") | (grain.is_null() & ended)


def _with_end_price(quoted: pl.LazyFrame, priced: _Pricing) -> pl.LazyFrame:
    """``_straddles``: why the row's first price need not be the price of all of it; NULL where it is.

    The last instant of a bucket has another price than its first; or it states no end, and the price changed after its start.
    """
    quotes, buckets = priced.prices.quotes, priced.prices.buckets
    ends = quotes.lazy().select(_end_key="_key", _end_price="_price")
    dated = quotes.lazy().filter(pl.col("_key") % buckets < buckets - 1).sort("_key")
    finals = dated.group_by(_target=pl.col("_key") // buckets).agg(_final_price=pl.col("_price").drop_nulls().last())
    changed = pl.col("_end_key").is_not_null() & pl.col("_end_price").ne_missing(pl.col("_price"))
    endless = priced.endless() & pl.col("_final_price").ne_missing(pl.col("_price"))
    return (
        quoted.with_columns(_end_key=priced.end_key())
        .join(ends, on="_end_key", how="left", maintain_order="left")
        .join(finals, on="_target", how="left", maintain_order="left")
        .with_columns(
            _straddles=pl.when(changed)
            .then(pl.lit("bucket-straddles-price-change"))
            .when(endless)
            .then(pl.lit("no-date: the bucket states no end, and the price has changed since its start"))
        )
    )


def _keys(available: Collection[str]) -> dict[str, pl.Expr]:
    models = [_said(name) for name in ("response_model", "request_model", "model") if name in available]
    if not models:
        raise MissingColumnError("No column names the model.", remedy="Give response_model or request_model.")
    stated = {"_provider": "provider_name", "_tier": "service_tier", "_region": "region"}
    others = {key: _said(name) if name in available else _NO_TEXT for key, name in stated.items()}
    ordered = {**others, "_model": pl.coalesce(models)}
    return {key: ordered[key] for key in KEYS}


def _said(name: str) -> pl.Expr:
    """A text column; an empty text says nothing."""
    text = pl.col(name).cast(pl.String)
    return pl.when(text.str.len_bytes() > 0).then(text)


def _rate(meter: str) -> pl.Expr:
    return pl.col(f"_r_{meter}")


class _Pricing:
    """The expressions, for the columns a frame has."""

    def __init__(self, schema: Mapping[str, pl.DataType | type[pl.DataType]], prices: Plan) -> None:
        self.schema = schema
        self.prices = prices
        self.given = {name for name in COUNTS if name in schema}
        self._rests = meters.expressions(schema.keys())
        self._check_counts()
        self._check_times()

    def count(self, name: str) -> pl.Expr:
        """A count; 0 where it is unknown or the frame does not have it."""
        return pl.col(name).cast(pl.Int64).fill_null(0) if name in self.given else pl.lit(0, dtype=pl.Int64)

    def _check_counts(self) -> None:
        """Counts are whole: a float would be cut off silently. A column of NULLs alone has no type yet."""
        wrong = sorted(name for name in self.given if not (self.schema[name].is_integer() or self.schema[name] == pl.Null))
        if wrong:
            raise UsageError(f"{', '.join(wrong)} must be of an integer type.", remedy="Cast it first.")

    def _check_times(self) -> None:
        """A number would be taken for microseconds whatever it counts, and a text is not read here."""
        times = [name for name in ("started_at", "ended_at") if name in self.schema]
        wrong = [name for name in times if not (self.schema[name].is_temporal() or self.schema[name] == pl.Null)]
        if wrong:
            raise UsageError(f"{', '.join(wrong)} must be a Datetime or a Date.", remedy="Cast it first.")

    def column(self, name: str, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
        """An optional column, NULL where the frame does not have it."""
        return pl.col(name) if name in self.schema else pl.lit(None, dtype=dtype)

    # --- where in time -------------------------------------------------------------------------------------------

    def key(self, at: datetime | None) -> pl.Expr:
        """Number of the target's quote when the row starts (or at ``at``)."""
        return self._quote_number(self._utc(pl.lit(at)) if at is not None else self._start())

    def end_key(self) -> pl.Expr:
        """The same at the last instant of a bucket; NULL for one call, and where the end is not stated."""
        last = self._utc(self.column("ended_at", pl.Datetime("us", "UTC"))) - timedelta(microseconds=1)
        return pl.when(_lasts(self.schema.keys()) & (last > self._start())).then(self._quote_number(last))

    def endless(self) -> pl.Expr:
        """A bucket that starts and states no end."""
        end = self.column("ended_at", pl.Datetime("us", "UTC"))
        return _lasts(self.schema.keys()) & self._start().is_not_null() & end.is_null()

    def _start(self) -> pl.Expr:
        return self._utc(self.column("started_at", pl.Datetime("us", "UTC")))

    def _utc(self, column: pl.Expr) -> pl.Expr:
        return column.cast(pl.Datetime("us", "UTC"))

    def _quote_number(self, instant: pl.Expr) -> pl.Expr:
        edges = self.prices.instants
        bucket = instant.map_batches(
            lambda when: edges.search_sorted(when, side="right"), is_elementwise=True, return_dtype=pl.UInt32
        )
        undated = pl.lit(self.prices.buckets - 1, dtype=pl.Int64)
        dated = pl.when(instant.is_null()).then(undated).otherwise(bucket.cast(pl.Int64))
        return pl.col("_target") * self.prices.buckets + dated

    def is_long(self) -> pl.Expr:
        """Whether the long-context tier holds; NULL where a bucket cannot tell."""
        prompt, above = self.count("input_tokens"), pl.col("_above")
        stated = self.column("long_context", pl.Boolean)
        one_call = (self.column("grain", pl.String).fill_null("request") != "bucket") | (self.column("requests", pl.Int64) == 1)
        return (
            pl.when(above.is_null())
            .then(pl.lit(value=False))
            .when(stated.is_not_null())
            .then(stated)
            .when(prompt <= above)
            .then(pl.lit(value=False))
            .when(one_call)
            .then(pl.lit(value=True))
        )

    # --- why not -------------------------------------------------------------------------------------------------

    def possible(self) -> pl.Expr:
        """Whether no count is negative and no part is larger than its whole."""
        return ~any_of(self._impossible())

    def reasons(self) -> list[Case]:
        """Why a row is not priced: the first that applies, and none does when it is."""
        nothing = [self.column(name, pl.Int64).is_null() for name in self._billed()]
        # 0 searches are no usage: a log that states them beside unknown tokens would be priced as free.
        nothing.append(self.count("web_search_requests") == 0)
        return [
            stated("_static"),
            *self._impossible(),
            stated("_reason"),
            stated("_straddles"),
            case(pl.col("_is_long").is_null(), "bucket-straddles-tier"),
            case(pl.col("_is_long") & pl.col("_long").is_null(), lambda row: row("_long_reason")),
            *self._meters_without_rate(),
            *self._other_units(),
            case(pl.all_horizontal(nothing), "no-token-counts: neither input_tokens nor output_tokens is stated"),
        ]

    def _impossible(self) -> list[Case]:
        negative = [case(pl.col(name) < 0, partial(_tell_negative, name)) for name in sorted(self.given)]
        if "other_units" in self.schema:
            below = self._units().list.eval(pl.element().struct.field("value") < 0).list.any()
            negative.append(case(below, "impossible-counts: a count of other_units is negative"))
        wholes = []
        for part in meters.partitions():
            parts = [name for name in part.parts if name in self.given]
            if parts:
                missing = pl.col(part.whole).is_null() if part.whole in self.given else pl.lit(value=True)
                wholes.append(case(missing & (self._sum(parts) > 0), f"no-token-counts: {part.whole} is not stated"))
            if parts and part.whole in self.given:
                wholes.append(case(self._sum(parts) > pl.col(part.whole), partial(_tell_excess, part.whole, parts)))
        return [*negative, *wholes]

    def _sum(self, parts: list[str]) -> pl.Expr:
        """Sum of counts; in 128 bit where there are several, since hostile counts would wrap silently."""
        counts = [self.count(name) for name in parts]
        return counts[0] if len(counts) == 1 else pl.sum_horizontal(count.cast(pl.Int128) for count in counts)

    def _billed(self) -> list[str]:
        return [
            "input_tokens",
            "output_tokens",
            *(["other_units"] if "other_units" in self.schema else []),
        ]

    def _meters_without_rate(self) -> list[Case]:
        given = {name: meter for name, meter in {READ: "cache_read", **WRITES, **OUTPUT_PARTS}.items() if name in self.given}
        parts = {name: meter for name, meter in INPUT_PARTS.items() if name in self.given}
        cases = [(self._text_input(), "input", "input_tokens"), (self._text_output(), "output", "output_tokens")]
        cases += [(self.count(name), meter, name) for name, meter in given.items()]
        cases += [(self._part(name, meter, "input"), meter, name) for name, meter in parts.items()]
        cases += [(self.count(name), f"fee:{name}", name) for name in ("web_search_requests",) if name in self.given]
        missing = [case((tokens > 0) & _rate(meter).is_null(), partial(_tell_meter, name)) for tokens, meter, name in cases]
        cached = [name for name in (READ, *WRITES) if name in self.given]
        mixed = [
            case(
                (self._part(name, meter, "input") > 0) & (self._sum(cached) > 0),
                partial(_tell_meter, f"{name} with cached input"),
            )
            for name, meter in parts.items()
            if cached
        ]
        overlap = "impossible-counts: reasoning, audio and image tokens together are more than output_tokens"
        return [*missing, *mixed, case(self._text_output() < 0, overlap)]

    def _other_units(self) -> list[Case]:
        """Units without a fee: those for which the book knows a fee by model, all others at once."""
        if "other_units" not in self.schema:
            return []
        used = self._units().list.filter(pl.element().struct.field("value") > 0).list.eval(pl.element().struct.field("key"))
        unknown = used.list.set_difference(pl.lit(list(self.prices.units), dtype=pl.List(pl.String))).list.sort().list.first()
        known = [
            case((self._unit(name) > 0) & _rate(f"fee:{name}").is_null(), partial(_tell_meter, name))
            for name in self.prices.units
        ]
        return [*known, case(unknown.is_not_null(), lambda _: pl.format("meter-not-priced: {}", unknown))]

    def _units(self) -> pl.Expr:
        return pl.col("other_units").cast(pl.List(pl.Struct({"key": pl.String, "value": pl.Int64})))

    def _unit(self, name: str) -> pl.Expr:
        """How many of one of the other units; 0 when the row has none of it."""
        if "other_units" not in self.schema:
            return pl.lit(0, dtype=pl.Int64)
        mine = self._units().list.filter(pl.element().struct.field("key") == name)
        return mine.list.eval(pl.element().struct.field("value")).list.sum().fill_null(0)

    def _fee_count(self, name: str) -> pl.Expr:
        own = self.count(name) if name in COUNTS else pl.lit(0, dtype=pl.Int64)
        return own + self._unit(name)

    # --- how much ------------------------------------------------------------------------------------------------

    def tokens(self) -> dict[str, pl.Expr]:
        """The two token columns of the charge."""
        wanted = ("uncached_input_tokens", "cache_creation_input_tokens")
        return {f"_{name}": pl.when("_possible").then(self._rests[name]) for name in wanted}

    def _part(self, name: str, meter: str, whole: str) -> pl.Expr:
        """A count that has its own rate; 0 where it is charged like the rest of its whole."""
        alike = _rate(meter).eq(_rate(whole)).fill_null(value=False)
        return pl.when(alike).then(pl.lit(0, dtype=pl.Int64)).otherwise(self.count(name))

    def _text_input(self) -> pl.Expr:
        """Uncached input that is charged at the text rate."""
        rest = self._rests["uncached_input_tokens"].fill_null(0)
        for name, meter in INPUT_PARTS.items():
            rest = rest - self._part(name, meter, "input") if name in self.given else rest
        return rest

    def _reasoning(self) -> pl.Expr:
        """Reasoning tokens where they have a rate of their own; else they are output like any other."""
        own = _rate("reasoning").is_not_null()
        return pl.when(own).then(self.count(REASONING)).otherwise(pl.lit(0, dtype=pl.Int64))

    def _text_output(self) -> pl.Expr:
        rest = self.count("output_tokens")
        rest = rest - self._reasoning() if REASONING in self.given else rest
        for name in OUTPUT_PARTS:
            rest = rest - self.count(name) if name in self.given else rest
        return rest

    def costs(self) -> dict[str, pl.Expr]:
        """Exact femto-USD of each group."""
        given = self.given
        parts = [(self._part(name, meter, "input"), meter) for name, meter in INPUT_PARTS.items() if name in given]
        outputs = [(self.count(name), meter) for name, meter in OUTPUT_PARTS.items() if name in given]
        outputs += [(self._reasoning(), "reasoning")] if REASONING in given else []
        return {
            "_input_cost_fusd": _sum_of([(self._text_input(), "input"), *parts]),
            "_cache_read_cost_fusd": _sum_of([(self.count(READ), "cache_read")]),
            "_cache_write_cost_fusd": _sum_of([(self.count(name), meter) for name, meter in WRITES.items() if name in given]),
            "_output_cost_fusd": _sum_of([(self._text_output(), "output"), *outputs]),
            "_unit_cost_fusd": _sum_of([(self._fee_count(name), f"fee:{name}") for name in self.prices.units]),
        }

    def result(self) -> dict[str, pl.Expr]:
        """``schema.CHARGE_COLUMNS``, in order."""
        costs = [name for name in CHARGE_COLUMNS if name.endswith("_cost_fusd") and name != "list_cost_fusd"]
        rates = {"input": "input", "cache_read": "cache_read", "cache_write": SHORTEST, "output": "output"}
        found = {name: pl.col(f"_{name}") for name in ("uncached_input_tokens", "cache_creation_input_tokens")}
        priced = {name: pl.col(f"_{name}") for name in costs}
        priced["list_cost_fusd"] = pl.sum_horizontal(pl.col(f"_{name}") for name in costs)
        priced |= {f"{group}_rate_fusd": _rate(meter) for group, meter in rates.items()}
        priced |= {name: pl.col(f"_r_{name}") for name in ("price_provider", "price_model", "price_id", "price_confidence")}
        found |= {name: pl.when(pl.col("_unpriced").is_null()).then(value) for name, value in priced.items()}
        found["unpriced_reason"] = pl.col("_unpriced")
        return {name: found[name].cast(getattr(pl, dtype)) for name, dtype in CHARGE_COLUMNS.items()}


def _sum_of(parts: list[tuple[pl.Expr, str]]) -> pl.Expr:
    products = [tokens.cast(pl.Int128) * _rate(meter).cast(pl.Int128).fill_null(0) for tokens, meter in parts]
    return pl.sum_horizontal(products) if products else pl.lit(0, dtype=pl.Int128)


def _tell_negative(name: str, row: Row) -> pl.Expr:
    return pl.format(f"impossible-counts: {name} ({{}}) is negative", row(name))


def _tell_excess(whole: str, parts: list[str], row: Row) -> pl.Expr:
    names = [pl.when(row(name) > 0).then(pl.lit(name)) for name in parts]
    numbers = [pl.when(row(name) > 0).then(row(name).cast(pl.String)) for name in parts]
    joined = [pl.concat_str(told, separator=" + ", ignore_nulls=True) for told in (names, numbers)]
    return pl.format(f"impossible-counts: {{}} ({{}}) is more than {whole} ({{}})", *joined, row(whole))


def _tell_meter(what: str, row: Row) -> pl.Expr:
    """``mode-not-priced: batch with cache_read_input_tokens``, or ``meter-not-priced: ...`` in the standard mode."""
    tags = row("_r_price_id").str.extract(r"\+(.*)$")
    told = pl.format(f"mode-not-priced: {{}} with {what}", tags)
    return pl.when(tags.is_not_null()).then(told).otherwise(pl.lit(f"meter-not-priced: {what}"))
