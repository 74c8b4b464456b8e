"""One rule a file: what is wrong, how it is known, what to do."""
