"""Escape hatch for formats that SQL cannot say; empty as long as it can."""
