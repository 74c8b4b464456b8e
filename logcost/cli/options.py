"""Options that several commands share, declared once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

Paths = Annotated[
    list[str] | None,
    typer.Argument(metavar="PATH", help="Files, folders, globs, or - for stdin. None: the stored ledger.", show_default=False),
]
LedgerPath = Annotated[
    Path | None,
    typer.Option("--ledger", help="Stored ledger. Else $LOGCOST_LEDGER, else the platform's data folder.", show_default=False),
]
Declarations = Annotated[
    list[Path] | None,
    typer.Option(
        "--input-format", metavar="FILE.sql", help="A format of your own for PATHs; may be repeated.", show_default=False
    ),
]
AssumeDate = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help="Day (UTC) of calls whose log states no time.", show_default=False),
]
Tags = Annotated[
    list[str] | None,
    typer.Option(
        "--tag", metavar="KEY=VALUE", help="A label for every record of these files; may be repeated.", show_default=False
    ),
]
Provider = Annotated[
    str | None,
    typer.Option(
        "--provider", metavar="NAME", help="Who was called where the log does not say: openai, anthropic ...", show_default=False
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        min=1,
        metavar="N",
        help="Processes that read a log of 256 MB or more. Else one a core, at most 4.",
        show_default=False,
    ),
]
Month = Annotated[str | None, typer.Option("--month", metavar="YYYY-MM", help="Only this month.", show_default=False)]
Since = Annotated[str | None, typer.Option("--since", metavar="DATE", help="From this day or instant on.", show_default=False)]
Until = Annotated[
    str | None,
    typer.Option(
        "--until", metavar="DATE", help="To this day (included), or to this instant (not included).", show_default=False
    ),
]
TimeZone = Annotated[str, typer.Option("--tz", metavar="ZONE", help="Time zone of days and months, such as Europe/Berlin.")]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Contract. Else $LOGCOST_CONFIG, else logcost.toml here or in the configuration folder.",
        show_default=False,
    ),
]
NoConfig = Annotated[bool, typer.Option("--no-config", help="Use no contract: list prices only.")]
Currency = Annotated[
    str | None,
    typer.Option(
        "--currency", metavar="CODE", help="Currency beside USD, instead of the contract's; USD: none.", show_default=False
    ),
]
PricesAsOf = Annotated[
    datetime | None,
    typer.Option(
        "--prices-as-of",
        metavar="DATE",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"],
        help="Price all calls at the prices of this day or instant (UTC).",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON to stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no warnings on stderr.")]
