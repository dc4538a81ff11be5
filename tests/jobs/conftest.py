from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recengine.jobs import Job, Jobs

WORKER = Path(__file__).with_name("worker.py")
PATIENCE_SECONDS = 120.0
"""A busy machine is no defect."""


def wait_for(job: str, jobs: Jobs, reached: Callable[[Job], bool] = lambda job: job.is_over) -> Job:
    """The job as soon as it has `reached` what is waited for."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not reached(found := jobs.get(job)):
        assert time.monotonic() < end, f"{found}\n{jobs.log(job)}"
        assert not found.is_over, f"{found}\n{jobs.log(job)}"
        time.sleep(0.02)
    return found


@pytest.fixture(autouse=True)
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A queue of the test's own: not behind the jobs of anybody else."""
    folder = tmp_path / "queue"
    monkeypatch.setenv("RECENGINE_QUEUE", str(folder))
    return folder


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Jobs]:
    """Jobs that run `worker.py`; what still runs at the end is cancelled."""
    made = Jobs(tmp_path / "workspace" / "jobs", [sys.executable, str(WORKER)])
    yield made
    for job in made.list():
        if not job.is_over:
            made.cancel(job.id)
