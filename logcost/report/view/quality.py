"""Section "Data quality": what was read, what was left out, and what that does to the total."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from logcost.report import words
from logcost.report.view.context import NO_MODEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logcost.report.view.context import Context
    from logcost.types import DataQuality, QualityCheck, SourceReport, UnpricedModel

_MARKS = {"ok": "✓", "info": "i", "action": "!"}
_CLASSES = {"ok": "ok", "info": "info", "action": "warn"}
_SPOKEN = {"ok": "good", "info": "for information", "action": "needs action"}
REASONS = {
    "no-model": "The record names no model",
    "unknown-model": "The price book does not know this model",
    "unknown-provider": "The price book has no prices of this provider",
    "no-date": "The record has no time, and the price has changed",
    "before-first-price": "The call is older than the first known price",
    "retired": "The model had no price any more",
    "no-price-then": "No price is known for that day",
    "mode-not-priced": "No price is stated for this mode: {}",
    "region-not-priced": "No price is stated for this region: {}",
    "long-context-not-priced": "No price is stated for prompts of this size: {}",
    "meter-not-priced": "No price is stated for one of the counts: {}",
    "bucket-straddles-price-change": "The price changed within the time that the total covers",
    "bucket-straddles-tier": "A total of many calls: some may cost the rate of long prompts",
    "bucket-straddles-hours": "A total of many calls: some may lie in hours with another rate",
    "impossible-counts": "The counts contradict each other: {}",
    "no-token-counts": "Token counts are missing: {}",
}
UNPRICED_SHOWN = 20
SOURCES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check with its state mark (a sign, a colour class, and the word for it)."""

    mark: str
    colour: str
    spoken: str
    name: str
    detail: str
    count: str
    effect: str
    remedy: str


@dataclass(frozen=True, slots=True)
class UnpricedRow:
    """Calls of one model without a price: the reason in words, and as the code that docs/prices.md explains."""

    model: words.Label
    provider: str
    reason: str
    code: str
    calls: str
    tokens: str


@dataclass(frozen=True, slots=True)
class BoundedRow(UnpricedRow):
    """Calls of one model whose cost is only known to lie between ``low`` and ``high``."""

    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One file and its ``format``; or a format by ``name``, and ``format`` counts its files."""

    name: words.Label
    format: str
    read: int
    loaded: int
    skipped: int
    duplicates: int
    rejects: int

    def cells(self) -> tuple[str, ...]:
        """The counts as text."""
        return tuple(words.count(n) for n in (self.read, self.loaded, self.skipped, self.duplicates, self.rejects))


@dataclass(frozen=True, slots=True)
class QualityView:
    """The section."""

    heading: str
    checks: tuple[CheckRow, ...]
    unpriced: tuple[UnpricedRow, ...]
    unpriced_more: str
    bounded: tuple[BoundedRow, ...]
    bounded_more: str
    sources: tuple[SourceRow, ...]
    sources_total: SourceRow
    sources_folded: bool


def view(context: Context) -> QualityView:
    """Build the section."""
    quality = context.model.quality
    rest = quality.unpriced[UNPRICED_SHOWN:]
    sources, folded = _sources(quality.sources)
    return QualityView(
        heading=_heading(quality),
        checks=tuple(_check(check, quality.sources) for check in quality.checks),
        unpriced=tuple(UnpricedRow(*_cells(u)) for u in quality.unpriced[:UNPRICED_SHOWN]),
        unpriced_more=_more(rest),
        bounded=tuple(
            BoundedRow(*_cells(u), context.dollars(u.low), context.dollars(u.high)) for u in quality.bounded[:UNPRICED_SHOWN]
        ),
        bounded_more=_more(quality.bounded[UNPRICED_SHOWN:]),
        sources=sources,
        sources_total=_sum("All files", quality.sources),
        sources_folded=folded,
    )


def _cells(u: UnpricedModel) -> tuple[words.Label, str, str, str, str, str]:
    """Model, provider, reason in words and as code, calls, tokens."""
    return (
        words.label(u.model, missing=NO_MODEL),
        words.provider(u.provider),
        reason_words(u.reason) + words.near(u.near),
        words.visible(u.reason),
        words.at_least(u.requests, whole=not u.uncounted_records),
        words.tokens(u.tokens),
    )


def models_without_price(quality: DataQuality) -> int:
    """Different model names among the calls without a price."""
    return len({u.model for u in quality.unpriced})


def counted(quality: DataQuality) -> tuple[int, int, str]:
    """How much has a price and how much has none: calls, or records where some do not say how many calls they are."""
    if quality.uncounted_records:
        return quality.priced_records, quality.unpriced_records, "record"
    return quality.priced_requests, quality.unpriced_requests, "call"


def without_price(quality: DataQuality) -> str:
    """``1,890 calls of one model have no price``: the calls, because the model may have a price on other days."""
    models = models_without_price(quality)
    _, without, noun = counted(quality)
    verb = "has" if without == 1 else "have"
    return f"{words.plural(without, noun)} of {words.spelled(models)} model{'' if models == 1 else 's'} {verb} no price"


def ranges(quality: DataQuality) -> str:
    """``3 records only a range is known: some of their calls may have had another price``, after "of"."""
    what = words.plural(quality.bounded_records, "record")
    calls = f" ({words.plural(quality.bounded_requests, 'call')})" if quality.bounded_requests else ""
    return f"{what}{calls} only a range of cost is known"


def _heading(quality: DataQuality) -> str:
    exact = _missing(quality)
    return f"{exact}; of {ranges(quality)}" if quality.bounded_records else exact


def _missing(quality: DataQuality) -> str:
    priced, without, _ = counted(quality)
    if without:
        verb = "is" if without == 1 else "are"
        return f"{without_price(quality)} and {verb} not in the total"
    rejects = sum(source.rejects for source in quality.sources)
    if rejects:
        unread = f"{words.plural(rejects, 'record')} could not be read"
        return f"{_all_calls(quality)} a price; {unread}"
    if not priced:
        return "There is not one call in this period"
    return f"{_all_calls(quality)} a price"


def reason_words(reason: str) -> str:
    """What a refusal of the price book (docs/prices.md, "What is refused") means; an unknown code stays as it is."""
    code, _, detail = reason.partition(": ")
    text = REASONS.get(code)
    return words.visible(text.format(detail)) if text else words.visible(reason)


def _all_calls(quality: DataQuality) -> str:
    """``All 3,000 calls that were read have``."""
    number, _, noun = counted(quality)
    return f"The one {noun} that was read has" if number == 1 else f"All {words.count(number)} {noun}s that were read have"


def _check(check: QualityCheck, sources: Sequence[SourceReport]) -> CheckRow:
    state = check.state if check.state in _MARKS else "info"
    return CheckRow(
        _MARKS[state],
        _CLASSES[state],
        _SPOKEN[state],
        words.visible(check.name),
        words.visible(without_folders(check.detail, sources)),
        words.count(check.count),
        words.visible(check.effect),
        words.visible(check.remedy),
    )


def _more(rest: Sequence[UnpricedModel]) -> str:
    calls = words.total(u.requests for u in rest)
    what = words.plural(sum(u.records for u in rest), "record") if calls is None else words.plural(calls, "call")
    least = "at least " if calls is not None and any(u.uncounted_records for u in rest) else ""
    return f"{words.plural(len(rest), 'more entry', 'more entries')} with {least}{what}." if rest else ""


def file_name(path: str) -> str:
    """Last part of a path (and the archive member), so that a report that is mailed shows no folder of its author."""
    archive, _, member = path.partition("!")
    name = archive.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or path
    return f"{name}!{member.rsplit('/', 1)[-1]}" if member else name


def without_folders(text: str, sources: Sequence[SourceReport]) -> str:
    """The text with the paths of the sources cut to file names."""
    for path in sorted({source.path for source in sources}, key=lambda p: (-len(p), p)):
        text = text.replace(path, file_name(path))
    return text


def _sources(sources: Sequence[SourceReport]) -> tuple[tuple[SourceRow, ...], bool]:
    """Every file, or above twenty one row a format."""
    if len(sources) <= SOURCES_SHOWN:
        return tuple(_sum(file_name(s.path), [s]) for s in sorted(sources, key=lambda s: s.path)), False
    by_format: dict[str, list[SourceReport]] = defaultdict(list)
    for source in sources:
        by_format[source.format or "unknown"].append(source)
    rows = (replace(_sum(name, group), format=words.plural(len(group), "file")) for name, group in sorted(by_format.items()))
    return tuple(rows), True


def _sum(name: str, sources: Sequence[SourceReport]) -> SourceRow:
    formats = {source.format or "unknown" for source in sources}
    return SourceRow(
        words.label(name),
        formats.pop() if len(formats) == 1 else "",
        sum(s.rows_read for s in sources),
        sum(s.rows_loaded for s in sources),
        sum(s.skipped for s in sources),
        sum(s.duplicates for s in sources),
        sum(s.rejects for s in sources),
    )
