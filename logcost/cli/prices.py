"""``logcost prices``: the price book, and what is asked of it."""

from __future__ import annotations

from typing import Annotated

import typer

from logcost.cli import options
from logcost.cli.output import print_json
from logcost.cli.price_check import check
from logcost.cli.price_compare import compare
from logcost.cli.price_diff import diff
from logcost.cli.price_options import All, At, Match, Provider, then
from logcost.cli.price_quote import quote

app = typer.Typer(help="The dated price book: what a model cost, when, and where the number comes from.", no_args_is_help=True)


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
    from logcost.price.facts import known
    from logcost.report import prices_json, terminal

    book = price.PriceBook.load()
    facts = price.show(book, model, provider=provider)
    sellers = [] if provider else alike.sellers(book, model, known(book, model).provider)
    if as_json:
        valid = facts if at is None else [fact for fact in facts if fact.holds(then(at))]
        print_json(prices_json.show(valid, sellers=sellers))
    else:
        terminal.prices(facts, then(at), name=model, sellers=sellers, history=at is None)


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

    book, instant = price.PriceBook.load(), then(at)
    makers = provider is None and not every
    facts = price.latest(book, instant, provider=provider, kind="maker" if makers else None, match=match)
    from logcost.price.facts import chosen

    left_out = len(chosen(book, kind="host", match=match)) if makers else 0
    if as_json:
        print_json(prices_json.listed(facts, instant, left_out=left_out))
    else:
        terminal.price_list(facts, instant, left_out=left_out)


app.command(short_help="What a call costs: tokens times rates, to the last digit.")(quote)
app.command(short_help="The same call with every model: cost, ratio, range over hosts.")(compare)
app.command(short_help="Mistakes in price files: overlaps, gaps, rates that cannot be.")(check)
app.command(short_help="Our prices beside those of an installed genai-prices or litellm.")(diff)
