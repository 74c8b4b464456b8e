"""What the commands of ``logcost prices`` share: options, counts of tokens as people write them, and the day that is meant."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Final

import typer

from logcost.cli.session import instant
from logcost.config import generated_at
from logcost.errors import UsageError

Provider = Annotated[
    str | None, typer.Option("--provider", metavar="NAME", help="Who sells it: openai, azure, openrouter ...", show_default=False)
]
At = Annotated[
    datetime | None,
    typer.Option(
        "--at",
        metavar="DATE",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"],
        help="Prices of this day or instant (UTC).",
        show_default=False,
    ),
]
Match = Annotated[
    str, typer.Option("--match", metavar="TEXT", help="Only models with this text in their name.", show_default=False)
]
All = Annotated[bool, typer.Option("--all", help="The models of hosts as well, not only those of makers.")]
Mode = Annotated[str | None, typer.Option("--tier", metavar="MODE", help="batch, flex, priority, fast ...", show_default=False)]
Batch = Annotated[bool, typer.Option("--batch", help="Short for --tier batch.")]
Region = Annotated[
    str | None, typer.Option("--region", metavar="NAME", help="Region or residency, such as eu or us.", show_default=False)
]
Calls = Annotated[str, typer.Option("--calls", metavar="N", help="Also the cost of so many such calls.")]
_SUFFIXES: Final = {"": 1, "k": 10**3, "m": 10**6, "b": 10**9}
_COUNT: Final = re.compile(r"(\d[\d_,]*(?:\.\d+)?)\s*([kmb]?)", re.IGNORECASE)


_LARGEST: Final = 2**53


def counted(option: str, text: str | None) -> int | None:
    """A whole number: ``2000``, ``2_000``, ``2k``, ``1.5M``. Raises ``UsageError`` for anything else."""
    if text is None:
        return None
    known = _COUNT.fullmatch(text.strip())
    number = Decimal(re.sub("[_,]", "", known[1])) * _SUFFIXES[known[2].lower()] if known else None
    if number is None or number != int(number):
        raise UsageError(f"{option} '{text}' is no whole number.", remedy="Write it as 2000, 2_000, 2k or 1.5M.")
    if number > _LARGEST:
        raise UsageError(f"{option} {text} is more than 2^53.", remedy="Nobody has sold as many.")
    return int(number)


def calls_of(text: str) -> int:
    """How many calls; raises ``UsageError`` for none."""
    number = counted("--calls", text)
    if not number:
        raise UsageError("--calls must be at least 1.", remedy="Leave it out for one call.")
    return number


def mode_of(mode: str | None, *, batch: bool) -> str | None:
    """The processing mode that is meant. Raises ``UsageError`` for two of them."""
    if batch and mode not in {None, "batch"}:
        raise UsageError(f"--batch and --tier {mode} exclude each other.", remedy="Give one of them.")
    return "batch" if batch else mode


def then(day: datetime | None) -> datetime:
    """The instant of which prices are told: the one that is named, else ``SOURCE_DATE_EPOCH``, else the present day."""
    return instant(day) or (generated_at() or datetime.now(UTC)).replace(microsecond=0)
