from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from recengine.data import Dataset
from recengine.errors import CancelledError
from recengine.models import Resources
from recengine.models.vectors import Item2VecRecipe
from recengine.models.vectors import item2vec as module
from tests.models.checkerboard import COLD_ITEM, N_ITEMS, N_USERS, checkerboard

RECIPE = Item2VecRecipe(factors=6, epochs=12, learning_rate=0.1)
CPU = Resources(device="cpu")
ALL_USERS = np.arange(N_USERS, dtype=np.int32)
ROOT = Path(__file__).parents[3]


def fingerprint() -> str:
    scores = RECIPE.fit(checkerboard()[0], seed=5, resources=CPU).score(ALL_USERS)
    return hashlib.sha256(scores.tobytes()).hexdigest()


def test_another_process_gives_the_same_scores() -> None:
    # with another hash of texts: without one, each process has its own
    hash_seed = "1" if os.environ.get("PYTHONHASHSEED") == "0" else "0"
    code = "from tests.models.vectors.test_item2vec import fingerprint; print(fingerprint())"
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert said.stdout.strip() == fingerprint()


def test_seeds_differ(board: Dataset) -> None:
    first, second = (RECIPE.fit(board, seed=seed, resources=CPU).score(ALL_USERS) for seed in (0, 1))
    assert not np.array_equal(first, second, equal_nan=True)


def test_losses_fall(board: Dataset) -> None:
    losses = RECIPE.fit(board, resources=CPU).losses
    assert len(losses) == 12
    assert losses[-1] < 0.9 * losses[0]


def test_a_fit_stops_between_rounds(board: Dataset) -> None:
    said: list[str] = []
    with pytest.raises(CancelledError):
        RECIPE.fit(board, progress=lambda _, text: said.append(text), cancel=lambda: len(said) == 3)
    assert said == [f"Round {number} of 12" for number in (1, 2, 3)]


def test_without_interactions_there_is_no_opinion(board: Dataset) -> None:
    scorer = RECIPE.fit(board.with_interactions(board.interactions.clear(), "empty"), resources=CPU)
    assert np.isnan(scorer.score(ALL_USERS)).all()
    assert np.isnan(scorer.fold_in(board.matrix)).all()


def test_histories_are_read_in_the_order_of_time(board: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def rows(*events: tuple[int, int, int | None]) -> Dataset:
        users, items, times = zip(*events, strict=True)
        frame = pl.DataFrame(
            {
                "user": users,
                "item": items,
                "weight": [1.0] * len(users),
                "time": times,
                "positive": [True] * len(users),
            },
            schema=board.interactions.schema,
        )
        return board.with_interactions(frame, "ordered")

    # no time comes first, and what happened at once stays in the order of the file
    events = rows((0, 4, 30), (0, 2, 10), (0, 9, None), (0, 3, 10), (5, 1, 7))
    assert module._sentences(events) == [["9", "2", "3", "4"], ["1"]]
    monkeypatch.setattr(module, "LONGEST", 3)
    assert module._sentences(events) == [["9", "2", "3"], ["4"], ["1"]]


def test_a_score_is_the_mean_of_what_the_history_predicts(board: Dataset) -> None:
    scorer = Item2VecRecipe(factors=6, epochs=3, weighting="weight").fit(board, resources=CPU)
    state = scorer.state()
    row = board.matrix[4]
    odds = state["item_vectors"][row.indices] @ state["predicted_vectors"].T
    expected = (row.data[:, None] * odds).sum(axis=0) / row.data.sum()
    np.testing.assert_allclose(scorer.score(ALL_USERS[4:5])[0], expected, rtol=1e-4, atol=1e-6)
    assert np.isnan(expected[COLD_ITEM])


def test_cosines_are_cosines(board: Dataset) -> None:
    scorer = Item2VecRecipe(factors=6, epochs=3, scoring="cosine").fit(board, resources=CPU)
    vectors = scorer.state()["item_vectors"]
    row = board.matrix[4]
    profile = vectors[row.indices].sum(axis=0)
    expected = vectors @ profile / np.linalg.norm(profile)
    np.testing.assert_allclose(scorer.score(ALL_USERS[4:5])[0], expected, rtol=1e-4, atol=1e-6)
    assert np.nanmax(np.abs(scorer.score(ALL_USERS))) <= 1 + 1e-6
    assert scorer.score(ALL_USERS).shape == (N_USERS, N_ITEMS)
