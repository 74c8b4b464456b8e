"""Missed prompt caching: what the cache could have served, why it did not, and what that costs net of write premiums."""

from __future__ import annotations

from logcost.analyse.caching.review import review
from logcost.analyse.caching.rule import parse_rule

__all__ = ["parse_rule", "review"]
