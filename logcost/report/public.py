"""``report``: from files or a ledger to one HTML file, in one call."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from logcost.period import period
from logcost.report.file import write_file
from logcost.store import Ledger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logcost.price import PriceBook


def report(  # noqa: PLR0913 -- options with defaults, by keyword
    source: Ledger | str | Path | Sequence[str | Path],
    output: str | Path = "logcost-report.html",
    *,
    month: str | None = None,
    since: str | None = None,
    until: str | None = None,
    tz: str = "UTC",
    title: str | None = None,
    prices: PriceBook | None = None,
) -> Path:
    """Write the HTML report of a ledger, or of files and folders, and return its path.

    ``month`` (``"2026-10"``) or ``since`` and ``until`` (days, ``until`` included, or instants) choose the calls; days
    begin at midnight in ``tz``. ``title`` names whose spend it is. ``prices``: another book than the shipped one. Files
    are read into a private ledger that is gone afterwards. ``logcost.report.model.build`` gives the figures themselves.
    Raises ``UsageError`` for options that make no sense and for an ``output`` that cannot be written, and
    ``NothingReadableError`` when no file can be read.
    """
    wanted = period(month=month, since=since, until=until, tz=tz)
    if not isinstance(source, Ledger):
        from logcost.api import load

        with load(source) as ledger:
            return report(ledger, output, month=month, since=since, until=until, tz=tz, title=title, prices=prices)
    from logcost.price import PriceBook
    from logcost.report import html
    from logcost.report.model import build

    target = Path(output)
    write_file(target, html.render(build(source, prices or PriceBook.load(), period=wanted, tz=tz, title=title)))
    return target
