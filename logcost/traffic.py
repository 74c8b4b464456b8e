"""Traffic shape as the report takes it: verdicts over the ratio histogram, what makes the modes, what to do about them.

A ratio is input tokens / output tokens of one call. Bins are numbered ``k = round(8 log2 ratio)``; centres are 2**(k/8).
Money is USD of list prices. Method and sources: docs/traffic-shape.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

BINS_PER_OCTAVE: Final = 8

Weighting = Literal["calls", "tokens", "spend"]
Side = Literal["input-heavy", "balanced", "output-heavy"]
"""Which side holds most of the price: input from 60 % on, output from 60 % on, or neither; without prices, by the ratio."""

Group = dict[str, str | None]
"""Names of a group: dimension to value; ``None`` is what no log states."""


def ratio_at(k: float) -> float:
    """Ratio of input to output at a bin position; whole numbers are the bins' centres."""
    return float(2.0 ** (k / BINS_PER_OCTAVE))


def position_of(ratio: float) -> float:
    """The bin position of a ratio, the inverse of ``ratio_at``."""
    return BINS_PER_OCTAVE * math.log2(ratio)


@dataclass(frozen=True, slots=True)
class Mode:
    """One group of traffic in the ratio histogram; cut points are bin numbers k (inclusive), shares are of the histogram."""

    peak_ratio: float
    low_bin: int
    high_bin: int
    calls_share: float
    tokens_share: float
    spend_share: float

    @property
    def low_ratio(self) -> float:
        """Ratio at the lower edge of its first bin."""
        return ratio_at(self.low_bin - 0.5)

    @property
    def high_ratio(self) -> float:
        """Ratio at the upper edge of its last bin: where it parts from the next mode."""
        return ratio_at(self.high_bin + 0.5)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Result of the valley procedure for one weighting.

    ``verdict``: insufficient, unimodal, weakly bimodal, weakly multimodal, bimodal, multimodal. ``depth`` (0..1) and
    ``separation_octaves`` are those of the deepest remaining valley; ``None`` with fewer than two modes. ``n``: calls that
    carry this weight. ``effective_n``: as many equal calls would tell as much (``n`` itself when calls are counted); it
    decides about "insufficient" (below 100) and ``indicative`` (100 to 299). ``with_repeats``: what the verdict would be if
    exact repeats within a minute counted as calls of their own; ``None`` where that makes no difference.
    """

    verdict: str
    n: int
    modes: tuple[Mode, ...] = ()
    depth: float | None = None
    separation_octaves: float | None = None
    bandwidth_octaves: float | None = None
    indicative: bool = False
    effective_n: int = 0
    with_repeats: str | None = None

    @property
    def several(self) -> bool:
        """Whether there is more than one mode."""
        return len(self.modes) > 1

    @property
    def strict(self) -> bool:
        """Whether there is more than one mode with a deep valley between them, not only ``weakly``."""
        return self.verdict in {"bimodal", "multimodal"}


@dataclass(frozen=True, slots=True)
class HistogramBin:
    """One bin. ``input_cost``, ``output_cost`` and their sum ``spend`` are those of the ``priced_calls``."""

    k: int
    calls: int
    input_tokens: int
    output_tokens: int
    priced_calls: int
    input_cost: Decimal
    output_cost: Decimal
    spend: Decimal

    @property
    def tokens(self) -> int:
        """Input and output."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class GroupShape:
    """Shape of one model, workload or month (``group`` names it), with its share of the histogram's calls and spend.

    ``verdict`` is by calls, ``by_tokens`` and ``by_spend`` by the other weightings.
    """

    group: Group
    verdict: Verdict
    by_tokens: Verdict
    by_spend: Verdict
    calls: int
    priced_calls: int
    spend: Decimal
    input_cost: Decimal
    median_ratio: float
    calls_share: float
    spend_share: float

    @property
    def several(self) -> bool:
        """Whether it has more than one mode by calls or by spend."""
        return self.verdict.several or self.by_spend.several


@dataclass(frozen=True, slots=True)
class ModeMember:
    """One feature inside one mode. ``calls`` and ``spend`` are those that lie in the mode, shares are of the mode."""

    group: Group
    calls: int
    spend: Decimal
    calls_share: float
    spend_share: float


@dataclass(frozen=True, slots=True)
class ModeDetail:
    """What is in a mode, in whole sums, and which features make it: most spend first; the rest in ``other_members``."""

    mode: Mode
    side: Side
    calls: int
    priced_calls: int
    input_tokens: int
    output_tokens: int
    input_cost: Decimal
    output_cost: Decimal
    spend: Decimal
    members: tuple[ModeMember, ...]
    other_members: int = 0


@dataclass(frozen=True, slots=True)
class Explanation:
    """Which features make the modes. ``verdict``: feature mix, inside features, both, features differ, none.

    ``features``: the dimensions that name a feature (``workload``, or ``provider`` and ``model`` ...). ``weighting``: whose
    modes are explained. ``inside``: the features that have several modes of their own, most calls first.
    """

    verdict: str
    theil_u: float | None
    inside_share: float | None
    eta2: float | None
    features: tuple[str, ...] = ("workload",)
    weighting: Weighting = "calls"
    inside: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeSide:
    """The calls of a workload before or after a change. ``model`` is the commonest, ``model_share`` its share of calls."""

    provider: str | None
    model: str | None
    model_share: float
    calls: int
    mean_input_tokens: int
    mean_output_tokens: int
    median_ratio: float
    spend: Decimal


@dataclass(frozen=True, slots=True)
class Change:
    """A day on which a workload's calls changed so much that before and after look like two kinds of traffic.

    ``cause``: ``model switch`` (another model has most of the calls) or ``prompt change`` (the same model, other calls).
    ``day`` is the first day of the new kind; ``theil_u`` says how much of "which mode" the day tells, from 0.5 to 1.
    """

    workload: str | None
    day: date
    cause: Literal["model switch", "prompt change"]
    before: ChangeSide
    after: ChangeSide
    theil_u: float


@dataclass(frozen=True, slots=True)
class Storm:
    """Calls of one workload and model with the same counts, ten or more of them within a minute, summed over all minutes.

    ``first`` and ``last`` are the first and the last such minute (UTC).
    """

    provider: str | None
    model: str | None
    workload: str | None
    input_tokens: int
    output_tokens: int
    calls: int
    minutes: int
    spend: Decimal
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Repeats:
    """Exact repeats: calls of one provider, model and workload with the same input and output tokens in the same UTC minute.

    They are looked for in bins that stand out, and in minutes with far more calls than usual where there are several modes.

    ``calls`` and ``spend``: the repeats beyond the first of each. ``storm_calls``, ``storm_minutes`` and ``storm_spend``: all
    calls of bursts of ten or more. ``storms``: the largest; ``storms_in_all``: how many there are. ``confirmed`` is false where
    the times are too coarse to tell repeats from traffic, so that the verdicts rest on all calls.
    """

    calls: int
    spend: Decimal
    storm_calls: int
    storm_minutes: int
    storm_spend: Decimal
    storms: tuple[Storm, ...] = ()
    storms_in_all: int = 0
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class AdvicePart:
    """One part to serve on its own: a mode or a feature (``group``).

    ``mode`` is the number of the mode, from 0, in the verdict that is the basis; ``None`` for features, and after changes, whose
    modes are those of the traffic since then.
    """

    group: Group | None
    mode: int | None
    side: Side
    ratio: float
    calls: int
    spend: Decimal
    spend_share: float
    input_share: float


@dataclass(frozen=True, slots=True)
class Advice:
    """Serve the parts apart. ``basis``: what shows that they differ (modes by calls, modes by spend, or features).

    ``route_by``: ``name`` (the feature's name tells the part), ``classifier`` (it does not), or ``name and classifier`` (it does,
    but for the features in ``TrafficShape.explanation.inside``). ``splits``: ratios that part the modes; empty for features.
    ``since``: the advice is about the calls after the changes named in ``TrafficShape.changes``.
    """

    basis: Literal["calls", "spend", "features"]
    route_by: Literal["name", "classifier", "name and classifier"]
    features: tuple[str, ...]
    splits: tuple[float, ...]
    parts: tuple[AdvicePart, ...]
    after_changes: bool = False


@dataclass(frozen=True, slots=True)
class TrafficShape:
    """Input/output ratio analysis (methods 1.1 to 1.6).

    ``no_output``, ``no_input`` and ``not_request_level`` count the calls (the last: rows) that have no ratio;
    ``excluded_spend`` has the spend of each under the same name. ``lead``: the weighting whose modes ``modes`` details and the
    report opens with. ``by_feature`` holds
    the shapes of the features that the explanation is about where they are not models, workloads or months.
    ``advice`` is ``None`` when no split is indicated.
    """

    calls: Verdict
    tokens: Verdict
    spend: Verdict
    by_model: tuple[GroupShape, ...]
    by_workload: tuple[GroupShape, ...]
    explanation: Explanation
    polarisation: dict[str, float] | None
    histogram: tuple[HistogramBin, ...]
    no_output: int
    no_input: int
    not_request_level: int
    advice: Advice | None = None
    notes: tuple[str, ...] = ()
    excluded_spend: dict[str, Decimal] = field(default_factory=dict)
    by_month: tuple[GroupShape, ...] = ()
    by_feature: tuple[GroupShape, ...] = ()
    lead: Weighting = "calls"
    modes: tuple[ModeDetail, ...] = ()
    changes: tuple[Change, ...] = ()
    repeats: Repeats | None = None

    @property
    def leading(self) -> Verdict:
        """The verdict of the leading weighting."""
        return {"calls": self.calls, "tokens": self.tokens, "spend": self.spend}[self.lead]
