"""The price book: every dated price of every model, and the names under which a model is known."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from logcost import resources
from logcost.errors import PriceBookError
from logcost.price import grammar
from logcost.price.tariff import Slice, merge, timeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True)
class ProviderBook:
    """Prices of one provider: blocks by model name, oldest first.

    ``file`` has the curated prices, or the imported ones where there are no others; ``imported`` says for a model of
    ``blocks`` which other file it is from.
    """

    file: grammar.ProviderFile
    blocks: dict[str, list[grammar.Block]]
    names: grammar.ProviderNames
    imported: Mapping[str, grammar.ProviderFile] = field(default_factory=dict)
    _timelines: dict[str, tuple[Slice, ...]] = field(default_factory=dict)

    def timeline(self, model: str) -> tuple[Slice, ...]:
        """Stretches of the model's time in which nothing changes; ``model`` is a name of ``blocks``."""
        if model not in self._timelines:
            file = self.file_of(model)
            self._timelines[model] = timeline([merge(block, file) for block in self.blocks[model]])
        return self._timelines[model]

    def file_of(self, model: str) -> grammar.ProviderFile:
        """The file in which a model of ``blocks`` stands."""
        return self.imported.get(model, self.file)


class Providers(Mapping[str, ProviderBook]):
    """The books of all providers by name, each read when it is first asked for: the long tail takes longer than a command."""

    def __init__(self, files: Mapping[str, Sequence[Path]], aliases: grammar.AliasFile) -> None:
        self._files = dict(sorted(files.items()))
        self._aliases = aliases
        self._read: dict[str, ProviderBook] = {}

    def __getitem__(self, name: str) -> ProviderBook:
        """Raises ``PriceBookError`` for a price file that is wrong."""
        if name not in self._read:
            self._read[name] = _provider(name, self._files[name], self._aliases)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        """Names, sorted; nothing is read."""
        return iter(self._files)

    def __len__(self) -> int:
        """How many providers there are."""
        return len(self._files)


@dataclass(frozen=True)
class PriceBook:
    """All providers, and the words in which logs write tiers, regions and hosts."""

    providers: Mapping[str, ProviderBook]
    aliases: grammar.AliasFile

    @staticmethod
    def load() -> PriceBook:
        """The shipped book. Read once per process; raises ``PriceBookError`` for a wrong price file."""
        return _shipped()

    @staticmethod
    def read(files: Sequence[Path], aliases: Path) -> PriceBook:
        """A book from other files, in the grammar of ``docs/prices.md``; a provider is named as its file.

        Of several files of one provider the first that has a model says what it costs: the hand-curated before the imported.
        """
        by_provider: dict[str, list[Path]] = {}
        for file in files:
            by_provider.setdefault(file.name.removesuffix(".toml"), []).append(file)
        names = grammar.read(aliases, grammar.AliasFile)
        return PriceBook(Providers(by_provider, names), names)

    def provider_of(self, provider_name: str) -> str | None:
        """Our name of a provider as a log names it, or None when the book has no prices of it."""
        wanted = provider_name.strip().lower()
        return next((name for name in self.providers if wanted == name or wanted in self.names(name).names), None)

    def names(self, provider: str) -> grammar.ProviderNames:
        """Names, aliases and rewrites of a provider of the book; one that is not listed has just its own name."""
        return self.aliases.providers.get(provider) or grammar.ProviderNames((provider,))

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
    files = [file for folder in ("providers", "imported") for file in resources.files("pricing", folder, suffix=".toml")]
    return PriceBook.read(files, resources.path("pricing", "aliases.toml"))


def _provider(name: str, paths: Sequence[Path], aliases: grammar.AliasFile) -> ProviderBook:
    names = aliases.providers.get(name) or grammar.ProviderNames((name,))
    (first, blocks), *more = (_read(name, path) for path in paths)
    imported: dict[str, grammar.ProviderFile] = {}
    for file, others in more:
        new = {model: dated for model, dated in others.items() if model not in blocks and model not in names.alias}
        blocks |= new
        imported |= dict.fromkeys(new, file)
    return ProviderBook(first, blocks, names, imported)


def _read(name: str, path: Path) -> tuple[grammar.ProviderFile, dict[str, list[grammar.Block]]]:
    """One file, and its blocks by model, oldest first."""
    file = grammar.read(path, grammar.ProviderFile)
    if file.provider != name:
        raise PriceBookError(f"The file of {name} says that its provider is {file.provider}.", path=str(path))
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
    return file, blocks


def names_day(name: str, day: datetime) -> bool:
    """Whether a name has the day in it: gpt-4o-2024-08-06, claude-opus-4-20250514, gpt-4-0613, gemini-...-04-17."""
    return any(f"-{written}" in name for written in (f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", f"{day:%m%d}", f"{day:%m-%d}"))


def _check_first_day(block: grammar.Block, path: Path) -> None:
    if block.from_basis == "snapshot" and not any(names_day(text, block.start) for text in (*block.models, block.note)):
        what = f"{block.models[0]}: from_basis is snapshot, but no name in models or note has the day {block.start:%Y-%m-%d}."
        raise PriceBookError(what, path=str(path), remedy="See docs/prices.md.")


def _check_references(block: grammar.Block, file: grammar.ProviderFile, path: Path) -> None:
    missing = [rule for rule in block.rules if rule not in file.rules] + [s for s in (block.source,) if s not in file.sources]
    missing += [block.window.schedule] if block.window and block.window.schedule not in file.schedules else []
    if missing:
        raise PriceBookError(f"{block.models[0]}: {', '.join(missing)} is not defined in this file.", path=str(path))
