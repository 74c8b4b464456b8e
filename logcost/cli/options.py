"""Options that several commands share, declared once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

from logcost.cli.parameters import Argument, Option

Paths = Annotated[
    list[str] | None,
    Argument(metavar="PATH", help="Files, folders, globs, or - for stdin. None: the stored ledger."),
]
LedgerPath = Annotated[
    Path | None,
    Option("--ledger", metavar="FILE", help="Stored ledger. Else $LOGCOST_LEDGER, else the platform's data folder."),
]
Declarations = Annotated[
    list[Path] | None,
    Option("--input-format", metavar="FILE.sql", help="A format of your own for PATHs; may be repeated."),
]
AssumeDate = Annotated[
    datetime | None,
    Option("--date", metavar="DATE", formats=("%Y-%m-%d",), help="Day (UTC) of calls whose log states no time."),
]
Tags = Annotated[
    list[str] | None,
    Option("--tag", metavar="KEY=VALUE", help="A label for every record of these files; may be repeated."),
]
Provider = Annotated[
    str | None,
    Option("--provider", metavar="NAME", help="Who was called where the log does not say: openai, anthropic ..."),
]
Jobs = Annotated[
    int | None,
    Option("--jobs", "-j", least=1, metavar="N", help="Processes that read a log of 256 MB or more. Else one a core, at most 4."),
]
Month = Annotated[str | None, Option("--month", metavar="YYYY-MM", help="Only this month.")]
Since = Annotated[str | None, Option("--since", metavar="DATE", help="From this day or instant on.")]
Until = Annotated[
    str | None,
    Option("--until", metavar="DATE", help="To this day (included), or to this instant (not included)."),
]
TimeZone = Annotated[str, Option("--tz", metavar="ZONE", help="Time zone of days and months, such as Europe/Berlin.")]
AsJson = Annotated[bool, Option("--json", help="Write JSON to stdout.")]
Quiet = Annotated[bool, Option("--quiet", "-q", help="No progress and no warnings on stderr.")]
