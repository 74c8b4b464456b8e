"""Findings: one rule a file, stable codes. The list below is the whole registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from logcost.analyse.findings.lc101_no_cache_use import NoCacheUse
from logcost.analyse.findings.lc102_lifetime_too_short import LifetimeTooShort
from logcost.analyse.findings.lc103_below_minimum import BelowMinimum
from logcost.analyse.findings.lc104_scope_spread import ScopeSpread
from logcost.analyse.findings.lc105_wasted_writes import WastedWrites
from logcost.analyse.findings.lc106_lifetime_too_long import LifetimeTooLong
from logcost.analyse.findings.lc107_below_break_even import BelowBreakEven
from logcost.analyse.findings.lc108_hits_below_replay import HitsBelowReplay
from logcost.analyse.findings.lc109_volatile_token import VolatileToken
from logcost.analyse.findings.lc110_varying_in_front import VaryingInFront
from logcost.analyse.findings.lc111_order_shuffle import OrderShuffle
from logcost.analyse.findings.lc112_model_switch import ModelSwitch
from logcost.analyse.findings.lc114_provider_diagnosis import ProviderDiagnosis

if TYPE_CHECKING:
    from logcost.analyse.findings.case import Case
    from logcost.analyse.findings.contract import Finding

CACHING: Final[tuple[Finding, ...]] = (
    NoCacheUse(),
    LifetimeTooShort(),
    BelowMinimum(),
    ScopeSpread(),
    WastedWrites(),
    LifetimeTooLong(),
    BelowBreakEven(),
    HitsBelowReplay(),
    VolatileToken(),
    VaryingInFront(),
    OrderShuffle(),
    ModelSwitch(),
    ProviderDiagnosis(),
)


def found(case: Case) -> Finding | None:
    """The finding of a row: of those that fire the one with the largest saving, then the lowest code.

    The provider's own diagnosis takes the place of a cause that is only inferred.
    """
    firing = [finding for finding in CACHING if finding.fires(case)]
    best = max(firing, key=lambda finding: finding.saving(case) or 0, default=None)
    told = next((finding for finding in firing if isinstance(finding, ProviderDiagnosis)), None)
    return told if told is not None and best is not None and best.infers(case) else best
