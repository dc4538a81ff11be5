"""Kills, a full disk and a read-only workspace, against real fits of the synthetic sample.

RECENGINE_FAULTS: moments of each kind of kill (5). RECENGINE_FAULT_SEED: which moments (0). `make faults` has 50,
others each time.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pytest

from recengine.fusion import FusedLists
from recengine.jobs import Job, Jobs
from recengine.jobs.alive import holder, is_alive
from recengine.scenario import default_scenario, run_scenario
from recengine.storage import load_entry, read_document
from recengine.workspace import Workspace
from tests.jobs.conftest import wait_for

MOMENTS = int(os.environ.get("RECENGINE_FAULTS", "5"))
SEED = int(os.environ.get("RECENGINE_FAULT_SEED", "0"))
ROOT = Path(__file__).parents[2]
FIT = ("--dataset", "synthetic")
MADE = ("scorers", "pools", "workbenches")
"""What a fit makes anew; the vectors of the texts stay, as they take most of the time."""
ENVIRONMENT = {"OMP_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Studio:
    """A workspace with the synthetic sample. lists: of an undisturbed fit.

    seconds, seconds_with_vectors: that such a fit takes from the start of its process, vectors of the texts included.
    """

    root: Path
    lists: FusedLists
    seconds: float
    seconds_with_vectors: float

    @property
    def jobs(self) -> Jobs:
        return Workspace.open(self.root).jobs

    def folder(self, job: Job) -> Path:
        return self.root / "jobs" / job.id


def _recengine(root: Path, *arguments: str) -> float:
    """Run a verb to its end; the seconds that it took."""
    environment = {**os.environ, **ENVIRONMENT, "RECENGINE_WORKSPACE": str(root)}
    command = [sys.executable, "-m", "recengine", *arguments]
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return time.monotonic() - began


def _forget(root: Path, *folders: str) -> None:
    for folder in folders:
        shutil.rmtree(root / folder, ignore_errors=True)


def _lists(root: Path) -> FusedLists:
    """What the workspace serves, in this process."""
    workspace = Workspace.open(root)
    dataset = workspace.load_dataset("synthetic")
    scenario = default_scenario(dataset)
    assert workspace.is_stored(scenario)
    return run_scenario(workspace.prepare(dataset, scenario), scenario).lists


def _same_lists(studio: Studio) -> None:
    served = _lists(studio.root)
    assert np.array_equal(served.rankings.items, studio.lists.rankings.items)
    np.testing.assert_allclose(served.rankings.scores, studio.lists.rankings.scores, atol=1e-6)


def _is_whole(root: Path) -> None:
    """Everything that has its name is whole, each byte of it; and the workspace can be read."""
    workspace = Workspace.open(root)
    assert workspace.load_dataset("synthetic").n_users == 600
    assert [entry.name for entry in workspace.datasets()] == ["synthetic"]
    workspace.fits()
    entries = [path for place in ("datasets", "vectors", *MADE) for path in (root / place).glob("[!.]*")]
    for entry in entries:
        if entry.is_dir():
            kind = read_document(entry / "manifest.json", "the manifest", "")["kind"]
            load_entry(entry, kind=kind, mend="")
        else:
            read_document(entry, "the document", "")


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    root = tmp_path_factory.mktemp("faults") / "workspace"
    _recengine(root, "import", "--sample", "synthetic")
    with_vectors = _recengine(root, "fit", *FIT)
    _forget(root, *MADE)
    seconds = _recengine(root, "fit", *FIT)
    return Studio(root, _lists(root), seconds, with_vectors)


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def _moment(kind: str, number: int) -> float:
    """A random share of the time of a fit; it is printed where the test fails."""
    share = random.Random(f"{kind} {SEED} {number}").random()  # noqa: S311 - no secret
    sys.stdout.write(f"{kind} {number} of RECENGINE_FAULT_SEED={SEED}: at {share:.4f} of a fit\n")
    return share


@pytest.mark.parametrize("number", range(MOMENTS))
def test_a_fit_that_is_killed_leaves_nothing_half_written_and_can_be_done_again(studio: Studio, number: int) -> None:
    # every fifth encodes the texts too
    everything = number % 5 == 0
    _forget(studio.root, *MADE, *(["vectors"] if everything else []))
    jobs = studio.jobs
    job = jobs.submit("fit", FIT, title="Fit")
    time.sleep(_moment("job", number) * (studio.seconds_with_vectors if everything else studio.seconds))
    folder = studio.folder(job)
    while (process := holder(folder)) is None:
        time.sleep(0.01)
    if is_alive(folder):
        os.kill(process, signal.SIGKILL)
        end = time.monotonic() + 10
        while not (over := jobs.get(job.id)).is_over:
            assert time.monotonic() < end
            time.sleep(0.01)
        assert over.state == "dead"
        assert over.error is not None
        assert len(over.error.splitlines()) == 1
    _is_whole(studio.root)
    again = jobs.again(job.id)
    assert again.id != job.id
    done = wait_for(again.id, jobs)
    assert (done.state, done.error) == ("done", None)
    _is_whole(studio.root)
    _same_lists(studio)


SERVER = """
import sys, time
from pathlib import Path
from recengine.jobs import Jobs
sys.stdout.write(Jobs(Path(sys.argv[1])).submit("fit", sys.argv[2:], title="Fit").id + "\\n")
sys.stdout.flush()
time.sleep(600)
"""


@pytest.mark.parametrize("number", range(MOMENTS))
def test_a_fit_outlives_its_server(studio: Studio, number: int) -> None:
    _forget(studio.root, *MADE)
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(studio.root / "jobs"), *FIT],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert server.stdout is not None
        with server.stdout:
            job = server.stdout.readline().strip()
        time.sleep(_moment("server", number) * studio.seconds)
    finally:
        # with all that is of its session, as when a terminal is closed or a service is stopped
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    done = wait_for(job, studio.jobs)
    assert (done.state, done.error) == ("done", None)
    _same_lists(studio)


def test_cancel_frees_the_memory_of_a_fit_within_two_seconds(studio: Studio) -> None:
    _forget(studio.root, *MADE)
    vectors, aside = studio.root / "vectors", studio.root / "aside"
    vectors.rename(aside)
    jobs = studio.jobs
    job = jobs.submit("fit", FIT, title="Fit")
    # PyTorch and the text model are in memory from here on
    wait_for(job.id, jobs, lambda job: "Encoding texts" in job.text)
    pid = holder(studio.folder(job))
    assert pid is not None
    process = psutil.Process(pid)
    members = [process, *process.children(recursive=True)]
    assert process.memory_info().rss > 200e6
    began = time.monotonic()
    assert jobs.cancel(job.id).state == "cancelled"
    while any(member.is_running() and member.status() != psutil.STATUS_ZOMBIE for member in members):
        time.sleep(0.01)
    assert time.monotonic() - began < 2
    _is_whole(studio.root)
    _forget(studio.root, "vectors")
    aside.rename(vectors)
    assert wait_for(jobs.again(job.id).id, jobs).state == "done"
    _same_lists(studio)


LIMITED = """
import json, resource, sys, time
from dataclasses import asdict
from pathlib import Path
from recengine.jobs import Jobs
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
jobs = Jobs(Path(sys.argv[1]))
job = jobs.submit(sys.argv[2], sys.argv[3:], title="Limited")
while not jobs.get(job.id).is_over:
    time.sleep(0.05)
sys.stdout.write(json.dumps({"id": job.id, "state": jobs.get(job.id).state, "error": jobs.get(job.id).error}))
"""


@pytest.mark.parametrize("verb", ["fit", "import"])
def test_a_job_that_may_not_write_enough_fails_in_one_line(studio: Studio, verb: str) -> None:
    """No file may grow beyond 20 kB: small documents can be written, arrays and tables cannot, as on a full disk."""
    _forget(studio.root, *MADE)
    arguments = FIT if verb == "fit" else ("--sample", "synthetic", "--positive-from", "2", "--name", "other")
    command = [sys.executable, "-c", LIMITED, str(studio.root / "jobs"), verb, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["state"] == "failed", told
    assert "cannot be written" in told["error"]
    assert len(told["error"].splitlines()) == 1
    assert "Traceback" not in studio.jobs.log(told["id"])
    _is_whole(studio.root)
    if verb == "fit":
        assert wait_for(studio.jobs.again(told["id"]).id, studio.jobs).state == "done"
        _same_lists(studio)


FULL = """
import json, sys, time
from pathlib import Path
from recengine.errors import StoreError
from recengine.jobs import Jobs

root = Path(sys.argv[1])
jobs = Jobs(root / "jobs")
told = []

def run(submit):
    try:
        job = submit()
    except StoreError as error:
        told.append(["refused", str(error)])
        return None
    while not jobs.get(job.id).is_over:
        time.sleep(0.05)
    told.append([jobs.get(job.id).state, jobs.get(job.id).error])
    return job.id

fit = lambda: jobs.submit("fit", ["--dataset", "synthetic", "--models", "als,popularity"], title="Fit")
run(lambda: jobs.submit("import", ["--sample", "synthetic"], title="Import"))
ballast = open(root / "workspace-ballast", "wb", buffering=0)
try:
    while True:
        ballast.write(bytes(4096))
except OSError:
    pass
run(fit)
ballast.truncate(ballast.tell() - 120_000)
failed = run(fit)
ballast.truncate(0)
run(lambda: jobs.again(failed))
sys.stdout.write(json.dumps(told))
"""


def test_a_full_disk_refuses_fails_and_recovers(tmp_path: Path) -> None:
    """A disk of 8 MB, mounted where only the processes of this test see it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    inside = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    mount = f"mount -t tmpfs -o size=8m tmpfs '{disk}'"
    if shutil.which("unshare") is None or subprocess.run([*inside, mount], capture_output=True, check=False).returncode:
        pytest.skip("no disk of its own can be mounted: that needs Linux with user namespaces")
    done = subprocess.run(
        [*inside, f'{mount} && exec "$@"', "sh", sys.executable, "-c", FULL, str(disk)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    imported, refused, failed, again = json.loads(done.stdout)
    assert imported == ["done", None]
    assert refused[0] == "refused"
    assert "No space left" in refused[1]
    assert failed[0] == "failed"
    assert "No space left" in failed[1]
    assert len(failed[1].splitlines()) == 1
    assert again == ["done", None]


READ_ONLY = """
import json, sys
from pathlib import Path
from recengine.errors import StoreError
from recengine.jobs import Jobs
jobs = Jobs(Path(sys.argv[1]) / "jobs")
told = [[job.state for job in jobs.list()]]
job = jobs.list()[0].id if jobs.list() else "20260101T000000000000-aaaaaaaa"
for act in (lambda: jobs.submit("fit", title="Fit"), lambda: jobs.again(job), lambda: jobs.delete(job)):
    try:
        act()
        told.append("done")
    except StoreError as error:
        told.append(str(error))
sys.stdout.write(json.dumps(told))
"""


@pytest.mark.parametrize("jobs_before", [True, False])
def test_a_read_only_workspace_shows_its_jobs_and_refuses_others_in_one_line(tmp_path: Path, jobs_before: bool) -> None:
    command = [sys.executable, "-c", READ_ONLY, str(tmp_path / "workspace")]
    if os.getuid() == 0:
        # permissions bind root too when it has not the right to overrule them
        command = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", *command]
        if shutil.which("setpriv") is None:
            pytest.skip("permissions do not bind root, and there is no setpriv")
    root = tmp_path / "workspace"
    root.mkdir()
    if jobs_before:
        folder = root / "jobs" / "20260101T000000000000-aaaaaaaa"
        folder.mkdir(parents=True)
        what = {"verb": "fit", "arguments": [], "title": "Fit", "subject": ""}
        (folder / "job.json").write_text(json.dumps(what))
        (folder / "outcome.json").write_text(json.dumps({"state": "done"}))
    folders = [root, *(path for path in root.rglob("*") if path.is_dir())]
    try:
        for folder in folders:
            folder.chmod(0o555)
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert done.returncode == 0, done.stderr
    states, *refusals = json.loads(done.stdout)
    assert states == (["done"] if jobs_before else [])
    assert len(refusals) == 3
    for refusal in refusals:
        assert len(refusal.splitlines()) == 1
        assert "Permission denied" in refusal or ("there is no" in refusal and not jobs_before)
