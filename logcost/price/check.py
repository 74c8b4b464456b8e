"""What is wrong in price files: all of it at once, each with file, line, model and days (``logcost prices check``).

The loader stops at the first mistake, as a book with a mistake prices nothing. Here the same parts of the loader are asked
block by block, and what is no mistake for the loader but can hardly be meant is asked besides.
"""

from __future__ import annotations

import bisect
import re
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

import msgspec

from logcost import toml
from logcost.errors import PriceBookError
from logcost.price import grammar
from logcost.price.book import names_day
from logcost.price.facts import above_told
from logcost.price.hours import intervals
from logcost.price.tariff import STANDARD, Merged, Where, merge, stamp, tariff, timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from logcost.price.grammar import AliasFile, Block, ProviderFile

STALE: Final = 120
"""Days after which a source should be looked at again."""
Severity = Literal["error", "warning"]
T = TypeVar("T")
_START: Final = re.compile(r"^[ \t]*(\[\[price\]\]|\{ *models *=)", re.MULTILINE)
_HOURS_LEFT: Final = (False, True)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: ``rule`` is its short name, ``line`` where the block begins (0: in no block)."""

    severity: Severity
    rule: str
    file: str
    line: int
    model: str
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at, and what is wrong with it; errors first, then by file and line."""

    files: int
    models: int
    blocks: int
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> int:
        """How many problems are errors."""
        return sum(problem.severity == "error" for problem in self.problems)


def check(files: Sequence[Path], today: date, *, aliases: Path | None = None, stale: int = STALE) -> Checked:
    """All problems of price files, and of the names in ``aliases`` if given. Never stops at the first one.

    Raises ``PriceBookError`` only for ``aliases`` that cannot be read.
    """
    problems: list[Problem] = []
    models: set[tuple[str, str]] = set()
    blocks = 0
    for path in files:
        one = _File(path)
        problems += one.problems(today - timedelta(days=stale))
        models |= {(one.stem, model) for block in one.blocks for model in block.models}
        blocks += len(one.blocks)
    if aliases is not None:
        problems += _alias_problems(aliases, grammar.read(aliases, grammar.AliasFile), models, files)
    ordered = sorted(problems, key=lambda one: (one.severity, one.file, one.line, one.model, one.rule, one.message))
    return Checked(len(files), len(models), blocks, tuple(dict.fromkeys(ordered)))


class _File:
    """One price file, read as far as it can be: a block that the grammar refuses is a problem, the others are looked at."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.stem = path.name.removesuffix(".toml")
        self.blocks: list[Block] = []
        self.found: list[Problem] = []
        self.lines: dict[int, int] = {}
        self.file: ProviderFile | None = None
        self.by_hand = True  # a generated file has its blocks in the order of names, one a line
        self._read()

    def _say(self, rule: str, message: str, block: Block | None = None, *, model: str = "", warn: bool = False) -> None:
        line = self.lines.get(id(block), 0)
        name = model or (block.models[0] if block and block.models else "")
        self.found.append(Problem("warning" if warn else "error", rule, str(self.path), line, name, message))

    def _read(self) -> None:
        try:
            text = self.path.read_text(encoding="utf-8")
            document = tomllib.loads(text)
        except (OSError, ValueError) as error:
            told = re.search(r"at line (\d+)", str(error))
            self.found.append(Problem("error", "unreadable", str(self.path), int(told[1]) if told else 0, "", f"{error}."))
            return
        starts = _starts(text)
        self.by_hand = "[[price]]" in text
        stated = document.get("price", [])
        for number, raw in enumerate(stated if isinstance(stated, list) else []):
            line = starts[number] if number < len(starts) else 0
            try:
                block = _convert(raw, grammar.Block)
            except (ValueError, msgspec.ValidationError) as error:
                models = raw.get("models") if isinstance(raw, dict) else None
                name = str(models[0]) if isinstance(models, list) and models else ""
                self.found.append(Problem("error", "grammar", str(self.path), line, name, f"{error}."))
                continue
            self.lines[id(block)] = line
            self.blocks.append(block)
        try:
            self.file = _convert(document | {"price": []}, grammar.ProviderFile)
        except (ValueError, msgspec.ValidationError) as error:
            self._say("grammar", f"{error}.")

    def problems(self, oldest: date) -> list[Problem]:
        """All that is wrong. ``oldest``: a source that was checked before that day is stale."""
        if self.file is None:
            return self.found
        if self.file.provider != self.stem:
            self._say("provider", f"The file says that its provider is {self.file.provider}.")
        for name, schedule in self.file.schedules.items():
            try:
                intervals(schedule)
            except PriceBookError as error:
                self._say("schedule", f"Schedule {name}: {error.message}")
        sound = [block for block in self.blocks if self._references(block)]
        for block in self.blocks:
            self._labels(block, oldest)
        for model, dated in _by_model(self.blocks).items():
            self._days(model, dated)
        for block in sound:
            self._rates(block)
        return self.found

    def _references(self, block: Block) -> bool:
        file = self.file
        assert file is not None  # noqa: S101 -- the caller has looked
        missing = [f"rules.{rule}" for rule in block.rules if rule not in file.rules]
        missing += [f"sources.{block.source}"] if block.source not in file.sources else []
        missing += [f"schedules.{block.window.schedule}"] if block.window and block.window.schedule not in file.schedules else []
        if missing:
            self._say("undefined", f"{', '.join(missing)} is not defined in this file.", block)
        if not block.models:
            self._say("no-model", "The block names no model.", block)
        return not missing and bool(block.models)

    def _labels(self, block: Block, oldest: date) -> None:
        if block.checked < oldest:
            self._say("stale", f"The source was last checked on {block.checked}.", block, warn=True)
        if block.from_basis == "snapshot" and not any(names_day(text, block.start) for text in (*block.models, block.note)):
            what = f"from_basis is snapshot, but no name in models or note has the day {stamp(block.start)}."
            self._say("snapshot", what, block)

    def _days(self, model: str, dated: Sequence[Block]) -> None:
        """Overlaps, gaps and the order of one model's blocks."""
        for earlier, later in pairwise(dated) if self.by_hand else ():
            if later.start < earlier.start:
                what = f"The block from {stamp(later.start)} stands after the one from {stamp(earlier.start)}."
                self._say("order", what, later, model=model, warn=True)
        for block in dated:
            if block.until is not None and block.until <= block.start:
                self._say("empty", f"until {stamp(block.until)} is not after from {stamp(block.start)}.", block, model=model)
        for earlier, later in pairwise(sorted(dated, key=lambda block: block.start)):
            if earlier.start == later.start:
                self._say("overlap", f"Two prices from {stamp(later.start)}.", later, model=model)
            elif earlier.until is not None and earlier.until > later.start:
                what = f"The price until {stamp(earlier.until)} overlaps the one from {stamp(later.start)}."
                self._say("overlap", what, earlier, model=model)
            elif earlier.until is not None and earlier.until < later.start:
                what = f"No price from {stamp(earlier.until)} until {stamp(later.start)}."
                self._say("gap", what, earlier, model=model)

    def _rates(self, block: Block) -> None:
        """What the rates of a block are with its rules, in every mode, region, tier and window, as the engine reads them."""
        assert self.file is not None  # noqa: S101 -- the caller has looked
        if not self._known_meters_are_positive(block):
            return
        merged = merge(block, self.file)
        above: Mapping[str, int] = {}
        for where in _places(merged):
            for part in timeline([merged]):
                if part.merged is None:
                    continue
                try:
                    found = tariff(self.stem, block.models[0], merged, part.start, where)
                except PriceBookError as error:
                    self._say("femto", f"{error.message.partition(': ')[2]}", block)
                    return
                if found is None:
                    continue
                if where == Where():
                    above = found.rates
                self._compare(block, found.rates, where, merged.source)
                self._against_standard(block, found.rates, above, where)

    def _known_meters_are_positive(self, block: Block) -> bool:
        stated = [block.rates, *(tier.rates for tier in block.tiers), *(mode.rates for mode in block.modes.values())]
        stated += [block.window.rates] if block.window else []
        negative = sorted({meter for rates in stated for meter, rate in rates.items() if rate < 0})
        fees = sorted(unit for unit, fee in block.fees.items() if fee.usd < 0 or any(usd < 0 for usd in fee.modes.values()))
        for what in (*negative, *fees):
            self._say("negative", f"The price of {what} is below 0.", block)
        thresholds = [tier.tokens for tier in block.tiers]
        if thresholds != sorted(set(thresholds)):
            self._say("tiers", "The long-context tiers are not in ascending order.", block)
        return not (negative or fees)

    def _compare(self, block: Block, rates: Mapping[str, int], where: Where, source: str) -> None:
        """Rates beside one another: reading from a cache is cheaper than the input, writing to it is not."""
        base, read = rates.get("input"), rates.get("cache_read")
        if base is not None and read is not None and read > base:
            what = f"cache_read {_usd(read)} is dearer than input {_usd(base)}{_at(where, block)}: see {source}."
            self._say("cached", what, block, warn=True)
        for meter in grammar.CACHE_WRITES:
            write = rates.get(meter)
            if base is not None and write is not None and write < base:
                what = f"{meter} {_usd(write)} is cheaper than input {_usd(base)}{_at(where, block)}."
                self._say("cache-write", what, block, warn=True)

    def _against_standard(self, block: Block, rates: Mapping[str, int], standard: Mapping[str, int], where: Where) -> None:
        """A batch is not dearer than the standard mode, and a long prompt not cheaper than a short one."""
        if where.region != "global" or where.window:
            return
        for meter, rate in rates.items():
            plain = standard.get(meter)
            if plain is None:
                continue
            if where.mode == "batch" and not where.tier and rate > plain:
                self._say("batch", f"{meter} costs {_usd(rate)} in batch and {_usd(plain)} without.", block, warn=True)
            if where.mode == STANDARD and where.tier and rate < plain:
                what = f"{meter} costs {_usd(rate)} {above_told(block.tiers[where.tier - 1])} and {_usd(plain)} below."
                self._say("long-context", what, block, warn=True)


def _convert(raw: Any, kind: type[T]) -> T:
    """As the loader reads it. Raises ``ValueError`` or ``msgspec.ValidationError``."""
    for value in _values(raw):
        if isinstance(value, float):
            raise ValueError(f'{value} is written without quotes; write "{value}"')  # noqa: TRY004 -- the file is wrong
    return msgspec.convert(toml.instants(raw, days=frozenset({"checked"})), kind, strict=True)


def _values(value: Any) -> Iterator[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from _values(one)
    yield value


def _places(merged: Merged) -> Iterator[Where]:
    windows = _HOURS_LEFT if merged.block.window else (False,)
    for window in windows:
        for tier in range(len(merged.block.tiers) + 1):
            for mode in (STANDARD, *merged.modes):
                yield Where(mode, tier=tier, window=window)
                yield from (Where(mode, region, tier, window) for region in merged.regions)


def _at(where: Where, block: Block) -> str:
    parts = [where.mode] if where.mode != STANDARD else []
    parts += [above_told(block.tiers[where.tier - 1])] if where.tier else []
    parts += [f"in the hours of {block.window.schedule}"] if where.window and block.window else []
    return f" ({', '.join(parts)})" if parts else ""


def _usd(fusd: int) -> str:
    from logcost.price.quote import usd

    text = f"{usd(fusd * 10**6):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _starts(text: str) -> list[int]:
    """Line of each block, in the order of the file: of its ``[[price]]``, or of its inline table."""
    newlines = [match.start() for match in re.finditer("\n", text)]
    return [bisect.bisect_left(newlines, match.end()) + 1 for match in _START.finditer(text)]


def _by_model(blocks: Iterable[Block]) -> dict[str, list[Block]]:
    found: dict[str, list[Block]] = {}
    for block in blocks:
        for model in block.models:
            found.setdefault(model, []).append(block)
    return found


def _alias_problems(path: Path, names: AliasFile, models: set[tuple[str, str]], files: Sequence[Path]) -> Iterator[Problem]:
    """Aliases without a target, in the wrong order, or with the name of a model."""
    read = {file.name.removesuffix(".toml") for file in files}
    text = path.read_text(encoding="utf-8")
    for provider, own in names.providers.items():
        for alias, targets in own.alias.items() if provider in read else ():
            line = _line_of(text, f'"{alias}"', f"[providers.{_quoted(provider)}.alias]")
            for target in targets:
                if (provider, target.model) not in models:
                    what = f"The alias stands for {target.model}, which has no price."
                    yield Problem("error", "alias", str(path), line, alias, what)
            days = [target.start for target in targets[1:]]
            if None in days or days != sorted(day for day in days if day):
                yield Problem("error", "alias", str(path), line, alias, "The days of its targets are not in ascending order.")
            if (provider, alias) in models:
                yield Problem("warning", "alias", str(path), line, alias, "A model has this name as well, and goes before it.")


def _quoted(name: str) -> str:
    return f'"{name}"' if "." in name else name


def _line_of(text: str, wanted: str, section: str) -> int:
    after = max(text.find(section), 0)
    place = text.find(wanted, after)
    return text.count("\n", 0, place) + 1 if place >= 0 else 0
