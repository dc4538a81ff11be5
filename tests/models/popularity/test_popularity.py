import numpy as np
import pytest

from recengine.data import Dataset
from recengine.models import Resources, TakesNewItems, make_recipe
from recengine.models.popularity.everybody import PopularityScorer


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
