"""``docs/price-book.md``: what the book holds, what it rests on, and every rate in which it differs from a public table."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from logcost.price import PriceBook
from logcost.price.grammar import METERS, ProviderFile
from logcost.price.grammar import read as read_file
from tests.docs.format_pages import GENERATED
from tests.packaging import tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

CONFIDENCE: Final = ("published", "two-tables", "table", "inferred")
BASIS: Final = ("stated", "snapshot", "noticed", "reported")
JUDGED: Final = "tests/price/agreement/judged.csv"
UNPRICED: Final = "tests/price/agreement/unpriced.csv"

_INTRO: Final = """\
What [the price book](prices.md) holds, counted by the program. *By hand*: `pricing/providers`, *imported*: `pricing/imported`."""
_DIFFERENCES: Final = """\
The plain current prices of genai-prices 0.2.3 and LiteLLM 1.109.1 were looked up in the book on 2026-11-22, as a log would name
them. {agree}. A test holds the share above 98 % and this list complete. USD per million tokens, theirs and ours."""
_MISSING: Final = """\
Names that the tables have and the book gives no price for, on purpose. They are refused, never priced as something else."""


def page() -> str:
    """The page."""
    parts = [
        "# What the price book holds",
        GENERATED,
        _INTRO,
        "## Providers",
        _providers(),
        "## What the rates rest on",
        _labels(),
        "## Where it differs from the public tables",
        _DIFFERENCES.format(agree=_agreement()),
        _differences(),
        "## What the tables have and the book does not",
        _MISSING,
        _missing(),
    ]
    return "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(str(cell) for cell in row)} |" for row in rows)])


def _files(folder: str) -> dict[str, ProviderFile]:
    return {path.stem: read_file(path, ProviderFile) for path in sorted((tree.ROOT / "pricing" / folder).glob("*.toml"))}


def _providers() -> str:
    by_hand, imported = _files("providers"), _files("imported")
    book, rows = PriceBook.load(), []
    for name in book.providers:
        one = book.providers[name]
        blocks = [block for dated in one.blocks.values() for block in dated]
        curated = sum(model not in one.imported for model in one.blocks) if name in by_hand else 0
        title = (by_hand.get(name) or imported[name]).title
        several = sum(len(dated) > 1 for dated in one.blocks.values())
        rows.append((f"`{name}`", title, len(one.blocks), curated, len(one.blocks) - curated, several, len(blocks)))
    total = ("**all**", f"{len(rows)} providers", *(sum(int(str(row[n])) for row in rows) for n in range(2, 7)))
    head = ("provider", "", "models", "by hand", "imported", "with several prices", "dated prices")
    return _table(head, [*rows, total])


def _labels() -> str:
    counted = {}
    for folder in ("providers", "imported"):
        blocks = [block for file in _files(folder).values() for block in file.price]
        counted[folder] = Counter[str](block.confidence for block in blocks) + Counter[str](block.from_basis for block in blocks)
    rows = [(f"`{word}`", counted["providers"][word], counted["imported"][word]) for word in (*CONFIDENCE, *BASIS)]
    return _table(("label", "blocks by hand", "blocks imported"), rows)


def _agreement() -> str:
    from tests.price.test_agreement import agreement

    told = []
    for table, (agree, differ) in agreement().items():
        told.append(f"{table}: {agree:,} rates agree, {differ:,} differ ({agree / (agree + differ):.2%} agree)")
    return "; ".join(told)


def _rows(path: str) -> list[dict[str, str]]:
    return list(csv.DictReader((tree.ROOT / path).read_text(encoding="utf-8").splitlines()))


def _differences() -> str:
    grouped: dict[tuple[str, str, str], dict[str, list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in _rows(JUDGED):
        grouped[row["table"], row["provider"], row["judgement"]][row["name"]].append(row)
    found = sorted(grouped.items(), key=lambda item: (-sum(map(len, item[1].values())), item[0]))
    rows = [
        (table, f"`{provider}`", judgement, "<br>".join(_told(name, rates) for name, rates in sorted(models.items())))
        for (table, provider, judgement), models in found
    ]
    return _table(("table", "provider", "judgement", "model: theirs, ours"), rows)


def _told(name: str, rates: list[dict[str, str]]) -> str:
    ordered = sorted(rates, key=lambda row: METERS.index(row["meter"]))
    return f"`{name}`: " + "; ".join(f"{row['meter']} {row['theirs']}, {row['ours']}" for row in ordered)


def _missing() -> str:
    grouped: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in _rows(UNPRICED):
        grouped[row["table"], row["provider"], row["reason"]].append(f"`{row['name']}`")
    found = sorted(grouped.items(), key=lambda item: (-len(item[1]), item[0]))
    told = [(table, f"`{provider}`", why, ", ".join(names)) for (table, provider, why), names in found]
    return _table(("table", "provider", "why", "names"), told)


def pages() -> dict[str, Callable[[], str]]:
    """Path -> what writes it."""
    return {"docs/price-book.md": page}
