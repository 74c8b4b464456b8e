"""``logcost prices compare``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from logcost.cli import options
from logcost.cli import price_options as asked
from logcost.cli.output import print_json, print_text
from logcost.errors import UsageError

Tokens = Annotated[str, typer.Option("--input", metavar="N", help="Prompt tokens of a call, cached ones included.")]


def compare(
    prompt: Tokens = "2000",
    output: Annotated[str, typer.Option("--output", metavar="N", help="Output tokens of a call.")] = "400",
    cached: Annotated[
        str | None,
        typer.Option("--cached", metavar="N", help="Part of the input that was read from the cache.", show_default=False),
    ] = None,
    calls: asked.Calls = "1M",
    models: Annotated[
        str | None, typer.Option("--models", metavar="LIST", help="Comma-separated names of models.", show_default=False)
    ] = None,
    match: asked.Match = "",
    provider: asked.Provider = None,
    every: asked.All = False,
    tier: asked.Mode = None,
    batch: asked.Batch = False,
    region: asked.Region = None,
    at: asked.At = None,
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="MODEL", help="The model that counts as 1. Else the cheapest.", show_default=False),
    ] = None,
    sort: Annotated[Literal["cost", "model"], typer.Option("--sort", help="Order of the rows.")] = "cost",
    as_csv: Annotated[bool, typer.Option("--csv", help="Write CSV to stdout.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """The same call with every model of a maker: its cost, that of many calls, and what hosts ask for the same model.

    \b
    Examples:
      logcost prices compare --input 2000 --output 400 --calls 1M
      logcost prices compare --models gpt-4o,claude-sonnet-4-5,gemini-2.5-pro --base gpt-4o --batch
      logcost prices compare --match llama-3.3-70b --all --csv
    """
    from logcost.price import PriceBook
    from logcost.price.compare import Question
    from logcost.price.compare import compare as compared
    from logcost.report import prices_json, terminal

    if as_csv and as_json:
        raise UsageError("--csv and --json exclude each other.", remedy="Give one of them.")
    stated = {"input_tokens": prompt, "output_tokens": output, "cache_read_input_tokens": cached}
    counts = {name: asked.counted(f"--{name}", text) for name, text in stated.items()}
    wanted = tuple(name.strip() for name in (models or "").split(",") if name.strip())
    question = Question(
        {name: count for name, count in counts.items() if count is not None},
        asked.calls_of(calls),
        provider,
        wanted,
        match,
        every,
        asked.mode_of(tier, batch=batch),
        region,
        base,
    )
    found = compared(PriceBook.load(), question, asked.then(at))
    if as_json:
        print_json(prices_json.comparison(found, sort))
    elif as_csv:
        print_text(prices_json.comparison_csv(found, sort))
    else:
        terminal.price_compare(found, sort)
