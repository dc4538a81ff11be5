from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from recengine.models.neighbours.features import FEATURE_WEIGHTINGS, learn_features

COUNTS = csr_matrix(np.array([[2, 0, 1], [0, 3, 1], [0, 0, 1], [4, 0, 0]], dtype=np.float32))


def test_rare_features_count_more() -> None:
    weighted = learn_features(COUNTS, "tf-idf", k1=1.2, b=0.75).apply(COUNTS).toarray()
    # log(1 + N / (1 + documents)), N = 4: two documents have the first feature, one the second, three the third
    rare, rarer, common = np.log(1 + 4 / 3), np.log(1 + 4 / 2), np.log(1 + 4 / 4)
    expected = np.array([[2 * rare, 0, common], [0, 3 * rarer, common], [0, 0, common], [4 * rare, 0, 0]])
    root_mean_square = np.sqrt((expected[expected > 0] ** 2).mean())
    np.testing.assert_allclose(weighted, expected / root_mean_square, rtol=1e-12)


def test_bm25_is_that_of_irspack() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from irspack.utils import okapi_BM_25_weight

    ours = learn_features(COUNTS, "bm25", k1=0.9, b=0.4).apply(COUNTS)
    counts: Any = csr_matrix(COUNTS, dtype=np.float64)
    theirs: Any = okapi_BM_25_weight(counts, 0.9, 0.4).toarray()
    scale = np.sqrt((theirs[theirs > 0] ** 2).mean())
    np.testing.assert_allclose(ours.toarray(), theirs / scale, rtol=1e-9)


@pytest.mark.parametrize("kind", FEATURE_WEIGHTINGS)
def test_the_mean_square_is_one_and_rows_are_their_own(kind: str) -> None:
    features = learn_features(COUNTS, kind, k1=1.2, b=0.75)
    weighted = features.apply(COUNTS)
    assert (weighted.data**2).mean() == pytest.approx(1)
    np.testing.assert_array_equal(features.apply(COUNTS[1]).toarray()[0], weighted.toarray()[1])


@pytest.mark.parametrize("kind", FEATURE_WEIGHTINGS)
def test_nothing_taken_weighs_nothing(kind: str) -> None:
    empty = csr_matrix(np.zeros((3, 2), dtype=np.float32))
    assert learn_features(empty, kind, k1=1.2, b=0.75).apply(empty).nnz == 0
