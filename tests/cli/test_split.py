"""The verb `split`, and splits in the other verbs' options and answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recengine.cli.main import main
from recengine.scenario import Scenario
from tests.cli.conftest import Command

OF = ("--dataset", "synthetic")
LIGHT = ("--models", "popularity")
Answer = Callable[..., Any]


@pytest.fixture(scope="module")
def writable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the synthetic sample and nothing fitted; tests fit what is fast."""
    root = tmp_path_factory.mktemp("splits") / "workspace"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RECENGINE_WORKSPACE", str(root))
        assert main(["import", "--sample", "synthetic"]) == 0
    return root


@pytest.fixture
def answer(writable: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Answer:
    """Runs a verb on the writable workspace and gives its JSON document."""
    monkeypatch.setenv("RECENGINE_WORKSPACE", str(writable))

    def run(*arguments: str) -> Any:
        capsys.readouterr()
        code = main([*arguments, "--json"])
        said = capsys.readouterr()
        assert code == 0, said.err
        return json.loads(said.out)

    return run


@pytest.mark.parametrize(
    "split", ["random", "last:2", "time:0.1", "cold-users", "cold-items:0.3", "fold:2/4", "user-fold:1/3"]
)
def test_counts_of_a_split(command: Command, split: str) -> None:
    found = command("split", *OF, "--split", split, "--seed", "2")
    assert (found["split"], found["seed"]) == (split, 2)
    assert len(found["fingerprint"]) == 64
    assert [part["name"] for part in found["parts"]] == ["train", "validation", "test"]
    assert sum(part["positives"] for part in found["parts"]) == found["positives"]
    assert 0 < found["users_measured"] <= found["users"]
    assert found["sentence"].endswith(".")


def test_counts_in_words(stored: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("RECENGINE_WORKSPACE", str(stored))
    assert main(["split", *OF, "--split", "time:0.2"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("synthetic, split time, seed 0. Everything from one moment on")
    assert "Training" in said
    assert "Measured: " in said


@pytest.mark.parametrize(
    ("split", "told"),
    [
        ("sideways", "split: 'sideways' is unknown. Choose among random, random:0.3, last"),
        ("random:2", "the share of the test, from 0.01 to 0.9"),
        ("last:0", "a whole number from 1 to 1,000"),
        ("last:999", "no user has more than 999 positives"),
        ("fold:6/5", "which fold of 2 to 20"),
    ],
)
def test_a_split_that_cannot_be_is_one_line(mistake: Callable[..., str], split: str, told: str) -> None:
    assert told in mistake("split", *OF, "--split", split)
    assert told in mistake("fit", *OF, "--split", split)


def test_every_number_says_what_it_was_measured_on(answer: Answer, tmp_path: Path) -> None:
    cut = ("--split", "last:02", "--seed", "3")  # told in its shortest form
    files = {"lists": str(tmp_path / "lists.csv"), "report": str(tmp_path / "report.html")}
    documents = {
        "fit": answer("fit", *OF, *LIGHT, *cut),
        "evaluate": answer("evaluate", *OF, *LIGHT, *cut, "--record"),
        "fairness": answer("fairness", *OF, *LIGHT, *cut),
        "recommend": answer("recommend", *OF, *LIGHT, *cut, "--user", "u00007"),
        "export": answer("export", *OF, *LIGHT, *cut, "--format", "csv", "--out", files["lists"]),
        "report": answer("report", *OF, *LIGHT, *cut, "--out", files["report"]),
        "compare": answer("compare", *OF, "--models", "popularity", *cut),
        "split": answer("split", *OF, *cut),
    }
    assert {name: (one["split"], one["seed"]) for name, one in documents.items()} == dict.fromkeys(
        documents, ("last:2", 3)
    )
    (kept,) = answer("tries", *OF)["tries"]
    assert (kept["scenario"]["split"], kept["scenario"]["seed"]) == ("last:2", 3)
    html = Path(files["report"]).read_text(encoding="utf-8")
    assert "last:2, seed 3" in html
    assert "For each user the last 2 positives by time are held out" in html
    # the lists are of the users that the split says are measured
    assert documents["export"]["users"] == documents["split"]["users_measured"] == documents["evaluate"]["users"]
    assert documents["export"]["relevant"] == documents["split"]["parts"][2]["positives"]


@pytest.mark.parametrize("method", ["fold", "user-fold"])
def test_every_fold_is_measured_in_turn(answer: Answer, method: str) -> None:
    found = answer("evaluate", *OF, *LIGHT, "--split", f"{method}:1/3", "--every-fold")
    assert found["splits"] == [f"{method}:{fold}/3" for fold in (1, 2, 3)]
    assert (found["folds"], found["seed"]) == (3, 0)
    figure = found["fusion"]["ndcg"]
    alone = [answer("evaluate", *OF, *LIGHT, "--split", split)["fusion"]["ndcg"] for split in found["splits"]]
    assert figure["folds"] == [one["mean"] for one in alone]
    assert figure["n"] == sum(one["n"] for one in alone)
    mean = sum(figure["folds"]) / 3
    # Student's t for 2 degrees of freedom: 4.30265
    half = 4.30265 * (sum((one - mean) ** 2 for one in figure["folds"]) / 2) ** 0.5 / 3**0.5
    assert figure["mean"] == pytest.approx(mean)
    assert (figure["low"], figure["high"]) == pytest.approx((mean - half, mean + half), rel=1e-5)
    assert found["scorers"]["popularity"]["ndcg"] == figure


def test_only_folds_can_be_measured_in_turn(mistake: Callable[..., str]) -> None:
    assert "has no folds. Add --split fold:1/5" in mistake("evaluate", *OF, "--every-fold")
    told = mistake("evaluate", *OF, "--split", "fold:1/2", "--every-fold", "--record")
    assert "a try has one split" in told


def test_all_data_is_no_split(answer: Answer) -> None:
    found = answer("recommend", *OF, *LIGHT, "--user", "u00007", "--all-data")
    assert (found["split"], found["seed"]) == (None, 0)


def test_a_scenario_file_may_name_any_split(answer: Answer, tmp_path: Path) -> None:
    fitted = answer("fit", *OF, *LIGHT, "--split", "time:0.3")
    assert fitted["split"] == "time:0.3"
    scenario = Scenario(fitted["fingerprint"], (("popularity", ()),), (("popularity", 1.0),), split="time:0.30")
    assert scenario.split == "time:0.3"
    assert Scenario.from_json(scenario.to_json()) == scenario
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps({**scenario.to_json(), "split": " time:0.300 "}), encoding="utf-8")
    assert answer("evaluate", *OF, "--scenario", str(path))["split"] == "time:0.3"
