"""The verb `jobs`, and verbs as jobs."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recengine.cli.main import main
from recengine.cli.output import progress_lines
from recengine.jobs import Job, Jobs
from recengine.workspace import Workspace

ID = "20260102T000000000000-bbbbbbbb"


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """Jobs of a workspace in which nothing is stored yet, and a queue of its own."""
    monkeypatch.setenv("RECENGINE_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("RECENGINE_QUEUE", str(tmp_path / "queue"))
    return Workspace.open().jobs


@pytest.fixture
def ask(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Runs `jobs OPTIONS --json` and gives the document."""

    def run(*options: str) -> Any:
        capsys.readouterr()
        assert main(["jobs", *options, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def folder(jobs: Jobs, tmp_path: Path) -> Path:
    """The folder of a job that nobody attends."""
    made = tmp_path / "workspace" / "jobs" / ID
    made.mkdir(parents=True)
    (made / "job.json").write_text(json.dumps({"verb": "samples", "arguments": [], "title": "S", "subject": ""}))
    return made


def over(jobs: Jobs, job: str) -> Job:
    end = time.monotonic() + 120
    while not (found := jobs.get(job)).is_over:
        assert time.monotonic() < end, jobs.log(job)
        time.sleep(0.05)
    return found


def test_a_job_is_listed_read_repeated_cancelled_and_deleted(jobs: Jobs, ask: Callable[..., Any]) -> None:
    assert ask()["jobs"] == []
    first = over(jobs, jobs.submit("samples", title="List the samples", subject="all").id)
    (shown,) = ask()["jobs"]
    assert set(shown) == set(Job.__dataclass_fields__)
    assert (shown["id"], shown["state"], shown["share"], shown["subject"]) == (first.id, "done", 1.0, "all")
    assert "movielens-100k" in ask("--log", first.id)["log"]
    (again,) = ask("--again", first.id)["jobs"]
    over(jobs, again["id"])
    assert [job["state"] for job in ask("--cancel", again["id"])["jobs"]] == ["done"]
    assert [job["id"] for job in ask("--delete", first.id)["jobs"]] == [again["id"]]


def test_the_first_thing_in_a_workspace_may_be_a_job(jobs: Jobs) -> None:
    assert over(jobs, jobs.submit("samples", title="Samples").id).state == "done"
    assert Workspace.open().dataset_names() == []


@pytest.mark.parametrize(
    ("verb", "arguments", "said"),
    [
        ("fit", ("--dataset", "nobody"), "there is no 'nobody'"),
        ("fit", ("--nonsense",), "required: --dataset"),
        ("no-such-verb", (), "invalid choice"),
    ],
)
def test_a_mistake_is_the_line_that_the_command_line_says(
    jobs: Jobs, verb: str, arguments: tuple[str, ...], said: str
) -> None:
    job = over(jobs, jobs.submit(verb, arguments, title="Wrong").id)
    assert job.state == "failed"
    assert job.error is not None
    assert said in job.error
    assert len(job.error.splitlines()) == 1
    assert job.error in jobs.log(job.id)


def test_people_see_a_table_and_unknown_jobs_are_a_mistake(jobs: Jobs, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["jobs"]) == 0
    assert capsys.readouterr().out == "No jobs.\n"
    assert main(["jobs", "--cancel", ID]) == 2
    assert f"there is no '{ID}'" in capsys.readouterr().err
    assert main(["jobs", "--cancel", ID, "--again", ID]) == 2


def _verb(monkeypatch: pytest.MonkeyPatch, does: Callable[[argparse.Namespace], None]) -> None:
    monkeypatch.setattr("recengine.cli.options.load", lambda name: does)


def test_progress_is_told_on_the_terminal_and_in_the_jobs_folder(
    jobs: Jobs, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def work(asked: argparse.Namespace) -> None:
        progress_lines()(0.4, "Fitting")

    _verb(monkeypatch, work)
    assert main(["samples", "--progress", str(folder)]) == 0
    assert json.loads((folder / "progress.json").read_text())["text"] == "Fitting"
    assert json.loads((folder / "progress.json").read_text())["share"] == 0.4
    assert "[ 40%] Fitting" in capsys.readouterr().err
    assert jobs.get(ID).state == "done"
    # nobody listens any more
    (folder / "progress.json").unlink()
    assert main(["samples"]) == 0
    assert not (folder / "progress.json").exists()


@pytest.mark.parametrize(
    ("error", "code", "state", "said"),
    [
        (ValueError("x"), 1, "failed", "a defect of the program"),
        (MemoryError(), 2, "failed", "out of memory"),
        (KeyboardInterrupt(), 130, "cancelled", None),
    ],
)
def test_how_a_verb_ends_is_how_its_job_ends(
    jobs: Jobs,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    state: str,
    said: str | None,
) -> None:
    def work(asked: argparse.Namespace) -> None:
        raise error

    _verb(monkeypatch, work)
    assert main(["samples", "--progress", str(folder)]) == code
    job = jobs.get(ID)
    assert job.state == state
    assert job.error is None if said is None else said in str(job.error)


def test_a_folder_that_is_no_job_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for options in (["--progress", str(tmp_path)], ["--progress"]):
        assert main(["samples", *options]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert len(said.err.splitlines()) == 1
