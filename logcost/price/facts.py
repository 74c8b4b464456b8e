"""What the book says about one model, as facts with their source: for ``logcost prices show``."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Final

from logcost.errors import PriceBookError
from logcost.price import names
from logcost.price.alike import dashed, sellers, stands
from logcost.price.grammar import METERS
from logcost.price.hours import told as hours_told
from logcost.price.stretches import stretches
from logcost.price.tariff import FEMTO, FEMTO_PER_MTOK, GLOBAL, STANDARD, Where, tariff

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from logcost.price.book import PriceBook, ProviderBook
    from logcost.price.grammar import Above
    from logcost.price.stretches import Stretch

PER_MTOK: Final = "USD per 1M tokens"
PER_UNIT: Final = "USD each"


@dataclass(frozen=True, slots=True)
class PriceFact:
    """One rate of one model: what, in which mode, region and tier, from when until when, and who says so.

    ``tier`` is empty below the long-context threshold and outside special hours, else it says which. ``valid_to`` is
    exclusive, None while no end is known. ``confidence``: published, two-tables, table, inferred; ``revoked`` for a price
    that never began. ``from_basis``: stated, snapshot, noticed, reported; empty where ``valid_from`` is not the first day
    of the price itself but of an alias, a mode or a meter.
    """

    provider: str
    model: str
    meter: str
    usd: Decimal
    unit: str
    mode: str
    region: str
    tier: str
    valid_from: datetime
    valid_to: datetime | None
    source: str
    checked: date | None
    confidence: str
    note: str = ""
    from_basis: str = ""

    def holds(self, at: datetime) -> bool:
        """Whether the rate is valid at an instant."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


def show(book: PriceBook, model: str, *, provider: str | None = None, at: datetime | None = None) -> list[PriceFact]:
    """All rates of a model, oldest first; with ``at`` only those valid at that instant.

    Raises ``PriceBookError`` for a name that is not in the book, with who sells it or the names that look like it.
    """
    found = known(book, model, provider)
    one = book.providers[found.provider or ""]
    facts = _join_up([fact for part in stretches(one, found.stands) for fact in _facts(one, part)])
    if at is not None:
        return [fact for fact in facts if fact.holds(at)]
    return [*facts, *(fact for stand in found.stands for fact in _revoked(one, stand.model))]


def known(book: PriceBook, model: str, provider: str | None = None) -> names.Resolution:
    """What a name means, for someone who asks by hand. Raises ``PriceBookError`` with a hint for a name without prices."""
    found = names.resolve(book, provider, model)
    if not found.reason and found.provider is not None:
        return found
    others = sellers(book, model) if provider is None or book.provider_of(provider) else []
    if others:
        hint = f"It is sold by {', '.join(others)}: say which with --provider."
    elif provider is not None and book.provider_of(provider) is None:
        near = difflib.get_close_matches(provider.lower(), list(book.providers), n=3)
        hint = f"Near: {', '.join(near)}." if near else f"The book has {', '.join(sorted(book.providers))}."
    else:
        near = book.nearest(model, book.provider_of(provider) if provider else None)
        hint = f"Near: {', '.join(near)}." if near else "'logcost prices list' names all models."
    raise PriceBookError(f"No price for {model} ({found.reason}).", remedy=hint)


def latest(
    book: PriceBook, at: datetime, *, provider: str | None = None, kind: str | None = None, match: str = ""
) -> list[PriceFact]:
    """The rates of every model in standard mode at an instant; by provider and name, aliases under their own name.

    ``kind``: only of makers or only of hosts; ``match``: only models with this text in their name.
    Raises ``PriceBookError`` for a provider that is not in the book.
    """
    facts = []
    for name, model in chosen(book, provider=provider, kind=kind, match=match):
        one = book.providers[name]
        parts = [part for part in stretches(one, stands(one, model)) if part.merged]
        rates = _join_up([fact for part in parts for fact in _rates(one, part, Where())])
        facts += [fact if fact.model == model else replace(fact, model=model) for fact in rates if fact.holds(at)]
    return facts


def chosen(book: PriceBook, *, provider: str | None = None, kind: str | None = None, match: str = "") -> list[tuple[str, str]]:
    """(provider, name) of all models and aliases that are meant, sorted. Raises ``PriceBookError`` for an unknown provider."""
    one = book.provider_of(provider) if provider is not None else None
    if provider is not None and one is None:
        raise PriceBookError(f"No prices of {provider}.", remedy=f"The book has {', '.join(sorted(book.providers))}.")
    wanted = dashed(match)
    return [
        (name, model)
        for name, model in book.models(one)
        if wanted in dashed(model) and kind in (None, kind_of(book, name, model))
    ]


def kind_of(book: PriceBook, provider: str, model: str) -> str:
    """``maker`` of a model, or ``host``: also a maker that sells models of others, as ``perplexity`` sells ``openai/gpt-5``."""
    kind: str = book.providers[provider].file.kind
    if kind == "maker" and "/" in model and book.provider_of(model.partition("/")[0]) not in {None, provider}:
        return "host"
    return kind


def _facts(one: ProviderBook, part: Stretch) -> Iterator[PriceFact]:
    if part.merged is None:
        return
    windows = (False, True) if part.merged.block.window else (False,)
    tiers = range(len(part.merged.block.tiers) + 1)
    for mode, region, window, tier in product((STANDARD, *part.merged.modes), (GLOBAL, *part.merged.regions), windows, tiers):
        yield from _rates(one, part, Where(mode, region, tier, window))


def _rates(one: ProviderBook, part: Stretch, where: Where) -> Iterator[PriceFact]:
    found = tariff(one.file.provider, part.model, part.merged, part.start, where) if part.merged else None
    if found is None or part.merged is None:
        return
    block = part.merged.block
    long = above_told(block.tiers[where.tier - 1]) if where.tier else ""
    tier = ", ".join(text for text in (long, hours_told(part.merged.schedule) if where.window else "") if text)
    stated = [(meter, Decimal(found.rates[meter]) / FEMTO_PER_MTOK, PER_MTOK) for meter in METERS if meter in found.rates]
    if where == Where(where.mode):
        stated += [(unit, Decimal(fee) / FEMTO, PER_UNIT) for unit, fee in sorted(found.fees.items())]
    for meter, usd, unit in stated:
        yield PriceFact(
            one.file.provider,
            part.model,
            meter,
            usd,
            unit,
            where.mode,
            where.region,
            tier,
            part.start,
            part.end,
            part.merged.source,
            block.checked,
            block.confidence,
            block.note,
            block.from_basis if part.start == block.start else "",
        )


def above_told(tier: Above) -> str:
    """A long-context tier in words: ``above 200,000 prompt tokens``."""
    return f"from {tier.tokens:,} prompt tokens on" if tier.inclusive else f"above {tier.tokens:,} prompt tokens"


def _join_up(facts: list[PriceFact]) -> list[PriceFact]:
    """Facts of neighbouring stretches that say the same become one: a meter's rate does not end where another begins."""
    open_facts: dict[tuple[object, ...], PriceFact] = {}
    done: list[PriceFact] = []
    for fact in facts:
        key = (fact.model, fact.meter, fact.mode, fact.region, fact.tier)
        before = open_facts.get(key)
        if before is not None and before.valid_to == fact.valid_from and _says_the_same(before, fact):
            open_facts[key] = replace(fact, valid_from=before.valid_from, from_basis=before.from_basis)
            continue
        if before is not None:
            done.append(before)
        open_facts[key] = fact
    return sorted([*done, *open_facts.values()], key=_order)


def _says_the_same(one: PriceFact, other: PriceFact) -> bool:
    return (one.usd, one.source, one.confidence) == (other.usd, other.source, other.confidence)


def _order(fact: PriceFact) -> tuple[object, ...]:
    meter = METERS.index(fact.meter) if fact.meter in METERS else len(METERS)
    return (
        fact.valid_from,
        fact.model,
        fact.mode != STANDARD,
        fact.mode,
        fact.region != GLOBAL,
        fact.region,
        fact.tier,
        meter,
        fact.meter,
    )


def _revoked(one: ProviderBook, model: str) -> Iterator[PriceFact]:
    for taken_back in one.file.revoked:
        if model in taken_back.models:
            for meter, usd in taken_back.rates.items():
                yield PriceFact(
                    one.file.provider,
                    model,
                    meter,
                    usd,
                    PER_MTOK,
                    STANDARD,
                    GLOBAL,
                    "",
                    taken_back.start,
                    taken_back.start,
                    "",
                    None,
                    "revoked",
                    taken_back.note,
                )
