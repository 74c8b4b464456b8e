"""A sample month of one invented company, Northwind, in the formats that real logs have.

Everything is drawn from a seed, so the same seed gives the same logs for ever. The month holds what real months hold: two
kinds of traffic, caches that work and caches that do not, a change of model, a price change, one bad day, a file that
repeats another, cut-off lines, and a model that has no list price.
"""

from __future__ import annotations

from logcost.demo.sample import CALLS, SEED, generate

__all__ = ["CALLS", "SEED", "generate"]
