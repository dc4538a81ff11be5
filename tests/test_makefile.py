"""What `make run` and its kin do and leave out, with a stand-in for the Python in .venv that writes down its calls."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYTHON = r"""#!/bin/sh
case "$1 $2" in
    "-V ") echo "Python 3.11.9"; exit 0;;
    "-c "*) case "$2" in *socket*) exit "${PORT_TAKEN:-0}";; *torch*) exit "${NO_TORCH:-0}";; esac; exit 0;;
esac
echo "$*" >> calls
case "$*" in
    "-m pip install "*) echo "Downloading big-1.0-py3-none-any.whl (12.3 MB)"; exit "${PIP_FAILS:-0}";;
    "-m recengine import --sample movielens-100k") mkdir -p workspace; exit "${OFFLINE:-0}";;
    "-m recengine import "*) mkdir -p workspace;;
esac
"""

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="no make on PATH")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout as far as make looks at it, with a virtual environment whose Python only takes notes."""
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "recengine").mkdir()
    (tmp_path / "recengine" / "a.py").write_text("one = 1\n")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON)
    python.chmod(0o755)
    return tmp_path


def make(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    # what a `make test` that runs this was told is not meant for the one that is tried
    told = ("RECENGINE_", "MAKE", "MFLAGS", "PYTHON", "PORT", "SAMPLE", "ARGS", "PARALLEL", "ONE_THREAD")
    own = {name: value for name, value in os.environ.items() if not name.startswith(told)}
    return subprocess.run(
        ["make", *arguments],
        cwd=checkout,
        env={**own, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def calls(checkout: Path) -> list[str]:
    """What Python was asked to run since the last time: the module and its arguments, without minor options."""
    notes = checkout / "calls"
    lines = notes.read_text().splitlines() if notes.exists() else []
    notes.unlink(missing_ok=True)
    return [line.removeprefix("-m ").split(" --disable")[0].split(" --server")[0] for line in lines]


IMPORT, FIT = "recengine import --sample movielens-100k", "recengine fit --dataset movielens-100k"
STREAMLIT = "streamlit run app.py"


def test_a_second_start_installs_imports_and_fits_nothing(checkout: Path) -> None:
    first = make(checkout, "run", NO_TORCH="1")
    assert first.returncode == 0, first.stderr
    assert calls(checkout) == ["pip install", IMPORT, FIT, STREAMLIT]
    assert (
        first.stdout.index("2,700 MB")
        < first.stdout.index("1 big (12.3 MB)")
        < first.stdout.index("http://127.0.0.1:8501")
    )
    assert make(checkout, "run").returncode == 0
    assert calls(checkout) == [STREAMLIT]


def test_a_new_pin_installs_and_a_new_engine_prepares_again(checkout: Path) -> None:
    make(checkout, "run")
    calls(checkout)
    with (checkout / "requirements.txt").open("a") as pins:
        pins.write("another==1.0\n")
    make(checkout, "run")
    assert calls(checkout) == ["pip install", STREAMLIT]
    (checkout / "recengine" / "a.py").write_text("one = 2\n")
    make(checkout, "run")
    assert calls(checkout) == [IMPORT, FIT, STREAMLIT]


def test_without_a_network_the_synthetic_sample_is_taken_once_and_said(checkout: Path) -> None:
    first = make(checkout, "run", OFFLINE="2")
    assert first.returncode == 0, first.stderr
    assert "taking the synthetic one instead" in first.stdout
    synthetic = [IMPORT.replace("movielens-100k", "synthetic"), FIT.replace("movielens-100k", "synthetic")]
    assert calls(checkout) == ["pip install", IMPORT, *synthetic, STREAMLIT]
    second = make(checkout, "run", OFFLINE="2")
    assert "shows the synthetic sample" in second.stdout
    assert calls(checkout) == [STREAMLIT]


def test_a_defect_while_importing_is_not_taken_for_a_missing_network(checkout: Path) -> None:
    done = make(checkout, "run", OFFLINE="1")
    assert done.returncode != 0
    assert "could not be prepared" in done.stderr
    assert calls(checkout) == ["pip install", IMPORT]


def test_a_failed_installation_says_where_to_look_and_is_tried_again(checkout: Path) -> None:
    failed = make(checkout, "run", PIP_FAILS="1")
    assert failed.returncode != 0
    assert ".venv/install.log" in failed.stderr
    assert (checkout / ".venv" / "install.log").exists()
    assert calls(checkout) == ["pip install"]
    again = make(checkout, "app")
    assert calls(checkout) == ["pip install"]
    assert "2,700 MB" not in again.stdout  # PyTorch is there


def test_faults_kills_at_fifty_moments_and_says_which(checkout: Path) -> None:
    note = 'echo "$RECENGINE_FAULTS moments of $RECENGINE_FAULT_SEED" >> calls\n'
    python = checkout / ".venv" / "bin" / "python"
    python.write_text(PYTHON.replace('case "$*" in', f'{note}case "$*" in', 1))
    done = make(checkout, "faults", RECENGINE_FAULT_SEED="7")
    assert done.returncode == 0, done.stderr
    assert "50 moments with RECENGINE_FAULT_SEED=7" in done.stdout
    assert calls(checkout)[-2:] == ["pytest tests/jobs/test_faults.py", "50 moments of 7"]
    few = make(checkout, "faults", RECENGINE_FAULTS="3", ARGS="-k server")
    assert "3 moments" in few.stdout
    assert "pytest tests/jobs/test_faults.py -k server" in calls(checkout)


def test_what_the_tests_need_includes_what_the_app_needs(checkout: Path) -> None:
    make(checkout, "dev")
    make(checkout, "app")
    assert calls(checkout) == ["pip install"]


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (("run",), {"PORT_TAKEN": "1"}, "port 8501 on 127.0.0.1 is taken"),
        (("run", "PORT=many"), {}, "PORT must be a number, got 'many'"),
    ],
)
def test_a_port_that_is_no_use_is_said_before_anything_is_installed(
    checkout: Path, arguments: tuple[str, ...], environment: dict[str, str], said: str
) -> None:
    done = make(checkout, *arguments, **environment)
    assert done.returncode != 0
    assert said in done.stderr
    assert calls(checkout) == []


def test_no_python_is_said_in_one_line(checkout: Path) -> None:
    shutil.rmtree(checkout / ".venv")
    done = make(checkout, "venv", "PYTHON=no-such-python")
    assert done.returncode != 0
    assert "found no Python 3.11, 3.12 or 3.13" in done.stderr.splitlines()[0]
