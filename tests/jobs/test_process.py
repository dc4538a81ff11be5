"""The job's own process, called in this one."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import threading
import time
from pathlib import Path

import pytest

from recengine.errors import StoreError
from recengine.jobs import Jobs
from recengine.jobs.alive import take
from recengine.jobs.process import SECONDS_BETWEEN_WRITES, Ending, attend
from recengine.jobs.reading import read_job
from recengine.progress import Progress

ID = "20260102T000000000000-bbbbbbbb"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a job that nobody attends."""
    made = tmp_path / "jobs" / ID
    made.mkdir(parents=True)
    (made / "job.json").write_text(json.dumps({"verb": "say", "arguments": [], "title": "Say", "subject": ""}))
    return made


def test_the_last_report_before_a_silence_is_seen(folder: Path) -> None:
    seen = []

    def work(progress: Progress) -> Ending:
        for share in (0.1, 0.2, 0.3):
            progress(share, f"at {share}")
        time.sleep(2 * SECONDS_BETWEEN_WRITES)
        seen.append(read_job(folder))
        progress(0.4, "at the end")
        return Ending("failed", "no")

    assert attend(folder, work) == Ending("failed", "no")
    assert [(job.state, job.share, job.text) for job in seen] == [("running", 0.3, "at 0.3")]
    job = read_job(folder)
    assert (job.state, job.share, job.text, job.error) == ("failed", 0.4, "at the end", "no")


def test_progress_is_written_a_few_times_a_second(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[object] = []
    monkeypatch.setattr("recengine.jobs.process.write_json", lambda path, document, **_: writes.append(document))

    def work(progress: Progress) -> Ending:
        end = time.monotonic() + 1
        while time.monotonic() < end:
            progress(0.5, "much to say")
        return Ending("done")

    attend(folder, work)
    # "Starting", one each interval, the last one
    assert 3 <= len(writes) <= 1 + 1 / SECONDS_BETWEEN_WRITES + 1


def test_progress_that_cannot_be_written_does_not_end_the_work(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("recengine.jobs.process.write_json", full)

    def work(progress: Progress) -> Ending:
        progress(1.0, "all")
        return Ending("done")

    assert attend(folder, work).state == "done"
    assert read_job(folder).state == "done"


def test_the_spare_room_is_given_up_for_the_outcome(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from recengine.jobs import files

    spare = folder / "spare"
    spare.write_bytes(b" ")
    real = files.write_json

    def full(path: Path, *arguments: object, **options: object) -> None:
        if spare.exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        real(path, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(files, "write_json", full)
    attend(folder, lambda progress: Ending("failed", "disk: full. Free space."))
    assert read_job(folder).error == "disk: full. Free space."


def test_a_request_to_stop_ends_the_work_and_restores_the_handler(folder: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)

    def work(progress: Progress) -> Ending:
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()
        time.sleep(30)
        return Ending("done")

    began = time.monotonic()
    assert attend(folder, work) == Ending("cancelled")
    assert time.monotonic() - began < 10
    assert read_job(folder).state == "cancelled"
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_job_that_was_cancelled_before_it_had_a_process_does_nothing(folder: Path) -> None:
    (folder / "cancel").touch()
    assert attend(folder, lambda progress: pytest.fail("it worked")) == Ending("cancelled")
    assert read_job(folder).state == "cancelled"


def test_a_queue_that_cannot_be_used_is_a_failure(folder: Path, queue: Path) -> None:
    queue.write_text("a file where the folder should be")
    ending = attend(folder, lambda progress: pytest.fail("it worked"))
    assert ending.state == "failed"
    assert "RECENGINE_QUEUE" in str(ending.error)


def test_what_is_no_job_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"no job\.json"):
        attend(tmp_path, lambda progress: Ending("done"))
    assert Jobs(tmp_path / "none").list() == []
    assert not (tmp_path / "none").exists()


def test_a_queue_that_vanishes_while_a_job_waits_is_a_failure(folder: Path, queue: Path) -> None:
    queue.mkdir(mode=0o700)
    turn = take(queue / "turn.lock")
    assert turn is not None
    threading.Timer(0.2, shutil.rmtree, (queue,)).start()
    ending = attend(folder, lambda progress: pytest.fail("it worked"))
    os.close(turn)
    assert ending.state == "failed"
    assert "RECENGINE_QUEUE" in str(ending.error)
