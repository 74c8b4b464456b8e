"""What the environment says: where the stored ledger and the contract are kept, and the date of what is written."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

from logcost.errors import UsageError

LEDGER_VARIABLE = "LOGCOST_LEDGER"
FORMATS_VARIABLE = "LOGCOST_FORMATS"
PROMPT_KEY_VARIABLE = "LOGCOST_PROMPT_KEY"
CONTRACT_VARIABLE = "LOGCOST_CONFIG"
CONTRACT_NAME = "logcost.toml"


def ledger_path(option: Path | None = None) -> Path:
    """Path of the stored ledger: ``--ledger``, else ``LOGCOST_LEDGER``, else the platform's data folder."""
    if option is not None:
        return option
    if variable := os.environ.get(LEDGER_VARIABLE):
        return Path(variable)
    import platformdirs

    return Path(platformdirs.user_data_dir("logcost", appauthor=False)) / "ledger.duckdb"


def own_formats() -> tuple[Path, ...]:
    """The reader's own format files: all ``*.sql`` in ``LOGCOST_FORMATS``, else in ``formats`` of the configuration folder."""
    if variable := os.environ.get(FORMATS_VARIABLE):
        folder = Path(variable)
    else:
        import platformdirs

        folder = Path(platformdirs.user_config_dir("logcost", appauthor=False)) / "formats"
    return tuple(sorted(folder.glob("*.sql")))


def contract_path(option: Path | None = None) -> Path | None:
    """Path of the contract: ``--config``, else ``LOGCOST_CONFIG``, else ``logcost.toml`` here or in the configuration folder.

    The first two are as named, there or not; ``None``: there is none.
    """
    if option is not None:
        return option
    if variable := os.environ.get(CONTRACT_VARIABLE):
        return Path(variable)
    import platformdirs

    usual = (Path(), Path(platformdirs.user_config_dir("logcost", appauthor=False)))
    return next((path for folder in usual if (path := folder / CONTRACT_NAME).is_file()), None)


def prompt_key() -> bytes:
    """The secret with which prompts are hashed, from ``LOGCOST_PROMPT_KEY`` (docs/decisions/011); empty: none."""
    secret = os.environ.get(PROMPT_KEY_VARIABLE, "")
    return blake2b(secret.encode(errors="surrogateescape")).digest() if secret else b""


def generated_at() -> datetime | None:
    """The instant ``SOURCE_DATE_EPOCH`` states in Unix seconds, else ``None``; raises ``UsageError`` when it is no instant."""
    value = os.environ.get("SOURCE_DATE_EPOCH")
    if not value:
        return None
    try:
        return datetime.fromtimestamp(int(value), UTC)
    except (ValueError, OverflowError, OSError):
        raise UsageError("SOURCE_DATE_EPOCH is no number of seconds.", remedy="Unset it or give Unix seconds.") from None
