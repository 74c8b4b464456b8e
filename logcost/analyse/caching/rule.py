"""A cache rule given by hand: ``min=1024,step=1,ttl=300,read=0.1,write=1.25[,scope=none|project|key][,ready=SECONDS]``."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from logcost.errors import UsageError
from logcost.price.cache_rules import cache_rule
from logcost.types import CacheRule

if TYPE_CHECKING:
    from datetime import datetime

SCOPES: Final = ("key", "project", "none")
"""Who shares a cache: calls of one API key (the default), of one project, or all of them."""

_EXAMPLE: Final = "Give for example min=1024,step=1,ttl=300,read=0.1,write=1.25 (and scope=key, project or none; ready=SECONDS)."
_COUNTS: Final = {"min": 0, "step": 1, "ttl": 0}
_READY: Final = "ready"
_DECIMALS: Final = 6


def parse_rule(text: str) -> CacheRule:
    """The rule a reader typed; replayed exactly as stated, with no other lifetime and no wider scope tried.

    ``min`` and ``step`` in tokens, ``ttl`` and ``ready`` (0 if it is not given) in seconds, ``read`` and ``write`` as multiples
    of the input rate (at most six decimals). Raises ``UsageError`` for a missing, repeated, unknown or impossible part.
    """
    parts = _parts(text)
    counts = {name: _count(name, parts[name], least) for name, least in _COUNTS.items()}
    scope = parts.get("scope", SCOPES[0])
    if scope not in SCOPES:
        raise UsageError(f"scope={scope} is no scope of a cache rule.", remedy=_EXAMPLE)
    return CacheRule(
        min_tokens=counts["min"],
        step_tokens=counts["step"],
        ttl_seconds=counts["ttl"],
        read_multiplier=_multiplier("read", parts["read"]),
        write_multiplier=_multiplier("write", parts["write"]),
        scope=scope,
        mode="as given",
        source="--rule",
        checked="",
        ready_seconds=_count(_READY, parts.get(_READY, "0"), 0),
    )


def rule_for(provider: str | None, model: str | None, at: datetime | None) -> CacheRule | None:
    """The rule of a provider's model at an instant: by the provider that bills, else by the maker of the model."""
    return cache_rule(provider, model, at) or cache_rule(None, model, at)


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.split(","):
        name, separator, value = (piece.strip() for piece in part.partition("="))
        if not separator or name not in (*_COUNTS, "read", "write", "scope", _READY) or name in parts:
            raise UsageError(f"'{part.strip()}' is no part of a cache rule, or is there twice.", remedy=_EXAMPLE)
        parts[name] = value
    missing = [name for name in (*_COUNTS, "read", "write") if name not in parts]
    if missing:
        raise UsageError(f"The cache rule lacks {', '.join(missing)}.", remedy=_EXAMPLE)
    return parts


def _count(name: str, value: str, least: int) -> int:
    if not (value.isascii() and value.isdigit()) or not least <= int(value) < 2**31:
        raise UsageError(f"{name}={value} is not a whole number of at least {least}.", remedy=_EXAMPLE)
    return int(value)


def _multiplier(name: str, value: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal(-1)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_DECIMALS or not 0 <= number <= 100:  # noqa: PLR2004 -- a sane multiple
        raise UsageError(f"{name}={value} is not a multiple of the input rate from 0 to 100.", remedy=_EXAMPLE)
    return number
