"""What a reader asks a what-if, as typed: ``WORKLOAD=MODEL:SHARE[:ESCALATION]``, ``WORKLOAD=TTL``, ``WORKLOAD``."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from logcost.analyse.savings.bills import MILLION
from logcost.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

EVERY: Final = "*"
UNTAGGED: Final = "(untagged)"
"""How calls without a workload are named, as in all tables."""

_ROUTE: Final = "Write it as WORKLOAD=MODEL:SHARE or WORKLOAD=MODEL:SHARE:ESCALATION, such as support=gpt-5-mini:60%:5%."
_CACHE: Final = "Write it as WORKLOAD=TTL, such as support=1h or support=off."


@dataclass(frozen=True, slots=True)
class RouteTo:
    """``share`` of a workload's calls to a model, ``escalated`` of those to the first one as well (millionths)."""

    text: str
    workload: str
    model: str
    share: int
    escalated: int


@dataclass(frozen=True, slots=True)
class CacheFor:
    """Every prompt of a workload cached for a lifetime (its name in the rules: 5m, 1h ...), or ``off``."""

    text: str
    workload: str
    lifetime: str


@dataclass(frozen=True, slots=True)
class Question:
    """Changes to price together. They are applied in the order caches, routes, batches, other day's prices."""

    caches: tuple[CacheFor, ...] = ()
    routes: tuple[RouteTo, ...] = ()
    batches: tuple[str, ...] = ()
    price_as_of: datetime | None = None


def question(
    routes: Sequence[str] = (), batches: Sequence[str] = (), caches: Sequence[str] = (), price_as_of: datetime | None = None
) -> Question:
    """Parse the options. Raises ``UsageError`` for what is not written as it must be, or asks for one workload twice."""
    found = Question(tuple(map(_cache, caches)), tuple(map(_route, routes)), tuple(batches), price_as_of)
    if not (found.caches or found.routes or found.batches or price_as_of):
        raise UsageError("There is nothing to change.", remedy="Give --route, --batch, --cache or --price-as-of.")
    for option, names in (
        ("--cache", [one.workload for one in found.caches]),
        ("--route", [one.workload for one in found.routes]),
        ("--batch", [*found.batches]),
    ):
        twice = sorted({name for name in names if names.count(name) > 1 or (EVERY in names and name != EVERY)})
        if twice:
            raise UsageError(f"{option} names {twice[0]} twice.", remedy="Give each workload once; * is all of them.")
    return found


def _route(text: str) -> RouteTo:
    # From the right, as names of workloads may have one, and those of models do not.
    workload, equals, rest = text.rpartition("=")
    if not equals or not workload:
        raise UsageError(f"--route '{text}' names no workload.", remedy=_ROUTE)
    parts = rest.split(":")
    numbers: list[int] = []
    # From the right, as names of models may have colons.
    while parts and len(numbers) < 2 and (share := _share(parts[-1])) is not None:  # noqa: PLR2004 -- share and escalation
        numbers.insert(0, share)
        parts.pop()
    model = ":".join(parts)
    if not model or not numbers:
        raise UsageError(f"--route '{text}' lacks {'a share' if model else 'a model'}.", remedy=_ROUTE)
    wrong = [number for number in numbers if not 0 <= number <= MILLION]
    if wrong:
        raise UsageError(f"--route '{text}': a share is from 0 to 1, or from 0% to 100%.", remedy=_ROUTE)
    return RouteTo(text, workload, model, numbers[0], numbers[1] if len(numbers) > 1 else 0)


def _share(text: str) -> int | None:
    """Millionths; ``None`` for what is no number, or has more than six decimals."""
    percent = text.strip().endswith("%")
    try:
        number = Decimal(text.strip().removesuffix("%"))
    except InvalidOperation:
        return None
    millionths = number * (MILLION // 100 if percent else MILLION) if number.is_finite() else Decimal("0.5")
    return int(millionths) if millionths == millionths.to_integral_value() else None


def _cache(text: str) -> CacheFor:
    workload, equals, lifetime = text.rpartition("=")
    if not equals or not workload or not lifetime:
        raise UsageError(f"--cache '{text}' is not understood.", remedy=_CACHE)
    return CacheFor(text, workload, lifetime.strip().lower())
