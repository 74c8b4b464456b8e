"""The dated price book and the exact join of calls with it."""
