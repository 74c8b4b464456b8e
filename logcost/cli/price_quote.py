"""``logcost prices quote``."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from logcost.cli import options
from logcost.cli import price_options as asked
from logcost.cli.output import print_json
from logcost.errors import UsageError


def _tokens(*names: str, text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(*names, metavar="N", help=text, show_default=False)
    return option


_COLUMNS: Final = {
    "--input": "input_tokens",
    "--output": "output_tokens",
    "--cached": "cache_read_input_tokens",
    "--cache-write-5m": "cache_creation_5m_input_tokens",
    "--cache-write-30m": "cache_creation_30m_input_tokens",
    "--cache-write-1h": "cache_creation_1h_input_tokens",
    "--reasoning": "reasoning_output_tokens",
    "--audio-in": "input_audio_tokens",
    "--image-in": "input_image_tokens",
    "--video-in": "input_video_tokens",
    "--audio-out": "output_audio_tokens",
    "--image-out": "output_image_tokens",
    "--searches": "web_search_requests",
}


def quote(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Model name as logs write it.")],
    prompt: Annotated[str | None, _tokens("--input", text="Prompt tokens, cached ones included.")] = None,
    output: Annotated[str | None, _tokens("--output", text="Output tokens, reasoning included.")] = None,
    cached: Annotated[str | None, _tokens("--cached", text="Part of the input that was read from the cache.")] = None,
    write_5m: Annotated[str | None, _tokens("--cache-write-5m", text="Part written to the cache for 5 minutes.")] = None,
    write_30m: Annotated[str | None, _tokens("--cache-write-30m", text="Part written to the cache for 30 minutes.")] = None,
    write_1h: Annotated[str | None, _tokens("--cache-write-1h", text="Part written to the cache for an hour.")] = None,
    reasoning: Annotated[str | None, _tokens("--reasoning", text="Part of the output that was reasoning.")] = None,
    audio_in: Annotated[str | None, _tokens("--audio-in", text="Part of the input that was audio.")] = None,
    image_in: Annotated[str | None, _tokens("--image-in", text="Part of the input that was pictures.")] = None,
    video_in: Annotated[str | None, _tokens("--video-in", text="Part of the input that was video.")] = None,
    audio_out: Annotated[str | None, _tokens("--audio-out", text="Part of the output that was audio.")] = None,
    image_out: Annotated[str | None, _tokens("--image-out", text="Part of the output that was pictures.")] = None,
    searches: Annotated[str | None, _tokens("--searches", text="Web searches.")] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(
            "--unit", metavar="NAME=N", help="Other units, such as images=2 or pages=10; may be repeated.", show_default=False
        ),
    ] = None,
    tier: asked.Mode = None,
    batch: asked.Batch = False,
    region: asked.Region = None,
    provider: asked.Provider = None,
    at: asked.At = None,
    calls: asked.Calls = "1",
    as_json: options.AsJson = False,
) -> None:
    """What one call costs, part by part and to the last digit, at the prices of today (or of --at).

    \b
    Examples:
      logcost prices quote claude-sonnet-4-5 --input 12k --cached 10k --output 800
      logcost prices quote gpt-4o --input 2000 --output 400 --batch --calls 1M --at 2024-09-01
      logcost prices quote gemini-2.5-pro --input 250k --output 1k --unit grounding_requests=1
    """
    from logcost.price import PriceBook
    from logcost.price.quote import Call
    from logcost.price.quote import quote as quoted
    from logcost.report import prices_json, terminal

    inputs = (prompt, output, cached, write_5m, write_30m, write_1h, reasoning)
    given = (*inputs, audio_in, image_in, video_in, audio_out, image_out, searches)
    number, mode = asked.calls_of(calls), asked.mode_of(tier, batch=batch)
    counts = {column: asked.counted(name, text) for (name, column), text in zip(_COLUMNS.items(), given, strict=True)}
    stated = {column: count for column, count in counts.items() if count is not None}
    units = _units(unit or ())
    if not stated and not units:
        raise UsageError("There is nothing to price.", remedy="Give --input and --output, or --unit NAME=N.")
    book = PriceBook.load()
    found = quoted(book, Call(model, stated, provider, units, mode, region), asked.then(at))
    if (found.reason or "").startswith("unknown-"):
        from logcost.price.facts import known

        known(book, model, provider)  # raises, with the names that are near
    if as_json:
        print_json(prices_json.quote(found, number))
    else:
        terminal.price_quote(found, number)
    if found.cost is None:
        raise typer.Exit(1)


def _units(given: list[str] | tuple[()]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in given:
        name, equals, text = one.partition("=")
        number = asked.counted("--unit", text) if equals else None
        if not name or number is None:
            raise UsageError(f"--unit '{one}' is no count.", remedy="Write it as NAME=N, such as images=2.")
        found[name.strip()] = found.get(name.strip(), 0) + number
    return found
