"""Results as aligned text for people: one function a result. Colour only repeats what the words say; ``NO_COLOR`` works."""

from logcost.report.terminal.caching import caching
from logcost.report.terminal.files import formats, identification, ingest, rejects
from logcost.report.terminal.frame import frame
from logcost.report.terminal.prices import prices
from logcost.report.terminal.shape import shape
from logcost.report.terminal.spend import spend

__all__ = ["caching", "formats", "frame", "identification", "ingest", "prices", "rejects", "shape", "spend"]
