"""Where things are kept: so far, only the stored ledger."""

from __future__ import annotations

import os
from pathlib import Path

from logcost.errors import UsageError

LEDGER_VARIABLE = "LOGCOST_LEDGER"


def ledger_path(option: Path | None = None) -> Path:
    """Path of the stored ledger: ``--ledger``, else ``LOGCOST_LEDGER``, else the platform's data folder."""
    if option is not None:
        return option
    if variable := os.environ.get(LEDGER_VARIABLE):
        return Path(variable)
    import platformdirs

    return Path(platformdirs.user_data_dir("logcost", appauthor=False)) / "ledger.duckdb"


def generated_at_override() -> int | None:
    """Unix seconds of ``SOURCE_DATE_EPOCH``, or ``None``; raises ``UsageError`` when it is no whole number."""
    value = os.environ.get("SOURCE_DATE_EPOCH")
    if not value:
        return None
    if not value.isascii() or not value.isdigit():
        raise UsageError("SOURCE_DATE_EPOCH is no whole number of seconds.", remedy="Unset it or give Unix seconds.")
    return int(value)
