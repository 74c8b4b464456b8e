"""The engine against an oracle that prices one call at a time by the words of docs/prices.md, with none of the engine's code.

Sums are checked through the calls they may be made of: every way to take one apart must cost the exact cost, or lie between
the bounds. ``oracle/acme.toml`` is a made-up provider that uses every rule of the grammar.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logcost import resources
from logcost.price import PriceBook, grammar, price

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from logcost.price.grammar import Block, Fee, Mode, ProviderFile, Region, Schedule, Terms

HERE = Path(__file__).parent / "oracle"
TICK = timedelta(microseconds=1)
START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 10, tzinfo=UTC)

DISJOINT = {
    "input": ("input_tokens",),
    "cache_read": ("input_tokens", "cache_read_input_tokens"),
    "cache_read_audio": ("input_tokens", "cache_read_input_tokens", "input_audio_tokens", "cache_read_audio_tokens"),
    "cache_read_image": ("input_tokens", "cache_read_input_tokens", "input_image_tokens", "cache_read_image_tokens"),
    "cache_write_5m": ("input_tokens", "cache_creation_5m_input_tokens"),
    "cache_write_30m": ("input_tokens", "cache_creation_30m_input_tokens"),
    "cache_write_1h": ("input_tokens", "cache_creation_1h_input_tokens"),
    "cache_write_12h": ("input_tokens", "cache_creation_12h_input_tokens"),
    "cache_write_unsplit": ("input_tokens", "cache_creation_unsplit_input_tokens"),
    "input_audio": ("input_tokens", "input_audio_tokens"),
    "input_image": ("input_tokens", "input_image_tokens"),
    "input_video": ("input_tokens", "input_video_tokens"),
    "output": ("output_tokens",),
    "reasoning": ("output_tokens", "reasoning_output_tokens"),
    "output_audio": ("output_tokens", "output_audio_tokens"),
    "output_image": ("output_tokens", "output_image_tokens"),
    "web_search_requests": ("web_search_requests",),
    "pages": ("pages",),
    "seconds": ("seconds",),
}
"""Meters that do not overlap -> the counts of a log in which each is contained."""

TOKENS = [*DISJOINT][:-3]
FEES = [*DISJOINT][-3:]
WRITES = [meter for meter in TOKENS if meter.startswith("cache_write")]
COLUMNS = list(dict.fromkeys(column for columns in DISJOINT.values() for column in columns if column not in FEES[1:]))

Meters = dict[str, int]


class Shop(NamedTuple):
    """The files of one provider, the curated before the imported, and its aliases."""

    files: tuple[ProviderFile, ...]
    aliases: dict[str, list[grammar.Target]]


class Call(NamedTuple):
    """``at``: the instant whose prices hold; ``hour``: the call's own. ``long``: what the log says of long context."""

    model: str
    at: datetime
    hour: datetime
    mode: str | None
    region: str | None
    meters: Meters
    long: bool | None = None


# --- the oracle ------------------------------------------------------------------------------------------------------


def cost(shop: Shop, call: Call) -> Decimal | None:
    """USD, or None where something is not stated."""
    model = target(shop, call.model, call.at)
    found = model and block_of(shop, model, call.at)
    if not found:
        return None
    file, block = found
    prompt = sum(count for meter, count in call.meters.items() if "input_tokens" in DISJOINT[meter])
    passed = sum(prompt > tier.tokens or (tier.inclusive and prompt == tier.tokens) for tier in block.tiers)
    tier = passed if call.long is None else max(passed, min(1, len(block.tiers))) if call.long else 0
    of_file = [grammar.Terms(as_input=file.as_input)] if "output" in block.rates else []
    terms = [*of_file, *(file.rules[name] for name in block.rules), block]
    inside = block.window is not None and in_hours(file.schedules[block.window.schedule], call.hour)
    rates = tokens(block, terms, call, tier, inside)
    fees = {unit: usd for unit, fee in merged(terms, "fees").items() if (usd := of_fee(fee, call, bool(rates))) is not None}
    sold = rates or (not block.rates and not tier and not place(call) and (fees or mode(call) is None))
    return total(call.meters, rates or {}, fees, last(part.cache_write_unsplit for part in terms)) if sold else None


def target(shop: Shop, name: str, at: datetime) -> str | None:
    if name not in shop.aliases:
        return name
    past = [one for one in shop.aliases[name] if one.start is None or one.start <= at]
    return past[-1].model if past and (past[-1].until is None or at < past[-1].until) else None


def block_of(shop: Shop, model: str, at: datetime) -> tuple[ProviderFile, Block] | None:
    file = next(one for one in shop.files if any(model in block.models for block in one.price))
    past = sorted((block for block in file.price if model in block.models and block.start <= at), key=lambda one: one.start)
    return (file, past[-1]) if past and (past[-1].until is None or at < past[-1].until) else None


def in_hours(schedule: Schedule, at: datetime) -> bool:
    clock, inside = f"{at:%H:%M}", False
    for start, end in (text.split("-") for text in schedule.hours):
        inside |= start <= clock < end if start < end else clock >= start or clock < end
    day = at.isoweekday() in (schedule.weekdays or range(1, 8))
    return inside and day and at.date() not in {one.date() for one in schedule.except_days}


def tokens(block: Block, terms: Sequence[Terms], call: Call, tier: int, inside: bool) -> dict[str, Decimal] | None:
    """USD per million tokens; None or nothing where the combination is not stated."""
    if tier and block.tiers[tier - 1].refused:
        return None
    base = named(block.tiers[tier - 1].rates if tier else block.rates)
    if inside and block.window:
        if block.window.times is None:
            base = {} if tier else named(block.window.rates)
        else:
            base = {meter: rate * block.window.times for meter, rate in base.items()}
        if not base:
            return None
    rates = dict(base)
    if "input" in base:
        derived = {meter: base["input"] * times for meter, times in merged(terms, "times_input").items()}
        rates = derived | dict.fromkeys((meter for part in terms for meter in part.as_input), base["input"]) | base
    rates = {meter: rate for meter, rate in rates.items() if merged(terms, "since").get(meter, call.at) <= call.at}
    if mode(call):
        rates = in_mode(merged(terms, "modes").get(str(mode(call))), rates, call, tier, inside)
    if place(call):
        regions: dict[str, Region] = merged(terms, "regions")
        names = [name for name in regions if name == place(call) or (name[-1] == "*" and place(call).startswith(name[:-1]))]
        region = regions[max(names, key=lambda name: (name == place(call), len(name)))] if names else None
        rates = {meter: rate * region.times for meter, rate in rates.items()} if region and holds(region, call.at) else {}
    for kind in ("audio", "image"):
        if "cache_read" in rates and any(f"input_{kind}" in part.as_input for part in terms):
            rates.setdefault(f"cache_read_{kind}", rates["cache_read"])
    return rates


def in_mode(stated: Mode | None, rates: dict[str, Decimal], call: Call, tier: int, inside: bool) -> dict[str, Decimal]:
    if not stated or not holds(stated, call.at) or (tier and not stated.above) or (inside and stated.rates):
        return {}
    found = {str(meter): rates[meter] for meter in stated.keep if meter in rates}
    if stated.times is not None:
        wanted: tuple[str, ...] = stated.meters or tuple(rates)
        found = {meter: rate * stated.times for meter, rate in rates.items() if meter in wanted} | found
    return found if tier else found | named(stated.rates)


def of_fee(fee: Fee, call: Call, priced: bool) -> Decimal | None:
    if not holds(fee, call.at):
        return None
    plain = fee.usd if mode(call) is None or priced else None
    return fee.modes.get(mode(call) or "", plain)


def total(meters: Meters, rates: dict[str, Decimal], fees: dict[str, Decimal], unsplit: str | None) -> Decimal | None:
    counts = dict(meters)
    own = [kind for kind in ("audio", "image", "video") if rates.get(f"input_{kind}") != rates.get("input", Decimal(-1))]
    if any(counts.get(f"input_{kind}") for kind in own) and any(counts.get(meter) for meter in WRITES):
        return None  # nobody says how much of the audio was written to the cache
    if counts.get("input_video") and "video" in own and any(counts.get(f"cache_read{of}") for of in ("", "_audio", "_image")):
        return None
    for kind in ("audio", "image", "video"):
        if kind not in own:
            counts["input"] = counts.get("input", 0) + counts.pop(f"input_{kind}", 0)
    if "reasoning" not in rates:
        counts["output"] = counts.get("output", 0) + counts.pop("reasoning", 0)
    known = {meter: rate / 10**6 for meter, rate in rates.items()} | fees
    known |= {"cache_write_unsplit": known[unsplit]} if unsplit in rates else {}
    used = {meter: count for meter, count in counts.items() if count}
    return sum((count * known[meter] for meter, count in used.items()), Decimal()) if used.keys() <= known.keys() else None


def named(rates: grammar.Rates) -> dict[str, Decimal]:
    return {str(meter): rate for meter, rate in rates.items()}


def mode(call: Call) -> str | None:
    return None if call.mode in {None, "standard", "default"} else call.mode


def place(call: Call) -> str:
    return "" if call.region in {None, "global", "anywhere"} else str(call.region)


def merged(terms: Sequence[Terms], what: str) -> dict[str, Any]:
    return {name: value for part in terms for name, value in getattr(part, what).items()}


def holds(part: Mode | Region | Fee, at: datetime) -> bool:
    return (part.since is None or part.since <= at) and (part.until is None or at < part.until)


def last(values: Iterator[Any]) -> Any:
    return next((value for value in reversed([*values]) if value), None)


# --- random calls ----------------------------------------------------------------------------------------------------


def acme() -> tuple[Shop, PriceBook]:
    names = grammar.read(HERE / "aliases.toml", grammar.AliasFile)
    shop = Shop((grammar.read(HERE / "acme.toml", grammar.ProviderFile),), names.providers["acme"].alias)
    return shop, PriceBook.read([HERE / "acme.toml"], HERE / "aliases.toml")


ACME, ACMES_BOOK = acme()
MODELS = ["tiers", "peaks", "weekend", "plain", "other", "speech", "moved"]


def times(shop: Shop, name: str) -> list[datetime]:
    """Instants at which the price of a model may change."""
    models = [one.model for one in shop.aliases.get(name, [])] or [name]
    found = [one for moved in shop.aliases.get(name, []) for one in (moved.start, moved.until) if one]
    for file in shop.files:
        for block in (block for block in file.price if set(models) & set(block.models)):
            found += [one for one in (block.start, block.until) if one]
            for part in (*(file.rules[rule] for rule in block.rules), block):
                ends: list[Mode | Region | Fee] = [*part.modes.values(), *part.regions.values(), *part.fees.values()]
                found += [*part.since.values(), *(one for end in ends for one in (end.since, end.until) if one)]
    return found


def moment(rng: random.Random, edges: Sequence[datetime], first: datetime = START, last: datetime = END) -> datetime:
    """Any instant, often one at or a microsecond from a change of the price or a full half hour."""
    at = rng.choice(edges) if edges and rng.random() < 0.5 else first + (last - first) * rng.random()
    if rng.random() < 0.4:
        at = at.replace(minute=rng.choice([0, 30]), second=0, microsecond=0)
    return at + rng.choice([TICK, -TICK, timedelta(), timedelta()])


def some_meters(rng: random.Random, largest: int = 2000) -> Meters:
    likely = rng.choices(["input", "output", "cache_read", "cache_write_5m", "reasoning"], k=3)
    drawn = likely if rng.random() < 0.5 else [*likely[:1], *rng.choices([*DISJOINT], k=rng.choice([1, 1, 2]))]
    return {meter: rng.choice([0, 1, 500, 501, 1000, 1001, rng.randrange(largest)]) for meter in drawn}


def columns(meters: Meters) -> dict[str, Any]:
    """Counts as a log states them."""
    row: dict[str, Any] = dict.fromkeys(COLUMNS, 0)
    for meter, count in meters.items():
        for column in DISJOINT[meter] if meter not in FEES[1:] else ():
            row[column] += count
    return row | {"other_units": [{"key": unit, "value": meters[unit]} for unit in FEES[1:] if unit in meters]}


SCHEMA: dict[str, Any] = {
    **dict.fromkeys(("provider_name", "response_model", "service_tier", "region", "grain"), pl.String),
    **dict.fromkeys(("started_at", "ended_at"), pl.Datetime("us", "UTC")),
    **dict.fromkeys((*COLUMNS, "requests"), pl.Int64),
    "long_context": pl.Boolean,
    "other_units": pl.List(pl.Struct({"key": pl.String, "value": pl.Int64})),
}


def priced(rows: list[dict[str, Any]], book: PriceBook, at: datetime | None = None) -> list[tuple[Any, ...]]:
    """(list_cost, low, high, reason) of each row."""
    done = price(pl.DataFrame(rows, schema=SCHEMA), prices=book, at=at).collect()
    return done.select("list_cost", "list_cost_low", "list_cost_high", "unpriced_reason").rows()


def row_of(call: Call, provider: str) -> dict[str, Any]:
    names = {"provider_name": provider, "response_model": call.model, "service_tier": call.mode, "region": call.region}
    return {**names, "started_at": call.hour, "grain": "request", "long_context": call.long, **columns(call.meters)}


def acmes_call(rng: random.Random, at: datetime | None = None) -> Call:
    model = rng.choice(MODELS)
    hour = moment(rng, times(ACME, model), START + timedelta(days=9))
    tier = rng.choice([None, "default", rng.choice([None, "batch", "flex", "priority", "provisioned", "none"])])
    region = rng.choice([None, "anywhere", rng.choice([None, "eu", "us-east", "us-gov-1", "mars"])])
    return Call(model, at or hour, hour, tier, region, some_meters(rng), rng.choice([None, None, None, True, False]))


@given(st.integers(0, 10**9), st.booleans())
@settings(max_examples=12)
def test_single_calls_of_every_rule(seed: int, another_day: bool) -> None:
    rng = random.Random(seed)
    at = moment(rng, times(ACME, "moved")) if another_day else None
    calls = [acmes_call(rng, at) for _ in range(400)]
    found = priced([row_of(call, "acme") for call in calls], ACMES_BOOK, at)
    wrong = [(call, one, cost(ACME, call)) for call, one in zip(calls, found, strict=True) if one[0] != cost(ACME, call)]
    assert wrong == []
    assert another_day or sum(one[0] is not None for one in found) > 20


@cache
def shops() -> dict[str, Shop]:
    names = grammar.read(Path(str(resources.path("pricing", "aliases.toml"))), grammar.AliasFile)
    files: dict[str, list[ProviderFile]] = {}
    for folder in ("providers", "imported"):
        for path in resources.files("pricing", folder, suffix=".toml"):
            file = grammar.read(Path(str(path)), grammar.ProviderFile)
            files.setdefault(file.provider, []).append(file)
    aliases = {one: names.providers[one].alias if one in names.providers else {} for one in files}
    return {one: Shop(tuple(found), aliases[one]) for one, found in files.items()}


@given(st.integers(0, 10**9))
@settings(max_examples=6)
def test_single_calls_of_the_shipped_book(seed: int) -> None:
    rng = random.Random(seed)
    book, calls = PriceBook.load(), []
    for provider in rng.choices([*shops()], k=250) + rng.choices(
        ["openai", "anthropic", "google", "deepseek", "alibaba", "xai"], k=250
    ):
        shop = shops()[provider]
        names = [*shop.aliases, *(model for file in shop.files for block in file.price for model in block.models)]
        model = rng.choice(names)
        hour = moment(rng, times(shop, model), datetime(2023, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
        tier = rng.choice([None, None, "batch", "flex", "priority"])
        meters = some_meters(rng, rng.choice([2000, 400_000]))
        calls.append((provider, Call(model, hour, hour, tier, None, meters)))
    found = priced([row_of(call, provider) for provider, call in calls], book)
    for (provider, call), one in zip(calls, found, strict=True):
        assert one[0] == cost(shops()[provider], call), (provider, call, one)


# --- sums ------------------------------------------------------------------------------------------------------------


def parts(rng: random.Random, meters: Meters, number: int) -> list[Meters]:
    """Counts of so many calls that sum to ``meters``."""
    found: list[Meters] = [{} for _ in range(number)]
    for meter, count in meters.items():
        cuts = sorted(rng.randint(0, count) if rng.random() < 0.7 else rng.choice([0, count]) for _ in range(number - 1))
        for one, low, high in zip(found, [0, *cuts], [*cuts, count], strict=True):
            one[meter] = high - low
    return found


def bucket(rng: random.Random, at: datetime | None) -> tuple[Call, dict[str, Any]]:
    call = acmes_call(rng, at)
    longest = rng.choice([timedelta(hours=1), timedelta(hours=9), timedelta(days=1), timedelta(days=4), timedelta(days=60)])
    stated = rng.choice(["both", "both", "both", "both", "no end", "no start", "neither"])
    start = call.hour if stated in {"both", "no end"} else None
    end = call.hour + max(TICK, rng.choice([longest, longest * rng.random()])) if stated in {"both", "no start"} else None
    times_of_it = {"started_at": start, "ended_at": end, "requests": rng.choice([None, None, 1, 4])}
    grain = rng.choice(["bucket", "bucket", None]) if stated == "both" else "bucket"
    return call, row_of(call, "acme") | times_of_it | {"grain": grain}


def taken_apart(rng: random.Random, call: Call, row: dict[str, Any], at: datetime | None) -> Decimal | None:
    """What the calls of a sum cost, taken apart in one of the ways that its row allows; None where one has no price."""
    first = row["started_at"] or START - timedelta(days=30)
    last = (
        row["ended_at"] - TICK if row["ended_at"] and row["started_at"] else END if not row["started_at"] else END + timedelta(9)
    )
    number = row["requests"] or rng.choice([1, 2, 3, 6])
    all_at = rng.random() < 0.5
    costs = []
    when = moment(rng, times(ACME, call.model), first, max(first, last))
    for meters in parts(rng, call.meters, number):
        when = when if all_at else moment(rng, times(ACME, call.model), first, max(first, last))
        hour = min(max(when, first), max(first, last))
        costs.append(cost(ACME, call._replace(at=at or hour, hour=hour, meters=meters)))
    return None if None in costs else sum((one for one in costs if one is not None), Decimal())


@given(st.integers(0, 10**9), st.booleans())
@settings(max_examples=10)
def test_every_way_to_take_a_sum_apart(seed: int, another_day: bool) -> None:
    rng = random.Random(seed)
    at = moment(rng, times(ACME, "moved")) if another_day else None
    buckets = [bucket(rng, at) for _ in range(200)]
    found = priced([row for _, row in buckets], ACMES_BOOK, at)
    for (call, row), (exact, low, high, reason) in zip(buckets, found, strict=True):
        if exact is None and low is None:
            continue
        for _ in range(12):
            costs = taken_apart(rng, call, row, at)
            timeless = row["started_at"] is None or row["ended_at"] is None  # and then not of a time without a price
            assert costs is not None or (timeless and at is None), (call, row, exact, reason)
            if costs is not None:
                assert costs == exact if exact is not None else low <= costs <= high, (call, row, exact, low, high, costs)


@pytest.mark.parametrize("rng", [random.Random(seed) for seed in range(3)])
def test_a_row_is_priced_alike_in_any_frame(rng: random.Random) -> None:
    rows = [bucket(rng, None)[1] for _ in range(20)] + [row_of(acmes_call(rng), "acme") for _ in range(20)]
    together = priced(rows, ACMES_BOOK)
    assert [one for row in rows for one in priced([row], ACMES_BOOK)] == together
    assert priced(rows[::-1], ACMES_BOOK) == together[::-1]
