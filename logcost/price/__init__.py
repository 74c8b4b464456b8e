"""Prices: the dated book (``pricing/``), the names in it, and the exact join that prices a usage frame."""

from logcost.callables import make_callable
from logcost.price.book import PriceBook
from logcost.price.charge import charges
from logcost.price.facts import PriceFact, latest, show
from logcost.price.public import price

__all__ = ["PriceBook", "PriceFact", "charges", "latest", "price", "show"]

make_callable(__name__, "price")
