"""A rendered report taken apart: tables as rows of text, text of the page without markup, and what it refers to."""

from __future__ import annotations

import re
from decimal import Decimal
from html.parser import HTMLParser

VOID = {"meta", "input", "br", "img", "link", "hr"}


class Page(HTMLParser):
    """Reads the file once; raises on tags that do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.source = text
        self.tables: dict[str, list[list[str]]] = {}
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.headings: list[str] = []
        self.words: list[str] = []
        self.raw: dict[str, str] = {}
        self._open: list[tuple[str, str, str]] = []
        self._table = ""
        self.feed(text)
        self.close()
        if self._open:
            raise AssertionError(f"not closed: {self._open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.attributes += [(tag, name, value) for name, value in found.items()]
        if "id" in found:
            self.ids.append(found["id"])
        if tag not in VOID:
            self._open.append((tag, found.get("id", found.get("type", "")), found.get("class", "")))
        if tag == "table":
            self._table = found.get("id", "")
            self.tables[self._table] = []
        elif tag == "tr" and self._table:
            self.tables[self._table].append([])
        elif tag in {"td", "th"} and self._table:
            self.tables[self._table][-1].append("")
        elif tag in {"h1", "h2"}:
            self.headings.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        opened = self._open.pop()[0]
        if opened != tag:
            raise AssertionError(f"</{tag}> closes <{opened}> near {self.getpos()}")
        if tag == "table":
            self._table = ""

    def handle_data(self, data: str) -> None:
        inside = [tag for tag, _, _ in self._open]
        if "style" in inside or "script" in inside:
            name = self._open[-1][1] or inside[-1]
            self.raw[name] = self.raw.get(name, "") + data
            return
        self.words.append(data)
        if {"td", "th"} & set(inside) and "sub" not in [classes for _, _, classes in self._open]:
            self.tables[self._table][-1][-1] += data
        if inside and inside[-1] in {"h1", "h2"}:
            self.headings[-1] += data

    @property
    def text(self) -> str:
        """All text, spaces folded."""
        return re.sub(r"\s+", " ", " ".join(self.words)).strip()

    def column(self, table: str, position: int) -> tuple[list[str], str]:
        """Cells of the body and of the last row (the total) in one column."""
        rows = self.tables[table][1:]
        return [row[position].strip() for row in rows[:-1]], rows[-1][position].strip()


def amount(text: str) -> Decimal:
    """``$1,234.50`` as a number; ``<$1`` counts as nothing shown."""
    if text.startswith(("<", ">")):
        return Decimal(0)
    return Decimal(re.sub(r"[$,+]", "", text).replace("\u2212", "-"))
