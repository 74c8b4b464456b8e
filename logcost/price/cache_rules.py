"""Prompt-cache rules of providers, dated, from ``pricing/cache_rules.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from logcost import resources
from logcost.errors import PriceBookError
from logcost.types import CacheLifetime, CacheRule

if TYPE_CHECKING:
    from collections.abc import Iterable

_READY: Final = 1
_SEPARATORS: Final = re.compile(r"[._@: \[\]]+")
# What may follow a family name: the end, or a suffix that is no further version number (a date, "mini", "preview").
_REST: Final = r"(?=$|/|-(?!\d{1,2}(?:$|-)))"


@dataclass(frozen=True, slots=True)
class DatedRule:
    """One block of the file: for whom, when (half-open instants), and the rule. ``host``: resells other makers' models."""

    providers: tuple[str, ...]
    families: tuple[str, ...]
    host: bool
    valid_from: datetime | None
    valid_to: datetime | None
    rule: CacheRule

    def covers(self, at: datetime | None) -> bool:
        """The rule is valid at an instant; without an instant, that it has not ended."""
        if at is None:
            return self.valid_to is None
        return (self.valid_from is None or self.valid_from <= at) and (self.valid_to is None or at < self.valid_to)


def cache_rule(provider: str | None, model: str | None, at: datetime | None) -> CacheRule | None:
    """The rule for a provider's model at an instant (``None``: today's rule); ``None`` where none is stated, never a guess.

    Names may carry wrappers and dates (``us.anthropic.claude-sonnet-4-5-20250929-v1:0``); the longest family name decides,
    and a further version number is another model. Without a provider the model's own maker is assumed.
    """
    if model is None:
        return None
    name = _normal(model)
    candidates = [
        (len(family), dated)
        for dated in rules()
        if dated.covers(at) and (not dated.host if provider is None else _normal(provider) in dated.providers)
        for family in dated.families
        if _pattern(family).search(name)
    ]
    longest = max((length for length, _ in candidates), default=0)
    found = {id(dated): dated for length, dated in candidates if length == longest}
    return next(iter(found.values())).rule if len(found) == 1 else None


@cache
def rules() -> tuple[DatedRule, ...]:
    """All rules in the order of the file; raises ``PriceBookError`` for a block that is wrong."""
    data = tomllib.loads(resources.text("pricing", "cache_rules.toml"))
    providers = data["provider"]
    return tuple(_dated(block, number, providers) for number, block in enumerate(data["rule"], start=1))


@cache
def changes() -> tuple[datetime, ...]:
    """Every instant at which some rule begins or ends, in order."""
    return tuple(sorted({at for dated in rules() for at in (dated.valid_from, dated.valid_to) if at is not None}))


def _dated(block: dict[str, Any], number: int, providers: dict[str, dict[str, Any]]) -> DatedRule:
    try:
        provider = providers[block["provider"]]
        lifetimes = tuple(CacheLifetime(x["name"], x["seconds"], Decimal(x["write"])) for x in block["lifetimes"])
        return DatedRule(
            providers=tuple(_normal(name) for name in provider["names"]),
            families=tuple(_normal(name) for name in block["models"]),
            host=provider.get("host", False),
            valid_from=_instant(block.get("valid_from")),
            valid_to=_instant(block.get("valid_to")),
            rule=_rule(block, lifetimes),
        )
    except (KeyError, IndexError, ArithmeticError) as error:
        raise PriceBookError(f"Cache rule {number} is wrong: {error!r}", path="pricing/cache_rules.toml") from error


def _rule(block: dict[str, Any], lifetimes: tuple[CacheLifetime, ...]) -> CacheRule:
    return CacheRule(
        min_tokens=block["min_tokens"],
        step_tokens=block["step_tokens"],
        ttl_seconds=lifetimes[0].ttl_seconds,
        read_multiplier=Decimal(block["read"]),
        write_multiplier=lifetimes[0].write_multiplier,
        scope=block["scope"],
        mode=block["mode"],
        source=block["source"],
        checked=str(block["checked"]),
        lifetimes=lifetimes,
        note=block.get("note", ""),
        ready_seconds=block.get("ready", _READY),
    )


def _instant(value: datetime | None) -> datetime | None:
    return value.astimezone(UTC) if value else None


def _normal(name: str) -> str:
    return _SEPARATORS.sub("-", name.lower())


@cache
def _pattern(family: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[/-]){re.escape(family)}{_REST}")


def families() -> Iterable[tuple[str, str]]:
    """Every (provider, family) with a rule, for documentation and tests."""
    return sorted({(dated.providers[0], family) for dated in rules() for family in dated.families})
