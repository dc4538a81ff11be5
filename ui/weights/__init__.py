"""The Weights page, a way to better weights a file, and what these share."""
