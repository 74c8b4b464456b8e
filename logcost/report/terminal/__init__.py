"""Results as aligned text for people: one function a result. Colour only repeats what the words say; ``NO_COLOR`` works."""

from logcost.report.terminal.caching import caching
from logcost.report.terminal.files import draft, formats, identification, identifications, ingest, rejects
from logcost.report.terminal.frame import frame
from logcost.report.terminal.price_check import price_check
from logcost.report.terminal.price_compare import price_compare
from logcost.report.terminal.price_diff import price_diff
from logcost.report.terminal.price_list import price_list
from logcost.report.terminal.price_quote import price_quote
from logcost.report.terminal.prices import prices
from logcost.report.terminal.savings import savings, whatif
from logcost.report.terminal.shape import shape
from logcost.report.terminal.spend import prices_of, spend

__all__ = [
    "caching",
    "draft",
    "formats",
    "frame",
    "identification",
    "identifications",
    "ingest",
    "price_check",
    "price_compare",
    "price_diff",
    "price_list",
    "price_quote",
    "prices",
    "prices_of",
    "rejects",
    "savings",
    "shape",
    "spend",
    "whatif",
]
