"""Files: JSON Lines, compressed or not, CSV and Parquet. The same content gives the same bytes everywhere."""

from __future__ import annotations

import csv
import gzip
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_FAST: Final = 1
_BATCH: Final = 512


def json_lines(path: Path, records: Iterable[dict[str, Any] | bytes]) -> Path:
    """Write one record a line, gzip when the name ends in ``.gz``; ready-made bytes are written as they are."""
    import msgspec

    encode = msgspec.json.Encoder().encode
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as raw:
        # No name and no time in the gzip head: they would make the bytes differ from run to run.
        packed = gzip.GzipFile("", "wb", _FAST, raw, mtime=0) if path.suffix == ".gz" else None
        target = packed or raw
        lines: list[bytes] = []
        for record in records:
            lines += (record if isinstance(record, bytes) else encode(record), b"\n")
            if len(lines) >= _BATCH:
                target.write(b"".join(lines))
                lines.clear()
        target.write(b"".join(lines))
        if packed:
            packed.close()
    return path


def json_document(path: Path, document: dict[str, Any]) -> Path:
    """Write one JSON document, indented."""
    import msgspec

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
    return path


def csv_table(path: Path, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> Path:
    """Write a CSV file with a head line; a value that a row lacks is empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as raw, TextIOWrapper(raw, "utf-8", newline="") as text:
        table = csv.DictWriter(text, columns, restval="", extrasaction="ignore", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    return path


def parquet(path: Path, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> Path:
    """Write a Parquet file; the column ``started_at`` becomes a time in UTC."""
    import polars as pl

    path.parent.mkdir(parents=True, exist_ok=True)
    frame = pl.DataFrame(list(rows), infer_schema_length=None).select(columns)
    frame.with_columns(pl.col("started_at").str.to_datetime(time_unit="us", time_zone="UTC")).write_parquet(path)
    return path
