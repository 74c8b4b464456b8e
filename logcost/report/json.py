"""JSON documents of the commands and of the report (contracts: docs/report.md). Money is decimal strings, never floats.

Every document starts with ``schema_version``. ``dumps`` writes the same bytes for the same document.
"""

from __future__ import annotations

import json as standard
from typing import TYPE_CHECKING, Any, Final

from logcost.errors import UnreadableFileError
from logcost.report import money, savings_json, shape_json, tables
from logcost.report.plain import instant, plain
from logcost.report.view.quality import file_name, without_folders
from logcost.types import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    import polars as pl

    from logcost.ingest.header import Format
    from logcost.ingest.identify import Identification
    from logcost.report.model import ReportModel
    from logcost.spending import Bill, SpendSummary, Totals
    from logcost.types import (
        BoundedModel,
        CachingReview,
        CachingRow,
        DataQuality,
        IngestResult,
        Period,
        RejectRow,
        SourceReport,
        UnpricedModel,
    )


def dumps(document: Mapping[str, object]) -> str:
    """The document as text: two-space indent, keys in the document's order, non-ASCII as it is."""
    return standard.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)


def document(model: ReportModel, *, limit: int | None = None) -> dict[str, object]:
    """The whole report. Source paths are cut to file names, so that it can be shared. What no record states is null.

    The HTML embeds this with a ``limit`` on the length of its lists; ``left_out`` then counts what was cut from each.
    """
    spend = model.spend
    whole: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "title": model.title,
        "period": _period(model.period),
        "time_zone": model.tz,
        "currency": model.currency,
        "prices_as_of": instant(model.prices_as_of),
        "contract": _contract(spend.bill),
        "totals": _billed(spend.totals, spend.bill),
        "previous": _previous(spend.previous, spend.previous_period),
        "anomalies": plain(spend.anomalies),
        "savings": _savings(model),
        "shape": _without_histogram(shape_json.shape(model.shape, prices_as_of=model.prices_as_of)),
        "caching": caching(model.caching, prices_as_of=model.prices_as_of),
        "quality": _quality(model.quality),
        "sources": _sources(model.quality.sources, short=True),
        "provenance": plain(model.provenance),
        "tables": tables.all_tables(model),
    }
    whole["left_out"] = _cut(whole, limit) if limit is not None else {}
    return whole


def _savings(model: ReportModel) -> dict[str, object] | None:
    return None if model.savings is None else savings_json.savings(model.savings, prices_as_of=model.prices_as_of)


def _without_histogram(shape: dict[str, object]) -> dict[str, object]:
    """Its bins are the table "ratios" of the same document."""
    return {name: value for name, value in shape.items() if name != "histogram"}


_LISTS: Final = (
    ("savings", "steps"),
    ("savings", "unpriced"),
    ("shape", "by_model"),
    ("shape", "by_workload"),
    ("shape", "by_month"),
    ("shape", "by_feature"),
    ("caching", "rows"),
    ("quality", "unpriced"),
    ("quality", "bounded"),
    ("", "sources"),
)


def _cut(whole: dict[str, Any], limit: int) -> dict[str, int]:
    """Shorten the lists in place and say by how much."""
    left_out = {}
    for part, name in _LISTS:
        parent = whole[part] if part else whole
        if parent is not None and len(parent[name]) > limit:
            left_out[f"{part}.{name}".lstrip(".")] = len(parent[name]) - limit
            parent[name] = parent[name][:limit]
    return left_out


def spend(
    summary: SpendSummary,
    sources: Iterable[SourceReport],
    unpriced: Sequence[UnpricedModel] = (),
    bounded: Sequence[BoundedModel] = (),
) -> dict[str, object]:
    """``logcost spend --json``: period, totals, one row a group, the files behind them, and what has no exact price and why."""
    return {
        "schema_version": SCHEMA_VERSION,
        "period": _period(summary.period),
        "currency": summary.currency,
        "prices_as_of": instant(summary.prices_as_of),
        "contract": _contract(summary.bill),
        "totals": _billed(summary.totals, summary.bill),
        "rows": [{**row.group, **_totals(row.totals)} for row in summary.rows],
        "sources": _sources(sources),
        "unpriced": plain(unpriced),
        "bounded": plain(bounded),
    }


def caching(review: CachingReview, *, prices_as_of: datetime | None = None) -> dict[str, object]:
    """``logcost caching --json``: totals, and one row a provider, model and workload; ``prices_as_of`` as in ``shape``."""
    return {
        "schema_version": SCHEMA_VERSION,
        "totals": {
            "input_tokens": review.input_tokens,
            "billed_read_tokens": review.billed_read_tokens,
            "achievable_read_tokens": review.achievable_read_tokens,
            "missed_tokens": review.missed_tokens,
            "net_saving": plain(review.net_saving),
        },
        "rows": [_caching_row(row) for row in review.rows],
        "unknown_rows": review.unknown_rows,
        "notes": list(review.notes),
        "prices_as_of": instant(prices_as_of),
    }


def ingest(result: IngestResult) -> dict[str, object]:
    """``logcost ingest --json``."""
    return {"schema_version": SCHEMA_VERSION, "sources": _sources(result.sources)}


def rejects(rows: Sequence[RejectRow]) -> dict[str, object]:
    """``logcost rejects --json``: file, line, byte offset, slug and reason of each."""
    return {"schema_version": SCHEMA_VERSION, "rejects": plain(rows)}


def formats(declarations: Sequence[Format]) -> dict[str, object]:
    """``logcost formats --json``: name, title, reader, grain, table and documentation link of every format."""
    rows = [
        {"format": d.name, "title": d.title, "readers": list(d.readers), "grain": d.grain, "table": d.table, "docs": d.docs}
        for d in sorted(declarations, key=lambda d: d.name)
    ]
    return {"schema_version": SCHEMA_VERSION, "formats": rows}


def identification(result: Identification) -> dict[str, object]:
    """``logcost formats FILE --json``: which formats claim the file, and what the near ones miss."""
    return {"schema_version": SCHEMA_VERSION, **_identified(result)}


def identifications(results: Sequence[tuple[str, Identification | UnreadableFileError]]) -> dict[str, object]:
    """``logcost formats ARCHIVE --json``: the same of each file, with its path; ``error`` for what cannot be read."""
    files = [
        {"path": path, **({"error": str(one)} if isinstance(one, UnreadableFileError) else _identified(one))}
        for path, one in results
    ]
    return {"schema_version": SCHEMA_VERSION, "files": files}


def _identified(result: Identification) -> dict[str, object]:
    return {
        "claims": [
            {"format": claim.format.name, "title": claim.format.title, "reader": claim.reader, "marks": list(claim.marks)}
            for claim in result.claims
        ],
        "near": [{"format": claim.format.name, "missing": list(claim.missing)} for claim in result.near],
        "told": None if result.told is None else {"what": result.told.what, "remedy": result.told.remedy},
    }


def frame(data: pl.DataFrame) -> dict[str, object]:
    """``logcost sql --json``: column names and one object a row; decimals as text."""
    return {
        "schema_version": SCHEMA_VERSION,
        "columns": data.columns,
        "rows": [plain(row) for row in data.iter_rows(named=True)],
    }


def cell(value: object) -> str:
    """One value as text: nothing for NULL, exact decimals, instants in UTC, nested values as JSON."""
    found = plain(value)
    if found is None:
        return ""
    return found if isinstance(found, str) else standard.dumps(found, ensure_ascii=False)


def _period(period: Period) -> dict[str, object]:
    return {"start": instant(period.start), "end": instant(period.end)}


def _totals(totals: Totals) -> dict[str, object]:
    return {
        "requests": totals.requests,
        "input_tokens": totals.input_tokens,
        "uncached_input_tokens": totals.uncached_input_tokens,
        "cache_read_input_tokens": totals.cache_read_input_tokens,
        "cache_creation_input_tokens": totals.cache_creation_input_tokens,
        "output_tokens": totals.output_tokens,
        "reasoning_output_tokens": totals.reasoning_output_tokens,
        "list_cost": money.exact_text(totals.list_cost),
        "contracted_cost": money.exact_text(totals.contracted_cost),
        "reported_cost": None if totals.reported_cost is None else money.exact_text(totals.reported_cost),
        "unpriced_requests": totals.unpriced_requests,
        "unpriced_tokens": totals.unpriced_tokens,
        "records": totals.records,
        "unpriced_records": totals.unpriced_records,
        "uncounted_records": totals.uncounted_records,
        "bounded_records": totals.bounded_records,
        "bounded_requests": totals.bounded_requests,
        **{name: money.exact_text(getattr(totals, name)) for name in _ENDS},
        "converted": plain(totals.converted),
    }


_ENDS: Final = ("list_cost_low", "list_cost_high", "contracted_cost_low", "contracted_cost_high")


def _billed(totals: Totals, bill: Bill | None) -> dict[str, object]:
    """Totals with what the contract makes of them; without one, the effective cost is the list cost."""
    ends = (totals.contracted_cost, totals.contracted_cost_low, totals.contracted_cost_high)
    effective = (bill.effective_cost, bill.effective_cost_low, bill.effective_cost_high) if bill else ends
    names = ("effective_cost", "effective_cost_low", "effective_cost_high")
    return {
        **_totals(totals),
        **{name: money.exact_text(cost) for name, cost in zip(names, effective, strict=True)},
        "converted_effective_cost": plain(bill.converted_effective_cost if bill else None),
        "adjustments": plain(bill.adjustments if bill else ()),
        "not_applied": plain(bill.not_applied if bill else ()),
    }


def _contract(bill: Bill | None) -> dict[str, object] | None:
    """The contract in use: its name only, so that no folder of its author is shown."""
    return None if bill is None else {"file": bill.file}


def _previous(totals: Totals | None, period: Period | None) -> dict[str, object] | None:
    if totals is None or period is None:
        return None
    return {"period": _period(period), "totals": _totals(totals)}


def _sources(sources: Iterable[SourceReport], *, short: bool = False) -> list[dict[str, object]]:
    return [
        {
            "path": file_name(source.path) if short else source.path,
            "format": source.format,
            "rows_read": source.rows_read,
            "rows_loaded": source.rows_loaded,
            "duplicates": source.duplicates,
            "rejects": source.rejects,
            "skipped": source.skipped,
            "requests": source.requests,
            "notes": list(source.notes),
            "counted_from": [] if short else list(source.counted_from),
            "error": source.error,
            "unchanged": source.unchanged,
        }
        for source in sorted(sources, key=lambda s: s.path)
    ]


def _caching_row(row: CachingRow) -> dict[str, object]:
    found: dict[str, object] = plain(row)
    return found


def _quality(quality: DataQuality) -> dict[str, object]:
    return {
        "priced_records": quality.priced_records,
        "unpriced_records": quality.unpriced_records,
        "uncounted_records": quality.uncounted_records,
        "bounded_records": quality.bounded_records,
        "bounded_requests": quality.bounded_requests,
        "priced_requests": quality.priced_requests,
        "unpriced_requests": quality.unpriced_requests,
        "unpriced_tokens_share": quality.unpriced_tokens_share,
        "undated_requests": quality.undated_requests,
        "unpriced": plain(quality.unpriced),
        "bounded": plain(quality.bounded),
        "checks": [{**plain(check), "detail": without_folders(check.detail, quality.sources)} for check in quality.checks],
    }
