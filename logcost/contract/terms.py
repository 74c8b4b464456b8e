"""A contract in use: which discount a call has, and what else it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from logcost.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from logcost.contract.currency import Rates
    from logcost.contract.grammar import Commitment, ContractFile, Credit, Discount, Volume

WHOLE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Names:
    """How a call is named: by the price book (``seller``, ``priced``; ``None`` without a price), and by its log."""

    seller: str | None
    provider: str | None
    priced: str | None
    model: str | None

    def providers(self) -> set[str]:
        """Both names of the provider, in lower case."""
        return {name.lower() for name in (self.seller, self.provider) if name}

    def models(self) -> set[str]:
        """Both names of the model, in lower case."""
        return {name.lower() for name in (self.priced, self.model) if name}


@dataclass(frozen=True, slots=True)
class Contract:
    """``path``: the file; ``terms``: what it says; ``line``: where in the file a place stands; ``rates``: of exchange."""

    path: Path
    terms: ContractFile
    line: Callable[[str], int | None]
    rates: Rates | None = None

    @property
    def price_files(self) -> tuple[Path, ...]:
        """Price files of one's own, whose blocks win over the shipped ones."""
        return tuple(self.path.parent / name for name in self.terms.prices)

    @property
    def models(self) -> Mapping[str, str]:
        """Own names of models, and what the price book calls them."""
        return self.terms.models

    @property
    def adjusts(self) -> bool:
        """Whether anything in it is counted by the month."""
        return bool(self.terms.volume or self.terms.credit or self.terms.commitment or self.terms.purchase)

    def named(self) -> Iterator[tuple[str, Discount | Volume | Commitment | Credit]]:
        """Entries that may name a provider or models, each with its place in the file."""
        for name in ("discount", "volume", "commitment", "credit"):
            yield from ((f"$.{name}[{index}]", one) for index, one in enumerate(getattr(self.terms, name)))

    def edges(self) -> list[date]:
        """Days on which some discount begins, or holds no more; ascending. Between two of them none changes."""
        days = {one.start for one in self.terms.discount if one.start}
        days |= {one.until + timedelta(days=1) for one in self.terms.discount if one.until}
        return sorted(days)

    def kept(self, names: Names, day: date | None) -> Decimal:
        """The part of its list cost that a call of the day pays, such as 0.875; exact.

        The most specific discount holds: for the model by name, by glob, for the provider, for all calls; at each step with
        a provider before without. A call without a time has only discounts without days. Raises ``ContractError`` when two
        are equally specific.
        """
        ranked = [(rank, index) for index, one in enumerate(self.terms.discount) if (rank := _rank(one, names, day))]
        best = max((rank for rank, _ in ranked), default=None)
        found = [index for rank, index in ranked if rank == best]
        if len(found) > 1:
            raise self._both(found[0], found[1], names)
        return self.terms.discount[found[0]].kept if found else WHOLE

    def _both(self, first: int, second: int, names: Names) -> ContractError:
        place = f"$.discount[{second}]"
        of = names.model or names.priced or "a call without a model"
        what = f"discount {first + 1} and discount {second + 1} both hold for {of}, and neither is more specific."
        return ContractError(what, remedy="Name the model in one of them.", path=str(self.path), line=self.line(place))


def unknown_name(contract: Contract, place: str, name: str, known: Sequence[str]) -> ContractError:
    """The error for a provider or model that the price book does not have; ``known``: names that it has."""
    near = get_close_matches(name.lower(), known, n=3, cutoff=0.5)
    what = f"{place.removeprefix('$.')}: '{name}' is not in the price book, so nothing would come of it."
    remedy = f"Near: {', '.join(near)}." if near else "'logcost prices list --all' has all names."
    return ContractError(what, remedy=remedy, path=str(contract.path), line=contract.line(place))


def is_of(provider: str | None, names: Names) -> bool:
    """Whether something of a provider concerns the call; ``None``: it concerns all."""
    return provider is None or provider.lower() in names.providers()


def _rank(discount: Discount, names: Names, day: date | None) -> tuple[int, bool] | None:
    """How specific the discount is for the call; ``None``: it is not for it."""
    dated = discount.start is not None or discount.until is not None
    if (dated and day is None) or (day is not None and not discount.holds(day)) or not is_of(discount.provider, names):
        return None
    if not discount.models:
        return 0, discount.provider is not None
    patterns = [pattern.lower() for pattern in discount.models]
    if any(pattern in names.models() for pattern in patterns):
        return 2, discount.provider is not None
    if any(fnmatchcase(name, pattern) for pattern in patterns for name in names.models()):
        return 1, discount.provider is not None
    return None
