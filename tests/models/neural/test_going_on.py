"""What a network counts beside its weights, such as the rounds before a game, is there when a stopped fit goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recengine.data import Dataset
from recengine.errors import CancelledError
from recengine.models import Resources, make_recipe


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("lightgcn", {"factors": 4}),
        ("multvae", {"hidden": 8, "factors": 4, "annealing": 10, "held_out": 5}),
        ("irgan", {"factors": 4, "draws": 4, "pretraining": 3}),
        ("multi-task", {"factors": 4, "hidden": 8, "text": False}),
    ],
)
def test_a_fit_that_goes_on_ends_as_one_that_was_never_stopped(
    name: str, settings: dict[str, Any], board: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recengine.models.training.loop.SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    recipe = make_recipe(name, {**settings, "epochs": 4, "batch_size": 16})
    whole: Any = recipe.fit(board, seed=1)
    resources = Resources(training=tmp_path)
    shares: list[float] = []
    with pytest.raises(CancelledError):
        recipe.fit(
            board,
            seed=1,
            resources=resources,
            progress=lambda share, _: shares.append(share),
            cancel=lambda: bool(shares) and shares[-1] >= 0.45,
        )
    first = len(shares)
    again: Any = recipe.fit(board, seed=1, resources=resources, progress=lambda share, _: shares.append(share))
    assert shares[first] > 0.45  # it went on, rather than began anew
    users = np.arange(board.n_users, dtype=np.int32)
    np.testing.assert_array_equal(again.score(users), whole.score(users))
    np.testing.assert_array_equal(again.losses, whole.losses)
    for one, other in zip(again.curves, whole.curves, strict=True):
        np.testing.assert_array_equal(one.values, other.values)
