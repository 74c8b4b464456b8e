"""What the evidence supports: ``python pricing/tools/audit.py FOLDER [--write]``.

FOLDER holds the histories of the public price tables (``changes_*.jsonl.gz``: one event a line, ``{source, provider, model,
first_seen, not_before, prices}``) and the changes known by hand (``known_changes.csv``); the days that pages state which we
read ourselves are in ``stated_days.csv`` beside this file. For every block and model that was written by hand it says how many independent tables state the rates that are written in the block for the time of the block, and what its first
day rests on. Three families count: litellm with its copy tokencost, genai-prices, models.dev. A line that begins with ``!`` is a
label that claims too much. ``--write`` renews ``tests/price/audit.csv``, to which a test holds the labels of the book.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from logcost.price import names
from logcost.price.book import PriceBook, names_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from logcost.price.book import ProviderBook
    from logcost.price.grammar import Block

STATED: Final = Path(__file__).with_name("stated_days.csv")
SUMMARY: Final = Path(__file__).resolve().parents[2] / "tests" / "price" / "audit.csv"
COLUMNS: Final = ("provider", "model", "from", "rates", "in_full", "confidence", "from_basis", "remark")
CONFIDENCE: Final = ("inferred", "table", "two-tables", "published")
BASIS: Final = ("reported", "noticed", "snapshot", "stated")
"""The labels, weakest first."""

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

TABLE_PAGES: Final = ("https://github.com/",)
DAY: Final = timedelta(days=1)
FALLS_BACK: Final = {"input_audio": "input", "input_image": "input", "output_audio": "output", "output_image": "output"}
"""Where a table states no rate of its own, it charges the text rate."""

ABOVE: Final = re.compile(r"(\w+?)_above_\d+k_tokens$")
EXPLICIT: Final = ("explicit", ".com", "page", "guide", "comment", "release note", "from_date", "news 20")
"""Words by which ``known_changes.csv`` says that a page or a table states the day; all else is reported."""


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


@dataclass(frozen=True, slots=True)
class Finding:
    """What the evidence supports for one model of one block. ``in_full``: the families that state every rate.

    ``confidence`` counts rate by rate: ``two-tables`` when each is stated by two families.
    """

    in_full: tuple[str, ...]
    confidence: str
    from_basis: str
    remark: str


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
            yield Seen(family, event["model"], _rates(prices), before + DAY if before else first, gone, False, first, before, day)


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
    yield from (one["prices"] for one in inner if "start_time" in (one.get("constraint") or {})) if isinstance(inner, list) else ()


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
    above = {f"{prefix(number)}{meter}": rate for number, tier in enumerate(long) for meter, rate in (_rates(tier) if tier else {}).items()}
    return rates | (_rates(base) if base else {}) | above


def prefix(tier: int) -> str:
    """How the rates of a long-context tier are called: ``above:input`` for the first, ``above2:input`` for the second."""
    return f"above{tier + 1}:" if tier else "above:"


def _round(value: object, factor: Decimal) -> Decimal:
    return round(Decimal(str(value)) * factor, PLACES).normalize()


def written(block: Block) -> dict[str, Decimal]:
    """The rates that a block states itself: what it derives by rules is not covered by its label."""
    rates: dict[str, Decimal] = {str(meter): rate for meter, rate in block.rates.items()}
    rates |= {unit: fee.usd for unit, fee in block.fees.items()}
    rates |= {f"{prefix(number)}{meter}": rate for number, tier in enumerate(block.tiers) for meter, rate in tier.rates.items()}
    rates |= {f"window:{meter}": rate for meter, rate in (block.window.rates if block.window else {}).items()}
    return {meter: round(rate, PLACES).normalize() for meter, rate in rates.items()}


def examine(one: ProviderBook, block: Block, model: str, seen: Sequence[Seen], changes: Sequence[Mapping[str, str]]) -> Finding:
    """Compare one block with all that the tables say of one of its models. ``seen``: of all spellings of the model."""
    dated = one.blocks[model]
    later = dated[dated.index(block) + 1 :]
    start, end = block.start.date(), later[0].start.date() if later else date.max
    valid = [each for each in seen if each.end > start and each.begin < end]
    backing = {meter: _families(valid, meter, rate) for meter, rate in written(block).items()}
    in_full = tuple(sorted(set.intersection(*backing.values()))) if backing else ()
    weakest = min((len(families) for families in backing.values()), default=0)
    agreeing = [each for each in valid if all(each.says(meter) in (rate, None) for meter, rate in written(block).items())]
    first = dated[0] is block
    moved = first or dated[dated.index(block) - 1].rates != block.rates
    remarks = [*_disagreements(valid, block, backing), *(_days(agreeing, block, first=first) if moved else ())]
    basis = _basis(block, model, agreeing, changes, first=first)
    return Finding(in_full, CONFIDENCE[min(weakest, 2)], basis, "; ".join(remarks))


def _families(valid: Sequence[Seen], meter: str, rate: Decimal) -> set[str]:
    return {each.family for each in valid if each.says(meter) == rate}


def _disagreements(valid: Sequence[Seen], block: Block, backing: Mapping[str, set[str]]) -> Iterator[str]:
    for meter, rate in written(block).items():
        others: dict[str, set[Decimal]] = defaultdict(set)
        for each in valid:
            said = each.rates.get(meter)
            if said is not None and each.family not in backing[meter]:
                others[each.family].add(said)
        for family, rates in sorted(others.items()):
            yield f"{meter} {rate:f}, {family} has {' '.join(f'{other.normalize():f}' for other in sorted(rates))}"


def _days(agreeing: Sequence[Seen], block: Block, *, first: bool) -> Iterator[str]:
    """What the tables say of the first day, where it is another day than ours."""
    start = block.start.date()
    early = min((each.first_seen for each in agreeing if set(written(block)) <= set(each.rates)), default=date.max)
    if early < start and not any(each.told and each.begin == start for each in agreeing):
        yield f"a table had this price on {early}, before our first day"
    released = {each.release for each in agreeing if each.release}
    if first and released and start not in released:
        yield f"released {' or '.join(str(day) for day in sorted(released))} by models.dev"


def _basis(block: Block, model: str, agreeing: Sequence[Seen], changes: Sequence[Mapping[str, str]], *, first: bool) -> str:
    start = block.start.date()
    told = any(each.told and each.begin == start for each in agreeing)
    released = first and any(each.release == start for each in agreeing)
    known = [change["evidence"] for change in changes if _concerns(change, start, model)]
    if told or released or any(word in evidence for evidence in known for word in EXPLICIT):
        return "stated"
    spellings = {model, *block.models, *(each.name for each in agreeing)}
    if first and any(names_day(name, block.start) for name in spellings if _same_model(name, model)):
        return "snapshot"
    noticed = {each.first_seen for each in agreeing} | {each.not_before + DAY for each in agreeing if each.not_before}
    return "noticed" if start in noticed or any("commit" in evidence for evidence in known) else "reported"


def _concerns(change: Mapping[str, str], start: date, model: str) -> bool:
    words = [word.lower().replace(".", "-") for word in re.split(r"[\s/(),]+", change["what"]) if len(word) > len("4.5")]
    on_that_day = change["effective_from_utc"].startswith(start.isoformat())
    return on_that_day and "reported" not in change["evidence"] and any(word in model.replace(".", "-") for word in words)


def _same_model(name: str, model: str) -> bool:
    return undated(name.rsplit("/", 1)[-1]) == undated(model)


def undated(name: str) -> str:
    """A name without the date of its snapshot: names that are equal then and stand in one block are one model."""
    return re.sub(r"-(20\d\d-?\d\d-?\d\d|[01]\d[0-3]\d|\d\d-\d\d|00\d)(?=$|-)", "", name)


def audit(folder: Path, book: PriceBook) -> list[tuple[str, Block, str, Finding]]:
    """Every block and model of the book with what the evidence supports, in the order of the files."""
    evidence = read_evidence(folder, book)
    lists = (folder / "known_changes.csv", STATED)
    changes = [change for path in lists for change in csv.DictReader(path.read_text(encoding="utf-8").splitlines())]
    rows = []
    for provider, one in sorted(book.providers.items()):
        ours = [change for change in changes if PROVIDERS.get(change["provider"], change["provider"]) == provider]
        for block in one.file.price:
            for model in block.models:
                same = [other for other in block.models if undated(other) == undated(model)]
                seen = [each for other in same for each in evidence.get((provider, other), [])]
                rows.append((provider, block, model, examine(one, block, model, seen, ours)))
    return rows


def document(rows: Sequence[tuple[str, Block, str, Finding]]) -> str:
    """The findings as CSV: what a label of the book may claim at most, and for which rates."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for provider, block, model, found in rows:
        rates = " ".join(f"{meter}={rate:f}" for meter, rate in written(block).items())
        day = f"{block.start.astimezone(UTC):%Y-%m-%d}"
        table.writerow((provider, model, day, rates, " ".join(found.in_full), found.confidence, found.from_basis, found.remark))
    return out.getvalue()


def claims_too_much(block: Block, source: str, confidence: str, from_basis: str) -> str:
    """Why the labels of a block say more than is supported, or nothing. ``source``: the address the block names.

    ``published`` is above what tables can support: it asks for the provider's own page as the source.
    """
    if block.confidence == "published":
        return "published, but the source is a table" if source.startswith(TABLE_PAGES) else ""
    if CONFIDENCE.index(block.confidence) > CONFIDENCE.index(confidence):
        return f"confidence is {block.confidence}, supported is {confidence}"
    if BASIS.index(block.from_basis) > BASIS.index(from_basis):
        return f"from_basis is {block.from_basis}, supported is {from_basis}"
    return ""


def differences(book: PriceBook, rows: Sequence[tuple[str, Block, str, Finding]]) -> Iterator[str]:
    """One line for each label that claims too much (``!``) or less than is supported, and for each remark."""
    for provider, block, model, found in rows:
        source = book.providers[provider].file.sources[block.source]
        problem = claims_too_much(block, source, found.confidence, found.from_basis)
        ours, supported = f"{block.confidence}, {block.from_basis}", f"{found.confidence}, {found.from_basis}"
        if ours != supported or found.remark:
            by = ", ".join(found.in_full) or "no table"
            mark = "!" if problem else " "
            yield f"{mark} {provider} {model} {block.start:%Y-%m-%d}: {ours}; supported: {supported}, all by {by}. {found.remark}"


def main() -> None:
    """Print the differences; with ``--write`` renew the summary."""
    book = PriceBook.load()
    rows = audit(Path(sys.argv[1]), book)
    sys.stdout.writelines(f"{line}\n" for line in differences(book, rows))
    if "--write" in sys.argv:
        SUMMARY.write_text(document(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
