"""``logcost prices``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from logcost.cli import options
from logcost.cli.output import print_json
from logcost.config import generated_at

app = typer.Typer(help="The dated price book: what a model cost, when, and where the number comes from.", no_args_is_help=True)

Provider = Annotated[str | None, typer.Option("--provider", help="Only this provider.", show_default=False)]
At = Annotated[
    datetime | None,
    typer.Option(
        "--at", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"], help="Prices of this day or instant (UTC).", show_default=False
    ),
]


@app.command()
def show(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Model name as logs write it.")],
    provider: Provider = None,
    at: At = None,
    as_json: options.AsJson = False,
) -> None:
    """Every price of a model with its validity, source and confidence.

    \b
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


@app.command("list", short_help="Every model with its prices of one day, and how sure they are.")
def list_models(provider: Provider = None, at: At = None, as_json: options.AsJson = False) -> None:
    """Every model with its prices of today (or of --at), since when, and how sure they are.

    \b
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
