"""What the same call costs with every model: priced by the engine in one frame, and put side by side."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl

from logcost.errors import UsageError
from logcost.price.alike import Makers, plain
from logcost.price.charge import charges
from logcost.price.facts import chosen, kind_of, known
from logcost.price.quote import usd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from logcost.price.book import PriceBook

_NOON: Final = timedelta(hours=12)
_GONE: Final = ("retired", "before-first-price", "no-price-then", "unknown-model")
"""Reasons that say that the model is not sold on that day, and nothing about the call."""
_WANTED: Final = ("price_provider", "price_model", "list_cost_fusd", "input_rate_fusd", "output_rate_fusd", "unpriced_reason")


@dataclass(frozen=True, slots=True)
class Question:
    """The call that is compared (counts as in ``quote.Call``), how many of them, and which models are meant.

    ``models``: names as logs write them, of whom the makers' (or ``provider``'s) are meant; none: all that ``match``.
    ``every``: those of hosts as well. ``base``: the model that counts as 1, else the cheapest that costs anything.
    """

    counts: Mapping[str, int]
    calls: int = 1
    provider: str | None = None
    models: tuple[str, ...] = ()
    match: str = ""
    every: bool = False
    mode: str | None = None
    region: str | None = None
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One model of one provider: USD for one call and for all, output rate to input rate, and cost to that of the base.

    ``model``: as the book names it, ``name`` the shortest name for it. ``group``: what the same model of other providers
    has in common with it.
    """

    provider: str
    name: str
    model: str
    group: str
    cost: Decimal
    total: Decimal
    output_to_input: Fraction | None
    relative: Fraction | None


@dataclass(frozen=True, slots=True)
class Group:
    """One model over all that sell it: how many, and the least, the middle and the most that the calls cost there."""

    group: str
    sellers: int
    lowest: Decimal
    median: Decimal
    highest: Decimal
    cheapest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows from the cheapest on; ``groups`` of those that several providers sell, by name.

    ``unpriced``: reason -> (provider, name) of the models that are sold but not priced for such a call; ``gone``: how many
    are not sold on that day (those that were named are in ``unpriced``); ``left_out``: how many of hosts were not asked for.
    """

    question: Question
    at: datetime
    rows: tuple[Row, ...]
    groups: tuple[Group, ...] = ()
    unpriced: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    gone: int = 0
    left_out: int = 0
    base: str | None = None


class _Priced(NamedTuple):
    provider: str
    name: str
    model: str
    fusd: int | None
    input_rate: int | None
    output_rate: int | None
    reason: str | None


def compare(book: PriceBook, question: Question, at: datetime) -> Comparison:
    """Price the call with all models that are meant. A day (a midnight) means its noon where the price depends on the hour.

    Raises ``PriceBookError`` for a provider or model that is not in the book, ``UsageError`` for a base without a cost.
    """
    pairs = _pairs(book, question)
    makers = Makers(book, at)
    priced = _once(_price(book, pairs, question, at))
    asked = _asked(book, question, pairs)
    shown = [one for one in priced if asked is None or (one.provider, one.name) in asked or (one.provider, one.model) in asked]
    base = _base(shown, question.base)
    rows = [_row(one, question.calls, base, makers.group(one.name)) for one in shown if one.fusd is not None]
    names_of = {row.group for row in rows}
    everywhere = [_row(one, question.calls, None, makers.group(one.name)) for one in priced if one.fusd is not None]
    unpriced: dict[str, list[tuple[str, str]]] = {}
    gone = [one for one in shown if one.reason and one.reason.startswith(_GONE) and not question.models]
    for one in shown:
        if one.reason and one not in gone:
            unpriced.setdefault(one.reason, []).append((one.provider, one.name))
    return Comparison(
        question,
        at,
        tuple(sorted(rows, key=lambda row: (row.cost, row.provider, row.name))),
        tuple(_groups(row for row in everywhere if row.group in names_of)),
        {reason: tuple(models) for reason, models in sorted(unpriced.items(), key=lambda pair: (-len(pair[1]), pair[0]))},
        len(gone),
        len(priced) - len(shown),
        base.name if base else None,
    )


def ordered(rows: Sequence[Row], sort: str) -> list[Row]:
    """By ``cost``, as they are, or by ``model`` and provider."""
    return list(rows) if sort == "cost" else sorted(rows, key=lambda row: (row.group, row.provider, row.name))


def _pairs(book: PriceBook, question: Question) -> list[tuple[str, str]]:
    """All names to be priced: those that are meant, and the same models of all others for the range over hosts."""
    if not question.models:
        pairs = chosen(book, match=question.match)
        wanted = book.provider_of(question.provider) if question.provider else None
        if question.provider and wanted is None:
            chosen(book, provider=question.provider)  # raises
        return pairs
    makers = Makers(book)
    alike = {makers.group(model) for model in question.models}
    exact = [(known(book, model, question.provider).provider or "", model) for model in question.models]
    return list(dict.fromkeys([*exact, *(pair for pair in chosen(book) if makers.group(pair[1]) in alike)]))


def _asked(book: PriceBook, question: Question, pairs: Sequence[tuple[str, str]]) -> set[tuple[str, str]] | None:
    """The pairs that are rows of their own; None: all."""
    if question.every:
        return None
    if question.models:
        found = [(model, known(book, model, question.provider)) for model in question.models]
        return {(one.provider or "", name) for model, one in found for name in (model, *(stand.model for stand in one.stands))}
    provider = book.provider_of(question.provider) if question.provider else None
    return {pair for pair in pairs if pair[0] == provider or (provider is None and kind_of(book, *pair) == "maker")}


def _price(book: PriceBook, pairs: Sequence[tuple[str, str]], question: Question, at: datetime) -> list[_Priced]:
    hour = at + _NOON if at.time().isoformat() == "00:00:00" else at
    usage = pl.DataFrame(
        {"provider_name": [pair[0] for pair in pairs], "response_model": [pair[1] for pair in pairs]},
        schema={"provider_name": pl.String, "response_model": pl.String},
    ).with_columns(
        service_tier=pl.lit(question.mode, dtype=pl.String),
        region=pl.lit(question.region, dtype=pl.String),
        started_at=pl.lit(hour).cast(pl.Datetime("us", "UTC")),
        **{name: pl.lit(count, dtype=pl.Int64) for name, count in question.counts.items()},
    )
    found = charges(usage.lazy(), book, at=at).select(_WANTED).collect()
    return [
        _Priced(provider, name, row[1] or name, *row[2:]) for (provider, name), row in zip(pairs, found.iter_rows(), strict=True)
    ]


def _once(priced: Iterable[_Priced]) -> list[_Priced]:
    """One row a model: of its names, which cost the same, the shortest."""
    found: dict[tuple[str, str], _Priced] = {}
    for one in sorted(priced, key=lambda one: (len(one.name), one.name)):
        found.setdefault((one.provider, one.model), one)
    return list(found.values())


def _base(shown: Sequence[_Priced], name: str | None) -> _Priced | None:
    priced = [one for one in shown if one.fusd]
    if name is None:
        return min(priced, key=lambda one: (one.fusd or 0, one.provider, one.name), default=None)
    own = [one for one in priced if name in {one.name, one.model} or plain(name) == plain(one.name)]
    if not own:
        raise UsageError(f"--base {name} is not among the models that have a cost.", remedy="Name one of those that are listed.")
    return own[0]


def _row(one: _Priced, calls: int, base: _Priced | None, group: str) -> Row:
    assert one.fusd is not None  # noqa: S101 -- the caller passes priced ones only
    ratio = Fraction(one.output_rate, one.input_rate) if one.output_rate is not None and one.input_rate else None
    relative = Fraction(one.fusd, base.fusd) if base and base.fusd else None
    return Row(one.provider, one.name, one.model, group, usd(one.fusd), usd(one.fusd * calls), ratio, relative)


def _groups(rows: Iterable[Row]) -> list[Group]:
    """Those that several providers sell. A provider with several prices for it (regions) counts with each."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.group, []).append(row)
    made = []
    for group, own in sorted(found.items()):
        sellers = Counter(row.provider for row in own)
        if len(sellers) < 2:  # noqa: PLR2004 -- one seller has no range
            continue
        totals = sorted(row.total for row in own)
        least = tuple(dict.fromkeys(sorted(row.provider for row in own if row.total == totals[0])))
        made.append(Group(group, len(sellers), totals[0], _median(totals), totals[-1], least))
    return made


def _median(totals: Sequence[Decimal]) -> Decimal:
    """The middle one, or the exact mean of the two in the middle."""
    low, high = totals[(len(totals) - 1) // 2], totals[len(totals) // 2]
    if low == high:
        return low
    both: Any = int(low.scaleb(16)) + int(high.scaleb(16))
    return Decimal(f"{both // 2}e-16")
