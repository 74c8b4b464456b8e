"""JSON documents of ``logcost prices`` (contracts: docs/report.md). Money is decimal strings, never floats."""

from __future__ import annotations

import csv
import io
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from logcost.price.compare import ordered
from logcost.report import money, words
from logcost.types import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from logcost.price import PriceFact
    from logcost.price.check import Checked
    from logcost.price.compare import Comparison
    from logcost.price.diff import Diff
    from logcost.price.quote import Quote


def show(facts: Sequence[PriceFact], *, sellers: Sequence[str] = ()) -> dict[str, object]:
    """``prices show --json``: every rate with unit, validity, source and confidence; who else sells the model."""
    return {"schema_version": SCHEMA_VERSION, "prices": plain(facts), "also_sold_by": list(sellers)}


def listed(facts: Sequence[PriceFact], at: datetime, *, left_out: int) -> dict[str, object]:
    """``prices list --json``: the standard rates of an instant; ``left_out`` counts models of hosts."""
    return {"schema_version": SCHEMA_VERSION, "at": words.as_of(at), "prices": plain(facts), "left_out": left_out}


def quote(found: Quote, calls: int) -> dict[str, object]:
    """``prices quote --json``: the call, its cost and parts, and the price behind it; or the reason and what is stated."""
    whole: dict[str, Any] = plain(found)
    asked = whole.pop("call")
    costs = {"at": whole.pop("at"), "cost": whole.pop("cost"), "calls": calls, "total": plain(found.times(calls))}
    return {"schema_version": SCHEMA_VERSION, "call": asked, **costs, **whole}


def comparison(found: Comparison, sort: str) -> dict[str, object]:
    """``prices compare --json``: rows, ranges over all who sell a model, and what is not priced and why."""
    question = plain(found.question)
    return {
        "schema_version": SCHEMA_VERSION,
        "at": plain(found.at),
        "counts": question["counts"],
        "calls": question["calls"],
        "mode": question["mode"],
        "region": question["region"],
        "base": found.base,
        "rows": [plain(row) for row in ordered(found.rows, sort)],
        "sold_by_several": plain(found.groups),
        "unpriced": [
            {"provider": provider, "model": name, "reason": reason}
            for reason, models in found.unpriced.items()
            for provider, name in models
        ],
        "without_price_on_that_day": found.gone,
        "left_out": found.left_out,
    }


def comparison_csv(found: Comparison, sort: str) -> str:
    """``prices compare --csv``: one line a row, then one a model that is not priced, with the reason."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = ("provider", "name", "model", "group", "cost", "total", "output_to_input", "relative")
    writer.writerow([*columns, "unpriced_reason"])
    for row in ordered(found.rows, sort):
        values = (plain(getattr(row, name)) for name in columns)
        writer.writerow([*("" if value is None else value for value in values), ""])
    for reason, models in found.unpriced.items():
        writer.writerows([provider, name, "", "", "", "", "", "", reason] for provider, name in models)
    return out.getvalue()


def checked(found: Checked) -> dict[str, object]:
    """``prices check --json``: how much was looked at, and every problem."""
    whole: dict[str, Any] = plain(found)
    return {"schema_version": SCHEMA_VERSION, "errors": found.errors, **whole}


def diff(found: Diff) -> dict[str, object]:
    """``prices diff --json``: every difference, and the models that only one side has."""
    whole: dict[str, Any] = plain(found)
    for side in ("only_theirs", "only_ours", "without_price"):
        whole[side] = [{"provider": provider, "model": model} for provider, model in whole[side]]
    return {"schema_version": SCHEMA_VERSION, **whole}


def _ratio(value: Fraction) -> str:
    """Twelve digits of a ratio."""
    return money.exact_text(Context(prec=12).divide(Decimal(value.numerator), Decimal(value.denominator)))


def plain(value: Any) -> Any:
    """Dataclasses and containers as JSON values; money as decimal text, instants in UTC with ``Z``."""
    for kind, written in _WRITERS.items():
        if isinstance(value, kind):
            return written(value)
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    return value


_WRITERS: Final[dict[type, Callable[[Any], Any]]] = {
    Decimal: money.exact_text,
    Fraction: _ratio,
    datetime: lambda value: f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    date: date.isoformat,
    dict: lambda value: {str(key): plain(item) for key, item in value.items()},
    list: lambda value: [plain(item) for item in value],
    tuple: lambda value: [plain(item) for item in value],
}
"""Types that JSON lacks; ``datetime`` stands before ``date``, whose kind it is."""
