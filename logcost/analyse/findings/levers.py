"""The findings beyond caching. The list below is the whole registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logcost.analyse.findings import CACHING
from logcost.analyse.findings.lc201_batch import Batch
from logcost.analyse.findings.lc202_smaller_model import SmallerModel
from logcost.analyse.findings.lc203_long_prompts import LongPrompts
from logcost.analyse.findings.lc204_peak_hours import PeakHours
from logcost.analyse.findings.lc205_failed_calls import FailedCalls
from logcost.analyse.findings.lc206_repeated_prompts import RepeatedPrompts

if TYPE_CHECKING:
    from logcost.analyse.findings.contract import Finding
    from logcost.analyse.findings.lever import Lever

LEVERS: Final[tuple[Lever, ...]] = (Batch(), SmallerModel(), LongPrompts(), PeakHours(), FailedCalls(), RepeatedPrompts())
EVERY: Final[tuple[Finding | Lever, ...]] = (*CACHING, *LEVERS)
"""All findings there are."""
