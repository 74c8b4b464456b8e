"""What is agreed with a provider (``logcost.toml``): discounts, credits, commitments, own prices and names, a currency.

``load`` reads the file. ``Contract.kept`` is a call's discount, ``bill.bill`` what is counted by the month; ``currency`` has
the rates of exchange. Money is exact: sums are multiplied at the very end, and nothing is rounded but a rate of exchange.
"""

from logcost.contract.bill import DaySpend
from logcost.contract.read import load
from logcost.contract.terms import Contract, Names, unknown_name

__all__ = ["Contract", "DaySpend", "Names", "load", "unknown_name"]
