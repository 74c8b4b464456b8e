"""Results to HTML, JSON and terminal text. ``logcost.report(...)`` writes a report in one call."""

from logcost.callables import make_callable
from logcost.report.public import report

__all__ = ["report"]

make_callable(__name__, "report")
