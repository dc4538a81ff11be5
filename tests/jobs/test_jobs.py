"""What becomes of a job, with a light stand-in for the program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from recengine.errors import StoreError
from recengine.jobs import Jobs
from recengine.jobs.alive import INHERITED, holder, is_alive, take
from tests.jobs.conftest import WORKER, wait_for


def _folder(jobs_root: Path, job: str) -> Path:
    return jobs_root / "workspace" / "jobs" / job


def test_a_job_runs_outside_and_tells_how_it_ended(jobs: Jobs) -> None:
    before = datetime.now(UTC)
    job = jobs.submit("say", ["3"], title="Say\nthree lines", subject="films")
    assert (job.verb, job.arguments, job.title, job.subject) == ("say", ("3",), "Say three lines", "films")
    assert job.state in ("queued", "running")
    done = wait_for(job.id, jobs)
    assert (done.state, done.share, done.error) == ("done", 1.0, None)
    assert done.started is not None
    assert done.ended is not None
    assert before <= done.submitted <= done.started <= done.ended <= datetime.now(UTC)
    assert jobs.log(job.id) == "line 0\nline 1\nline 2\n"


def test_a_failure_is_its_line(jobs: Jobs) -> None:
    failed = wait_for(jobs.submit("fail", title="").id, jobs)
    assert (failed.state, failed.title, failed.error) == ("failed", "fail", "cells: no. Do this.")


def test_a_job_that_vanishes_is_dead_and_can_be_started_again(jobs: Jobs) -> None:
    dead = wait_for(jobs.submit("vanish", title="Vanish", subject="s").id, jobs)
    assert dead.state == "dead"
    assert dead.error is not None
    assert "without a word" in dead.error
    assert "\n" not in dead.error
    again = jobs.again(dead.id)
    assert again.id > dead.id
    assert (again.verb, again.title, again.subject) == (dead.verb, dead.title, dead.subject)


def test_a_submission_that_is_cut_short_is_dead_and_blocks_nobody(jobs: Jobs, tmp_path: Path) -> None:
    """The server is killed after the job is written down and before its process is there."""
    script = (
        "import os, subprocess, sys; from pathlib import Path; from recengine.jobs import Jobs\n"
        "subprocess.Popen = lambda *a, **k: os.kill(os.getpid(), 9)\n"
        "Jobs(Path(sys.argv[1])).submit('say', ['1'], title='Say')"
    )
    folder = tmp_path / "workspace" / "jobs"
    killed = subprocess.run([sys.executable, "-c", script, folder], check=False)
    assert killed.returncode == -signal.SIGKILL
    (dead,) = jobs.list()
    assert dead.state == "dead"
    assert wait_for(jobs.again(dead.id).id, jobs).state == "done"


def test_progress_is_seen_by_another_session(jobs: Jobs, tmp_path: Path) -> None:
    job = jobs.submit("sleep", title="Sleep")
    running = wait_for(job.id, Jobs(tmp_path / "workspace" / "jobs"), lambda job: job.share > 0)
    assert (running.state, running.share, running.text) == ("running", 0.5, "half way")
    assert [seen.id for seen in jobs.list()] == [job.id]
    cancelled = Jobs(tmp_path / "workspace" / "jobs").cancel(job.id)
    assert (cancelled.state, cancelled.error) == ("cancelled", None)
    assert jobs.cancel(job.id) == cancelled


def test_the_same_is_not_submitted_twice_while_it_runs(jobs: Jobs) -> None:
    first = jobs.submit("sleep", title="Sleep")
    assert jobs.submit("sleep", title="Sleep").id == first.id
    assert jobs.again(first.id).id == first.id
    assert jobs.submit("sleep", ["1"], title="Sleep").id != first.id
    jobs.cancel(first.id)
    assert jobs.submit("sleep", title="Sleep").id != first.id


def test_one_job_at_a_time_in_the_order_of_submission_across_workspaces(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    workspaces = [Jobs(tmp_path / name / "jobs", [sys.executable, str(WORKER)]) for name in ("a", "b")]
    submitted = [
        (workspaces[number % 2], workspaces[number % 2].submit("note", [str(notes), str(number)], title="Note").id)
        for number in range(4)
    ]
    for jobs, job in submitted:
        wait_for(job, jobs)
    assert notes.read_text().splitlines() == [f"{word} {number}" for number in range(4) for word in ("begin", "end")]


def test_a_job_waits_lightly_and_can_be_cancelled_while_it_waits(jobs: Jobs, queue: Path, tmp_path: Path) -> None:
    queue.mkdir(mode=0o700)
    turn = take(queue / "turn.lock")
    assert turn is not None
    try:
        job = jobs.submit("say", ["1"], title="Say")
        folder = _folder(tmp_path, job.id)
        wait_for(job.id, jobs, lambda _: holder(folder) is not None)
        process = psutil.Process(holder(folder))
        time.sleep(0.5)
        waiting = jobs.get(job.id)
        assert (waiting.state, waiting.share, waiting.started) == ("queued", 0.0, None)
        assert process.memory_info().rss < 60e6
        assert process.cpu_times().user < 0.5
        assert jobs.cancel(job.id).state == "cancelled"
        assert not is_alive(folder)
        assert list(queue.glob("*.ticket")) == []
        assert jobs.log(job.id) == ""
    finally:
        os.close(turn)


def test_cancel_frees_the_memory_of_a_deaf_job_and_of_its_children_within_two_seconds(
    jobs: Jobs, tmp_path: Path
) -> None:
    note = tmp_path / "note"
    job = jobs.submit("stubborn", [str(note)], title="Stubborn")
    wait_for(job.id, jobs, lambda job: job.text == "deaf")
    process, child, _ = map(int, note.read_text().split())
    assert psutil.Process(process).memory_info().rss > 300e6
    began = time.monotonic()
    assert jobs.cancel(job.id).state == "cancelled"
    assert time.monotonic() - began < 2
    for pid in (process, child):
        assert not psutil.pid_exists(pid) or psutil.Process(pid).memory_info().rss == 0  # a zombie has no memory


def test_cancel_does_not_wait_for_a_job_that_stopped_and_does_not_leave(jobs: Jobs, tmp_path: Path) -> None:
    job = jobs.submit("linger", title="Linger")
    wait_for(job.id, jobs, lambda job: job.text == "working")
    process = psutil.Process(holder(_folder(tmp_path, job.id)))
    began = time.monotonic()
    assert jobs.cancel(job.id).state == "cancelled"
    assert time.monotonic() - began < 2
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    assert (_folder(tmp_path, job.id) / "outcome.json").exists()


def test_the_ended_processes_are_not_left_behind_as_zombies(jobs: Jobs) -> None:
    for _ in range(2):
        wait_for(jobs.submit("say", ["1"], title="Say").id, jobs)
    end = time.monotonic() + 10
    while any(child.status() == psutil.STATUS_ZOMBIE for child in psutil.Process().children()):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_process_id_that_another_program_has_now_is_never_signalled(jobs: Jobs, tmp_path: Path) -> None:
    dead = wait_for(jobs.submit("vanish", title="Vanish").id, jobs)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        lock = _folder(tmp_path, dead.id) / "alive.lock"
        lock.write_text(json.dumps(json.loads(lock.read_text()) | {"process": stranger.pid}))
        assert jobs.cancel(dead.id).state == "dead"
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_job_of_another_machine_is_not_signalled(jobs: Jobs, tmp_path: Path) -> None:
    job = jobs.submit("sleep", title="Sleep")
    wait_for(job.id, jobs, lambda job: job.share > 0)
    lock = _folder(tmp_path, job.id) / "alive.lock"
    said = lock.read_text()
    lock.write_text(json.dumps(json.loads(said) | {"machine": "elsewhere"}))
    with pytest.raises(StoreError, match="another machine"):
        jobs.cancel(job.id)
    assert jobs.get(job.id).state == "running"
    lock.write_text(said)


def test_a_job_that_runs_is_not_run_twice_and_a_foreign_folder_not_at_all(jobs: Jobs, tmp_path: Path) -> None:
    job = jobs.submit("sleep", title="Sleep")
    for folder, said in ((_folder(tmp_path, job.id), "runs already"), (tmp_path, "no folder of a job")):
        own = {name: value for name, value in os.environ.items() if name != INHERITED}
        command = [sys.executable, "-m", "recengine", "samples", "--progress", str(folder)]
        refused = subprocess.run(command, env=own, capture_output=True, text=True, check=False)
        assert refused.returncode == 2
        assert said in refused.stderr
        assert len(refused.stderr.splitlines()) == 1


def test_only_what_is_over_can_be_deleted(jobs: Jobs, tmp_path: Path) -> None:
    job = jobs.submit("sleep", title="Sleep")
    with pytest.raises(StoreError, match="Cancel it first"):
        jobs.delete(job.id)
    jobs.cancel(job.id)
    jobs.delete(job.id)
    assert jobs.list() == []
    assert not _folder(tmp_path, job.id).exists()


@pytest.mark.parametrize(
    "name", ["../evil", "", ".", "20260101T000000000000-aaaaaaaa", "20269999T000000000000-aaaaaaaa"]
)
def test_what_is_no_job_is_one_line(jobs: Jobs, name: str) -> None:
    for ask in (jobs.get, jobs.cancel, jobs.again, jobs.delete, jobs.log):
        with pytest.raises(StoreError, match="there is no") as caught:
            ask(name)
        assert "\n" not in str(caught.value)


def test_a_link_is_no_job_and_what_it_leads_to_stays(jobs: Jobs, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious.txt").write_text("stays")
    link = _folder(tmp_path, "20260101T000000000000-aaaaaaaa")
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(elsewhere)
    assert jobs.list() == []
    for ask in (jobs.get, jobs.cancel, jobs.again, jobs.delete, jobs.log):
        with pytest.raises(StoreError, match="there is no"):
            ask(link.name)
    assert link.is_symlink()
    assert (elsewhere / "precious.txt").read_text() == "stays"


@pytest.mark.parametrize("file", ["job.json", "progress.json", "outcome.json"])
@pytest.mark.parametrize(
    "content", [b"", b"{", b"[1]", b'{"state": 3, "share": "x", "history": [1], "started": "x"}', None]
)
def test_a_damaged_job_hides_no_other(jobs: Jobs, tmp_path: Path, file: str, content: bytes | None) -> None:
    harmed = _folder(tmp_path, "20260101T000000000000-aaaaaaaa")
    whole = _folder(tmp_path, "20260102T000000000000-bbbbbbbb")
    for folder in (harmed, whole):
        folder.mkdir(parents=True)
        what = {"verb": "say", "arguments": ["1"], "title": "Say", "subject": ""}
        (folder / "job.json").write_text(json.dumps(what))
        (folder / "outcome.json").write_text(json.dumps({"state": "done", "ended": "2026-01-02T00:00:00+00:00"}))
    (harmed.parent / "notes.txt").write_text("foreign")
    (harmed.parent / "foreign").mkdir()
    if content is None:
        (harmed / file).unlink(missing_ok=True)
        (harmed / file).mkdir()
    else:
        (harmed / file).write_bytes(content)
    newer, older = jobs.list()
    assert (newer.id, newer.state) == (whole.name, "done")
    assert older.id == harmed.name
    if file != "progress.json":
        assert older.state == "dead"
        assert older.error is not None
        assert "\n" not in older.error
    jobs.delete(older.id)
    assert len(jobs.list()) == 1


def test_old_jobs_make_room(jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recengine.jobs.jobs.KEPT", 2)
    ids = [wait_for(jobs.submit("fail", title="Fail").id, jobs).id for _ in range(2)]
    draft = _folder(tmp_path, ".20260101T000000000000-aaaaaaaa")
    draft.mkdir()
    last = jobs.submit("sleep", title="Sleep")
    assert [job.id for job in jobs.list()] == [last.id, ids[1]]
    assert not draft.exists()
    assert not _folder(tmp_path, ids[0]).exists()


def test_a_long_log_is_read_from_its_end(jobs: Jobs) -> None:
    job = wait_for(jobs.submit("say", ["50000"], title="Say").id, jobs)
    log = jobs.log(job.id)
    assert len(log) <= 100_000 + len("[...]\n")
    assert log.startswith("[...]\nline ")
    assert log.endswith("line 49999\n")


@pytest.mark.parametrize("verb", ["--help", "", "a b", "Fit", "../fit"])
def test_only_a_verb_can_be_submitted(jobs: Jobs, verb: str) -> None:
    with pytest.raises(StoreError, match="no command"):
        jobs.submit(verb, title="x")
    assert jobs.list() == []
