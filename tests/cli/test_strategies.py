from __future__ import annotations

from pathlib import Path

import pytest

from recengine.cli.main import main
from recengine.fusion import RERANKERS, STRATEGIES
from tests.cli.conftest import Command

DATA = ("--dataset", "synthetic")
USER = "u00003"
CASES = [
    "comb-mnz:listed=20",
    "comb-mnz:weigh=votes",
    "reciprocal-rank:constant=10",
    "borda",
    "condorcet:shortlist=50",
    "interleaving:order=snake",
    "cascade",
    "cascade:stages=text:40,als:15,popularity",
]


def test_all_are_listed_with_settings_and_certificate(command: Command) -> None:
    document = command("strategies")
    assert list(document["strategies"]) == list(STRATEGIES)
    assert list(document["rerankers"]) == list(RERANKERS)
    cascade = document["strategies"]["cascade"]
    assert cascade["settings"]["stages"]["default"] == "auto"
    assert (cascade["weighs"], cascade["additive"]) == (False, False)
    assert all(one["certificate"] and one["about"] for one in document["strategies"].values())


def test_the_text_names_each_with_its_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["strategies"]) == 0
    said = capsys.readouterr().out
    assert "reciprocal-rank: Reciprocal rank fusion" in said
    assert "constant=60.0: Added to every rank" in said
    assert max(map(len, said.splitlines())) <= 100


@pytest.mark.parametrize("strategy", CASES)
def test_each_recommends_and_explains(command: Command, strategy: str) -> None:
    listed = command("recommend", *DATA, "--user", USER, "--strategy", strategy, "-k", "5")
    assert listed["strategy"] == strategy.partition(":")[0]
    assert [entry["rank"] for entry in listed["items"]] == [1, 2, 3, 4, 5]
    for entry in listed["items"]:
        if listed["additive"]:
            assert sum(entry["parts"].values()) == pytest.approx(entry["score"], abs=1e-6)
        else:
            assert set(entry["parts"].values()) == {None}
        assert all(rank is None or rank >= 1 for rank in entry["ranks"].values())
    second = listed["items"][1]
    why = command("explain", *DATA, "--user", USER, "--item", second["item"], "--strategy", strategy, "-k", "5")
    assert why["rank"] == why["fused_rank"] == 2
    assert why["score"] == pytest.approx(second["score"])
    if why["additive"]:
        assert sum(part["contribution"] for part in why["parts"]) == pytest.approx(why["score"], abs=1e-9)
    else:
        assert why["account"]
        assert {part["contribution"] for part in why["parts"]} == {None}


@pytest.mark.parametrize("strategy", ["condorcet", "comb-mnz", "cascade"])
def test_no_text_shows_nan(
    stored: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], strategy: str
) -> None:
    monkeypatch.setenv("RECENGINE_WORKSPACE", str(stored))
    assert main(["recommend", *DATA, "--user", USER, "--strategy", strategy]) == 0
    rows = capsys.readouterr().out
    assert ("als's rank" in rows) == (strategy != "comb-mnz")
    assert "nan" not in rows


def test_the_evaluation_says_how_many_lists_are_proven(command: Command) -> None:
    whole = command("evaluate", *DATA, "--strategy", "interleaving", "-k", "5")
    assert whole["exact_users"] == whole["users"]


@pytest.mark.parametrize(
    ("strategy", "said"),
    [
        ("cascade:stages=ghost:20,als", "stage 1 names 'ghost'"),
        ("cascade:stages=text:20,als:30,popularity", "Let the numbers fall"),
        ("cascade:stages=text,als", "does not say how many"),
        ("condorcet:shortlist=1", "a whole number from 2 to 1,000"),
        ("comb-mnz:listed=many", "a whole number from 1 to 10,000"),
        ("reciprocal-rank:constant=-1", "a number from 0 to 10,000"),
        ("interleaving:order=random", '"listed", "weight", "snake"'),
        ("borda:power=2", "borda has no setting 'power'"),
    ],
)
def test_bad_settings_are_one_line(mistake: Command, strategy: str, said: str) -> None:
    assert said in mistake("recommend", *DATA, "--user", USER, "--strategy", strategy)
