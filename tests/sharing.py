"""What is slow to make, made by one process of a test run and copied by the others."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder of this process's own with what `make` puts into the empty folder it is given."""
    run = factory.getbasetemp()
    # each process has a folder of its own within that of the run
    run = run.parent if "PYTEST_XDIST_WORKER" in os.environ else run
    folder = run / f"shared-{name}"
    with FileLock(run / f"shared-{name}.lock"):
        if not folder.exists():
            unfinished = run / f"shared-{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(folder)
    own = factory.mktemp(name) / "copy"
    shutil.copytree(folder, own)
    return own
