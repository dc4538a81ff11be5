from __future__ import annotations

from collections.abc import Callable

import pytest

from recengine.cli.main import main
from tests.cli.conftest import Command

Mistake = Callable[..., str]
OF = ("--dataset", "synthetic")
USER = "u00007"


def test_a_sweep_agrees_with_evaluate(command: Command) -> None:
    found = command("sweep", *OF, "--scorer", "text", "--metric", "ndcg,coverage", "--top", "2")
    assert (found["scorer"], found["current"], found["top"]) == ("text", 0.2, 2.0)
    assert found["exact"]
    assert found["measured"] == "test"
    assert found["users"] == found["population"] == found["metrics"]["ndcg"]["n"]
    for weight in (0.2, 0.07, 1.3):
        table = command("evaluate", *OF, "--weights", f"als=0.7,text={weight},popularity=0.1")["fusion"]
        for key, metric in found["metrics"].items():
            (stretch,) = [one for one in metric["stretches"] if one["from"] < weight <= one["to"]]
            assert stretch["low"] - 1e-12 <= table[key]["mean"] <= stretch["high"] + 1e-12
    ndcg = found["metrics"]["ndcg"]
    assert ndcg["at_current"] == pytest.approx(command("evaluate", *OF)["fusion"]["ndcg"]["mean"])
    assert ndcg["best"]["value"] == max(one["high"] for one in ndcg["stretches"])
    assert ndcg["within_1_percent"]["from"] <= ndcg["best"]["from"]


def test_fewer_points_keep_the_extremes(command: Command) -> None:
    every = command("sweep", *OF, "--scorer", "text")["metrics"]["ndcg"]["stretches"]
    few = command("sweep", *OF, "--scorer", "text", "--points", "5")["metrics"]["ndcg"]["stretches"]
    assert len(few) <= 5 < len(every)
    assert max(one["high"] for one in few) == max(one["high"] for one in every)


def test_the_breakpoints_of_a_user(command: Command) -> None:
    found = command("sweep", *OF, "--scorer", "text", "--user", USER)["user"]
    assert found["user"] == USER
    weights = [one["weight"] for one in found["breakpoints"]]
    assert weights == sorted(weights)

    def listed(weight: float) -> list[str]:
        asked = ("--user", USER, "--weights", f"als=0.7,text={weight},popularity=0.1")
        return [item["item"] for item in command("recommend", *OF, *asked)["items"]]

    ends = [0.0, *weights, 1.0]
    at = max(
        range(1, len(weights)), key=lambda place: min(ends[place + 1] - ends[place], ends[place + 2] - ends[place + 1])
    )
    change = found["breakpoints"][at]
    before, after = listed((ends[at] + ends[at + 1]) / 2), listed((ends[at + 1] + ends[at + 2]) / 2)
    assert set(after) - set(before) == set(change["in"])
    assert set(before) - set(after) == set(change["out"])
    for move in change["moved"]:
        assert before[move["from"] - 1] == after[move["to"] - 1] == move["item"]


def test_a_triangle_holds_the_corners(command: Command) -> None:
    found = command("triangle", *OF, "--parts", "4", "--metric", "ndcg,gini")
    assert found["scorers"] == ["als", "text", "popularity"]
    assert len(found["mixes"]) == 15
    alone = command("evaluate", *OF)["scorers"]
    for mix in found["mixes"]:
        for scorer, weight in mix["weights"].items():
            if weight == 1:
                assert mix["ndcg"] == pytest.approx(alone[scorer]["ndcg"]["mean"])


def test_the_validation_part_has_figures_of_its_own(command: Command) -> None:
    test = command("sweep", *OF, "--scorer", "als")
    validation = command("sweep", *OF, "--scorer", "als", "--measured", "validation")
    assert validation["measured"] == "validation"
    assert validation["metrics"]["ndcg"]["at_current"] != test["metrics"]["ndcg"]["at_current"]


def test_for_people(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    command("datasets")  # sets the workspace
    assert main(["sweep", *OF, "--scorer", "als", "--user", USER]) == 0
    said = capsys.readouterr().out
    assert "als from 0 to 1, now 0.7" in said
    assert "within 1 % of it" in said
    assert f"user {USER}: at weight" in said
    assert main(["triangle", *OF, "--parts", "2"]) == 0
    assert "0.50" in capsys.readouterr().out


def test_mistakes_are_one_line(mistake: Mistake) -> None:
    assert "there is no scorer 'svd'" in mistake("sweep", *OF, "--scorer", "svd")
    assert 'Metric "speed" is not known' in mistake("sweep", *OF, "--scorer", "als", "--metric", "speed")
    assert "above 0, at most 1,000,000, got 0" in mistake("sweep", *OF, "--scorer", "als", "--top", "0")
    assert "there is no 'nobody'" in mistake("sweep", *OF, "--scorer", "als", "--user", "nobody")
    assert "three different scorers" in mistake("triangle", *OF, "--scorers", "als,text")
    assert "from 1 to 100, got 0" in mistake("triangle", *OF, "--parts", "0")
    assert "--points" in mistake("sweep", *OF, "--scorer", "als", "--points", "0")
