"""docs/errors.md explains every slug that can be shown, and no other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from logcost.errors import LogcostError
from logcost.ingest.messages import SLUGS

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"


def _kinds(kind: type[LogcostError]) -> Iterator[type[LogcostError]]:
    yield kind
    for inner in kind.__subclasses__():
        yield from _kinds(inner)


def test_every_slug_has_its_section() -> None:
    headings = re.findall(r"^### `([^`]+)`$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(headings) == sorted({*SLUGS, *(kind.slug for kind in _kinds(LogcostError))})


def test_every_section_says_what_to_do() -> None:
    sections = re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert [section.splitlines()[0] for section in sections if "*Remedy:*" not in section] == []
