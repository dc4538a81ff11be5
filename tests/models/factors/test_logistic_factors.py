"""What BPR and logistic matrix factorisation have in common, and what each adds to `implicit`."""

from __future__ import annotations

import numpy as np
import pytest
from implicit.cpu.bpr import BayesianPersonalizedRanking
from scipy.sparse import csr_matrix

from recengine.data import Dataset
from recengine.errors import CancelledError, RecipeError
from recengine.models import Resources
from recengine.models.factors import BprRecipe, LogisticMfRecipe
from recengine.models.factors.logistic_scorer import LogisticScorer
from tests.models.checkerboard import COLD_ITEM, N_ITEMS, N_USERS, NEWCOMER

CPU = Resources(device="cpu")
ALL_USERS = np.arange(N_USERS, dtype=np.int32)
WARM = np.arange(N_ITEMS) != COLD_ITEM
RECIPES = (BprRecipe(factors=5, iterations=20), LogisticMfRecipe(factors=4, regularization=0.5, iterations=20))
Recipe = BprRecipe | LogisticMfRecipe


@pytest.fixture(params=RECIPES, ids=lambda recipe: recipe.name)
def recipe(request: pytest.FixtureRequest) -> Recipe:
    made: Recipe = request.param
    return made


def other(recipe: Recipe, **changes: float) -> Recipe:
    return type(recipe)(**{**recipe.settings(), **changes})


def test_vectors_of_bpr_are_those_of_implicit(board: Dataset) -> None:
    binary = csr_matrix(board.matrix, copy=True)
    binary.data[:] = 1
    rng = np.random.default_rng(3)
    rng.integers(binary.nnz, size=(2, 10_000))  # the sample of pairs that the loss is measured on
    model = BayesianPersonalizedRanking(
        factors=5, learning_rate=0.03, regularization=0.03, iterations=1, num_threads=1, random_state=rng
    )
    for _ in range(20):
        model.fit(binary, show_progress=False)
    state = RECIPES[0].fit(board, seed=3, resources=CPU).state()
    np.testing.assert_array_equal(state["item_factors"][WARM], model.item_factors[WARM, :-1])
    np.testing.assert_array_equal(state["item_biases"][WARM], model.item_factors[WARM, -1])
    assert np.isnan(state["item_factors"][COLD_ITEM]).all()


def test_popularity_is_added_to_the_scores(board: Dataset, recipe: Recipe) -> None:
    without, with_half = (
        other(recipe, popularity=share).fit(board, resources=CPU).score(ALL_USERS[:NEWCOMER])[:, WARM]
        for share in (0.0, 0.5)
    )
    expected = np.broadcast_to(0.5 * np.log(board.popularity()[WARM]), without.shape)
    np.testing.assert_allclose(with_half - without, expected, atol=1e-5)


def test_losses_fall(board: Dataset, recipe: Recipe) -> None:
    scorer = recipe.fit(board, resources=CPU)
    assert len(scorer.losses) == recipe.iterations
    # before it learns anything a pair is a coin: log 2
    assert scorer.losses[0] == pytest.approx(np.log(2), abs=0.05)
    assert scorer.losses[-1] < scorer.losses[0] - 0.05
    assert scorer.loss_name


def test_seeds_differ(board: Dataset, recipe: Recipe) -> None:
    first, second = (recipe.fit(board, seed=seed, resources=CPU).score(ALL_USERS) for seed in (0, 1))
    assert not np.array_equal(first, second, equal_nan=True)


def test_a_fit_stops_between_rounds(board: Dataset, recipe: Recipe) -> None:
    said: list[str] = []
    with pytest.raises(CancelledError):
        recipe.fit(board, progress=lambda _, text: said.append(text), cancel=lambda: len(said) == 3)
    assert said[-1] == "Round 3 of 20"


def test_a_fit_that_runs_off_is_an_error(board: Dataset, recipe: Recipe) -> None:
    wild = other(recipe, learning_rate=10.0, regularization=10.0, iterations=200)
    if recipe.name == "logistic-mf":
        board = board.with_interactions(
            board.interactions.with_columns(weight=board.interactions["weight"] * 1e38), "heavy"
        )
        wild = other(wild, confidence="weight")  # type: ignore[arg-type]
    with pytest.raises(RecipeError, match="ran off to infinity"):
        wild.fit(board, resources=CPU)


def test_without_interactions_there_is_no_opinion(board: Dataset, recipe: Recipe) -> None:
    scorer = recipe.fit(board.with_interactions(board.interactions.clear(), "empty"), resources=CPU)
    assert np.isnan(scorer.score(ALL_USERS)).all()
    assert np.isnan(scorer.fold_in(board.matrix)).all()
    assert scorer.losses.size == 0


def test_history_pulls_towards_what_is_like_it(board: Dataset, recipe: Recipe) -> None:
    scorer = recipe.fit(board, seed=3, resources=CPU)
    assert isinstance(scorer, LogisticScorer)
    # user 0 likes even items
    assert scorer.explain(0, 2).shares.sum() > 0 > scorer.explain(0, 3).shares.sum()
