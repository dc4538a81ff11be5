from __future__ import annotations

import numpy as np
import pytest

from recengine.arrays import Values
from recengine.data import Dataset
from recengine.errors import CancelledError, RecipeError
from recengine.models import Resources, refuse_if_too_large
from recengine.models.linear import EaseRecipe, ease, gram
from recengine.progress import never, silent
from tests.models.checkerboard import N_ITEMS


def fitted_weights(recipe: EaseRecipe, board: Dataset) -> Values:
    return recipe.fit(board).state()["weights"].astype(np.float64)


def taken_of(board: Dataset) -> Values:
    return (board.matrix.toarray() > 0).astype(np.float64)


def test_weights_are_the_closed_form(board: Dataset) -> None:
    taken = taken_of(board)
    # lambda in mean history lengths, over the users who have one
    penalty = 1.5 * taken.sum() / np.count_nonzero(taken.sum(axis=1))
    inverse = np.linalg.inv(taken.T @ taken + penalty * np.eye(N_ITEMS))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(fitted_weights(EaseRecipe(regularization=1.5), board), expected, rtol=1e-4, atol=1e-7)


def test_no_other_weights_have_a_smaller_loss(board: Dataset) -> None:
    """Column by column it is a ridge regression of an item on all others."""
    taken = taken_of(board)
    penalty = 2.0 * taken.sum() / np.count_nonzero(taken.sum(axis=1))
    weights = fitted_weights(EaseRecipe(regularization=2.0), board)
    for item in (0, 7):
        others = np.arange(N_ITEMS) != item
        system = taken[:, others].T @ taken[:, others] + penalty * np.eye(N_ITEMS - 1)
        ridge = np.linalg.solve(system, taken[:, others].T @ taken[:, item])
        np.testing.assert_allclose(weights[others, item], ridge, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("rows", [1, 5, 1000])
def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch, board: Dataset, rows: int) -> None:
    whole = fitted_weights(EaseRecipe(), board)
    monkeypatch.setattr(ease, "ROWS", rows)
    monkeypatch.setattr(gram, "BLOCK_ENTRIES", rows * N_ITEMS)
    np.testing.assert_array_equal(fitted_weights(EaseRecipe(), board), whole)


def test_the_penalty_is_in_units_of_a_mean_history(board: Dataset) -> None:
    weighted = EaseRecipe(weighting="weight").weights(board.matrix)
    squares = weighted.toarray().astype(np.float64) ** 2
    assert gram.history_square(weighted) == pytest.approx(squares.sum() / np.count_nonzero(squares.sum(axis=1)))
    uniform = EaseRecipe().weights(board.matrix)
    assert gram.history_square(uniform) == uniform.nnz / np.count_nonzero(np.diff(uniform.indptr))


def test_a_catalogue_without_room_is_refused(monkeypatch: pytest.MonkeyPatch, board: Dataset) -> None:
    recipe = EaseRecipe()
    monkeypatch.setattr(Dataset, "n_items", property(lambda _: 300_000))
    # 300,000² numbers of 8 bytes, three times: 2,012 GiB
    with pytest.raises(RecipeError) as refused:
        refuse_if_too_large(recipe, board, Resources(memory=256 * 2**30))
    assert "ease: fitting 42 users and 300,000 items needs about 2,0" in str(refused.value)
    assert "256.0 GiB are free. Choose rp3beta" in str(refused.value)
    assert "\n" not in str(refused.value)
    assert recipe.memory(42, 300_000, 0) / 2**30 == pytest.approx(3 * 8 * 300_000**2 / 2**30, rel=0.01)


def test_a_matrix_that_cannot_be_inverted_is_an_error() -> None:
    singular = np.asfortranarray(np.full((3, 3), 1e20))
    with pytest.raises(RecipeError, match="cannot be inverted in this precision"):
        ease.ease_weights(singular, 1e-9, silent, never)


def test_it_stops_between_steps(board: Dataset) -> None:
    said: list[str] = []
    with pytest.raises(CancelledError):
        EaseRecipe().fit(board, progress=lambda _, text: said.append(text), cancel=lambda: len(said) == 2)
    assert said == ["Counted 24 of 24 items", "Taking the root of the matrix"]
