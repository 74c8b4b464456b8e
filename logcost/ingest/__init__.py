"""Files to ledger rows: discover, identify, decode, de-duplicate, reject."""
