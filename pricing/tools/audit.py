"""What the evidence supports: ``python pricing/tools/audit.py FOLDER [--write]``.

FOLDER holds the histories of the public price tables (``changes_*.jsonl.gz``: one event a line, ``{source, provider, model,
first_seen, not_before, prices}``) and the changes known by hand (``known_changes.csv``). Days that we read on pages ourselves are
in ``stated_days.csv`` beside this file. For every block and model that was written by hand it says how many independent tables
state the rates that are written in the block for the time of the block, and what its first day rests on. Three families count:
litellm with its copy tokencost, genai-prices, models.dev. A line that begins with ``!`` is a label that claims too much.
``--write`` renews ``tests/price/audit.csv``, to which a test holds the labels of the book.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path
from typing import TYPE_CHECKING, Final

sys.path[:0] = [str(Path(__file__).resolve().parent)]

from audit_tables import DAY, PLACES, PROVIDERS, Seen, prefix, read_evidence  # noqa: E402 -- its folder must be on the path first

from logcost import resources  # noqa: E402 -- the same
from logcost.price.book import PriceBook, names_day  # noqa: E402 -- the same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from logcost.price.book import ProviderBook
    from logcost.price.grammar import Block

STATED: Final = Path(__file__).with_name("stated_days.csv")
SUMMARY: Final = Path(__file__).resolve().parents[2] / "tests" / "price" / "audit.csv"
COLUMNS: Final = ("provider", "model", "from", "rates", "in_full", "confidence", "from_basis", "remark")
CONFIDENCE: Final = ("inferred", "table", "two-tables", "published")
BASIS: Final = ("reported", "noticed", "snapshot", "stated")
"""The labels, weakest first."""

TABLE_PAGES: Final = ("https://github.com/",)
EXPLICIT: Final = ("explicit", ".com", "page", "guide", "comment", "release note", "from_date", "news 20")
"""Words by which ``known_changes.csv`` says that a page or a table states the day; all else is reported."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the evidence supports for one model of one block. ``in_full``: the families that state every rate.

    ``confidence`` counts rate by rate: ``two-tables`` when each is stated by two families.
    """

    in_full: tuple[str, ...]
    confidence: str
    from_basis: str
    remark: str


def written(block: Block) -> dict[str, Decimal]:
    """The rates that a block states itself: what it derives by rules is not covered by its label."""
    rates: dict[str, Decimal] = {str(meter): rate for meter, rate in block.rates.items()}
    rates |= {unit: fee.usd for unit, fee in block.fees.items()}
    rates |= {f"{prefix(number)}{meter}": rate for number, tier in enumerate(block.tiers) for meter, rate in tier.rates.items()}
    rates |= {f"window:{meter}": rate for meter, rate in (block.window.rates if block.window else {}).items()}
    return {meter: round(rate, PLACES).normalize() for meter, rate in rates.items()}


def examine(one: ProviderBook, block: Block, model: str, seen: Sequence[Seen], changes: Sequence[Mapping[str, str]]) -> Finding:
    """Compare one block with all that the tables say of one of its models. ``seen``: of all spellings of the model."""
    dated = one.blocks[model]
    later = dated[dated.index(block) + 1 :]
    start, end = block.start.date(), later[0].start.date() if later else date.max
    valid = [each for each in seen if each.end > start and each.begin < end]
    backing = {meter: _families(valid, meter, rate) for meter, rate in written(block).items()}
    in_full = tuple(sorted(set.intersection(*backing.values()))) if backing else ()
    weakest = min((len(families) for families in backing.values()), default=0)
    agreeing = [each for each in valid if all(each.says(meter) in (rate, None) for meter, rate in written(block).items())]
    first = dated[0] is block
    moved = first or dated[dated.index(block) - 1].rates != block.rates
    remarks = [*_disagreements(valid, block, backing), *(_days(agreeing, block, first=first) if moved else ())]
    basis = _basis(block, model, agreeing, changes, first=first)
    return Finding(in_full, CONFIDENCE[min(weakest, 2)], basis, "; ".join(remarks))


def _families(valid: Sequence[Seen], meter: str, rate: Decimal) -> set[str]:
    return {each.family for each in valid if each.says(meter) == rate}


def _disagreements(valid: Sequence[Seen], block: Block, backing: Mapping[str, set[str]]) -> Iterator[str]:
    for meter, rate in written(block).items():
        others: dict[str, set[Decimal]] = defaultdict(set)
        for each in valid:
            said = each.rates.get(meter)
            if said is not None and each.family not in backing[meter]:
                others[each.family].add(said)
        for family, rates in sorted(others.items()):
            yield f"{meter} {rate:f}, {family} has {' '.join(f'{other.normalize():f}' for other in sorted(rates))}"


def _days(agreeing: Sequence[Seen], block: Block, *, first: bool) -> Iterator[str]:
    """What the tables say of the first day, where it is another day than ours."""
    start = block.start.date()
    early = min((each.first_seen for each in agreeing if set(written(block)) <= set(each.rates)), default=date.max)
    if early < start and not any(each.told and each.begin == start for each in agreeing):
        yield f"a table had this price on {early}, before our first day"
    released = {each.release for each in agreeing if each.release}
    if first and released and start not in released:
        yield f"released {' or '.join(str(day) for day in sorted(released))} by models.dev"


def _basis(block: Block, model: str, agreeing: Sequence[Seen], changes: Sequence[Mapping[str, str]], *, first: bool) -> str:
    start = block.start.date()
    told = any(each.told and each.begin == start for each in agreeing)
    released = first and any(each.release == start for each in agreeing)
    known = [change["evidence"] for change in changes if _concerns(change, start, model)]
    if told or released or any(word in evidence for evidence in known for word in EXPLICIT):
        return "stated"
    spellings = {model, *block.models, *(each.name for each in agreeing)}
    if first and any(names_day(name, block.start) for name in spellings if _same_model(name, model)):
        return "snapshot"
    noticed = {each.first_seen for each in agreeing} | {each.not_before + DAY for each in agreeing if each.not_before}
    return "noticed" if start in noticed or any("commit" in evidence for evidence in known) else "reported"


def _concerns(change: Mapping[str, str], start: date, model: str) -> bool:
    words = [word.lower().replace(".", "-") for word in re.split(r"[\s/(),]+", change["what"]) if len(word) > len("4.5")]
    on_that_day = change["effective_from_utc"].startswith(start.isoformat())
    return on_that_day and "reported" not in change["evidence"] and any(word in model.replace(".", "-") for word in words)


def _same_model(name: str, model: str) -> bool:
    return undated(name.rsplit("/", 1)[-1]) == undated(model)


def undated(name: str) -> str:
    """A name without the date of its snapshot: names that are equal then and stand in one block are one model."""
    return re.sub(r"-(20\d\d-?\d\d-?\d\d|[01]\d[0-3]\d|\d\d-\d\d|00\d)(?=$|-)", "", name)


def audit(folder: Path, book: PriceBook) -> list[tuple[str, Block, str, Finding]]:
    """Every block and model of the book with what the evidence supports, in the order of the files."""
    evidence = read_evidence(folder, book)
    lists = (folder / "known_changes.csv", STATED)
    changes = [change for path in lists for change in csv.DictReader(path.read_text(encoding="utf-8").splitlines())]
    rows = []
    for provider, one in sorted(book.providers.items()):
        ours = [change for change in changes if PROVIDERS.get(change["provider"], change["provider"]) == provider]
        for block in one.file.price:
            for model in block.models:
                same = [other for other in block.models if undated(other) == undated(model)]
                seen = [each for other in same for each in evidence.get((provider, other), [])]
                rows.append((provider, block, model, examine(one, block, model, seen, ours)))
    return rows


def document(rows: Sequence[tuple[str, Block, str, Finding]]) -> str:
    """The findings as CSV: what a label of the book may claim at most, and for which rates."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for provider, block, model, found in rows:
        rates = " ".join(f"{meter}={rate:f}" for meter, rate in written(block).items())
        day = f"{block.start.astimezone(UTC):%Y-%m-%d}"
        table.writerow((provider, model, day, rates, " ".join(found.in_full), found.confidence, found.from_basis, found.remark))
    return out.getvalue()


def claims_too_much(block: Block, source: str, confidence: str, from_basis: str) -> str:
    """Why the labels of a block say more than is supported, or nothing. ``source``: the address the block names.

    ``published`` is above what tables can support: it asks for the provider's own page as the source.
    """
    if block.confidence == "published":
        return "published, but the source is a table" if source.startswith(TABLE_PAGES) else ""
    if CONFIDENCE.index(block.confidence) > CONFIDENCE.index(confidence):
        return f"confidence is {block.confidence}, supported is {confidence}"
    if BASIS.index(block.from_basis) > BASIS.index(from_basis):
        return f"from_basis is {block.from_basis}, supported is {from_basis}"
    return ""


def differences(book: PriceBook, rows: Sequence[tuple[str, Block, str, Finding]]) -> Iterator[str]:
    """One line for each label that claims too much (``!``) or less than is supported, and for each remark."""
    for provider, block, model, found in rows:
        source = book.providers[provider].file.sources[block.source]
        problem = claims_too_much(block, source, found.confidence, found.from_basis)
        ours, supported = f"{block.confidence}, {block.from_basis}", f"{found.confidence}, {found.from_basis}"
        if ours != supported or found.remark:
            by = ", ".join(found.in_full) or "no table"
            mark = "!" if problem else " "
            yield f"{mark} {provider} {model} {block.start:%Y-%m-%d}: {ours}; supported: {supported}, all by {by}. {found.remark}"


def curated() -> PriceBook:
    """The prices that were written by hand; the imported ones say themselves which table they are from."""
    return PriceBook.read(resources.files("pricing", "providers", suffix=".toml"), resources.path("pricing", "aliases.toml"))


def main() -> None:
    """Print the differences; with ``--write`` renew the summary."""
    book = curated()
    rows = audit(Path(sys.argv[1]), book)
    sys.stdout.writelines(f"{line}\n" for line in differences(book, rows))
    if "--write" in sys.argv:
        SUMMARY.write_text(document(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
