from __future__ import annotations

from pathlib import Path

import pytest

from recengine.cli.main import main
from tests.cli.conftest import Command


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One of its own with the synthetic sample."""
    root = tmp_path / "workspace"
    monkeypatch.setenv("RECENGINE_WORKSPACE", str(root))
    assert main(["import", "--sample", "synthetic"]) == 0
    return root


@pytest.fixture
def run_file(command: Command, tmp_path: Path) -> Path:
    """What popularity exports as a TREC run."""
    path = tmp_path / "popular.run"
    command(
        *("export", "--dataset", "synthetic", "--models", "popularity", "--format", "trec"),
        *("--out", str(path), "-k", "50"),
    )
    return path


def test_an_exported_run_comes_back_as_a_model(
    command: Command, run_file: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = command("evaluate", "--dataset", "synthetic", "--models", "popularity")["scorers"]["popularity"]["ndcg"]
    monkeypatch.setenv("RECENGINE_WORKSPACE", str(workspace))
    lines = run_file.read_text().splitlines()
    run_file.write_text("\n".join([*lines, "stranger Q0 thing 1 1.0 mine"]))
    document = command("import-scores", "--dataset", "synthetic", "--scores", str(run_file), "--name", "peer")
    assert document["scorer"] == "external:peer"
    coverage = document["coverage"]
    assert coverage["pairs"] == len(lines)
    assert coverage["users"] == len({line.split()[0] for line in lines})
    assert coverage["items_a_user"] == 50
    assert (coverage["unknown_users"], coverage["unknown_items"], coverage["unknown_pairs"]) == (1, 1, 1)
    assert (workspace / "scores" / document["scores"]).is_dir()
    # the same lists, so the same figure
    measured = command("evaluate", "--dataset", "synthetic", "--models", "external:peer")["scorers"]["external:peer"]
    assert measured["ndcg"] == expected


def test_mistakes_are_said_in_one_line(mistake: Command, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("user,item,score\nnobody,nothing,1\n")
    given = ("import-scores", "--dataset", "synthetic", "--scores", str(path))
    assert 'no row has a user and an item of "synthetic"' in mistake(*given)
    assert "cannot name a variant" in mistake(*given, "--name", "a b")
    assert 'no column "who" for the role user' in mistake(*given, "--map", "user=who")
    assert "cannot be read" in mistake(*given[:-1], str(tmp_path / "none.csv"))
