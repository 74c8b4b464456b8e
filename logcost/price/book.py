"""The price book: every dated price of every model, and the names under which a model is known."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import msgspec

from logcost import resources
from logcost.errors import PriceBookError
from logcost.price import grammar
from logcost.price.own import OwnNames, own_names
from logcost.price.tariff import Slice, merge, timeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

_BETWEEN: Final = re.compile(r"[\s_.-]+")


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

    def spelled(self, name: str) -> str | None:
        """A model or alias as the book spells it, however the name is capitalised; None where it has none, or several."""
        if name in self.blocks or name in self.names.alias:
            return name
        spellings = self._spellings.get(name.lower(), [])
        return spellings[0] if len(spellings) == 1 else None

    @cached_property
    def _spellings(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in dict.fromkeys((*self.blocks, *self.names.alias)):
            found.setdefault(name.lower(), []).append(name)
        return found


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

    def plus(self, files: Mapping[str, Sequence[Path]]) -> Providers:
        """The same with more files, which win over those that are there."""
        wider = {name: [*own, *self._files.get(name, ())] for name, own in files.items()}
        more = Providers({**self._files, **wider}, self._aliases)
        more._read.update({name: one for name, one in self._read.items() if name not in files})
        return more


@dataclass(frozen=True)
class PriceBook:
    """All providers, the words in which logs write tiers, regions and hosts, and what a contract adds to names."""

    providers: Mapping[str, ProviderBook]
    aliases: grammar.AliasFile
    own: OwnNames = field(default_factory=OwnNames)

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

    def with_own(self, files: Sequence[Path], models: Mapping[str, str]) -> PriceBook:
        """This book with prices and names of one's own, which win over those that it has.

        ``files``: price files in the same grammar, of a provider of the book or a new one. ``models``: a name as it stands in
        logs, maybe behind ``provider/`` or with ``*`` at its end, to ``model`` or ``provider/model`` of the book.
        Raises ``PriceBookError`` for a file that is wrong and for a name of no model, with the nearest ones.
        """
        by_provider: dict[str, list[Path]] = {}
        for file in files:
            name = grammar.read(file, grammar.ProviderFile).provider
            known = self.provider_of(name)
            if known not in {None, name}:
                raise PriceBookError(f"The book calls {name} {known}.", path=str(file), remedy=f'Write provider = "{known}".')
            _read(name, file)
            by_provider.setdefault(name, []).append(file)
        if by_provider and not isinstance(self.providers, Providers):
            raise TypeError("only a book that was read from files can be added to")
        wider = self.providers.plus(by_provider) if isinstance(self.providers, Providers) else self.providers
        book = replace(self, providers=wider, own=OwnNames())
        return replace(book, own=own_names(book, models))

    def provider_of(self, provider_name: str) -> str | None:
        """Our name of a provider as a log names it, or None when the book has no prices of it.

        Capitals, blanks, dashes, points and underscores do not matter, nor what client libraries put behind the name.
        """
        wanted = provider_name.strip().lower()
        while wanted:
            if (known := self._providers_by_name.get(_folded(wanted))) or not self.aliases.client:
                return known
            shorter = re.sub(self.aliases.client, "", wanted)
            wanted = shorter if shorter != wanted else ""
        return None

    def is_gateway(self, provider_name: str) -> bool:
        """Whether a log names one that passes calls on and has no prices: then only the model's name says who served it."""
        return _folded(provider_name) in {_folded(name) for name in self.aliases.gateways}

    @cached_property
    def _providers_by_name(self) -> dict[str, str]:
        """Nothing is read for it: the names are those of the files and of ``aliases``."""
        return {_folded(name): provider for provider in self.providers for name in (*self.names(provider).names, provider)}

    def names(self, provider: str) -> grammar.ProviderNames:
        """Names, aliases and rewrites of a provider of the book; one that is not listed has just its own name."""
        return self.aliases.names_of(provider)

    def models(self, provider: str | None = None) -> list[tuple[str, str]]:
        """All (provider, model) pairs with a price, sorted; aliases included."""
        return sorted(
            (name, model)
            for name, book in self.providers.items()
            if provider in (None, name)
            for model in (*book.blocks, *book.names.alias)
        )

    def nearest(self, model: str, provider: str | None = None) -> list[str]:
        """Up to three names that look like ``model``, the likest first: a hint for a message, never a price.

        Of the provider, or of all makers where there is none.
        """
        asked = (provider,) if provider else (maker for maker in self.aliases.makers if maker in self.providers)
        known = {name.lower(): name for one in asked for name in (*self.providers[one].blocks, *self.providers[one].names.alias)}
        return [known[name] for name in difflib.get_close_matches(model.lower(), sorted(known), n=3, cutoff=0.5)]


@cache
def _shipped() -> PriceBook:
    files = [file for folder in ("providers", "imported") for file in resources.files("pricing", folder, suffix=".toml")]
    return PriceBook.read(files, resources.path("pricing", "aliases.toml"))


def _provider(name: str, paths: Sequence[Path], aliases: grammar.AliasFile) -> ProviderBook:
    names = aliases.names_of(name)
    (first, blocks), *more = (_read(name, path) for path in paths)
    imported: dict[str, grammar.ProviderFile] = {}
    # Prices of one's own for a provider of the book do not change what it is.
    kind = more[-1][0].kind if more else first.kind
    for file, others in more:
        new = {model: dated for model, dated in others.items() if model not in blocks and model not in names.alias}
        blocks |= new
        imported |= dict.fromkeys(new, file)
    return ProviderBook(first if kind == first.kind else msgspec.structs.replace(first, kind=kind), blocks, names, imported)


def _folded(provider_name: str) -> str:
    return _BETWEEN.sub("", provider_name.strip().lower())


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
