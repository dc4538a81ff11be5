from __future__ import annotations

import numpy as np
import pytest

from recengine.arrays import Positions, Scores
from recengine.models.training import held_out, hold_out
from tests.models.checkerboard import N_ITEMS, checkerboard


@pytest.mark.parametrize("cells", [1, 3 * N_ITEMS, 2**24])
def test_the_users_held_out_are_scored_in_blocks(monkeypatch: pytest.MonkeyPatch, cells: int) -> None:
    held = hold_out(checkerboard()[0], 10, seed=0)
    assert held is not None
    by_user = np.random.default_rng(0).normal(size=(held.known.n_users, N_ITEMS)).astype(np.float32)
    ranks = []
    for user, item in zip(held.users, held.items, strict=True):
        unseen = np.setdiff1d(np.arange(N_ITEMS), held.known.seen[[user]].indices)
        ranks.append(1 + int((by_user[user, unseen] > by_user[user, item]).sum()))
    expected = np.mean([1 / np.log2(rank + 1) if rank <= 10 else 0 for rank in ranks])
    asked: list[int] = []

    def score(users: Positions) -> Scores:
        asked.extend(map(int, users))
        assert len(users) * N_ITEMS <= max(cells, N_ITEMS)
        return by_user[users]

    monkeypatch.setattr(held_out, "CELLS_AT_ONCE", cells)
    assert held.ndcg(score) == pytest.approx(expected, abs=1e-12)
    assert asked == list(map(int, held.users))
