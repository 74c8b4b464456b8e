"""The book's prices of a day beside those of another package: what differs, what only one of them has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from logcost.price import names
from logcost.price.facts import PER_MTOK, latest

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from logcost.price.book import PriceBook
    from logcost.price.facts import PriceFact
    from logcost.price.packages import Table, Theirs

_FREE: Final = 0
_BESIDES: Final = {"google": ("gcp.vertex_ai",)}
"""Where the tables have two services of a provider as one."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One rate (USD per 1M tokens) on which the book and the package disagree. ``since``: from when ours is valid.

    ``theirs_before``: our price before that is what they have now, so that their table may only be older.
    """

    provider: str
    name: str
    model: str
    meter: str
    ours: Decimal
    theirs: Decimal
    since: datetime
    confidence: str
    theirs_before: bool = False


@dataclass(frozen=True, slots=True)
class Diff:
    """What two tables say of a day. ``compared``: how many rates both state, ``differences``: those that differ.

    ``only_theirs``: (provider, name) that the book does not have; ``without_price``: that it has, but not with a price of that
    day; ``only_ours``: models of the book that they do not have, of the providers that they have.
    """

    package: str
    version: str
    path: str
    at: datetime
    compared: int
    differences: tuple[Difference, ...]
    only_theirs: tuple[tuple[str, str], ...]
    only_ours: tuple[tuple[str, str], ...]
    without_price: tuple[tuple[str, str], ...] = ()


def diff(book: PriceBook, table: Table, at: datetime, *, provider: str | None = None) -> Diff:
    """Compare the standard rates of input, output and cached input at an instant.

    A 0 of theirs is left out, as it stands for unknown as often as for free.
    """
    wanted = book.provider_of(provider) if provider else None
    place = {name: book.provider_of(name) for name in {theirs.provider for theirs in table.models}}
    models = [theirs for theirs in table.models if wanted in (None, place[theirs.provider])]
    ours = _ours(book, at)
    seen: set[tuple[str, str]] = set()
    compared = 0
    found: list[Difference] = []
    missing: set[tuple[str, str]] = set()
    ended: set[tuple[str, str]] = set()
    for theirs in models:
        model = _model(book, theirs, at)
        if model not in ours:
            known = model or _model(book, theirs, None)
            (ended if known else missing).add((theirs.provider, theirs.model))
            continue
        seen.add(model)
        both = [(ours[model][meter], rate) for meter, rate in theirs.rates.items() if rate != _FREE and meter in ours[model]]
        compared += len(both)
        found += [_difference(book, theirs, model, own, rate) for own, rate in both if own.usd != rate]
    providers = {place[theirs.provider] for theirs in models}
    alone = sorted(model for model in ours if model[0] in providers and model not in seen)
    ordered = sorted(found, key=lambda one: (one.provider, one.name, one.meter))
    return Diff(
        table.package,
        table.version,
        table.path,
        at,
        compared,
        tuple(dict.fromkeys(ordered)),
        tuple(sorted(missing)),
        tuple(alone),
        tuple(sorted(ended)),
    )


def _ours(book: PriceBook, at: datetime) -> dict[tuple[str, str], dict[str, PriceFact]]:
    """(provider, model) -> meter -> the fact; models by their own name, without aliases."""
    found: dict[tuple[str, str], dict[str, PriceFact]] = {}
    for fact in latest(book, at):
        if fact.unit == PER_MTOK and not fact.tier and fact.model in book.providers[fact.provider].blocks:
            found.setdefault((fact.provider, fact.model), {})[fact.meter] = fact
    return found


def _model(book: PriceBook, theirs: Theirs, at: datetime | None) -> tuple[str, str] | None:
    """The model of the book for which a log with their name is charged at an instant, or (None) was or will be."""
    for provider in (theirs.provider, *_BESIDES.get(theirs.provider, ())):
        if book.provider_of(provider) is None:
            continue
        found = names.resolve(book, provider, theirs.model)
        for stand in found.stands:
            if at is None or ((stand.start is None or stand.start <= at) and (stand.end is None or at < stand.end)):
                return found.provider or provider, stand.model
    return None


def _difference(book: PriceBook, theirs: Theirs, model: tuple[str, str], own: PriceFact, rate: Decimal) -> Difference:
    one = book.providers[model[0]]
    earlier = [block for block in one.blocks[model[1]] if block.start < own.valid_from]
    before = bool(earlier) and earlier[-1].rates.get(own.meter) == rate  # type: ignore[call-overload]  # the meter is one of the grammar
    return Difference(
        model[0], theirs.model, model[1], own.meter, own.usd, rate, own.valid_from, own.confidence, theirs_before=before
    )
