"""The plain current prices of the public tables, for the test of agreement: ``python pricing/tools/extract_tables.py PACKAGES``.

Reads litellm's and genai-prices' tables from the site-packages folder PACKAGES, without the importer's readers of fields, and
writes ``tests/price/agreement/litellm.csv.gz`` and ``genai-prices.csv.gz``: the rates of input, output and cache reads on the day
``--at``, in standard mode and below every threshold, under the provider and name that a log would have. A name without a price of
the table keeps its row, with the reason in ``why``. Then it compares them with the book and renews ``judged.csv``: what differs,
and ``unpriced.csv``: which names have no price in the book, both with the words that they already had. ``--judge`` only compares.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import sys
from datetime import UTC, date, datetime, time
from decimal import Decimal
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

HERE: Final = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import import_evidence as evidence  # noqa: E402 -- a script: its folder must be on the path first
import import_names as names  # noqa: E402 -- the same
from import_offer import number  # noqa: E402 -- the same

from logcost.price import facts  # noqa: E402 -- the same
from logcost.price import names as lookup  # noqa: E402 -- the same
from logcost.price.book import PriceBook  # noqa: E402 -- the same

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

AGREEMENT: Final = HERE.parents[1] / "tests" / "price" / "agreement"
COLUMNS: Final = ("provider", "name", "meter", "rate", "why")
UNPRICED: Final = ("table", "provider", "name", "reason")
JUDGED: Final = ("table", "provider", "name", "meter", "theirs", "ours", "judgement")
_LITELLM: Final = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
}
_GENAI: Final = {"input_mtok": "input", "output_mtok": "output", "cache_read_mtok": "cache_read"}
_MTOK: Final = 10**6
Row = tuple[str, str, str, str, str]


def litellm(packages: Path) -> Iterator[Row]:
    """One row for every rate that litellm states, or one with the reason for which a key has none."""
    for key, entry in sorted(evidence.read_litellm(packages).items()):
        provider = entry["litellm_provider"]
        place = names.of_litellm(provider, key)
        if isinstance(place, str):
            yield provider, key, "", "", place
            continue
        stated = entry | entry.get("off_peak_pricing", {}) if isinstance(entry.get("off_peak_pricing"), dict) else entry
        rates = {meter: number(stated[field]) * _MTOK for field, meter in _LITELLM.items() if stated.get(field)}
        yield from _rows(*place, rates, free=False)


def genai(packages: Path, at: date) -> Iterator[Row]:
    """One row for every rate that genai-prices states for a day, under each name that it spells out."""
    for provider in evidence.read_genai(packages):
        for model in provider["models"]:
            prices = _on(model["prices"], at)
            rates = {meter: _base(prices[field]) for field, meter in _GENAI.items() if prices.get(field) is not None}
            for name in dict.fromkeys(evidence.spellings(model)):
                place = names.of_genai(provider["id"], name)
                if isinstance(place, str):
                    yield provider["id"], name, "", "", place
                else:
                    yield from _rows(*place, rates, free=not any(rates.values()))


def _rows(provider: str, name: str, rates: dict[str, Decimal], *, free: bool) -> Iterator[Row]:
    said = {meter: rate for meter, rate in rates.items() if rate or (free and meter != "cache_read")}
    if not said:
        yield provider, name, "", "", "no rate by the token, or a 0 that means unknown"
    for meter, rate in said.items():
        yield provider, name, meter, f"{rate.normalize():f}", ""


def _on(prices: Any, at: date) -> dict[str, Any]:
    """The prices that hold on a day outside of windows by the time of the day: the last of those that have begun."""
    listed = prices if isinstance(prices, list) else [{"prices": prices}]
    kinds = [one for one in listed if (one.get("constraint") or {}).get("is") != "TimeOfDateConstraint"]
    begun = [one for one in kinds if not one.get("constraint") or one["constraint"]["start_date"] <= at]
    found: dict[str, Any] = (begun or listed)[-1]["prices"]
    return found


def _base(price: Any) -> Decimal:
    return number(price["base"] if isinstance(price, dict) else price)


def our_rates(book: PriceBook, at: datetime) -> dict[tuple[str, str], dict[str, Decimal]]:
    """(provider, name) of every model and alias of the book -> its rates in standard mode, below every threshold."""
    found: dict[tuple[str, str], dict[str, Decimal]] = {}
    for provider in book.providers:
        for fact in facts.latest(book, at, provider=provider):
            if not fact.tier:
                found.setdefault((provider, fact.model), {})[fact.meter] = fact.usd
    return found


def looked_up(book: PriceBook, at: datetime, provider: str, name: str) -> tuple[str, str] | None:
    """The model for which a log with that provider and name is charged at an instant, or None if it is not priced."""
    known = lookup.resolve(book, provider, name)
    for stand in known.stands:
        if (stand.start is None or stand.start <= at) and (stand.end is None or at < stand.end):
            return known.provider or provider, stand.model
    return None


def read(table: str, folder: Path = AGREEMENT) -> list[Row]:
    """The rows of a table's fixture."""
    text = gzip.decompress((folder / f"{table}.csv.gz").read_bytes()).decode()
    return [(row[0], row[1], row[2], row[3], row[4]) for row in list(csv.reader(io.StringIO(text)))[1:]]


def differences(book: PriceBook, at: datetime, table: str, rows: Iterable[Row]) -> Iterator[tuple[str, ...]]:
    """(table, provider, name, meter, theirs, ours) of every rate that both state and that differs."""
    ours = our_rates(book, at)
    for provider, name, meter, rate, _ in rows:
        model = looked_up(book, at, provider, name) if meter else None
        mine = ours.get(model, {}).get(meter) if model else None
        if mine is not None and mine != Decimal(rate):
            yield table, provider, name, meter, rate, f"{mine.normalize():f}"


def write(path: Path, rows: Iterable[Row]) -> None:
    """A fixture, with the same bytes for the same rows."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(sorted(rows))
    path.write_bytes(gzip.compress(out.getvalue().encode(), mtime=0))


def unpriced(book: PriceBook, at: datetime, table: str, rows: Iterable[Row]) -> Iterator[tuple[str, ...]]:
    """(table, provider, name) of every model for which the table states a rate and the book has no price on that day."""
    ours = our_rates(book, at)
    for provider, name in sorted({(provider, name) for provider, name, meter, _, _ in rows if meter}):
        model = looked_up(book, at, provider, name)
        if model is None or not ours.get(model):
            yield table, provider, name


def judge(at: datetime) -> None:
    """Renews ``judged.csv`` and ``unpriced.csv``: a row keeps its words, a new one has none, one that is gone is dropped."""
    book = PriceBook.load()
    for name, columns, find in (("judged.csv", JUDGED, differences), ("unpriced.csv", UNPRICED, unpriced)):
        path = AGREEMENT / name
        old = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))[1:] if path.exists() else []
        known = {tuple(row[:-1]): row[-1] for row in old}
        found = {row for table in ("genai-prices", "litellm") for row in find(book, at, table, read(table))}
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows((*row, known.get(row, "")) for row in sorted(found))
        path.write_text(out.getvalue(), encoding="utf-8")


def main() -> None:
    """Write the fixtures, then the differences."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", type=Path)
    parser.add_argument("--at", type=date.fromisoformat, required=True)
    parser.add_argument("--judge", action="store_true", help="only compare, with the fixtures as they are")
    options = parser.parse_args()
    if not options.judge:
        found = {
            dist.metadata["Name"].replace("_", "-"): dist.version for dist in metadata.distributions(path=[str(options.packages)])
        }
        write(AGREEMENT / "litellm.csv.gz", litellm(options.packages))
        write(AGREEMENT / "genai-prices.csv.gz", genai(options.packages, options.at))
        print(f"litellm {found['litellm']}, genai-prices {found['genai-prices']}")  # noqa: T201 -- a script's result
    judge(datetime.combine(options.at, time(), UTC))


if __name__ == "__main__":
    main()
