import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]
BASE = ("--dataset", "synthetic", "--models", "als,popularity", "-k", "5")


def test_weights_for_everybody_and_for_segments(command: Command, tmp_path: Path) -> None:
    alone = command("learn-weights", *BASE)
    assert sum(alone["weights"].values()) == pytest.approx(1)
    assert alone["segments"] is None
    assert alone["validation"]["segments"] is None
    assert set(alone["test"]["values"]) == {"found", "start"}

    out = tmp_path / "learned.json"
    both = command("learn-weights", *BASE, "--by", "history", "--at", "15,25", "--out", str(out))
    assert both["weights"] == alone["weights"]
    assert set(both["segments"]) <= {"cold", "warm", "heavy"}
    assert both["strategy"].startswith("segment-weights:")
    gain = both["validation"]["segments"]
    assert gain["after"] - gain["before"] == pytest.approx(gain["change"]["mean"])
    # the file runs, and has the honest figure
    assert json.loads(out.read_text()) == both["scenario"]
    measured = command("evaluate", "--dataset", "synthetic", "--scenario", str(out))
    assert measured["fusion"]["ndcg"]["mean"] == pytest.approx(both["test"]["values"]["found"]["ndcg"])
    # and so does the text, as an option
    weights = ",".join(f"{name}={weight:.4f}" for name, weight in both["weights"].items())
    again = command("evaluate", *BASE, "--weights", weights, "--strategy", both["strategy"])
    assert again["fusion"] == measured["fusion"]


def test_a_segment_that_is_not_there_is_told_before_anything_is_fitted(mistake: Command) -> None:
    assert "the users have no attribute 'zip'" in mistake("learn-weights", *BASE, "--by", "zip")
    assert "ascending order" in mistake("learn-weights", *BASE, "--by", "history", "--at", "9,3")


def test_a_strategy_that_learns_is_fitted_and_measured(command: Command) -> None:
    for strategy, name in (("stacking:trees=10;leaf=20", "stacking"), ("decision-tree:leaf=20", "decision-tree")):
        fitted = command("fit", *BASE[:4], "--strategy", strategy)
        taught = fitted["taught"]
        assert taught["strategy"] == name
        assert sum(taught["shares"].values()) == pytest.approx(1)
        assert ("rules" in taught) == (name == "decision-tree")
        measured = command("evaluate", *BASE, "--strategy", strategy)
        assert 0 < measured["fusion"]["ndcg"]["mean"] < 1
    assert command("fit", *BASE[:4])["taught"] is None


def test_users_are_weighed_by_a_text(command: Command, mistake: Command) -> None:
    half = "switching:at=20;weights=popularity=1 | als=1;softness=0.5"
    assert 0 < command("evaluate", *BASE, "--strategy", half)["fusion"]["ndcg"]["mean"] < 1
    said = mistake("evaluate", *BASE, "--strategy", "switching:at=20;weights=text=1 | als=1")
    assert said.endswith("there is no scorer 'text'. Choose among als, popularity.")
