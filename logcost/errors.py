"""Errors a user can act on. Each carries a slug documented in ``docs/errors.md`` and the exit code of the command."""

from __future__ import annotations


class LogcostError(Exception):
    """Base of every error shown without a traceback: one line that says what is wrong and what to do.

    ``slug`` is the address of the explanation in ``docs/errors.md``; ``exit_code`` is what the command returns.
    """

    slug = "fault"
    exit_code = 1

    def __init__(self, message: str, *, remedy: str = "", path: str = "", line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.path = path
        self.line = line

    def __str__(self) -> str:
        """One line: place, message, remedy, slug."""
        place = f"{self.path}:{self.line}: " if self.line is not None else f"{self.path}: " if self.path else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{place}{self.message}{remedy} [{self.slug}]"


class UsageError(LogcostError):
    """The command was called in a way that cannot work."""

    slug = "usage"
    exit_code = 2


class UnknownFormatError(LogcostError):
    """No format claims the file."""

    slug = "unknown-format"
    exit_code = 4


class AmbiguousFormatError(LogcostError):
    """Two or more formats claim the file."""

    slug = "ambiguous-format"
    exit_code = 4


class NothingReadableError(LogcostError):
    """Not one of the given paths could be read. ``failed``: path and message of each, where there are several."""

    failed: tuple[tuple[str, str], ...] = ()

    slug = "nothing-readable"
    exit_code = 4


class UnreadableFileError(LogcostError):
    """The file is missing, empty, damaged or not what its format says."""

    slug = "unreadable-file"
    exit_code = 4


class FormatDeclarationError(LogcostError):
    """A ``.sql`` format file is wrong."""

    slug = "format-declaration"
    exit_code = 2


class PriceBookError(LogcostError):
    """A price file is wrong, or a name is not in the book."""

    slug = "price-book"


class ContractError(LogcostError):
    """The contract file (``logcost.toml``) is wrong, or cannot be applied."""

    slug = "contract"
    exit_code = 2


class LedgerError(LogcostError):
    """The stored ledger cannot be opened or has an unknown version."""

    slug = "ledger"


class MissingColumnError(LogcostError):
    """A frame lacks a column that the calculation needs."""

    slug = "missing-column"
    exit_code = 2


class NoSpaceError(LogcostError):
    """The disk, or the file that stdout goes to, is full."""

    slug = "no-space"
