"""What the caller of an ingest decides about every record: dates, labels, the provider where a log is silent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Options:
    """Options of one ingest, the same for every file.

    ``now``: the instant against which future dates are judged. ``assumed``: the time of records that state none.
    ``since``: records that started before are skipped; undated ones are kept. ``tags``: labels of every row; the record's
    own label of the same name stays. ``provider``: who was called where the log does not say.
    """

    now: datetime
    assumed: datetime | None = None
    since: datetime | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    provider: str | None = None


def instant_sql(instant: datetime | None) -> str:
    """An instant as SQL; ``None`` as NULL."""
    return f"'{instant.isoformat()}'::TIMESTAMPTZ" if instant else "NULL::TIMESTAMPTZ"


def text_sql(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def tags_sql(tags: Mapping[str, str]) -> str:
    """Labels as an SQL map, sorted by name so that equal labels give equal bytes."""
    names = sorted(tags)
    keys, values = (", ".join(map(text_sql, texts)) for texts in (names, (tags[name] for name in names)))
    return f"MAP([{keys}], [{values}])"
