"""A recommender that an installed package adds: the one that the README shows, and broken ones."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]


def readme_block(language: str, holding: str) -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (block,) = [block for block in blocks if holding in block]
    return str(block)


def install(site: Path, module: str, code: str, entry: str) -> None:
    """As pip does: the module, and beside it the metadata with the entry point."""
    (site / f"{module}.py").write_text(code)
    metadata = site / f"{module}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(entry)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The command line, in a workspace of its own, with the packages of `site`."""

    def command(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {
            "RECENGINE_WORKSPACE": str(tmp_path / "workspace"),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path / "site")]),
        }
        done = subprocess.run(
            [sys.executable, "-m", "recengine", *arguments],
            capture_output=True,
            text=True,
            env=environment,
            cwd=tmp_path,
        )
        assert done.returncode == code, done.stderr
        return done

    return command


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    return folder


def test_the_example_of_the_readme_works(run: Run, site: Path) -> None:
    code = readme_block("python", "class ShortTitles")
    assert len([line for line in code.splitlines() if line.strip()]) <= 20
    (group, named), *_ = tomllib.loads(readme_block("toml", "entry-points"))["project"]["entry-points"].items()
    entry = f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in named.items())
    install(site, "short_titles", code, entry)

    listed = json.loads(run("models", "--json").stdout)
    assert listed["problems"] == []
    assert listed["models"]["short-titles"]["settings"]["strength"]["default"] == 1.0

    run("import", "--sample", "synthetic", "--json")
    models = ("--models", "short-titles,popularity")
    fitted = json.loads(
        run("fit", "--dataset", "synthetic", *models, "--set", "short-titles.strength=2", "--json").stdout
    )
    assert fitted["scorers"]["short-titles"]["settings"] == {"strength": 2.0}

    lists = run(
        "recommend", "--dataset", "synthetic", "--user", "u00001", *models, "--weights", "short-titles=1", "--json"
    )
    lengths = [len(item["title"]) for item in json.loads(lists.stdout)["items"]]
    assert lengths == sorted(lengths)

    # its settings are checked as those of the built-in ones
    refused = run("fit", "--dataset", "synthetic", *models, "--set", "short-titles.strength=99", code=2)
    assert 'short-titles: "strength" must be a number above 0, at most 10, got 99.' in refused.stderr


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise ImportError('no such library')", "it cannot be loaded (ImportError: no such library)"),
        ("Recipe = 3", "it has no 'name'"),
        ("from recengine.models.factors import AlsRecipe as Recipe", "its name 'als' is taken"),
        (
            "from recengine.models.factors import AlsRecipe\nclass Recipe(AlsRecipe):\n    name = 'My ALS'",
            "its name 'My ALS' is not made of small letters, digits and dashes",
        ),
        (
            "from recengine.models.factors import AlsRecipe\nclass Recipe(AlsRecipe):\n    name = 'a'; family = 'Best'",
            "its family 'Best' is none of Factor models, ",
        ),
    ],
)
def test_a_broken_package_is_told_and_takes_nothing_with_it(run: Run, site: Path, code: str, reason: str) -> None:
    install(site, "broken", code, "[recengine.recipes]\nmine = broken:Recipe\n")
    listed: dict[str, Any] = json.loads(run("models", "--json").stdout)
    assert "als" in listed["models"]
    (problem,) = listed["problems"]
    assert problem.startswith(f"broken:Recipe: {reason}")
    assert "\n" not in problem
