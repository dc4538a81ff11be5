"""RecEngine: the engine of RecEngine Studio, usable as a library and as `python -m recengine`."""

__version__ = "0.1.0"
