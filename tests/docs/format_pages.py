"""Pages of the formats, from the heads of the ``.sql`` files: ``docs/formats/NAME.md`` and the list in ``docs/formats.md``."""

from __future__ import annotations

import csv
from itertools import groupby
from typing import TYPE_CHECKING, Final

from logcost.ingest import declarations
from tests.packaging import tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from logcost.ingest import Format
    from logcost.ingest.fields import Field
    from logcost.ingest.header import Key

GENERATED: Final = "<!-- Written by `make docs`; change the code it describes, not this page. -->"
_LIST: Final = "docs/formats.md"
_OPEN, _CLOSE = "<!-- formats: written by `make docs` -->", "<!-- /formats -->"
_READERS: Final = {
    "json_lines": "JSON Lines",
    "json_document": "JSON",
    "csv": "CSV",
    "parquet": "Parquet",
    "sqlite": "SQLite",
    "logfmt": "logfmt",
    "sse": "recorded event stream",
}
_STAYS: Final = {
    "largest": "Of several with one key the one with the largest counts stays, with the earliest time.",
    "first": "Of several with one key the first stays.",
    "last": "Of several with one key the last stays.",
}


def pages() -> dict[str, Callable[[], str]]:
    """All generated pages of formats by path."""
    by_name = {name: list(group) for name, group in groupby(declarations(), key=lambda declared: declared.name)}
    made: dict[str, Callable[[], str]] = {}
    for name, group in by_name.items():
        made[f"docs/formats/{name}.md"] = lambda name=name, group=group: _page(name, group)  # type: ignore[misc]  # bound early
    made[_LIST] = lambda: _list(by_name)
    return made


def _list(by_name: Mapping[str, Sequence[Format]]) -> str:
    """The hand-written page with its table of formats written anew."""
    text = (tree.ROOT / _LIST).read_text(encoding="utf-8")
    before, _, rest = text.partition(_OPEN)
    _, _, after = rest.partition(_CLOSE)
    rows = [
        f"| [`{name}`](formats/{name}.md) | {group[0].title} | {_files(group)} | {_row(group[0])} |"
        for name, group in by_name.items()
    ]
    table = "\n".join(["| format | what it is | files | a row is |", "|---|---|---|---|", *rows])
    return f"{before}{_OPEN}\n{table}\n{_CLOSE}{after}"


def _page(name: str, group: Sequence[Format]) -> str:
    parts = [f"# {name}", GENERATED, group[0].title + "."]
    for declared in group:
        if len(group) > 1:
            parts.append(f"## Read as {_files([declared])}")
        parts += _sections(declared)
    filled = _filled(name)
    if filled:
        parts += ["## Columns", f"Our samples fill these columns of [the ledger](../schema.md): {_code(filled)}."]
    return "\n\n".join(parts) + "\n"


def _sections(declared: Format) -> Iterator[str]:
    source = declared.path.replace("\\", "/").rsplit("/", 1)[-1]
    documented = f" [Documentation of the source]({declared.docs})." if declared.docs.startswith("https://") else ""
    stays = f" {_STAYS[declared.on_duplicate]}" if declared.table == "usage_record" else ""
    declaration = f" The declaration: [`{source}`](../../sql/ingest/{source})."
    yield f"Files: {_files([declared])}. A row is {_row(declared)}.{stays}{documented}{declaration}"
    if declared.about:
        yield declared.about
    if declared.note:
        yield f"Every such file gets this note: *{declared.note}*"
    yield "\n".join(["It is recognised by", "", *_marks(declared)])
    yield "\n".join(["Only these keys are decoded, everything else is passed over:", "", *_keys(declared)])


def _files(group: Sequence[Format]) -> str:
    return ", ".join(dict.fromkeys(_READERS[reader] for declared in group for reader in declared.readers))


def _row(declared: Format) -> str:
    if declared.table == "invoice_line":
        return "one billed amount"
    return "one call" if declared.grain == "request" else "a sum over a period"


def _marks(declared: Format) -> Iterator[str]:
    if declared.identify:
        yield f"- having {_code(map(_dotted, declared.identify))}"
    if declared.identify_any:
        yield "- having " + ", or ".join(_code(map(_dotted, keys)) for keys in declared.identify_any)
    for key, allowed in declared.where:
        yield f"- `{_dotted(key)}` being {' or '.join(f'`{value}`' for value in allowed)}"
    if declared.identify_none:
        yield f"- not having {_code(map(_dotted, declared.identify_none))}"
    if declared.bodies:
        yield f"- standing at the top, or under {_code(map(_dotted, declared.bodies))}"


def _keys(declared: Format) -> Iterator[str]:
    yield "| key | type |"
    yield "|---|---|"
    yield from (f"| `{key}` | {kind} |" for key, kind in _leaves(declared.fields, ""))
    yield from (f"| around it: `{key}` | {kind} |" for key, kind in _leaves(declared.wrapper, ""))


def _leaves(fields: Mapping[str, Field], above: str) -> Iterator[tuple[str, str]]:
    for name, field in fields.items():
        shown = f"{above}{name}".replace("|", "\\|")
        if field.kind:
            yield shown, field.kind
        else:
            yield from _leaves(field.children, f"{above}{name}{'[]' if field.repeated else ''}.")


def _filled(name: str) -> list[str]:
    expected = tree.ROOT / "tests" / "ingest" / name / "expected.csv"
    if not expected.exists():
        return []
    with expected.open(encoding="utf-8", newline="") as rows:
        return [column for column in next(csv.reader(rows)) if column not in {"sample", "source_line"}]


def _dotted(key: Key) -> str:
    return ".".join(key)


def _code(words: Iterator[str] | Sequence[str] | map[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
