"""What the Studio says where a click model has not read everybody, and the button that has it read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from recengine.arrays import Positions, Scores
from recengine.fusion.pair_scores import PairScores
from recengine.scenario import Workbench
from recengine.workspace import Workspace
from tests.pages.conftest import OpenPage
from tests.pages.desk import move, shown
from ui import compute

STUDIO = "pages/studio.py"


class Slow:
    """A pair takes a second of its own clock; an item with a higher number scores higher."""

    device = "CPU"

    def __init__(self, n_items: int) -> None:
        self.n_items = n_items
        self.now = 0.0

    def score(self, users: Positions) -> Scores:
        return np.full((len(users), self.n_items), np.nan, dtype=np.float32)

    def score_pairs(self, users: Positions, items: Positions) -> Scores:
        self.now += float((items >= 0).sum())
        return np.where(items >= 0, items, np.nan).astype(np.float32)

    def state(self) -> dict[str, NDArray[Any]]:
        return {}


@pytest.fixture
def slow_click_model(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every workbench has one, under a key of its own."""
    prepare = Workspace.prepare

    def with_slow(self: Workspace, *arguments: Any, **named: Any) -> Workbench:
        made = prepare(self, *arguments, **named)
        facts = made.source.facts
        assert facts is not None
        slow = Slow(made.dataset.n_items)
        pairs = PairScores(slow, slow.n_items, clock=lambda: slow.now, begin=0.0)
        facts = replace(facts, scorers={**facts.scorers, "slow": slow}, pairs={"slow": pairs})
        slices = {name: replace(part, source=replace(part.source, facts=facts)) for name, part in made.slices.items()}
        return replace(made, key=f"{made.key} slow", source=replace(made.source, facts=facts), slices=slices)

    compute._slot.clear()
    monkeypatch.setattr(Workspace, "prepare", with_slow)
    yield
    compute._slot.clear()


@pytest.mark.usefixtures("slow_click_model")
def test_the_studio_says_what_is_not_read_and_has_it_read(open_page: OpenPage, small_workspace: Path) -> None:
    app = open_page(STUDIO, {"rerank": json.dumps(['click-model:{"best":10,"strength":1.0}'])})
    assert not app.warning
    (note,) = [text.value for text in app.markdown if "hourglass" in text.value]
    assert "all users, and their lists, are without the click model" in note
    # the shown user is read, and one more for the pace, unless a part of the catalogue asks for other items of theirs
    users = re.search(r"has (11[89]|120) of 120 users still to read, [0-9]+\\.[0-9] s each", note)
    assert users
    assert shown(app)["metrics"]["caption"].endswith("without the click model")
    button = app.button(key="read all")
    assert button.label.startswith(f"Read {users[1]} users (about ")
    assert Workspace(small_workspace).jobs.list() == []
    button.click().run()
    (job,) = Workspace(small_workspace).jobs.list()
    assert job.verb == "evaluate"
    assert "read all" not in [one.key for one in app.button]


@pytest.mark.usefixtures("slow_click_model")
def test_without_a_click_model_in_the_chain_nothing_is_said(open_page: OpenPage) -> None:
    app = move(open_page(STUDIO), als=0.3)
    assert not [text.value for text in app.markdown if "hourglass" in text.value]
    assert "read all" not in [one.key for one in app.button]
