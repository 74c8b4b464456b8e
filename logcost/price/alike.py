"""Which names of different hosts mean one model: for comparing hosts and as a hint, never to price a call."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from logcost.price import names

if TYPE_CHECKING:
    from logcost.price.book import PriceBook, ProviderBook

_VENDOR: Final = re.compile(
    r"^((us|eu|apac|jp|au|global|us-gov)\.)?(anthropic|amazon|meta|openai|mistral|cohere|ai21|deepseek|qwen|google|moonshot)\."
)
_SEPARATORS: Final = str.maketrans("._ ", "---")
_VERSION: Final = re.compile(r"-v\d+(:\d+)?$")
_LAST: Final = datetime.max.replace(tzinfo=UTC)
_DATE: Final = re.compile(r"-20\d\d-\d\d-\d\d$")
_COMPACT_DATE: Final = re.compile(r"-(20\d\d)(\d\d)(\d\d)$")
_SPELLINGS: Final = (
    (re.compile(r"(?<=-)v(\d)p(\d)(?=-)"), r"\1-\2"),  # llama-v3p1-8b is llama-3.1-8b
    (re.compile(r"^meta-(?=llama)"), ""),
    (re.compile(r"^llama(?=\d)"), "llama-"),
)


@lru_cache(maxsize=20_000)
def plain(name: str) -> str:
    """A model's name without what hosts put round it: folders, a region or vendor in front, a version behind, points, capitals.

    What says another model or variant stays: a snapshot's date, ``:free``, ``-turbo``, the base of a fine-tuned model.
    """
    short = name.strip().lower().rpartition("/")[2].replace("@", "-")
    if _VENDOR.match(short):
        short = _VERSION.sub("", _VENDOR.sub("", short))
    short = dashed(_COMPACT_DATE.sub(r"-\1-\2-\3", short))
    for pattern, to in _SPELLINGS:
        short = pattern.sub(to, short)
    return short


def dashed(text: str) -> str:
    """A name or a part of one in small letters, with one kind of separator: 4.6 is 4-6."""
    return text.strip().lower().translate(_SEPARATORS)


class Makers:
    """Which model of a maker a host's name means, at an instant; without one, what the names stand for now and later on."""

    def __init__(self, book: PriceBook, at: datetime = _LAST) -> None:
        self._book = book
        self._known = _makers_models(book, at)

    def model(self, name: str) -> tuple[str, str] | None:
        """(maker, model), where exactly one maker has the name; also of a snapshot's name if the maker says what it is."""
        short = plain(name)
        if short in self._known:
            return self._known[short]
        undated = _DATE.sub("", short)
        found = self._known.get(undated) if undated != short else None
        if found is None:
            return None
        stated = names.resolve(self._book, found[0], short)
        return found if found[1] in {stand.model for stand in stated.stands} else None

    def group(self, name: str) -> str:
        """What all names of one model have in common: the maker's model where that is sure, else the plain name."""
        found = self.model(name)
        return found[1] if found else plain(name)


def _makers_models(book: PriceBook, at: datetime) -> dict[str, tuple[str, str]]:
    """Plain name -> (maker, the maker's model it stands for at an instant), where exactly one maker has the name."""
    found: dict[str, set[tuple[str, str]]] = {}
    for maker in (name for name in book.aliases.makers if name in book.providers):
        one = book.providers[maker]
        for name in (*one.blocks, *one.names.alias):
            if "/" in name:
                continue  # a maker that sells the models of others as well is no maker of those
            model = next((stand.model for stand in stands(one, name) if stand.end is None or at < stand.end), None)
            if model is not None:
                found.setdefault(plain(name), set()).add((maker, model))
    return {name: next(iter(models)) for name, models in found.items() if len(models) == 1}


def sellers(book: PriceBook, model: str, besides: str | None = None) -> list[str]:
    """The providers whose book has a model under this name or one that means the same, sorted."""
    makers = Makers(book)
    wanted = makers.group(model)
    return [
        provider
        for provider, one in book.providers.items()
        if provider != besides and any(makers.group(name) == wanted for name in (*one.blocks, *one.names.alias))
    ]


def stands(one: ProviderBook, model: str) -> tuple[names.Stand, ...]:
    """The models that a name of ``PriceBook.models`` stands for, which needs no looking up."""
    if model in one.blocks:
        return (names.Stand(model),)
    targets = one.names.alias[model]
    ends = [*(target.start for target in targets[1:]), None]
    return tuple(names.Stand(target.model, target.start, end) for target, end in zip(targets, ends, strict=True))
