"""Words about steps of caching that the terminal and the report share."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from logcost.report import money

if TYPE_CHECKING:
    from logcost.types import CachingRow


def refused(row: CachingRow, places: int) -> tuple[str, ...]:
    """``Do not: every prompt, 1 hour (costs $3.10 more).`` for each step that was replayed and loses at least a unit shown."""
    unit = Decimal(1).scaleb(-places)
    losses = [(step.setting, -step.net_saving) for step in row.steps if not step.advised and step.net_saving is not None]
    return tuple(f"Do not: {setting} (costs {money.dollars(loss, places)} more)." for setting, loss in losses if loss >= unit)
