"""Priced calls to results: spend, traffic shape, caching, data quality."""
