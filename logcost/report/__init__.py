"""Results to HTML, JSON and terminal text."""
