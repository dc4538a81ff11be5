"""What every scorer keeps, whichever recipe made it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from recengine.arrays import Mask, Scores
from recengine.data import Dataset, Sequences
from recengine.errors import CancelledError, RecipeError
from recengine.models import (
    FAMILIES,
    RECIPES,
    Explains,
    FoldsIn,
    Learns,
    Recipe,
    Resources,
    Scorer,
    estimated_memory,
    fold_in,
    folds_in,
    make_recipe,
    refuse_if_too_large,
)
from recengine.models.settings import Among, Span
from recengine.ranking import Rankings, compute_metrics, top_k
from tests.models.attributes import cases as attributes
from tests.models.cases import Case
from tests.models.checkerboard import COLD_ITEM, N_ITEMS, N_USERS, NEWCOMER, tastes
from tests.models.content import cases as content
from tests.models.external import cases as external
from tests.models.factors import cases as factors
from tests.models.interaction import cases as interaction
from tests.models.linear import cases as linear
from tests.models.neighbours import cases as neighbours
from tests.models.neural import cases as neural
from tests.models.popularity import cases as popularity
from tests.models.profiles import cases as profiles
from tests.models.sequence import cases as sequence
from tests.models.vectors import cases as vectors

Fitted = Callable[[Recipe], Scorer]
ALL_USERS = np.arange(N_USERS, dtype=np.int32)

ROOMS = (
    attributes,
    content,
    external,
    factors,
    interaction,
    linear,
    neighbours,
    neural,
    popularity,
    profiles,
    sequence,
    vectors,
)
CASES = [case for room in ROOMS for case in room.CASES]


@pytest.fixture(params=CASES, ids=str)
def case(request: pytest.FixtureRequest) -> Case:
    chosen: Case = request.param
    return chosen


@pytest.fixture
def recipe(case: Case) -> Recipe:
    return make_recipe(case.name, case.settings)


@pytest.fixture(params=RECIPES.values(), ids=list(RECIPES))
def default(request: pytest.FixtureRequest) -> Recipe:
    made: Recipe = request.param()
    return made


def opinions(case: Case) -> Mask:
    """Where a scorer must have an opinion on the board, (N_USERS, N_ITEMS)."""
    expected = np.ones((N_USERS, N_ITEMS), dtype=np.bool_)
    expected[list(case.silent_users)] = False
    expected[:, list(case.silent_items)] = False
    return expected


def test_every_recipe_is_tried() -> None:
    assert {case.name for case in CASES} == set(RECIPES)


def test_scores_are_float32_rows_of_the_catalogue(recipe: Recipe, fitted: Fitted) -> None:
    scores = fitted(recipe).score(np.array([4, 0, 4], dtype=np.int32))
    assert scores.shape == (3, N_ITEMS)
    assert scores.dtype == np.float32
    np.testing.assert_array_equal(scores[0], scores[2])
    assert fitted(recipe).score(ALL_USERS[:0]).shape == (0, N_ITEMS)


def test_nan_is_no_opinion_and_nothing_else_is(case: Case, recipe: Recipe, fitted: Fitted) -> None:
    scores = fitted(recipe).score(ALL_USERS)
    np.testing.assert_array_equal(np.isfinite(scores), opinions(case))
    np.testing.assert_array_equal(np.isnan(scores), ~opinions(case))


def test_a_row_does_not_depend_on_the_other_users(case: Case, recipe: Recipe, fitted: Fitted) -> None:
    alone = np.concatenate([fitted(recipe).score(ALL_USERS[user : user + 1]) for user in ALL_USERS])
    np.testing.assert_allclose(alone, fitted(recipe).score(ALL_USERS), rtol=case.rounding, atol=case.rounding / 10)


def test_the_same_seed_gives_the_same_scores(
    recipe: Recipe, fitted: Fitted, board: Dataset, resources: Resources
) -> None:
    again = recipe.fit(board, seed=3, resources=resources)
    np.testing.assert_array_equal(again.score(ALL_USERS), fitted(recipe).score(ALL_USERS))


def test_a_stored_scorer_scores_the_same(recipe: Recipe, fitted: Fitted, board: Dataset, tmp_path: Path) -> None:
    scorer = fitted(recipe)
    state = {name: mapped(array, tmp_path / f"{name}.npy") for name, array in scorer.state().items()}
    restored = recipe.restore(state, board, scorer.device)
    np.testing.assert_array_equal(restored.score(ALL_USERS), scorer.score(ALL_USERS))
    assert type(restored.score(ALL_USERS)) is np.ndarray
    assert restored.device == scorer.device == "CPU"
    if isinstance(scorer, Explains):
        assert explained(restored, 0, 1).rest == pytest.approx(explained(scorer, 0, 1).rest)
    if isinstance(scorer, Learns):
        assert isinstance(restored, Learns)
        np.testing.assert_array_equal(restored.losses, scorer.losses)


def mapped(array: Any, path: Path) -> Any:
    np.save(path, array, allow_pickle=False)
    return np.load(path, mmap_mode="r", allow_pickle=False)


def test_folding_in_the_training_history_gives_the_training_scores(
    case: Case, recipe: Recipe, fitted: Fitted, board: Dataset
) -> None:
    scorer = fitted(recipe)
    assert folds_in(scorer) == case.folds_in
    if not folds_in(scorer):
        return
    folded = fold_in(scorer, board.sequences)
    assert folded.dtype == np.float32
    np.testing.assert_allclose(folded, scorer.score(ALL_USERS), rtol=10 * case.rounding, atol=case.rounding)


def test_folding_in_an_edited_history_moves_scores_towards_it(case: Case, recipe: Recipe, fitted: Fitted) -> None:
    scorer = fitted(recipe)
    if not case.personal or not folds_in(scorer):
        return
    for taken in (0, 1):
        scores = fold_in(scorer, Sequences.of_weights([{taken: 5.0, taken + 2: 5.0}], N_ITEMS))[0]
        scores[[taken, taken + 2]] = np.nan
        assert np.nanmean(scores[taken::2]) > np.nanmean(scores[1 - taken :: 2])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(user=st.integers(0, N_USERS - 1), item=st.integers(0, N_ITEMS - 1))
def test_shares_sum_to_the_score(
    case: Case, recipe: Recipe, fitted: Fitted, board: Dataset, user: int, item: int
) -> None:
    scorer = fitted(recipe)
    assert isinstance(scorer, Explains) == (case.additive is not None)
    if case.additive is None:
        return
    score = float(scorer.score(ALL_USERS)[user, item])
    shares = explained(scorer, user, item)
    assert shares.shares.dtype == np.float64
    assert set(shares.items) <= set(board.matrix[user].indices)
    if opinions(case)[user, item]:
        assert shares.shares.sum() + shares.rest == pytest.approx(score, rel=1e-6, abs=1e-7)
        if not case.additive:
            assert shares.rest == pytest.approx(score)
        else:
            # nothing but the rounding of the float32 score is left over
            scale = np.nanmax(np.abs(scorer.score(ALL_USERS)))
            assert case.prior or abs(shares.rest) < 1e-4 * scale
            np.testing.assert_array_equal(np.sort(shares.items), board.matrix[user].indices)
    else:
        assert np.isnan(score)
        assert np.isnan(shares.rest)


def explained(scorer: Scorer, user: int, item: int) -> Any:
    assert isinstance(scorer, Explains)
    return scorer.explain(user, item)


def test_settings_survive_json(recipe: Recipe) -> None:
    again = make_recipe(recipe.name, json.loads(json.dumps(recipe.settings())))
    assert again == recipe
    assert hash(again) == hash(recipe)
    assert again.settings() == recipe.settings()


def test_a_recipe_says_what_it_is(default: Recipe) -> None:
    assert RECIPES[default.name] is type(default)
    assert default.label
    assert default.family in FAMILIES
    assert default.about.endswith(".")
    assert default.lighter.endswith(".")
    assert isinstance(default.version, int)
    assert [fact.name for fact in default.facts()] == list(default.settings())
    for fact in default.facts():
        assert fact.description.endswith("."), fact.name
        assert fact.check.accept(fact.default) == fact.default
        for end in () if fact.search is None else ends(fact.search):
            fact.check.accept(end)


def ends(search: Span | Among) -> tuple[Any, ...]:
    return search.options if isinstance(search, Among) else (search.low, search.high)


def test_a_fit_without_room_is_refused(default: Recipe, board: Dataset) -> None:
    needed = estimated_memory(default, board)
    refuse_if_too_large(default, board, Resources(memory=needed))
    with pytest.raises(RecipeError, match=f"{default.name}: fitting .* needs about .* GiB of memory, .*are free. "):
        refuse_if_too_large(default, board, Resources(memory=needed - 1))
    # ten times the catalogue never takes less
    assert default.memory(N_USERS, 10 * N_ITEMS, 1000) >= default.memory(N_USERS, N_ITEMS, 1000) > 0


def test_whole_numbers_and_floats_are_one_setting() -> None:
    assert make_recipe("als", {"alpha": 2}) == make_recipe("als", {"alpha": 2.0})


@pytest.mark.parametrize(
    ("name", "chosen", "message"),
    [
        ("svd", {}, 'There is no model "svd". Choose one of: als, '),
        ("als", {"factor": 3}, 'als: there is no setting "factor". Its settings are: factors, regularization, alpha'),
        ("popularity", {"k": 3}, 'popularity: there is no setting "k". It has none; leave it out.'),
        ("als", {"factors": 0}, 'als: "factors" must be a whole number from 1 to 1,024, got 0. Change it, or leave'),
        ("als", {"factors": 1025}, "got 1025"),
        ("als", {"factors": 3.0}, "got 3.0"),
        ("als", {"factors": True}, "got True"),
        ("als", {"iterations": "many"}, "got 'many'"),
        ("als", {"regularization": 0}, 'als: "regularization" must be a number above 0, at most 100, got 0.'),
        ("als", {"regularization": float("nan")}, "got nan"),
        ("als", {"alpha": float("inf")}, "got inf"),
        ("als", {"alpha": None}, "got None"),
        ("als", {"confidence": "high"}, '"confidence" must be one of "binary", "weight", got \'high\'.'),
        ("text", {"encoder": " "}, '"encoder" must be the name of a text model or a folder that holds one'),
        ("text", {"preparation": ["centred"]}, "got ['centred']"),
        ("text", {"weighting": 1}, "got 1"),
    ],
)
def test_wrong_settings_are_refused_in_one_line(name: str, chosen: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeError) as caught:
        make_recipe(name, chosen)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_fit_stops_before_it_starts(default: Recipe, board: Dataset, resources: Resources) -> None:
    with pytest.raises(CancelledError):
        default.fit(board, resources=resources, cancel=lambda: True)


def test_a_fit_stops_between_rounds(board: Dataset) -> None:
    said: list[str] = []
    with pytest.raises(CancelledError):
        make_recipe("als").fit(board, progress=lambda _, text: said.append(text), cancel=lambda: len(said) == 3)
    assert len(said) == 3


def test_progress_rises_to_one(recipe: Recipe, board: Dataset, resources: Resources) -> None:
    shares: list[float] = []
    recipe.fit(board, resources=resources, progress=lambda share, text: shares.append(share) if text else None)
    assert shares == sorted(shares)
    assert shares[0] >= 0
    assert shares[-1] == 1


def test_the_checkerboard_is_found(
    case: Case, recipe: Recipe, fitted: Fitted, board: Dataset, hidden: csr_matrix
) -> None:
    scores = fitted(recipe).score(ALL_USERS)
    found = ndcg(scores, board, hidden)
    if not case.finds:  # a floor finds no more than chance does
        assert found < 0.4
        return
    rng = np.random.default_rng(0)
    chance = [ndcg(rng.random(scores.shape, dtype=np.float32), board, hidden) for _ in range(50)]
    assert found > np.max(chance)
    assert found > case.finds


def test_text_reaches_the_item_that_nobody_took(fitted: Fitted) -> None:
    cold = fitted(make_recipe("text")).score(ALL_USERS)[:, COLD_ITEM]
    known = ALL_USERS != NEWCOMER
    likes_it = tastes()[:, COLD_ITEM]
    assert cold[likes_it & known].mean() > cold[~likes_it & known].mean() + 0.1


def ndcg(scores: Scores, board: Dataset, hidden: csr_matrix) -> float:
    unseen = np.where(board.seen.toarray() > 0, np.float32(np.nan), scores)
    places = top_k(unseen, 3)
    rankings = Rankings(ALL_USERS, places, np.full(places.shape, np.nan, dtype=np.float32))
    by_user, _ = compute_metrics(rankings, hidden, board.popularity(), N_USERS, ["ndcg"])
    return float(np.nanmean(by_user["ndcg"]))


@pytest.mark.parametrize("name", ["als", "popularity"])
def test_without_interactions_there_is_no_opinion(name: str, board: Dataset) -> None:
    empty = board.with_interactions(board.interactions.clear(), "empty")
    scorer = make_recipe(name).fit(empty)
    assert np.isnan(scorer.score(ALL_USERS)).all()
    assert isinstance(scorer, FoldsIn)
    assert np.isnan(scorer.fold_in(board.matrix)).all()
