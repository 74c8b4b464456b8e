"""The files of the imported long tail: one line a price, rules for what repeats, in an order that follows from the content.

An existing file is only added to: its lines stay as they are, byte for byte, and so do its rules, whose names say what they hold.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import import_names as names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from import_history import Price
    from import_offer import Offer, Rates

METERS: Final = (
    *("input", "cache_read", "cache_read_audio", "cache_read_image"),
    *("cache_write_5m", "cache_write_30m", "cache_write_1h", "cache_write_12h"),
    *("input_audio", "input_image", "input_video", "output", "reasoning", "output_audio", "output_image"),
)
_OFTEN: Final = 3
"""What stands in as many prices of a file becomes a rule."""
_VISION: Final = frozenset({"azure", "gcp.vertex_ai", "google", "openai"})
_SPLITS_IMAGES: Final = re.compile(r"(^|/)(gemini|gpt|o\d|chat|computer)")
"""Providers and models whose usage data split image tokens off. Where a table states no rate for them, it is the text rate."""
_PLACES: Final = 9
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One price as it stands in a file: its models, first day, and the text behind them with what can be shared as rules."""

    models: tuple[str, ...]
    start: date
    text: str
    rules: tuple[str, ...] = ()


@dataclass(slots=True)
class File:
    """A provider's file: its sources, rules (name -> lines) and schedules, and its prices."""

    provider: str
    sources: dict[str, str] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    schedules: dict[str, str] = field(default_factory=dict)
    lines: list[tuple[str, str, str]] = field(default_factory=list)
    content: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))


def value(item: object) -> str:
    """A value in TOML, on one line."""
    if isinstance(item, Decimal | str):
        return f'"{item:f}"' if isinstance(item, Decimal) else f'"{item}"'
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, int):
        return f"{item:_}"
    if isinstance(item, dict):
        inner = ", ".join(f"{key if _BARE.fullmatch(key) else value(key)} = {value(each)}" for key, each in item.items())
        return f"{{ {inner} }}"
    if isinstance(item, list | tuple):
        return f"[{', '.join(value(each) for each in item)}]"
    return f"{item}"


def _ordered(rates: Rates) -> Rates:
    return {meter: rates[meter] for meter in METERS if meter in rates}


def fragments(provider: str, model: str, offer: Offer) -> tuple[dict[str, Any], dict[str, dict[str, Any]], list[str]]:
    """What a price says itself; what follows from it and may be a rule (name -> terms); and what had to be left out."""
    own: dict[str, Any] = {"rates": _ordered(offer.rates)} if offer.rates else {}
    left_out: list[str] = []
    if offer.tiers:
        own["long_context"] = [
            {"above": tier.above}
            | ({"inclusive": True} if tier.inclusive else {})
            | ({"rates": _ordered(tier.rates)} if tier.rates else {"refused": True})
            for tier in offer.tiers
        ]
    terms: dict[str, dict[str, Any]] = {}
    splits = provider in _VISION and bool(_SPLITS_IMAGES.search(model))
    vision = splits and offer.vision and "input" in offer.rates and "input_image" not in offer.rates
    if vision:
        terms["vision"] = {"as_input": ["input_image"]}
    writes = next((meter for meter in ("cache_write_30m", "cache_write_5m") if meter in offer.rates), None)
    if writes:
        terms[f"unsplit-{writes.rpartition('_')[2]}"] = {"cache_write_unsplit": writes}
    for mode, rates in sorted(offer.modes.items()):
        said = _mode(offer, mode, rates, vision=vision)
        if said:
            terms[_mode_name(mode, said)] = {"modes": {mode: said}}
        else:
            left_out.append(f"{mode}: rates that are no whole number of femto-USD")
    for mode, factor in sorted(offer.times.items()):
        terms[f"{mode}-x{_word(factor)}"] = {"modes": {mode: {"times": factor}}}
    for unit, usd in sorted(offer.fees.items()):
        in_modes = {mode: fees[unit] for mode, fees in sorted(offer.mode_fees.items()) if unit in fees}
        fee = {"usd": usd} | ({"modes": in_modes} if in_modes else {})
        more = "".join(f"-{mode}-{_word(one)}" for mode, one in in_modes.items())
        terms[f"{unit.replace('_', '-')}-{_word(usd)}{more}"] = {"fees": {unit: fee}}
    if offer.regions and offer.rates and _fits(offer, max(offer.regions.values())):
        places = "-".join(f"{'any' if place == '*' else place}-x{_word(times)}" for place, times in sorted(offer.regions.items()))
        terms[f"region-{places}"] = {"regions": {place: {"times": times} for place, times in sorted(offer.regions.items())}}
    return own, terms, left_out


def _fits(offer: Offer, factor: Decimal) -> bool:
    """Whether the factor leaves every rate, and its half in a batch, a whole number of femto-USD a token."""
    every = [*offer.rates.values(), *(rate for tier in offer.tiers for rate in tier.rates.values())]
    return all(-int((rate * factor / 2).normalize().as_tuple().exponent) <= _PLACES for rate in every)


def _mode(offer: Offer, mode: str, rates: Rates, *, vision: bool) -> dict[str, Any]:
    """A mode as one factor where the table's rates have one, some perhaps kept at the standard rate; else as rates."""
    factors = {meter: _factor(rate, offer.rates[meter]) for meter, rate in rates.items()}
    main = factors.get("input") or factors.get("output") or next(iter(factors.values()))
    if main is None or any(factor not in (main, Decimal(1)) for factor in factors.values()) or not _fits(offer, main):
        return {"rates": _ordered(rates)}
    said: dict[str, Any] = {"times": main}
    keep = [meter for meter in METERS if meter in factors and factors[meter] == 1 != main]
    if set(rates) != set(offer.rates):
        meters = [meter for meter in METERS if factors.get(meter) == main]
        said["meters"] = [*meters, "input_image"] if vision and "input" in meters else meters
    if keep:
        said["keep"] = keep
    return said | ({"above": True} if offer.tiers and _same_above(offer, mode, factors) else {})


def _same_above(offer: Offer, mode: str, factors: Mapping[str, Decimal | None]) -> bool:
    for tier in offer.tiers:
        above = offer.mode_tiers.get((mode, tier.above)) or offer.mode_tiers.get((mode, tier.above - tier.inclusive)) or {}
        for meter, rate in tier.rates.items():
            factor = factors.get(meter)
            if factor is not None and above.get(meter) != rate * factor:
                return False
    return True


def _factor(rate: Decimal, standard: Decimal) -> Decimal | None:
    """The factor between two rates, if it has at most four decimals."""
    if not standard:
        return None
    factor = round(rate / standard, 4).normalize()
    return factor if standard * factor == rate else None


def _mode_name(mode: str, said: Mapping[str, Any]) -> str:
    """A name that says all that is in the rule, so that a rule never changes."""
    if "times" not in said:
        return f"{mode}-" + "-".join(f"{meter}-{_word(rate)}" for meter, rate in said["rates"].items())
    meters = "".join(f"-{meter}" for meter in said.get("meters", ()))
    keep = "-keep" + "".join(f"-{meter}" for meter in said["keep"]) if "keep" in said else ""
    return f"{mode}-x{_word(said['times'])}{meters}{keep}{'-above' if said.get('above') else ''}"


def _word(number: Decimal) -> str:
    return f"{number.normalize():f}".replace(".", "_")


def merged(terms: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Several terms as one: their tables joined."""
    whole: dict[str, Any] = {}
    for term in terms:
        for key, item in term.items():
            whole[key] = whole[key] | item if key in whole and isinstance(item, dict) else item
    return whole


def add(file: File, prices: Iterable[tuple[str, Price, str]], checked: date) -> Counter[str]:
    """Writes prices (model, price, source key) into a file, those that say the same on one line. Returns what was left out."""
    left_out: Counter[str] = Counter()
    together: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    parts: dict[tuple[Any, ...], tuple[Price, str, dict[str, Any], dict[str, dict[str, Any]]]] = {}
    for model, price, source in prices:
        own, terms, lost = fragments(file.provider, model, price.offer)
        left_out.update(lost)
        if price.offer.window:
            window = price.offer.window
            name = f"peak-{'-'.join(span.replace(':', '') for span in window.hours)}"
            file.schedules[name] = f"hours = {value(window.hours)}\nweekdays = {value(window.weekdays)}"
            own["window"] = {"schedule": name, "rates": _ordered(window.rates)}
        key = (price.start, price.basis, price.confidence, price.note, source, value(own), value(terms))
        together[key].append(model)
        parts[key] = (price, source, own, terms)
    often = Counter(name for _, _, _, terms in parts.values() for name in terms)
    for key, models in together.items():
        price, source, own, terms = parts[key]
        rules = [name for name in terms if often[name] >= _OFTEN or name in file.rules]
        for name in rules:
            file.rules[name] = "\n".join(f"{word} = {value(item)}" for word, item in terms[name].items())
        inline = merged(term for name, term in terms.items() if name not in rules)
        said = {"models": sorted(models, key=lambda one: (one.lower(), one)), "from": price.start} | own | inline
        said |= ({"rules": rules} if rules else {}) | {"source": source, "checked": checked}
        said |= {"confidence": price.confidence, "from_basis": price.basis} | ({"note": price.note} if price.note else {})
        file.lines.append((said["models"][0].lower(), price.start.isoformat(), f"  {value(said)},"))
        for model in models:
            file.content[model].append({"from": price.start} | own | merged(terms.values()))
    return left_out


def text(file: File, made_from: str) -> str:
    """The file as TOML."""
    kind = "maker" if file.provider in names.MAKERS else "host"
    head = [
        f"# Imported from public price tables: {made_from} (MIT licence).",
        "# Do not edit: python pricing/tools/import_tables.py adds to it. A model of pricing/providers is never taken from here.",
        "",
        f'provider = "{file.provider}"',
        f'title = "{names.title(file.provider)}"',
        f'kind = "{kind}"',
        'as_input = ["input_image", "input_video"]',
        "price = [",
        *(line for _, _, line in sorted(file.lines)),
        "]",
        "",
        "[sources]",
        *(f"{key} = {value(page)}" for key, page in sorted(file.sources.items())),
    ]
    for name, body in sorted(file.rules.items()):
        head += ["", f"[rules.{name}]", body]
    for name, body in sorted(file.schedules.items()):
        head += ["", f"[schedules.{name}]", body]
    return "\n".join(head) + "\n"


def read(path: Path, provider: str) -> File:
    """An imported file as it stands, its lines verbatim; an empty one where there is none."""
    file = File(provider)
    if not path.exists():
        return file
    written = path.read_text(encoding="utf-8")
    document = tomllib.loads(written)
    inside = written.split("price = [\n", 1)[1].split("\n]\n", 1)[0].splitlines()
    for line, block in zip(inside, document["price"], strict=True):
        file.lines.append((block["models"][0].lower(), block["from"].isoformat(), line))
        rules = [document["rules"][name] for name in block.get("rules", ())]
        own = {key: block[key] for key in ("from", "rates", "long_context", "window") if key in block}
        terms = {key: block[key] for key in ("modes", "fees", "regions", "as_input", "cache_write_unsplit") if key in block}
        for model in block["models"]:
            file.content[model].append(own | merged([*rules, terms]))
    for blocks in file.content.values():
        blocks.sort(key=lambda one: one["from"])
    file.sources = document["sources"]
    bodies = re.split(r"\n\[(rules|schedules)\.([^\]\n]+)\]\n", written)[1:]
    for kind, name, body in zip(bodies[::3], bodies[1::3], bodies[2::3], strict=True):
        (file.rules if kind == "rules" else file.schedules)[name] = body.strip("\n")
    return file
