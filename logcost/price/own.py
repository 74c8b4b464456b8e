"""Names of models that only their user knows (deployments, aliases of a gateway), and what the book calls them.

They come from the ``[models]`` of a contract and win over everything that the shipped book says of a name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from logcost.errors import PriceBookError
from logcost.price import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from logcost.price.book import PriceBook


class OwnTarget(NamedTuple):
    """What a name stands for: a model of a provider's book; ``provider`` None: of the one that the log names, else its maker."""

    provider: str | None
    model: str


@dataclass(frozen=True)
class OwnNames:
    """``exact`` and ``beginnings`` (those that end in ``*``): names in lower case, maybe behind ``provider/``."""

    exact: Mapping[str, OwnTarget] = field(default_factory=dict)
    beginnings: Mapping[str, OwnTarget] = field(default_factory=dict)

    def target(self, stated: str | None, provider: str | None, name: str) -> OwnTarget | None:
        """What a name of a log stands for, or None. ``stated``: the provider as the log names it, ``provider``: as we do.

        With the provider goes before without, an exact name before a beginning, and a longer beginning before a shorter one.
        """
        if not self.exact and not self.beginnings:
            return None
        written = list(_written(stated, provider, name.lower()))
        if hit := next((self.exact[one] for one in written if one in self.exact), None):
            return hit
        for one in written:
            fitting = [beginning for beginning in self.beginnings if one.startswith(beginning)]
            if fitting:
                return self.beginnings[max(fitting, key=len)]
        return None


def own_names(book: PriceBook, models: Mapping[str, str]) -> OwnNames:
    """Read ``models``: a name as it stands in the logs (``provider/name``, or with ``*`` at the end) -> what the book calls it.

    Raises ``PriceBookError`` for a name of no model, with the nearest ones, and for a ``*`` elsewhere than at the end.
    """
    exact: dict[str, OwnTarget] = {}
    beginnings: dict[str, OwnTarget] = {}
    for name, value in models.items():
        beginning, star, rest = name.strip().lower().partition("*")
        if not beginning + star or rest:
            raise PriceBookError(f"[models] '{name}' has to be a name, with * at its end only.", remedy="See docs/names.md.")
        (beginnings if star else exact)[beginning] = _target(book, name, value)
    return OwnNames(exact, beginnings)


def _written(stated: str | None, provider: str | None, name: str) -> Iterator[str]:
    yield from (f"{one.lower()}/{name}" for one in (stated, provider) if one)
    yield name


def _target(book: PriceBook, name: str, value: str) -> OwnTarget:
    """``provider/model`` or ``model``, as far as the book has it."""
    first, _, model = value.partition("/")
    provider = book.provider_of(first) if model else None
    if provider is not None and not names.resolve(book, provider, model).reason:
        return OwnTarget(provider, model)
    found = names.resolve(book, None, value)
    if not found.reason:
        return OwnTarget(found.provider if model else None, value)
    near = book.nearest(model if provider else value, provider)
    what = f"[models] '{name}' stands for '{value}', which is no model of the price book ({found.reason})."
    hint = f"Near: {', '.join(f'{provider}/{one}' if provider else one for one in near)}." if near else None
    raise PriceBookError(what, remedy=hint or "Write provider/model as 'logcost prices list' names them.")
