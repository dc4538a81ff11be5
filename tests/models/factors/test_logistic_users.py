from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from recengine.arrays import Values
from recengine.models.factors import logistic_users
from recengine.models.factors.logistic_users import Negatives, sigmoid, solve_logistic_users

RNG = np.random.default_rng(4)
ITEMS = RNG.normal(size=(30, 5)).astype(np.float32)
ITEMS[[3, 11]] = np.nan
OFFSETS = RNG.normal(size=30).astype(np.float32)
WEIGHTS = np.where(RNG.random((12, 30)) < RNG.random((12, 1)), RNG.random((12, 30)) * 3, 0).astype(np.float32)
WEIGHTS[7] = 0
WEIGHTS[8] = np.where(np.arange(30) == 3, 2, 0)
POPULARITY = np.where(np.isnan(ITEMS[:, 0]), 0, 1 + np.arange(30)).astype(np.int32)
MASS = 1 + np.arange(12.0)
PENALTY = 0.5 + 0.1 * np.arange(12.0)


def solved(rows: slice = slice(None)) -> Values:
    return solve_logistic_users(
        ITEMS,
        OFFSETS,
        csr_matrix(WEIGHTS)[rows],
        Negatives.draw(POPULARITY, 0),
        mass=MASS[rows],
        penalty=PENALTY[rows],
    ).astype(np.float64)


def test_a_user_is_the_minimum_of_the_loss() -> None:
    users = solved()
    known = ~np.isnan(ITEMS[:, 0])
    for user, row in enumerate(WEIGHTS):
        taken = known & (row > 0)
        if not taken.any():  # as 7, who took nothing, and 8, who took only an unknown item
            assert np.isnan(users[user]).all()
            continue
        left = known & (row == 0)
        drawn = np.where(left, POPULARITY, 0) / max(1, POPULARITY[left].sum())

        def loss(x: Values, row: Values = row, taken: Values = taken, drawn: Values = drawn, user: int = user) -> float:
            scores = np.nan_to_num(ITEMS.astype(np.float64)) @ x + OFFSETS
            positive = (row * np.logaddexp(0, -scores))[taken].sum()
            return float(positive + MASS[user] * drawn @ np.logaddexp(0, scores) + PENALTY[user] / 2 * x @ x)

        best = minimize(loss, np.zeros(5), method="BFGS", options={"gtol": 1e-7})
        np.testing.assert_allclose(users[user], best.x, atol=1e-5)


@pytest.mark.parametrize("rows", [1, 40, 100_000])
def test_blocks_of_users_change_nothing(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    before = solved()
    monkeypatch.setattr(logistic_users, "BLOCK_ROWS", rows)
    np.testing.assert_allclose(solved(), before, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(solved(slice(4, 5)), before[4:5], rtol=1e-6, atol=1e-7)


def test_one_who_took_everything_has_a_vector() -> None:
    items = np.array([[1], [2]], dtype=np.float32)
    everything = csr_matrix(np.ones((1, 2), dtype=np.float32))
    users = solve_logistic_users(
        items,
        np.zeros(2, dtype=np.float32),
        everything,
        Negatives.draw(np.array([1, 1]), 0),
        mass=np.ones(1),
        penalty=np.ones(1),
    )
    # nothing is left to draw: the penalty x meets the pulls of both items
    assert users[0, 0] == pytest.approx(sigmoid(-users[0]).item() + 2 * sigmoid(-2 * users[0]).item(), rel=1e-5)


def test_negatives_are_drawn_by_popularity() -> None:
    few = Negatives.draw(np.array([1, 0, 3], dtype=np.int32), 0)
    assert few.items.tolist() == [0, 2]
    assert few.weights.tolist() == [1 / 4, 3 / 4]
    many = Negatives.draw(np.repeat([1, 3], 5_000).astype(np.int32), 0)
    assert len(many.items) <= logistic_users.MOST_NEGATIVES
    assert many.weights.sum() == pytest.approx(1)
    # 2,048 draws with the chance 3/4: three standard deviations are 3 √(3/16 / 2,048)
    assert many.weights[many.items >= 5_000].sum() == pytest.approx(3 / 4, abs=3 * (3 / 16 / 2_048) ** 0.5)
    assert Negatives.draw(np.zeros(4, dtype=np.int32), 0).items.size == 0
