import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recengine.scenario import COMPARED
from tests.cli.conftest import Command

Mistake = Callable[..., str]
OF = ("--dataset", "synthetic")


@pytest.fixture
def stored(stored: Path, tmp_path: Path) -> Path:
    """The stored workspace, with tries of this test's own: files are replaced whole, so links will do."""
    ignored = shutil.ignore_patterns("tries")
    return Path(shutil.copytree(stored, tmp_path / "copy", ignore=ignored, copy_function=os.link))


@pytest.fixture
def tried(command: Command) -> list[int]:
    """Two tries: the default weights, and popularity alone."""
    weights = ((), ("--weights", "popularity=1"))
    return [command("evaluate", *OF, "--record", *more)["try"] for more in weights]


def numbers(command: Command, *action: str) -> list[int]:
    return [one["number"] for one in command("tries", *OF, *action)["tries"]]


def test_only_what_is_recorded_is_a_try(command: Command) -> None:
    assert command("evaluate", *OF)["try"] is None
    assert command("tries", *OF)["tries"] == []
    first = command("evaluate", *OF, "--record")
    assert first["try"] == 1
    assert command("evaluate", *OF, "--record")["try"] == 1
    (one,) = command("tries", *OF)["tries"]
    assert one["metrics"]["ndcg"] == first["fusion"]["ndcg"]
    assert one["slices"]["long-tail"]["ndcg"] == first["slices"]["long-tail"]["fusion"]["ndcg"]
    assert one["users"] == one["certified"] + one["rescored"]
    assert (one["problem"], one["starred"], one["pinned"], one["name"]) == (None, False, False, "")


def test_a_try_can_be_named_starred_pinned_written_and_deleted(
    command: Command, mistake: Mistake, tried: list[int], tmp_path: Path
) -> None:
    assert tried == [1, 2]
    assert "mainstream" in command("tries", *OF, "--rename", "2", "--name", "mainstream")["done"]
    command("tries", *OF, "--star", "2")
    command("tries", *OF, "--pin", "1")
    first, second = command("tries", *OF)["tries"]
    assert (first["pinned"], second["pinned"]) == (True, False)
    assert (second["starred"], second["name"]) == (True, "mainstream")
    assert command("tries", *OF, "--unstar", "2")["tries"][1]["starred"] is False
    file = tmp_path / "scenario.json"
    command("tries", *OF, "--write", "2", "--out", str(file))
    assert json.loads(file.read_text()) == second["scenario"]
    again = command("evaluate", *OF, "--scenario", str(file), "--record")
    assert again["try"] == 2
    assert "--yes" in mistake("tries", *OF, "--delete", "2")
    assert numbers(command, "--delete", "2", "--yes") == [1]
    assert "no number 2" in mistake("tries", *OF, "--star", "2")


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (("--rename", "1"), "--name"),
        (("--name", "x"), "--rename"),
        (("--write", "1"), "--out"),
        (("--out", "x"), "--write"),
        (("--rename", "1", "--name", "x" * 81), "at most 80"),
        (("--star", "1", "--pin", "1"), "not allowed"),
        (("--star", "one"), "invalid int"),
    ],
)
def test_mistakes_are_one_line(mistake: Mistake, tried: list[int], action: tuple[str, ...], said: str) -> None:
    assert said in mistake("tries", *OF, *action)


def test_ab_tells_what_changed_for_whom(command: Command, tried: list[int]) -> None:
    document: Any = command("ab", *OF, "--a", "1", "--b", "2", "--user", "u00003")
    assert tuple(document["metrics"]) == COMPARED
    ndcg = document["metrics"]["ndcg"]
    assert ndcg["change"]["mean"] == pytest.approx(ndcg["b"]["mean"] - ndcg["a"]["mean"])
    assert ndcg["change"]["low"] <= ndcg["change"]["mean"] <= ndcg["change"]["high"]
    assert 0 < ndcg["p_value"] <= ndcg["p_holm"] <= 1
    assert document["metrics"]["gini"]["change"] is None
    lists = document["lists"]
    assert 0 < lists["changed"] <= 1
    assert 0 <= lists["rank_biased_overlap"]["mean"] < 1
    assert document["a"]["weights"]["als"]["raw"] > 0
    assert document["b"]["weights"]["popularity"] == {"raw": 1.0, "effective": 1.0}
    for name in ("users_gaining", "users_losing", "items_rising", "items_falling"):
        assert len(document[name]) <= 10
    items = document["user"]["items"]
    assert sorted(row["b_rank"] for row in items if row["b_rank"]) == list(range(1, 11))
    assert sorted(row["a_rank"] for row in items if row["a_rank"]) == list(range(1, 11))
    shared = [row for row in items if row["a_rank"] and row["b_rank"]]
    assert document["user"]["overlap"] == pytest.approx(len(shared) / 10)


def test_tries_that_are_not_alike_are_refused_and_can_be_made_so(
    command: Command, mistake: Mistake, tried: list[int]
) -> None:
    other = command("evaluate", *OF, "--weights", "popularity=1", "-k", "5", "--record")
    line = mistake("ab", *OF, "--a", "1", "--b", str(other["try"]))
    assert "lists have different lengths (10 and 5)" in line
    assert "--alike" in line
    alike = command("ab", *OF, "--a", "1", "--b", str(other["try"]), "--alike")
    assert alike["k"] == 10
    # the same as the second try, which has these weights at k = 10
    assert alike["metrics"] == command("ab", *OF, "--a", "1", "--b", "2")["metrics"]
    assert "no number 9" in mistake("ab", *OF, "--a", "1", "--b", "9")
    assert "no 'nobody'" in mistake("ab", *OF, "--a", "1", "--b", "2", "--user", "nobody")
