"""Fingerprints of the past: ``python pricing/tools/freeze.py`` rewrites ``tests/price/frozen.csv``.

A test holds every price before the cut-off to its fingerprint. Run this after adding models, or after a correction of
the past that is meant; the diff then shows which models' history changed, and the commit says why.
"""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

from logcost.price.book import PriceBook, ProviderBook
from logcost.price.tariff import GLOBAL, STANDARD, Slice, Where, tariff

CUT_OFF = datetime(2026, 11, 22, tzinfo=UTC)
FILE = Path(__file__).resolve().parents[2] / "tests" / "price" / "frozen.csv"


def fingerprint(one: ProviderBook, model: str) -> str:
    """A digest of all rates of a model in all stretches of time that began before the cut-off."""
    told = [line for part in one.timeline(model) if part.start < CUT_OFF for line in _lines(one, model, part)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def _lines(one: ProviderBook, model: str, part: Slice) -> list[str]:
    if part.merged is None:
        return [f"{part.start.isoformat()} none"]
    merged, lines = part.merged, []
    modes, regions = (STANDARD, *sorted(merged.modes)), (GLOBAL, *sorted(merged.regions))
    windows = (False, True) if merged.schedule else (False,)
    for where in map(Where._make, product(modes, regions, range(len(merged.block.tiers) + 1), windows)):
        found = tariff(one.file.provider, model, merged, part.start, where)
        stated = sorted({**found.rates, **found.fees}.items()) if found else None
        lines.append(f"{part.start.isoformat()} {where} {stated}")
    return [*lines, f"{merged.block.tiers} {merged.schedule} {merged.cache_write_unsplit}"]


def document(book: PriceBook) -> str:
    """The whole table as CSV, one model a line, and one line for each alias."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["provider", "model", "fingerprint"])
    for provider, one in sorted(book.providers.items()):
        table.writerows((provider, model, fingerprint(one, model)) for model in sorted(one.blocks))
        for alias, targets in sorted(one.names.alias.items()):
            past = [f"{target.model}@{target.start}" for target in targets if target.start is None or target.start < CUT_OFF]
            table.writerow((provider, alias, " ".join(past)))
    return out.getvalue()


if __name__ == "__main__":
    FILE.write_text(document(PriceBook.load()), encoding="utf-8")
