"""Verb: jobs."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import datetime
from typing import Any

from recengine.cli.output import emit, table
from recengine.device import device_kind
from recengine.jobs import Job
from recengine.workspace import Workspace


def jobs(asked: argparse.Namespace) -> None:
    """List the jobs of the workspace, the newest first; or cancel, repeat, delete or read one."""
    every = Workspace.open().jobs
    if asked.log is not None:
        log = every.log(asked.log)
        emit({"job": asked.log, "log": log}, as_json=asked.json, text=lambda: log, device=device_kind())
        return
    shown = every.list()
    if asked.cancel is not None:
        shown = [every.cancel(asked.cancel)]
    elif asked.again is not None:
        shown = [every.again(asked.again)]
    elif asked.delete is not None:
        every.delete(asked.delete)
        shown = every.list()
    emit({"jobs": [_facts(job) for job in shown]}, as_json=asked.json, text=lambda: _text(shown), device=device_kind())


def _facts(job: Job) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(job).items()}


def _text(shown: list[Job]) -> str:
    if not shown:
        return "No jobs."
    rows = [[job.id, job.state, f"{job.share:.0%}", job.title or job.verb, job.error or job.text] for job in shown]
    return table(["job", "state", "done", "what", "says"], rows)
