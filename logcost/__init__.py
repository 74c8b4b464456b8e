"""What your LLM calls really cost: exact, dated, explained, private.

    import logcost

    with logcost.load(["logs/"]) as ledger:                  # files -> a private ledger (DuckDB)
        logcost.report(ledger, output="report.html")         # one HTML file

    charges = logcost.price(frame).collect()                 # a Polars frame of token counts -> exact Decimal USD

``logcost.price`` and ``logcost.report`` are packages that can also be called, so that the short names above and imports
such as ``from logcost.price import PriceBook`` both work. Type checkers know no callable packages: typed code imports the
functions, ``from logcost.price import price``. Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = ["__version__", "analyse", "load", "price", "report"]

if TYPE_CHECKING:
    from logcost import analyse, price, report
    from logcost.api import load


def __getattr__(name: str) -> Any:
    """Import ``load``, ``price``, ``report`` and ``analyse`` on first use."""
    from importlib import import_module

    if name == "load":
        return import_module("logcost.api").load
    if name in {"analyse", "price", "report"}:
        return import_module(f"logcost.{name}")
    raise AttributeError(f"module 'logcost' has no attribute '{name}'")
