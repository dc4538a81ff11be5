"""Every nasty file is read right or answered with one clear line; memory stays bounded, stored datasets stay."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from recengine.workspace import Workspace
from tests.data.corpus.nasty import CORPUS, GOOD, Nasty

ROOT = Path(__file__).parents[3]
MISTAKE = 2
PEAK = 1_000
"""MiB that the process which imports all of them may take, some 300 of them the program itself."""


@dataclass(frozen=True)
class Imported:
    """results: how each ended, by name. before: fingerprint of what was stored before them."""

    workspace: Workspace
    results: dict[str, dict[str, Any]]
    before: str


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """The corpus, imported by one process into one workspace in which a dataset is stored."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "before.csv").write_bytes(GOOD)
    cases = [{"name": "before", "arguments": ["import", str(folder / "before.csv"), "--name", "before", "--json"]}]
    for number, nasty in enumerate(CORPUS):
        own = folder / str(number)
        own.mkdir()
        cases.append({"name": nasty.name, "arguments": ["import", *nasty.write(own), "--name", f"n{number}", "--json"]})
    root = folder / "workspace"
    done = subprocess.run(
        [sys.executable, "-m", "tests.data.corpus.child"],
        cwd=ROOT,
        env={**os.environ, "RECENGINE_WORKSPACE": str(root), "PYTHONIOENCODING": "utf-8"},
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    results = {result["name"]: result for result in map(json.loads, done.stdout.splitlines())}
    missing = [case["name"] for case in cases if case["name"] not in results]
    assert not missing, f"the process died at {missing[0]!r} with {done.returncode}: {done.stderr[-2000:]}"
    assert results["before"]["code"] == 0, results["before"]["err"]
    return Imported(Workspace(root), results, json.loads(results["before"]["out"])["fingerprint"])


def test_the_corpus_is_large_and_its_names_are_its_own() -> None:
    assert len({nasty.name for nasty in CORPUS}) == len(CORPUS) >= 60
    assert all((nasty.reads is None) != (nasty.refuses is None) for nasty in CORPUS)


@pytest.mark.parametrize("nasty", [nasty for nasty in CORPUS if nasty.reads], ids=lambda nasty: nasty.name)
def test_is_read_right(imported: Imported, nasty: Nasty) -> None:
    result = imported.results[nasty.name]
    assert result["code"] == 0, result["err"]
    dataset = imported.workspace.load_dataset(f"n{CORPUS.index(nasty)}")
    assert (dataset.n_users, dataset.n_items, dataset.interactions.height) == nasty.reads
    if nasty.users:
        assert sorted(dataset.user_ids) == sorted(nasty.users)
    if nasty.items:
        assert sorted(dataset.item_ids) == sorted(nasty.items)


@pytest.mark.parametrize("nasty", [nasty for nasty in CORPUS if nasty.refuses], ids=lambda nasty: nasty.name)
def test_is_answered_with_one_clear_line(imported: Imported, nasty: Nasty) -> None:
    result = imported.results[nasty.name]
    assert result["code"] == MISTAKE, result
    assert result["out"] == ""
    *_, line = result["err"].splitlines()
    assert nasty.refuses is not None
    assert re.search(nasty.refuses, line), line
    assert "Traceback" not in result["err"]
    assert len(line) < 500
    assert line.rstrip().endswith(".")
    assert f"n{CORPUS.index(nasty)}" not in imported.workspace.dataset_names()


def test_memory_stays_bounded_and_what_was_stored_stays(imported: Imported) -> None:
    assert max(result["peak"] for result in imported.results.values()) < PEAK
    assert imported.workspace.load_dataset("before").fingerprint == imported.before
    escaped = list(imported.workspace.root.parent.rglob("escaped.csv"))
    assert not escaped
