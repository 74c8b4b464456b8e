"""``logcost prices``: the price book, and what is asked of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from logcost.cli import options
from logcost.cli.output import print_json
from logcost.config import generated_at

app = typer.Typer(help="The dated price book: what a model cost, when, and where the number comes from.", no_args_is_help=True)

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
Match = Annotated[str, typer.Option("--match", metavar="TEXT", help="Only models with this text in their name.")]
All = Annotated[bool, typer.Option("--all", help="The models of hosts as well, not only those of makers.")]


@app.command(short_help="Every price of a model: modes, tiers, fees, sources, history.")
def show(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Model name as logs write it.")],
    provider: Provider = None,
    at: At = None,
    as_json: options.AsJson = False,
) -> None:
    """Every price of a model in all modes, tiers, hours and regions, with source and confidence, and what changed when.

    \b
    Examples:
      logcost prices show claude-sonnet-4-5
      logcost prices show gpt-4o --at 2024-09-01
      logcost prices show llama-3.3-70b-versatile --provider groq
    """
    from logcost import price
    from logcost.price import alike
    from logcost.report import prices_json, terminal

    book = price.PriceBook.load()
    facts = price.show(book, model, provider=provider, at=utc(at))
    if provider is None:
        from logcost.price.facts import known

        sellers = alike.sellers(book, model, known(book, model).provider)
    else:
        sellers = []
    if as_json:
        print_json(prices_json.show(facts, sellers=sellers))
    else:
        terminal.prices(facts, utc(at) or now(), name=model, sellers=sellers, history=at is None)


@app.command("list", short_help="Every model with its prices of one day, and how sure they are.")
def list_models(
    provider: Provider = None, at: At = None, match: Match = "", every: All = False, as_json: options.AsJson = False
) -> None:
    """Every model of a maker with its prices of today (or of --at), since when, and how sure they are.

    \b
    Examples:
      logcost prices list --provider anthropic
      logcost prices list --all --match llama-3.3
      logcost prices list --at 2026-01-01 --json
    """
    from logcost import price
    from logcost.report import prices_json, terminal

    book, then = price.PriceBook.load(), utc(at) or now()
    makers = provider is None and not every
    facts = price.latest(book, then, provider=provider, kind="maker" if makers else None, match=match)
    from logcost.price.facts import chosen

    left_out = len(chosen(book, kind="host", match=match)) if makers else 0
    if as_json:
        print_json(prices_json.listed(facts, then, left_out=left_out))
    else:
        terminal.price_list(facts, then, left_out=left_out)


def utc(day: datetime | None) -> datetime | None:
    """A time of the command line, which is UTC."""
    return day.replace(tzinfo=UTC) if day else None


def now() -> datetime:
    """The instant of which prices are told when none is named: ``SOURCE_DATE_EPOCH``, else the present."""
    return generated_at() or datetime.now(UTC)
