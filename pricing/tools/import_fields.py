"""One entry of a public price table in the terms of the price book: an ``Offer``, and what of the entry is left out, and why.

Rates are USD per million tokens, fees USD per unit. What has no counterpart in the grammar is left out and named in
``Offer.left_out``; the price book then refuses it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from import_offer import Offer, Rates, Tier, Window, number, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MTOK: Final = Decimal(10) ** 6
LITELLM: Final = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "input_cost_per_token_cache_hit": "cache_read",
    "cache_creation_input_token_cost": "cache_write",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "cache_creation_input_token_cost_above_12hr": "cache_write_12h",
    "input_cost_per_audio_token": "input_audio",
    "output_cost_per_audio_token": "output_audio",
    "input_cost_per_image_token": "input_image",
    "output_cost_per_image_token": "output_image",
    "input_cost_per_video_token": "input_video",
    "output_cost_per_reasoning_token": "reasoning",
    "cache_read_input_audio_token_cost": "cache_read_audio",
    "cache_read_input_token_cost_per_audio_token": "cache_read_audio",
    "cache_read_input_image_token_cost": "cache_read_image",
}
GENAI: Final = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write",
    "cache_write_1h_mtok": "cache_write_1h",
    "input_audio_mtok": "input_audio",
    "output_audio_mtok": "output_audio",
    "input_image_mtok": "input_image",
    "output_image_mtok": "output_image",
    "input_video_mtok": "input_video",
    "output_reasoning_mtok": "reasoning",
    "cache_audio_read_mtok": "cache_read_audio",
    "cache_image_read_mtok": "cache_read_image",
}
MODELSDEV: Final = {
    "input": "input",
    "output": "output",
    "cache_read": "cache_read",
    "outputCached": "cache_read",
    "cache_write": "cache_write",
    "inputCached": "cache_write",
    "reasoning": "reasoning",
    "input_audio": "input_audio",
    "output_audio": "output_audio",
}
_GENAI_FEES: Final = {
    "web_searches_kcount": ("web_search_requests", 1000),
    "storage_searches_kcount": ("file_search_calls", 1000),
    "requests_kcount": ("requests", 1000),
    "input_text_messages_kcount": ("text_messages", 1000),
    "input_document_kpages": ("pages", 1000),
    "input_annotated_document_kpages": ("annotated_pages", 1000),
    "audio_hours": ("seconds", 3600),
    "input_audio_hours": ("seconds", 3600),
    "input_mchars": ("characters", 1_000_000),
}
_LITELLM_FEES: Final = {
    "ocr_cost_per_page": "pages",
    "annotation_cost_per_page": "annotated_pages",
    "input_cost_per_request": "requests",
    "input_cost_per_text_message": "text_messages",
    "google_maps_grounding_cost_per_query": "maps_grounding_requests",
    "code_interpreter_cost_per_session": "code_interpreter_sessions",
}
_ALTERNATIVES: Final = ("input_cost_per_", "output_cost_per_")
_MODES: Final = {"batches": "batch", "flex": "flex", "priority": "priority", "ultrafast": "ultrafast", "balanced": "balanced"}
_GENAI_MODES: Final = {
    ("processing", "batch"): "batch",
    ("service_tier", "flex"): "flex",
    ("service_tier", "priority"): "priority",
    ("service_tier", "fast"): "fast",
    ("speed", "fast"): "fast",
}
_KEY: Final = re.compile(
    r"(?P<base>.+?)(?:_above_(?P<tier>\d+)k_tokens)?(?:_(?P<mode>batches|flex|priority|ultrafast|balanced))?"
)
_OTHER_WORDS: Final = ("provider_specific_entry", "metadata", "uplift", "off_peak", "tiered_pricing", "search_context")


def of_litellm(name: str, entry: Mapping[str, Any]) -> Offer:
    """The offer of an entry of litellm or tokencost (USD per token)."""
    reader = _Litellm(name, entry)
    reader.read()
    return tidy(name, reader.offer(), explicit=False)


class _Litellm:
    """Takes one entry apart, key by key."""

    def __init__(self, name: str, entry: Mapping[str, Any]) -> None:
        self.name, self.entry = name, entry
        self.kind = str(entry.get("mode") or "")
        self.found: dict[tuple[str | None, int | None], Rates] = {}
        self.fees: dict[str | None, Rates] = {}
        self.left_out: list[str] = []

    def read(self) -> None:
        """Every key that is a price goes to its place, or its name to what is left out."""
        for key, value in sorted(self.entry.items()):
            known = _KEY.fullmatch(key)
            if value is None or known is None or "cost" not in key or any(word in key for word in _OTHER_WORDS):
                continue
            base, mode = known["base"], _MODES.get(known["mode"] or "", None)
            tier = int(known["tier"]) * 1000 if known["tier"] else None
            if base in LITELLM and _is_number(value):
                self.found.setdefault((mode, tier), {})[LITELLM[base]] = number(value) * MTOK
            elif not _is_number(value) or number(value):
                self._fee(base, mode if tier is None else "-", value)
        self._search(self.entry.get("search_context_cost_per_query"))
        self._ranges(self.entry.get("tiered_pricing") or ())

    def offer(self) -> Offer:
        """What was found, put together."""
        regions = {place: number(self.entry[key]) for place, key in _UPLIFTS if key in self.entry}
        specific = self.entry.get("provider_specific_entry") or {}
        if isinstance(specific, dict) and "us" in specific:
            regions["us"] = number(specific["us"])
        fast = {"fast": number(specific["fast"])} if isinstance(specific, dict) and "fast" in specific else {}
        tiers = [Tier(tier, rates) for (mode, tier), rates in self.found.items() if tier is not None and mode is None]
        offer = Offer(
            rates=self.found.get((None, None), {}),
            tiers=tuple(sorted(tiers, key=lambda tier: tier.above)),
            modes={mode: rates for (mode, tier), rates in self.found.items() if mode and tier is None},
            mode_tiers={(mode, tier): rates for (mode, tier), rates in self.found.items() if mode and tier is not None},
            times=fast,
            fees=self.fees.get(None, {}),
            mode_fees={mode: fees for mode, fees in self.fees.items() if mode},
            regions={place: times for place, times in regions.items() if times},
            vision=bool(self.entry.get("supports_vision")),
            left_out=tuple(self.left_out),
        )
        return _off_peak(offer, self.entry.get("off_peak_pricing"))

    def _fee(self, base: str, mode: str | None, value: object) -> None:
        unit = _LITELLM_FEES.get(base) or self._unit(base)
        by_token = (self.entry.get(key) for key in ("input_cost_per_token", "output_cost_per_token"))
        has_tokens = any(_is_number(usd) and number(usd) for usd in by_token)
        if unit and has_tokens and base.startswith(_ALTERNATIVES) and base != "input_cost_per_request":
            unit = None if self._beside_tokens(base) else unit
        if unit is None or mode == "-" or not _is_number(value):
            self.left_out.append(_why(base, has_tokens=has_tokens))
        else:
            self.fees.setdefault(mode, {}).setdefault(unit, number(value))

    def _beside_tokens(self, base: str) -> bool:
        """Whether a price by another unit is the same price again: tokens are stated as well."""
        picture = base == "output_cost_per_image" and not any(
            key.startswith("output_cost_per_") and "token" in key for key in self.entry
        )
        return not picture

    def _unit(self, base: str) -> str | None:
        by_kind = {
            ("input_cost_per_second", "audio_transcription"): "seconds",
            ("output_cost_per_second", "audio_transcription"): "seconds",
            ("input_cost_per_second", "realtime"): "seconds",
            ("input_cost_per_character", "audio_speech"): "characters",
            ("input_cost_per_character", ""): "characters",
            ("output_cost_per_second", "video_generation"): "video_seconds",
            ("output_cost_per_video_per_second", "video_generation"): "video_seconds",
            ("output_cost_per_image", "image_generation"): "images",
            ("output_cost_per_image", "image_edit"): "images",
            ("input_cost_per_query", "rerank"): "search_units",
            ("input_cost_per_query", "search"): "requests",
        }
        video = re.fullmatch(r"output_cost_per_second_(\d+(?:p|k))", base)
        if video and self.kind == "video_generation":
            return f"video_seconds_{video[1]}"
        if base == "input_cost_per_image" and self.kind == "image_generation" and "output_cost_per_image" not in self.entry:
            return "images"
        return by_kind.get((base, self.kind))

    def _search(self, sizes: object) -> None:
        if not isinstance(sizes, dict):
            return
        by_size = {size.rpartition("_")[2]: number(usd) for size, usd in sizes.items()}
        if any(by_size.values()) and self.entry.get("litellm_provider") == "perplexity":
            self.fees.setdefault(None, {}).update({f"requests_{size}_context": usd for size, usd in by_size.items()})
        elif len(set(by_size.values())) == 1 and len(by_size) == len(("low", "medium", "high")):
            usd = next(iter(by_size.values()))
            if usd:
                self.fees.setdefault(None, {}).update(dict.fromkeys(search_units(self.name), usd))
        elif any(by_size.values()):
            self.left_out.append("web search whose fee differs by context size")

    def _ranges(self, ranges: Iterable[Mapping[str, Any]]) -> None:
        for one in ranges:
            if "range" not in one:
                self.left_out.append("a fee that depends on the number of results")
                continue
            start = int(number(one["range"][0]))
            rates = {meter: number(one[key]) * MTOK for key, meter in LITELLM.items() if key in one}
            self.found.setdefault((None, start or None), {}).update(rates)


_UPLIFTS: Final = (
    ("eu", "regional_processing_uplift_multiplier_eu"),
    ("us", "regional_processing_uplift_multiplier_us"),
    ("*", "regional_endpoint_uplift_multiplier"),
)


def _why(base: str, *, has_tokens: bool) -> str:
    for word, reason in _REASONS:
        if word in base:
            return reason
    if has_tokens and base.startswith(_ALTERNATIVES):
        return "a price by another unit beside tokens: the same price again"
    return f"{base}: a unit that the book does not have"


_REASONS: Final = (
    ("dbu_cost", "a price in DBU beside the one in USD"),
    ("db_cost", "a price in DBU beside the one in USD"),
    ("pixel", "a price by the pixel"),
    ("cost_per_second_above", "a price by the second above a threshold"),
    ("decisions", "a service of its own under the model's name"),
)


def of_genai(name: str, prices: Mapping[str, Any], variants: Iterable[Mapping[str, Any]] = ()) -> Offer:
    """The offer of one set of prices of genai-prices (USD per million tokens, per hour, per thousand)."""
    left_out: list[str] = []
    rates, tiers, fees = _genai_prices(name, prices, left_out)
    modes: dict[str, Rates] = {}
    mode_tiers: dict[tuple[str, int], Rates] = {}
    mode_fees: dict[str, Rates] = {}
    for variant in variants:
        if not variant["prices"]:
            continue
        mode = _GENAI_MODES.get(next(iter(variant["when"].items()))) if len(variant["when"]) == 1 else None
        if mode is None:
            left_out.append(f"a variant by {' and '.join(variant['when'])}")
        elif mode not in modes and mode not in mode_fees:
            in_mode, above, in_mode_fees = _genai_prices(name, variant["prices"], left_out)
            modes[mode], mode_fees[mode] = in_mode, in_mode_fees
            mode_tiers |= {(mode, tier.above): tier.rates for tier in above}
    offer = Offer(
        rates=rates,
        tiers=tiers,
        fees=fees,
        modes={mode: each for mode, each in modes.items() if each},
        mode_tiers=mode_tiers,
        mode_fees={mode: each for mode, each in mode_fees.items() if each},
        left_out=tuple(left_out),
    )
    return tidy(name, offer, explicit=True)


def _genai_prices(name: str, prices: Mapping[str, Any], left_out: list[str]) -> tuple[Rates, tuple[Tier, ...], Rates]:
    rates: Rates = {}
    fees: Rates = {}
    above: dict[int, Rates] = {}
    for key, value in sorted(prices.items()):
        if value is None:
            continue
        tiered = value if isinstance(value, dict) else {"base": value, "tiers": ()}
        if key in GENAI:
            rates[GENAI[key]] = number(tiered["base"])
            for tier in tiered["tiers"]:
                above.setdefault(int(tier["start"]), {})[GENAI[key]] = number(tier["price"])
        elif key in _GENAI_FEES:
            unit, per = _GENAI_FEES[key]
            usd = Decimal(str(tiered["base"])) / per
            fees |= dict.fromkeys(search_units(name) if unit == "web_search_requests" else (unit,), usd)
        else:
            left_out.append(f"{key}: a unit that the book does not have")
    return rates, tuple(Tier(start, each) for start, each in sorted(above.items())), fees


def of_modelsdev(name: str, prices: Mapping[str, Any]) -> Offer:
    """The offer of an entry of models.dev (USD per million tokens)."""
    rates = {meter: number(prices[key]) for key, meter in MODELSDEV.items() if key in prices}
    tiers = []
    for tier in prices.get("tiers") or ():
        size = int(number((tier.get("tier") or {}).get("size") or 0))
        if size:
            tiers.append(Tier(size, {meter: number(tier[key]) for key, meter in MODELSDEV.items() if key in tier}))
    return tidy(name, Offer(rates=rates, tiers=tuple(sorted(tiers, key=lambda tier: tier.above))), explicit=False)


def search_units(name: str) -> tuple[str, ...]:
    """Gemini up to 2.5 charges a grounded prompt, which its logs count as one search; Gemini 3 and all others a search."""
    by_prompt = re.search(r"gemini-([12]\.|live-2|(pro|flash)-1)", name)
    return ("grounding_requests", "web_search_requests") if by_prompt else ("web_search_requests",)


def _off_peak(offer: Offer, off_peak: object) -> Offer:
    """Litellm states the peak rates and the off-peak windows; the book states off-peak and the peak window."""
    if not isinstance(off_peak, dict):
        return offer
    if "windows" not in off_peak:
        return replace(offer, left_out=(*offer.left_out, "off-peak hours in another form"))
    low = {meter: number(off_peak[key]) * MTOK for key, meter in LITELLM.items() if key in off_peak}
    hours = {day: _covered(off_peak["windows"], day) for day in range(1, 8)}
    peaks = {day: _gaps(spans) for day, spans in hours.items()}
    kinds = {spans for spans in peaks.values() if spans}
    if len(kinds) != 1 or set(low) != {meter for meter, rate in offer.rates.items() if rate}:
        return replace(offer, left_out=(*offer.left_out, "off-peak hours of more than one kind"))
    days = tuple(day for day, spans in peaks.items() if spans)
    return replace(offer, rates=low, window=Window(next(iter(kinds)), days, {meter: offer.rates[meter] for meter in low}))


def _covered(windows: Iterable[Mapping[str, Any]], day: int) -> list[tuple[int, int]]:
    spans = []
    for window in windows:
        if day in window.get("weekdays", range(1, 8)):
            texts = window["hours_utc"] if isinstance(window["hours_utc"], list) else [window["hours_utc"]]
            for text in texts:
                start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in text.split("-"))
                spans.append((start, end or 24 * 60))
    return sorted(spans)


def _gaps(spans: list[tuple[int, int]]) -> tuple[str, ...]:
    edges = [(0, 0), *spans, (24 * 60, 24 * 60)]
    free = [(one[1], two[0]) for one, two in pairwise(edges) if one[1] < two[0]]
    written = ((start, end if end < 24 * 60 or not start else 0) for start, end in free)  # a whole day ends at 24:00
    return tuple(f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}" for start, end in written)


def _is_number(value: object) -> bool:
    """Whether it is a number, or one in quotes."""
    return not isinstance(value, bool) and bool(re.fullmatch(r"[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?", str(value)))
