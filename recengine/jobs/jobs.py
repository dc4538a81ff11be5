"""The jobs of a workspace: submit, look, cancel, start again, delete."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from recengine.errors import StoreError
from recengine.jobs import queue
from recengine.jobs.alive import INHERITED, prepare_lock
from recengine.jobs.consent import agree, read_asked
from recengine.jobs.files import CANCEL, LOG, SPARE, SPARE_BYTES, WHAT, write_json
from recengine.jobs.job import Job
from recengine.jobs.reading import ID, ID_TIME, read_job
from recengine.jobs.stopping import stop
from recengine.outgoing import Outgoing

KEPT = 200
"""Jobs that are over beyond this many are deleted, the oldest first, when another is submitted."""
MAX_LOG_BYTES = 100_000
COMMAND = (sys.executable, "-m", "recengine")
_VERB = re.compile(r"[a-z][a-z-]*")
_LOCK = ".lock"
_HIDDEN = "."
_PACKAGE_PARENT = Path(__file__).parents[2]


class Jobs:
    """The jobs in `folder`, which several processes may share; the workspace they work in is the folder around it.

    Nothing is created before a job is submitted. Every call looks anew, so that two sessions see the same.
    command: what the verb and its arguments are given to, with `--progress` and the job's folder behind them; it
    `attend`s that folder.
    """

    def __init__(self, folder: Path, command: Sequence[str] = COMMAND) -> None:
        self._folder = folder.absolute()
        self._command = tuple(command)

    def submit(self, verb: str, arguments: Sequence[str] = (), *, title: str, subject: str = "") -> Job:
        """Have `python -m recengine VERB ARGUMENTS` run in a process of its own, after those submitted before it.

        A job with the same verb and arguments that is not over is given back instead. Raises `StoreError` where the
        folder or the machine's queue cannot be written.
        """
        if os.name != "posix":
            raise StoreError("jobs: need Linux or macOS. Run the command itself: python -m recengine --help.")
        arguments = tuple(arguments)
        if not _VERB.fullmatch(verb) or any("\0" in argument for argument in arguments):
            raise StoreError(f"jobs: {verb[:80]!r} with {len(arguments)} arguments is no command. Choose a verb.")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._one_at_a_time():
                for job in self.list():
                    stopping = (self._folder / job.id / CANCEL).exists()
                    if (job.verb, job.arguments) == (verb, arguments) and not job.is_over and not stopping:
                        return job
                folder = self._start(verb, arguments, " ".join(title.split()) or verb, " ".join(subject.split()))
                self._prune()
        except OSError as error:
            raise StoreError(
                f"{self._folder}: no job can be submitted there ({error.strerror or error}). "
                "Make the workspace writable, free space, or choose another."
            ) from error
        return read_job(folder)

    def list(self) -> list[Job]:
        """Every job, the newest first; one that is damaged is dead and says so."""
        jobs = [(folder, read_job(folder)) for folder in reversed(self._folders())]
        # one that was deleted meanwhile looks damaged
        return [job for folder, job in jobs if job.verb or folder.is_dir()]

    def get(self, job: str) -> Job:
        """The job with this id. Raises `StoreError` when there is none."""
        return read_job(self._path(job))

    def cancel(self, job: str) -> Job:
        """Stop a job, or take it out of the queue; give it back when its memory is free. One that is over stays so.

        Raises `StoreError` when there is none, or it cannot be stopped from here.
        """
        folder = self._path(job)
        found = read_job(folder)
        if found.is_over:
            return found
        try:
            (folder / CANCEL).touch()
        except OSError as error:
            raise StoreError(f"{folder}: cannot be written ({error.strerror}). Make the workspace writable.") from error
        stop(folder)
        queue.leave(folder)
        return read_job(folder)

    def again(self, job: str) -> Job:
        """Submit the same verb and arguments as a new job. Raises `StoreError`."""
        found = self.get(job)
        if not found.verb:
            raise StoreError(f"{job}: damaged, it cannot be started again. Delete it.")
        return self.submit(found.verb, found.arguments, title=found.title, subject=found.subject)

    def asked(self, job: str) -> Outgoing | None:
        """What a job did not send since nobody has agreed to it. Raises `StoreError` when there is no such job."""
        folder = self._path(job)
        return read_asked(folder) if read_job(folder).state == "failed" else None

    def agree(self, key: str) -> None:
        """Let jobs send what has this key, which somebody has seen. Raises `StoreError`."""
        agree(self._folder, key)

    def delete(self, job: str) -> None:
        """Forget a job that is over. Raises `StoreError` when there is none, it is not over, or it must stay."""
        folder = self._path(job)
        if not read_job(folder).is_over:
            raise StoreError(f"{job}: is not over. Cancel it first.")
        try:
            self._remove(folder)
        except OSError as error:
            raise StoreError(f"{folder}: cannot be deleted ({error.strerror}). Make the workspace writable.") from error

    def log(self, job: str) -> str:
        """What its process printed, the last 100 kB of it. Raises `StoreError` when there is no such job."""
        path = self._path(job) / LOG
        try:
            with path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(size - MAX_LOG_BYTES, 0))
                content = file.read(MAX_LOG_BYTES)
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise StoreError(f"{path}: cannot be read ({error.strerror}). Make it readable.") from error
        if size > MAX_LOG_BYTES:
            content = b"[...]\n" + content.partition(b"\n")[2]
        return content.decode("utf-8", errors="replace")

    def _start(self, verb: str, arguments: tuple[str, ...], title: str, subject: str) -> Path:
        """The folder of a new job whose process runs."""
        now = datetime.now(UTC)
        folder = self._folder / f"{now.strftime(ID_TIME)}-{secrets.token_hex(4)}"
        draft = self._folder / f"{_HIDDEN}{folder.name}"
        draft.mkdir()
        handle = -1
        try:
            handle = prepare_lock(draft)
            (draft / SPARE).write_bytes(b" " * SPARE_BYTES)
            what = {"verb": verb, "arguments": arguments, "title": title, "subject": subject}
            write_json(draft / WHAT, {**what, "submitted": now.isoformat()})
            draft.rename(folder)
            queue.enter(folder)
            with (folder / LOG).open("wb") as log:
                process = subprocess.Popen(  # noqa: S603 - no shell, the verb is checked
                    [*self._command, verb, *arguments, "--progress", str(folder)],
                    env=self._environment(handle),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    pass_fds=(handle,),
                )
        except BaseException:
            queue.leave(folder)
            for path in (draft, folder):
                shutil.rmtree(path, ignore_errors=True)
            raise
        finally:
            if handle >= 0:
                os.close(handle)
        # else it stays in the system's table of processes until the server ends
        threading.Thread(target=process.wait, name=f"job {folder.name}", daemon=True).start()
        return folder

    def _environment(self, handle: int) -> dict[str, str]:
        environment = {**os.environ, INHERITED: str(handle), "RECENGINE_WORKSPACE": str(self._folder.parent)}
        # the same engine, wherever the server was started; titles in any script
        paths = [str(_PACKAGE_PARENT), *filter(None, [environment.get("PYTHONPATH")])]
        return {
            **environment,
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONIOENCODING": "utf-8",
            "PYTHONFAULTHANDLER": "1",
        }

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        """Two who submit the same at once get one job."""
        import fcntl

        with (self._folder / _LOCK).open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _folders(self) -> tuple[Path, ...]:
        try:
            return tuple(sorted(path for path in self._folder.iterdir() if _is_job(path)))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise StoreError(f"{self._folder}: cannot be read ({error.strerror}). Make it readable.") from error

    def _path(self, job: str) -> Path:
        path = self._folder / job
        if not _is_job(path) or path.name != job:
            raise StoreError(f"job: there is no {job[:80]!r} in {self._folder}. List them: python -m recengine jobs.")
        return path

    def _prune(self) -> None:
        """Delete what is too old, and what a submission left that was cut short."""
        for path in self._folder.iterdir():
            if path.name.startswith(_HIDDEN) and _is_id(path.name.removeprefix(_HIDDEN)):
                shutil.rmtree(path, ignore_errors=True)
        folders = self._folders()
        for folder in folders[: max(len(folders) - KEPT, 0)]:
            if read_job(folder).is_over:
                with suppress(OSError):
                    self._remove(folder)

    def _remove(self, folder: Path) -> None:
        hidden = folder.with_name(f"{_HIDDEN}{folder.name}")
        folder.rename(hidden)
        shutil.rmtree(hidden)


def _is_job(folder: Path) -> bool:
    # a link leads out of the workspace, where nothing is ours to signal or delete
    return _is_id(folder.name) and folder.is_dir() and not folder.is_symlink()


def _is_id(name: str) -> bool:
    if not ID.fullmatch(name):
        return False
    try:
        datetime.strptime(name[:21], ID_TIME)
    except ValueError:
        return False
    return True
