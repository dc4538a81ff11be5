"""The arrows between the layers and other promises of the source tree; each check is shown to find what it is for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests import architecture

ROOT = Path(__file__).parents[1]
SAMPLE_PATH = "/".join(("", "home", "me", "ratings.csv"))


@pytest.mark.parametrize("check", architecture.CHECKS, ids=lambda check: check.__name__)
def test_the_tree_keeps(check: Callable[[Path], list[str]]) -> None:
    found = check(ROOT)
    assert not found, "\n".join(found)


def test_every_import_is_pinned() -> None:
    found = architecture.pin_findings(ROOT, packages_distributions())
    assert not found, "\n".join(found)


def write(root: Path, path: str, source: str) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(source, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("path", "source", "finding"),
    [
        ("recengine/data/a.py", "import recengine.fusion.pool", "data/a.py:1: data must not import fusion"),
        ("recengine/data/a.py", "from recengine import fusion", "data must not import fusion"),
        (
            "recengine/data/a.py",
            "def f():\n    from recengine.models import Recipe",
            "a.py:2: data must not import models",
        ),
        ("recengine/data/a.py", "if TYPE_CHECKING:\n    import recengine.cli", "a.py:2: data must not import cli"),
        ("recengine/data/a.py", "from ..ranking import top_k", "data must not import ranking"),
        ("recengine/data/sub/a.py", "from ...ranking import top_k", "data must not import ranking"),
        ("recengine/fairness/a.py", "from recengine.evaluation import x", "fairness must not import evaluation"),
        ("recengine/storage/a.py", "import recengine.jobs", "storage must not import jobs"),
        ("recengine/errors.py", "import recengine.storage", "errors must not import storage"),
        ("recengine/__init__.py", "from recengine.data import Dataset", "the package itself must not import data"),
        ("recengine/misc/a.py", "", "misc is no layer"),
    ],
)
def test_layers_find(tmp_path: Path, path: str, source: str, finding: str) -> None:
    found = architecture.layer_findings(write(tmp_path, path, source))
    assert len(found) == 1
    assert finding in found[0]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("recengine/fusion/a.py", "from recengine.models import Scorer\nfrom recengine.fusion.pool import Pool"),
        ("recengine/progress.py", "from recengine.errors import CancelledError"),
        ("recengine/__main__.py", "from recengine.cli.main import main"),
        ("recengine/cli/a.py", "from recengine import __version__\nfrom . import options"),
        ("recengine/data/a.py", "# import recengine.fusion\ntext = 'import recengine.fusion'"),
    ],
)
def test_layers_let_pass(tmp_path: Path, path: str, source: str) -> None:
    assert architecture.layer_findings(write(tmp_path, path, source)) == []


@pytest.mark.parametrize(
    ("path", "source", "finding"),
    [
        ("recengine/data/a.py", "import streamlit as st", "recengine must not import streamlit"),
        ("recengine/data/a.py", "def f():\n    from ui import state", "recengine must not import ui"),
        ("recengine/data/a.py", "import importlib\nimportlib.import_module(name)", "import by name"),
        ("pages/a.py", "import plotly.graph_objects as go", "streamlit, ui and recengine only, not plotly"),
        ("ui/a.py", "from pages import studio", "ui must not import pages"),
        ("app.py", "import tests.conftest", "app.py must not import tests"),
    ],
)
def test_borders_find(tmp_path: Path, path: str, source: str, finding: str) -> None:
    found = architecture.border_findings(write(tmp_path, path, source))
    assert found
    assert all(finding in line for line in found)


def test_borders_let_a_page_use_its_own_tools(tmp_path: Path) -> None:
    page = "import math\nimport streamlit as st\nfrom ui import frame\nfrom recengine.scenario import Scenario"
    assert architecture.border_findings(write(tmp_path, "pages/a.py", page)) == []


@pytest.mark.parametrize("source", ["print(1)", "import sys\nsys.stdout.write('')", "from sys import stderr"])
def test_output_finds(tmp_path: Path, source: str) -> None:
    assert len(architecture.output_findings(write(tmp_path, "recengine/data/a.py", source))) == 1
    (tmp_path / "recengine/data/a.py").unlink()
    assert architecture.output_findings(write(tmp_path, "recengine/cli/a.py", source)) == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "def f():\n    from joblib import load",
        "eval(text)",
        "exec(text)",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=flag)",
        "yaml.load(text)",
        "torch.load(path)",
        "pl.read_pickle(path)",
        "subprocess.run(line, shell=True)",
    ],
)
def test_danger_finds(tmp_path: Path, source: str) -> None:
    assert len(architecture.danger_findings(write(tmp_path, "ui/a.py", source))) == 1


def test_danger_lets_pass_what_only_sounds_alike(tmp_path: Path) -> None:
    source = "model.eval()\nnp.load(path, allow_pickle=False)\ntorch.load(path, weights_only=True)\npage.evaluate(x)"
    assert architecture.danger_findings(write(tmp_path, "ui/a.py", source)) == []


@pytest.mark.parametrize("path", ["ui/a.py", "README.md", "Makefile"])
def test_paths_find(tmp_path: Path, path: str) -> None:
    assert len(architecture.path_findings(write(tmp_path, path, f"see '{SAMPLE_PATH}'"))) == 1


def test_paths_let_pass_what_is_relative_or_elsewhere(tmp_path: Path) -> None:
    text = "assets/home/a.csv ./tmp/b http://127.0.0.1:8501/studio /usr/bin/env ${HOME}/tmp/c"
    assert architecture.path_findings(write(tmp_path, "README.md", text)) == []
    assert architecture.path_findings(write(tmp_path, ".venv/a.py", SAMPLE_PATH)) == []


def test_pins_find_what_is_not_pinned(tmp_path: Path) -> None:
    write(tmp_path, "requirements.txt", "numpy==2.4.6  # arrays\nscipy>=1\n")
    write(tmp_path, "requirements-dev.txt", "-r requirements.txt\nscikit-learn==1.9.1\n")
    write(tmp_path, "ui/a.py", "import json, numpy.linalg, sklearn")
    write(tmp_path, "tests/a.py", "import sklearn, yaml")
    assert architecture.pin_findings(tmp_path, {"sklearn": ["scikit-learn"], "yaml": ["PyYAML"]}) == [
        "requirements.txt:2: scipy>=1 is no exact pin",
        "tests/a.py:1: yaml is not pinned in requirements-dev.txt",
        "ui/a.py:1: sklearn is not pinned in requirements.txt",
    ]


def loaded_by(code: str) -> set[str]:
    """Which heavy packages a fresh Python has loaded after `code`."""
    tell = f"\nimport sys\nsys.stderr.write(' '.join(name for name in {architecture.HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code + tell], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def test_importing_every_module_loads_nothing_heavy() -> None:
    names = [
        path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path, _ in architecture.sources(ROOT, ("recengine",))
        # kernels are compiled loops and networks PyTorch modules, imported where they are called
        if not path.endswith(("__main__.py", "/kernels.py")) and "/networks/" not in path
    ]
    assert "recengine.cli.main" in names
    assert loaded_by("\n".join(f"import {name}" for name in names)) == set()


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import runpy, sys\nsys.argv = ['recengine', '--help']\n"
        "try:\n    runpy.run_module('recengine', run_name='__main__')\n"
        "except SystemExit as end:\n    assert not end.code"
    )
    assert loaded_by(code) == set()


def test_the_heavy_check_sees_a_heavy_import() -> None:
    assert loaded_by("import plotly") == {"plotly"}
