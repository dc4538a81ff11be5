import numpy as np
import pytest

from recengine.data import Dataset
from recengine.models import Resources, TakesNewItems, make_recipe
from recengine.models.popularity.everybody import PopularityScorer
from tests.models.checkerboard import COLD_ITEM, NEWCOMER


def test_the_score_is_the_logarithm_of_the_count(board: Dataset) -> None:
    scores = make_recipe("popularity").fit(board).score(np.array([0], dtype=np.int32))[0]
    taken_by = np.count_nonzero(board.matrix.toarray(), axis=0)
    assert scores == pytest.approx(np.log(1 + taken_by))


def test_equal_counts_tell_no_items_apart() -> None:
    assert np.isnan(PopularityScorer(np.array([3, 3, 3], dtype=np.int32)).score(np.array([0], dtype=np.int32))).all()
    scores = PopularityScorer(np.array([3, 0], dtype=np.int32)).score(np.array([0], dtype=np.int32))[0]
    assert scores == pytest.approx([np.log(4), 0])


def test_a_new_item_scores_as_one_that_nobody_took(board: Dataset) -> None:
    scorer = make_recipe("popularity").fit(board)
    assert isinstance(scorer, TakesNewItems)
    users = np.arange(board.n_users, dtype=np.int32)
    assert (scorer.score_new_items(users, board.items.head(2), Resources()) == 0).all()
    equal = PopularityScorer(np.ones(3, dtype=np.int32))
    assert np.isnan(equal.score_new_items(users, board.items.head(2), Resources())).all()


@pytest.mark.parametrize("name", ["popularity", "recent-popularity", "segment-popularity"])
def test_a_new_item_is_as_popular_as_one_of_the_catalogue_that_nobody_took(board: Dataset, name: str) -> None:
    users = np.array([0, 2, NEWCOMER], dtype=np.int32)
    scorer = make_recipe(name).fit(board)
    assert isinstance(scorer, TakesNewItems)
    scores = scorer.score_new_items(users, board.items[:2], Resources())
    np.testing.assert_allclose(scores, scorer.score(users)[:, [COLD_ITEM, COLD_ITEM]], rtol=1e-6)


def test_without_interactions_a_segment_takes_nothing(board: Dataset) -> None:
    scorer = make_recipe("segment-popularity").fit(board.with_interactions(board.interactions.clear(), "empty"))
    assert isinstance(scorer, TakesNewItems)
    users = np.array([0, 2], dtype=np.int32)
    assert np.isnan(scorer.score(users)).all()
    assert np.isnan(scorer.score_new_items(users, board.items[:2], Resources())).all()
