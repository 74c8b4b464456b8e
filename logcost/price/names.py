"""Which model of the book is meant: exact name, then unwrapped, then alias with dates, then stated family rules, else unknown.

The nearest name is never taken: a wrong model has a wrong price. Names that show another host (Bedrock, Vertex, Azure,
OpenRouter ...) are refused, since the host has its own prices.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from logcost.price.tariff import GLOBAL

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from logcost.price.book import PriceBook, ProviderBook

_COMPACT_DATE: Final = re.compile(r"-(20\d\d)(\d\d)(\d\d)$")
_LONG_DATE: Final = re.compile(r"-(20\d\d)-(\d\d)-(\d\d)$")


@dataclass(frozen=True, slots=True)
class Stand:
    """A model of the book that a name stands for from ``start`` until ``end`` (None: without limit)."""

    model: str
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name means: the provider and the dated models it stands for, or the reason why it is not priced.

    ``region`` is the one whose uplift holds: that of the call, unless the name has the region in it already.
    """

    provider: str | None = None
    stands: tuple[Stand, ...] = ()
    reason: str | None = None
    region: str = GLOBAL


def resolve(book: PriceBook, provider_name: str | None, model: str | None, region: str = GLOBAL) -> Resolution:
    """The dated models that a provider's name for a model stands for.

    ``provider_name`` None: the provider is inferred, but only when the name is in exactly one provider's book.
    """
    if model is None or not model.strip():
        return Resolution(reason="no-model")
    name = model.strip()
    host = _host(book.aliases.hosts, name)
    if provider_name is None:
        host = host or _host(book.aliases.hosts_when_unnamed, name)
    if host or provider_name is not None:
        provider = book.provider_of(host or provider_name or "")
        if provider is None:
            return Resolution(reason=f"unknown-provider: {host or provider_name}")
        return _resolved(book, provider, name, region) or Resolution(provider, reason="unknown-model")
    found = [one for maker in book.aliases.makers if maker in book.providers if (one := _resolved(book, maker, name, region))]
    if len(found) > 1:
        sellers = ", ".join(sorted(one.provider or "" for one in found))
        return Resolution(reason=f"unknown-provider: {name} is sold by {sellers}")
    return found[0] if found else Resolution(reason="unknown-model")


def _resolved(book: PriceBook, provider: str, name: str, region: str) -> Resolution | None:
    """The models of a provider's book; those of the call's region where the name of a model begins with it."""
    one = book.providers[provider]
    if region != GLOBAL and (stands := _stands(one, f"{region}/{name}")):
        return Resolution(provider, stands)
    stands = _stands(one, name)
    return Resolution(provider, stands, region=region) if stands else None


def word(words: Mapping[str, tuple[str, ...]], value: str | None, default: str) -> str:
    """Our word for a tier or region as a log writes it; an unknown word stays as it is, in lower case."""
    if value is None or not value.strip():
        return default
    wanted = value.strip().lower()
    return next((ours for ours, theirs in words.items() if wanted == ours or wanted in theirs), wanted)


def _host(hosts: Mapping[str, str], name: str) -> str | None:
    return next((host for host, pattern in hosts.items() if _compiled(pattern).search(name.lower())), None)


def _stands(book: ProviderBook, name: str) -> tuple[Stand, ...]:
    return next((stands for spelling in _spellings(book, name) if (stands := _known(book, spelling))), ())


def _known(book: ProviderBook, name: str) -> tuple[Stand, ...]:
    if name in book.blocks:
        return (Stand(name),)
    targets = book.names.alias.get(name, [])
    ends = [*(target.start for target in targets[1:]), None] if targets else []
    return tuple(Stand(target.model, target.start, end) for target, end in zip(targets, ends, strict=True))


def _spellings(book: ProviderBook, name: str) -> list[str]:
    """The name as it is, then each step of unwrapping it; every step starts from all the ones before."""
    spellings = _dates([name, name.lower()])
    for rewrite in book.names.rewrite:
        rewritten = (_compiled(rewrite.pattern).sub(rewrite.to, spelling) for spelling in spellings)
        spellings = list(dict.fromkeys([*spellings, *rewritten]))
    return _dates(spellings)


def _dates(spellings: list[str]) -> list[str]:
    """The same with a date at the end written both ways: 2025-12-11 and 20251211."""
    compact = [_LONG_DATE.sub(r"-\1\2\3", spelling) for spelling in spellings]
    dashed = [_COMPACT_DATE.sub(r"-\1-\2-\3", spelling) for spelling in spellings]
    return list(dict.fromkeys([*spellings, *compact, *dashed]))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
