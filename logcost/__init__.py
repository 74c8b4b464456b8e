"""What your LLM calls really cost: exact, dated, explained, private."""

__version__ = "0.1.0"
