"""The engine's verbs without a browser: JSON on stdout, progress on stderr."""
