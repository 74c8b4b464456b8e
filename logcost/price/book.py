"""The price book: every dated price of every model, and the names under which a model is known."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from logcost import resources
from logcost.errors import PriceBookError
from logcost.price import grammar
from logcost.price.tariff import Slice, merge, timeline

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True)
class ProviderBook:
    """Prices of one provider: blocks by model name, oldest first."""

    file: grammar.ProviderFile
    blocks: dict[str, list[grammar.Block]]
    names: grammar.ProviderNames
    _timelines: dict[str, tuple[Slice, ...]] = field(default_factory=dict)

    def timeline(self, model: str) -> tuple[Slice, ...]:
        """Stretches of the model's time in which nothing changes; ``model`` is a name of ``blocks``."""
        if model not in self._timelines:
            self._timelines[model] = timeline([merge(block, self.file.rules) for block in self.blocks[model]])
        return self._timelines[model]


@dataclass(frozen=True)
class PriceBook:
    """All providers, and the words in which logs write tiers, regions and hosts."""

    providers: dict[str, ProviderBook]
    aliases: grammar.AliasFile

    @staticmethod
    def load() -> PriceBook:
        """The shipped book. Read once per process; raises ``PriceBookError`` for a wrong price file."""
        return _shipped()

    @staticmethod
    def read(files: Sequence[Path], aliases: Path) -> PriceBook:
        """A book from other files, in the grammar of ``docs/prices.md``."""
        names = grammar.read(aliases, grammar.AliasFile)
        books = [_provider(file, names) for file in files]
        return PriceBook({book.file.provider: book for book in books}, names)

    def provider_of(self, provider_name: str) -> str | None:
        """Our name of a provider as a log names it, or None when the book has no prices of it."""
        wanted = provider_name.strip().lower()
        return next((name for name, book in self.providers.items() if wanted in book.names.names), None)

    def models(self, provider: str | None = None) -> list[tuple[str, str]]:
        """All (provider, model) pairs with a price, sorted; aliases included."""
        return sorted(
            (name, model)
            for name, book in self.providers.items()
            if provider in (None, name)
            for model in (*book.blocks, *book.names.alias)
        )

    def nearest(self, model: str, provider: str | None = None) -> list[str]:
        """Up to three known names that look like ``model``, the likest first. A hint for a message, never a price."""
        known = sorted({name for _, name in self.models(provider)})
        return difflib.get_close_matches(model.lower(), known, n=3, cutoff=0.5)


@cache
def _shipped() -> PriceBook:
    return PriceBook.read(resources.files("pricing", "providers", suffix=".toml"), resources.path("pricing", "aliases.toml"))


def _provider(path: Path, aliases: grammar.AliasFile) -> ProviderBook:
    file = grammar.read(path, grammar.ProviderFile)
    blocks: dict[str, list[grammar.Block]] = {}
    for block in file.price:
        _check_references(block, file, path)
        _check_first_day(block, path)
        for model in block.models:
            blocks.setdefault(model, []).append(block)
    for model, dated in blocks.items():
        dated.sort(key=lambda block: block.start)
        twice = [later.start for earlier, later in pairwise(dated) if earlier.start == later.start]
        if twice:
            raise PriceBookError(f"{model} has two prices from {twice[0]:%Y-%m-%d}.", path=str(path))
    names = aliases.providers.get(file.provider)
    if names is None:
        raise PriceBookError(f"aliases.toml does not name the provider {file.provider}.", path=str(path))
    return ProviderBook(file, blocks, names)


def names_day(name: str, day: datetime) -> bool:
    """Whether a name has the day in it: gpt-4o-2024-08-06, claude-opus-4-20250514, gpt-4-0613, gemini-...-04-17."""
    return any(f"-{written}" in name for written in (f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day:%m%d}", f"{day:%m-%d}"))


def _check_first_day(block: grammar.Block, path: Path) -> None:
    if block.from_basis == "snapshot" and not any(names_day(text, block.start) for text in (*block.models, block.note)):
        what = f"{block.models[0]}: from_basis is snapshot, but no name in models or note has the day {block.start:%Y-%m-%d}."
        raise PriceBookError(what, path=str(path), remedy="See docs/prices.md.")


def _check_references(block: grammar.Block, file: grammar.ProviderFile, path: Path) -> None:
    missing = [rule for rule in block.rules if rule not in file.rules] + [s for s in (block.source,) if s not in file.sources]
    if missing:
        raise PriceBookError(f"{block.models[0]}: {', '.join(missing)} is not defined in this file.", path=str(path))
