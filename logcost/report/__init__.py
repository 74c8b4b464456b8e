"""Results to HTML, JSON and terminal text. ``logcost.report(...)`` builds a report in one call."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from logcost.callables import make_callable
from logcost.types import Period

if TYPE_CHECKING:
    from logcost.price import PriceBook
    from logcost.report.model import ReportModel
    from logcost.store import Ledger

__all__ = ["report"]


def report(  # noqa: PLR0913 -- options with defaults, by keyword
    ledger: Ledger,
    *,
    output: str | Path | None = None,
    period: Period = Period(),  # noqa: B008 -- frozen
    tz: str = "UTC",
    title: str | None = None,
    prices: PriceBook | None = None,
) -> ReportModel:
    """Run every analysis over the ledger's calls of ``period`` (half-open, UTC instants; unbounded: all).

    Writes the HTML report to ``output`` if given, and returns the model: exact amounts in frozen dataclasses, for
    ``logcost.report.html.render`` and ``logcost.report.json.document``. Raises ``UsageError`` for an unknown time zone.
    """
    from logcost.price import PriceBook
    from logcost.report import html
    from logcost.report.model import build

    model = build(ledger, prices or PriceBook.load(), period=period, tz=tz, title=title)
    if output is not None:
        Path(output).write_text(html.render(model), encoding="utf-8", newline="\n")
    return model


make_callable(__name__, "report")
