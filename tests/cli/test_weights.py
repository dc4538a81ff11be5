import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from recengine.workspace import Workspace

Command = Callable[..., Any]
BASE = ("--dataset", "synthetic", "-k", "5")
SHORT = ("--evaluations", "60")


def test_find_weights_within_a_floor(command: Command, tmp_path: Path) -> None:
    out = tmp_path / "found.json"
    free = command("find-weights", *BASE, *SHORT)
    assert free["evaluations"] <= 60
    assert free["best"]["values"]["ndcg"] >= free["single"]["values"]["ndcg"]
    assert free["best"]["values"]["ndcg"] >= free["start"]["values"]["ndcg"]
    assert free["against_start"]["mean"] == pytest.approx(
        free["best"]["values"]["ndcg"] - free["start"]["values"]["ndcg"]
    )
    assert set(free["test"]["values"]) == {"found", "start", "single"}
    assert set(free["test"]["against"]) == {"start", "single"}

    held = command(
        "find-weights", *BASE, *SHORT, "--floor", "coverage=0.3", "--ceiling", "gap:activity=0.9", "--out", str(out)
    )
    assert held["best"]["values"]["coverage"] >= 0.3
    assert held["best"]["values"]["gap:activity"] <= 0.9
    assert held["limits"] == ["coverage >= 0.3", "gap:activity <= 0.9"]
    # the file runs, and has the honest figure of the search
    measured = command("evaluate", "--dataset", "synthetic", "--scenario", str(out))
    assert measured["fusion"]["ndcg"]["mean"] == pytest.approx(held["test"]["values"]["found"]["ndcg"])
    assert json.loads(out.read_text()) == held["scenario"]


def test_a_front_loads_from_the_workspace(command: Command, stored: Path) -> None:
    found = command("find-weights", *BASE, *SHORT, "--front", "ndcg,coverage", "--normalizations", "min-max,rank")
    assert 0 < found["hypervolume"] <= 1
    values = [point["values"] for point in found["front"]]
    assert [point["ndcg"] for point in values] == sorted((point["ndcg"] for point in values), reverse=True)
    assert [point["coverage"] for point in values] == sorted(point["coverage"] for point in values)

    workspace = Workspace.open(stored)
    search = workspace.weight_search(found["search"])
    assert len(search.found.points) == found["evaluations"]
    assert search.best.to_json() == found["scenario"]
    assert [search.found.points.at(number) for number in search.found.front] == values
    chosen = search.at(search.found.front[-1])
    assert dict(chosen.weights) == found["front"][-1]["weights"]
    dataset = workspace.load_dataset("synthetic")
    assert search.key in [entry.key for entry in workspace.weight_searches(dataset)]
    # asked again, it is not searched again
    again = command("find-weights", *BASE, *SHORT, "--front", "ndcg,coverage", "--normalizations", "min-max,rank")
    assert again["seconds"] == found["seconds"]
    workspace.delete_weight_search(search.key)
    assert search.key not in [entry.key for entry in workspace.weight_searches()]


def test_worth_adds_up(command: Command) -> None:
    told = command("worth", *BASE)
    for measure, whole in told["whole"].items():
        parts = [scorer["measures"][measure]["shapley"] for scorer in told["scorers"].values()]
        assert sum(parts) == pytest.approx(whole)
    assert told["exact"] is True
    assert all(scorer["seconds"] >= 0 and scorer["memory"] > 0 for scorer in told["scorers"].values())


def test_indifference(command: Command) -> None:
    told = command("indifference", *BASE, "--among", "als,popularity")
    low, high = told["interval"]
    assert 0 <= low <= told["best"]["weights"]["als"] <= high <= 1
    assert told["settings"] == 101 + 1  # the grid, and the weights of now
    assert told["picks"]["coverage"]["values"]["coverage"] >= told["best"]["values"]["coverage"]


def test_clone_a_scorer(command: Command, tmp_path: Path) -> None:
    # a list of the text scorer under another name: the clone is the text scorer
    lists = command("export", *BASE, "--weights", "text=1", "--format", "csv", "--out", str(tmp_path / "lists.csv"))
    assert lists
    command("import-scores", "--dataset", "synthetic", "--scores", str(tmp_path / "lists.csv"), "--name", "running")
    told = command("clone-weights", *BASE, *SHORT, "--from", "external:running")
    assert told["weights"] == {"als": 0.0, "text": 1.0, "popularity": 0.0}
    assert told["agreement"]["rbo"]["mean"] == pytest.approx(1.0)
    assert told["agreement"]["overlap"]["mean"] == pytest.approx(1.0)
    assert told["scenario"]["weights"]["external:running"] == 0


def test_thumbs_and_their_price(command: Command, tmp_path: Path) -> None:
    lists = tmp_path / "lists.csv"
    command("export", *BASE, "--weights", "als=1,text=1", "--format", "csv", "--out", str(lists))
    shown = pl.read_csv(lists, infer_schema=False).head(10)
    shown = shown.with_columns(good=pl.Series([str(row % 2) for row in range(10)]))
    shown.select(user="user_id", item="item_id", good="good").write_csv(tmp_path / "thumbs.csv")
    told = command("thumbs", *BASE, "--weights", "als=1,text=1", "--file", str(tmp_path / "thumbs.csv"))
    assert (told["good"], told["bad"], told["users"], told["pairs"]) == (5, 5, 2, 2 * 3 + 3 * 2)
    assert told["after"] >= told["before"]
    assert set(told["test"]["values"]) == {"found", "start"}
    assert told["validation"]["against"]["start"]["ndcg"]["n"] == told["validation"]["users"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("find-weights", "--objective", "nonsense"), "nonsense"),
        (("find-weights", "--objective", "novelty"), r"\+novelty or -novelty"),
        (("find-weights", "--floor", "coverage"), "METRIC=NUMBER"),
        (("find-weights", "--floor", "coverage=nan"), "METRIC=NUMBER"),
        (("find-weights", "--floor", "gap:shoe size=0.1"), "shoe size"),
        (("find-weights", "--floor", "coverage=0.5", "--ceiling", "coverage=0.3"), "cannot both hold"),
        (("find-weights", "--front", "ndcg"), "two or three"),
        (("find-weights", "--normalizations", "loud"), "loud"),
        (("find-weights", "--evaluations", "0"), "evaluations"),
        (("find-weights", "--seconds", "nan"), "seconds"),
        (("find-weights", "--models", "als"), "only scorer"),
        (("find-weights", "--weights", "als=0"), "all are 0"),
        (("find-weights", "--weights", "als=nan"), "als"),
        (("find-weights", "--floor", "coverage=0.999", *SHORT), "the nearest, .* has coverage"),
        (("worth", "--measures", "novelty"), "novelty"),
        (("indifference", "--objective", "coverage"), "no value for each user"),
        (("indifference", "--among", "als,als"), "at least two"),
        (("clone-weights", "--from", "external:nobody"), "nobody"),
        (("clone-weights", "--from", "als", "--by", "eye"), "eye"),
        (("thumbs", "--file", "nowhere.csv"), "nowhere"),
    ],
)
def test_mistakes_are_one_line(mistake: Command, arguments: tuple[str, ...], words: str) -> None:
    line = mistake(arguments[0], "--dataset", "synthetic", *arguments[1:])
    assert re.search(words, line), line


def test_thumbs_of_one_kind_are_refused(mistake: Command, tmp_path: Path, stored: Path) -> None:
    dataset = Workspace.open(stored).load_dataset("synthetic")
    user, item = dataset.user_ids[0], dataset.item_ids[0]
    file = tmp_path / "thumbs.csv"
    file.write_text(f"user,item,good\n{user},{item},1\n", encoding="utf-8")
    assert "only good ones" in mistake("thumbs", "--dataset", "synthetic", "--file", str(file))
    file.write_text(f"user,item,good\n{user},{item},maybe\n", encoding="utf-8")
    assert "row 2" in mistake("thumbs", "--dataset", "synthetic", "--file", str(file))
    file.write_text(f"user,item,good\nnobody at all,{item},1\n", encoding="utf-8")
    assert "nobody at all" in mistake("thumbs", "--dataset", "synthetic", "--file", str(file))
