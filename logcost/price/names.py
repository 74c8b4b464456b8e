"""Which model of the book is meant: exact name, then unwrapped, then alias with dates, then stated family rules, else unknown.

The nearest name is never taken: a wrong model has a wrong price. A name that shows a host (Bedrock, Vertex, Azure,
OpenRouter ...) is looked for in that host's book and nowhere else, since hosts have their own prices. ``docs/names.md`` has
the order in which all is tried, with examples; ``pricing/aliases.toml`` has every rule and its reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from logcost.price.tariff import GLOBAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from logcost.price.book import PriceBook, ProviderBook
    from logcost.price.grammar import Target, Wrapper

_COMPACT_DATE: Final = re.compile(r"-(20\d\d)(\d\d)(\d\d)$")
_LONG_DATE: Final = re.compile(r"-(20\d\d)-(\d\d)-(\d\d)$")
_PREFIX: Final = re.compile(r"(?P<prefix>[\w.-]+)[/:](?P<name>.+)")


@dataclass(frozen=True, slots=True)
class Stand:
    """A model of the book that a name stands for from ``start`` until ``end`` (None: without limit)."""

    model: str
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name means: the provider and the dated models it stands for, or the reason why it is not priced.

    ``region`` is the one whose uplift holds: that of the call or the one in the name, unless the price of the models is that
    of the region already.
    """

    provider: str | None = None
    stands: tuple[Stand, ...] = ()
    reason: str | None = None
    region: str = GLOBAL


class _Shown(NamedTuple):
    """What a name shows: a provider in the words of the rule, how the model may stand in its book, and maybe the region."""

    provider: str
    names: tuple[str, ...]
    region: str | None = None


def resolve(book: PriceBook, provider_name: str | None, model: str | None, region: str = GLOBAL) -> Resolution:
    """The dated models that a provider's name for a model stands for.

    ``provider_name`` None: a maker, but only when exactly one has the name; or the host that the name shows.
    ``region``: in our words, as ``word`` gives them.
    """
    if model is None or not model.strip():
        return Resolution(reason="no-model")
    name = model.strip()
    stated = provider_name.strip() or None if provider_name else None
    provider = book.provider_of(stated) if stated else None
    target = book.own.target(stated, provider, name)
    if target is None:
        return _as_logged(book, stated, name, region)
    wanted = target.provider or provider
    found = _resolved(book, wanted, target.model, region) if wanted else None
    return found or _as_logged(book, target.provider, target.model, region)


def near(book: PriceBook, provider_name: str | None, model: str) -> list[str]:
    """Up to three names that look like an unknown model, of who is asked for it: a hint for a message. Others have none."""
    found = resolve(book, provider_name, model)
    return book.nearest(model, found.provider) if found.reason == "unknown-model" else []


def word(words: Mapping[str, tuple[str, ...]], value: str | None, default: str) -> str:
    """Our word for a tier or region as a log writes it; an unknown word stays as it is, in lower case."""
    if value is None or not value.strip():
        return default
    wanted = value.strip().lower()
    return next((ours for ours, theirs in words.items() if wanted == ours or wanted in theirs), wanted)


def _as_logged(book: PriceBook, stated: str | None, name: str, region: str) -> Resolution:
    """Without the names that a contract adds."""
    provider = book.provider_of(stated) if stated else None
    if provider is not None and (found := _resolved(book, provider, name, region)):
        return found
    shown = _shown(book, name, provider, vague=stated is None or book.is_gateway(stated))
    if shown is not None:
        return _of_shown(book, shown, region)
    if provider is not None:
        return Resolution(provider, reason="unknown-model")
    if stated is not None:
        return Resolution(reason=f"unknown-provider: {stated}")
    return _of_a_maker(book, name, region)


def _of_shown(book: PriceBook, shown: _Shown, region: str) -> Resolution:
    provider = book.provider_of(shown.provider)
    if provider is None:
        return Resolution(reason=f"unknown-provider: {shown.provider}")
    there = word(book.aliases.regions, shown.region, region)
    found = (_resolved(book, provider, name, there) for name in shown.names)
    return next((one for one in found if one), Resolution(provider, reason="unknown-model"))


def _of_a_maker(book: PriceBook, name: str, region: str) -> Resolution:
    makers = (maker for maker in book.aliases.makers if maker in book.providers)
    found = [one for maker in makers if (one := _resolved(book, maker, name, region)) and _is_own(book, one)]
    if len(found) > 1:
        sellers = ", ".join(sorted(one.provider or "" for one in found))
        return Resolution(reason=f"unknown-provider: {name} is sold by {sellers}")
    return found[0] if found else Resolution(reason="unknown-model")


def _is_own(book: PriceBook, found: Resolution) -> bool:
    """Whether a maker makes the models itself: some sell those of others or publish weights that anyone may serve."""
    pattern = book.aliases.own.get(found.provider or "")
    return pattern is None or all(_compiled(pattern).search(stand.model) for stand in found.stands)


def _shown(book: PriceBook, name: str, stated: str | None, *, vague: bool) -> _Shown | None:
    """Who served a call as its name shows it, unwrapped as often as it is wrapped. ``vague``: the log does not say who."""
    outer = _shown_once(book, name, stated, vague=vague)
    if outer is None:
        return None
    host = book.provider_of(outer.provider)
    deeper = (_shown_once(book, one, host, vague=False) for one in outer.names if one != name)
    inner = next((one for one in deeper if one and host is not None and book.provider_of(one.provider) == host), None)
    return outer if inner is None else _Shown(outer.provider, (*outer.names, *inner.names), inner.region or outer.region)


def _shown_once(book: PriceBook, name: str, stated: str | None, *, vague: bool) -> _Shown | None:
    for wrapper in book.aliases.wrapper:
        found = _compiled(wrapper.pattern).search(name)
        if found and (vague or not wrapper.weak or book.provider_of(wrapper.provider) == stated):
            return _unwrapped(wrapper, found, name)
    by_prefix = _by_prefix(book, name, stated, vague=vague)
    if by_prefix is not None:
        return by_prefix
    signs = {**book.aliases.hosts, **(book.aliases.hosts_when_unnamed if vague else {})}
    host = next((host for host, pattern in signs.items() if _compiled(pattern).search(name.lower())), None)
    resold = stated is not None and book.providers[stated].file.kind == "host"
    return None if host is None or resold else _Shown(host, (name,))


def _unwrapped(wrapper: Wrapper, found: re.Match[str], name: str) -> _Shown:
    region = found.groupdict().get("region")
    return _Shown(wrapper.provider, (name, *(found.expand(to) for to in wrapper.to)), region.lower() if region else None)


def _by_prefix(book: PriceBook, name: str, stated: str | None, *, vague: bool) -> _Shown | None:
    """The provider before a slash or colon, as client libraries write it: ``groq/llama-3.3-70b-versatile``, ``openai:gpt-4o``.

    Hosts put the maker there (``anthropic/claude-opus-4.5``), so another provider than the stated one is believed only where
    it is a host, its word is no maker's, and the stated one is no host itself.
    """
    found = _PREFIX.fullmatch(name)
    provider = book.provider_of(found["prefix"]) if found else None
    if found is None or provider is None:
        return None
    shown, prefix = _Shown(provider, (found["name"], name)), found["prefix"].lower()
    if stated == provider:
        return shown
    if vague:
        return shown if _is_called_by(book, prefix, shown) else None
    sold_on = stated is not None and book.providers[stated].file.kind == "host"
    is_sign = book.providers[provider].file.kind == "host" and prefix not in book.aliases.vendors
    return shown if is_sign and not sold_on else None


def _is_called_by(book: PriceBook, prefix: str, shown: _Shown) -> bool:
    """Whether the word before a model says who served it: a maker's only before its own models, a publisher's never."""
    if prefix in book.aliases.publishers:
        return False
    return prefix not in book.aliases.vendors or _made_by(book, shown.provider, shown.names)


def _made_by(book: PriceBook, provider: str, names: Iterable[str]) -> bool:
    found = next((one for name in names if (one := _resolved(book, provider, name, GLOBAL))), None)
    return found is not None and _is_own(book, found)


def _resolved(book: PriceBook, provider: str, name: str, region: str) -> Resolution | None:
    """The models of a provider's book under a name, in a region.

    First those that are named with the region (``us-gov-west-1/...``), then those whose price is stated to hold there, then
    those that the provider names otherwise there (``eu....``), at last the name itself with the uplift of the region.
    """
    one = book.providers[provider]
    stands = _stands(one, name)
    if region == GLOBAL:
        return Resolution(provider, stands) if stands else None
    if there := _stands(one, f"{region}/{name}"):
        return Resolution(provider, there)
    places = [place for place in one.names.place if _compiled(place.regions).search(region)]
    if stands and any(place.models and _all_match(place.models, stands) for place in places):
        return Resolution(provider, stands)
    written = (first.replace("{name}", name) for place in places for first in place.first)
    if there := next((found for other in written if (found := _stands(one, other))), ()):
        return Resolution(provider, there)
    return Resolution(provider, stands, region=region) if stands else None


def _all_match(pattern: str, stands: Iterable[Stand]) -> bool:
    return all(_compiled(pattern).search(stand.model) for stand in stands)


def _stands(book: ProviderBook, name: str) -> tuple[Stand, ...]:
    return next((stands for spelling in _spellings(book, name) if (stands := _known(book, spelling))), ())


def _known(book: ProviderBook, name: str) -> tuple[Stand, ...]:
    known = book.spelled(name)
    if known is None or known in book.blocks:
        return (Stand(known),) if known else ()
    targets = book.names.alias[known]
    nexts = [*(target.start for target in targets[1:]), None]
    return tuple(_stand(target, after) for target, after in zip(targets, nexts, strict=True))


def _stand(target: Target, after: datetime | None) -> Stand:
    """What an alias stands for until its next target, or until a day from which nobody knows."""
    return Stand(target.model, target.start, min((end for end in (target.until, after) if end), default=None))


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
