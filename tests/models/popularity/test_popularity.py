import numpy as np
import pytest

from recengine.data import Dataset
from recengine.models import make_recipe
from recengine.models.popularity.everybody import PopularityScorer


def test_the_score_is_the_logarithm_of_the_count(board: Dataset) -> None:
    scores = make_recipe("popularity").fit(board).score(np.array([0], dtype=np.int32))[0]
    taken_by = np.count_nonzero(board.matrix.toarray(), axis=0)
    assert scores == pytest.approx(np.log(1 + taken_by))


def test_equal_counts_tell_no_items_apart() -> None:
    assert np.isnan(PopularityScorer(np.array([3, 3, 3], dtype=np.int32)).score(np.array([0], dtype=np.int32))).all()
    scores = PopularityScorer(np.array([3, 0], dtype=np.int32)).score(np.array([0], dtype=np.int32))[0]
    assert scores == pytest.approx([np.log(4), 0])
