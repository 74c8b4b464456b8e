"""``logcost prices``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from logcost.cli import options
from logcost.cli.output import print_json
from logcost.cli.parameters import Argument, Option
from logcost.config import generated_at

Provider = Annotated[str | None, Option("--provider", metavar="NAME", help="Only this provider.")]
At = Annotated[
    datetime | None,
    Option("--at", metavar="DATE", formats=("%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"), help="Prices of this day or instant (UTC)."),
]


def show(
    model: Annotated[str, Argument(metavar="MODEL", help="Model name as logs write it.")],
    provider: Provider = None,
    at: At = None,
    as_json: options.AsJson = False,
) -> None:
    """Every price of a model with its validity, source and confidence.

    Examples:
      logcost prices show claude-sonnet-4-5
      logcost prices show gpt-4o --at 2024-09-01
    """
    from logcost import price
    from logcost.report import json, terminal

    facts = price.show(price.PriceBook.load(), model, provider=provider, at=_utc(at))
    if as_json:
        print_json(json.prices(facts))
    else:
        terminal.prices(facts)


def list_models(provider: Provider = None, at: At = None, as_json: options.AsJson = False) -> None:
    """Every model with its prices of today (or of --at), since when, and how sure they are.

    Examples:
      logcost prices list --provider anthropic
      logcost prices list --at 2026-01-01 --json
    """
    from logcost import price
    from logcost.report import json, terminal

    then = _utc(at) or generated_at() or datetime.now(UTC)
    facts = price.latest(price.PriceBook.load(), then, provider=provider)
    if as_json:
        print_json(json.prices(facts))
    else:
        terminal.price_list(facts, then)


def _utc(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) if day else None
