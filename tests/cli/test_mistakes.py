"""One clear line and exit code 2 for every mistake; nothing that is stored is touched."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Mistake = Callable[..., str]
READING = ["evaluate", "--dataset", "synthetic"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "VERB"),
        (["dance"], "dance"),
        (["evaluate"], "--dataset"),
        (["evaluate", "--dataset", "nothing-here"], "synthetic"),
        (["evaluate", "--dataset", "../synthetic"], "cannot name"),
        ([*READING, "--weights", "als=-1"], "als"),
        ([*READING, "--weights", "als=nan"], "als"),
        ([*READING, "--weights", "als=inf"], "als"),
        ([*READING, "--weights", "als=0,text=0"], "all are 0"),
        ([*READING, "--weights", "ghost=1"], "ghost"),
        ([*READING, "--weights", "als"], "SCORER=NUMBER"),
        ([*READING, "--weights", "als=much"], "much"),
        ([*READING, "--weights", "als=1,als=2"], "twice"),
        ([*READING, "--weights", ""], "SCORER=NUMBER"),
        ([*READING, "-k", "0"], "k must be"),
        ([*READING, "-k", "-3"], "k must be"),
        ([*READING, "-k", "ten"], "ten"),
        ([*READING, "-k", "1000000"], "1,000,000"),
        ([*READING, "--split", "sideways"], "sideways"),
        ([*READING, "--normalization", "soft"], "soft"),
        ([*READING, "--neutral", "zero"], "zero"),
        ([*READING, "--strategy", "magic"], "magic"),
        ([*READING, "--models", "als,ghost"], "ghost"),
        ([*READING, "--models", "als:tuned"], "no saved recipe"),
        ([*READING, "--models", "external:mine"], "Upload its scores"),
        ([*READING, "--models", "als:../x"], "cannot name a variant"),
        ([*READING, "--set", "als=8"], "MODEL.SETTING=VALUE"),
        ([*READING, "--set", "als.factors"], "MODEL.SETTING=VALUE"),
        ([*READING, "--set", "als.factors=many"], "many"),
        ([*READING, "--set", "als.wings=2"], "wings"),
        ([*READING, "--set", "als.factors=8", "als.factors=9"], "twice"),
        ([*READING, "--set", f"als.factors={'[' * 100_000}"], "whole number"),
        ([*READING, "--set", "ghost.factors=8"], "not among the models"),
        ([*READING, "--seed", "-1"], "seed"),
        (["compare", "--dataset", "synthetic", "--models", "als", "--seed", str(10**22)], "seed"),
        ([*READING, "--scenario", "missing.json"], "missing.json"),
        (["recommend", "--dataset", "synthetic", "--user", "nobody"], "nobody"),
        (["explain", "--dataset", "synthetic", "--user", "nobody", "--item", "nothing"], "nobody"),
        (["fairness", "--dataset", "synthetic", "--user-attribute", "shoe-size"], "shoe-size"),
        (["fairness", "--dataset", "synthetic", "--item-attribute", "smell"], "smell"),
        (["report", "--dataset", "synthetic", "--out", "report.docx"], ".html"),
        (["report", "--dataset", "synthetic", "--out", "report.html", "--sections", "gossip"], "gossip"),
        (["export", "--dataset", "synthetic", "--format", "xml", "--out", "x"], "xml"),
        (["import", "--sample", "no-such-sample"], "no-such-sample"),
        (["import"], "--sample"),
        (["import", "--sample", "synthetic", "--items", "x.csv"], "--items"),
        (["import", "--sample", "synthetic", "--name", "../x"], "cannot name"),
        (["import", "--interactions", "missing.csv"], "missing.csv"),
        (["import", "--interactions", "missing.csv", "--map", "user"], "ROLE=COLUMN"),
    ],
)
def test_a_mistake_is_one_line_that_names_it(
    mistake: Mistake,
    arguments: list[str],
    said: str,
    stored: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    before = _content(stored)
    line = mistake(*arguments)
    assert said in line
    assert len(line) < 1000  # what was got is quoted, not recited
    assert _content(stored) == before


def test_an_item_that_was_seen_is_a_mistake(mistake: Mistake) -> None:
    from recengine.data import split_dataset
    from recengine.workspace import Workspace

    dataset = Workspace.open().load_dataset("synthetic")
    seen = split_dataset(dataset).full_train.matrix[3].indices[0]
    arguments = ("--user", dataset.user_ids[3], "--item", dataset.item_ids[seen])
    assert dataset.item_ids[seen] in mistake("explain", "--dataset", "synthetic", *arguments)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "not JSON"),
        ("[]", "not a scenario"),
        ('{"format": "recengine-scenario", "version": 3}', "version 3"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_scenario_file_that_is_off(mistake: Mistake, tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "scenario.json"
    path.write_text(content)
    assert said in mistake(*READING, "--scenario", str(path))


def test_a_scenario_of_another_dataset_names_both(mistake: Mistake, tmp_path: Path) -> None:
    from recengine.scenario import default_scenario
    from recengine.workspace import Workspace

    document = default_scenario(Workspace.open().load_dataset("synthetic")).to_json()
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps(document | {"dataset": "0" * 64}))
    assert "000000000000" in mistake(*READING, "--scenario", str(path))


def test_a_foreign_workspace(mistake: Mistake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    monkeypatch.setenv("RECENGINE_WORKSPACE", str(tmp_path))
    assert "not a workspace" in mistake("datasets")
    assert "not a workspace" in mistake("import", "--sample", "synthetic")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def _content(root: Path) -> dict[str, int]:
    """Size of every stored file; locks come and go."""
    files = [path for path in root.rglob("*") if path.is_file() and path.suffix != ".lock"]
    return {str(path.relative_to(root)): path.stat().st_mtime_ns for path in files}
