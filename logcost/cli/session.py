"""Opening what a command works on: the stored ledger, or a private one filled from the given PATHs."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING

from logcost.config import contract_path, ledger_path, own_formats
from logcost.errors import NothingReadableError, UsageError
from logcost.store import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import date, datetime
    from pathlib import Path

    from logcost.contract import Contract
    from logcost.ingest import Progress
    from logcost.price import PriceBook
    from logcost.types import IngestResult, SourceReport


@contextmanager
def opened(
    paths: Sequence[str] | None,
    *,
    ledger: Path | None = None,
    declarations: Sequence[Path] | None = None,
    assume_date: datetime | None = None,
    quiet: bool = False,
) -> Iterator[Ledger]:
    """The ledger to read: a temporary one loaded from ``paths``, or the stored one.

    Warnings about files and records that could not be read go to stderr unless ``quiet``.
    """
    if not paths:
        if declarations or assume_date:
            raise UsageError("--input-format and --date need PATHs.", remedy="Name the files, or leave the options out.")
        with Ledger(ledger_path(ledger), read_only=True) as stored:
            yield stored
        return
    if ledger is not None:
        raise UsageError("Give PATHs or --ledger, not both.", remedy="To add files to a ledger use 'logcost ingest'.")
    reading = Reading(declarations=tuple(declarations or ()), assume_date=assume_date.date() if assume_date else None)
    with Ledger() as temporary:
        result = load(temporary, paths, reading, quiet=quiet)
        if not quiet:
            warn(result.sources)
        yield temporary


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are to be read: the options of ``logcost.ingest.ingest`` that the command line offers."""

    declarations: tuple[Path, ...] = ()
    assume_date: date | None = None
    since: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    provider: str | None = None
    jobs: int | None = None


def load(ledger: Ledger, paths: Sequence[str], reading: Reading | None = None, *, quiet: bool = False) -> IngestResult:
    """Ingest with a progress bar on a terminal. Raises ``NothingReadableError`` when no file could be read."""
    from logcost.ingest import ingest, usual_jobs

    reading = reading or Reading()
    with _progress(quiet=quiet) as on_progress:
        try:
            return ingest(
                ledger,
                paths,
                formats=(*own_formats(), *reading.declarations),
                assume_date=reading.assume_date,
                since=reading.since,
                tags=reading.tags,
                provider=reading.provider,
                jobs=reading.jobs or usual_jobs(),
                on_progress=on_progress,
            )
        except NothingReadableError as error:
            from logcost.report import remarks

            _say(remarks.reasons(error.failed))
            raise


def agreed(config: Path | None, *, no_config: bool = False, currency: str | None = None) -> Contract | None:
    """The contract to apply, or ``None``. Raises ``ContractError`` for one that is wrong, ``UsageError`` for the options."""
    if no_config:
        if config is not None:
            raise UsageError("--config and --no-config exclude each other.", remedy="Give one of them.")
        if currency not in {None, "USD"}:
            raise UsageError("--currency needs a contract that says where its rates come from.", remedy="Leave --no-config out.")
        return None
    path = contract_path(config)
    if path is None:
        if currency not in {None, "USD"}:
            remedy = "Write a logcost.toml with [currency] (docs/contracts.md)."
            raise UsageError(f"--currency {currency} needs rates, and there is no contract.", remedy=remedy)
        return None
    from logcost.contract import load as read_contract

    return read_contract(path, code=currency.upper() if currency else None)


def price_book(contract: Contract | None) -> PriceBook:
    """The shipped book, with the prices and names that the contract adds.

    Raises ``ContractError`` for a provider or model in the contract that is not in it, ``PriceBookError`` for wrong price files.
    """
    from logcost.price import PriceBook

    book = PriceBook.load()
    if contract is None:
        return book
    if contract.price_files or contract.models:
        book = book.with_own(contract.price_files, contract.models)
    _check_names(contract, book)
    return book


def _check_names(contract: Contract, book: PriceBook) -> None:
    """A discount of a provider or model that nobody knows would be none: most likely its name is mistyped."""
    from logcost.contract import unknown_name
    from logcost.price.names import resolve

    def known_model(provider: str | None, model: str) -> bool:
        asked = (provider,) if provider else (None, *book.providers)
        return any(not resolve(book, one, model).reason for one in asked)

    for place, one in contract.named():
        provider = book.provider_of(one.provider) if one.provider else None
        if one.provider and provider is None:
            raise unknown_name(contract, f"{place}.provider", one.provider, sorted(book.providers))
        for model in getattr(one, "models", ()):
            if not any(sign in model for sign in "*?[") and model not in contract.models and not known_model(provider, model):
                raise unknown_name(contract, f"{place}.models", model, book.nearest(model, provider))


def instant(day: datetime | None) -> datetime | None:
    """A time of the command line, which is UTC."""
    return day.replace(tzinfo=UTC) if day else None


def labels(given: Iterable[str]) -> dict[str, str]:
    """Labels from ``KEY=VALUE``. Raises ``UsageError`` for what is none, and for a key given twice."""
    found: dict[str, str] = {}
    for one in given:
        key, equals, value = one.partition("=")
        if not key or not equals:
            raise UsageError(f"--tag '{one}' is no label.", remedy="Write it as KEY=VALUE, such as team=search.")
        if key in found:
            raise UsageError(f"--tag {key} is given twice.", remedy="A record has one value of each label.")
        found[key] = value
    return found


def warn(sources: Sequence[SourceReport]) -> None:
    """Say on stderr what was not read, and nothing of good files."""
    from logcost.report import remarks

    _say(remarks.errors(sources))
    _say(remarks.notes((source.path, _notes(source)) for source in sources))


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(f"logcost: {line}", file=sys.stderr)  # noqa: T201 -- data goes to stdout, diagnosis to stderr


def _notes(source: SourceReport) -> Sequence[str]:
    if not source.rejects:
        return source.notes
    noun = "record" if source.rejects == 1 else "records"
    return (f"{source.rejects} {noun} rejected; 'logcost rejects PATH' lists them.", *source.notes)


def _progress(*, quiet: bool) -> AbstractContextManager[Callable[[Progress], None] | None]:
    if quiet or not sys.stderr.isatty():
        return nullcontext()
    from logcost.cli.progress import bar

    return bar()
