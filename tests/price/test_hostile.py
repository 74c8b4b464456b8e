"""Frames that nobody meant well: names of columns like our own, wide counts, mistaken times, sums with half of their facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from logcost.errors import PriceBookError, UsageError
from logcost.price import PriceBook, charges, price
from logcost.price.columns import COUNTS
from logcost.price.plan import NameIndex, Seen, plan

BOOK = PriceBook.load()
CALL = {"model": "gpt-5", "input_tokens": 1000, "output_tokens": 10, "started_at": datetime(2026, 1, 1, tzinfo=UTC)}
COST = Decimal("0.00135")
ACME = Path(__file__).parent / "oracle"


def acme() -> PriceBook:
    return PriceBook.read([ACME / "acme.toml"], ACME / "aliases.toml")


def told(book: Any = BOOK, *, at: Any = None, **call: Any) -> tuple[Any, ...]:
    """(list_cost, low, high, reason)."""
    done = price(pl.DataFrame([CALL | call]), at=at, prices=book).collect()
    return done.select("list_cost", "list_cost_low", "list_cost_high", "unpriced_reason").row(0)


def acmes(model: str, start: datetime | None, **call: Any) -> tuple[Any, ...]:
    book = acme()
    return told(book, model=model, started_at=start, **{"grain": "bucket", "output_tokens": 0} | call)


# --- columns ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("grain", ["request", "bucket"])
def test_columns_called_like_our_own_stay_as_they_are(grain: str) -> None:
    priced = charges(pl.LazyFrame([CALL]), BOOK)
    own = sorted(set(priced.explain(optimized=False).replace('"', " ").replace("'", " ").split()))
    names = {name for name in own if name.startswith("_") and name.isidentifier()} | {
        "_key",
        "_row",
        "_r_input",
        "_model",
        "said",
    }
    names |= {"_target", "_one", "_low", "_high_cost", "_span_target", "_row0", "_sum", "_low_said", "start", "key", "value"}
    frame = pl.DataFrame([CALL | {"grain": grain, "ended_at": datetime(2026, 1, 2, tzinfo=UTC)} | dict.fromkeys(names, "mine")])
    done = price(frame).collect()
    assert done.select(frame.columns).equals(frame)
    assert done["list_cost"].to_list() == [COST]


def test_a_frame_that_has_what_pricing_adds_is_refused_in_words() -> None:
    once = price(pl.DataFrame([CALL]))
    with pytest.raises(UsageError, match=r"list_cost.* would be added by pricing"):
        price(once)
    with pytest.raises(UsageError, match="cache_creation_input_tokens would be added") as refused:
        price(pl.DataFrame([CALL | {"cache_creation_input_tokens": 5}]))
    assert "cache_creation_unsplit_input_tokens" in str(refused.value.remedy)


@pytest.mark.parametrize(
    "name", [*COUNTS, "other_units", "long_context", "requests", "grain", "ended_at", "region", "request_model"]
)
def test_a_column_of_nulls_changes_nothing(name: str) -> None:
    frame = pl.DataFrame([CALL])
    frame = frame if name in CALL else frame.with_columns(pl.lit(None).alias(name))
    assert price(frame).collect()["list_cost"].to_list() == [COST]


@pytest.mark.parametrize(("name", "value"), [("long_context", "true"), ("requests", "1"), ("started_at", timedelta(1))])
def test_a_type_that_says_nothing_is_refused(name: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"{name} must be"):
        told(**{name: value})


@pytest.mark.parametrize("dtype", [pl.UInt64, pl.Int128, pl.UInt128])
def test_wide_counts(dtype: type[pl.DataType]) -> None:
    counts = pl.Series([1000, 2**63 + 5, None], dtype=dtype)
    frame = pl.DataFrame({"model": "gpt-5", "input_tokens": counts, "output_tokens": 10, "started_at": CALL["started_at"]})
    done = price(frame).collect()
    assert done["list_cost"].to_list() == [COST, None, Decimal("0.0001")]
    assert str(done["unpriced_reason"][1]).endswith("is more than 2^53")
    assert done["input_tokens"].equals(counts)


def test_names_as_categories() -> None:
    frame = pl.DataFrame([CALL | {"grain": "request", "provider_name": "openai", "service_tier": "batch"}])
    names = ["model", "provider_name", "service_tier", "grain"]
    for dtype in (pl.Categorical, pl.Enum(["gpt-5", "openai", "batch", "request"])):
        assert price(frame.cast(dict.fromkeys(names, dtype))).collect()["list_cost"].to_list() == [COST / 2]


# --- values ----------------------------------------------------------------------------------------------------------


def test_units_beyond_counting_have_no_negative_cost() -> None:
    units = [{"key": "file_search_calls", "value": 2**62}] * 2
    assert told(other_units=units)[3] == "impossible-counts: a count of other_units is more than 2^53"


def test_no_units_beside_unknown_tokens_are_no_usage() -> None:
    unknown = {"input_tokens": None, "output_tokens": None}
    refused = told(**unknown, other_units=[{"key": "file_search_calls", "value": 0}])
    assert str(refused[3]).startswith("no-token-counts")


@pytest.mark.parametrize("micros", [1_767_225_600 * 10**9, -(10**18)])
def test_instants_that_python_does_not_know(micros: int) -> None:
    """Nanoseconds read as microseconds lie in the year 57970."""
    frame = pl.DataFrame([CALL]).with_columns(started_at=pl.lit(micros).cast(pl.Datetime("us", "UTC")))
    assert price(frame).collect()["unpriced_reason"].to_list() == [None if micros > 0 else "before-first-price"]


def test_only_an_end_in_the_first_year() -> None:
    assert told(started_at=None, ended_at=datetime(1, 1, 1, tzinfo=UTC), grain="bucket")[0] == COST


def test_a_day_of_the_book_without_a_zone_is_utc() -> None:
    assert told(at=datetime(2026, 1, 1))[0] == COST  # noqa: DTZ001 -- that is the test


def test_the_plan_of_all_names_over_all_years_has_few_quotes() -> None:
    """One for each bucket and set of hours would be tens of millions, and minutes."""
    start, last = datetime(2021, 12, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    seen = [
        Seen((one, name, None, None, None, None), one, name, None, None, start, last, undated=False)
        for one, name in BOOK.models()
    ]
    seen += [
        Seen((f"nobody{n}", "m", None, None, None, None), f"nobody{n}", "m", None, None, start, last, undated=False)
        for n in range(20_000)
    ]
    made = plan(seen, BOOK)
    frame = made.quote_frame(NameIndex(made.targets, ["_provider_name", "_response_model"]))
    assert frame["_key"].is_unique().all()
    assert sum(len(runs) for runs in made.runs.values()) < 2 * len(seen)


# --- sums ------------------------------------------------------------------------------------------------------------


def test_a_later_price_brings_a_threshold_into_a_sum() -> None:
    """Acme's ``tiers`` is above none of its thresholds (1,000) on 19 February and may be above 500 from the 20th on."""
    start = datetime(2026, 2, 20, tzinfo=UTC)
    exact, low, high, _ = acmes("tiers", start, input_tokens=800, ended_at=datetime(2026, 2, 21, tzinfo=UTC))
    assert (exact, low, high) == (None, Decimal("0.0008"), Decimal("0.0016"))


def test_reasoning_costs_as_output_where_it_has_no_rate_of_its_own() -> None:
    """``tiers`` asks 4 for output until 20 February, then 5 for output and 4 for reasoning: the same for this sum."""
    start, end = datetime(2026, 2, 20, tzinfo=UTC), datetime(2026, 2, 21, tzinfo=UTC)
    counts = {"input_tokens": 0, "output_tokens": 100, "reasoning_output_tokens": 100}
    assert acmes("tiers", start, ended_at=end, **counts)[:3] == (Decimal("0.0004"), None, None)


def test_a_sum_without_an_end_has_calls_at_all_hours() -> None:
    start = datetime(2026, 1, 7, 0, 30, tzinfo=UTC)
    assert acmes("peaks", start, input_tokens=1000, ended_at=None)[3].startswith("no-date")
    range_of_a_day = acmes("weekend", start, input_tokens=1000, ended_at=None)
    assert range_of_a_day[1:] == (Decimal("0.0005"), Decimal("0.001"), "bucket-straddles-hours")
    book = acme()
    of_its_day = told(book, at=start, model="weekend", started_at=None, grain="bucket", output_tokens=0)
    assert of_its_day[1:] == (Decimal("0.0005"), Decimal("0.001"), "bucket-straddles-hours")


def test_several_calls_of_which_no_grain_is_stated_are_a_sum() -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    several = acmes("tiers", start, input_tokens=800, requests=5, grain="bucket", ended_at=start + timedelta(hours=1))
    assert acmes("tiers", start, input_tokens=800, requests=5, grain=None, ended_at=start + timedelta(hours=1)) == several
    assert several[1:] == (Decimal("0.0008"), Decimal("0.0016"), "bucket-straddles-tier")
    assert acmes("tiers", start, input_tokens=800, requests=None, grain=None, ended_at=start + timedelta(hours=1)) == several
    assert acmes("tiers", start, input_tokens=800, requests=1, grain=None, ended_at=start + timedelta(hours=1))[0] == Decimal(
        "0.0016"
    )
    assert acmes("tiers", start, input_tokens=800, requests=None, grain=None)[0] == Decimal("0.0016")


def test_hours_that_pass_midnight_or_never_end_do_not_change_there() -> None:
    """Acme's night is 16:30 to 00:30; from 10 March its only hours are all of the day; at weekends two stretches meet at noon."""
    midnight = datetime(2026, 2, 27, tzinfo=UTC)
    night = acmes("peaks", midnight - timedelta(minutes=20), ended_at=midnight + timedelta(minutes=20), output_tokens=10**6)
    assert night[:3] == (Decimal("2.001"), None, None)
    days = acmes("peaks", midnight + timedelta(days=15), ended_at=midnight + timedelta(days=18), output_tokens=10**6)
    assert days[:3] == (Decimal("9.003"), None, None)
    noon = datetime(2026, 2, 28, 12, tzinfo=UTC)
    assert acmes("weekend", noon - timedelta(hours=1), ended_at=noon + timedelta(hours=1))[0] == Decimal("0.0005")


def test_a_rate_beyond_64_bits_is_named(tmp_path: Path) -> None:
    text = (ACME / "acme.toml").read_text().replace('fees.pages = { usd = "0.002" }', 'fees.pages = { usd = "10000" }')
    (tmp_path / "acme.toml").write_text(text)
    book = PriceBook.read([tmp_path / "acme.toml"], ACME / "aliases.toml")
    with pytest.raises(PriceBookError, match="speech: the rate 10000 of pages is too large"):
        told(book, model="speech")
