"""What the public price tables stated and when: the evidence that ``audit.py`` compares the book with."""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from logcost.price import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from logcost.price.book import PriceBook

FAMILIES: Final = {
    "litellm": "litellm",
    "tokencost": "litellm",
    "genai": "genai-prices",
    "genai-prices": "genai-prices",
    "modelsdev": "models.dev",
}
PROVIDERS: Final = {
    "gemini": "google",
    "text-completion-openai": "openai",
    "x-ai": "xai",
    "mistralai": "mistral",
    "cohere_chat": "cohere",
    "moonshotai": "moonshot",
    "dashscope": "alibaba",
}
"""How a table calls a provider of the book.

Left out: the other regions and plans of a provider (``alibaba-cn``, ``qwencloud``), which have prices of their own.
"""
MTOK: Final = Decimal(10) ** 6
THOUSAND: Final = Decimal(1000)
PLACES: Final = 12
"""Digits to which rates are compared: an hour's price is no whole number of femto-dollars a second."""
FIELDS: Final = {
    "input_cost_per_token": ("input", MTOK),
    "output_cost_per_token": ("output", MTOK),
    "cache_read_input_token_cost": ("cache_read", MTOK),
    "input_cost_per_token_cache_hit": ("cache_read", MTOK),
    "cache_read_input_audio_token_cost": ("cache_read_audio", MTOK),
    "cache_read_input_image_token_cost": ("cache_read_image", MTOK),
    "cache_creation_input_token_cost": ("cache_write_5m", MTOK),
    "cache_creation_input_token_cost_above_1hr": ("cache_write_1h", MTOK),
    "input_cost_per_audio_token": ("input_audio", MTOK),
    "output_cost_per_audio_token": ("output_audio", MTOK),
    "input_cost_per_image_token": ("input_image", MTOK),
    "input_cost_per_video_token": ("input_video", MTOK),
    "output_cost_per_image_token": ("output_image", MTOK),
    "output_cost_per_reasoning_token": ("reasoning", MTOK),
    "input_cost_per_second": ("seconds", Decimal(1)),
    "input_cost_per_character": ("characters", Decimal(1)),
    "input_cost_per_image": ("images", Decimal(1)),
    "input_cost_per_query": ("search_units", Decimal(1)),
    "input_cost_per_request": ("requests", Decimal(1)),
    "ocr_cost_per_page": ("pages", Decimal(1)),
    "annotation_cost_per_page": ("annotated_pages", Decimal(1)),
    "citation_cost_per_token": ("citation_tokens", Decimal(1)),
    "search_context_size_low": ("requests_low_context", Decimal(1)),
    "search_context_size_medium": ("requests_medium_context", Decimal(1)),
    "search_context_size_high": ("requests_high_context", Decimal(1)),
    "input_mtok": ("input", Decimal(1)),
    "output_mtok": ("output", Decimal(1)),
    "cache_read_mtok": ("cache_read", Decimal(1)),
    "cache_audio_read_mtok": ("cache_read_audio", Decimal(1)),
    "cache_image_read_mtok": ("cache_read_image", Decimal(1)),
    "cache_write_mtok": ("cache_write_5m", Decimal(1)),
    "cache_write_1h_mtok": ("cache_write_1h", Decimal(1)),
    "input_audio_mtok": ("input_audio", Decimal(1)),
    "output_audio_mtok": ("output_audio", Decimal(1)),
    "input_image_mtok": ("input_image", Decimal(1)),
    "input_video_mtok": ("input_video", Decimal(1)),
    "output_image_mtok": ("output_image", Decimal(1)),
    "output_reasoning_mtok": ("reasoning", Decimal(1)),
    "audio_hours": ("seconds", Decimal(1) / 3600),
    "input_mchars": ("characters", 1 / MTOK),
    "input_document_kpages": ("pages", 1 / THOUSAND),
    "input_annotated_document_kpages": ("annotated_pages", 1 / THOUSAND),
    "output_citation_mtok": ("citation_tokens", 1 / MTOK),
    "input": ("input", Decimal(1)),
    "output": ("output", Decimal(1)),
    "cache_read": ("cache_read", Decimal(1)),
    "cache_write": ("cache_write_5m", Decimal(1)),
    "reasoning": ("reasoning", Decimal(1)),
    "input_audio": ("input_audio", Decimal(1)),
    "output_audio": ("output_audio", Decimal(1)),
}
"""Field of a table -> our meter and what makes it USD per million tokens (USD per unit for everything else)."""

GROUPS: Final = ("search_context_cost_per_query",)
"""Fields of a table that hold further fields."""

DAY: Final = timedelta(days=1)
FALLS_BACK: Final = {"input_audio": "input", "input_image": "input", "output_audio": "output", "output_image": "output"}
"""Where a table states no rate of its own, it charges the text rate."""

ABOVE: Final = re.compile(r"(\w+?)_above_\d+k_tokens$")


@dataclass(frozen=True, slots=True)
class Seen:
    """One price in one table: valid ``[begin, end)`` as far as the table says, otherwise from when and until it was seen.

    ``told``: the table states ``begin``. ``not_before``: the last copy in which the price was not there.
    """

    family: str
    name: str
    rates: Mapping[str, Decimal]
    begin: date
    end: date
    told: bool
    first_seen: date
    not_before: date | None
    release: date | None

    def says(self, meter: str) -> Decimal | None:
        """The rate of a meter, or of the meter as which the table charges it."""
        prefix, _, bare = meter.rpartition(":")
        where = f"{prefix}:" if prefix and prefix != "window" else ""
        return self.rates.get(where + bare, self.rates.get(where + FALLS_BACK.get(bare, "-")))


def read_evidence(folder: Path, book: PriceBook) -> dict[tuple[str, str], list[Seen]]:
    """(provider, model of the book) -> every price any table had for it. Names are looked up as those of logs are."""
    listed: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for path in sorted(folder.glob("changes_*.jsonl.gz")):
        for line in gzip.decompress(path.read_bytes()).splitlines():
            event = json.loads(line)
            listed[event["source"], event["provider"], event["model"]].append(event)
    last: dict[str, str] = {}
    for (source, _, _), events in listed.items():
        last[source] = max(last.get(source, ""), *(event["first_seen"] for event in events))
    found: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    for (source, provider, name), events in listed.items():
        bare = name.removeprefix(f"{provider}/")
        known = names.resolve(book, None if provider == "?" else PROVIDERS.get(provider, provider), bare)
        for stand in known.stands:
            for seen in _states(FAMILIES[source], events, date.fromisoformat(last[source])):
                if (not stand.start or seen.end > stand.start.date()) and (not stand.end or seen.begin < stand.end.date()):
                    found[known.provider or "", stand.model].append(seen)
    return found


def _states(family: str, events: Sequence[Mapping[str, Any]], last: date) -> Iterator[Seen]:
    """The prices of one name in one table; the last holds until the table's ``last`` copy."""
    events = sorted(events, key=lambda event: str(event["first_seen"]))
    ends = [date.fromisoformat(event["first_seen"]) for event in events[1:]] + [last + DAY]
    for event, gone in zip(events, ends, strict=True):
        first = date.fromisoformat(event["first_seen"])
        before = date.fromisoformat(event["not_before"]) if event["not_before"] else None
        release = event.get("release_date") or ""
        day = date.fromisoformat(release) if len(release) == len("2026-01-01") else None
        dated = _dated(event["prices"] or {})
        for number, (start, prices) in enumerate(dated):
            stop = dated[number + 1][0] if number + 1 < len(dated) else None
            begin = start or (date.min if stop else before + DAY if before else first)
            end = stop or (date.max if start else gone)
            yield Seen(family, event["model"], _rates(prices), begin, end, start is not None, first, before, day)
        for prices in _hourly(event["prices"] or {}):
            begin = before + DAY if before else first
            yield Seen(
                family, event["model"], _rates(prices), begin, gone, told=False, first_seen=first, not_before=before, release=day
            )


def _dated(prices: Mapping[str, Any]) -> list[tuple[date | None, Mapping[str, Any]]]:
    """The prices of one event with their stated starts; conditions other than a date are left out."""
    inner = prices.get("prices", prices)
    if not isinstance(inner, list):
        return [(None, inner)] if inner else []
    plain = [one for one in inner if not (rule := one.get("constraint")) or set(rule) == {"start_date"}]
    starts = [(one.get("constraint") or {}).get("start_date") for one in plain]
    return [(date.fromisoformat(start) if start else None, one["prices"]) for start, one in zip(starts, plain, strict=True)]


def _hourly(prices: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The prices of one event that hold at some hours only: they back a window, or what holds outside of it."""
    if "off_peak_pricing" in prices:
        yield prices["off_peak_pricing"]
    inner = prices.get("prices", prices)
    yield from (one["prices"] for one in inner if isinstance(inner, list) and "start_time" in (one.get("constraint") or {}))


def _rates(prices: Mapping[str, Any]) -> dict[str, Decimal]:
    rates: dict[str, Decimal] = {}
    grouped = [item for group in GROUPS for item in prices.get(group, {}).items()]
    for key, value in [*prices.items(), *grouped]:
        above = ABOVE.match(key)
        meter, factor = FIELDS.get(above[1] if above else key, ("", Decimal(0)))
        if meter and isinstance(value, dict) and "base" in value:
            rates[meter] = _round(value["base"], factor)
            rates[f"above:{meter}"] = _round(value["tiers"][0]["price"], factor)
        elif meter and isinstance(value, str | int):
            rates[f"above:{meter}" if above else meter] = _round(value, factor)
    base, *ranges = prices.get("tiered_pricing") or [{}]
    long = ranges or [prices.get("context_over_200k") or next(iter(prices.get("tiers", ())), {})]
    above = {
        f"{prefix(number)}{meter}": rate
        for number, tier in enumerate(long)
        for meter, rate in (_rates(tier) if tier else {}).items()
    }
    return rates | (_rates(base) if base else {}) | above


def prefix(tier: int) -> str:
    """How the rates of a long-context tier are called: ``above:input`` for the first, ``above2:input`` for the second."""
    return f"above{tier + 1}:" if tier else "above:"


def _round(value: object, factor: Decimal) -> Decimal:
    return round(Decimal(str(value)) * factor, PLACES).normalize()
